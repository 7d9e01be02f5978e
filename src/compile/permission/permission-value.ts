// The right-hand side of an operator in a permission -> a literal or session variable that the operator can take.

import type { PermissionScalar, PermissionValue, ScalarType } from '../../artifact/types.ts';
import { isObject } from '../../util/is-object.ts';
import { at, refuse } from '../inconsistency.ts';

/** Operators that take a list of what the column holds, or one session variable with a Postgres array in it. */
const LIST_OPERATORS: ReadonlySet<string> = new Set([
  '_in',
  '_nin',
  '_has_keys_any',
  '_has_keys_all',
  '_ancestor_any',
  '_descendant_any',
  '_matches_any',
]);

/** Operators that take an object, with the members it must have and may have. */
const OBJECT_OPERATORS: Readonly<Record<string, readonly [readonly string[], readonly string[]]>> = {
  _st_d_within: [['distance', 'from'], ['use_spheroid']],
  _st_3d_d_within: [['distance', 'from'], []],
  _st_intersects_nband_geom: [['nband', 'geommin'], []],
  _st_intersects_geom_nband: [['geommin'], ['nband']],
};

const TEXT: ScalarType = {
  pg: { schema: 'pg_catalog', name: 'text' },
  array: false,
  kind: 'base',
  graphql: 'String',
};

/**
 * Reads the operand of `op` for a column of type `type`. Literals stay JSON, Postgres casts them when a query runs.
 * Null is a value like others, which compares with nothing: such a condition is never true.
 * @throws a refusal for a shape the operator cannot take, and for null where it takes no single value.
 */
export function permissionValue(op: string, type: ScalarType, value: unknown): PermissionValue {
  if (op === '_is_null') {
    if (typeof value !== 'boolean' && !isSessionVariable(value)) refuse('_is_null takes true or false');
    return scalar(value);
  }
  const objectOperator = Object.hasOwn(OBJECT_OPERATORS, op) ? OBJECT_OPERATORS[op] : undefined;
  if (objectOperator) return members(value, ...objectOperator);
  const operandType = op.startsWith('_has_key') ? TEXT : type;
  if (LIST_OPERATORS.has(op)) return list(operandType, value);
  return value === null ? scalar(null) : single(operandType, value);
}

/** Whether a string of a permission stands for a session variable: any case, as Hasura. */
function isSessionVariable(value: unknown): value is string {
  return typeof value === 'string' && /^x-hasura-/i.test(value);
}

function scalar(value: unknown): PermissionScalar {
  return isSessionVariable(value)
    ? { kind: 'session', name: value.toLowerCase() }
    : { kind: 'literal', value };
}

function single(type: ScalarType, value: unknown): PermissionValue {
  if (holdsAnyJson(type)) return scalar(value);
  if (!type.array) return checked(type, value);
  if (!Array.isArray(value)) {
    // Postgres' own notation, as `'{a,b}'`.
    if (typeof value !== 'string') refuse(`an array is expected for type "${type.pg.name}[]"`);
    return scalar(value);
  }
  return list({ ...type, array: false }, value);
}

function list(type: ScalarType, value: unknown): PermissionValue {
  if (isSessionVariable(value)) return scalar(value);
  if (typeof value === 'string' && value.startsWith('{')) return { kind: 'literal', value };
  if (!Array.isArray(value)) refuse('a list, or a session variable that holds one, is expected');
  const items = value.map((item, i) => at([i], () => listItem(type, item)));
  if (items.every((item) => item.kind === 'literal')) return { kind: 'literal', value };
  return { kind: 'list', items };
}

function listItem(type: ScalarType, value: unknown): PermissionScalar {
  if (value === null) return scalar(null);
  return type.array || holdsAnyJson(type) ? scalar(value) : checked(type, value);
}

function checked(type: ScalarType, value: unknown): PermissionScalar {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    refuse(`a single value is expected for type "${type.pg.name}"`);
  }
  const misfit = typeof value === 'string' ? false : MISFITS[type.pg.name]?.(value);
  if (misfit === true) refuse(`${JSON.stringify(value)} is no value of type "${type.pg.name}"`);
  return scalar(value);
}

const isBoolean = (value: number | boolean): boolean => typeof value === 'boolean';
const isNoInteger = (value: number | boolean): boolean => !Number.isInteger(value);

/** JSON that no cast of Postgres turns into a value of the type. What is in quotes Postgres judges itself. */
const MISFITS: Readonly<Record<string, ((value: number | boolean) => boolean) | undefined>> = {
  int2: isNoInteger,
  int4: isNoInteger,
  int8: isNoInteger,
  float4: isBoolean,
  float8: isBoolean,
  numeric: isBoolean,
  bool: (value) => typeof value !== 'boolean',
};

function members(value: unknown, required: readonly string[], optional: readonly string[]): PermissionValue {
  if (!isObject(value)) refuse(`an object with ${required.join(' and ')} is expected`);
  for (const name of required) if (value[name] == null) refuse(`"${name}" is missing`);
  for (const name of Object.keys(value)) {
    if (!required.includes(name) && !optional.includes(name)) refuse(`unexpected member "${name}"`);
  }
  return { kind: 'literal', value };
}

/** json and jsonb, and PostGIS' types, which are written as GeoJSON. */
function holdsAnyJson(type: ScalarType): boolean {
  return !type.array && ['json', 'jsonb', 'geometry', 'geography', 'raster'].includes(type.pg.name);
}
