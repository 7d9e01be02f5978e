// A value of Postgres -> the form in which it goes into JSON.

import type { TypeRef } from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import { sql } from '../sql/sql.ts';
import { isGeo } from './codec.ts';
import type { PlanContext } from './context.ts';

const STRINGIFIED = new Set(['int8', 'numeric', 'float8']);

/**
 * A value as it goes into JSON: GeoJSON for PostGIS, text for bigint, numeric and float8 where the deployment asks
 * for it (HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES), because a JavaScript number cannot hold them exactly. Values of an
 * enum go out as clients write them, which under `graphql-default` is in capital letters.
 */
export function outputSql(ctx: PlanContext, value: Sql, typeRef: TypeRef): Sql {
  const type = ctx.role.type(typeRef);
  if (type.enumValues?.some(({ name, value: row }) => name !== row)) return sql`upper(${value} collate "C")`;
  if (isGeo(type)) return sql`ST_AsGeoJSON(${value}, 15, 4)::json`;
  if (ctx.settings.stringifyNumericTypes && type.kind === 'base' && STRINGIFIED.has(type.pg.name)) {
    return type.array ? sql`(${value})::text[]` : sql`(${value})::text`;
  }
  return value;
}
