// Rules of permissions beyond comparisons with values: other columns, the permission's own row below relationships,
// rows of any table, and null. Each with what it denies, for reading and for writing.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table team (id int primary key, lead int, budget int, name text);
create table task (id int primary key, team_id int, owner int, cost int, spent int, label text, info jsonb);
create table grant_of (team_id int, who int, level int);
insert into team values (1, 10, 100, 'a'), (2, 20, 50, 'b'), (3, null, null, 'c');
insert into task values
  (1, 1, 10, 80, 20, 'a', '{}'), (2, 1, 11, 120, 120, 'b', null), (3, 2, 20, 50, 60, 'b', 'null'),
  (4, 2, 10, 10, null, 'b', '1'), (5, 3, 30, 5, 5, 'c', '2'), (6, null, 10, 1, 0, 'a', '3');
insert into grant_of values (1, 7, 1), (2, 7, 5), (1, 8, 9);
`;

const FILTERS: Readonly<Record<string, Record<string, unknown>>> = {
  // columns of the same row
  within: { spent: { _clte: 'cost' } },
  listed: { spent: { $clte: ['cost'] } },
  exact: { spent: { _ceq: 'cost' } },
  unequal: { spent: { _cne: 'cost' } },
  unequal_too: { spent: { _cneq: ['cost'] } },
  between: { cost: { _gt: 1, _cgt: 'spent' } },
  not_below: { _not: { spent: { _clt: 'cost' } } },
  // the permission's own row, from below relationships
  affordable: { team: { budget: { _cgte: ['$', 'cost'] } } },
  led: { team: { lead: { _ceq: ['$', 'owner'] } } },
  twin: { team: { tasks: { _and: [{ label: { _ceq: ['$', 'label'] } }, { id: { _cne: ['$', 'id'] } }] } } },
  unlike: { _not: { team: { name: { _ceq: ['$', 'label'] } } } },
  // rows of any table
  granted: {
    _exists: {
      _table: { schema: 'public', name: 'grant_of' },
      _where: { who: { _eq: 'X-Hasura-User-Id' }, team_id: { _ceq: ['$', 'team_id'] } },
    },
  },
  open: { _exists: { _table: 'grant_of', _where: { who: { _eq: 'x-hasura-user-id' } } } },
  high: {
    team: {
      _exists: {
        _table: { schema: 'public', name: 'grant_of' },
        _where: { level: { _gt: 4 }, who: { _eq: 'x-hasura-user-id' }, team_id: { _ceq: ['$', 'team_id'] } },
      },
    },
  },
  // null
  is_null: { spent: null },
  not_null: { _not: { spent: null } },
  eq_null: { spent: { _eq: null } },
  not_eq_null: { _not: { spent: { _eq: null } } },
  neq_null: { spent: { _neq: null } },
  in_null: { spent: { _in: [5, null] } },
  nin_null: { spent: { _nin: [5, null] } },
  like_null: { label: { _like: null } },
  json_null: { info: { _eq: null } },
  json_is_null: { info: null },
};

const manual = (name: string, table: string, mapping: Record<string, string>) => ({
  name,
  using: {
    manual_configuration: { remote_table: { schema: 'public', name: table }, column_mapping: mapping },
  },
});

/** A team is shown to its lead, by a rule on the team's own row. */
const LED = { tasks: { owner: { _ceq: ['$', 'lead'] }, cost: { _cgt: 'spent' } } };
/** A task may be made or changed by who has a grant for its team, within the team's budget. */
const CHECK = {
  _and: [FILTERS['granted'], FILTERS['affordable'], { _or: [{ spent: null }, FILTERS['within']] }],
};
const COLUMNS = ['id', 'team_id', 'owner', 'cost', 'spent', 'label'];

const TABLES: readonly TableMetadata[] = [
  {
    table: { schema: 'public', name: 'team' },
    array_relationships: [manual('tasks', 'task', { id: 'team_id' })],
    select_permissions: [
      { role: 'lead', permission: { columns: ['id'], filter: LED, allow_aggregations: true } },
    ],
  },
  {
    table: { schema: 'public', name: 'task' },
    object_relationships: [manual('team', 'team', { team_id: 'id' })],
    select_permissions: [
      ...Object.entries(FILTERS).map(([role, filter]) => ({ role, permission: { columns: ['id'], filter } })),
      { role: 'lead', permission: { columns: ['id'], filter: {} } },
      { role: 'writer', permission: { columns: COLUMNS, filter: {} } },
    ],
    insert_permissions: [{ role: 'writer', permission: { columns: COLUMNS, check: CHECK } }],
    update_permissions: [
      {
        role: 'writer',
        permission: {
          columns: ['cost', 'spent', 'team_id'],
          filter: { team: { lead: { _ceq: ['$', 'owner'] } } },
          check: CHECK,
        },
      },
    ],
    delete_permissions: [
      { role: 'writer', permission: { filter: { _and: [FILTERS['granted'], FILTERS['exact']] } } },
    ],
  },
  { table: { schema: 'public', name: 'grant_of' } },
];

let stages: Stages;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  const artifact = stages.compiled(metadataOf({ tables: TABLES }));
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

const SESSION = { session: { 'x-hasura-user-id': '7' } };

describe('the rows of a filter', () => {
  test.each<[string, number[]]>([
    ['within', [1, 2, 5, 6]],
    ['listed', [1, 2, 5, 6]],
    ['exact', [2, 5]],
    ['unequal', [1, 3, 6]],
    ['unequal_too', [1, 3, 6]],
    ['between', [1]],
    ['not_below', [2, 3, 5]],
    ['affordable', [1, 3, 4]],
    ['led', [1, 3]],
    ['twin', [3, 4]],
    ['unlike', [2, 6]],
    ['granted', [1, 2, 3, 4]],
    ['open', [1, 2, 3, 4, 5, 6]],
    ['high', [3, 4]],
    ['is_null', [4]],
    ['not_null', []],
    ['eq_null', []],
    ['not_eq_null', []],
    ['neq_null', []],
    ['in_null', [5]],
    ['nin_null', []],
    ['like_null', []],
    ['json_null', []],
    ['json_is_null', [2]],
  ])('%s', async (role, ids) => {
    expect(await ask(role, '{ task(order_by: {id: asc}) { id } }', SESSION)).toEqual({
      task: ids.map((id) => ({ id })),
    });
  });

  test('are others for who has no grant', async () => {
    const other = { session: { 'x-hasura-user-id': '9' } };
    for (const role of ['granted', 'open', 'high'])
      expect(await ask(role, '{ task { id } }', other)).toEqual({ task: [] });
    expect(await ask('granted', '{ task { id } }')).toBe(
      'not-found $ missing session variable: "x-hasura-user-id"',
    );
  });
});

test('a rule on the own row means the row of its table, wherever the table is reached from', async () => {
  expect(await ask('lead', '{ team(order_by: {id: asc}) { id } }')).toEqual({ team: [{ id: 1 }] });
  expect(
    await ask('lead', '{ task(where: {team: {id: {_gt: 0}}}, order_by: {id: asc}) { id team { id } } }'),
  ).toEqual({ task: [1, 2].map((id) => ({ id, team: { id: 1 } })) });
  expect(
    await ask('lead', '{ task(where: {id: {_in: [3, 6]}}, order_by: {id: asc}) { id team { id } } }'),
  ).toEqual({
    task: [3, 6].map((id) => ({ id, team: null })),
  });
  expect(await ask('lead', '{ team_aggregate { aggregate { count } } }')).toEqual({
    team_aggregate: { aggregate: { count: 1 } },
  });
});

describe('checks of what is written', () => {
  const insert = (columns: string) => `mutation { insert_task_one(object: {${columns}}) { id } }`;
  const DENIED = (field: string, args: string) =>
    `permission-error $.selectionSet.${field}.args.${args} check constraint of an insert/update permission has failed`;

  test.each([
    ['within the team’s budget', 'id: 101, team_id: 1, cost: 100, spent: 100', true],
    ['beyond it', 'id: 102, team_id: 1, cost: 101', false],
    ['nothing spent', 'id: 103, team_id: 2, cost: 50', true],
    ['more spent than it costs', 'id: 104, team_id: 2, cost: 10, spent: 11', false],
    ['a team without grant', 'id: 105, team_id: 3, cost: 1', false],
    ['no team', 'id: 106, cost: 1', false],
    ['no such team', 'id: 107, team_id: 99, cost: 1', false],
  ])('an insert: %s', async (_, columns, allowed) => {
    const id = Number(/id: (\d+)/.exec(columns)?.[1]);
    expect(await ask('writer', insert(columns), SESSION)).toEqual(
      allowed ? { insert_task_one: { id } } : DENIED('insert_task_one', 'object'),
    );
    expect(await ask('admin', `{ task_by_pk(id: ${id}) { id } }`)).toEqual({
      task_by_pk: allowed ? { id } : null,
    });
  });

  test('an insert by who has no grant', async () => {
    expect(
      await ask('writer', insert('id: 108, team_id: 1, cost: 1'), { session: { 'x-hasura-user-id': '9' } }),
    ).toBe(DENIED('insert_task_one', 'object'));
  });

  test.each([
    ['that fits', 1, '_set: {cost: 90}', 1],
    ['beyond the budget', 1, '_set: {cost: 101}', null],
    ['to a team without grant', 1, '_set: {team_id: 3, cost: 1, spent: 0}', null],
    ['of a task whose owner leads another team', 4, '_set: {cost: 9}', 0],
  ])('an update %s', async (_, id, set, rows) => {
    const before = await ask('admin', `{ task_by_pk(id: ${id}) { team_id cost spent } }`);
    expect(
      await ask(
        'writer',
        `mutation { update_task(where: {id: {_eq: ${id}}}, ${set}) { affected_rows } }`,
        SESSION,
      ),
    ).toEqual(
      rows === null
        ? 'permission-error $ check constraint of an insert/update permission has failed'
        : { update_task: { affected_rows: rows } },
    );
    if (rows !== 1)
      expect(await ask('admin', `{ task_by_pk(id: ${id}) { team_id cost spent } }`)).toEqual(before);
  });

  test('a delete takes rows of its filter alone', async () => {
    expect(
      await ask('writer', 'mutation { delete_task(where: {id: {_lte: 6}}) { returning { id } } }', SESSION),
    ).toEqual({ delete_task: { returning: [{ id: 2 }] } });
  });
});
