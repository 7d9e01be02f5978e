// `<T>_aggregate` -> SQL: what is counted and summed over the rows that match, and the rows themselves as `nodes`.

import type { SelectionSetNode } from 'graphql';

import type { TableView } from '../artifact/decode.ts';
import {
  COMPARABLE_AGGREGATES,
  isComparableType,
  isNumericType,
  NUMERIC_AGGREGATES,
} from '../artifact/operators.ts';
import { wordOf } from '../artifact/type-names.ts';
import type { ColumnField, ComputedField } from '../artifact/types.ts';
import type { JsonField } from '../sql/json.ts';
import { jsonObjectSql } from '../sql/json.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, join, literal, sql } from '../sql/sql.ts';
import { aggregateFunctionSql } from './aggregate-function.ts';
import type { Argument } from './arguments.ts';
import { enumValue, listItems, mismatch, readArguments } from './arguments.ts';
import { columnCellSql, computedCellSql } from './cell.ts';
import type { SelectedField } from './collect.ts';
import { collectFields, noSubselection, subselection } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, newAlias } from './context.ts';
import { exactJson, presence } from './input.ts';
import { outputSql } from './output.ts';
import type { Rows, RowSource } from './rows.ts';
import { LIST_ARGUMENTS, rows } from './rows.ts';

/** Values the aggregates need from each row, as columns `c0`, `c1`, … of the subquery. */
interface Inner {
  readonly rows: Rows;
  readonly columns: Map<string, { readonly name: Sql; readonly value: Sql }>;
}

/** Makes the list of an aggregate's nodes; handed in, because nodes may hold aggregates in turn. */
export type NodesSql = (
  ctx: PlanContext,
  table: TableView,
  found: Rows,
  selectionSets: readonly SelectionSetNode[],
  field: SelectedField,
) => Sql;

/**
 * `(select json_build_object('aggregate', json_build_object('count', count(*)), 'nodes', …) from (…) r)`.
 * The permission's row limit cuts `nodes`, never what is aggregated.
 */
export function aggregateSql(
  ctx: PlanContext,
  source: RowSource,
  field: SelectedField,
  nodesSql: NodesSql,
  extra: readonly string[] = [],
): Sql {
  const { table } = source;
  const given = readArguments(field, [...extra, ...LIST_ARGUMENTS], table.naming.convention);
  const typeName = table.typeOf('aggregate');
  const inner: Inner = { rows: rows(ctx, source, given, null), columns: new Map() };
  let overRows = false;
  const members = collectFields(ctx, typeName, subselection(field), field.path).map((member): JsonField => {
    switch (member.name) {
      case '__typename':
        return { key: member.key, value: typeNameSql(member, typeName) };
      case 'nodes': {
        readArguments(member, []);
        const nodes = rows(ctx, source, given, table.limit);
        return {
          key: member.key,
          value: sql`(select ${nodesSql(ctx, table, nodes, subselection(member), member)})`,
        };
      }
      case 'aggregate':
        readArguments(member, []);
        overRows = true;
        return { key: member.key, value: aggregateFieldsSql(ctx, table, inner, member) };
      default:
        invalid(`field '${member.name}' not found in type: '${typeName}'`, member.path);
    }
  });
  const object = jsonObjectSql(members);
  if (!overRows) return sql`(select ${object})`;
  // `count(*)` needs no column, but `distinct on` takes no empty select list.
  const needed = [...inner.columns.values()].map((c) => sql`${c.value} as ${c.name}`);
  const columns = needed.length > 0 ? join(needed) : sql`1`;
  const outer = newAlias(ctx, 'n');
  return sql`(select ${object} from (select ${inner.rows.distinct}${columns}${inner.rows.body}${inner.rows.cut ? inner.rows.tail : sql``}) as ${outer})`;
}

function typeNameSql(field: SelectedField, typeName: string): Sql {
  readArguments(field, []);
  noSubselection(field);
  return sql`${literal(typeName)}::text`;
}

/** The value of a row under a name the aggregate can use outside of the subquery. */
function innerColumn(inner: Inner, key: string, value: Sql): Sql {
  let column = inner.columns.get(key);
  if (!column) {
    column = { name: ident(`c${inner.columns.size}`), value };
    inner.columns.set(key, column);
  }
  return column.name;
}

function aggregateFieldsSql(ctx: PlanContext, table: TableView, inner: Inner, field: SelectedField): Sql {
  const typeName = table.typeOf('aggregate_fields');
  const members = collectFields(ctx, typeName, subselection(field), field.path).map((member): JsonField => {
    const { key, name } = member;
    if (name === '__typename') return { key, value: typeNameSql(member, typeName) };
    if (name === 'count') return { key, value: countSql(ctx, table, inner, member) };
    const value = operatorSql(ctx, table, inner, member);
    if (value) return { key, value };
    invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
  });
  return jsonObjectSql(members);
}

function countSql(ctx: PlanContext, table: TableView, inner: Inner, field: SelectedField): Sql {
  noSubselection(field);
  const columns = table.fields.filter((f) => f.kind === 'column');
  const given = readArguments(field, columns.length > 0 ? ['columns', 'distinct'] : []);
  const typeName = table.typeOf('select_column');
  const argument = given.get('columns');
  const chosen = argument ? (listItems(ctx, argument, `${typeName}!`) ?? []) : [];
  const names = chosen
    .map((item) => columnName(ctx, columns, typeName, item))
    .map((c) => columnValue(ctx, inner, c));
  const [first] = names;
  const distinct = booleanArgument(ctx, given.get('distinct'));
  if (!first) return sql`count(*)`;
  const value = names.length === 1 ? first : sql`(${join(names)})`;
  return distinct ? sql`count(distinct ${value})` : sql`count(${value})`;
}

function columnName(
  ctx: PlanContext,
  columns: readonly ColumnField[],
  typeName: string,
  item: Argument,
): ColumnField {
  const names = columns.map((c) => c.name);
  const name = enumValue(ctx, item, typeName, names);
  const column = columns.find((c) => c.name === name);
  if (!column) mismatch(ctx, item, 'an enum value', typeName);
  return column;
}

function booleanArgument(ctx: PlanContext, argument: Argument | undefined): boolean {
  if (!argument || presence(ctx.reader, argument.input, 'Boolean', argument.path) !== 'value') return false;
  const value = exactJson(ctx.reader, argument.input, 'Boolean', argument.path);
  if (typeof value !== 'boolean') mismatch(ctx, argument, 'a boolean', 'Boolean');
  return value;
}

function columnValue(ctx: PlanContext, inner: Inner, column: ColumnField): Sql {
  return innerColumn(inner, `column ${column.column}`, columnCellSql(ctx, column, inner.rows.alias));
}

/** `sum { … }` and the like; undefined when the table has no column for it. */
function operatorSql(
  ctx: PlanContext,
  table: TableView,
  inner: Inner,
  field: SelectedField,
): Sql | undefined {
  const { convention } = table.naming;
  const numeric = wordOf(convention, NUMERIC_AGGREGATES, field.name);
  const op = numeric ?? wordOf(convention, COMPARABLE_AGGREGATES, field.name);
  if (op === undefined) return undefined;
  const suits = numeric ? isNumericType : isComparableType;
  const eligible = (name: string): ColumnField | ComputedField | undefined => {
    const model = table.field(name);
    if (model?.kind === 'column') return suits(ctx.role.type(model.type)) ? model : undefined;
    if (model?.kind !== 'computed_field' || model.returns.kind !== 'scalar') return undefined;
    if (model.arguments.length > 0) return undefined;
    return suits(ctx.role.type(model.returns.type)) ? model : undefined;
  };
  if (!table.fields.some((f) => eligible(f.name))) return undefined;
  readArguments(field, []);
  const typeName = table.typeOf(`${op}_fields`);
  return jsonObjectSql(
    collectFields(ctx, typeName, subselection(field), field.path).map((member): JsonField => {
      if (member.name === '__typename') return { key: member.key, value: typeNameSql(member, typeName) };
      const model = eligible(member.name);
      if (!model) invalid(`field '${member.name}' not found in type: '${typeName}'`, member.path);
      readArguments(member, []);
      noSubselection(member);
      return { key: member.key, value: aggregatedSql(ctx, inner, op, model) };
    }),
  );
}

function aggregatedSql(ctx: PlanContext, inner: Inner, op: string, model: ColumnField | ComputedField): Sql {
  if (model.kind === 'column')
    return outputSql(ctx, aggregateFunctionSql(op, columnValue(ctx, inner, model)), model.type);
  if (model.returns.kind !== 'scalar')
    throw new Error('Invariant broken: only scalar computed fields are aggregated');
  const value = computedCellSql(ctx, model, inner.rows.alias);
  return outputSql(
    ctx,
    aggregateFunctionSql(op, innerColumn(inner, `computed ${model.name}`, value)),
    model.returns.type,
  );
}
