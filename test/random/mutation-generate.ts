// Random mutations that a role may send under its permissions, or that go a step beyond them.

import fc from 'fast-check';

import { must } from '../../src/util/assert.ts';
import { fields, filter } from './generate.ts';
import type { Row } from './model.ts';
import { TABLES } from './model.ts';
import { writable } from './mutation-rights.ts';
import { KEYS, START } from './mutation-schema.ts';
import type {
  Change,
  Conflict,
  DeleteRights,
  InsertObject,
  Mutation,
  Nested,
  Rights,
  UpdateRights,
} from './mutation-types.ts';
import { type AllWrites, columnsOf, safeValueOf, TABLE_NAMES, valueOf, valuesOf } from './mutation-worlds.ts';
import type { Filter, Selection } from './naive.ts';

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

// ------------------------------------------------------------------ inserts

function inserts(rights: Rights, table: string, reach: number): fc.Arbitrary<Mutation> {
  const nesting = { determined: [], reach };
  const object = fc.oneof(
    { arbitrary: insertObject(rights, table, { ...nesting, depth: 1, safe: false }), weight: 3 },
    // Deep ones come to nothing when their values are taken from anywhere.
    {
      arbitrary: fc
        .constant(null)
        .chain(() => insertObject(rights, table, { ...nesting, depth: 4, safe: true })),
      weight: 3,
    },
  );
  const of = (objects: fc.Arbitrary<readonly InsertObject[]>) => upserted(rights, table, nesting, objects);
  const many: fc.Arbitrary<Mutation> = fc
    .record({ given: of(fc.array(object, { maxLength: 3 })), returning: returning(rights, table, reach) })
    .map(({ given, ...rest }) => ({ kind: 'insert', table, ...given, ...rest }));
  if (!rights.select[table]) return many;
  const one: fc.Arbitrary<Mutation> = fc
    .record({ given: of(fc.tuple(object)), returning: single(rights, table, reach) })
    .map(({ given, ...rest }) => ({ kind: 'insert_one', table, ...given, ...rest }));
  return fc.oneof({ arbitrary: many, weight: 2 }, { arbitrary: one, weight: 1 });
}

interface Nesting {
  /** How many levels may follow. */
  readonly depth: number;
  /** Columns that the object it is nested in determines. */
  readonly determined: readonly string[];
  /** Whether values are to break no rule. */
  readonly safe: boolean;
  /** As of the mutation. */
  readonly reach: number;
}

function insertObject(rights: Rights, table: string, nesting: Nesting): fc.Arbitrary<InsertObject> {
  const { depth, determined, safe, reach } = nesting;
  const insert = rights.writes[table]?.insert;
  const may = insert ? writable(table, insert).filter((c) => !determined.includes(c)) : [];
  const allowed = may.filter((column) => !safe || column !== 'id');
  const value = safe ? safeValueOf : valueOf;
  // A name keeps most authors from failing; an id now and then meets one that is there.
  const needed = allowed.filter((c) => c === 'name' || (safe && c === 'title'));
  const values = fc
    .tuple(
      valuesOf(table, allowed, value),
      fc.record(Object.fromEntries(needed.map((c) => [c, value(table, c)]))),
    )
    .map(([given, more]) => ({ ...more, ...given }));
  const none: fc.Arbitrary<InsertObject['nested']> = fc.constant({});
  const nested = Object.entries(must(TABLES[table], 'a table').relationships).flatMap(
    ([name, { kind, table: other, on, only }]) => {
      if (depth === 0 || only || !rights.writes[other]?.insert) return [];
      if (safe && kind === 'object' && determined.includes(on[0])) return [];
      const inner = insertObject(rights, other, {
        ...nesting,
        depth: depth - 1,
        determined: kind === 'array' ? [on[1]] : [],
      });
      const objects = kind === 'array' ? fc.array(inner, { maxLength: 2 }) : fc.tuple(inner);
      const related = upserted(
        rights,
        other,
        { determined: kind === 'array' ? [on[1]] : [], reach },
        objects,
      );
      return [related.map((given): InsertObject['nested'] => ({ [name]: given }))];
    },
  );
  const one = nested.length > 0 ? fc.oneof(...nested) : none;
  const some =
    nested.length > 0
      ? fc.oneof(
          { arbitrary: none, weight: safe ? 1 : 2 },
          { arbitrary: one, weight: safe ? 4 : 2 },
          { arbitrary: fc.tuple(one, one).map(([a, b]) => ({ ...a, ...b })), weight: 1 },
        )
      : none;
  return fc.tuple(values, some, fc.nat(9)).map(([given, inner, dice]) => {
    // What the nested object determines is not given too, but for some.
    const taken = Object.keys(inner).map((name) =>
      must(TABLES[table]?.relationships[name], 'a relationship'),
    );
    const twice = taken.flatMap(({ kind, on }) => (kind === 'object' ? [on[0]] : []));
    const kept = Object.entries(given).filter(([column]) => (dice === 0 && !safe) || !twice.includes(column));
    return { values: Object.fromEntries(kept), nested: inner };
  });
}

/** Objects, often with `on_conflict`; then the first of them often has the key of a row that is there. */
function upserted(
  rights: Rights,
  table: string,
  { determined, reach }: Pick<Nesting, 'determined' | 'reach'>,
  objects: fc.Arbitrary<readonly InsertObject[]>,
): fc.Arbitrary<Nested> {
  const { insert } = rights.writes[table] ?? {};
  const columns = insert ? writable(table, insert).filter((c) => !determined.includes(c)) : [];
  const keyOf = (row: Row, { constraint }: Conflict, { nested }: InsertObject): Row => {
    const taken = Object.keys(nested).map((name) => {
      const { kind, on } = must(TABLES[table]?.relationships[name], 'a relationship');
      return kind === 'object' ? on[0] : undefined;
    });
    const key = KEYS[table]?.[constraint] ?? [];
    const given = key.filter((column) => columns.includes(column) && !taken.includes(column));
    return Object.fromEntries(given.map((column) => [column, row[column] ?? null]));
  };
  const there = START[table] ?? [];
  return fc
    .record({
      list: objects,
      conflict: fc.option(conflicts(rights, table, reach), { nil: undefined, freq: 2 }),
      row: there.length > 0 ? fc.option(fc.constantFrom(...there), { freq: 3 }) : fc.constant(null),
    })
    .map(({ list: [first, ...others], conflict, row }) => {
      if (!first) return { objects: [], conflict };
      const key = row && conflict ? keyOf(row, conflict, first) : {};
      return { objects: [{ ...first, values: { ...first.values, ...key } }, ...others], conflict };
    });
}

function conflicts(rights: Rights, table: string, reach: number): fc.Arbitrary<Conflict | undefined> {
  const update = rights.writes[table]?.update;
  const keys = KEYS[table];
  if (!update || !keys) return fc.constant(undefined);
  return fc.record({
    constraint: fc.constantFrom(...Object.keys(keys)),
    update_columns: fc.subarray([...writable(table, update)]),
    where: rights.select[table]
      ? fc.option(where(rights, table, reach), { nil: undefined, freq: 1 })
      : fc.constant(undefined),
  });
}

// ------------------------------------------------------------------ updates and deletes

function updates(rights: Rights, table: string, update: UpdateRights, reach: number): fc.Arbitrary<Mutation> {
  const change = changes(table, writable(table, update));
  const common = { table: fc.constant(table), returning: returning(rights, table, reach) };
  const byKey: fc.Arbitrary<Mutation> = fc.record({
    ...common,
    kind: fc.constant('update_by_pk' as const),
    id: fc.integer({ min: 1, max: 6 }),
    change,
    returning: single(rights, table, reach),
  });
  return fc.oneof(
    fc.record({
      ...common,
      kind: fc.constant('update' as const),
      where: where(rights, table, reach),
      change,
    }),
    ...(KEYS[table] ? [byKey] : []),
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
  const byKey: fc.Arbitrary<Mutation> = fc.record({
    kind: fc.constant('delete_by_pk' as const),
    table: fc.constant(table),
    id: fc.integer({ min: 1, max: 6 }),
    returning: single(rights, table, reach),
  });
  return fc.oneof(
    fc.record({
      kind: fc.constant('delete' as const),
      table: fc.constant(table),
      where: where(rights, table, reach),
      returning: returning(rights, table, reach),
    }),
    ...(KEYS[table] ? [byKey] : []),
  );
}
