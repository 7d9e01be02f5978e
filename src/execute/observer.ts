// What those who watch a run are told of it while it goes on.

import type { Plan } from '../plan/plan.ts';
import type { Binding } from '../sql/sql.ts';
import type { WebhookAnswer } from '../webhook/call.ts';

/** Told what the run of an operation does. A run without one costs nothing more. */
export interface Observer {
  /** The operation is valid: this is how it is answered. */
  planned(plan: Plan): void;
  /** Some of its fields are about to be answered. */
  answering(by: AnsweredBy, statement?: SentStatement): void;
  /** The database has answered, with everything it was asked for. */
  answered(): void;
  /** A webhook of `validate_input` was asked. */
  validated(call: ValidationCall): void;
}

/** As the query-log names it. */
export type AnsweredBy = 'database' | 'introspection' | 'cached';

/** A statement of a query. */
export interface SentStatement {
  /** Response keys that it answers, with dots below a namespace; null: all of the operation's. */
  readonly keys: readonly string[] | null;
  readonly text: string;
  readonly bindings: readonly Binding[];
  /** In the order of `bindings`. */
  readonly parameters: readonly string[];
}

export interface ValidationCall {
  /** As the metadata has it, variables of the environment not filled in. */
  readonly webhook: string;
  /** The body. */
  readonly request: string;
  readonly answer: WebhookAnswer;
}
