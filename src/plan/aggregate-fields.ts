// `aggregate { count sum { … } }` -> SQL over a subquery that has a column for each value the functions take.

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
import { ident, literal, sql } from '../sql/sql.ts';
import { aggregateFunctionSql, countedSql } from './aggregate-function.ts';
import type { Argument } from './arguments.ts';
import { booleanArgument, enumValue, listItems, mismatch, readArguments } from './arguments.ts';
import { columnCellSql, seenSql } from './cell.ts';
import type { SelectedField } from './collect.ts';
import { collectFields, noSubselection } from './collect.ts';
import { callComputedField } from './computed-field.ts';
import type { PlanContext } from './context.ts';
import { invalid } from './context.ts';
import { outputSql } from './output.ts';

/** What the rows of that alias are asked for, as columns `c0`, `c1`, … of a subquery. */
export interface AskedOfRows {
  readonly table: TableView;
  readonly alias: Sql;
  readonly columns: Map<string, { readonly name: Sql; readonly value: Sql }>;
}

/** The value of a row under the name it has outside of the subquery. One `key` is one value. */
export function askedSql(asked: AskedOfRows, key: string, value: () => Sql): Sql {
  let column = asked.columns.get(key);
  if (!column) {
    column = { name: ident(`c${asked.columns.size}`), value: value() };
    asked.columns.set(key, column);
  }
  return column.name;
}

/** A column of the rows. */
export function askedColumnSql(ctx: PlanContext, asked: AskedOfRows, column: ColumnField): Sql {
  return askedSql(asked, `column ${column.column}`, () => columnCellSql(ctx, column, asked.alias));
}

/** `json_build_object('count', count(*), 'max', json_build_object('id', max("c0")))` */
export function aggregateFieldsSql(ctx: PlanContext, asked: AskedOfRows, field: SelectedField): Sql {
  readArguments(field, []);
  const typeName = asked.table.typeOf('aggregate_fields');
  const members = collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => {
    const { key, name } = member;
    if (name === '__typename') return { key, value: typeNameSql(member, typeName) };
    if (name === 'count') return { key, value: countSql(ctx, asked, member) };
    const value = operatorSql(ctx, asked, member);
    if (value) return { key, value };
    invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
  });
  return jsonObjectSql(members);
}

/** `__typename`. */
export function typeNameSql(field: SelectedField, typeName: string): Sql {
  readArguments(field, []);
  noSubselection(field);
  return sql`${literal(typeName)}::text`;
}

function countSql(ctx: PlanContext, asked: AskedOfRows, field: SelectedField): Sql {
  noSubselection(field);
  const { table } = asked;
  const given = readArguments(
    field,
    table.fields.some((f) => f.kind === 'column') ? ['columns', 'distinct'] : [],
  );
  const argument = given.get('columns');
  const typeName = table.typeOf('select_column');
  const chosen = argument ? (listItems(ctx, argument, `${typeName}!`) ?? []) : [];
  const values = chosen.map((item) => askedColumnSql(ctx, asked, columnNamed(ctx, table, item)));
  return countedSql(values, booleanArgument(ctx, given.get('distinct')));
}

/** A value of the enum of a table's columns. */
export function columnNamed(ctx: PlanContext, table: TableView, item: Argument): ColumnField {
  const columns = table.fields.filter((f) => f.kind === 'column');
  const typeName = table.typeOf('select_column');
  const names = columns.map((c) => c.name);
  const name = enumValue(ctx, item, typeName, names);
  return columns.find((c) => c.name === name) ?? mismatch(ctx, item, 'an enum value', typeName);
}

/** `sum { … }` and the like; undefined when the table has nothing for it. */
function operatorSql(ctx: PlanContext, asked: AskedOfRows, field: SelectedField): Sql | undefined {
  const { table } = asked;
  const { convention } = table.naming;
  const numeric = wordOf(convention, NUMERIC_AGGREGATES, field.name);
  const op = numeric ?? wordOf(convention, COMPARABLE_AGGREGATES, field.name);
  if (op === undefined) return undefined;
  const suits = numeric ? isNumericType : isComparableType;
  const eligible = (name: string): ColumnField | ComputedField | undefined => {
    const model = table.field(name);
    if (model?.kind === 'column') return suits(ctx.role.type(model.type)) ? model : undefined;
    if (model?.kind !== 'computed_field' || model.returns.kind !== 'scalar') return undefined;
    return suits(ctx.role.type(model.returns.type)) ? model : undefined;
  };
  if (!table.fields.some((f) => eligible(f.name))) return undefined;
  readArguments(field, []);
  const typeName = table.typeOf(`${op}_fields`);
  return jsonObjectSql(
    collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => {
      const { key } = member;
      if (member.name === '__typename') return { key, value: typeNameSql(member, typeName) };
      const model = eligible(member.name);
      if (!model) invalid(`field '${member.name}' not found in type: '${typeName}'`, member.path);
      noSubselection(member);
      if (model.kind === 'computed_field') return { key, value: computedSql(ctx, asked, op, model, member) };
      readArguments(member, []);
      const value = askedColumnSql(ctx, asked, model);
      return { key, value: outputSql(ctx, aggregateFunctionSql(op, value), model.type) };
    }),
  );
}

/** A computed field, with arguments of its own at each mention. */
function computedSql(
  ctx: PlanContext,
  asked: AskedOfRows,
  op: string,
  model: ComputedField,
  member: SelectedField,
): Sql {
  if (model.returns.kind !== 'scalar')
    throw new Error('Invariant broken: only scalar computed fields are aggregated');
  const takesArguments = model.arguments.length > 0;
  readArguments(member, takesArguments ? ['args'] : []);
  const { alias, table } = asked;
  const place = takesArguments ? `${asked.columns.size}` : '';
  const value = askedSql(asked, `computed ${model.name} ${place}`, () =>
    seenSql(ctx, callComputedField(ctx, model, table, alias, member), model.visible, alias),
  );
  return outputSql(ctx, aggregateFunctionSql(op, value), model.returns.type);
}
