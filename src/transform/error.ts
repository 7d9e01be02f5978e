// What is wrong with a transform, or with what it makes of a call -> the list Hasura puts into an error's internals.

import { HedgeError } from '../error/hedge-error.ts';
import { type Path, pathText } from '../error/path.ts';
import { KritiError, type KritiErrorJson } from '../kriti/error.ts';

/** A mistake that no template shows by itself. */
export interface TransformProblem {
  readonly error_code: 'TransformationError' | 'Request Initialization Error';
  readonly source_position?: null;
  readonly message: string;
}

/** All mistakes of a transform. They tell of the metadata's names; values of the call are not in them. */
export class TransformError extends Error {
  readonly problems: readonly (KritiErrorJson | TransformProblem)[];

  constructor(problems: readonly (KritiErrorJson | TransformProblem)[]) {
    super(problems.map(({ message }) => message).join('; '));
    this.name = 'TransformError';
    this.problems = problems;
  }
}

/** @throws TransformError, always. */
export function refuse(message: string): never {
  throw new TransformError([{ error_code: 'TransformationError', source_position: null, message }]);
}

/** Collects the mistakes of the parts of a transform: all are told at once. */
export class Problems {
  readonly #problems: (KritiErrorJson | TransformProblem)[] = [];

  /** What `work` gives; undefined, and its mistakes kept, where it has some. */
  of<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof KritiError) this.#problems.push(error.toJSON());
      else if (error instanceof TransformError) this.#problems.push(...error.problems);
      else throw error;
      return undefined;
    }
  }

  /** @throws TransformError when there were any. */
  raise(): void {
    if (this.#problems.length > 0) throw new TransformError(this.#problems);
  }
}

/** What a command of the metadata API says of a transform that cannot be, as Hasura. */
export function validationError(
  which: 'request' | 'response',
  error: TransformError,
  path: Path | undefined,
): HedgeError {
  return new HedgeError('validation-failed', `${which} transform validation failed`, {
    path: pathText(path),
    internal: error.problems,
  });
}
