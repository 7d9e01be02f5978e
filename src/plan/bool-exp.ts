// A client's `where` -> SQL, checked against what the role may see: its columns, relationships and computed fields.
// A relationship's table brings its own permission along.

import { aggregatePredicatesOf } from '../artifact/aggregate-predicates.ts';
import type { TableView } from '../artifact/decode.ts';
import { castTargetOf, operatorsOf } from '../artifact/operators.ts';
import { castTypeName, comparisonTypeName, type SourceNaming, wordOf } from '../artifact/type-names.ts';
import type { ColumnMapping, ScalarType } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { andSql, ident, orSql, sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { aggregatePredicateSql } from './aggregate-predicate.ts';
import type { Argument } from './arguments.ts';
import { mismatch, noList } from './arguments.ts';
import { columnCellSql, computedCellSql } from './cell.ts';
import { castSql } from './codec.ts';
import type { Operand } from './comparison.ts';
import { comparisonSql, OBJECT_OPERANDS, objectOperandName, operandType, TEXT } from './comparison.ts';
import type { PlanContext } from './context.ts';
import { countTerm, invalid, MAX_FILTER_DEPTH, newAlias, requestParam } from './context.ts';
import { functionCallSql } from './function-call.ts';
import { exactJson, presence, resolveVariable, view } from './input.ts';
import { joinConditions } from './join.ts';
import { permissionSql } from './permission.ts';

/**
 * The condition a `<T>_bool_exp` stands for on the table of alias `alias`; `undefined` when it is absent or null.
 * @throws HedgeError `validation-failed` on names the role does not have, values of the wrong type, and too much of it.
 */
export function whereSql(ctx: PlanContext, table: TableView, alias: Sql, where: Argument): Sql | undefined {
  if (presence(ctx.reader, where.input, table.typeOf('bool_exp'), where.path) !== 'value') return undefined;
  return boolExpSql(ctx, { table, alias, depth: 0 }, where);
}

interface Scope {
  readonly table: TableView;
  readonly alias: Sql;
  readonly depth: number;
}

function boolExpSql(ctx: PlanContext, scope: Scope, argument: Argument): Sql {
  if (scope.depth > MAX_FILTER_DEPTH)
    invalid(`a filter nests deeper than ${MAX_FILTER_DEPTH} levels`, undefined);
  const typeName = scope.table.typeOf('bool_exp');
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const conditions: Sql[] = [];
  const inner = { ...scope, depth: scope.depth + 1 };
  for (const [name, input] of seen.fields) {
    countTerm(ctx);
    const member = { input, path: at(argument.path, name) };
    switch (name) {
      case '_and':
        conditions.push(andSql(boolExps(ctx, inner, member)));
        break;
      case '_or':
        conditions.push(orSql(boolExps(ctx, inner, member)));
        break;
      case '_not':
        if (collapses(ctx, member, typeName)) break;
        conditions.push(sql`not (${boolExpSql(ctx, inner, member)})`);
        break;
      default:
        conditions.push(...fieldConditions(ctx, inner, name, member));
    }
  }
  return andSql(conditions);
}

function boolExps(ctx: PlanContext, scope: Scope, argument: Argument): Sql[] {
  const typeName = scope.table.typeOf('bool_exp');
  const seen = view(ctx.reader, argument.input, `[${typeName}!]`, argument.path);
  if (seen.kind === 'list') {
    return seen.items.map((input, i) => {
      countTerm(ctx);
      return boolExpSql(ctx, scope, { input, path: at(argument.path, i) });
    });
  }
  if (seen.kind === 'object' || seen.kind === 'scalar') {
    // A single value stands for a list of one; of a variable its value, as its type was compared with the list's.
    const input =
      resolveVariable(ctx.reader, argument.input, `[${typeName}!]`, argument.path) ?? argument.input;
    return [boolExpSql(ctx, scope, { input, path: at(argument.path, 0) })];
  }
  noList(argument);
}

function fieldConditions(ctx: PlanContext, scope: Scope, name: string, member: Argument): Sql[] {
  const field = scope.table.field(name);
  const { naming } = scope.table;
  const unknown = (): never =>
    invalid(`field '${name}' not found in type: '${scope.table.typeOf('bool_exp')}'`, member.path);
  if (!field) return aggregateConditions(ctx, scope, name, member) ?? unknown();
  switch (field.kind) {
    case 'column': {
      const value = columnCellSql(ctx, field, scope.alias);
      return comparisons(ctx, { value, type: ctx.role.type(field.type), naming }, member);
    }
    case 'object_relationship':
    case 'array_relationship': {
      if (field.selectOnly) return unknown();
      const remote = ctx.role.table(field.table);
      if (collapses(ctx, member, remote.typeOf('bool_exp'))) return [];
      return [relatedSql(ctx, scope, remote, field.mapping, member)];
    }
    case 'computed_field': {
      if (field.arguments.length > 0) return unknown();
      if (field.returns.kind === 'scalar') {
        const value = computedCellSql(ctx, field, scope.alias);
        return comparisons(ctx, { value, type: ctx.role.type(field.returns.type), naming }, member);
      }
      const call = functionCallSql(field.call, scope.alias, () => undefined);
      const remote = ctx.role.table(field.returns.table);
      if (collapses(ctx, member, remote.typeOf('bool_exp'))) return [];
      const alias = newAlias(ctx);
      const seen = field.visible ? [permissionSql(ctx, field.visible, scope.alias)] : [];
      return [existsSql(ctx, { table: remote, alias, depth: scope.depth }, call, seen, member)];
    }
    default:
      return unreachable(field);
  }
}

/** `<relationship>_aggregate`; undefined where the role has none of that name. */
function aggregateConditions(
  ctx: PlanContext,
  { table, alias: outer, depth }: Scope,
  name: string,
  member: Argument,
): Sql[] | undefined {
  const field = table.aggregated(name);
  if (field?.kind !== 'array_relationship') return undefined;
  const remote = ctx.role.table(field.table);
  if (aggregatePredicatesOf(ctx.role, remote).length === 0) return undefined;
  const { naming } = remote;
  return [
    aggregatePredicateSql(ctx, { remote, mapping: field.mapping, outer }, member, {
      condition: (alias, argument) => boolExpSql(ctx, { table: remote, alias, depth }, argument),
      comparisons: (value, type, argument) => comparisons(ctx, { value, type, naming }, argument),
    }),
  ];
}

function relatedSql(
  ctx: PlanContext,
  scope: Scope,
  remote: TableView,
  mapping: ColumnMapping,
  member: Argument,
): Sql {
  const alias = newAlias(ctx);
  const joined = joinConditions(mapping, scope.alias, alias);
  const from = ident(remote.table.schema, remote.table.name);
  return existsSql(ctx, { table: remote, alias, depth: scope.depth }, from, joined, member);
}

function existsSql(ctx: PlanContext, scope: Scope, from: Sql, joined: readonly Sql[], member: Argument): Sql {
  const permission = permissionSql(ctx, scope.table.filter, scope.alias);
  const condition = boolExpSql(ctx, scope, member);
  return sql`exists (select 1 from ${from} as ${scope.alias} where ${andSql([...joined, permission, condition])})`;
}

/** What a client compares, and the naming of the source it is in. */
interface Compared {
  readonly value: Sql;
  readonly type: ScalarType;
  readonly naming: SourceNaming;
}

/** The comparisons of a `<type>_comparison_exp`, all of which must hold. */
function comparisons(ctx: PlanContext, compared: Compared, argument: Argument): Sql[] {
  const { value, type, naming } = compared;
  const typeName = comparisonTypeName(naming, type);
  if (collapses(ctx, argument, typeName)) return [];
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const operators = operatorsOf(type);
  const target = castTargetOf(type);
  const conditions: Sql[] = [];
  for (const [name, input] of seen.fields) {
    countTerm(ctx);
    const operand = { input, path: at(argument.path, name) };
    if (name === '_cast' && target) {
      conditions.push(...castComparisons(ctx, compared, target, operand));
      continue;
    }
    const op = wordOf(naming.convention, operators, name);
    if (op === undefined) invalid(`field '${name}' not found in type: '${typeName}'`, operand.path);
    const expected = operandType(type, op);
    if (presence(ctx.reader, input, expected, operand.path) !== 'value') {
      if (ctx.settings.booleanNullCollapse) continue;
      invalid(`unexpected null value for type '${expected.replaceAll(/[[\]!]/g, '')}'`, operand.path);
    }
    conditions.push(comparisonSql(value, type, op, clientOperand(ctx, type, op, operand)));
  }
  return conditions;
}

function castComparisons(
  ctx: PlanContext,
  { value, type, naming }: Compared,
  target: { readonly key: string; readonly pgName: string },
  argument: Argument,
): Sql[] {
  const typeName = castTypeName(naming, type);
  if (collapses(ctx, argument, typeName)) return [];
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const to: ScalarType =
    target.pgName === 'text'
      ? TEXT
      : {
          pg: { schema: type.pg.schema, name: target.pgName },
          array: false,
          kind: 'base',
          graphql: target.key,
        };
  return [...seen.fields].flatMap(([key, input]) => {
    const path = at(argument.path, key);
    if (key !== target.key) invalid(`field '${key}' not found in type: '${typeName}'`, path);
    return comparisons(ctx, { value: sql`(${value})::${castSql(to)}`, type: to, naming }, { input, path });
  });
}

/** True when a null is to count as «no condition» (HASURA_GRAPHQL_V1_BOOLEAN_NULL_COLLAPSE). */
function collapses(ctx: PlanContext, argument: Argument, typeName: string): boolean {
  return (
    ctx.settings.booleanNullCollapse &&
    presence(ctx.reader, argument.input, typeName, argument.path) !== 'value'
  );
}

/** What a client wrote to the right of an operator, as an operand whose values are parameters. */
function clientOperand(ctx: PlanContext, type: ScalarType, op: string, argument: Argument): Operand {
  return {
    scalar: (leafType) =>
      requestParam(ctx, argument.input, { kind: 'scalar', type: leafType }, argument.path),
    array: (leafType) => requestParam(ctx, argument.input, { kind: 'array', type: leafType }, argument.path),
    items() {
      const expected = operandType(type, op);
      const seen = view(ctx.reader, argument.input, expected, argument.path);
      if (seen.kind !== 'list')
        return [clientOperand(ctx, type, '_eq', { ...argument, path: at(argument.path, 0) })];
      return seen.items.map((input, i) => {
        countTerm(ctx);
        const path = at(argument.path, i);
        if (presence(ctx.reader, input, expected.slice(1, -1), path) !== 'value') {
          invalid(`unexpected null value for type '${type.graphql}'`, path);
        }
        return clientOperand(ctx, type, '_eq', { input, path });
      });
    },
    member(name) {
      const members = OBJECT_OPERANDS[op];
      const typeName = objectOperandName(op, type);
      const seen = view(ctx.reader, argument.input, typeName, argument.path);
      if (seen.kind !== 'object' || !members) mismatch(ctx, argument, 'an object', typeName);
      for (const key of seen.fields.keys()) {
        if (!Object.hasOwn(members, key))
          invalid(`field '${key}' not found in type: '${typeName}'`, at(argument.path, key));
      }
      const input = seen.fields.get(name);
      const path = at(argument.path, name);
      const expected = members[name]?.graphql ?? '';
      if (!input || presence(ctx.reader, input, geographic(expected, type), path) !== 'value') {
        if (members[name]?.required) invalid(`missing required field '${name}'`, argument.path);
        return undefined;
      }
      return clientOperand(ctx, type, '_eq', { input, path });
    },
    boolean() {
      const value = exactJson(ctx.reader, argument.input, 'Boolean', argument.path);
      if (typeof value !== 'boolean') mismatch(ctx, argument, 'a boolean', 'Boolean');
      return value;
    },
  };
}

function geographic(expected: string, type: ScalarType): string {
  return type.pg.name === 'geography' ? expected.replace('geometry', 'geography') : expected;
}
