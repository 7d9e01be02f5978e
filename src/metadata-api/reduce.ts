// A command + the metadata -> the changed metadata: what the worker, the command line and the tests share.

import type { Metadata } from '../metadata/types.ts';
import { COMMANDS } from './commands/commands.ts';
import { isUnavailable, refuseUnavailable } from './commands/unavailable.ts';
import { unknownCommand } from './commands/unknown.ts';
import type { Change, Command, ReduceContext } from './types.ts';

/** Whether `reduce` has something to say to commands of this type, be it a refusal. */
export function isReducible(type: string): boolean {
  return Object.hasOwn(COMMANDS, type) || isUnavailable(type);
}

/**
 * What a command makes of the metadata, which is left as it is. The databases are as the context tells them; whether
 * the result is consistent is for the caller to find out, see `Change.consistency`.
 * @throws HedgeError in Hasura's words: `parse-failed` for the form of the args, `not-supported` for features that are
 * not there, and what each command has against its args.
 */
export function reduce(metadata: Metadata, command: Command, context: ReduceContext): Change {
  const definition = Object.hasOwn(COMMANDS, command.type) ? COMMANDS[command.type] : undefined;
  if (definition) return definition.reduce(metadata, command, context);
  if (isUnavailable(command.type)) return refuseUnavailable(command);
  throw unknownCommand(command);
}

export { unknownCommand } from './commands/unknown.ts';
