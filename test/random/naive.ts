// What the answer must be, computed the slow way: rows filtered one by one in JavaScript, with SQL's three-valued
// logic. Knows permissions as the metadata writes them; shares no code with the engine.

import { must } from '../../src/util/assert.ts';
import type { RelationshipShape, Row, Value } from './model.ts';
import { ROWS, shapeOf } from './model.ts';

export type Filter = Readonly<Record<string, unknown>>;

export interface Permission {
  readonly columns: readonly string[];
  readonly filter: Filter;
  readonly limit: number | null;
  readonly allow_aggregations: boolean;
  /** Of an inherited role: the permissions it has together; `filter` says nothing then. */
  readonly parts?: readonly Permission[];
}

export type Permissions = Readonly<Record<string, Permission | undefined>>;

export interface ListArguments {
  readonly where?: Filter;
  readonly order_by?: readonly Readonly<Record<string, unknown>>[];
  readonly distinct_on?: readonly string[];
  readonly limit?: number;
  readonly offset?: number;
}

export type Selection =
  | { readonly kind: 'column'; readonly key: string; readonly column: string }
  | { readonly kind: 'typename'; readonly key: string }
  | {
      readonly kind: 'object';
      readonly key: string;
      readonly name: string;
      readonly fields: readonly Selection[];
    }
  | {
      readonly kind: 'list';
      readonly key: string;
      readonly name: string;
      readonly args: ListArguments;
      readonly fields: readonly Selection[];
    }
  | {
      readonly kind: 'aggregate';
      readonly key: string;
      readonly name: string;
      readonly args: ListArguments;
      readonly aggregate: readonly Aggregate[];
      readonly nodes: readonly Selection[];
      readonly groups?: Groups | undefined;
    };

export interface Groups {
  readonly keys: readonly string[];
  /** Of `group_key`. */
  readonly shown: readonly string[];
  readonly aggregate: readonly Aggregate[];
}

export interface Aggregate {
  readonly key: string;
  readonly op: 'count' | 'max' | 'min' | 'sum';
  readonly columns: readonly string[];
  readonly distinct?: boolean;
}

type Truth = boolean | null;

export interface World {
  readonly permissions: Permissions;
  readonly session: Readonly<Record<string, string>>;
  /** The rows there are, by table; those of the model unless told. */
  readonly rows?: Readonly<Record<string, readonly Row[]>>;
}

/** Rows as a role sees them -> as they are: relationships are over the latter. */
const RAW = new WeakMap<Row, Row>();
const rawOf = (row: Row): Row => RAW.get(row) ?? row;

const rowsOf = ({ rows = ROWS }: World, name: string): readonly Row[] => rows[name] ?? [];

/** The rows of a list as the answer has them. */
export function evaluateList(
  world: World,
  table: string,
  rows: readonly Row[],
  args: ListArguments,
  fields: readonly Selection[],
): unknown[] {
  return chosen(world, table, rows, args, world.permissions[table]?.limit ?? null).map((row) =>
    project(world, table, row, fields),
  );
}

export function evaluateAggregate(
  world: World,
  table: string,
  rows: readonly Row[],
  selection: Selection & { kind: 'aggregate' },
): unknown {
  const counted = chosen(world, table, rows, selection.args, null);
  const { groups } = selection;
  return {
    aggregate: aggregates(counted, selection.aggregate),
    nodes: evaluateList(world, table, rows, selection.args, selection.nodes),
    ...(groups && { group_by: grouped(counted, groups) }),
  };
}

function aggregates(rows: readonly Row[], asked: readonly Aggregate[]): unknown {
  return Object.fromEntries(asked.map((a) => [a.key, aggregated(rows, a)]));
}

/** In the order of their keys, nulls last. */
function grouped(rows: readonly Row[], { keys, shown, aggregate }: Groups): readonly unknown[] {
  const groups = new Map<string, Row[]>(keys.length === 0 ? [['[]', []]] : []);
  const sorted = [...rows].sort((a, b) =>
    keys.reduce((order, k) => order || compareNullable(a[k] ?? null, b[k] ?? null, 'asc'), 0),
  );
  for (const row of sorted) {
    const key = JSON.stringify(keys.map((k) => row[k]));
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((members) => ({
    group_key: Object.fromEntries(shown.map((c) => [c, keys.includes(c) ? (members[0]?.[c] ?? null) : null])),
    aggregate: aggregates(members, aggregate),
  }));
}

export function evaluateByPk(world: World, table: string, id: number, fields: readonly Selection[]): unknown {
  const row = permitted(world, table, rowsOf(world, table)).find((r) => r['id'] === id);
  return row ? project(world, table, row, fields) : null;
}

function permitted(world: World, table: string, rows: readonly Row[]): readonly Row[] {
  const permission = world.permissions[table];
  if (!permission) throw new Error(`the generator selected ${table}, which the role may not`);
  const allows = ({ filter }: Permission, row: Row): boolean =>
    holds(world, table, filter, row, row, false) === true;
  const { parts } = permission;
  if (!parts) return rows.filter((row) => allows(permission, row));
  return rows
    .filter((row) => parts.some((part) => allows(part, row)))
    .map((row) => rowAsSeen(world, table, row));
}

/**
 * A row with the values that the role may see of it. Of a row that none of an inherited role's permissions allows, which
 * a mutation may return, those that all of them would show: as in Hasura, they depend on no row.
 */
export function rowAsSeen(world: World, table: string, row: Row): Row {
  const parts = world.permissions[table]?.parts;
  if (!parts) return row;
  const allowing = parts.filter(({ filter }) => holds(world, table, filter, row, row, false) === true);
  const shows =
    (column: string) =>
    (part: Permission): boolean =>
      part.columns.includes(column);
  const shown = Object.entries(row).map(([column, value]): [string, Value] => [
    column,
    parts.every(shows(column)) || allowing.some(shows(column)) ? value : null,
  ]);
  const seen: Row = Object.fromEntries(shown);
  RAW.set(seen, row);
  return seen;
}

function chosen(
  world: World,
  table: string,
  rows: readonly Row[],
  args: ListArguments,
  limit: number | null,
): readonly Row[] {
  let result = [...permitted(world, table, rows)];
  const { where } = args;
  if (where) result = result.filter((row) => holds(world, table, where, row, row, true) === true);
  const keys = (args.order_by ?? []).flatMap((o) => Object.entries(o));
  result.sort((a, b) => {
    for (const [name, direction] of keys) {
      const order = compareNullable(
        sortValue(world, table, a, name, direction),
        sortValue(world, table, b, name, direction),
        lastOf(direction),
      );
      if (order !== 0) return order;
    }
    return 0;
  });
  const distinct = args.distinct_on;
  if (distinct) {
    const seen = new Set<string>();
    result = result.filter((row) => {
      const key = JSON.stringify(distinct.map((c) => row[c]));
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  }
  const from = args.offset ?? 0;
  const asked = args.limit ?? Number.POSITIVE_INFINITY;
  return result.slice(from, from + Math.min(asked, limit ?? Number.POSITIVE_INFINITY));
}

function lastOf(direction: unknown): string {
  let value = direction;
  while (typeof value === 'object' && value !== null) value = Object.values(value)[0];
  return String(value);
}

function sortValue(world: World, table: string, row: Row, name: string, direction: unknown): Value {
  if (typeof direction === 'string') return row[name] ?? null;
  if (name.endsWith('_aggregate')) {
    const relationship = relationshipOf(table, name.slice(0, -'_aggregate'.length));
    const rows = permitted(world, relationship.table, related(world, relationship, row));
    const [[op, inner] = ['', '']] = Object.entries(direction as Record<string, unknown>);
    if (op === 'count') return rows.length;
    const column = Object.keys(inner as object)[0] ?? '';
    return extremum(rows, op, column);
  }
  const relationship = relationshipOf(table, name);
  const [other] = permitted(world, relationship.table, related(world, relationship, row));
  if (!other) return null;
  const [[inner, next] = ['', '']] = Object.entries(direction as Record<string, unknown>);
  return sortValue(world, relationship.table, other, inner, next);
}

function extremum(rows: readonly Row[], op: string, column: string): Value {
  const values = rows
    .map((r) => r[column])
    .filter((v): v is number | string => v !== null && v !== undefined && typeof v !== 'boolean');
  if (values.length === 0) return null;
  const sorted = values.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return (op === 'max' ? sorted.at(-1) : sorted[0]) ?? null;
}

function compareNullable(a: Value, b: Value, direction: string): number {
  const descending = direction.startsWith('desc');
  const nullsFirst = direction.endsWith('nulls_first') || direction === 'desc';
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === nullsFirst ? -1 : 1;
  }
  const order = a < b ? -1 : a > b ? 1 : 0;
  return descending ? -order : order;
}

function aggregated(rows: readonly Row[], aggregate: Aggregate): unknown {
  const [column = ''] = aggregate.columns;
  switch (aggregate.op) {
    case 'count': {
      if (aggregate.columns.length === 0) return rows.length;
      const values = rows
        .map((r) => aggregate.columns.map((c) => r[c] ?? null))
        .filter((v) => v.length > 1 || v[0] !== null);
      return aggregate.distinct ? new Set(values.map((v) => JSON.stringify(v))).size : values.length;
    }
    case 'sum': {
      const numbers = rows.map((r) => r[column]).filter((v) => typeof v === 'number');
      return { [column]: numbers.length === 0 ? null : numbers.reduce((a, b) => a + b, 0) };
    }
    case 'max':
    case 'min':
      return { [column]: extremum(rows, aggregate.op, column) };
  }
}

/** The fields of a row, which is as the role sees it. */
export function project(world: World, table: string, row: Row, fields: readonly Selection[]): unknown {
  return Object.fromEntries(
    fields.map((field) => {
      switch (field.kind) {
        case 'column':
          return [field.key, row[field.column] ?? null];
        case 'typename':
          return [field.key, table];
        case 'object': {
          const relationship = relationshipOf(table, field.name);
          const [other] = permitted(world, relationship.table, related(world, relationship, row));
          return [field.key, other ? project(world, relationship.table, other, field.fields) : null];
        }
        case 'list': {
          const relationship = relationshipOf(table, field.name);
          return [
            field.key,
            evaluateList(
              world,
              relationship.table,
              related(world, relationship, row),
              field.args,
              field.fields,
            ),
          ];
        }
        case 'aggregate': {
          const relationship = relationshipOf(table, field.name);
          return [
            field.key,
            evaluateAggregate(world, relationship.table, related(world, relationship, row), field),
          ];
        }
      }
    }),
  );
}

function relationshipOf(table: string, name: string): RelationshipShape {
  const relationship = shapeOf(table).relationships[name];
  if (!relationship) throw new Error(`no relationship ${table}.${name}`);
  return relationship;
}

function related(world: World, relationship: RelationshipShape, row: Row): readonly Row[] {
  const { only = () => true } = relationship;
  const [here, there] = relationship.on;
  const value = rawOf(row)[here];
  return value === null ? [] : rowsOf(world, relationship.table).filter((r) => r[there] === value && only(r));
}

/** A filter's truth for a row. `client` filters bring the permission of every table they reach along. */
export function holds(
  world: World,
  table: string,
  filter: Filter,
  row: Row,
  root: Row,
  client: boolean,
): Truth {
  return all(
    Object.entries(filter).map(([key, value]): Truth => {
      const many = (): Truth[] => (value as Filter[]).map((f) => holds(world, table, f, row, root, client));
      switch (key) {
        case '_and':
          return all(many());
        case '_or':
          return any(many());
        case '_not':
          return not(holds(world, table, value as Filter, row, root, client));
        case '_exists': {
          const { _table, _where } = value as { _table: { name: string }; _where: Filter };
          return rowsOf(world, _table.name).some(
            (r) => holds(world, _table.name, _where, r, root, client) === true,
          );
        }
        default:
      }
      const aggregated = key.endsWith('_aggregate')
        ? shapeOf(table).relationships[key.slice(0, -'_aggregate'.length)]
        : undefined;
      if (aggregated)
        return predicateHolds(world, aggregated.table, related(world, aggregated, row), value as Predicate);
      const relationship = shapeOf(table).relationships[key];
      if (relationship) {
        const rows = related(world, relationship, row);
        const visible = client ? permitted(world, relationship.table, rows) : rows;
        return visible.some(
          (r) => holds(world, relationship.table, value as Filter, r, root, client) === true,
        );
      }
      return all(
        Object.entries(value as object).map(([op, operand]) =>
          compared(world, row[key] ?? null, op, operand, row, root),
        ),
      );
    }),
  );
}

/** One aggregate function over related rows, and what it is compared with. */
type Predicate = Readonly<
  Record<
    string,
    {
      readonly arguments?: string | readonly string[];
      readonly distinct?: boolean;
      readonly filter?: Filter;
      readonly predicate: Readonly<Record<string, unknown>>;
    }
  >
>;

function predicateHolds(world: World, table: string, rows: readonly Row[], exp: Predicate): boolean {
  const [fn, spec] = must(Object.entries(exp)[0], 'a predicate names a function');
  const { filter } = spec;
  const counted = permitted(world, table, rows).filter(
    (row) => !filter || holds(world, table, filter, row, row, true) === true,
  );
  const columns = [spec.arguments ?? []].flat();
  const value = predicateValue(counted, fn, columns, spec.distinct ?? false);
  const truths = Object.entries(spec.predicate).map(([op, operand]): Truth =>
    op === '_is_null' ? (value === null) === operand : ordered(value, op, operand as Value),
  );
  return all(truths) === true;
}

function predicateValue(
  rows: readonly Row[],
  fn: string,
  columns: readonly string[],
  distinct: boolean,
): Value {
  if (fn === 'count') return aggregated(rows, { key: '', op: 'count', columns, distinct }) as number;
  const [column = ''] = columns;
  const all = rows.map((row) => row[column] ?? null).filter((value) => value !== null);
  const values = distinct ? [...new Set(all)] : all;
  if (values.length === 0) return null;
  const numbers = values as number[];
  switch (fn) {
    case 'bool_and':
      return values.every((value) => value === true);
    case 'bool_or':
      return values.some((value) => value === true);
    case 'max':
      return Math.max(...numbers);
    case 'min':
      return Math.min(...numbers);
    case 'sum':
      return numbers.reduce((a, b) => a + b, 0);
    case 'avg':
      return numbers.reduce((a, b) => a + b, 0) / numbers.length;
    default:
      throw new Error(`no aggregate ${fn}`);
  }
}

function compared(world: World, value: Value, op: string, operand: unknown, row: Row, root: Row): Truth {
  if (op === '_is_null') return (value === null) === operand;
  if (op.startsWith('_c')) {
    const path = Array.isArray(operand) ? (operand as string[]) : [String(operand)];
    const other = path[0] === '$' ? root[path[1] ?? ''] : row[path[0] ?? ''];
    return ordered(value, op.replace('_c', '_').replace(/^_ne$/, '_neq'), other ?? null);
  }
  const read = (x: unknown): Value => {
    if (typeof x !== 'string' || !x.toLowerCase().startsWith('x-hasura-')) return x as Value;
    const text = world.session[x.toLowerCase()] ?? '';
    return typeof value === 'number' ? Number(text) : text;
  };
  if (op === '_in') return any((operand as unknown[]).map((x) => ordered(value, '_eq', read(x))));
  if (op === '_nin') return all((operand as unknown[]).map((x) => ordered(value, '_neq', read(x))));
  if (op === '_like' || op === '_nlike') {
    if (value === null) return null;
    const matches = like(String(value), String(operand));
    return op === '_like' ? matches : !matches;
  }
  return ordered(value, op, read(operand));
}

function ordered(a: Value, op: string, b: Value): Truth {
  if (a === null || b === null) return null;
  switch (op) {
    case '_eq':
      return a === b;
    case '_neq':
      return a !== b;
    case '_gt':
      return a > b;
    case '_gte':
      return a >= b;
    case '_lt':
      return a < b;
    case '_lte':
      return a <= b;
    default:
      throw new Error(`no operator ${op}`);
  }
}

function like(text: string, pattern: string): boolean {
  const source = Array.from(pattern)
    .map((c) => (c === '%' ? '.*' : c === '_' ? '.' : c.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 's').test(text);
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

function any(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes(null) ? null : false;
}

function not(truth: Truth): Truth {
  return truth === null ? null : !truth;
}
