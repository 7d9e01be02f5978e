// What one planning run carries through the walk: the role, the inputs, the limits, and what it has produced so far.

import type { ValueNode } from 'graphql';
import { Kind, visit } from 'graphql/language';

import type { RoleView } from '../artifact/decode.ts';
import type { BoolExp, ScalarType } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, param } from '../sql/sql.ts';
import type { Leaf } from './codec.ts';
import { leafCastSql } from './codec.ts';
import type { Input, InputReader } from './input.ts';
import { describeInput, isUnbound, resolveVariable } from './input.ts';
import type { RowSet } from './mutation/row-set.ts';

/** Fields an operation may select after fragments are spread; bounds planning time and SQL size. */
export const MAX_SELECTED_FIELDS = 20_000;
/** Levels of selection sets. */
export const MAX_DEPTH = 100;
/** Levels of `_and`, `_or`, `_not` and relationships in one filter; Postgres' own parser recurses too. */
export const MAX_FILTER_DEPTH = 100;
/** Conditions of all filters of an operation together. */
export const MAX_FILTER_TERMS = 20_000;

/** Settings of the deployment that shape SQL. */
export interface PlanSettings {
  /** HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES: bigint, numeric and float8 leave as JSON strings. */
  readonly stringifyNumericTypes: boolean;
  /** HASURA_GRAPHQL_V1_BOOLEAN_NULL_COLLAPSE: a null operand makes its comparison true instead of an error. */
  readonly booleanNullCollapse: boolean;
  /** Roles whose roots have neither `__schema` nor `__type`; absent: there are none. */
  readonly noIntrospection?: ReadonlySet<string>;
}

/** A value of the request that a statement takes as a parameter: read and encoded again at each execution. */
export interface RequestValue {
  readonly input: Input;
  readonly leaf: Leaf;
  readonly path: Path | undefined;
}

export interface PlanContext {
  readonly role: RoleView;
  readonly reader: InputReader;
  readonly settings: PlanSettings;
  readonly values: RequestValue[];
  /** Ids of `values` by literal node, variable or place in a variable, and then by leaf. */
  readonly valueIds: Map<ValueNode | string, Map<string, number>>;
  /** Rows that inserts take as arrays, by the ids that bindings of kind `rows` name. */
  readonly rowSets: RowSet[];
  /** By a row's alias, the conditions under which an inherited role sees values of the row. */
  readonly visible: Map<Sql, Map<BoolExp, Sql>>;
  readonly counters: { alias: number; fields: number; terms: number };
}

/** The context in which a walk begins. */
export function newContext(
  role: RoleView,
  operation: Operation,
  variables: VariableValues,
  settings: PlanSettings,
): PlanContext {
  return {
    role,
    reader: { operation, variables, guards: [] },
    settings,
    values: [],
    valueIds: new Map(),
    rowSets: [],
    visible: new Map(),
    counters: { alias: 0, fields: 0, terms: 0 },
  };
}

/** Whether a root field asks for the schema itself; to a role that may not, there is no such field. */
export function isIntrospection({ settings, role }: PlanContext, name: string): boolean {
  if (name !== '__schema' && name !== '__type') return false;
  return settings.noIntrospection === undefined || !settings.noIntrospection.has(role.role);
}

/**
 * A table alias that is unique in the statement: `"t:7"`. The colon keeps it apart from the columns of a row, which
 * are response keys: `row_to_json("r")` would take a column called r for the row.
 */
export function newAlias(ctx: PlanContext, prefix: 't' | 'r' | 'n' = 't'): Sql {
  return ident(`${prefix}:${ctx.counters.alias++}`);
}

/**
 * The input as a parameter of the leaf's type. The same value of the request is the same parameter wherever it is used,
 * so that a fragment spread a thousand times sends its values once.
 * @throws HedgeError `validation-failed` for a variable inside the value that is undeclared or of another type.
 */
export function requestParam(ctx: PlanContext, input: Input, leaf: Leaf, path: Path | undefined): Sql {
  checkNestedVariables(ctx, input, leaf, path);
  if ('type' in leaf) checkLiterals(ctx, input, leaf.type, path);
  else if (leaf.kind === 'json_path') checkLiterals(ctx, input, { graphql: 'String' }, path);
  const key =
    input.kind === 'json' ? `${input.variable} ${JSON.stringify(input.path)}` : valueKey(input.node);
  const kinds = ctx.valueIds.get(key) ?? new Map<string, number>();
  ctx.valueIds.set(key, kinds);
  const kind = JSON.stringify(leaf);
  let id = kinds.get(kind);
  if (id === undefined) {
    id = ctx.values.push({ input, leaf, path }) - 1;
    kinds.set(kind, id);
  }
  return param({ kind: 'request', id }, leafCastSql(leaf));
}

/** A variable is the same value at every mention, a literal only at its own place in the document. */
function valueKey(node: ValueNode): ValueNode | string {
  return node.kind === Kind.VARIABLE ? `$${node.name.value}` : node;
}

function checkNestedVariables(ctx: PlanContext, input: Input, leaf: Leaf, path: Path | undefined): void {
  if (input.kind === 'json') return;
  const { node } = input;
  if (node.kind !== Kind.LIST && node.kind !== Kind.OBJECT) return;
  const isList = leaf.kind === 'array' || (leaf.kind === 'scalar' && leaf.type.array);
  if (isList && node.kind === Kind.LIST) {
    for (const [i, item] of node.values.entries()) {
      if (item.kind !== Kind.VARIABLE || isUnbound(ctx.reader, item)) continue;
      resolveVariable(ctx.reader, { kind: 'literal', node: item }, `${leaf.type.graphql}!`, at(path, i));
    }
    return;
  }
  visit(node, {
    Variable(variable) {
      const name = variable.name.value;
      if (!ctx.reader.operation.variables.has(name)) invalid(`unbound variable "${name}"`, path);
    },
  });
}

/**
 * Checks the literals of a value: those of an enum are no strings and strings no enum, which the JSON of a literal would
 * not show (specification, section 3.9). Other scalars take both, as in Hasura.
 * @throws HedgeError `validation-failed` at the literal.
 */
export function checkLiterals(
  ctx: PlanContext,
  input: Input,
  type: Pick<ScalarType, 'graphql' | 'enumValues'>,
  path: Path | undefined,
): void {
  if (input.kind === 'json') return;
  const isEnum = type.enumValues !== undefined;
  if (!isEnum && type.graphql !== 'String') return;
  const { node } = input;
  switch (node.kind) {
    case Kind.LIST:
      for (const [i, item] of node.values.entries())
        checkLiterals(ctx, { kind: 'literal', node: item }, type, at(path, i));
      break;
    case Kind.NULL:
    case Kind.VARIABLE: // its own type was compared, and JSON has no enums
      break;
    default: {
      if (isEnum === (node.kind === Kind.ENUM)) break;
      const found = describeInput(input, ctx.reader.variables);
      invalid(
        `expected ${isEnum ? 'an enum value' : 'a string'} for type '${type.graphql}', but found ${found}`,
        path,
      );
    }
  }
}

/** Counts one condition, sort key or list item that is planned. @throws HedgeError `validation-failed` beyond the limit. */
export function countTerm(ctx: PlanContext): void {
  if (++ctx.counters.terms > MAX_FILTER_TERMS) {
    invalid(
      `the arguments have more than ${MAX_FILTER_TERMS} conditions, sort keys and list items`,
      undefined,
    );
  }
}

/** Throws Hasura's `validation-failed` at a path. */
export function invalid(message: string, path: Path | undefined): never {
  throw new HedgeError('validation-failed', message, { path: pathText(path) });
}
