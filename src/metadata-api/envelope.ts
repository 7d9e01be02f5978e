// The body of a request to /v1/metadata, /v1/query or /v2/query -> the command in it, with where it stands.

import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import type { Path } from '../error/path.ts';
import { at, pathText } from '../error/path.ts';
import type { Command, MetadataEndpoint } from './types.ts';

export interface MetadataRequest {
  readonly command: Command;
  /** The version the client saw; undefined when it does not care. */
  readonly resourceVersion: number | undefined;
}

/**
 * Reads a body. Mistakes inside `args` are found by the commands.
 * @throws HedgeError `parse-failed`, its path the place in the body.
 */
export function readMetadataRequest(body: unknown, endpoint: MetadataEndpoint): MetadataRequest {
  const command = readCommand(body, endpoint, undefined);
  const resourceVersion = (body as Record<string, unknown>)['resource_version'];
  if (resourceVersion !== undefined && resourceVersion !== null && !isInteger(resourceVersion)) {
    throw parseFailed(
      at(undefined, 'resource_version'),
      `parsing Int failed, expected Number, but encountered ${jsonKind(resourceVersion)}`,
    );
  }
  return { command, resourceVersion: isInteger(resourceVersion) ? resourceVersion : undefined };
}

/** One command, `{type, version?, args}`, at `path`. @throws HedgeError `parse-failed`. */
export function readCommand(value: unknown, endpoint: MetadataEndpoint, path: Path | undefined): Command {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw parseFailed(
      path,
      `parsing the command failed, expected Object, but encountered ${jsonKind(value)}`,
    );
  }
  const { type, version = null, args } = value as Record<string, unknown>;
  if (type === undefined) throw parseFailed(path, 'key "type" not found');
  if (typeof type !== 'string') {
    throw parseFailed(
      at(path, 'type'),
      `parsing Text failed, expected String, but encountered ${jsonKind(type)}`,
    );
  }
  if (version !== null && version !== 1 && version !== 2) {
    throw parseFailed(at(path, 'version'), `version can be either 1 or 2, found: ${JSON.stringify(version)}`);
  }
  if (args === undefined) throw parseFailed(path, 'key "args" not found');
  return { type, version: version ?? 1, args, path: at(path, 'args'), endpoint };
}

/** The commands of a bulk. @throws HedgeError `parse-failed` at the first that is none. */
export function readCommands(bulk: Command): readonly Command[] {
  const { args, path } = bulk;
  if (!Array.isArray(args)) {
    throw parseFailed(path, `parsing [] failed, expected Array, but encountered ${jsonKind(args)}`);
  }
  const endpoint = bulk.endpoint ?? 'v1/metadata';
  return args.map((item, index) => readCommand(item, endpoint, at(path, index)));
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function parseFailed(path: Path | undefined, message: string): HedgeError {
  return new HedgeError('parse-failed', message, { path: pathText(path) });
}
