// Lists and objects of a table -> SQL that builds their JSON: one subquery per field, nested as the selection is.

import type { SelectionSetNode } from 'graphql';

import type { TableView } from '../artifact/decode.ts';
import { connectionFieldName } from '../artifact/type-names.ts';
import type {
  ArrayRelationshipField,
  ColumnField,
  ComputedField,
  FieldModel,
  ObjectRelationshipField,
  TypeRef,
} from '../artifact/types.ts';
import type { JsonField } from '../sql/json.ts';
import { jsonRow } from '../sql/json.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, literal, sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { aggregateSql } from './aggregate.ts';
import type { Argument } from './arguments.ts';
import { readArguments } from './arguments.ts';
import { columnCellSql, seenSql } from './cell.ts';
import { isJson } from './codec.ts';
import type { SelectedField } from './collect.ts';
import { collectFields, noSubselection } from './collect.ts';
import { callComputedField } from './computed-field.ts';
import type { PlanContext } from './context.ts';
import { invalid, newAlias, requestParam } from './context.ts';
import { presence } from './input.ts';
import { joinConditions } from './join.ts';
import { nativeQueryArguments, nativeQuerySql } from './native-query.ts';
import { outputSql } from './output.ts';
import { permissionSql } from './permission.ts';
import { connectionSql } from './relay/connection.ts';
import { nodeIdSql } from './relay/node-id.ts';
import type { Rows, RowSource } from './rows.ts';
import { LIST_ARGUMENTS, rows } from './rows.ts';

/**
 * A list field: `(select coalesce(json_agg(r), '[]') from (select t."id" as "id" from … ) r)`.
 * `extra` names arguments beside a list's own, which the caller reads itself.
 */
export function listSql(
  ctx: PlanContext,
  source: RowSource,
  field: SelectedField,
  extra: readonly string[] = [],
): Sql {
  const given = readArguments(field, [...extra, ...LIST_ARGUMENTS], source.table.naming.convention);
  const found = rows(ctx, source, given, source.table.limit);
  return sql`(select ${rowsSql(ctx, source.table, found, field.selectionSets, field)})`;
}

/** `coalesce(json_agg(r), '[]') from (select …) r`, also for an aggregate's nodes. */
export function rowsSql(
  ctx: PlanContext,
  table: TableView,
  found: Rows,
  selectionSets: readonly SelectionSetNode[],
  field: SelectedField,
): Sql {
  const row = jsonRow(objectFields(ctx, table, found.alias, selectionSets, field));
  const alias = newAlias(ctx, 'r');
  return sql`${row.list(alias)} from (select ${found.distinct}${row.columns}${found.body}${found.tail}) as ${alias}`;
}

/**
 * What a function that gives one row gives: an object, or null. Postgres shows a row that is null as one whose columns
 * all are.
 */
export function oneSql(
  ctx: PlanContext,
  source: RowSource,
  field: SelectedField,
  extra: readonly string[],
): Sql {
  const { table } = source;
  const given = readArguments(field, [...extra, ...LIST_ARGUMENTS], table.naming.convention);
  const there = (alias: Sql): Sql[] => [...source.join(alias), sql`not (${alias} is null)`];
  const found = rows(ctx, { ...source, join: there }, given, table.limit);
  const row = jsonRow(objectFields(ctx, table, found.alias, field.selectionSets, field));
  const outer = newAlias(ctx, 'r');
  return sql`(select ${row.json(outer)} from (select ${found.distinct}${row.columns}${found.body}${found.tail}) as ${outer} limit 1)`;
}

/** At most one row as an object, else null: an object relationship or a row by primary key. */
export function objectSql(ctx: PlanContext, source: RowSource, field: SelectedField): Sql {
  const alias = newAlias(ctx);
  const row = jsonRow(objectFields(ctx, source.table, alias, field.selectionSets, field));
  const outer = newAlias(ctx, 'r');
  const conditions = [...source.join(alias), permissionSql(ctx, source.table.filter, alias)].reduce(
    (all, one) => sql`${all} and ${one}`,
  );
  return sql`(select ${row.json(outer)} from (select ${row.columns} from ${source.from} as ${alias} where ${conditions} limit 1) as ${outer})`;
}

/** The members of a row's object. */
export function objectFields(
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  selectionSets: readonly SelectionSetNode[],
  parent: SelectedField,
): JsonField[] {
  return collectFields(ctx, table.typeName, selectionSets, parent.path).map((field) => ({
    key: field.key,
    value: fieldSql(ctx, table, alias, field),
  }));
}

function fieldSql(ctx: PlanContext, table: TableView, alias: Sql, field: SelectedField): Sql {
  if (field.name === '__typename') {
    readArguments(field, []);
    noSubselection(field);
    return sql`${literal(table.typeName)}::text`;
  }
  const ofRelay = ctx.role.relay && relayFieldSql(ctx, table, alias, field);
  if (ofRelay) return ofRelay;
  const model = table.field(field.name);
  if (model) return modelSql(ctx, table, alias, field, model);
  const aggregated = table.aggregated(field.name);
  if (aggregated) {
    const source = relatedRows(ctx, table, alias, aggregated, field);
    if (source?.table.allowAggregations)
      return aggregateSql(ctx, source, field, objectFields, argumentsOf(aggregated));
  }
  invalid(`field '${field.name}' not found in type: '${table.typeName}'`, field.path);
}

/** What a row has in the Relay API only: an id in the place of a column of that name, and pages of related rows. */
function relayFieldSql(
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  field: SelectedField,
): Sql | undefined {
  if (field.name === 'id' && table.relay) {
    readArguments(field, []);
    noSubselection(field);
    return nodeIdSql(table, table.relay, alias);
  }
  const { convention } = table.naming;
  const paged = table.fields.find(
    (f) => f.kind === 'array_relationship' && connectionFieldName(convention, f.name) === field.name,
  );
  const source = paged && relatedRows(ctx, table, alias, paged, field);
  return source?.table.relay && connectionSql(ctx, source, field, objectFields);
}

function modelSql(
  ctx: PlanContext,
  owner: TableView,
  alias: Sql,
  field: SelectedField,
  model: FieldModel,
): Sql {
  switch (model.kind) {
    case 'column':
      return columnSql(ctx, alias, field, model);
    case 'object_relationship': {
      readArguments(field, argumentsOf(model));
      const table = ctx.role.table(model.table);
      const join = (inner: Sql): Sql[] => joinConditions(model.mapping, alias, inner);
      return objectSql(ctx, { table, from: relatedFrom(ctx, model, table, field), join }, field);
    }
    case 'array_relationship':
    case 'computed_field': {
      const source = relatedRows(ctx, owner, alias, model, field);
      if (source && isSingle(model)) return oneSql(ctx, source, field, argumentsOf(model));
      if (source) return listSql(ctx, source, field, argumentsOf(model));
      return scalarComputedSql(ctx, owner, alias, field, model as ComputedField);
    }
    default:
      return unreachable(model);
  }
}

function isSingle(model: FieldModel): boolean {
  return model.kind === 'computed_field' && model.returns.kind === 'table' && model.returns.single === true;
}

function argumentsOf(model: FieldModel): readonly string[] {
  if ('native' in model && model.native) return nativeQueryArguments(model.native);
  return model.kind === 'computed_field' && model.arguments.length > 0 ? ['args'] : [];
}

/** The rows behind an array relationship or a computed field that returns a table; undefined for a scalar one. */
function relatedRows(
  ctx: PlanContext,
  owner: TableView,
  alias: Sql,
  model: FieldModel,
  field: SelectedField,
): RowSource | undefined {
  if (model.kind === 'array_relationship') {
    const table = ctx.role.table(model.table);
    return {
      table,
      from: relatedFrom(ctx, model, table, field),
      join: (inner) => joinConditions(model.mapping, alias, inner),
    };
  }
  if (model.kind !== 'computed_field' || model.returns.kind !== 'table') return undefined;
  const table = ctx.role.table(model.returns.table);
  const { visible } = model;
  const join = (): Sql[] => (visible ? [permissionSql(ctx, visible, alias)] : []);
  return { table, from: callComputedField(ctx, model, owner, alias, field), join, calls: true };
}

/** The other side of a relationship: its table, or the native query it leads to. */
function relatedFrom(
  ctx: PlanContext,
  { native }: ObjectRelationshipField | ArrayRelationshipField,
  { table }: TableView,
  field: SelectedField,
): Sql {
  return native ? nativeQuerySql(ctx, native, field) : ident(table.schema, table.name);
}

function scalarComputedSql(
  ctx: PlanContext,
  owner: TableView,
  alias: Sql,
  field: SelectedField,
  model: ComputedField,
): Sql {
  if (model.returns.kind !== 'scalar')
    throw new Error('Invariant broken: the computed field returns a scalar');
  noSubselection(field);
  const type = ctx.role.type(model.returns.type);
  const pathArgument = isJson(type) ? ['path'] : [];
  const given = readArguments(field, [...argumentsOf(model), ...pathArgument]);
  const value = seenSql(ctx, callComputedField(ctx, model, owner, alias, field), model.visible, alias);
  return selectedSql(ctx, value, model.returns.type, given.get('path'));
}

function columnSql(ctx: PlanContext, alias: Sql, field: SelectedField, model: ColumnField): Sql {
  noSubselection(field);
  const value = columnCellSql(ctx, model, alias);
  const type = ctx.role.type(model.type);
  const given = readArguments(field, isJson(type) ? ['path'] : []);
  return selectedSql(ctx, value, model.type, given.get('path'));
}

/** A value as it is shown; of json, what the `path` argument leads to. */
function selectedSql(ctx: PlanContext, value: Sql, type: TypeRef, path: Argument | undefined): Sql {
  if (!path || presence(ctx.reader, path.input, 'String', path.path) !== 'value')
    return outputSql(ctx, value, type);
  return sql`${value} #> ${requestParam(ctx, path.input, { kind: 'json_path' }, path.path)}`;
}
