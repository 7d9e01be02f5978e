// Random permissions to read and write, of one role or inherited from several, and the values they and mutations use.

import fc from 'fast-check';

import type { InsertPermission, UpdatePermission } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Family } from './generate.ts';
import { families, filter, inheritedPermissions, permissions } from './generate.ts';
import type { Value } from './model.ts';
import { TABLES } from './model.ts';
import type { DeleteRights, InsertRights, Rights, UpdateRights, Writes } from './mutation-types.ts';
import type { Filter, Permissions } from './naive.ts';

export const TABLE_NAMES = Object.keys(TABLES);
export const columnsOf = (table: string): readonly string[] =>
  Object.keys(must(TABLES[table], 'a table').columns);

// ------------------------------------------------------------------ values

/** A value for a column; a few break a rule, or refer to nothing. */
export function valueOf(table: string, column: string): fc.Arbitrary<Value> {
  const type = must(TABLES[table]?.columns[column], 'a column');
  const rare = { arbitrary: fc.constant(null), weight: 1 };
  if (column === 'id') return fc.integer({ min: 1, max: 12 });
  if (column.endsWith('_id'))
    return fc.oneof(
      rare,
      { arbitrary: fc.constantFrom(1, 2, 3), weight: 12 },
      { arbitrary: fc.constantFrom(4, 5), weight: 1 },
    );
  switch (type) {
    case 'int':
      return fc.oneof(
        rare,
        { arbitrary: fc.constant(12), weight: 1 },
        { arbitrary: fc.integer({ min: 0, max: 8 }), weight: 12 },
      );
    case 'float':
      return fc.oneof(rare, { arbitrary: fc.integer({ min: 0, max: 8 }).map((n) => n / 2), weight: 6 });
    case 'bool':
      return fc.oneof(rare, { arbitrary: fc.boolean(), weight: 14 });
    case 'text':
      return fc.oneof(rare, {
        arbitrary: fc.constantFrom('a', 'ab', 'b', 'c', 'd', 'e', 'f', 'g', "it's", ''),
        weight: 14,
      });
  }
}

/** Values for some of the columns. */
export function valuesOf(
  table: string,
  columns: readonly string[],
): fc.Arbitrary<Readonly<Record<string, Value>>> {
  return fc
    .subarray([...columns])
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((c) => [c, valueOf(table, c)]))));
}

// ------------------------------------------------------------------ permissions to write

/** A condition of a permission: often a wide one, so that rows pass. */
function condition(table: string): fc.Arbitrary<Filter> {
  const anything = filter(table, 2, {
    columns: columnsOf,
    tables: TABLE_NAMES,
    aggregates: () => false,
    permission: true,
    root: table,
  });
  return fc.oneof(
    { arbitrary: fc.constant({}), weight: 2 },
    { arbitrary: anything, weight: 3 },
    // Fails for few.
    { arbitrary: anything.map((exp) => ({ _or: [exp, { id: { _gt: 2 } }] })), weight: 2 },
  );
}

function presets(table: string): fc.Arbitrary<Readonly<Record<string, Value>>> {
  const candidates = columnsOf(table).filter((column) => column !== 'id');
  const one = fc.constantFrom(...candidates).chain((column) => {
    const variable = column.endsWith('_id') ? 'X-Hasura-User-Id' : 'X-Hasura-Name';
    const type = TABLES[table]?.columns[column];
    const fromSession = column.endsWith('_id') || type === 'text';
    return fc
      .oneof(valueOf(table, column), ...(fromSession ? [fc.constant<Value>(variable)] : []))
      .map((value) => ({ [column]: value }));
  });
  return fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, { arbitrary: one, weight: 1 });
}

/** Mostly many columns. */
const someColumns = (table: string): fc.Arbitrary<readonly string[]> =>
  fc.oneof(
    fc.constant(columnsOf(table)),
    fc.subarray([...columnsOf(table)]),
    fc.subarray([...columnsOf(table)], { minLength: 3 }),
  );

const backendOnly = fc.integer({ min: 0, max: 7 }).map((n) => n === 0);

const insertRights = (table: string): fc.Arbitrary<InsertRights> =>
  fc.record({
    columns: someColumns(table),
    check: condition(table),
    set: presets(table),
    backend_only: backendOnly,
  });

const updateRights = (table: string): fc.Arbitrary<UpdateRights> =>
  fc.record({
    columns: someColumns(table),
    filter: condition(table),
    check: fc.option(condition(table)),
    set: presets(table),
    backend_only: backendOnly,
  });

const deleteRights = (table: string): fc.Arbitrary<DeleteRights> =>
  fc.record({ filter: condition(table), backend_only: backendOnly });

const writes = (table: string): fc.Arbitrary<Writes> =>
  fc.record({
    insert: fc.option(insertRights(table), { freq: 9, nil: undefined }),
    update: fc.option(updateRights(table), { freq: 9, nil: undefined }),
    delete: fc.option(deleteRights(table), { freq: 9, nil: undefined }),
  });

/** By table. */
export type AllWrites = Rights['writes'];
const allWrites: fc.Arbitrary<AllWrites> = fc.record(
  Object.fromEntries(TABLE_NAMES.map((t) => [t, writes(t)])),
);

// ------------------------------------------------------------------ permissions of roles

/** Roles with what the metadata gives them, and what that makes of `user`. */
export interface World {
  readonly rights: Rights;
  readonly select: Readonly<Record<string, Permissions>>;
  readonly writes: Readonly<Record<string, AllWrites>>;
  readonly inherits: boolean;
}

/** `user` has permissions of its own. */
export const plainWorlds: fc.Arbitrary<World> = fc
  .record({ select: permissions, writes: allWrites })
  .map(({ select, writes: written }) => ({
    rights: { select, writes: written },
    select: { user: select },
    writes: { user: written },
    inherits: false,
  }));

/** How `user`, made of `one` and `between`, which is made of `two` and `three`, comes to a permission to write. */
type Way = 'by name' | 'of one' | 'of three' | 'of all' | 'of between' | 'differing';
const WAYS: readonly Way[] = ['by name', 'of one', 'of three', 'of all', 'of between', 'differing'];

const KINDS = ['insert', 'update', 'delete'] as const;

/** `user` inherits from `one` and `between`, which inherits from `two` and `three`. */
export const inheritedWorlds: fc.Arbitrary<World> = fc
  .record({
    family: families,
    written: allWrites,
    ways: fc.array(fc.constantFrom(...WAYS), { minLength: 9, maxLength: 9 }),
  })
  .map(({ family, written, ways }) => inherited(family, written, ways));

function inherited(family: Family, written: AllWrites, ways: readonly Way[]): World {
  const given: Record<string, Record<string, Writes>> = {};
  const effective: Record<string, Writes> = {};
  const give = (role: string, table: string, right: Writes): void => {
    const tables = (given[role] ??= {});
    tables[table] = { ...tables[table], ...right };
  };
  for (const [t, table] of TABLE_NAMES.entries()) {
    for (const [k, kind] of KINDS.entries()) {
      const right = written[table]?.[kind];
      if (!right) continue;
      const way = must(ways[t * KINDS.length + k], 'a way for each');
      const as = (changes: { readonly backend_only?: boolean } = {}): Writes => ({
        [kind]: { ...right, ...changes },
      });
      if (way !== 'differing') effective[table] = { ...effective[table], ...as() };
      const other = as({ backend_only: !right.backend_only });
      switch (way) {
        case 'by name':
          give('user', table, as());
          give('one', table, other);
          break;
        case 'of one':
          give('one', table, as());
          break;
        case 'of three':
          give('three', table, as());
          break;
        case 'of all':
          for (const role of ['one', 'two', 'three']) give(role, table, as());
          break;
        case 'of between':
          give('between', table, as());
          give('two', table, other);
          break;
        case 'differing':
          give('one', table, as());
          give('two', table, other);
          break;
      }
    }
  }
  return {
    rights: { select: inheritedPermissions(family), writes: effective },
    select: { ...family },
    writes: given,
    inherits: true,
  };
}

/** A permission as the metadata has it. */
export function written(
  right: InsertRights | UpdateRights | DeleteRights,
): InsertPermission & UpdatePermission {
  return { ...right } as unknown as InsertPermission & UpdatePermission;
}
