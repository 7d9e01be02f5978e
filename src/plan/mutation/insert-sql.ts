// Rows of one table -> the insert of them, up to what it returns: written out as values, or as a set that travels in arrays.

import type { WriteView } from '../../artifact/decode-writes.ts';
import type { WriteColumn } from '../../artifact/write-types.ts';
import type { QualifiedName } from '../../catalog/types.ts';
import { at } from '../../error/path.ts';
import type { Sql } from '../../sql/sql.ts';
import { andSql, ident, integer, join, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { Argument } from '../arguments.ts';
import { newAlias } from '../context.ts';
import { permissionSql } from '../permission.ts';
import type { ErrorPath, RowsPath } from './error-path.ts';
import type { InputRow, RowsPlace } from './input-rows.ts';
import { relatedOf } from './input-rows.ts';
import { linkArraySql, numberedLinkSql } from './link-rows.ts';
import type { Conflict } from './on-conflict.ts';
import { planOnConflict } from './on-conflict.ts';
import { looksAtOwnRow } from './own-row.ts';
import { inputOf, memberOf } from './request-value.ts';
import { newRowSet, rowsParam } from './row-set.ts';
import type { Failure, MutationContext, RowSettings } from './script.ts';
import { keptArraySql, raiseSql } from './script.ts';
import { bulkCellSql, bulkTypeSql, columnValueSql, presetValueSql } from './values.ts';

/** `values`: each row written out, `default` where it gives nothing. `set`: any number of rows, null for nothing. */
export type RowsForm = 'values' | 'set';

/** A column whose value comes from a row inserted before. Physical names. */
export interface Determined {
  readonly column: string;
  /** The column of the other row. */
  readonly other: string;
  readonly table: QualifiedName;
  /** The other rows. */
  readonly rows: RowSettings;
  /** Which of them: the row's parent, or the one for its object in a relationship. */
  readonly row: { readonly kind: 'parent' } | { readonly kind: 'related'; readonly name: string };
}

export interface RowsToInsert {
  readonly write: WriteView;
  readonly place: RowsPlace;
  readonly rows: readonly InputRow[];
  readonly columns: readonly WriteColumn[];
  readonly determined: readonly Determined[];
  readonly form: RowsForm;
  readonly conflict: Argument | undefined;
  readonly keep: boolean;
  readonly missing: Failure | undefined;
  /** Whether others are nested in them. */
  readonly nested: boolean;
}

/** `insert into … returning …` up to what is returned. */
export interface InsertSql {
  readonly sql: Sql;
  /** The table's alias, for what is returned. */
  readonly alias: Sql;
  /** Raises where a row fails the permission's check; undefined where none can. */
  readonly check: Sql | undefined;
  /** Its conditions look at the rows alone. */
  readonly ownRows: boolean;
}

/** Where errors of the rows belong. */
export function rowsPath({ place, nested }: RowsToInsert): RowsPath {
  return { rows: place, nested };
}

/** The insert with its conflict clause, and the check of its rows; `chained` reads rows before in the same statement. */
export function insertSql(ctx: MutationContext, task: RowsToInsert, chained = false): InsertSql {
  const { plan } = ctx;
  const { write } = task;
  const alias = newAlias(plan);
  const table = sql`${ident(write.table.schema, write.table.name)} as ${alias}`;
  const source = task.form === 'values' ? valuesSql(ctx, task, chained) : setSql(ctx, task, chained);
  const conflict = planOnConflict(plan, write, alias, task.conflict);
  return {
    sql: sql`insert into ${table} ${source}${conflict?.sql ?? sql``}`,
    alias,
    check: checkSql(ctx, task, alias, conflict),
    ownRows:
      looksAtOwnRow(must(write.insert, 'rows are inserted by roles that may').check) &&
      (conflict?.ownRows ?? true),
  };
}

/**
 * As in Hasura: of an upsert, rows that were there are checked by the update permission's check where it has one. Such
 * a row has the transaction's own lock on it, a new one none.
 */
function checkSql(
  ctx: MutationContext,
  task: RowsToInsert,
  alias: Sql,
  conflict: Conflict | null,
): Sql | undefined {
  const { write } = task;
  const { check } = must(write.insert, 'rows are inserted by roles that may');
  const updateCheck = conflict?.kind === 'update' ? (write.update?.check ?? null) : null;
  if (check.kind === 'true' && (updateCheck === null || updateCheck.kind === 'true')) return undefined;
  const inserted = permissionSql(ctx.plan, check, alias);
  if (updateCheck === null) return checkedSql(ctx, inserted, rowsPath(task));
  const updated = permissionSql(ctx.plan, updateCheck, alias);
  // Of partitions nobody can tell which it was: such a row must pass both.
  const condition = write.partitioned
    ? andSql([inserted, updated])
    : sql`case when ${alias}.xmax = 0 then ${inserted} else ${updated} end`;
  return checkedSql(ctx, condition, rowsPath(task));
}

/** `case when <condition> then null else <raise> end`: null counts as failed. */
export function checkedSql(ctx: MutationContext, condition: Sql, path: ErrorPath): Sql {
  const failure = raiseSql(ctx, {
    code: 'permission-error',
    message: 'check constraint of an insert/update permission has failed',
    path,
  });
  return sql`case when ${condition} then null else ${failure} end`;
}

/** `(columns) values (…), (…)`, or `default values`. */
function valuesSql(ctx: MutationContext, task: RowsToInsert, chained: boolean): Sql {
  const { write, rows, columns, determined } = task;
  const presets = must(write.insert, 'rows are inserted by roles that may').presets;
  const preset = new Map(presets.map((p) => [p.column, presetValueSql(ctx.plan, p)]));
  const names = new Set([
    ...columns.map((c) => c.column),
    ...determined.map((d) => d.column),
    ...preset.keys(),
  ]);
  if (names.size === 0 && rows.length === 1) return sql`default values`;
  if (names.size === 0)
    names.add(must(write.columns[0], 'a table without columns takes one row at a time').column);
  const cell = (row: InputRow, column: string): Sql =>
    preset.get(column) ??
    determinedCell(ctx, task, row, column)?.(chained) ??
    clientCell(ctx, task, row, column) ??
    sql`default`;
  const tuples = rows.map((row) => sql`(${join([...names].map((column) => cell(row, column)))})`);
  return sql`(${join([...names].map((name) => ident(name)))}) values ${join(tuples)}`;
}

function clientCell(
  { plan }: MutationContext,
  { columns }: RowsToInsert,
  row: InputRow,
  physical: string,
): Sql | undefined {
  const column = columns.find((c) => c.column === physical);
  const value = column && row.value && memberOf(plan.reader, row.value, column.name);
  if (!column || !value) return undefined;
  return columnValueSql(plan, column, { input: inputOf(value), path: at(row.path, column.name) });
}

function determinedCell(
  { plan }: MutationContext,
  { rows, determined }: RowsToInsert,
  row: InputRow,
  column: string,
): ((chained: boolean) => Sql) | undefined {
  for (const source of determined) {
    if (source.column !== column) continue;
    if (source.row.kind === 'parent') return (chained) => otherCell(source, row.parent + 1, chained);
    const { name } = source.row;
    if (!relatedOf(plan.reader, row, name)) continue;
    const place = rows.slice(0, rows.indexOf(row)).filter((r) => relatedOf(plan.reader, r, name)).length;
    return (chained) => otherCell(source, place + 1, chained);
  }
  return undefined;
}

function otherCell({ table, rows, other }: Determined, place: number, chained: boolean): Sql {
  const array = chained ? linkArraySql(rows) : keptArraySql(table, rows);
  return sql`((${array})[${integer(place)}]).${ident(other)}`;
}

/** `(columns) select … from unnest($1, $2) with ordinality as "s:"(…) left join <rows before> … order by "s:"."o:"` */
function setSql({ plan }: MutationContext, task: RowsToInsert, chained: boolean): Sql {
  const { write, place, columns, determined } = task;
  const set = newRowSet(plan, place);
  const arrays: { readonly name: string; readonly param: Sql }[] = [];
  const values = new Map<string, Sql>();
  for (const [i, column] of columns.entries()) {
    const type = plan.role.type(column.type);
    const name = `c:${i}`;
    const part = { kind: 'column', name: column.name, leaf: { kind: 'scalar', type } } as const;
    arrays.push({ name, param: rowsParam(plan, set, part, sql`${bulkTypeSql(type)}[]`) });
    values.set(column.column, bulkCellSql(type, sql`"s:".${ident(name)}`));
  }
  const joins = new Map<string, { readonly alias: Sql; readonly sql: Sql }>();
  for (const source of determined) {
    const key = source.row.kind === 'parent' ? 'parent' : `related ${source.row.name}`;
    let joined = joins.get(key);
    if (!joined) {
      const name = `p:${joins.size}`;
      arrays.push({ name, param: rowsParam(plan, set, source.row, sql`int4[]`) });
      joined = joinedRows(source, name, chained);
      joins.set(key, joined);
    }
    values.set(source.column, sql`(${joined.alias}."r:").${ident(source.other)}`);
  }
  // A set without any array would have no rows.
  if (arrays.length === 0)
    arrays.push({ name: 'p:', param: rowsParam(plan, set, { kind: 'parent' }, sql`int4[]`) });
  const { presets } = must(write.insert, 'rows are inserted by roles that may');
  for (const preset of presets) values.set(preset.column, presetValueSql(plan, preset));

  const names = [...values.keys()].map((name) => ident(name));
  const from = sql`unnest(${join(arrays.map((a) => a.param))}) with ordinality as "s:"(${join([
    ...arrays.map((a) => ident(a.name)),
    sql`"o:"`,
  ])})`;
  const lefts = [...joins.values()].map((j) => j.sql);
  return sql`(${join(names)}) select ${join([...values.values()])} from ${from}${join(lefts, sql``)} order by "s:"."o:"`;
}

/** Rows inserted before with their places, joined to the place that the array `name` of the set holds. */
function joinedRows(
  { table, rows }: Determined,
  name: string,
  chained: boolean,
): { readonly alias: Sql; readonly sql: Sql } {
  const alias = ident(`j${name}`);
  const numbered = chained
    ? numberedLinkSql(rows)
    : sql`(select unnest("a:"."a:") as "r:", generate_subscripts("a:"."a:", 1) as "i:" from (select ${keptArraySql(table, rows)} as "a:" offset 0) as "a:")`;
  return {
    alias,
    sql: sql` left join ${numbered} as ${alias} on ${alias}."i:" = "s:".${ident(name)}`,
  };
}
