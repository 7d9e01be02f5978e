// What is worth a line about one request, noted while it is answered.

import type { HedgeError } from '../error/hedge-error.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import type { Plan } from '../plan/plan.ts';

/** As the http-log names it: a body that is no request of GraphQL is an `error` where one is expected. */
export type RequestMode = 'single' | 'batched' | 'non-graphql' | 'error';

/** A GraphQL operation of the request. */
export interface OperationRecord {
  readonly request: GraphqlRequest;
  /** Once it is known to be valid. */
  plan: Plan | undefined;
}

/** A class, because one is made per request. */
export class RequestRecord {
  /** Milliseconds of a clock that stands still in a Worker while it computes, as are the others. */
  readonly begunAt = performance.now();
  /** When the body was read. */
  readAt: number | undefined;
  /** Characters of the body. */
  bodyLength = 0;
  mode: RequestMode = 'non-graphql';
  readonly operations: OperationRecord[] = [];
  /** Of the metadata API: the body. */
  command: unknown;
  /** What the client was told, of several errors in a batch the first. */
  error: HedgeError | undefined;
  /** Bytes of the answer's body, where it was written here. */
  responseSize: number | undefined;

  /** The body was read, `length` characters. */
  read(length: number): void {
    this.readAt = performance.now();
    this.bodyLength = length;
  }
}
