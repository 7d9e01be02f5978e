// `@cached(ttl: 60, refresh: false)` of a query -> how long its answer may be kept, and whether a kept one will do.

import type { DirectiveNode } from 'graphql';
import { Kind } from 'graphql/language';

import { at } from '../error/path.ts';
import type { Argument } from './arguments.ts';
import { mismatch } from './arguments.ts';
import type { PlanContext } from './context.ts';
import { invalid } from './context.ts';
import { exactJson, resolveVariable } from './input.ts';

/** What a query says of caching. */
export interface CachedDirective {
  /** Seconds, 0 or more. */
  readonly ttl: number;
  /** A kept answer will not do: the database is asked, and the new answer is kept. */
  readonly refresh: boolean;
}

const DEFAULT_TTL_SECONDS = 60;
const MAX_INT32 = 2_147_483_647;

/**
 * Reads the directives of a query, which has no other than `@cached`. Its arguments may be variables; the plan then
 * holds for their values only.
 * @throws HedgeError `validation-failed` for other directives, and for arguments it does not have or cannot take.
 */
export function planCached(
  ctx: PlanContext,
  directives: readonly DirectiveNode[],
): CachedDirective | undefined {
  if (directives.length === 0) return undefined;
  const given = new Map<string, Argument>();
  for (const [i, directive] of directives.entries()) {
    const name = directive.name.value;
    if (name !== 'cached') invalid(`directive '${name}' is not defined in the schema`, undefined);
    if (i > 0) invalid("the following directives are used more than once: ['cached']", undefined);
    for (const { name: argument, value } of directive.arguments ?? []) {
      if (argument.value !== 'ttl' && argument.value !== 'refresh')
        invalid(`'cached' has no argument named '${argument.value}'`, undefined);
      if (given.has(argument.value))
        invalid(`there can be only one argument named '${argument.value}'`, undefined);
      given.set(argument.value, {
        input: { kind: 'literal', node: value },
        path: at(undefined, argument.value),
      });
    }
  }
  return { ttl: readTtl(ctx, given.get('ttl')), refresh: readRefresh(ctx, given.get('refresh')) };
}

function readTtl(ctx: PlanContext, argument: Argument | undefined): number {
  if (!argument || isLeftOut(ctx, argument, 'Int')) return DEFAULT_TTL_SECONDS;
  const value = exactJson(ctx.reader, argument.input, 'Int', argument.path);
  if (typeof value !== 'number' || !Number.isInteger(value) || Math.abs(value) > MAX_INT32)
    mismatch(ctx, argument, 'a 32-bit integer', 'Int');
  if (value < 0) invalid('expected a number of seconds that is not negative', argument.path);
  return value;
}

function readRefresh(ctx: PlanContext, argument: Argument | undefined): boolean {
  if (!argument || isLeftOut(ctx, argument, 'Boolean')) return false;
  const value = exactJson(ctx.reader, argument.input, 'Boolean', argument.path);
  if (typeof value !== 'boolean') mismatch(ctx, argument, 'a boolean', 'Boolean');
  return value;
}

/** Whether the argument is a variable that the request leaves out: the argument's own default counts (section 5.8.5). */
function isLeftOut(ctx: PlanContext, { input, path }: Argument, type: string): boolean {
  if (input.kind !== 'literal' || input.node.kind !== Kind.VARIABLE) return false;
  if (Object.hasOwn(ctx.reader.variables, input.node.name.value)) return false;
  const resolved = resolveVariable(ctx.reader, input, type, path);
  return resolved?.kind !== 'literal' || resolved.node.kind === Kind.NULL;
}
