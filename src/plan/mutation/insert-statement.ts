// Rows of one table -> the statement that inserts them and keeps them for later ones; and the same as a link of a chain.

import type { Sql } from '../../sql/sql.ts';
import { integer, join, sql } from '../../sql/sql.ts';
import { addLink } from './chain.ts';
import type { RowsToInsert } from './insert-sql.ts';
import { insertSql, rowsPath } from './insert-sql.ts';
import { newRowSet, rowsParam } from './row-set.ts';
import type { MutationContext, RowSettings } from './script.ts';
import { keepRowsSql, newSetting, raiseSql } from './script.ts';

/** Adds the statement to the script; its rows and their number stay in settings. */
export function insertStatement(
  ctx: MutationContext,
  task: RowsToInsert,
): { readonly rows: RowSettings; readonly count: number } {
  const insert = insertSql(ctx, task);
  const returned = [sql`${insert.alias} as "r:"`, ...(insert.check ? [sql`${insert.check} as "k:"`] : [])];
  const count = newSetting(ctx);
  const rows = task.keep ? newSetting(ctx) : null;
  const missing = task.missing && {
    expected: expectedSql(ctx, task),
    raise: raiseSql(ctx, task.missing),
  };
  ctx.script.statements.push({
    sql: keepRowsSql(sql`${insert.sql} returning ${join(returned)}`, {
      rows,
      count,
      guard: missing && sql`case when count(*) = ${missing.expected} then '' else ${missing.raise} end`,
    }),
    slot: null,
    table: task.write.table,
    path: rowsPath(task),
  });
  addLink(ctx, task, rows ?? count, missing);
  return { rows: rows === null ? [] : [rows], count };
}

/** How many rows are given: when fewer are written, one that is not there has no key to hand on. */
function expectedSql(ctx: MutationContext, { place, rows, form }: RowsToInsert): Sql {
  return form === 'values'
    ? integer(rows.length)
    : sql`cardinality(${rowsParam(ctx.plan, newRowSet(ctx.plan, place), { kind: 'parent' }, sql`int4[]`)})`;
}
