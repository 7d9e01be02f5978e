// What one planning run carries through the walk: the role, the inputs, the limits, and what it has produced so far.

import type { RoleView } from '../artifact/decode.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, param } from '../sql/sql.ts';
import type { Leaf } from './codec.ts';
import { leafCastSql } from './codec.ts';
import type { Input, InputReader } from './input.ts';

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
  readonly counters: { alias: number; fields: number; terms: number };
}

/**
 * A table alias that is unique in the statement: `"t:7"`. The colon keeps it apart from the columns of a row, which
 * are response keys: `row_to_json("r")` would take a column called r for the row.
 */
export function newAlias(ctx: PlanContext, prefix: 't' | 'r' | 'n' = 't'): Sql {
  return ident(`${prefix}:${ctx.counters.alias++}`);
}

/** The input as a parameter of the leaf's type. */
export function requestParam(ctx: PlanContext, input: Input, leaf: Leaf, path: Path | undefined): Sql {
  const id = ctx.values.push({ input, leaf, path }) - 1;
  return param({ kind: 'request', id }, leafCastSql(leaf));
}

/** Throws Hasura's `validation-failed` at a path. */
export function invalid(message: string, path: Path | undefined): never {
  throw new HedgeError('validation-failed', message, { path: pathText(path) });
}
