// Values that are written to columns -> SQL: one of the request, one that the metadata presets, a column of rows.

import type { ScalarType } from '../../artifact/types.ts';
import type { Preset, WriteColumn } from '../../artifact/write-types.ts';
import type { Sql } from '../../sql/sql.ts';
import { sql } from '../../sql/sql.ts';
import type { Argument } from '../arguments.ts';
import { castSql, isGeo } from '../codec.ts';
import type { PlanContext } from '../context.ts';
import { requestParam } from '../context.ts';
import { presence } from '../input.ts';
import { presetSql as presetParam } from '../permission.ts';

/** Types whose arrays are written with commas; others (`box`, geometry) have a delimiter of their own. */
const COMMA_SEPARATED: ReadonlySet<string> = new Set(
  (
    'bool int2 int4 int8 float4 float8 numeric money text varchar bpchar date time timetz timestamp timestamptz ' +
    'interval uuid json jsonb bytea inet cidr macaddr bit varbit'
  ).split(' '),
);

/** How GraphQL writes the type of a column a client may leave out or set to null. */
export function inputTypeOf(type: ScalarType): string {
  return type.array ? `[${type.graphql}!]` : type.graphql;
}

/** A value of the request for a column: `null`, or a parameter of its type. */
export function columnValueSql(ctx: PlanContext, column: WriteColumn, { input, path }: Argument): Sql {
  const type = ctx.role.type(column.type);
  if (presence(ctx.reader, input, inputTypeOf(type), path) !== 'value') return sql`null::${castSql(type)}`;
  return storedSql(type, requestParam(ctx, input, { kind: 'scalar', type }, path));
}

/** A preset's value. */
export function presetValueSql(ctx: PlanContext, { type: ref, value }: Preset): Sql {
  const type = ctx.role.type(ref);
  if (value.kind === 'literal' && value.value === null) return sql`null::${castSql(type)}`;
  return storedSql(type, presetParam(value, type));
}

/** The element type of the array parameter that holds a column of rows. */
export function bulkTypeSql(type: ScalarType): Sql {
  return isPlain(type) ? castSql(type) : sql`text`;
}

/** A cell of such a parameter as the column's value. */
export function bulkCellSql(type: ScalarType, cell: Sql): Sql {
  if (isPlain(type)) return cell;
  return isGeo(type) ? storedSql(type, cell) : sql`${cell}::${castSql(type)}`;
}

function isPlain(type: ScalarType): boolean {
  return !type.array && type.pg.schema === 'pg_catalog' && COMMA_SEPARATED.has(type.pg.name);
}

/** GeoJSON text becomes geometry; other parameters have the column's type already. */
function storedSql(type: ScalarType, value: Sql): Sql {
  return isGeo(type) ? sql`ST_GeomFromGeoJSON(${value})::${castSql(type)}` : value;
}
