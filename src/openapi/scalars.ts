// A scalar's GraphQL name -> what its values are in JSON.

import type { Described } from './types.ts';

/** What JSON Schema can say of a scalar beside its name. */
export type ScalarShape = Pick<Described, 'type' | 'format' | 'pattern'>;

/** Scalars of GraphQL itself, which are written where they are used. */
export const OWN_SCALARS: ReadonlyMap<string, ScalarShape> = new Map([
  ['Int', { type: 'integer' }],
  ['Float', { type: 'number' }],
  ['String', { type: 'string' }],
  ['ID', { type: 'string' }],
  ['Boolean', { type: 'boolean' }],
]);

const TEXT: ScalarShape = { type: 'string' };
/** GeoJSON. */
const GEOMETRY: ScalarShape = { type: 'object' };

/** Scalars of Postgres' types. What is missing, such as `jsonb` or a type of one's own, may be any JSON. */
const POSTGRES_SCALARS: ReadonlyMap<string, ScalarShape> = new Map([
  ['uuid', { ...TEXT, pattern: '[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89aAbB][a-f0-9]{3}-[a-f0-9]{12}' }],
  ['smallint', { type: 'integer' }],
  ['date', { ...TEXT, format: 'date' }],
  ['timestamptz', { ...TEXT, format: 'date-time' }],
  ...[
    ['timestamp', 'time', 'timetz', 'interval'],
    ['bpchar', 'name', 'char', 'citext', 'ltree', 'lquery', 'ltxtquery'],
    ['bytea', 'bit', 'varbit', 'money', 'inet', 'cidr', 'macaddr', 'macaddr8', 'tsvector', 'tsquery', 'xml'],
  ]
    .flat()
    .map((name) => [name, TEXT] as const),
  ['geometry', GEOMETRY],
  ['geography', GEOMETRY],
]);

/** Numbers that leave as texts where HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES says so. */
const LARGE_NUMBERS: ReadonlyMap<string, ScalarShape> = new Map([
  ['bigint', { type: 'integer', format: 'int64' }],
  ['numeric', { type: 'number' }],
  ['float8', { type: 'number' }],
]);

/** What the values of a scalar are, those of Postgres' types included. */
export function scalarShape(name: string, stringifyNumericTypes: boolean): ScalarShape {
  const large = LARGE_NUMBERS.get(name);
  if (large) return stringifyNumericTypes ? TEXT : large;
  return OWN_SCALARS.get(name) ?? POSTGRES_SCALARS.get(name) ?? {};
}
