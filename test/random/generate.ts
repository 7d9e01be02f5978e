// Random permissions and random queries that a role under them may send.

import fc from 'fast-check';

import { isColumn, MODELS, MOODS, shapeOf as shape, TABLES } from './model.ts';
import type {
  Aggregate,
  Filter,
  Groups,
  ListArguments,
  Permission,
  Permissions,
  Selection,
} from './naive.ts';

const INTS = fc.integer({ min: 0, max: 8 });
/** Halves, which sums and averages keep exactly. */
const FLOATS = fc.integer({ min: 0, max: 8 }).map((n) => n / 2);
const TEXTS = fc.constantFrom('a', 'ab', 'b', "it's", '%', '');
const PATTERNS = fc.constantFrom('%', 'a%', '%b', '_', 'a_', '');

export const SESSION = { 'x-hasura-role': 'user', 'x-hasura-user-id': '3', 'x-hasura-name': 'ab' };

/** What there are permissions for. */
const SELECTABLE = Object.keys({ ...TABLES, ...MODELS });

// ------------------------------------------------------------------ filters

export interface FilterOptions {
  /** Columns and relationships that may be used, by table. */
  readonly columns: (table: string) => readonly string[];
  readonly tables: readonly string[];
  /** Whether rows of a table may be aggregated. */
  readonly aggregates: (table: string) => boolean;
  /** A permission may also use session variables, other columns, also of the table it is on, and _exists. */
  readonly permission: boolean;
  /** The table it is on. */
  readonly root?: string;
}

function comparison(table: string, column: string, options: FilterOptions): fc.Arbitrary<Filter> {
  const type = shape(table).columns[column];
  const isNull = fc.record({ _is_null: fc.boolean() });
  const choices: fc.Arbitrary<Filter>[] = [isNull];
  if (type === 'bool') choices.push(fc.record({ _eq: fc.boolean() }), fc.record({ _neq: fc.boolean() }));
  const values: fc.Arbitrary<unknown> = type === 'int' ? INTS : type === 'float' ? FLOATS : TEXTS;
  if (type === 'mood') {
    choices.push(
      fc.tuple(fc.constantFrom('_eq', '_neq'), fc.constantFrom(...MOODS)).map(([op, x]) => ({ [op]: x })),
      fc.tuple(fc.constantFrom('_in', '_nin'), fc.subarray([...MOODS])).map(([op, list]) => ({ [op]: list })),
    );
  } else if (type !== 'bool') {
    const ops = fc.constantFrom('_eq', '_neq', '_gt', '_gte', '_lt', '_lte');
    choices.push(fc.tuple(ops, values).map(([op, value]) => ({ [op]: value })));
    choices.push(
      fc
        .tuple(fc.constantFrom('_in', '_nin'), fc.array(values, { maxLength: 3 }))
        .map(([op, value]) => ({ [op]: value })),
    );
    choices.push(fc.tuple(ops, values, ops, values).map(([a, x, b, y]) => ({ [a]: x, [b]: y })));
  }
  if (type === 'text')
    choices.push(fc.tuple(fc.constantFrom('_like', '_nlike'), PATTERNS).map(([op, p]) => ({ [op]: p })));
  if (options.permission) {
    const name = type === 'int' ? 'X-Hasura-User-Id' : type === 'text' ? 'x-hasura-name' : undefined;
    if (name) choices.push(fc.constantFrom('_eq', '_neq', '_gte').map((op) => ({ [op]: name })));
    if (type === 'int') {
      const ints = (of: string): string[] =>
        Object.entries(shape(of).columns).flatMap(([c, t]) => (t === 'int' ? [c] : []));
      const ofRoot = options.root === undefined ? [] : ints(options.root).map((c) => ['$', c]);
      const others: (string | readonly string[])[] = [...ints(table), ...ofRoot];
      choices.push(
        fc
          .tuple(fc.constantFrom('_ceq', '_cne', '_cgt', '_clte'), fc.constantFrom(...others))
          .map(([op, c]) => ({ [op]: c })),
      );
    }
  }
  return fc.oneof(...choices);
}

/** A filter on rows of a table, `depth` relationships deep. */
export function filter(table: string, depth: number, options: FilterOptions): fc.Arbitrary<Filter> {
  const columns = options.columns(table);
  const choices: fc.Arbitrary<Filter>[] = [fc.constant({})];
  if (columns.length > 0) {
    choices.push(
      fc.constantFrom(...columns).chain((c) => comparison(table, c, options).map((exp) => ({ [c]: exp }))),
      fc
        .uniqueArray(fc.constantFrom(...columns), { minLength: 1, maxLength: 2 })
        .chain((cs) =>
          fc
            .tuple(...cs.map((c) => comparison(table, c, options)))
            .map((exps) => Object.fromEntries(cs.map((c, i) => [c, exps[i]]))),
        ),
    );
  }
  if (depth > 0) {
    const inner = filter(table, depth - 1, options);
    choices.push(
      fc.record({ _not: inner }),
      fc.record({ _and: fc.array(inner, { maxLength: 3 }) }),
      fc.record({ _or: fc.array(inner, { maxLength: 3 }) }),
    );
    for (const [name, relationship] of Object.entries(shape(table).relationships)) {
      if (!options.tables.includes(relationship.table)) continue;
      choices.push(filter(relationship.table, depth - 1, options).map((exp) => ({ [name]: exp })));
      if (relationship.only) continue;
      if (relationship.kind !== 'array' || !options.aggregates(relationship.table)) continue;
      choices.push(
        predicate(relationship.table, depth - 1, options).map((exp) => ({ [`${name}_aggregate`]: exp })),
      );
    }
    if (options.permission) {
      choices.push(
        fc.constantFrom(...Object.keys(TABLES)).chain((t) =>
          filter(t, 0, options).map((exp) => ({
            _exists: { _table: { schema: 'public', name: t }, _where: exp },
          })),
        ),
      );
    }
  }
  return fc.oneof(...choices);
}

/** `{count: {arguments: [id], distinct: true, filter: {…}, predicate: {_gt: 1}}}` */
function predicate(table: string, depth: number, options: FilterOptions): fc.Arbitrary<Filter> {
  const typed = (type: string): string[] =>
    options.columns(table).filter((c) => shape(table).columns[c] === type);
  const bounds = (values: fc.Arbitrary<number>): fc.Arbitrary<Filter> => {
    const ops = fc.constantFrom('_eq', '_neq', '_gt', '_gte', '_lt', '_lte');
    return fc.oneof(
      fc.tuple(ops, values).map(([op, value]) => ({ [op]: value })),
      fc.tuple(ops, values, ops, values).map(([a, x, b, y]) => ({ [a]: x, [b]: y })),
      fc.record({ _is_null: fc.boolean() }),
    );
  };
  const of = (
    fn: string,
    args: fc.Arbitrary<unknown>,
    compared: fc.Arbitrary<Filter>,
  ): fc.Arbitrary<Filter> =>
    fc
      .record(
        {
          arguments: args,
          distinct: fc.boolean(),
          filter: filter(table, depth, options),
          predicate: compared,
        },
        { requiredKeys: fn === 'count' ? ['predicate'] : ['predicate', 'arguments'] },
      )
      .map((exp) => ({ [fn]: exp }));
  const named = options.columns(table).filter((c) => isColumn(table, c));
  const columns = fc.uniqueArray(fc.constantFrom(...named), { maxLength: 2 });
  const choices = [of('count', columns, bounds(fc.integer({ min: 0, max: 4 })))];
  const bools = typed('bool');
  if (bools.length > 0) {
    const fns = fc.constantFrom('bool_and', 'bool_or');
    const compared = fc.oneof(fc.record({ _eq: fc.boolean() }), fc.record({ _is_null: fc.boolean() }));
    choices.push(fns.chain((fn) => of(fn, fc.constantFrom(...bools), compared)));
  }
  const floats = typed('float');
  if (floats.length > 0) {
    const fns = fc.constantFrom('avg', 'max', 'min', 'sum');
    choices.push(fns.chain((fn) => of(fn, fc.constantFrom(...floats), bounds(FLOATS))));
  }
  return fc.oneof(...choices);
}

// ------------------------------------------------------------------ permissions

function permission(table: string): fc.Arbitrary<Permission> {
  const all = Object.keys(shape(table).columns);
  const options: FilterOptions = {
    columns: (t) => Object.keys(shape(t).columns),
    tables: Object.keys(TABLES),
    aggregates: () => false, // as in Hasura, no permission may
    permission: true,
    root: table,
  };
  return fc.record({
    // `id` is always there, so that answers can be put into an order.
    columns: fc
      .subarray(all.filter((c) => c !== 'id'))
      .map((cs) => all.filter((c) => c === 'id' || cs.includes(c))),
    filter: filter(table, 2, options),
    limit: fc.option(fc.integer({ min: 0, max: 6 }), { freq: 3 }),
    allow_aggregations: fc.boolean(),
  });
}

const maybe = (table: string, freq: number): fc.Arbitrary<Permission | undefined> =>
  fc.option(permission(table), { freq, nil: undefined });

/** On each table with that likelihood, or on `author` always. */
const on = (freq: number, author = maybe('author', freq)): fc.Arbitrary<Permissions> =>
  fc.record({
    ...Object.fromEntries(SELECTABLE.map((table) => [table, maybe(table, freq)])),
    author,
  });

/** Select permissions of one role: on one table at least, each with its own filter, columns and limit. */
export const permissions: fc.Arbitrary<Permissions> = on(4, permission('author'));

/** Permissions of the roles an inherited role is made of, and of one in between that may have its own. */
export interface Family {
  readonly one: Permissions;
  readonly two: Permissions;
  readonly three: Permissions;
  /** Made of `two` and `three`. */
  readonly between: Permissions;
}

/** A role `user` is made of `one` and `between`. */
export const families: fc.Arbitrary<Family> = fc.record({
  one: permissions,
  two: on(3),
  three: on(2),
  between: on(1),
});

/** What `user` may, as the naive evaluator takes it. */
export function inheritedPermissions({ one, two, three, between }: Family): Permissions {
  return Object.fromEntries(
    SELECTABLE.map((table) => {
      const inner = between[table] ? [between[table]] : [two[table], three[table]];
      return [table, together([one[table], ...inner].filter((p) => p !== undefined))];
    }),
  );
}

function together(parts: readonly Permission[]): Permission | undefined {
  if (parts.length === 0) return undefined;
  const limits = parts.flatMap(({ limit }) => (limit === null ? [] : [limit]));
  return {
    columns: [...new Set(parts.flatMap((p) => p.columns))],
    filter: {},
    limit: limits.length > 0 ? Math.max(...limits) : null,
    allow_aggregations: parts.some((p) => p.allow_aggregations),
    parts,
  };
}

// ------------------------------------------------------------------ queries

export type Query =
  | {
      readonly kind: 'list';
      readonly table: string;
      readonly selection: Selection & { kind: 'list' };
      readonly called?: Call | undefined;
    }
  | {
      readonly kind: 'aggregate';
      readonly table: string;
      readonly selection: Selection & { kind: 'aggregate' };
      readonly called?: Call | undefined;
    }
  | {
      readonly kind: 'by_pk';
      readonly table: string;
      readonly id: number;
      readonly fields: readonly Selection[];
    };

/** The root field is a function's or a native query's, and its argument. */
export interface Call {
  readonly name: 'search' | 'rated';
  readonly args: Readonly<Record<string, number>>;
}

/** A query of one root field. */
export function query(world: Permissions): fc.Arbitrary<Query> {
  const tables = Object.keys(TABLES).filter((t) => world[t]);
  const search = fc.integer({ min: 0, max: 4 }).map((lowest): Call => ({ name: 'search', args: { lowest } }));
  const rated = fc.integer({ min: 0, max: 4 }).map((highest): Call => ({ name: 'rated', args: { highest } }));
  const native = world['scored'] ? [list(world, 'scored', rated)] : [];
  const ofTable = fc.constantFrom(...tables).chain((table) => {
    const called = table === 'article' ? fc.option(search, { nil: undefined }) : fc.constant(undefined);
    const choices = [list(world, table, called)];
    if (!shape(table).view) {
      choices.push(
        fc
          .tuple(fc.integer({ min: 0, max: 9 }), fields(world, table, 2))
          .map(([id, fs]) => ({ kind: 'by_pk', table, id, fields: fs })),
      );
    }
    if (world[table]?.allow_aggregations) {
      choices.push(
        fc
          .tuple(aggregateOf(world, table, table, 'root', 1), called)
          .map(([selection, call]) => ({ kind: 'aggregate', table, selection, called: call })),
      );
    }
    return fc.oneof(...choices);
  });
  return fc.oneof(
    { arbitrary: ofTable, weight: 8 },
    ...native.map((arbitrary) => ({ arbitrary, weight: 1 })),
  );
}

function list(world: Permissions, table: string, call: fc.Arbitrary<Call | undefined>): fc.Arbitrary<Query> {
  return fc.tuple(listArguments(world, table), fields(world, table, 2), call).map(([args, fs, called]) => ({
    kind: 'list',
    table,
    selection: { kind: 'list', key: 'root', name: table, args, fields: fs },
    called,
  }));
}

function listArguments(world: Permissions, table: string): fc.Arbitrary<ListArguments> {
  const columns = world[table]?.columns ?? [];
  const named = columns.filter((c) => isColumn(table, c));
  const options: FilterOptions = {
    columns: (t) => world[t]?.columns ?? [],
    tables: Object.keys(TABLES).filter((t) => world[t]),
    aggregates: (t) => world[t]?.allow_aggregations ?? false,
    permission: false,
  };
  const direction = fc.constantFrom(
    'asc',
    'desc',
    'asc_nulls_first',
    'asc_nulls_last',
    'desc_nulls_first',
    'desc_nulls_last',
  );
  const byColumn = fc
    .tuple(fc.constantFrom(...columns), direction)
    .map(([c, d]): Readonly<Record<string, unknown>> => ({ [c]: d }));
  const sorts: fc.Arbitrary<Readonly<Record<string, unknown>>>[] = [byColumn];
  for (const [name, relationship] of Object.entries(shape(table).relationships)) {
    const other = world[relationship.table];
    if (!other) continue;
    if (relationship.kind === 'object') {
      sorts.push(
        fc.tuple(fc.constantFrom(...other.columns), direction).map(([c, d]) => ({ [name]: { [c]: d } })),
      );
    } else if (other.allow_aggregations) {
      sorts.push(direction.map((d) => ({ [`${name}_aggregate`]: { count: d } })));
      sorts.push(
        fc
          .tuple(fc.constantFrom('max', 'min'), direction)
          .map(([op, d]) => ({ [`${name}_aggregate`]: { [op]: { id: d } } })),
      );
    }
  }
  return fc
    .record({
      where: fc.option(filter(table, 2, options), { nil: undefined }),
      sorts: fc.array(fc.oneof(...sorts), { maxLength: 2 }),
      distinct: fc.option(fc.uniqueArray(fc.constantFrom(...named), { minLength: 1, maxLength: 2 }), {
        nil: undefined,
        freq: 4,
      }),
      distinctDirection: direction,
      limit: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      offset: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined, freq: 3 }),
    })
    .map(({ where, sorts: chosen, distinct, distinctDirection, limit, offset }) => ({
      ...(where && { where }),
      // Ends on the key, so that there is one right order.
      order_by: [...(distinct ?? []).map((c) => ({ [c]: distinctDirection })), ...chosen, { id: 'asc' }],
      ...(distinct && { distinct_on: distinct }),
      ...(limit !== undefined && { limit }),
      ...(offset !== undefined && { offset }),
    }));
}

/** A selection of rows of a table, `depth` relationships deep. */
export function fields(world: Permissions, table: string, depth: number): fc.Arbitrary<readonly Selection[]> {
  const columns = world[table]?.columns ?? [];
  const choices: fc.Arbitrary<Selection>[] = [
    fc.constantFrom(...columns).map((column): Selection => ({ kind: 'column', key: column, column })),
    fc.constantFrom(...columns).map((column): Selection => ({ kind: 'column', key: `x_${column}`, column })),
    fc.constant<Selection>({ kind: 'typename', key: '__typename' }),
  ];
  for (const [name, relationship] of depth > 0 ? Object.entries(shape(table).relationships) : []) {
    const other = relationship.table;
    if (!world[other]) continue;
    const inner = fields(world, other, depth - 1);
    if (relationship.kind === 'object')
      choices.push(inner.map((fs): Selection => ({ kind: 'object', key: name, name, fields: fs })));
    else {
      choices.push(
        fc
          .tuple(listArguments(world, other), inner)
          .map(([args, fs]): Selection => ({ kind: 'list', key: name, name, args, fields: fs })),
      );
      if (world[other]?.allow_aggregations && !relationship.only)
        choices.push(aggregateOf(world, other, name, `${name}_aggregate`, depth - 1));
    }
  }
  return fc.uniqueArray(fc.oneof(...choices), { minLength: 1, maxLength: 4, selector: (s) => s.key });
}

function aggregateOf(
  world: Permissions,
  table: string,
  name: string,
  key: string,
  depth: number,
): fc.Arbitrary<Selection & { kind: 'aggregate' }> {
  const columns = world[table]?.columns ?? [];
  const named = columns.filter((c) => isColumn(table, c));
  const typed = (...types: string[]): string[] =>
    columns.filter((c) => types.includes(shape(table).columns[c] ?? ''));
  const choices: fc.Arbitrary<Aggregate>[] = [
    fc.constant<Aggregate>({ key: 'count', op: 'count', columns: [] }),
    fc
      .tuple(fc.constantFrom(...named), fc.boolean())
      .map(([c, distinct]): Aggregate => ({ key: 'some', op: 'count', columns: [c], distinct })),
    fc
      .uniqueArray(fc.constantFrom(...named), { minLength: 2, maxLength: 2 })
      .map((cs): Aggregate => ({ key: 'pairs', op: 'count', columns: cs, distinct: true })),
    fc
      .tuple(
        fc.constantFrom('max' as const, 'min' as const),
        fc.constantFrom(...typed('int', 'text', 'float')),
      )
      .map(([op, c]): Aggregate => ({ key: op, op, columns: [c] })),
    fc
      .constantFrom(...typed('int', 'float'))
      .map((c): Aggregate => ({ key: 'sum', op: 'sum', columns: [c] })),
  ].filter((_, i) => i !== 2 || named.length > 1);
  const some = fc.uniqueArray(fc.oneof(...choices), { minLength: 1, maxLength: 3, selector: (a) => a.key });
  const groups: fc.Arbitrary<Groups> = fc.record({
    keys: fc.uniqueArray(fc.constantFrom(...named), { maxLength: 2 }),
    shown: fc.uniqueArray(fc.constantFrom(...named), { minLength: 1, maxLength: 3 }),
    aggregate: some,
  });
  return fc
    .record({
      args: listArguments(world, table),
      aggregate: some,
      nodes: fields(world, table, Math.max(depth, 0)),
      groups: fc.option(groups, { nil: undefined, freq: 2 }),
    })
    .map((parts) => ({ kind: 'aggregate', key, name, ...parts }));
}
