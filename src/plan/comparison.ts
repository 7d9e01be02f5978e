// One comparison: column, operator, operand -> SQL. Clients' filters and permissions both come here, with operands
// of their own, so that an operator means the same in both.

import type { ScalarType } from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import { andSql, orSql, sql } from '../sql/sql.ts';
import { castSql, isGeo } from './codec.ts';

/** The right-hand side of a comparison, wherever it comes from. */
export interface Operand {
  /** One value of the type, as a parameter. */
  scalar(type: ScalarType): Sql;
  /** A list of the type's elements, as one array parameter. */
  array(type: ScalarType): Sql;
  /** The members of a list, each an operand. */
  items(): readonly Operand[];
  /** A member of an object operand (`st_d_within`'s `distance`); undefined when left out. */
  member(name: string): Operand | undefined;
  /** The operand of `_is_null`. */
  boolean(): boolean | Sql;
}

const pgType = (name: string, graphql = name): ScalarType => ({
  pg: { schema: 'pg_catalog', name },
  array: false,
  kind: 'base',
  graphql,
});
export const TEXT = pgType('text', 'String');
const FLOAT8 = pgType('float8', 'Float');
const INT4 = pgType('int4', 'Int');
const BOOL = pgType('bool', 'Boolean');

/**
 * The condition a comparison stands for: `"t:0"."id" = ($1)::"pg_catalog"."int4"`.
 * `column` is evaluated once or twice; it must be cheap and stable.
 */
export function comparisonSql(column: Sql, type: ScalarType, op: string, operand: Operand): Sql {
  switch (op) {
    case '_eq':
      return sql`${column} = ${operandSql(type, operand)}`;
    case '_neq':
      return sql`${column} <> ${operandSql(type, operand)}`;
    case '_gt':
      return sql`${column} > ${operandSql(type, operand)}`;
    case '_gte':
      return sql`${column} >= ${operandSql(type, operand)}`;
    case '_lt':
      return sql`${column} < ${operandSql(type, operand)}`;
    case '_lte':
      return sql`${column} <= ${operandSql(type, operand)}`;
    case '_in':
      if (type.array || isGeo(type))
        return orSql(operand.items().map((item) => sql`${column} = ${operandSql(type, item)}`));
      return sql`${column} = any(${operand.array(type)})`;
    case '_nin':
      if (type.array || isGeo(type))
        return andSql(operand.items().map((item) => sql`${column} <> ${operandSql(type, item)}`));
      return sql`${column} <> all(${operand.array(type)})`;
    case '_is_null':
      return isNullSql(column, operand.boolean());
    case '_like':
      return sql`${column} like ${operand.scalar(type)}`;
    case '_nlike':
      return sql`${column} not like ${operand.scalar(type)}`;
    case '_ilike':
      return sql`${column} ilike ${operand.scalar(type)}`;
    case '_nilike':
      return sql`${column} not ilike ${operand.scalar(type)}`;
    case '_similar':
      return sql`${column} similar to ${operand.scalar(type)}`;
    case '_nsimilar':
      return sql`${column} not similar to ${operand.scalar(type)}`;
    case '_regex':
      return sql`${column} ~ ${operand.scalar(type)}`;
    case '_nregex':
      return sql`${column} !~ ${operand.scalar(type)}`;
    case '_iregex':
      return sql`${column} ~* ${operand.scalar(type)}`;
    case '_niregex':
      return sql`${column} !~* ${operand.scalar(type)}`;
    case '_contains':
      return sql`${column} @> ${operand.scalar(type)}`;
    case '_contained_in':
      return sql`${column} <@ ${operand.scalar(type)}`;
    case '_has_key':
      return sql`${column} ? ${operand.scalar(TEXT)}`;
    case '_has_keys_any':
      return sql`${column} ?| ${operand.array(TEXT)}`;
    case '_has_keys_all':
      return sql`${column} ?& ${operand.array(TEXT)}`;
    case '_ancestor':
      return sql`${column} @> ${operand.scalar(type)}`;
    case '_ancestor_any':
      return sql`${column} @> ${operand.array(type)}`;
    case '_descendant':
      return sql`${column} <@ ${operand.scalar(type)}`;
    case '_descendant_any':
      return sql`${column} <@ ${operand.array(type)}`;
    case '_matches':
      return sql`${column} ~ ${operand.scalar(sibling(type, 'lquery'))}`;
    case '_matches_any':
      return sql`${column} ? ${operand.array(sibling(type, 'lquery'))}`;
    case '_matches_fulltext':
      return sql`${column} @ ${operand.scalar(sibling(type, 'ltxtquery'))}`;
    default:
      return spatialSql(column, type, op, operand);
  }
}

/** PostGIS' operators; GeoJSON operands are converted on the way. Documentation: postgis.net, "Spatial Relationships". */
function spatialSql(column: Sql, type: ScalarType, op: string, operand: Operand): Sql {
  const geometry = type.pg.name === 'raster' ? sibling(type, 'geometry') : type;
  const value = (): Sql => operandSql(geometry, operand);
  const need = (name: string): Operand => {
    const member = operand.member(name);
    if (!member) throw new Error(`Invariant broken: ${op} was checked to have ${name}`);
    return member;
  };
  switch (op) {
    case '_st_contains':
      return sql`ST_Contains(${column}, ${value()})`;
    case '_st_crosses':
      return sql`ST_Crosses(${column}, ${value()})`;
    case '_st_equals':
      return sql`ST_Equals(${column}, ${value()})`;
    case '_st_intersects':
      return sql`ST_Intersects(${column}, ${value()})`;
    case '_st_3d_intersects':
      return sql`ST_3DIntersects(${column}, ${value()})`;
    case '_st_overlaps':
      return sql`ST_Overlaps(${column}, ${value()})`;
    case '_st_touches':
      return sql`ST_Touches(${column}, ${value()})`;
    case '_st_within':
      return sql`ST_Within(${column}, ${value()})`;
    case '_st_d_within': {
      const spheroid = operand.member('use_spheroid');
      const from = operandSql(geometry, need('from'));
      const distance = need('distance').scalar(FLOAT8);
      if (!spheroid) return sql`ST_DWithin(${column}, ${from}, ${distance})`;
      return sql`ST_DWithin(${column}, ${from}, ${distance}, ${spheroid.scalar(BOOL)})`;
    }
    case '_st_3d_d_within':
      return sql`ST_3DDWithin(${column}, ${operandSql(geometry, need('from'))}, ${need('distance').scalar(FLOAT8)})`;
    case '_st_intersects_rast':
      return sql`ST_Intersects(${column}, ${operand.scalar(type)})`;
    case '_st_intersects_nband_geom':
      return sql`ST_Intersects(${column}, ${need('nband').scalar(INT4)}, ${operandSql(geometry, need('geommin'))})`;
    case '_st_intersects_geom_nband': {
      const band = operand.member('nband');
      const geommin = operandSql(geometry, need('geommin'));
      return band
        ? sql`ST_Intersects(${column}, ${geommin}, ${band.scalar(INT4)})`
        : sql`ST_Intersects(${column}, ${geommin})`;
    }
    default:
      throw new Error(`Invariant broken: operator ${op} has no SQL`);
  }
}

/** Operators whose operand is an object, with the members it takes; `true` for those it must have. */
export const OBJECT_OPERANDS: Readonly<
  Record<string, Readonly<Record<string, { readonly graphql: string; readonly required: boolean }>>>
> = {
  _st_d_within: {
    distance: { graphql: 'Float!', required: true },
    from: { graphql: 'geometry!', required: true },
    use_spheroid: { graphql: 'Boolean', required: false },
  },
  _st_3d_d_within: {
    distance: { graphql: 'Float!', required: true },
    from: { graphql: 'geometry!', required: true },
  },
  _st_intersects_nband_geom: {
    nband: { graphql: 'Int!', required: true },
    geommin: { graphql: 'geometry!', required: true },
  },
  _st_intersects_geom_nband: {
    geommin: { graphql: 'geometry!', required: true },
    nband: { graphql: 'Int', required: false },
  },
};

/** Name of an object operand's input type. */
export function objectOperandName(op: string, type: ScalarType): string {
  switch (op) {
    case '_st_intersects_nband_geom':
      return 'st_intersects_nband_geom_input';
    case '_st_intersects_geom_nband':
      return 'st_intersects_geom_nband_input';
    default:
      return type.pg.name === 'geography' ? 'st_d_within_geography_input' : 'st_d_within_input';
  }
}

/** The GraphQL type an operator's operand has in `<type>_comparison_exp`. */
export function operandType(type: ScalarType, op: string): string {
  const own = type.array ? `[${type.graphql}!]` : type.graphql;
  switch (op) {
    case '_in':
    case '_nin':
      return `[${own}!]`;
    case '_is_null':
      return 'Boolean';
    case '_has_key':
      return 'String';
    case '_has_keys_any':
    case '_has_keys_all':
      return '[String!]';
    case '_ancestor_any':
    case '_descendant_any':
      return '[ltree!]';
    case '_matches':
      return 'lquery';
    case '_matches_any':
      return '[String!]';
    case '_matches_fulltext':
      return 'ltxtquery';
    default:
      return Object.hasOwn(OBJECT_OPERANDS, op) ? objectOperandName(op, type) : own;
  }
}

/** A value of the column's type; GeoJSON text becomes geometry. */
function operandSql(type: ScalarType, operand: Operand): Sql {
  const value = operand.scalar(type);
  if (!isGeo(type)) return value;
  return sql`ST_GeomFromGeoJSON(${value})::${castSql(type)}`;
}

function isNullSql(column: Sql, value: boolean | Sql): Sql {
  if (value === true) return sql`${column} is null`;
  if (value === false) return sql`${column} is not null`;
  return sql`(${column} is null) = ${value}`;
}

/** Another type of the same extension: lquery beside ltree. */
function sibling(type: ScalarType, name: string): ScalarType {
  return { pg: { schema: type.pg.schema, name }, array: false, kind: 'base', graphql: name };
}
