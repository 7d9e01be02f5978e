// A statement that changes or deletes rows -> its answer: from the statement itself, or from the rows it left behind.

import type { WriteView } from '../../artifact/decode-writes.ts';
import type { Sql } from '../../sql/sql.ts';
import { join, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { SelectedField } from '../collect.ts';
import {
  IN_STATEMENT,
  keptRows,
  responseSql,
  returnsColumns,
  returnsRows,
  selectsColumns,
  singleSql,
  type Written,
} from './response.ts';
import type { RootText } from './root-text.ts';
import type { MutationContext } from './script.ts';
import { keepRowsSql, keptCountSql, newSetting } from './script.ts';

/** Rows about to be changed. */
export interface Change {
  readonly write: WriteView;
  readonly field: SelectedField;
  /** One row, or null, instead of a response. */
  readonly single: boolean;
  readonly slot: string;
  /** `update … where …` or `delete from … where …`, before `returning`. */
  readonly sql: Sql;
  readonly alias: Sql;
  /** Raises where a row fails the permission's check. */
  readonly check: Sql | undefined;
  /** Its conditions look at the rows alone. */
  readonly ownRows: boolean;
}

/** Adds the change to the script, and what answers it. */
export function changeRows(ctx: MutationContext, change: Change): RootText {
  const { plan, script } = ctx;
  const { write, field, single, slot, alias, check } = change;
  const table = plan.role.table(must(write.select, 'rows are changed by roles that may select them'));
  const answer = (written: Written): Sql =>
    single ? singleSql(plan, table, field, written) : responseSql(plan, write, field, written);
  const checks = check ? [sql`${check} as "k:"`] : [];
  // The database names the table of a row that breaks a rule; Hasura gives no place for these.
  const statement = { table: write.table, path: undefined };
  const simple = single
    ? selectsColumns(plan, table, field.selectionSets)
    : returnsColumns(plan, write, field);
  if (simple) {
    const returned = join([sql`${alias}.*`, ...checks]);
    script.statements.push({
      ...statement,
      selfContained: change.ownRows && write.unseen !== undefined,
      slot,
      sql: sql`with "m:" as (${change.sql} returning ${returned}) ${answer(IN_STATEMENT)}`,
    });
    return { kind: 'slot', slot };
  }
  const count = newSetting(ctx);
  const rows = single || returnsRows(plan, write, field) ? newSetting(ctx) : null;
  const returned = join([sql`${alias} as "r:"`, ...checks]);
  script.statements.push({
    ...statement,
    slot: null,
    sql: keepRowsSql(sql`${change.sql} returning ${returned}`, { rows, count }),
  });
  const kept = keptRows(write, rows === null ? [] : [rows], { affected: keptCountSql([count]) });
  script.statements.push({ ...statement, slot, sql: answer(kept) });
  return { kind: 'slot', slot };
}
