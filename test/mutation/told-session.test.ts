// What the database runs by itself finds the session and the trace in its settings, whoever runs first, whether a mutation
// is one statement or a transaction of several; and nothing of them is left afterwards.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Metadata } from '../../src/metadata/types.ts';
import { pgClient } from '../support/database.ts';
import { type Hedge, startHedge } from '../support/hedge.ts';
import { metadataOf, type Stages, startStages } from '../support/stages.ts';

const WHO = `current_setting('hasura.user', true)::json ->> 'x-hasura-user-id'`;
const SCHEMA = `
create table seen (at text, who text, trace text);
create function note_who() returns trigger language plpgsql as $$
  begin
    insert into seen values (tg_when || ' ' || tg_op || ' ' || tg_level, ${WHO},
      current_setting('hasura.tracecontext', true)::json ->> 'trace_id');
    return case when tg_op = 'DELETE' then old else new end;
  end $$;
create function who() returns text language sql stable as $$ select ${WHO} $$;
create table item (
  id int primary key, name text, made_by text default who(), parent int references item deferrable initially deferred,
  constraint somebody check (who() <> 'nobody'));
create view item_view as select * from item;
create table part (id int primary key, item_id int references item, name text) partition by list (id);
create table part_1 partition of part for values in (1, 2, 3);
${['item', 'item_view']
  .flatMap((table) =>
    (table === 'item' ? ['before', 'after'] : ['before']).map(
      (when) =>
        `create trigger s_${when} ${when} insert or update or delete on ${table} for each statement execute function note_who();`,
    ),
  )
  .join('\n')}
create trigger r_before before insert or update or delete on item for each row execute function note_who();
create trigger r_after after insert or update or delete on item for each row execute function note_who();
create trigger p_before before insert or update or delete on part for each row execute function note_who();
create function is_mine(i item) returns boolean language sql stable as $$ select i.made_by = who() $$;
create table guarded (id int primary key, name text);
alter table guarded enable row level security;
create policy constant on guarded as permissive using (who() = '7') with check (who() = '7');
`;

const everything = { select: true, insert: true, update: true, delete: true };
const table = (name: string, may: Partial<typeof everything> = everything) => ({
  table: { schema: 'public', name },
  ...(may.select
    ? { select_permissions: [{ role: 'user', permission: { columns: '*' as const, filter: {} } }] }
    : {}),
  ...(may.insert ? { insert_permissions: [{ role: 'user', permission: { check: {} } }] } : {}),
  ...(may.update
    ? { update_permissions: [{ role: 'user', permission: { columns: '*' as const, filter: {} } }] }
    : {}),
  ...(may.delete ? { delete_permissions: [{ role: 'user', permission: { filter: {} } }] } : {}),
});

const METADATA: Metadata = metadataOf({
  configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
  tables: [
    {
      ...table('item'),
      array_relationships: [
        {
          name: 'parts',
          using: {
            foreign_key_constraint_on: { table: { schema: 'public', name: 'part' }, column: 'item_id' },
          },
        },
      ],
      computed_fields: [{ name: 'is_mine', definition: { function: { schema: 'public', name: 'is_mine' } } }],
      update_permissions: [
        { role: 'user', permission: { columns: '*', filter: {} } },
        { role: 'owner', permission: { columns: '*', filter: { is_mine: { _eq: true } } } },
      ],
      select_permissions: [
        { role: 'user', permission: { columns: '*', filter: {} } },
        { role: 'owner', permission: { columns: '*', filter: {} } },
      ],
    },
    table('item_view'),
    table('part'),
    table('guarded'),
  ],
});

let hedge: Hedge;
let client: pg.Client;
beforeAll(async () => {
  hedge = await startHedge({ sql: SCHEMA, metadata: METADATA });
  client = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await client?.end();
  await hedge?.stop();
});
beforeEach(async () => {
  await client.query(`truncate item, part, seen; select set_config('hasura.user', '{"x-hasura-user-id": "test"}', false);
    insert into item (id, name, made_by) values (1, 'one', '7'), (2, 'two', '8'); insert into part values (1, 1, 'p'); truncate seen`);
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';

async function ask(query: string, role = 'user', user = '7'): Promise<unknown> {
  const { body } = await hedge.graphql(query, {
    role,
    session: { 'x-hasura-user-id': user },
    headers: { 'x-b3-traceid': TRACE },
  });
  return body;
}

async function seen(): Promise<readonly string[]> {
  const { rows } = await client.query<{ text: string }>(
    `select distinct at || ' ' || coalesce(who, '-') || case when trace = '${TRACE}' then '' else ' ?' end as text from seen order by 1`,
  );
  return rows.map(({ text }) => text);
}

const all = (op: string): readonly string[] =>
  ['AFTER', 'BEFORE'].flatMap((when) => ['ROW', 'STATEMENT'].map((level) => `${when} ${op} ${level} 7`));

describe('triggers of each time and level', () => {
  test.each<[string, string, readonly string[]]>([
    ['an insert', 'insert_item_one(object: {id: 9}) { made_by }', all('INSERT')],
    [
      'an insert of many',
      'insert_item(objects: [{id: 8}, {id: 9}]) { affected_rows returning { made_by } }',
      all('INSERT'),
    ],
    [
      'an insert that answers with rows of others',
      'insert_item_one(object: {id: 9}) { parts { id } }',
      all('INSERT'),
    ],
    ['an update', 'update_item(where: {}, _set: {name: "x"}) { affected_rows }', all('UPDATE')],
    ['an update by key', 'update_item_by_pk(pk_columns: {id: 1}, _set: {name: "x"}) { id }', all('UPDATE')],
    ['a delete', 'delete_item(where: {id: {_eq: 2}}) { affected_rows }', all('DELETE')],
    ['a delete by key', 'delete_item_by_pk(id: 2) { id name }', all('DELETE')],
    [
      'an upsert',
      'insert_item(objects: [{id: 2, name: "x"}], on_conflict: {constraint: item_pkey, update_columns: [name]}) { affected_rows }',
      [
        'AFTER INSERT STATEMENT 7',
        'AFTER UPDATE ROW 7',
        'AFTER UPDATE STATEMENT 7',
        'BEFORE INSERT ROW 7',
        'BEFORE INSERT STATEMENT 7',
        'BEFORE UPDATE ROW 7',
        'BEFORE UPDATE STATEMENT 7',
      ],
    ],
    ['an insert into a view', 'insert_item_view(objects: [{id: 9}]) { affected_rows }', all('INSERT')],
    [
      'a write to a partitioned table',
      'update_part(where: {}, _set: {name: "x"}) { affected_rows }',
      ['BEFORE UPDATE ROW 7'],
    ],
    [
      'two root fields',
      'insert_item_one(object: {id: 9}) { id } delete_item_by_pk(id: 9) { id }',
      [...all('DELETE'), ...all('INSERT')].sort(),
    ],
    [
      'a nested insert',
      'insert_item_one(object: {id: 9, parts: {data: [{id: 2}]}}) { id }',
      [...all('INSERT')],
    ],
  ])('%s', async (_, fields, expected) => {
    expect(await ask(`mutation { ${fields} }`)).toHaveProperty('data');
    expect(await seen()).toEqual(expected);
  });
});

test('defaults, checks and functions of permissions', async () => {
  expect(await ask('mutation { insert_item_one(object: {id: 9}) { made_by } }')).toEqual({
    data: { insert_item_one: { made_by: '7' } },
  });
  expect(
    await ask('mutation { insert_item(objects: [{id: 10}]) { affected_rows } }', 'user', 'nobody'),
  ).toMatchObject({
    errors: [{ extensions: { code: 'permission-error' } }],
  });
  const update = 'mutation { update_item(where: {id: {_lt: 5}}, _set: {name: "y"}) { returning { id } } }';
  expect(await ask(update, 'owner')).toEqual({ data: { update_item: { returning: [{ id: 1 }] } } });
  expect(await ask(update, 'owner', '8')).toEqual({ data: { update_item: { returning: [{ id: 2 }] } } });
});

test('nothing is left of them for the next on the connection', async () => {
  for (let i = 0; i < 20; i++)
    await ask('mutation { update_item(where: {}, _set: {name: "x"}) { affected_rows } }');
  // A query is no mutation: nobody asks.
  const { body } = await hedge.graphql('{ item(where: {is_mine: {_eq: true}}) { id } }');
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'data-exception' } }] });
});

test('a constraint that is looked at in the end refuses all of it', async () => {
  expect(await ask('mutation { insert_item(objects: [{id: 9, parent: 77}]) { affected_rows } }')).toEqual({
    errors: [
      {
        message:
          'Foreign key violation. insert or update on table "item" violates foreign key constraint "item_parent_fkey"',
        extensions: { code: 'constraint-violation', path: '$.selectionSet.insert_item.args.objects' },
      },
    ],
  });
  const { rows } = await client.query('select id from item order by id');
  expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
});

describe('row level security', () => {
  let stages: Stages;
  beforeAll(async () => {
    stages = await startStages(SCHEMA);
    await stages.client.query(
      `do $$ begin create role told_session_user; exception when duplicate_object then null; end $$;
       grant all on guarded to told_session_user; set role told_session_user`,
    );
  });
  afterAll(() => stages?.stop());

  test('that depends on the session alone', async () => {
    const serve = stages.serve(stages.compiled(METADATA));
    const as = (user: string, query: string): Promise<unknown> =>
      serve('user', query, { session: { 'x-hasura-user-id': user } });
    const insert = 'mutation { insert_guarded(objects: [{id: 1}]) { affected_rows } }';
    expect(await as('8', insert)).toMatch(/^unexpected/);
    expect(await as('7', insert)).toEqual({ insert_guarded: { affected_rows: 1 } });
    const remove = 'mutation { delete_guarded(where: {}) { affected_rows } }';
    expect(await as('8', remove)).toEqual({ delete_guarded: { affected_rows: 0 } });
    expect(await as('7', remove)).toEqual({ delete_guarded: { affected_rows: 1 } });
  });
});
