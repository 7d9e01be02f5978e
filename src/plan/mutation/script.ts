// A mutation's statements while they are planned: they run in order in one transaction, and hand rows to later ones
// through settings that end with the transaction.

import type { WritesView, WriteView } from '../../artifact/decode-writes.ts';
import type { TableView } from '../../artifact/decode.ts';
import type { Sql } from '../../sql/sql.ts';
import { ident, integer, join, sql } from '../../sql/sql.ts';
import type { PlanContext } from '../context.ts';
import type { Chain } from './chain.ts';
import type { ErrorPath } from './error-path.ts';
import type { Validation } from './validate-input.ts';

/** Why a transaction ends when one of its statements says so. */
export interface Failure {
  readonly code: 'permission-error' | 'not-supported';
  readonly message: string;
  readonly path: ErrorPath;
}

export interface ScriptStatement {
  readonly sql: Sql;
  /**
   * It ends with a `select` that has no `where`, and reads nothing but its own table, without policies and the like: it can
   * take the session along instead of a statement before it.
   */
  readonly selfContained?: boolean;
  /** What must hold of all it did: it raises where it does not. Emitted as the `where` of its `select`. */
  readonly condition?: Sql;
  /** What it gives is the JSON text of this part of the answer; null: nothing of the answer. */
  readonly slot: string | null;
  /** The table it writes to: errors of the database name tables, not statements. */
  readonly table: WriteView['table'] | null;
  /** Where such an error belongs in the request. */
  readonly path: ErrorPath;
  /** It calls a function, which may write to any table. */
  readonly calls?: true;
  /** More tables it writes to. */
  readonly others?: readonly Pick<ScriptStatement, 'table' | 'path'>[];
}

/** Grows while the root fields of one source are planned. */
export interface Script {
  readonly statements: ScriptStatement[];
}

/** What one mutation's planning carries. */
export interface MutationContext {
  readonly plan: PlanContext;
  readonly writes: WritesView;
  readonly script: Script;
  /** Of the whole operation, by the numbers that statements raise. */
  readonly failures: Failure[];
  /** Numbers given to settings; of the whole operation too. */
  readonly counters: { setting: number };
  /** What webhooks have to agree to before the first statement; of the whole operation too. */
  readonly validations: Validation[];
  /** Tables of the root field's insert whose permission has `validate_input`: whoever plans an insert into one notes it. */
  readonly validated: Set<WriteView>;
  /** The root field's inserts as one statement. */
  readonly chain: Chain;
}

/** Rows of one table that a statement left behind for later ones, in order: numbers of settings. */
export type RowSettings = readonly number[];

/** The number of a new setting. */
export function newSetting(ctx: MutationContext): number {
  return ctx.counters.setting++;
}

/**
 * Text that cannot be had: reading a setting that nobody can define fails with its name, at the moment it is evaluated.
 * Postgres refuses to set names with a slash, and does not fold the call away before.
 */
export function raiseSql(ctx: MutationContext, failure: Failure): Sql {
  const number = ctx.failures.push(failure) - 1;
  return sql`current_setting('hedge/failure/${integer(number)}')`;
}

/** The number of the failure behind an error's message, as `raiseSql` makes Postgres write it. */
export function raisedFailure(message: string): number | null {
  const match = /"hedge\/failure\/(\d+)"/.exec(message);
  return match ? Number(match[1]) : null;
}

/** `with "m:" as (…) select length(set_config('hedge.m0', …))`: keeps the rows `"r:"` and their number. */
export function keepRowsSql(
  written: Sql,
  {
    rows,
    count,
    guard,
  }: { readonly rows: number | null; readonly count: number; readonly guard?: Sql | undefined },
): Sql {
  const kept = [sql`length(set_config('hedge.n${integer(count)}', count(*)::text, true))`];
  // The length only: a setting's value would travel back.
  if (rows !== null)
    kept.push(
      sql`length(set_config('hedge.m${integer(rows)}', coalesce(array_agg("r:")::text, '{}'), true))`,
    );
  if (guard) kept.push(guard);
  return sql`with "m:" as (${written}) select ${join(kept)} from "m:"`;
}

/** The rows of settings as one array of the table's row type. */
export function keptArraySql(table: WriteView['table'], rows: RowSettings): Sql {
  const type = sql`${ident(table.schema, table.name)}[]`;
  const arrays = rows.map((n) => sql`current_setting('hedge.m${integer(n)}')::${type}`);
  return arrays.length === 0 ? sql`'{}'::${type}` : sql`(${join(arrays, sql` || `)})`;
}

/** How many rows statements wrote, by the settings that keep it. */
export function keptCountSql(counts: readonly number[]): Sql {
  if (counts.length === 0) return sql`0::bigint`;
  return sql`(${join(
    counts.map((n) => sql`current_setting('hedge.n${integer(n)}')::bigint`),
    sql` + `,
  )})`;
}

/**
 * The table as a role sees rows that it wrote itself: Hasura applies the permission's columns to them, and neither its
 * filter nor its limit.
 */
export function asWritten(table: TableView): TableView {
  return { ...table, filter: { kind: 'true' }, limit: null };
}
