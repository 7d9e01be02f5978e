// A root field that calls a function -> SQL: its rows as those of a table, under that table's permission.

import type { TableView } from '../artifact/decode.ts';
import type { FunctionRootField } from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { aggregateSql } from './aggregate.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { calledSql } from './function-arguments.ts';
import type { RowSource } from './rows.ts';
import { listSql, objectFields, oneSql } from './select.ts';

/**
 * `(select coalesce(json_agg(r), '[]') from (select … from "public"."search_posts"(($1)::"pg_catalog"."text") t …) r)`;
 * an object or null for a function that is not SETOF. `table` is the one whose rows it gives.
 * @throws HedgeError as `calledSql`, and as lists do.
 */
export function functionRootSql(
  ctx: PlanContext,
  root: FunctionRootField,
  table: TableView,
  field: SelectedField,
): Sql {
  const { function: fn } = root;
  const source: RowSource = { table, from: calledSql(ctx, fn, null, field), join: () => [], calls: true };
  const extra = fn.arguments.length > 0 ? ['args'] : [];
  switch (root.kind) {
    case 'function':
      return fn.single ? oneSql(ctx, source, field, extra) : listSql(ctx, source, field, extra);
    case 'function_aggregate':
      return aggregateSql(ctx, source, field, objectFields, extra);
    default:
      return unreachable(root.kind);
  }
}
