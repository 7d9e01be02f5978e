// Inherited roles from the metadata to rows: what the roles they are made of allow together, and nothing that none of
// them does.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { refuseRoleCycles } from '../../src/metadata-api/role-cycles.ts';
import type { InheritedRoleMetadata } from '../../src/metadata/section-types.ts';
import type { PermissionEntry, SelectPermission, TableMetadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table team (id int primary key, name text not null);
create table employee (
  id int primary key, name text not null, salary int not null, remarks text, data jsonb, team_id int references team, boss int
);
create function yearly(e employee) returns int language sql stable as $$ select e.salary * 12 $$;
create function times(e employee, n int) returns int language sql stable as $$ select e.salary * n $$;
create function paid(at_least int) returns setof employee language sql stable as $$ select * from employee where salary >= at_least $$;
insert into team values (1, 'sales'), (2, 'hr');
insert into employee values
  (1, 'ann', 100, 'good', '{"a": 1}', 1, 3),
  (2, 'bob', 200, 'late', '{"a": 2}', 1, 3),
  (3, 'cid', 300, 'boss', '{"a": 3}', 2, null),
  (4, 'dee', 400, 'new', '{"a": 4}', 2, 9);
`;

const select = (role: string, permission: Partial<SelectPermission>): PermissionEntry<SelectPermission> => ({
  role,
  permission: { columns: ['name'], filter: {}, ...permission },
});

/** Sees its own row, with the salary. */
const SELF = select('self', {
  columns: ['id', 'name', 'salary', 'data'],
  computed_fields: ['yearly', 'times'],
  filter: { id: { _eq: 'X-Hasura-User-Id' } },
});
/** Sees the rows of those it is the boss of, with remarks and without the salary. */
const BOSS = select('boss', {
  columns: ['name', 'remarks', 'team_id'],
  filter: { boss: { _eq: 'X-Hasura-User-Id' } },
  allow_aggregations: true,
});

const EMPLOYEE: TableMetadata = {
  table: { schema: 'public', name: 'employee' },
  object_relationships: [{ name: 'team', using: { foreign_key_constraint_on: 'team_id' } }],
  computed_fields: [
    { name: 'yearly', definition: { function: { schema: 'public', name: 'yearly' } } },
    { name: 'times', definition: { function: { schema: 'public', name: 'times' } } },
  ],
};
/** Without what leads to other tables. */
const ALONE: TableMetadata = { ...EMPLOYEE, object_relationships: [] };
const TEAM: TableMetadata = {
  table: { schema: 'public', name: 'team' },
  array_relationships: [
    {
      name: 'employees',
      using: {
        foreign_key_constraint_on: { table: { schema: 'public', name: 'employee' }, column: 'team_id' },
      },
    },
  ],
  select_permissions: [select('boss', { columns: '*' })],
};

const role = (name: string, ...set: string[]): InheritedRoleMetadata => ({ role_name: name, role_set: set });

let stages: Stages;
const served = (
  permissions: readonly PermissionEntry<SelectPermission>[],
  inherited: readonly InheritedRoleMetadata[],
): Ask => {
  const artifact = stages.compiled(
    metadataOf(
      {
        tables: [{ ...EMPLOYEE, select_permissions: permissions }, TEAM],
        functions: [{ function: { schema: 'public', name: 'paid' } }],
      },
      { inherited_roles: inherited },
    ),
  );
  expect(artifact.inconsistencies).toEqual([]);
  return stages.serve(artifact);
};
beforeAll(async () => {
  stages = await startStages(SQL);
});
afterAll(() => stages?.stop());

describe('a value that only one parent shows', () => {
  // 3 sees itself and, as their boss, 1 and 2.
  const session = { 'x-hasura-user-id': '3' };
  let ask: Ask;
  beforeAll(() => {
    ask = served([SELF, BOSS], [role('both', 'self', 'boss')]);
  });

  test.each([
    [
      'is null in the rows of the other',
      '{ employee(order_by: {name: asc}) { id name salary remarks team_id } }',
      {
        employee: [
          { id: null, name: 'ann', salary: null, remarks: 'good', team_id: 1 },
          { id: null, name: 'bob', salary: null, remarks: 'late', team_id: 1 },
          { id: 3, name: 'cid', salary: 300, remarks: null, team_id: null },
        ],
      },
    ],
    [
      'is null in computed fields, with arguments and without',
      '{ employee(order_by: {name: asc}) { yearly times(args: {n: 2}) } }',
      {
        employee: [
          { yearly: null, times: null },
          { yearly: null, times: null },
          { yearly: 3600, times: 600 },
        ],
      },
    ],
    [
      'is null behind a path',
      '{ employee(order_by: {name: asc}) { data(path: "a") } }',
      { employee: [{ data: null }, { data: null }, { data: 3 }] },
    ],
    ['does not match a filter', '{ employee(where: {salary: {_lt: 250}}) { name } }', { employee: [] }],
    [
      'does not match a negated filter',
      '{ employee(where: {_not: {salary: {_gt: 250}}}) { name } }',
      { employee: [] },
    ],
    [
      'is null to a filter',
      '{ employee(where: {salary: {_is_null: true}}, order_by: {name: asc}) { name } }',
      { employee: [{ name: 'ann' }, { name: 'bob' }] },
    ],
    [
      'does not match a filter on what is computed from it',
      '{ employee(where: {yearly: {_lt: 3000}}) { name } }',
      { employee: [] },
    ],
    ['does not match as json', '{ employee(where: {data: {_contains: {a: 1}}}) { name } }', { employee: [] }],
    [
      'is cast as null',
      '{ employee(where: {data: {_cast: {String: {_like: "%1%"}}}}) { name } }',
      { employee: [] },
    ],
    [
      'does not sort',
      '{ employee(order_by: [{salary: desc_nulls_last}, {name: desc}]) { name } }',
      { employee: [{ name: 'cid' }, { name: 'bob' }, { name: 'ann' }] },
    ],
    [
      'does not sort as computed',
      '{ employee(order_by: [{yearly: asc_nulls_last}, {name: desc}]) { name } }',
      { employee: [{ name: 'cid' }, { name: 'bob' }, { name: 'ann' }] },
    ],
    [
      'is one value to distinct_on',
      '{ employee(distinct_on: salary, order_by: [{salary: asc}, {name: desc}]) { name } }',
      { employee: [{ name: 'cid' }, { name: 'bob' }] },
    ],
    [
      'is not counted',
      '{ employee_aggregate { aggregate { count of: count(columns: salary) distinct: count(columns: [salary], distinct: true) } } }',
      { employee_aggregate: { aggregate: { count: 3, of: 1, distinct: 1 } } },
    ],
    [
      'is not aggregated',
      '{ employee_aggregate { aggregate { sum { salary yearly } min { salary } max { salary name } } nodes { salary } } }',
      {
        employee_aggregate: {
          aggregate: {
            sum: { salary: 300, yearly: 3600 },
            min: { salary: 300 },
            max: { salary: 300, name: 'cid' },
          },
          nodes: [{ salary: null }, { salary: null }, { salary: 300 }],
        },
      },
    ],
    [
      'is not a key',
      '{ own: employee_by_pk(id: 3) { name } other: employee_by_pk(id: 1) { name } }',
      { own: { name: 'cid' }, other: null },
    ],
    [
      'is null through a relationship',
      '{ team(order_by: {id: asc}) { employees(order_by: {name: asc}) { salary } employees_aggregate { aggregate { sum { salary } } } } }',
      {
        team: [
          {
            employees: [{ salary: null }, { salary: null }],
            employees_aggregate: { aggregate: { sum: { salary: null } } },
          },
          { employees: [{ salary: 300 }], employees_aggregate: { aggregate: { sum: { salary: 300 } } } },
        ],
      },
    ],
    [
      'does not match through a relationship',
      '{ team(where: {employees: {salary: {_eq: 100}}}) { name } }',
      { team: [] },
    ],
    [
      'does not sort through a relationship',
      '{ team(order_by: [{employees_aggregate: {max: {salary: desc_nulls_last}}}, {id: asc}]) { id } }',
      { team: [{ id: 2 }, { id: 1 }] },
    ],
    [
      'does not come out of a function',
      '{ paid(args: {at_least: 150}, order_by: {name: asc}) { name salary } }',
      {
        paid: [
          { name: 'bob', salary: null },
          { name: 'cid', salary: 300 },
        ],
      },
    ],
  ])('%s', async (_, query, data) => {
    expect(await ask('both', query, { session })).toEqual(data);
  });

  test('is the same from the plan of another session', async () => {
    const query = '{ employee(order_by: {name: asc}) { salary } }';
    expect(await ask('both', query, { session: { 'x-hasura-user-id': '1' } })).toEqual({
      employee: [{ salary: 100 }],
    });
    expect(await ask('both', query, { session })).toEqual({
      employee: [{ salary: null }, { salary: null }, { salary: 300 }],
    });
  });

  test('needs the session variables of both parents', async () => {
    expect(await ask('both', '{ employee { name } }')).toMatch(
      /missing session variable: "x-hasura-user-id"/,
    );
  });

  test('and what no parent shows is not there', async () => {
    expect(await ask('both', '{ employee { boss } }', { session })).toBe(
      "validation-failed $.selectionSet.employee.selectionSet.boss field 'boss' not found in type: 'employee'",
    );
    expect(await ask('self', '{ team { id } }', { session })).toBe(
      "validation-failed $.selectionSet.team field 'team' not found in type: 'query_root'",
    );
    expect(await ask('self', '{ employee_aggregate { aggregate { count } } }', { session })).toContain(
      'not found',
    );
  });

  test('is nullable in the schema, a key’s argument is not', async () => {
    const { __type: type, query } = (await ask(
      'both',
      '{ __type(name: "employee") { fields { name type { kind } } } query: __type(name: "query_root") { fields { name args { name type { kind } } } } }',
      { session },
    )) as {
      __type: { fields: { name: string; type: { kind: string } }[] };
      query: { fields: { name: string; args: { name: string; type: { kind: string } }[] }[] };
    };
    const kinds = Object.fromEntries(type.fields.map((f) => [f.name, f.type.kind]));
    expect(kinds).toMatchObject({ id: 'SCALAR', salary: 'SCALAR', name: 'NON_NULL' });
    expect(query.fields.find((f) => f.name === 'employee_by_pk')?.args).toEqual([
      { name: 'id', type: { kind: 'NON_NULL' } },
    ]);
  });
});

describe('what parents allow together', () => {
  const LIST = '{ employee(order_by: {name: asc}) { name } }';
  const names = (...list: string[]) => ({ employee: list.map((name) => ({ name })) });
  const rows = (filter: object, rest: Partial<SelectPermission> = {}) => ({
    filter: filter as Record<string, unknown>,
    ...rest,
  });

  test('the largest limit that is given', async () => {
    const parents = [select('a', { limit: 1 }), select('b', { limit: 2 }), select('c', {})];
    const ask = served(parents, [role('ab', 'a', 'b'), role('ac', 'a', 'c'), role('c2', 'c')]);
    expect(await ask('ab', LIST)).toEqual(names('ann', 'bob'));
    expect(await ask('ac', LIST)).toEqual(names('ann'));
    expect(await ask('c2', LIST)).toEqual(names('ann', 'bob', 'cid', 'dee'));
  });

  test('root fields of any of them', async () => {
    const ask = served(
      [
        select('a', { columns: ['id', 'name'], query_root_fields: ['select_by_pk'] }),
        select('b', { query_root_fields: [] }),
        select('c', { columns: ['id', 'name'], query_root_fields: ['select'] }),
        select('d', { columns: ['id', 'name'] }),
      ],
      [role('ab', 'a', 'b'), role('ac', 'a', 'c'), role('bd', 'b', 'd')],
    );
    const byKey = '{ employee_by_pk(id: 1) { name } }';
    expect(await ask('ab', LIST)).toContain('not found');
    expect(await ask('ab', byKey)).toEqual({ employee_by_pk: { name: 'ann' } });
    expect(await ask('ac', LIST)).toEqual(names('ann', 'bob', 'cid', 'dee'));
    expect(await ask('bd', byKey)).toEqual({ employee_by_pk: { name: 'ann' } });
  });

  test('a filter that is null for a row is not true of it', async () => {
    const ask = served(
      [
        select('a', rows({ boss: { _eq: 3 } }, { columns: ['name', 'salary'] })),
        select('b', rows({ _not: { boss: { _eq: 3 } } }, { columns: ['name', 'remarks'] })),
      ],
      [role('ab', 'a', 'b')],
    );
    expect(await ask('ab', '{ employee(order_by: {name: asc}) { name salary remarks } }')).toEqual({
      employee: [
        { name: 'ann', salary: 100, remarks: null },
        { name: 'bob', salary: 200, remarks: null },
        { name: 'dee', salary: null, remarks: 'new' },
      ],
    });
  });

  test('a value that all of them show needs no condition', () => {
    const artifact = stages.compiled(
      metadataOf(
        { tables: [{ ...EMPLOYEE, select_permissions: [SELF, BOSS, select('all', { columns: '*' })] }] },
        { inherited_roles: [role('both', 'self', 'boss'), role('more', 'self', 'all')] },
      ),
    );
    const visible = (name: string) =>
      must(
        artifact.roles.find((r) => r.role === name),
        'the role',
      ).tables[0]?.fields.flatMap((f) => ('visible' in f ? [f.name] : []));
    expect(visible('both')).toEqual(['data', 'id', 'remarks', 'salary', 'team_id', 'times', 'yearly']);
    expect(visible('more')).toEqual(['times', 'yearly']);
    expect(artifact.roles.find((r) => r.role === 'more')?.tables[0]?.filter).toEqual({ kind: 'true' });
  });

  test('nested roles, through a permission of their own and around it', async () => {
    const parents = [
      select('a', rows({ id: { _eq: 1 } }, { columns: ['name', 'salary'] })),
      select('b', rows({ id: { _eq: 2 } }, { columns: ['name', 'remarks'] })),
      select('c', rows({ id: { _eq: 3 } }, { columns: ['name', 'id'] })),
    ];
    const nested = [role('ab', 'a', 'b'), role('abc', 'ab', 'c')];
    const query = '{ employee(order_by: {name: asc}) { name salary remarks id } }';
    const cid = { name: 'cid', salary: null, remarks: null, id: 3 };
    expect(await served(parents, nested)('abc', query)).toEqual({
      employee: [
        { name: 'ann', salary: 100, remarks: null, id: null },
        { name: 'bob', salary: null, remarks: 'late', id: null },
        cid,
      ],
    });
    const own = select('ab', rows({ id: { _eq: 4 } }, { columns: ['name', 'salary', 'remarks'] }));
    const overridden = served([...parents, own], nested);
    expect(await overridden('ab', LIST)).toEqual(names('dee'));
    expect(await overridden('abc', query)).toEqual({
      employee: [cid, { name: 'dee', salary: 400, remarks: 'new', id: null }],
    });
  });

  test('a parent that has no permission on a table takes nothing away', async () => {
    const ask = served([BOSS], [role('with_self', 'boss', 'self_elsewhere'), role('self_elsewhere', 'boss')]);
    expect(await ask('with_self', LIST, { session: { 'x-hasura-user-id': '3' } })).toEqual(
      names('ann', 'bob'),
    );
  });
});

describe('inconsistencies', () => {
  const compiled = (
    inherited: readonly InheritedRoleMetadata[],
    tables: TableMetadata = { ...ALONE, select_permissions: [SELF, BOSS] },
  ) => stages.compiled(metadataOf({ tables: [tables] }, { inherited_roles: inherited }));
  const seen = (artifact: ReturnType<typeof compiled>, name: string) =>
    artifact.roles.find((r) => r.role === name)?.tables.map((t) => t.typeName);

  test.each([
    [
      [role('x', 'self', 'ghost', 'admin')],
      [
        'x',
        'the following parent role(s) are not found: ghost, admin which are required to construct the inherited role: "x"',
      ],
    ],
    [[role('x', 'x', 'self')], ['x', 'found cycle(s) in roles: ["x","x"]']],
    [
      [role('admin', 'self')],
      ['admin', 'cannot define an inherited role for admin, which may do everything'],
    ],
  ] as const)('%j', (inherited, [name, reason]) => {
    const artifact = compiled(inherited);
    expect(artifact.inconsistencies).toEqual([
      {
        type: 'inherited_role',
        name: `inherited_role inherited role ${name}`,
        definition: inherited[0],
        reason: `Inconsistent object: ${reason}`,
        path: ['inherited_roles', 0],
      },
    ]);
    expect(seen(artifact, name)).toEqual(name === 'admin' ? ['employee'] : []);
  });

  describe('roles made of each other', () => {
    const circular = [
      role('intermediate_1', 'self', 'circular'),
      role('intermediate_2', 'intermediate_1', 'boss'),
      role('circular', 'intermediate_2', 'self'),
      role('outside', 'self'),
    ];
    const message = 'found cycle(s) in roles: ["circular","intermediate_2","intermediate_1","circular"]';

    test('have nothing, and are named from the first along what they are made of', () => {
      const artifact = compiled(circular);
      const reason = `Inconsistent object: ${message}`;
      expect(artifact.inconsistencies.map((i) => i.reason)).toEqual([reason, reason, reason]);
      expect(seen(artifact, 'circular')).toEqual([]);
      expect(seen(artifact, 'outside')).toEqual(['employee']);
    });

    test('are refused by the metadata API, whatever else it would let pass', () => {
      const metadata = metadataOf({}, { inherited_roles: circular });
      expect(() => refuseRoleCycles(metadata, { parent: undefined, key: 'args' })).toThrow(
        expect.objectContaining({ code: 'cyclic-dependency', path: '$.args', message }),
      );
      expect(() =>
        refuseRoleCycles(metadataOf({}, { inherited_roles: circular.slice(1) }), undefined),
      ).not.toThrow();
    });
  });

  test('a permission by name that cannot be read is not replaced by an inherited one', () => {
    const broken = select('both', { columns: ['nope'] });
    const artifact = compiled([role('both', 'self', 'boss'), role('outer', 'both')], {
      ...ALONE,
      select_permissions: [SELF, BOSS, broken],
    });
    expect(artifact.inconsistencies).toHaveLength(1);
    expect(seen(artifact, 'both')).toEqual([]);
    expect(seen(artifact, 'outer')).toEqual([]);
  });

  test('permissions to write that differ are not inherited, and named', () => {
    const check = (user: string, filter: object) => ({
      role: user,
      permission: { check: filter as never, columns: ['id', 'name'] },
    });
    const table = {
      ...ALONE,
      insert_permissions: [
        check('u1', {}),
        check('u2', { id: { _eq: 'X-Hasura-User-Id' } }),
        check('u3', { id: 'x-hasura-user-id' }),
      ],
    };
    const artifact = compiled(
      [role('users', 'u2', 'u1'), role('same', 'u2', 'u3'), role('one', 'u1'), role('outer', 'users', 'u1')],
      table,
    );
    expect(artifact.inconsistencies).toMatchObject([
      {
        type: 'inherited role permission inconsistency',
        name: 'users',
        reason:
          "Could not inherit permission for the role 'users' for the entity: 'insert permission, table: employee, source: 'default''",
      },
    ]);
    const writes = artifact.roles.map((r) => [r.role, r.mutationFields.map((f) => f.name)]);
    const insert = ['insert_employee'];
    expect(Object.fromEntries(writes)).toMatchObject({ users: [], same: insert, one: insert, outer: insert });
  });
});
