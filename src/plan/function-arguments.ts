// The `args` a client gave to a function -> its call in SQL; computed fields and root fields alike.

import type { FunctionArgument, FunctionCall, ScalarType } from '../artifact/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { sql } from '../sql/sql.ts';
import type { Argument } from './arguments.ts';
import { mismatch } from './arguments.ts';
import { castSql, isGeo } from './codec.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, requestParam } from './context.ts';
import type { ClientArgument } from './function-call.ts';
import { functionCallSql } from './function-call.ts';
import { presence, view } from './input.ts';

/** A function a client may call. */
export interface Callable {
  readonly call: FunctionCall;
  readonly arguments: readonly FunctionArgument[];
  /** The input type of `args`. */
  readonly argsTypeName: string;
}

/**
 * `"public"."search_posts"(($1)::"pg_catalog"."text")`, with the field's `args`. Null is given as null; what is left out
 * is left to the function's default. `row` is the row a computed field is of.
 * @throws HedgeError `validation-failed` on an unknown argument, `not-supported` on one that is missing and has no default.
 */
export function calledSql(ctx: PlanContext, callable: Callable, row: Sql | null, field: SelectedField): Sql {
  const path = at(at(field.path, 'args'), 'args');
  const given = readGiven(ctx, callable, field, path);
  return functionCallSql(
    callable.call,
    row,
    (index): ClientArgument | undefined => {
      const parameter = callable.arguments[index];
      if (!parameter) throw new Error('Invariant broken: a call names an argument of its field');
      const argument = given.get(parameter.name);
      const value = argument && valueSql(ctx, argument, ctx.role.type(parameter.type));
      if (value) return { sqlName: parameter.sqlName, value };
      if (parameter.hasDefault) return undefined;
      throw new HedgeError('not-supported', 'Non default arguments cannot be omitted', {
        path: pathText(path),
      });
    },
    path,
  );
}

function readGiven(
  ctx: PlanContext,
  { arguments: parameters, argsTypeName }: Callable,
  field: SelectedField,
  path: Path,
): ReadonlyMap<string, Argument> {
  const given = new Map<string, Argument>();
  if (parameters.length === 0) return given;
  const node = field.arguments.find((a) => a.name.value === 'args');
  const args: Argument | undefined = node && { input: { kind: 'literal', node: node.value }, path };
  const required = parameters.some((p) => !p.hasDefault);
  const seen = args && view(ctx.reader, args.input, required ? `${argsTypeName}!` : argsTypeName, path);
  if (!args || !seen || seen.kind === 'absent' || (seen.kind === 'null' && !required)) {
    if (required) invalid("missing required field 'args'", path);
    return given;
  }
  if (seen.kind !== 'object') mismatch(ctx, args, 'an object', argsTypeName);
  for (const [name, input] of seen.fields) {
    const place = at(path, name);
    if (!parameters.some((p) => p.name === name))
      invalid(`field '${name}' not found in type: '${argsTypeName}'`, place);
    given.set(name, { input, path: place });
  }
  return given;
}

/** The argument as a value of its type; undefined when a variable leaves it out. */
function valueSql(ctx: PlanContext, { input, path }: Argument, type: ScalarType): Sql | undefined {
  const expected = type.array ? `[${type.graphql}!]` : type.graphql;
  switch (presence(ctx.reader, input, expected, path)) {
    case 'absent':
      return undefined;
    case 'null':
      return sql`null::${castSql(type)}`;
    case 'value': {
      const value = requestParam(ctx, input, { kind: 'scalar', type }, path);
      return isGeo(type) ? sql`ST_GeomFromGeoJSON(${value})::${castSql(type)}` : value;
    }
  }
}
