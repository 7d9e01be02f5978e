// A stream's field -> the query for its next batch: the rows behind the cursor, and where the batch behind it goes on.

import type { TableView } from '../artifact/decode.ts';
import { typeWord, wordOf } from '../artifact/type-names.ts';
import type { ColumnField } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import { jsonObjectSql } from '../sql/json.ts';
import type { Binding, Sql } from '../sql/sql.ts';
import { andSql, bindingsOf, integer, join, orSql, param, sql } from '../sql/sql.ts';
import { must } from '../util/assert.ts';
import type { Argument } from './arguments.ts';
import { enumValue, listItems, mismatch, readArguments } from './arguments.ts';
import { whereSql } from './bool-exp.ts';
import { columnCellSql } from './cell.ts';
import { castSql } from './codec.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, newAlias, requestParam } from './context.ts';
import { presence, view } from './input.ts';
import { permissionSql } from './permission.ts';
import { tableSource } from './rows.ts';
import { objectFields } from './select.ts';

/** A batch of a stream. */
export interface StreamSql {
  /** A query of one row: `"list"`, the rows as JSON, and `"cursor"`, the texts of the last one's columns, or null. */
  readonly batch: Sql;
  /** Where it begins. */
  readonly start: readonly CursorStart[];
}

/** Where a cursor is in one of its columns at the beginning: what gives the text. */
export interface CursorStart {
  /** The column's name in the schema. */
  readonly name: string;
  readonly binding: Binding;
}

/** A column of a cursor. */
interface CursorColumn {
  readonly field: ColumnField;
  readonly descending: boolean;
  readonly initial: Binding;
}

/**
 * Plans a stream. Rows that lack a value in one of the cursor's columns are in no batch: nothing is behind null. Those that
 * are level with the last one of a batch belong to it, however many they are, since the next begins behind them.
 * @throws HedgeError `validation-failed` at what is wrong with the arguments.
 */
export function streamSql(ctx: PlanContext, table: TableView, field: SelectedField): StreamSql {
  const given = readArguments(field, ['batch_size', 'cursor', 'where'], table.naming.convention);
  const columns = cursorColumns(ctx, table, given.get('cursor') ?? missing(field, 'cursor'));
  const size = batchSize(ctx, table, given.get('batch_size') ?? missing(field, 'batch_size'));
  const source = tableSource(table);
  const alias = newAlias(ctx);
  const where = given.get('where');
  const condition = where && whereSql(ctx, table, alias, where);
  const keys = columns.map(({ field: column, descending }, n) => ({
    value: columnCellSql(ctx, column, alias),
    descending,
    from: param({ kind: 'cursor', column: n }, castSql(ctx.role.type(column.type))),
  }));
  const conditions = [
    permissionSql(ctx, table.filter, alias),
    ...(condition ? [condition] : []),
    behindSql(keys),
  ];
  const row = jsonObjectSql(objectFields(ctx, table, alias, field.selectionSets, field));
  const cursor = sql`array[${join(keys.map(({ value }) => sql`(${value})::text`))}]`;
  const order = join(keys.map(({ value, descending }) => sql`${value} ${descending ? sql`desc` : sql`asc`}`));
  const rows = newAlias(ctx, 'r');
  const batch = sql`select ${row} as "e:", to_json(${cursor})::text as "c:" from ${source.from} as ${alias} where ${andSql(conditions)} order by ${order} fetch first (${size}) rows with ties`;
  return {
    batch: sql`select coalesce(json_agg(${rows}."e:"), '[]') as "list", (array_agg(${rows}."c:"))[count(*)::int] as "cursor" from (${batch}) as ${rows}`,
    start: columns.map(({ field: { name }, initial }) => ({ name, binding: initial })),
  };
}

/** `[{initial_value: {id: 0}, ordering: ASC}]`: several columns tell rows apart that are level in the first. */
function cursorColumns(ctx: PlanContext, table: TableView, argument: Argument): readonly CursorColumn[] {
  const typeName = table.typeOf('stream_cursor_input');
  const columns = (listItems(ctx, argument, typeName) ?? []).flatMap((item) => {
    const seen = view(ctx.reader, item.input, typeName, item.path);
    if (seen.kind !== 'object') return mismatch(ctx, item, 'an object', typeName);
    let descending = false;
    let values: Argument | undefined;
    for (const [name, input] of seen.fields) {
      const part = { input, path: at(item.path, name) };
      const word = wordOf(table.naming.convention, ['initial_value', 'ordering'], name);
      if (word === 'initial_value') values = part;
      else if (word === 'ordering') descending = isDescending(ctx, table, part);
      else invalid(`field '${name}' not found in type: '${typeName}'`, item.path);
    }
    if (!values) invalid("missing required field 'initial_value'", item.path);
    return initialValues(ctx, table, values, descending);
  });
  if (columns.length === 0) invalid('one streaming column field is expected', argument.path);
  const twice = columns.find(({ field }, n) => columns.findIndex((other) => other.field === field) < n);
  if (twice) invalid(`the cursor names the column '${twice.field.name}' twice`, argument.path);
  return columns;
}

function isDescending(ctx: PlanContext, { naming }: TableView, argument: Argument): boolean {
  const typeName = typeWord(naming.convention, 'cursor_ordering');
  return enumValue(ctx, argument, typeName, ['ASC', 'DESC']) === 'DESC';
}

function initialValues(
  ctx: PlanContext,
  table: TableView,
  argument: Argument,
  descending: boolean,
): readonly CursorColumn[] {
  const typeName = table.typeOf('stream_cursor_value_input');
  const seen = view(ctx.reader, argument.input, `${typeName}!`, argument.path);
  if (seen.kind !== 'object') return mismatch(ctx, argument, 'an object', typeName);
  return [...seen.fields].map(([name, input]): CursorColumn => {
    const path = at(argument.path, name);
    const field = table.field(name);
    if (field?.kind !== 'column')
      return invalid(`field '${name}' not found in type: '${typeName}'`, argument.path);
    const type = ctx.role.type(field.type);
    // Nothing is behind null: such a stream would never have a row.
    if (presence(ctx.reader, input, type.graphql, path) !== 'value')
      invalid(`unexpected null value for type '${type.graphql}'`, path);
    const value = requestParam(ctx, input, { kind: 'scalar', type }, path);
    return { field, descending, initial: must(bindingsOf(value)[0], 'a parameter has a binding') };
  });
}

function batchSize(ctx: PlanContext, table: TableView, argument: Argument): Sql {
  if (presence(ctx.reader, argument.input, 'Int!', argument.path) !== 'value')
    invalid("unexpected null value for type 'Int'", argument.path);
  const size = requestParam(ctx, argument.input, { kind: 'count', bits: 32 }, argument.path);
  return table.limit === null ? size : sql`least(${size}, ${integer(table.limit)})`;
}

/** `a > x`; of several columns `a >= x and (a > x or (a = x and b > y))`, whose first part an index can use. */
function behindSql(
  keys: readonly { readonly value: Sql; readonly descending: boolean; readonly from: Sql }[],
): Sql {
  const [first] = keys;
  const beyond = ({ value, descending, from }: (typeof keys)[number]): Sql =>
    descending ? sql`${value} < ${from}` : sql`${value} > ${from}`;
  if (!first) throw new Error('Invariant broken: a cursor has a column');
  if (keys.length === 1) return beyond(first);
  const steps = keys.map((key, n) =>
    andSql([...keys.slice(0, n).map(({ value, from }) => sql`${value} = ${from}`), beyond(key)]),
  );
  return andSql([
    first.descending ? sql`${first.value} <= ${first.from}` : sql`${first.value} >= ${first.from}`,
    ...keys.slice(1).map(({ value }) => sql`${value} is not null`),
    orSql(steps),
  ]);
}

function missing(field: SelectedField, name: string): never {
  return invalid(`missing required field '${name}'`, at(field.path, 'args'));
}
