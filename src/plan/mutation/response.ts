// What a mutation field selects -> the statement that answers it: over the rows of the writing statement itself where
// only columns are selected, else over the rows it left behind, in a later statement that sees what was written.

import type { SelectionSetNode } from 'graphql';
import { Kind } from 'graphql/language';

import type { WriteView } from '../../artifact/decode-writes.ts';
import type { TableView } from '../../artifact/decode.ts';
import { wordOf } from '../../artifact/type-names.ts';
import type { JsonField } from '../../sql/json.ts';
import { jsonRow } from '../../sql/json.ts';
import type { Sql } from '../../sql/sql.ts';
import { ident, literal, sql } from '../../sql/sql.ts';
import { readArguments } from '../arguments.ts';
import type { SelectedField } from '../collect.ts';
import { collectFields, noSubselection } from '../collect.ts';
import type { PlanContext } from '../context.ts';
import { invalid } from '../context.ts';
import type { RowSource } from '../rows.ts';
import { rows } from '../rows.ts';
import { objectSql, rowsSql } from '../select.ts';
import type { RowSettings } from './script.ts';
import { asWritten, keptArraySql } from './script.ts';

/** The rows an answer is made of. */
export interface Written {
  /** What stands behind `from`. */
  readonly from: Sql;
  readonly affected: Sql;
}

/** The rows of the statement around it, `with "m:" as (…)`. */
export const IN_STATEMENT: Written = {
  from: ident('m:'),
  affected: sql`(select count(*) from "m:")`,
};

/** Rows that statements before left behind; in the order of `places`, an array, if there is one and all are there. */
export function keptRows(
  write: WriteView,
  settings: RowSettings,
  { affected, places }: { readonly affected: Sql; readonly places?: Sql | undefined },
): Written {
  const kept = keptArraySql(write.table, settings);
  if (!places) return { from: sql`unnest(${kept})`, affected };
  // Rows that a trigger or a conflict left out have places, too: then nobody knows whose are whose.
  const placed = sql`(select unnest("a:"."a:") as "r:", unnest(${places}) as "o:") as "k:"`;
  const ordered = sql`(select array_agg("k:"."r:" order by "k:"."o:") from ${placed})`;
  const all = sql`cardinality("a:"."a:") = cardinality(${places})`;
  const array = sql`(select case when ${all} then ${ordered} else "a:"."a:" end from (select ${kept} as "a:" offset 0) as "a:")`;
  return { from: sql`unnest(${array})`, affected };
}

/** `select row_to_json(r)::text from (select … as "affected_rows", (…) as "returning") r` */
export function responseSql(ctx: PlanContext, write: WriteView, field: SelectedField, written: Written): Sql {
  const typeName = write.typeOf('mutation_response');
  const row = jsonRow(
    collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => ({
      key: member.key,
      value: memberSql(ctx, write, member, written, typeName),
    })),
  );
  const alias = ident('r:');
  return sql`select ${row.json(alias)}::text from (select ${row.columns}) as ${alias}`;
}

function memberSql(
  ctx: PlanContext,
  write: WriteView,
  field: SelectedField,
  { from, affected }: Written,
  typeName: string,
): Sql {
  readArguments(field, []);
  if (field.name === '__typename') {
    noSubselection(field);
    return sql`${literal(typeName)}::text`;
  }
  switch (wordOf(write.naming.convention, ['affected_rows', 'returning'], field.name)) {
    case 'affected_rows':
      noSubselection(field);
      return affected;
    case 'returning':
      if (write.select !== null)
        return returningSql(ctx, asWritten(ctx.role.table(write.select)), field, from);
  }
  return invalid(`field '${field.name}' not found in type: '${typeName}'`, field.path);
}

function returningSql(ctx: PlanContext, table: TableView, field: SelectedField, from: Sql): Sql {
  const found = rows(ctx, sourceOf(table, from), new Map(), null);
  return sql`(select ${rowsSql(ctx, table, found, field.selectionSets, field)})`;
}

/** The row that a field for one row gives, or null. */
export function singleSql(ctx: PlanContext, table: TableView, field: SelectedField, { from }: Written): Sql {
  return sql`select (${objectSql(ctx, sourceOf(asWritten(table), from), field)})::text`;
}

function sourceOf(table: TableView, from: Sql): RowSource {
  return { table, from, join: () => [] };
}

/** The answer when nothing was to be written; the selection has been checked. */
export function emptyResponse(ctx: PlanContext, write: WriteView, field: SelectedField): string {
  const typeName = write.typeOf('mutation_response');
  const members = collectFields(ctx, typeName, field.selectionSets, field.path).map(({ key, name }) => {
    const value = name === '__typename' ? JSON.stringify(typeName) : name === 'returning' ? '[]' : '0';
    return `${JSON.stringify(key)}:${value}`;
  });
  return `{${members.join(',')}}`;
}

/**
 * Whether a selection of rows can be answered by the statement that writes them: it asks for columns alone. Anything
 * else may look at tables, which to that statement are as they were before.
 */
export function selectsColumns(
  ctx: PlanContext,
  table: TableView,
  sets: readonly SelectionSetNode[],
): boolean {
  const entered = new Set<string>();
  const simple = (set: SelectionSetNode): boolean =>
    set.selections.every((selection) => {
      switch (selection.kind) {
        case Kind.FIELD: {
          const name = selection.name.value;
          const model = table.field(name);
          return name === '__typename' || (model?.kind === 'column' && !model.visible);
        }
        case Kind.INLINE_FRAGMENT:
          return simple(selection.selectionSet);
        case Kind.FRAGMENT_SPREAD: {
          const fragment = ctx.reader.operation.fragments.get(selection.name.value);
          if (!fragment || entered.has(fragment.name.value)) return true;
          entered.add(fragment.name.value);
          return simple(fragment.selectionSet);
        }
      }
    });
  return sets.every(simple);
}

/** The same for a field with `affected_rows` and `returning`. */
export function returnsColumns(ctx: PlanContext, write: WriteView, field: SelectedField): boolean {
  if (write.select === null) return true;
  const table = ctx.role.table(write.select);
  return returnings(ctx, write, field).every((m) => selectsColumns(ctx, table, m.selectionSets));
}

/** Whether the rows themselves are asked for. */
export function returnsRows(ctx: PlanContext, write: WriteView, field: SelectedField): boolean {
  return returnings(ctx, write, field).length > 0;
}

function returnings(ctx: PlanContext, write: WriteView, field: SelectedField): readonly SelectedField[] {
  const members = collectFields(ctx, write.typeOf('mutation_response'), field.selectionSets, field.path);
  return members.filter((m) => m.name === 'returning');
}
