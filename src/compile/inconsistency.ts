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

  constructor(reason: string, path: MetadataPath) {
    super(reason);
    this.path = path;
  }
}

/** Gives up the object that is being compiled. @throws always; `attempt` around it catches. */
export function refuse(reason: string): never {
  throw new Refusal(reason, []);
}

/** Runs `build`; a refusal inside points to `keys` below the place it would have pointed to. */
export function at<T>(keys: MetadataPath, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.message, [...keys, ...error.path]);
    throw error;
  }
}

/** Runs `build`; a refusal inside gets `context` in front of its reason: `in table "x": …`. */
export function within<T>(context: string, build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(`${context}: ${error.message}`, error.path);
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
    );
    return null;
  }
}

/** Puts an object on the list with a reason as it shall be shown. */
export function report(list: Inconsistency[], object: MetadataObject, reason: string): void {
  const { type, name, definition, path } = object;
  list.push({ type, name, definition, reason, path });
}
