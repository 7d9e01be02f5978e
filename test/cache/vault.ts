// Rows of several owners and tenants, and roles that see them in different ways, for tests of who is given whose answer.

import { metadataOf } from '../support/stages.ts';

export const VAULT_SQL = `
  create table item (id int primary key, owner int not null, tenant text not null, secret text not null);
  insert into item values (1, 1, 'x', 'a'), (2, 2, 'x', 'b'), (3, 3, 'y', 'c');
  create function mine(session json) returns setof item stable language sql
    as $$ select * from item where owner::text = session->>'x-hasura-user-id' $$;
`;

const select = (role: string, columns: string[], filter: Readonly<Record<string, unknown>>) => ({
  role,
  permission: { columns, filter },
});

export const VAULT = metadataOf(
  {
    tables: [
      {
        table: { schema: 'public', name: 'item' },
        select_permissions: [
          select('owner', ['id', 'secret'], { owner: { _eq: 'X-Hasura-User-Id' } }),
          select('tenant', ['id', 'secret'], { tenant: { _eq: 'X-Hasura-Tenant' } }),
          select('clerk', ['id', 'secret'], {}),
          select('anonymous', ['id'], { owner: { _neq: 3 } }),
        ],
        insert_permissions: [{ role: 'clerk', permission: { columns: '*', check: {} } }],
      },
    ],
    functions: [
      { function: { schema: 'public', name: 'mine' }, configuration: { session_argument: 'session' } },
    ],
  },
  {
    query_collections: [
      {
        name: 'rest',
        definition: {
          queries: [
            { name: 'items', query: 'query @cached(ttl: 30) { item(order_by: {id: asc}) { id } }' },
            { name: 'fresh', query: '{ item(order_by: {id: asc}) { id } }' },
          ],
        },
      },
    ],
    rest_endpoints: ['items', 'fresh'].map((name) => ({
      name,
      url: name,
      methods: ['GET', 'POST'],
      definition: { query: { collection_name: 'rest', query_name: name } },
    })),
  },
);
