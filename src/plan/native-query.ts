// A native query with the arguments a client gave -> its SQL as a table of a from clause. Values are parameters with the
// cast of their declared type; the text around them is the metadata's.

import { nativeQueryArgsTypeName } from '../artifact/type-names.ts';
import type { NativeQueryArgumentModel, NativeQueryModel } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { codeSql, sql } from '../sql/sql.ts';
import { must } from '../util/assert.ts';
import type { Argument } from './arguments.ts';
import { mismatch } from './arguments.ts';
import { castSql, isGeo } from './codec.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, requestParam } from './context.ts';
import { presence, view } from './input.ts';

/** The arguments beside a list's own that a field over the query takes. */
export function nativeQueryArguments({ arguments: args }: NativeQueryModel): readonly string[] {
  return args.length > 0 ? ['args'] : [];
}

/**
 * `(select … where score > ($1)::"pg_catalog"."int4" …)`, with the field's `args`.
 * @throws HedgeError `validation-failed` on an argument that is unknown, missing, or null where it must not be.
 */
export function nativeQuerySql(ctx: PlanContext, native: NativeQueryModel, field: SelectedField): Sql {
  const given = readGiven(ctx, native, field);
  const values = native.arguments.map((argument) => valueSql(ctx, argument, given));
  const parts = native.code.map((part) =>
    typeof part === 'string' ? codeSql(part) : must(values[part], 'code names arguments of its query'),
  );
  return sql`(${parts.reduce((all, part) => sql`${all}${part}`, sql``)})`;
}

function readGiven(
  ctx: PlanContext,
  { name: query, arguments: declared }: NativeQueryModel,
  field: SelectedField,
): ReadonlyMap<string, Argument> {
  const given = new Map<string, Argument>();
  if (declared.length === 0) return given;
  const path = at(at(field.path, 'args'), 'args');
  const typeName = nativeQueryArgsTypeName(query);
  const node = field.arguments.find((a) => a.name.value === 'args');
  const args: Argument | undefined = node && { input: { kind: 'literal', node: node.value }, path };
  const seen = args && view(ctx.reader, args.input, `${typeName}!`, path);
  if (!args || !seen || seen.kind === 'absent') return invalid("missing required field 'args'", path);
  if (seen.kind !== 'object') return mismatch(ctx, args, 'an object', typeName);
  for (const [name, input] of seen.fields) {
    const place = at(path, name);
    if (!declared.some((argument) => argument.name === name))
      invalid(`field '${name}' not found in type: '${typeName}'`, place);
    given.set(name, { input, path: place });
  }
  for (const { name, nullable } of declared) {
    if (!nullable && !given.has(name)) invalid(`missing required field '${name}'`, at(path, name));
  }
  return given;
}

/** What is left out of a nullable argument is null. */
function valueSql(
  ctx: PlanContext,
  { name, type: ref, nullable }: NativeQueryArgumentModel,
  given: ReadonlyMap<string, Argument>,
): Sql {
  const type = ctx.role.type(ref);
  const argument = given.get(name);
  const named = type.array ? `[${type.graphql}!]` : type.graphql;
  if (!argument) return sql`(null)::${castSql(type)}`;
  const { input, path } = argument;
  switch (presence(ctx.reader, input, nullable ? named : `${named}!`, path)) {
    case 'absent':
      if (!nullable) invalid(`missing required field '${name}'`, path);
      return sql`(null)::${castSql(type)}`;
    case 'null':
      if (!nullable) invalid(`unexpected null value for type '${named}'`, path);
      return sql`(null)::${castSql(type)}`;
    case 'value': {
      const value = requestParam(ctx, input, { kind: 'scalar', type }, path);
      return isGeo(type) ? sql`ST_GeomFromGeoJSON(${value})::${castSql(type)}` : value;
    }
  }
}
