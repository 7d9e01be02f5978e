// Random permissions to read and write, of one role or inherited from several, and random mutations that a role under
// them may send, or that go a step beyond what it may.

import fc from 'fast-check';

import type { InsertPermission, UpdatePermission } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Family } from './generate.ts';
import { families, fields, filter, inheritedPermissions, permissions } from './generate.ts';
import type { Value } from './model.ts';
import { TABLES } from './model.ts';
import type {
  Change,
  Conflict,
  DeleteRights,
  InsertObject,
  InsertRights,
  Mutation,
  Rights,
  UpdateRights,
  Writes,
} from './mutation-model.ts';
import { KEYS } from './mutation-schema.ts';
import type { Filter, Permissions, Selection } from './naive.ts';

const TABLE_NAMES = Object.keys(TABLES);
const columnsOf = (table: string): readonly string[] => Object.keys(must(TABLES[table], 'a table').columns);

// ------------------------------------------------------------------ values

/** A value for a column; a few break a rule, or refer to nothing. */
function valueOf(table: string, column: string): fc.Arbitrary<Value> {
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

function valuesOf(table: string, columns: readonly string[]): fc.Arbitrary<Readonly<Record<string, Value>>> {
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

type AllWrites = Rights['writes'];
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

/** `user` inherits. */
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

// ------------------------------------------------------------------ mutations

/** Up to three root fields; each a step beyond the rights now and then. */
export function request(all: Rights, backend: boolean): fc.Arbitrary<readonly Mutation[]> {
  const rights = { ...all, writes: backend ? all.writes : forClients(all.writes) };
  return fc.array(
    fc.oneof(
      { arbitrary: mutation(rights, 1), weight: 24 },
      { arbitrary: mutation(beyond(rights), 0), weight: 1 },
    ),
    { minLength: 1, maxLength: 3 },
  );
}

/** Without what only backends may. */
function forClients(all: AllWrites): AllWrites {
  return Object.fromEntries(
    Object.entries(all).map(([table, rights]) => [
      table,
      Object.fromEntries(
        Object.entries(rights).filter(([, right]) => !(right as DeleteRights | undefined)?.backend_only),
      ),
    ]),
  );
}

/**
 * Everything may be written, and all columns may be selected of what may be selected. For mutations that reach no other
 * rows: the model does not ask whether they may.
 */
function beyond({ select }: Rights): Rights {
  return {
    select: Object.fromEntries(
      Object.entries(select).map(([table, p]) => [table, p && { ...p, columns: columnsOf(table) }]),
    ),
    writes: Object.fromEntries(
      TABLE_NAMES.map((table) => {
        const all = { columns: columnsOf(table), filter: {}, check: {}, set: {}, backend_only: false };
        return [table, { insert: all, update: all, delete: all }];
      }),
    ),
  };
}

/** `reach`: how many relationships deep it looks at rows. */
function mutation(rights: Rights, reach: number): fc.Arbitrary<Mutation> {
  const choices = TABLE_NAMES.flatMap((table) => {
    const { insert, update, delete: remove } = rights.writes[table] ?? {};
    const selects = rights.select[table] !== undefined;
    return [
      ...(insert ? [{ arbitrary: inserts(rights, table, reach), weight: 5 }] : []),
      ...(update && selects ? [{ arbitrary: updates(rights, table, update, reach), weight: 4 }] : []),
      ...(remove && selects ? [{ arbitrary: deletes(rights, table, reach), weight: 2 }] : []),
    ];
  });
  return choices.length > 0 ? fc.oneof(...choices) : mutation(beyond(rights), 0);
}

function returning(
  rights: Rights,
  table: string,
  reach: number,
): fc.Arbitrary<readonly Selection[] | undefined> {
  if (!rights.select[table]) return fc.constant(undefined);
  return fc.option(
    fc.integer({ min: 0, max: reach }).chain((depth) => fields(rights.select, table, depth)),
    { nil: undefined, freq: 4 },
  );
}

const single = (rights: Rights, table: string, reach: number): fc.Arbitrary<readonly Selection[]> =>
  fc.integer({ min: 0, max: reach }).chain((depth) => fields(rights.select, table, depth));

function where(rights: Rights, table: string, reach: number): fc.Arbitrary<Filter> {
  const { select } = rights;
  const anything = filter(table, reach, {
    columns: (t) => select[t]?.columns ?? [],
    tables: TABLE_NAMES.filter((t) => select[t]),
    aggregates: (t) => select[t]?.allow_aggregations ?? false,
    permission: false,
  });
  const few = fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }).map((ids) => ({ id: { _in: ids } }));
  return fc.oneof(anything, few);
}

const permitted = (right: InsertRights | UpdateRights): readonly string[] =>
  right.columns.filter((column) => !Object.hasOwn(right.set, column));

// ------------------------------------------------------------------ inserts

function inserts(rights: Rights, table: string, reach: number): fc.Arbitrary<Mutation> {
  const object = insertObject(rights, table, 1, []);
  const conflict = fc.option(conflicts(rights, table, reach), { nil: undefined, freq: 2 });
  const many: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constant('insert'),
    table: fc.constant(table),
    objects: fc.array(object, { maxLength: 3 }),
    conflict,
    returning: returning(rights, table, reach),
  });
  if (!rights.select[table]) return many;
  const one: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constant('insert_one'),
    table: fc.constant(table),
    objects: fc.tuple(object),
    conflict,
    returning: single(rights, table, reach),
  });
  return fc.oneof({ arbitrary: many, weight: 2 }, { arbitrary: one, weight: 1 });
}

function insertObject(
  rights: Rights,
  table: string,
  depth: number,
  determined: readonly string[],
): fc.Arbitrary<InsertObject> {
  const insert = rights.writes[table]?.insert;
  const allowed = insert ? permitted(insert).filter((c) => !determined.includes(c)) : [];
  // A name keeps most authors from failing; an id now and then meets one that is there.
  const values = valuesOf(table, allowed).chain((given) =>
    allowed.includes('name') && !Object.hasOwn(given, 'name')
      ? valueOf(table, 'name').map((name) => ({ ...given, name }))
      : fc.constant(given),
  );
  const none: fc.Arbitrary<InsertObject['nested']> = fc.constant({});
  const nested = Object.entries(must(TABLES[table], 'a table').relationships).flatMap(
    ([name, { kind, table: other, on }]) => {
      if (depth === 0 || !rights.writes[other]?.insert) return [];
      const inner = insertObject(rights, other, depth - 1, kind === 'array' ? [on[1]] : []);
      const objects = kind === 'array' ? fc.array(inner, { maxLength: 2 }) : fc.tuple(inner);
      return [objects.map((list): InsertObject['nested'] => ({ [name]: list }))];
    },
  );
  const some =
    nested.length > 0
      ? fc.oneof({ arbitrary: none, weight: 1 }, { arbitrary: fc.oneof(...nested), weight: 1 })
      : none;
  return fc.tuple(values, some, fc.nat(9)).map(([given, inner, dice]) => {
    // What the nested object determines is not given too, but for some.
    const taken = Object.keys(inner).map((name) =>
      must(TABLES[table]?.relationships[name], 'a relationship'),
    );
    const twice = taken.flatMap(({ kind, on }) => (kind === 'object' ? [on[0]] : []));
    const kept = Object.entries(given).filter(([column]) => dice === 0 || !twice.includes(column));
    return { values: Object.fromEntries(kept), nested: inner };
  });
}

function conflicts(rights: Rights, table: string, reach: number): fc.Arbitrary<Conflict | undefined> {
  const update = rights.writes[table]?.update;
  if (!update) return fc.constant(undefined);
  return fc.record({
    constraint: fc.constantFrom(...Object.keys(must(KEYS[table], 'keys of a table'))),
    update_columns: fc.subarray([...permitted(update)]),
    where: rights.select[table]
      ? fc.option(where(rights, table, reach), { nil: undefined })
      : fc.constant(undefined),
  });
}

// ------------------------------------------------------------------ updates and deletes

function updates(rights: Rights, table: string, update: UpdateRights, reach: number): fc.Arbitrary<Mutation> {
  const change = changes(table, permitted(update));
  const common = { table: fc.constant(table), returning: returning(rights, table, reach) };
  return fc.oneof(
    fc.record({
      ...common,
      kind: fc.constant('update' as const),
      where: where(rights, table, reach),
      change,
    }),
    fc.record({
      ...common,
      kind: fc.constant('update_by_pk' as const),
      id: fc.integer({ min: 1, max: 6 }),
      change,
      returning: single(rights, table, reach),
    }),
    fc.record({
      ...common,
      kind: fc.constant('update_many' as const),
      updates: fc.array(fc.record({ where: where(rights, table, reach), change }), { maxLength: 3 }),
    }),
  );
}

function changes(table: string, allowed: readonly string[]): fc.Arbitrary<Change> {
  // Keys change seldom: rows that are referred to could not.
  const columns = fc.nat(4).map((n) => (n === 0 ? allowed : allowed.filter((c) => c !== 'id')));
  return columns.chain((chosen) => {
    if (chosen.length === 0) return fc.constant({});
    const numbers = chosen.filter((c) =>
      ['int', 'float'].includes(must(TABLES[table]?.columns[c], 'a column')),
    );
    const increments =
      numbers.length > 0
        ? fc.option(
            fc
              .uniqueArray(fc.constantFrom(...numbers), { minLength: 1, maxLength: 2 })
              .chain((cs) =>
                fc.record(Object.fromEntries(cs.map((c) => [c, fc.integer({ min: -2, max: 3 })]))),
              ),
            { nil: undefined },
          )
        : fc.constant(undefined);
    return fc
      .tuple(fc.option(valuesOf(table, chosen), { nil: undefined, freq: 4 }), increments, fc.nat(9))
      .map(([_set, _inc, dice]): Change => {
        const once = Object.entries(_set ?? {}).filter(([c]) => dice === 0 || !Object.hasOwn(_inc ?? {}, c));
        return { _set: _set && Object.fromEntries(once), _inc };
      });
  });
}

function deletes(rights: Rights, table: string, reach: number): fc.Arbitrary<Mutation> {
  return fc.oneof(
    fc.record({
      kind: fc.constant('delete' as const),
      table: fc.constant(table),
      where: where(rights, table, reach),
      returning: returning(rights, table, reach),
    }),
    fc.record({
      kind: fc.constant('delete_by_pk' as const),
      table: fc.constant(table),
      id: fc.integer({ min: 1, max: 6 }),
      returning: single(rights, table, reach),
    }),
  );
}
