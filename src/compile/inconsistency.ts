// Refusals while compiling one metadata object -> an entry of the artifact's list of inconsistencies, in Hasura's words.

import type { Inconsistency } from '../artifact/types.ts';

/** Keys and indexes into the metadata document. */
export type MetadataPath = readonly (string | number)[];

/** What may turn out inconsistent, as Hasura names it. */
export interface MetadataObject {
  readonly type: string;
  readonly name: string;
  readonly definition: unknown;
  readonly path: MetadataPath;
}

/** Why an object cannot be compiled, and where below it. Never leaves this stage: `attempt` turns it into data. */
class Refusal extends Error {
  readonly path: MetadataPath;
  readonly details: string | undefined;

  constructor(reason: string, path: MetadataPath, details?: string) {
    super(reason);
    this.path = path;
    this.details = details;
  }
}

/**
 * Gives up the object that is being compiled; `details` say more than its reason.
 * @throws always; `attempt` around it catches.
 */
export function refuse(reason: string, details?: string): never {
  throw new Refusal(reason, [], details);
}

/** Runs `build`; a refusal inside points to `keys` below the place it would have pointed to. */
export function at<T>(keys: MetadataPath, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.message, [...keys, ...error.path], error.details);
    throw error;
  }
}

/** Runs `build`; a refusal inside gets `context` in front of its reason: `in table "x": …`. */
export function within<T>(context: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof Refusal)
      throw new Refusal(`${context}: ${error.message}`, error.path, error.details);
    throw error;
  }
}

/** The result of `build`, or null when it refused: then the object is on the list. */
export function attempt<T>(list: Inconsistency[], object: MetadataObject, build: () => T): T | null {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    report(
      list,
      { ...object, path: [...object.path, ...error.path] },
      `Inconsistent object: ${error.message}`,
      error.details,
    );
    return null;
  }
}

/** Puts an object on the list with a reason as it shall be shown. */
export function report(
  list: Inconsistency[],
  object: MetadataObject,
  reason: string,
  message?: string,
): void {
  const { type, name, definition, path } = object;
  list.push({ type, name, definition, reason, ...(message !== undefined && { message }), path });
}
