// A client's condition on an aggregate of related rows, `articles_aggregate: {count: {predicate: {_gt: 3}}}` -> SQL,
// over the rows that the permission of their table shows.

import type { AggregatePredicate, PredicateOfTable } from '../artifact/aggregate-predicates.ts';
import { aggregatePredicatesOf } from '../artifact/aggregate-predicates.ts';
import type { TableView } from '../artifact/decode.ts';
import { aggregatePredicateTypeName, comparisonTypeName } from '../artifact/type-names.ts';
import type { ColumnField, ColumnMapping, ScalarType } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { andSql, ident, join, sql } from '../sql/sql.ts';
import { must } from '../util/assert.ts';
import { countedSql, predicateFunctionSql } from './aggregate-function.ts';
import type { Argument } from './arguments.ts';
import { booleanArgument, enumValue, listItems, mismatch, noList } from './arguments.ts';
import { columnCellSql } from './cell.ts';
import type { PlanContext } from './context.ts';
import { countTerm, invalid, newAlias } from './context.ts';
import { presence, view } from './input.ts';
import { joinConditions } from './join.ts';
import { permissionSql } from './permission.ts';

/** The array relationship that is aggregated. */
interface Aggregated {
  readonly remote: TableView;
  readonly mapping: ColumnMapping;
  /** The row it starts from. */
  readonly outer: Sql;
}

/** What `bool-exp.ts` knows; handed in, because a filter holds predicates and a predicate holds a filter. */
export interface FilterParts {
  /** A `<table>_bool_exp` for the row of that alias. */
  readonly condition: (alias: Sql, argument: Argument) => Sql;
  /** A `<type>_comparison_exp`: all of them must hold. */
  readonly comparisons: (value: Sql, type: ScalarType, argument: Argument) => readonly Sql[];
}

/**
 * `exists (select 1 from (select count(*) as "v" from "public"."article" as "t:1" where <join, permission, filter>) as
 * "n:2" where "n:2"."v" > ($1)::int4)`. As in Hasura `exists` makes two values of three: a comparison with the null that
 * no rows give is false, and its `_not` true.
 * @throws HedgeError `validation-failed` unless exactly one function is named, on what the role does not see, and on
 *   null: as in Hasura nothing of a predicate may be null.
 */
export function aggregatePredicateSql(
  ctx: PlanContext,
  { remote, mapping, outer }: Aggregated,
  argument: Argument,
  parts: FilterParts,
): Sql {
  const typeName = remote.typeOf('aggregate_bool_exp');
  const available = aggregatePredicatesOf(ctx.role, remote);
  const members = membersOf(ctx, argument, typeName, (name) =>
    available.some((a) => a.predicate.fn === name),
  );
  const [given, ...more] = [...members];
  if (!given || more.length > 0) invalid('exactly one predicate should be specified', argument.path);
  const [fn, member] = given;
  const chosen = must(
    available.find((a) => a.predicate.fn === fn),
    'the function is one of those',
  );
  const alias = newAlias(ctx);
  const { value, filter, predicate } = readPredicate(ctx, remote, chosen, member, alias);
  const conditions = [
    ...joinConditions(mapping, outer, alias),
    permissionSql(ctx, remote.filter, alias),
    ...(filter ? [parts.condition(alias, filter)] : []),
  ];
  const aggregated = newAlias(ctx, 'n');
  const from = sql`select ${value} as "v" from ${ident(remote.table.schema, remote.table.name)} as ${alias} where ${andSql(conditions)}`;
  const holds = andSql(parts.comparisons(sql`${aggregated}."v"`, chosen.predicate.returns, predicate));
  return sql`exists (select 1 from (${from}) as ${aggregated} where ${holds})`;
}

/** The members of one function's object; `value` is the aggregate over rows of that alias. */
function readPredicate(
  ctx: PlanContext,
  remote: TableView,
  { predicate: { fn, takes, returns }, columns }: PredicateOfTable,
  argument: Argument,
  alias: Sql,
): { readonly value: Sql; readonly filter: Argument | undefined; readonly predicate: Argument } {
  const { naming, baseName } = remote;
  const typeName = aggregatePredicateTypeName(naming, baseName, fn, 'predicate');
  const names = ['arguments', 'distinct', 'filter', 'predicate'];
  const members = membersOf(ctx, argument, typeName, (name) => names.includes(name));
  const predicate = required(members, 'predicate', argument);
  notNull(ctx, predicate, 'an object', comparisonTypeName(naming, returns));
  const distinct = members.get('distinct');
  if (distinct) notNull(ctx, distinct, 'a boolean', 'Boolean');
  const filter = members.get('filter');
  if (filter) notNull(ctx, filter, 'an object', remote.typeOf('bool_exp'));
  const isDistinct = booleanArgument(ctx, distinct);
  const cells = argumentColumns(ctx, remote, { fn, takes, columns }, members.get('arguments'), argument).map(
    (column) => columnCellSql(ctx, column, alias),
  );
  const value =
    takes === 'rows'
      ? countedSql(cells, isDistinct)
      : predicateFunctionSql(fn, isDistinct ? sql`distinct ${join(cells)}` : join(cells));
  return { value, filter, predicate };
}

/** The columns a function is applied to. */
function argumentColumns(
  ctx: PlanContext,
  remote: TableView,
  {
    fn,
    takes,
    columns,
  }: Pick<AggregatePredicate, 'fn' | 'takes'> & { readonly columns: readonly ColumnField[] },
  given: Argument | undefined,
  parent: Argument,
): readonly ColumnField[] {
  const { naming, baseName } = remote;
  const column = (argument: Argument, typeName: string): ColumnField => {
    const name = enumValue(
      ctx,
      argument,
      typeName,
      columns.map((c) => c.name),
    );
    return columns.find((c) => c.name === name) ?? mismatch(ctx, argument, 'an enum value', typeName);
  };
  if (takes === 'rows') {
    if (!given) return [];
    const typeName = remote.typeOf('select_column');
    return (listItems(ctx, given, `${typeName}!`) ?? noList(given)).map((item) => column(item, typeName));
  }
  const argument = given ?? missing('arguments', parent);
  const columnsName = aggregatePredicateTypeName(naming, baseName, fn, 'columns');
  if (takes === 'column') return [column(argument, columnsName)];
  const pairName = aggregatePredicateTypeName(naming, baseName, fn, 'arguments');
  const pair = membersOf(ctx, argument, pairName, (name) => name === 'X' || name === 'Y');
  return ['X', 'Y'].map((name) => column(required(pair, name, argument), columnsName));
}

/** An input object's members by name, each of which is counted. */
function membersOf(
  ctx: PlanContext,
  argument: Argument,
  typeName: string,
  isKnown: (name: string) => boolean,
): ReadonlyMap<string, Argument> {
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  return new Map(
    [...seen.fields].map(([name, input]) => {
      countTerm(ctx);
      const path = at(argument.path, name);
      if (!isKnown(name)) invalid(`field '${name}' not found in type: '${typeName}'`, path);
      return [name, { input, path }];
    }),
  );
}

function required(members: ReadonlyMap<string, Argument>, name: string, parent: Argument): Argument {
  return members.get(name) ?? missing(name, parent);
}

function missing(name: string, { path }: Argument): never {
  invalid(`missing required field '${name}'`, path);
}

function notNull(ctx: PlanContext, argument: Argument, expected: string, typeName: string): void {
  if (presence(ctx.reader, argument.input, typeName, argument.path) !== 'value')
    mismatch(ctx, argument, expected, typeName);
}
