// A function's parameters -> how to call it: the row and the session in their places, what is left asked of the client.

import type { FunctionCall } from '../../artifact/types.ts';
import type { CatalogFunction, CatalogFunctionArgument, CatalogType } from '../../catalog/types.ts';
import { refuse } from '../inconsistency.ts';
import { invalidNameReason, isGraphQLName } from '../tables/names.ts';
import { hasValidName, scalarOf } from '../tables/scalars.ts';
import type { TrackedArgument } from '../tables/tracked.ts';

/** Positions of the arguments the client does not give; -1 where there is none. */
export interface ArgumentRoles {
  readonly row: number;
  readonly session: number;
}

/** A call, and the arguments it takes from the client. */
export interface CompiledCall {
  readonly call: FunctionCall;
  readonly arguments: readonly TrackedArgument[];
}

/**
 * Calls `fn` with all of its arguments in order; nameless ones are `arg_1`, `arg_2`, … to the client. `typeNames` are
 * those of all tables.
 * @throws a refusal for a name or type GraphQL does not allow.
 */
export function compileCall(
  fn: CatalogFunction,
  roles: ArgumentRoles,
  typeNames: ReadonlySet<string>,
): CompiledCall {
  const args: TrackedArgument[] = [];
  let nameless = 0;
  const positional = fn.arguments.map((argument, position): FunctionCall['arguments'][number] => {
    if (position === roles.row) return { kind: 'row' };
    if (position === roles.session) {
      return { kind: 'session', ...(argument.name !== null && { sqlName: argument.name }) };
    }
    if (argument.name === null) nameless += 1;
    const index = args.push(clientArgument(argument, argument.name ?? `arg_${nameless}`, typeNames)) - 1;
    return { kind: 'client', index };
  });
  return { call: { function: { schema: fn.schema, name: fn.name }, arguments: positional }, arguments: args };
}

/** The type of a session argument. As in Hasura json alone, which Postgres does not turn into jsonb in a call. */
export function isJsonType(type: CatalogType): boolean {
  return type.schema === 'pg_catalog' && type.dimensions === 0 && type.name === 'json';
}

/** `because a`, or all of the reasons as a list. */
export function becauseOf(reasons: readonly string[]): string {
  const [first = ''] = reasons;
  if (reasons.length === 1) return `because ${first}`;
  return `for the following reasons:\n${reasons.map((reason) => `  • ${reason}\n`).join('')}`;
}

function clientArgument(
  argument: CatalogFunctionArgument,
  name: string,
  typeNames: ReadonlySet<string>,
): TrackedArgument {
  if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  const type = scalarOf(argument.type, typeNames);
  if (!hasValidName(type)) refuse(invalidNameReason(type.graphql));
  return { name, sqlName: argument.name, type, hasDefault: argument.hasDefault };
}
