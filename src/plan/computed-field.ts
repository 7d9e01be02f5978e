// A computed field with the arguments a client gave -> the call of its function.

import type { TableView } from '../artifact/decode.ts';
import { computedFieldArgsTypeName } from '../artifact/type-names.ts';
import type { ComputedField } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import type { Argument } from './arguments.ts';
import { mismatch } from './arguments.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, requestParam } from './context.ts';
import type { ClientArgument } from './function-call.ts';
import { functionCallSql } from './function-call.ts';
import { presence, view } from './input.ts';

/**
 * `"public"."search_posts"("t:0", ($1)::"pg_catalog"."text")`.
 * @throws HedgeError `validation-failed` on an argument that is missing, unknown or null without a default.
 */
export function callComputedField(
  ctx: PlanContext,
  model: ComputedField,
  owner: TableView,
  row: Sql,
  field: SelectedField,
): Sql {
  const node = field.arguments.find((a) => a.name.value === 'args');
  const args: Argument | undefined =
    node && model.arguments.length > 0
      ? { input: { kind: 'literal', node: node.value }, path: at(at(field.path, 'args'), 'args') }
      : undefined;
  const given = args ? readGiven(ctx, args, model, owner) : new Map<string, Argument>();
  return functionCallSql(model.call, row, (index): ClientArgument | undefined => {
    const parameter = model.arguments[index];
    if (!parameter) throw new Error('Invariant broken: a call names an argument of its field');
    const argument = given.get(parameter.name);
    const type = ctx.role.type(parameter.type);
    const expected = type.array ? `[${type.graphql}!]` : type.graphql;
    if (!argument || presence(ctx.reader, argument.input, expected, argument.path) !== 'value') {
      if (!parameter.hasDefault)
        invalid(`missing required field '${parameter.name}'`, args?.path ?? at(field.path, 'args'));
      return undefined;
    }
    return {
      sqlName: parameter.sqlName,
      value: requestParam(ctx, argument.input, { kind: 'scalar', type }, argument.path),
    };
  });
}

function readGiven(
  ctx: PlanContext,
  args: Argument,
  model: ComputedField,
  owner: TableView,
): ReadonlyMap<string, Argument> {
  const inputType = computedFieldArgsTypeName(owner.naming, model.name, owner.baseName);
  const seen = view(ctx.reader, args.input, inputType, args.path);
  if (seen.kind === 'null' || seen.kind === 'absent') return new Map();
  if (seen.kind !== 'object') mismatch(ctx, args, 'an object', inputType);
  const given = new Map<string, Argument>();
  for (const [name, input] of seen.fields) {
    const path = at(args.path, name);
    if (!model.arguments.some((a) => a.name === name))
      invalid(`field '${name}' not found in type: '${inputType}'`, path);
    given.set(name, { input, path });
  }
  return given;
}
