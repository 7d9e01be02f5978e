// `delete_<table>` and `delete_<table>_by_pk` -> statements.

import { at } from '../../error/path.ts';
import { andSql, ident, sql } from '../../sql/sql.ts';
import type { Sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { Argument } from '../arguments.ts';
import { readArguments } from '../arguments.ts';
import { invalid, newAlias } from '../context.ts';
import { keyConditions } from '../key.ts';
import { permissionSql } from '../permission.ts';
import { changeRows } from './changed-rows.ts';
import { looksAtOwnRow, whereLooksAtOwnRow } from './own-row.ts';
import type { RootText } from './root-text.ts';
import type { MutationContext } from './script.ts';
import { type FieldTask, filterSql, selectedTable, validateArguments } from './update.ts';

/**
 * The rows of a filter.
 * @throws HedgeError `validation-failed` on arguments the role does not have.
 */
export function planDelete(ctx: MutationContext, task: FieldTask): RootText {
  const { write, field } = task;
  const given = readArguments(field, ['where'], write.naming.convention);
  const path = at(at(field.path, 'args'), 'where');
  const where = given.get('where') ?? invalid("missing required field 'where'", path);
  validateArguments(ctx, task, 'delete', 'object');
  return deleteRows(ctx, task, where, (alias) => [filterSql(ctx, write, alias, where)]);
}

/**
 * The row of a primary key.
 * @throws HedgeError as `planDelete`.
 */
export function planDeleteByKey(ctx: MutationContext, task: FieldTask): RootText {
  const { write, field } = task;
  const table = selectedTable(ctx, write);
  const given = readArguments(field, table.primaryKey ?? []);
  validateArguments(ctx, task, 'delete', 'key');
  return deleteRows(ctx, task, null, keyConditions(ctx.plan, table, given, at(field.path, 'args')));
}

function deleteRows(
  ctx: MutationContext,
  { write, field, slot }: FieldTask,
  /** null: by the primary key, one row. */
  filtered: Argument | null,
  rows: (alias: Sql) => readonly Sql[],
): RootText {
  const { filter } = must(write.delete, 'the field is there for roles that may delete');
  const alias = newAlias(ctx.plan);
  const where = andSql([permissionSql(ctx.plan, filter, alias), ...rows(alias)]);
  return changeRows(ctx, {
    write,
    field,
    single: filtered === null,
    slot,
    sql: sql`delete from ${ident(write.table.schema, write.table.name)} as ${alias} where ${where}`,
    alias,
    check: undefined,
    ownRows:
      looksAtOwnRow(filter) &&
      whereLooksAtOwnRow(ctx.plan.reader, selectedTable(ctx, write), filtered ?? undefined),
  });
}
