// `order_by` and `distinct_on` -> SQL: by columns, computed fields, columns of object relationships and aggregates of
// array relationships, each read under the permission of its table.

import type { TableView } from '../artifact/decode.ts';
import {
  isComparableType,
  isNumericType,
  NUMERIC_AGGREGATES,
  COMPARABLE_AGGREGATES,
} from '../artifact/operators.ts';
import { enumWord, typeWord, wordOf } from '../artifact/type-names.ts';
import type { ArrayRelationshipField, ColumnMapping, ComputedField, ScalarType } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { andSql, ident, join, sql } from '../sql/sql.ts';
import { aggregateFunctionSql } from './aggregate-function.ts';
import type { Argument } from './arguments.ts';
import { enumValue, listItems, mismatch } from './arguments.ts';
import { columnCellSql, computedCellSql } from './cell.ts';
import type { PlanContext } from './context.ts';
import { countTerm, invalid, MAX_FILTER_DEPTH, newAlias } from './context.ts';
import { functionCallSql } from './function-call.ts';
import { presence, view } from './input.ts';
import { joinConditions } from './join.ts';
import { permissionSql } from './permission.ts';

/** One sort key. `column` is set when it is a plain column of the sorted table, for `distinct_on`. */
export interface SortKey {
  readonly value: Sql;
  readonly direction: Direction;
  readonly column: string | null;
  /** The Postgres type, for values to compare with; undefined where it is whatever an aggregate of numbers gives. */
  readonly type: ScalarType | undefined;
  /** The key's place in `order_by`, names joined by dots: `author.name`. */
  readonly place: string;
}

export interface Direction {
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  asc: { descending: false, nullsFirst: false },
  asc_nulls_first: { descending: false, nullsFirst: true },
  asc_nulls_last: { descending: false, nullsFirst: false },
  desc: { descending: true, nullsFirst: true },
  desc_nulls_first: { descending: true, nullsFirst: true },
  desc_nulls_last: { descending: true, nullsFirst: false },
};

/** `asc nulls last`, … */
function directionSql({ descending, nullsFirst }: Direction): Sql {
  const order = descending ? sql`desc` : sql`asc`;
  return nullsFirst ? sql`${order} nulls first` : sql`${order} nulls last`;
}

/** The sort keys of an `order_by` argument, in the order they are written. */
export function orderByKeys(
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  argument: Argument | undefined,
): SortKey[] {
  if (!argument) return [];
  const items = listItems(ctx, argument, `${table.typeOf('order_by')}!`) ?? [];
  return items.flatMap((item) =>
    tableKeys(ctx, { table, alias, wrap: (key) => key, depth: 0, place: '' }, item),
  );
}

/** ` order by a asc nulls last, …`; nothing for no keys. */
export function orderBySql(keys: readonly Pick<SortKey, 'value' | 'direction'>[]): Sql {
  if (keys.length === 0) return sql``;
  return sql` order by ${join(keys.map((k) => sql`${k.value} ${directionSql(k.direction)}`))}`;
}

interface Scope {
  readonly table: TableView;
  readonly alias: Sql;
  /** Turns a value of this table into one of the sorted table: itself, or a subquery over the relationships between. */
  readonly wrap: (value: Sql) => Sql;
  readonly depth: number;
  /** In front of the names of this table's keys. */
  readonly place: string;
}

function tableKeys(ctx: PlanContext, scope: Scope, argument: Argument): SortKey[] {
  if (scope.depth > MAX_FILTER_DEPTH)
    invalid(`order_by nests deeper than ${MAX_FILTER_DEPTH} levels`, undefined);
  const typeName = scope.table.typeOf('order_by');
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind === 'null' || seen.kind === 'absent') return [];
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const keys: SortKey[] = [];
  for (const [name, input] of seen.fields) {
    countTerm(ctx);
    keys.push(...memberKeys(ctx, scope, name, { input, path: at(argument.path, name) }));
  }
  return keys;
}

function memberKeys(ctx: PlanContext, scope: Scope, name: string, member: Argument): SortKey[] {
  const { table, alias, wrap, depth } = scope;
  const place = scope.place + name;
  const field = table.field(name);
  switch (field?.kind) {
    case 'column':
      return directed(ctx, table, member, {
        value: () => wrap(columnCellSql(ctx, field, alias)),
        column: depth === 0 ? field.column : null,
        type: ctx.role.type(field.type),
        place,
      });
    case 'object_relationship': {
      if (field.selectOnly) break;
      const remote = ctx.role.table(field.table);
      const inner = newAlias(ctx);
      const nested = (value: Sql): Sql => wrap(relatedSql(ctx, remote, inner, field.mapping, alias, value));
      const below = { table: remote, alias: inner, wrap: nested, depth: depth + 1, place: `${place}.` };
      return tableKeys(ctx, below, member);
    }
    case 'computed_field': {
      if (field.arguments.length > 0) break;
      if (field.returns.kind === 'scalar') {
        return directed(ctx, table, member, {
          value: () => wrap(computedCellSql(ctx, field, alias)),
          column: null,
          type: ctx.role.type(field.returns.type),
          place,
        });
      }
      break;
    }
    default:
  }
  const aggregated = table.aggregated(name);
  if (
    aggregated?.kind === 'array_relationship' ||
    (aggregated?.kind === 'computed_field' && aggregated.arguments.length === 0)
  ) {
    const remote = ctx.role.table(
      aggregated.kind === 'array_relationship' ? aggregated.table : remoteOf(aggregated),
    );
    if (remote.allowAggregations)
      return aggregateKeys(ctx, { ...scope, place: `${place}.` }, aggregated, remote, member);
  }
  invalid(`field '${name}' not found in type: '${table.typeOf('order_by')}'`, member.path);
}

function remoteOf(field: ComputedField): number {
  if (field.returns.kind !== 'table') throw new Error('Invariant broken: the computed field returns a table');
  return field.returns.table;
}

/** `(select <value> from remote where mapping and permission limit 1)` */
function relatedSql(
  ctx: PlanContext,
  remote: TableView,
  inner: Sql,
  mapping: ColumnMapping,
  outer: Sql,
  value: Sql,
): Sql {
  const joined = joinConditions(mapping, outer, inner);
  const conditions = andSql([...joined, permissionSql(ctx, remote.filter, inner)]);
  return sql`(select ${value} from ${ident(remote.table.schema, remote.table.name)} as ${inner} where ${conditions} limit 1)`;
}

function aggregateKeys(
  ctx: PlanContext,
  scope: Scope,
  field: ArrayRelationshipField | ComputedField,
  remote: TableView,
  argument: Argument,
): SortKey[] {
  const typeName = remote.typeOf('aggregate_order_by');
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind === 'null' || seen.kind === 'absent') return [];
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const subquery = (build: (alias: Sql) => Sql): Sql => {
    const inner = newAlias(ctx);
    const joined =
      field.kind === 'array_relationship' ? joinConditions(field.mapping, scope.alias, inner) : [];
    const from =
      field.kind === 'array_relationship'
        ? ident(remote.table.schema, remote.table.name)
        : functionCallSql(field.call, scope.alias, () => undefined);
    const conditions = andSql([...joined, permissionSql(ctx, remote.filter, inner)]);
    return scope.wrap(sql`(select ${build(inner)} from ${from} as ${inner} where ${conditions})`);
  };
  const keys: SortKey[] = [];
  for (const [name, input] of seen.fields) {
    const member = { input, path: at(argument.path, name) };
    if (name === 'count') {
      const value = (): Sql => subquery(() => sql`count(*)`);
      keys.push(
        ...directed(ctx, remote, member, {
          value,
          column: null,
          type: undefined,
          place: `${scope.place}count`,
        }),
      );
      continue;
    }
    const { convention } = remote.naming;
    const numeric = wordOf(convention, NUMERIC_AGGREGATES, name);
    const op = numeric ?? wordOf(convention, COMPARABLE_AGGREGATES, name);
    if (op === undefined) invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
    const opType = remote.typeOf(`${op}_order_by`);
    const columns = view(ctx.reader, input, opType, member.path);
    if (columns.kind === 'null' || columns.kind === 'absent') continue;
    if (columns.kind !== 'object') mismatch(ctx, member, 'an object', opType);
    for (const [column, direction] of columns.fields) {
      const path = at(member.path, column);
      const target = remote.field(column);
      const suits = numeric ? isNumericType : isComparableType;
      if (target?.kind !== 'column' || !suits(ctx.role.type(target.type))) {
        invalid(`field '${column}' not found in type: '${opType}'`, path);
      }
      const value = (): Sql =>
        subquery((inner) => aggregateFunctionSql(op, columnCellSql(ctx, target, inner)));
      keys.push(
        ...directed(
          ctx,
          remote,
          { input: direction, path },
          {
            value,
            column: null,
            type: numeric ? undefined : ctx.role.type(target.type),
            place: `${scope.place}${op}.${column}`,
          },
        ),
      );
    }
  }
  return keys;
}

function directed(
  ctx: PlanContext,
  { naming: { convention } }: TableView,
  argument: Argument,
  { value, ...key }: Omit<SortKey, 'value' | 'direction'> & { readonly value: () => Sql },
): SortKey[] {
  const typeName = typeWord(convention, 'order_by');
  if (presence(ctx.reader, argument.input, typeName, argument.path) !== 'value') return [];
  const names = Object.keys(DIRECTIONS);
  const name = enumValue(
    ctx,
    argument,
    typeName,
    names.map((n) => enumWord(convention, n)),
  );
  const direction = DIRECTIONS[names.find((n) => enumWord(convention, n) === name) ?? ''];
  if (!direction) return [];
  return [{ ...key, value: value(), direction }];
}

/**
 * `distinct on (…) ` for a `distinct_on` argument, and the sort keys that go with it.
 * @throws HedgeError `validation-failed` when the first sort keys are other columns.
 */
export function distinctOnSql(
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  argument: Argument | undefined,
  keys: readonly SortKey[],
): Sql {
  if (!argument) return sql``;
  const columns = table.fields.filter((f) => f.kind === 'column');
  const typeName = table.typeOf('select_column');
  const names = columns.map((c) => c.name);
  const chosen = (listItems(ctx, argument, `${typeName}!`) ?? []).map((item) => {
    const name = enumValue(ctx, item, typeName, names);
    return columns.find((c) => c.name === name) ?? mismatch(ctx, item, 'an enum value', typeName);
  });
  if (chosen.length === 0) return sql``;
  const leading = new Set(keys.slice(0, new Set(chosen).size).map((k) => k.column));
  if (keys.length > 0 && !chosen.every((c) => leading.has(c.column))) {
    invalid('"distinct_on" columns must match initial "order_by" columns', argument.path.parent);
  }
  return sql`distinct on (${join(chosen.map((c) => columnCellSql(ctx, c, alias)))}) `;
}
