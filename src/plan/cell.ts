// A column or computed value of a row -> SQL, null where an inherited role does not see it. Whatever a client can
// learn a value from (selections, filters, orders, aggregates, keys) reads it here.

import type { BoolExp, ColumnField, ComputedField } from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, sql } from '../sql/sql.ts';
import type { PlanContext } from './context.ts';
import { functionCallSql } from './function-call.ts';
import { permissionSql } from './permission.ts';

/** `"t:0"."salary"`, or `(case when <rows in which it is seen> then "t:0"."salary" end)`. */
export function columnCellSql(ctx: PlanContext, field: ColumnField, alias: Sql): Sql {
  return seenSql(ctx, sql`${alias}.${ident(field.column)}`, field.visible, alias);
}

/** A scalar computed field whose arguments the client does not give. */
export function computedCellSql(ctx: PlanContext, field: ComputedField, alias: Sql): Sql {
  return seenSql(
    ctx,
    functionCallSql(field.call, alias, () => undefined),
    field.visible,
    alias,
  );
}

/** A value of the row of that alias, null in rows that are not among `visible`. */
export function seenSql(ctx: PlanContext, value: Sql, visible: BoolExp | undefined, alias: Sql): Sql {
  return visible ? sql`(case when ${conditionSql(ctx, visible, alias)} then ${value} end)` : value;
}

/**
 * The condition, written once for each row: Postgres takes `distinct on` and `order by` for the same only when they are
 * letter by letter, aliases of subqueries included.
 */
function conditionSql(ctx: PlanContext, visible: BoolExp, alias: Sql): Sql {
  const known = ctx.visible.get(alias) ?? new Map<BoolExp, Sql>();
  ctx.visible.set(alias, known);
  let condition = known.get(visible);
  if (!condition) known.set(visible, (condition = permissionSql(ctx, visible, alias)));
  return condition;
}
