// GeoJSON of a request -> the text that PostGIS reads, with Hasura's checks of what a geometry is made of. RFC 7946.

import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import type { Path } from '../error/path.ts';
import { pathText } from '../error/path.ts';
import { ExactNumber } from '../util/exact-number.ts';

/** Levels of collections in collections. */
const MAX_DEPTH = 50;

/**
 * Checks a geometry and writes it as JSON.
 * @throws HedgeError `parse-failed` at `path`.
 */
export function geoJsonText(value: unknown, path: Path | undefined): string {
  checkGeometry(value, path, 0);
  return JSON.stringify(value);
}

type Check = (coordinates: unknown, path: Path | undefined) => void;

const COORDINATES: Readonly<Record<string, Check>> = {
  Point: position,
  MultiPoint: listOf(position),
  LineString: lineString,
  MultiLineString: listOf(lineString),
  Polygon: listOf(linearRing),
  MultiPolygon: listOf(listOf(linearRing)),
};

function checkGeometry(value: unknown, path: Path | undefined, depth: number): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof ExactNumber)
    fail(`parsing Geometry failed, expected Object, but encountered ${kindOf(value)}`, path);
  const { type, coordinates, geometries } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string') fail('key "type" not found', path);
  if (type === 'GeometryCollection') {
    if (depth >= MAX_DEPTH) fail(`collections nest deeper than ${MAX_DEPTH} levels`, path);
    for (const item of items('geometries', geometries, path)) checkGeometry(item, path, depth + 1);
    return;
  }
  const check = Object.hasOwn(COORDINATES, type) ? COORDINATES[type] : undefined;
  if (!check) fail(`unexpected geometry type: ${type}`, path);
  if (coordinates === undefined) fail('key "coordinates" not found', path);
  check(coordinates, path);
}

function position(value: unknown, path: Path | undefined): void {
  const numbers = items('Position', value, path);
  if (numbers.length < 2) fail('A Position needs at least 2 elements', path);
  for (const number of numbers.slice(0, 3)) {
    if (typeof number !== 'number' && !(number instanceof ExactNumber))
      fail(`parsing Double failed, expected Number, but encountered ${kindOf(number)}`, path);
  }
}

function lineString(value: unknown, path: Path | undefined): void {
  const positions = items('LineString', value, path);
  for (const one of positions) position(one, path);
  if (positions.length < 2) fail('A LineString needs at least 2 Positions', path);
}

function linearRing(value: unknown, path: Path | undefined): void {
  const positions = items('LinearRing', value, path);
  for (const one of positions) position(one, path);
  if (positions.length < 4) fail('A LinearRing needs at least 4 Positions', path);
  if (JSON.stringify(positions[0]) !== JSON.stringify(positions.at(-1)))
    fail('the first and last locations have to be equal for a LinearRing', path);
}

function listOf(check: Check): Check {
  return (value, path) => {
    for (const item of items('list', value, path)) check(item, path);
  };
}

function items(what: string, value: unknown, path: Path | undefined): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return fail(`parsing ${what} failed, expected Array, but encountered ${kindOf(value)}`, path);
}

function kindOf(value: unknown): string {
  return value instanceof ExactNumber ? 'Number' : value === undefined ? 'Null' : jsonKind(value);
}

function fail(message: string, path: Path | undefined): never {
  throw new HedgeError('parse-failed', message, { path: pathText(path) });
}
