// Which comparison operators, aggregates and casts a type has. Introspection and planning both ask here, so that
// what is shown and what is accepted cannot differ.

import type { ScalarType } from './types.ts';

const GENERIC = ['_eq', '_neq', '_gt', '_gte', '_lt', '_lte', '_in', '_nin', '_is_null'] as const;
/** Rasters and enums have no order. */
const UNORDERED = ['_eq', '_neq', '_in', '_nin', '_is_null'] as const;
const TEXT = [
  '_like',
  '_nlike',
  '_ilike',
  '_nilike',
  '_similar',
  '_nsimilar',
  '_regex',
  '_nregex',
  '_iregex',
  '_niregex',
] as const;
const JSONB = ['_contains', '_contained_in', '_has_key', '_has_keys_any', '_has_keys_all'] as const;
const ARRAY = ['_contains', '_contained_in'] as const;
const LTREE = [
  '_ancestor',
  '_ancestor_any',
  '_descendant',
  '_descendant_any',
  '_matches',
  '_matches_any',
  '_matches_fulltext',
] as const;
const GEOMETRY = [
  '_st_contains',
  '_st_crosses',
  '_st_equals',
  '_st_intersects',
  '_st_3d_intersects',
  '_st_overlaps',
  '_st_touches',
  '_st_within',
  '_st_d_within',
  '_st_3d_d_within',
] as const;
const GEOGRAPHY = ['_st_intersects', '_st_d_within'] as const;
const RASTER = ['_st_intersects_rast', '_st_intersects_nband_geom', '_st_intersects_geom_nband'] as const;

const TEXT_TYPES = new Set(['text', 'varchar', 'bpchar', 'citext', 'char', 'name']);
const NUMERIC_TYPES = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'money']);
/** Types min and max are offered for, beside the numeric and text ones. */
const COMPARABLE_TYPES = new Set([
  'date',
  'timestamp',
  'timestamptz',
  'timetz',
  'time',
  'uuid',
  'citext',
  'ltree',
  'inet',
]);

/** Names of the operators a `<type>_comparison_exp` has, `_cast` not included, in Hasura's order. */
export function operatorsOf(type: ScalarType): readonly string[] {
  if (type.enumValues) return UNORDERED;
  if (type.array) return [...GENERIC, ...ARRAY];
  if (isTextType(type)) return [...GENERIC, ...TEXT];
  switch (type.kind === 'base' ? type.pg.name : '') {
    case 'jsonb':
      return [...GENERIC, ...JSONB];
    case 'ltree':
      return [...GENERIC, ...LTREE];
    case 'geometry':
      return [...GENERIC, ...GEOMETRY];
    case 'geography':
      return [...GENERIC, ...GEOGRAPHY];
    case 'raster':
      return [...UNORDERED, ...RASTER];
    default:
      return GENERIC;
  }
}

/** The Postgres type `_cast` leads to and its key, e.g. `{String: text}` for jsonb; null for types without `_cast`. */
export function castTargetOf(type: ScalarType): { readonly key: string; readonly pgName: string } | null {
  if (type.array || type.kind !== 'base') return null;
  switch (type.pg.name) {
    case 'jsonb':
      return { key: 'String', pgName: 'text' };
    case 'geometry':
      return { key: 'geography', pgName: 'geography' };
    case 'geography':
      return { key: 'geometry', pgName: 'geometry' };
    default:
      return null;
  }
}

/** True for the types that have `_like` and the other text operators. */
export function isTextType(type: ScalarType): boolean {
  return !type.enumValues && !type.array && type.kind === 'base' && TEXT_TYPES.has(type.pg.name);
}

/** True for the types sum, avg, stddev and variance are offered for. */
export function isNumericType(type: ScalarType): boolean {
  return !type.enumValues && !type.array && type.kind === 'base' && NUMERIC_TYPES.has(type.pg.name);
}

/** True for the types min and max are offered for: those with an order, and arrays of them. */
export function isComparableType(type: ScalarType): boolean {
  const element = type.array ? { ...type, array: false } : type;
  return (
    isNumericType(element) ||
    isTextType(element) ||
    (!type.enumValues && element.kind === 'base' && COMPARABLE_TYPES.has(element.pg.name))
  );
}

/** Aggregate functions over columns, in Hasura's order; `count` stands apart. */
export const NUMERIC_AGGREGATES = [
  'avg',
  'stddev',
  'stddev_pop',
  'stddev_samp',
  'sum',
  'var_pop',
  'var_samp',
  'variance',
] as const;
export const COMPARABLE_AGGREGATES = ['max', 'min'] as const;
