// What one evaluation may cost. A template is written by an admin, but the values it works on come from anywhere.

import { KritiError, type Span } from './error.ts';

/** Expressions evaluated, values compared or copied, and characters written into texts. */
export const MAX_STEPS = 1_000_000;

/** What comes out, as JSON, in UTF-16 code units. */
export const MAX_OUTPUT = 8 * 1024 * 1024;

/** How deep arrays and objects may be nested in a value that is compared or written. */
export const MAX_VALUE_DEPTH = 500;

/** Ends the evaluation: unlike other errors it is not null behind a `?.`. */
export class LimitError extends KritiError {
  constructor(message: string, span: Span) {
    super('Limit Error', message, span);
  }
}

/** Counts the steps of one evaluation. */
export class Budget {
  #left = MAX_STEPS;

  /** @throws LimitError when there are none left. */
  spend(steps: number, span: Span): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new LimitError(`the evaluation takes more than ${MAX_STEPS} steps`, span);
    }
  }
}
