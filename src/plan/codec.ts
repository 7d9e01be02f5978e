// JSON values -> Postgres' text input syntax, with GraphQL's and Hasura's checks of what each type takes.

import type { EnumValue, ScalarType } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import { quotedElement } from '../sql/quoted.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, sql } from '../sql/sql.ts';
import { ExactNumber } from '../util/exact-number.ts';
import { boundedInteger, type IntegerBits } from './bounded-integer.ts';
import { geoJsonText } from './geojson.ts';
import { cursorJson } from './relay/base64.ts';
import { readNodeId } from './relay/node-id.ts';

/** How a request's value is read and what Postgres type it becomes. */
export type Leaf =
  | { readonly kind: 'scalar'; readonly type: ScalarType }
  /** A list sent as one Postgres array of that element type. */
  | { readonly kind: 'array'; readonly type: ScalarType }
  /** A `path` argument on a json column: `a.b[0]` becomes `{a,b,0}`. */
  | { readonly kind: 'json_path' }
  /** `limit`, `offset`: whole numbers from 0. */
  | { readonly kind: 'count'; readonly bits: 32 | 64 }
  /** A cursor of the Relay API: base64 of a JSON object with these members. */
  | { readonly kind: 'cursor'; readonly members: readonly string[] }
  /** One of the key's values in an id of the Relay API. */
  | { readonly kind: 'node_key'; readonly index: number; readonly type: ScalarType };

/** The Postgres type as a cast: `"pg_catalog"."int4"`, with `[]` for arrays. */
export function castSql(type: ScalarType): Sql {
  return type.array ? sql`${ident(type.pg.schema, type.pg.name)}[]` : ident(type.pg.schema, type.pg.name);
}

/** The cast of a leaf's parameter. Geometry travels as GeoJSON text and is converted by the comparison. */
export function leafCastSql(leaf: Leaf): Sql {
  switch (leaf.kind) {
    case 'scalar':
      return isGeo(leaf.type) ? sql`text` : castSql(leaf.type);
    case 'array':
      return sql`${castSql({ ...leaf.type, array: false })}[]`;
    case 'json_path':
      return sql`text[]`;
    case 'count':
      return sql`bigint`;
    case 'cursor':
      return sql`json`;
    case 'node_key':
      return castSql(leaf.type);
  }
}

/** True for PostGIS' geometry and geography. */
export function isGeo(type: ScalarType): boolean {
  return !type.array && type.kind === 'base' && (type.pg.name === 'geometry' || type.pg.name === 'geography');
}

/** True for json and jsonb, which take any JSON value as it is. */
export function isJson(type: ScalarType): boolean {
  return (
    !type.array && type.pg.schema === 'pg_catalog' && (type.pg.name === 'json' || type.pg.name === 'jsonb')
  );
}

/**
 * The text Postgres reads for a value. `describe` names the value in an error, as the request wrote it.
 * @throws HedgeError `validation-failed` or `parse-failed` at `path` when the type does not take the value.
 */
export function encodeLeaf(
  leaf: Leaf,
  value: unknown,
  path: Path | undefined,
  describe: () => string,
): string {
  switch (leaf.kind) {
    case 'scalar': // An array column takes Postgres' own notation too: `tags: {_eq: "{a,b}"}`.
      if (leaf.type.array && typeof value === 'string' && value.startsWith('{')) return textOf(value, path);
      return leaf.type.array
        ? encodeArray(leaf.type, value, path, describe)
        : encodeScalar(leaf.type, value, path, describe);
    case 'array':
      return encodeArray({ ...leaf.type, array: true }, value, path, describe);
    case 'json_path':
      return encodeJsonPath(value, path, describe);
    case 'count':
      return encodeCount(leaf.bits, value, path, describe);
    case 'cursor':
      return cursorJson(value, leaf.members) ?? fail('the "after" or "before" cursor is invalid', path);
    case 'node_key':
      return encodeNodeKey(leaf, value, path);
  }
}

function encodeNodeKey(
  { index, type }: Leaf & { kind: 'node_key' },
  value: unknown,
  path: Path | undefined,
): string {
  const id = readNodeId(String(value));
  if (typeof id === 'string') fail(`invalid node id: ${id}`, path);
  try {
    return encodeScalar(type, id.key[index], path, () => describeJson(id.key[index]));
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    throw new HedgeError(error.code, `invalid node id: ${error.message}`, { path: error.path });
  }
}

function encodeArray(
  type: ScalarType,
  value: unknown,
  path: Path | undefined,
  describe: () => string,
): string {
  const element = { ...type, array: false };
  const items = Array.isArray(value) ? (value as unknown[]) : [value];
  const texts = items.map((item, i) => {
    if (item === null || item === undefined)
      fail(`unexpected null value for type '${type.graphql}'`, { parent: path, key: i });
    if (Array.isArray(item) && !isJson(element))
      return encodeArray(type, item, { parent: path, key: i }, () => 'a list');
    return quotedElement(
      encodeScalar(element, item, { parent: path, key: i }, () =>
        Array.isArray(value) ? describeJson(item) : describe(),
      ),
    );
  });
  return `{${texts.join(',')}}`;
}

function encodeScalar(
  type: ScalarType,
  value: unknown,
  path: Path | undefined,
  describe: () => string,
): string {
  if (value === null || value === undefined) fail(`unexpected null value for type '${type.graphql}'`, path);
  if (type.enumValues) return enumText(type.graphql, type.enumValues, value, path, describe);
  if (isGeo(type)) return geoJsonText(value, path);
  if (isJson(type)) return textOf(JSON.stringify(value), path);
  const mismatch = (expected: string): never =>
    fail(`expected ${expected} for type '${type.graphql}', but found ${describe()}`, path);
  switch (type.graphql) {
    // As in Hasura, a column takes its values as text too: that is how it gives some of them.
    case 'Int':
      if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return boundedInteger(value, 32, path);
      return typeof value === 'number' || value instanceof ExactNumber
        ? boundedInteger(value, 32, path)
        : mismatch('a 32-bit integer');
    case 'Float':
      if (typeof value === 'string' && FLOAT_TEXT.test(value)) return value;
      return typeof value === 'number' || value instanceof ExactNumber
        ? numberText(value)
        : mismatch('a float');
    case 'Boolean':
      if (value === 'true' || value === 'false') return value;
      return typeof value === 'boolean' ? String(value) : mismatch('a boolean');
    case 'String':
      return typeof value === 'string' ? textOf(value, path) : mismatch('a string');
    default:
  }
  if (type.pg.name === 'ltree' && typeof value === 'string') checkLabelPath(value, path);
  if (typeof value === 'string') return textOf(value, path);
  if (typeof value === 'number' || value instanceof ExactNumber) {
    const text = numberText(value);
    if (type.pg.schema !== 'pg_catalog') return text;
    const bits = BITS.get(type.pg.name);
    if (bits) return boundedInteger(value, bits, path);
    return type.pg.name === 'money' ? withoutExponent(text) : text;
  }
  if (typeof value === 'boolean') return String(value);
  return mismatch('a string');
}

/** Integers that GraphQL's `Int` does not stand for. */
const BITS: ReadonlyMap<string, IntegerBits> = new Map([
  ['int2', 16],
  ['int8', 64],
]);

/** Digits can be read in one way only: two would make a long text that fails take quadratic time. */
const FLOAT_TEXT = /^[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)$/;

/** `-2E-2` as `-0.02`: Postgres reads no exponents in money. Sums beyond 20 places are left to it to refuse. */
function withoutExponent(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent] =
    /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const shift = Number(exponent ?? 0);
  if (exponent === undefined || Math.abs(shift) > 20) return text;
  const digits = '0'.repeat(Math.max(0, -shift)) + whole + fraction + '0'.repeat(Math.max(0, shift));
  const point = Math.max(0, -shift) + whole.length + shift;
  return `${sign}${digits.slice(0, point) || '0'}.${digits.slice(point) || '0'}`;
}

/** The row of an enum table that a name stands for. */
function enumText(
  typeName: string,
  values: readonly EnumValue[],
  name: unknown,
  path: Path | undefined,
  describe: () => string,
): string {
  if (typeof name !== 'string')
    return fail(`expected an enum value for type '${typeName}', but found ${describe()}`, path);
  const found = values.find((value) => value.name === name);
  if (found) return found.value;
  const choices = values.map((value) => `'${value.name}'`).join(', ');
  return fail(`expected one of the values [${choices}] for type '${typeName}', but found '${name}'`, path);
}

/** Postgres calls a malformed label path a syntax error (42601), which could not be told from one of ours. */
function checkLabelPath(text: string, path: Path | undefined): void {
  if (text === '' || text.split('.').every((label) => /^[\p{L}\p{N}_-]+$/u.test(label))) return;
  throw new HedgeError(
    'parse-failed',
    'Expecting label path: a sequence of zero or more labels separated by dots, for example L1.L2.L3',
    { path: pathText(path) },
  );
}

function numberText(value: number | ExactNumber): string {
  return value instanceof ExactNumber ? value.text : Object.is(value, -0) ? '-0' : String(value);
}

function encodeCount(bits: 32 | 64, value: unknown, path: Path | undefined, describe: () => string): string {
  const max = bits === 32 ? 2147483647n : 9223372036854775807n;
  const text =
    value instanceof ExactNumber
      ? value.text
      : typeof value === 'number' || (bits === 64 && typeof value === 'string')
        ? String(value)
        : '';
  if (/^\d{1,19}$/.test(text) && BigInt(text) <= max) return text;
  fail(
    `expected a non-negative ${bits}-bit integer for type '${bits === 32 ? 'Int' : 'bigint'}', but found ${describe()}`,
    path,
  );
}

/** Reads `a.b[0]`, `$.a`, `['a b']` into the text of a text array. */
function encodeJsonPath(value: unknown, path: Path | undefined, describe: () => string): string {
  if (typeof value !== 'string') fail(`expected a string for type 'String', but found ${describe()}`, path);
  const keys: string[] = [];
  const step =
    /(?:^|\.)([^.[\]'"$\s][^.[\]'"]*)|\.?\[(\d+)\]|\.?\['((?:[^'\\]|\\.)*)'\]|\.?\["((?:[^"\\]|\\.)*)"\]/y;
  let at = value.startsWith('$') ? 1 : 0;
  while (at < value.length) {
    step.lastIndex = at;
    const match = step.exec(value);
    if (!match) {
      throw new HedgeError(
        'parse-failed',
        `parse json path error: ${JSON.stringify(value)} is not a path such as a.b[0]`,
        { path: pathText(path) },
      );
    }
    keys.push(match[1] ?? match[2] ?? (match[3] ?? match[4] ?? '').replaceAll(/\\(.)/g, '$1'));
    at = step.lastIndex;
  }
  return `{${keys.map((key) => quotedElement(textOf(key, path))).join(',')}}`;
}

/** Text that Postgres can store: no NUL, and no half of a surrogate pair, which UTF-8 cannot carry. */
function textOf(text: string, path: Path | undefined): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    const what = text.includes('\0') ? 'the character NUL' : 'an unpaired surrogate';
    throw new HedgeError('data-exception', `a text value holds ${what}, which Postgres cannot store`, {
      path: pathText(path),
    });
  }
  return text;
}

function describeJson(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof ExactNumber) return 'a number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function fail(message: string, path: Path | undefined): never {
  throw new HedgeError('validation-failed', message, { path: pathText(path) });
}
