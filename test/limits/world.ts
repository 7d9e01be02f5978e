// Authors and articles, a view that takes its time, and roles under limits of every kind.

import type { ApiLimits } from '../../src/metadata/section-types.ts';
import type { TableMetadata } from '../../src/metadata/types.ts';
import { metadataOf } from '../support/stages.ts';

export const SQL = `
  create table author (id int primary key, name text not null);
  create table article (id int primary key, title text not null, author_id int not null references author);
  insert into author values (1, 'Ada');
  insert into article values (1, 'One', 1);
  create view slow as select 1 as id, pg_sleep(20)::text as slept;
  create table entry (id int primary key);
  create function rest() returns trigger language plpgsql as 'begin perform pg_sleep(20); return new; end';
  create trigger rest before insert on entry for each row execute function rest();
`;

export const ROLES = [
  'shallow',
  'narrow',
  'hasty',
  'few',
  'slow_role',
  'by_address',
  'by_user',
  'free',
  'hidden',
  'anonymous',
] as const;

export const LIMITS: ApiLimits = {
  depth_limit: { per_role: { shallow: 2 } },
  node_limit: { per_role: { narrow: 2 } },
  time_limit: { per_role: { hasty: 0.3 } },
  batch_limit: { per_role: { few: 2 } },
  rate_limit: {
    per_role: {
      slow_role: { max_reqs_per_min: 3 },
      by_address: { max_reqs_per_min: 2, unique_params: 'IP' },
      by_user: { max_reqs_per_min: 2, unique_params: ['X-Hasura-User-Id'] },
    },
  },
};

const name = (table: string) => ({ schema: 'public', name: table });

/** Every role may see everything, and insert entries. */
const table = (of: string, more: Partial<TableMetadata> = {}): TableMetadata => ({
  table: name(of),
  select_permissions: ROLES.map((role) => ({ role, permission: { columns: '*', filter: {} } })),
  ...more,
});

export const METADATA = metadataOf(
  {
    tables: [
      table('author', {
        array_relationships: [
          {
            name: 'articles',
            using: { foreign_key_constraint_on: { table: name('article'), column: 'author_id' } },
          },
        ],
      }),
      table('article', {
        object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
      }),
      table('slow'),
      table('entry', {
        insert_permissions: ROLES.map((role) => ({ role, permission: { check: {}, columns: '*' } })),
      }),
    ],
  },
  {
    query_collections: [
      {
        name: 'stored',
        definition: {
          queries: [
            { name: 'deep', query: '{ author { articles { author { name } } } }' },
            { name: 'authors', query: '{ author { name } }' },
            { name: 'slow', query: '{ slow { id slept } }' },
            { name: 'schema', query: '{ __schema { queryType { name } } }' },
          ],
        },
      },
    ],
    rest_endpoints: ['deep', 'authors', 'slow', 'schema'].map((query) => ({
      name: query,
      url: query,
      methods: ['GET'],
      definition: { query: { collection_name: 'stored', query_name: query } },
    })),
    api_limits: LIMITS,
    graphql_schema_introspection: { disabled_for_roles: ['hidden'] },
  },
);
