// A computed field with the arguments a client gave -> the call of its function.

import type { TableView } from '../artifact/decode.ts';
import { computedFieldArgsTypeName } from '../artifact/type-names.ts';
import type { ComputedField } from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { calledSql } from './function-arguments.ts';

/**
 * `"public"."search_posts"("t:0".*, ($1)::"pg_catalog"."text")`.
 * @throws HedgeError as `calledSql`.
 */
export function callComputedField(
  ctx: PlanContext,
  model: ComputedField,
  owner: TableView,
  row: Sql,
  field: SelectedField,
): Sql {
  const argsTypeName = computedFieldArgsTypeName(owner.naming, model.name, owner.baseName);
  return calledSql(ctx, { call: model.call, arguments: model.arguments, argsTypeName }, row, field);
}
