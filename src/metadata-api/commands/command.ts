// A reader of args and a change of the metadata -> one command.

import { HedgeError, type ErrorCode } from '../../error/hedge-error.ts';
import { at, type Path, pathText } from '../../error/path.ts';
import type { Metadata } from '../../metadata/types.ts';
import type { Parser } from '../args/parse.ts';
import type { Change, Command, ObjectId, ReduceContext, Reducer } from '../types.ts';

export interface CommandDefinition {
  readonly reduce: Reducer;
}

export type Commands = Readonly<Record<string, CommandDefinition>>;

/** What a command's change is made from. */
export interface Input<A> {
  readonly metadata: Metadata;
  readonly args: A;
  readonly context: ReduceContext;
  /** Where `args` stands, for errors. */
  readonly path: Path;
}

/** A command from the reader of its args and what it makes of the metadata. */
export function command<A>(read: Parser<A>, change: (input: Input<A>) => Change): CommandDefinition {
  return {
    reduce: (metadata, { args, ...envelope }, context) =>
      change({ metadata, args: readArgs(read, args, envelope), context, path: envelope.path }),
  };
}

/** Reads args. @throws HedgeError `parse-failed` with the endpoint's idea of where args stand. */
export function readArgs<A>(read: Parser<A>, args: unknown, envelope: Omit<Command, 'args'>): A {
  const { type, path, endpoint = 'v1/metadata' } = envelope;
  try {
    return read(args, endpoint === 'v1/query' ? withoutArgs(path) : path);
  } catch (error) {
    const [, base] = /^(?:pg|postgres)_(.*)$/.exec(type) ?? [];
    const isBackendCommand = base !== undefined && endpoint === 'v1/metadata';
    if (!isBackendCommand || !(error instanceof HedgeError) || error.code !== 'parse-failed') throw error;
    throw new HedgeError('parse-failed', backendCommandError(base, error.message), { path: error.path });
  }
}

/** Word for word what Hasura puts around mistakes in the args of commands for one kind of database. */
function backendCommandError(name: string, message: string): string {
  return [
    `Error when parsing command ${name}.`,
    'See our documentation at https://hasura.io/docs/latest/graphql/core/api-reference/metadata-api/index.html#metadata-apis.',
    `Internal error message: ${message}`,
  ].join('\n');
}

/** Hasura's reader of /v1/query tells places in args as if `args` were not there: `$.name`, `$[1].name` in a bulk. */
export function withoutArgs(path: Path | undefined): Path | undefined {
  if (path === undefined) return undefined;
  const parent = withoutArgs(path.parent);
  return path.key === 'args' ? parent : at(parent, path.key);
}

/** @throws HedgeError, always. */
export function fail(code: ErrorCode, message: string, path: Path | undefined): never {
  throw new HedgeError(code, message, { path: pathText(path) });
}

/** A change that stands unless one of these objects, or any other, becomes inconsistent by it. */
export function about(metadata: Metadata, ...objects: readonly ObjectId[]): Change {
  return { metadata, consistency: { kind: 'about', objects } };
}

/** A change that stands unless anything becomes inconsistent by it. */
export function noneNew(metadata: Metadata, answer?: Change['answer']): Change {
  return { metadata, answer, consistency: { kind: 'none new' } };
}
