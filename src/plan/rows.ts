// The rows a field reads: table or function, join, permission, `where`, order, limit. Lists, aggregates and single
// objects all start here, so that every one of them reads the same rows.

import type { TableView } from '../artifact/decode.ts';
import type { Sql } from '../sql/sql.ts';
import { andSql, ident, integer, sql } from '../sql/sql.ts';
import type { Argument } from './arguments.ts';
import { whereSql } from './bool-exp.ts';
import type { PlanContext } from './context.ts';
import { newAlias, requestParam } from './context.ts';
import { presence } from './input.ts';
import { distinctOnSql, orderByKeys, orderBySql } from './order-by.ts';
import { permissionSql } from './permission.ts';

/** Where rows come from. */
export interface RowSource {
  readonly table: TableView;
  /** A table's name or a function call. */
  readonly from: Sql;
  /** How rows belong to the outer row: conditions on the new alias. */
  readonly join: (alias: Sql) => readonly Sql[];
  /** `from` calls a function, which must happen once only. */
  readonly calls?: true;
}

/** Rows with their alias in scope: `select <distinct>… <from-where> <tail>`. */
export interface Rows {
  readonly alias: Sql;
  /** `distinct on (…) ` or nothing. */
  readonly distinct: Sql;
  /** ` from … where …` */
  readonly body: Sql;
  /** ` order by … limit … offset …` */
  readonly tail: Sql;
  /** True when `distinct` or `tail` cuts rows away, so that aggregates must look at a subquery. */
  readonly cut: boolean;
}

/**
 * Makes one row of all rows, also where nothing but `__typename` is selected, which aggregates nothing. `group by ()` would
 * do so too, but keeps Postgres 18 from reading `min` and `max` off an index.
 */
export const ONE_GROUP: Sql = sql` having true`;

export const LIST_ARGUMENTS = ['distinct_on', 'limit', 'offset', 'order_by', 'where'] as const;

/** The whole table of a view. */
export function tableSource(table: TableView): RowSource {
  return { table, from: ident(table.table.schema, table.table.name), join: () => [] };
}

/**
 * The rows of a list field. `permissionLimit` is the role's row limit where it counts for this field: for lists, and
 * for the nodes of an aggregate, but not for what the aggregate counts.
 */
export function rows(
  ctx: PlanContext,
  source: RowSource,
  given: ReadonlyMap<string, Argument>,
  permissionLimit: number | null,
): Rows {
  const { table } = source;
  const alias = newAlias(ctx);
  const where = given.get('where');
  const condition = where ? whereSql(ctx, table, alias, where) : undefined;
  const conditions = [
    ...source.join(alias),
    permissionSql(ctx, table.filter, alias),
    ...(condition ? [condition] : []),
  ];
  const keys = orderByKeys(ctx, table, alias, given.get('order_by'));
  const distinct = distinctOnSql(ctx, table, alias, given.get('distinct_on'), keys);
  const limit = limitSql(ctx, given.get('limit'), permissionLimit);
  const offset = countSql(ctx, given.get('offset'), 64);
  return {
    alias,
    distinct,
    body: sql` from ${source.from} as ${alias} where ${andSql(conditions)}`,
    tail: sql`${orderBySql(keys)}${limit ? sql` limit ${limit}` : sql``}${offset ? sql` offset ${offset}` : sql``}`,
    cut: limit !== undefined || offset !== undefined || given.has('distinct_on'),
  };
}

function limitSql(
  ctx: PlanContext,
  argument: Argument | undefined,
  permissionLimit: number | null,
): Sql | undefined {
  const asked = countSql(ctx, argument, 32);
  if (permissionLimit === null) return asked;
  return asked ? sql`least(${asked}, ${integer(permissionLimit)})` : integer(permissionLimit);
}

function countSql(ctx: PlanContext, argument: Argument | undefined, bits: 32 | 64): Sql | undefined {
  if (!argument) return undefined;
  if (presence(ctx.reader, argument.input, 'Int', argument.path) !== 'value') return undefined;
  return requestParam(ctx, argument.input, { kind: 'count', bits }, argument.path);
}
