// Random permissions to read and write, of one role or inherited from several, and the values they and mutations use.

import fc from 'fast-check';

import type { InsertPermission, UpdatePermission } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Family } from './generate.ts';
import { families, filter, inheritedPermissions, permissions } from './generate.ts';
import type { Value } from './model.ts';
import { isColumn, MOODS, shapeOf, TABLES } from './model.ts';
import type { DeleteRights, InsertRights, Rights, UpdateRights, Writes } from './mutation-types.ts';
import type { Filter, Permissions } from './naive.ts';

export const TABLE_NAMES = Object.keys(TABLES);
export const columnsOf = (table: string): readonly string[] => Object.keys(shapeOf(table).columns);

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
    case 'mood':
      return fc.oneof(rare, { arbitrary: fc.constantFrom(...MOODS), weight: 14 });
    case 'bool':
      return fc.oneof(rare, { arbitrary: fc.boolean(), weight: 14 });
    case 'text':
      return fc.oneof(rare, {
        arbitrary: fc.constantFrom('a', 'ab', 'b', 'c', 'd', 'e', 'f', 'g', "it's", ''),
        weight: 14,
      });
  }
}

/** A value that breaks no rule, and hardly a unique key. */
export function safeValueOf(table: string, column: string): fc.Arbitrary<Value> {
  const type = must(TABLES[table]?.columns[column], 'a column');
  if (column.endsWith('_id')) return fc.constantFrom(1, 3);
  if (type === 'int') return fc.integer({ min: 0, max: 4 });
  if (column === 'name' || column === 'title') return fc.noBias(fc.nat(99_999)).map((n) => `n${n}`);
  return valueOf(table, column).filter((value) => value !== null);
}

/** Values for some of the columns. */
export function valuesOf(
  table: string,
  columns: readonly string[],
  value = valueOf,
): fc.Arbitrary<Readonly<Record<string, Value>>> {
  return fc
    .subarray([...columns])
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((c) => [c, value(table, c)]))));
}

// ------------------------------------------------------------------ permissions to write

/** A condition of a permission: often a wide one, so that rows pass; `wide`: nearly always. */
function condition(table: string, wide: boolean): fc.Arbitrary<Filter> {
  const anything = filter(table, 2, {
    columns: columnsOf,
    tables: TABLE_NAMES,
    aggregates: () => false,
    permission: true,
    root: table,
  });
  return fc.oneof(
    { arbitrary: fc.constant({}), weight: 2 },
    { arbitrary: anything, weight: wide ? 0 : 3 },
    // Fails for few.
    { arbitrary: anything.map((exp) => ({ _or: [exp, { id: { _gt: 2 } }] })), weight: 2 },
  );
}

function presets(table: string): fc.Arbitrary<Readonly<Record<string, Value>>> {
  const { derived = {} } = must(TABLES[table], 'a table');
  const candidates = columnsOf(table).filter((column) => column !== 'id' && !derived[column]);
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

/** Mostly many columns. Generated ones may be among them, and are given to nobody. */
function someColumns(table: string, wide: boolean): fc.Arbitrary<readonly string[]> {
  const all = columnsOf(table).filter((column) => isColumn(table, column));
  return fc.oneof(
    { arbitrary: fc.constant(all), weight: wide ? 6 : 1 },
    { arbitrary: fc.subarray(all), weight: 1 },
    { arbitrary: fc.subarray(all, { minLength: 3 }), weight: 1 },
  );
}

const backendOnly = fc.integer({ min: 0, max: 7 }).map((n) => n === 0);

const insertRights = (table: string, wide: boolean): fc.Arbitrary<InsertRights> =>
  fc.record({
    columns: someColumns(table, wide),
    check: condition(table, wide),
    set: presets(table),
    backend_only: backendOnly,
  });

const updateRights = (table: string, wide: boolean): fc.Arbitrary<UpdateRights> =>
  fc.record({
    columns: someColumns(table, wide),
    filter: condition(table, wide),
    check: fc.option(condition(table, wide)),
    set: presets(table),
    backend_only: backendOnly,
  });

const deleteRights = (table: string, wide: boolean): fc.Arbitrary<DeleteRights> =>
  fc.record({ filter: condition(table, wide), backend_only: backendOnly });

const writes = (table: string, wide: boolean): fc.Arbitrary<Writes> => {
  const often = { freq: wide ? 40 : 9, nil: undefined };
  return fc.record({
    insert: fc.option(insertRights(table, wide), often),
    update: fc.option(updateRights(table, wide), often),
    delete: fc.option(deleteRights(table, wide), often),
  });
};

/** By table. */
export type AllWrites = Rights['writes'];
const allWrites: fc.Arbitrary<AllWrites> = fc
  .boolean()
  .chain((wide) => fc.record(Object.fromEntries(TABLE_NAMES.map((t) => [t, writes(t, wide)]))));

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
const KINDS = ['insert', 'update', 'delete'] as const;
const WAYS: readonly Way[] = ['by name', 'of one', 'of three', 'of all', 'of between', 'differing'];

/** `user` inherits from `one` and `between`, which inherits from `two` and `three`. */
export const inheritedWorlds: fc.Arbitrary<World> = fc
  .record({
    family: families,
    written: allWrites,
    ways: fc.array(fc.constantFrom(...WAYS), {
      minLength: TABLE_NAMES.length * KINDS.length,
      maxLength: TABLE_NAMES.length * KINDS.length,
    }),
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
