// A field's arguments by name, and the readers of the small argument types: enums, counts, lists.

import { wordOf } from '../artifact/type-names.ts';
import type { Path } from '../error/path.ts';
import { at } from '../error/path.ts';
import type { NamingConvention } from '../metadata/types.ts';
import type { SelectedField } from './collect.ts';
import type { PlanContext } from './context.ts';
import { countTerm, invalid } from './context.ts';
import type { Input } from './input.ts';
import { describeInput, exactJson, presence, resolveVariable, view } from './input.ts';

/** An argument as given, and its place in errors. */
export interface Argument {
  readonly input: Input;
  readonly path: Path;
}

/**
 * The arguments of a field by the names in `allowed`; no others may be there. With a convention `allowed` are words
 * of the API, which clients write as their source's convention has them.
 * @throws HedgeError `validation-failed` naming one that is not, or that is given twice.
 */
export function readArguments(
  field: SelectedField,
  allowed: readonly string[],
  convention: NamingConvention = 'hasura-default',
): ReadonlyMap<string, Argument> {
  const given = new Map<string, Argument>();
  if (field.arguments.length === 0) return given;
  const base = at(field.path, 'args');
  for (const node of field.arguments) {
    const name = node.name.value;
    const word = wordOf(convention, allowed, name);
    if (word === undefined) invalid(`'${field.name}' has no argument named '${name}'`, field.path);
    if (given.has(word)) invalid(`there can be only one argument named '${name}'`, field.path);
    given.set(word, { input: { kind: 'literal', node: node.value }, path: at(base, name) });
  }
  return given;
}

/** The items of a list argument; a single value stands for a list of one, and its place is the first. Null and absent give undefined. */
export function listItems(
  ctx: PlanContext,
  argument: Argument,
  itemType: string,
): readonly Argument[] | undefined {
  const seen = view(ctx.reader, argument.input, `[${itemType}]`, argument.path);
  switch (seen.kind) {
    case 'absent':
    case 'null':
      return undefined;
    case 'list':
      return seen.items.map((input, i) => {
        countTerm(ctx);
        return { input, path: at(argument.path, i) };
      });
    default: {
      // The value behind a variable: its own type was compared with the list's.
      const input = resolveVariable(ctx.reader, argument.input, `[${itemType}]`, argument.path);
      return [{ input: input ?? argument.input, path: at(argument.path, 0) }];
    }
  }
}

/**
 * The value of an enum argument, one of `values`. The plan holds for this value alone.
 * @throws HedgeError `validation-failed` with the values to choose from.
 */
export function enumValue(
  ctx: PlanContext,
  argument: Argument,
  typeName: string,
  values: readonly string[],
): string | undefined {
  const resolved = resolveVariable(ctx.reader, argument.input, typeName, argument.path);
  if (!resolved) return undefined;
  const value = exactJson(ctx.reader, argument.input, typeName, argument.path);
  if (value === null || value === undefined) return undefined;
  const isLiteralEnum = resolved.kind === 'literal' && resolved.node.kind === 'EnumValue';
  if (typeof value !== 'string' || (resolved.kind === 'literal' && !isLiteralEnum)) {
    invalid(
      `expected an enum value for type '${typeName}', but found ${describeInput(resolved, ctx.reader.variables)}`,
      argument.path,
    );
  }
  if (!values.includes(value)) {
    const choices = values.map((v) => `'${v}'`).join(', ');
    invalid(
      `expected one of the values [${choices}] for type '${typeName}', but found '${value}'`,
      argument.path,
    );
  }
  return value;
}

/** A boolean argument that shapes SQL; false when it is null or absent. */
export function booleanArgument(ctx: PlanContext, argument: Argument | undefined): boolean {
  if (!argument || presence(ctx.reader, argument.input, 'Boolean', argument.path) !== 'value') return false;
  const value = exactJson(ctx.reader, argument.input, 'Boolean', argument.path);
  if (typeof value !== 'boolean') mismatch(ctx, argument, 'a boolean', 'Boolean');
  return value;
}

/** Says that a value is of the wrong kind: `expected an object for type 'T', but found a string`. */
export function mismatch(ctx: PlanContext, argument: Argument, expected: string, typeName: string): never {
  const resolved = resolveVariable(ctx.reader, argument.input, typeName, argument.path);
  const found = resolved ? describeInput(resolved, ctx.reader.variables) : 'null';
  invalid(`expected ${expected} for type '${typeName}', but found ${found}`, argument.path);
}

/** Says that null stands where a list is expected: everything else would be its only item. */
export function noList({ path }: Argument): never {
  invalid('expected a list, but found null', path);
}
