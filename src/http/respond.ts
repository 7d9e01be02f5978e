// A result of an endpoint -> the Response, with the headers every answer has. Errors become JSON here and nowhere else.

import type { Config } from '../config/types.ts';
import { graphqlError, HedgeError, plainError } from '../error/hedge-error.ts';
import type { Log } from '../telemetry/log.ts';
import type { Exchange } from './types.ts';

const encoder = new TextEncoder();
const SHORT_BYTES = 4096;

/** A JSON body that is text already. */
export function jsonResponse(body: string, { requestId, reply, record }: Answered, status = 200): Response {
  const bytes = record && encoder.encode(body);
  if (record && bytes) record.responseSize = bytes.byteLength;
  // A long text is not encoded twice; a short one makes a Response sooner than its bytes do.
  const response = new Response(bytes && bytes.byteLength > SHORT_BYTES ? bytes : body, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId },
  });
  for (const [name, value] of reply) response.headers.append(name, value);
  return response;
}

/** What of an exchange its answer shows. */
export type Answered = Pick<Exchange, 'requestId' | 'reply' | 'record'>;

/** Whether errors show `internal` to who asks; who is not authenticated has no role. */
export function showsInternal(config: ErrorConfig, { session }: Pick<Exchange, 'session'>): boolean {
  return config.devMode || (config.adminInternalErrors && session?.role === 'admin');
}

export type ErrorConfig = Pick<Config, 'devMode' | 'adminInternalErrors'>;

/** The body of a GraphQL response that failed. */
export function graphqlErrorText(error: HedgeError, withInternal: boolean): string {
  return JSON.stringify({ errors: [graphqlError(error, withInternal)] });
}

/** An error outside of GraphQL, `{path, error, code}` under its own status. */
export function errorResponse(error: HedgeError, exchange: Answered, withInternal = false): Response {
  return jsonResponse(JSON.stringify(plainError(error, withInternal)), exchange, error.status);
}

/** The answer to paths that are not served, and to endpoints that are switched off. */
export function notFoundResponse(exchange: Answered): Response {
  const error = new HedgeError('not-found', 'resource does not exist', { status: 404 });
  if (exchange.record) exchange.record.error = error;
  return errorResponse(error, exchange);
}

/**
 * The error as a client may see it. What no stage meant for clients is a fault of ours: it is logged with its stack
 * under the request's id, and the client is told that id's existence only.
 */
export function clientErrorOf(
  error: unknown,
  { requestId, record }: Pick<Exchange, 'requestId' | 'record'>,
  log: Log,
): HedgeError {
  const shown =
    error instanceof HedgeError ? error : new HedgeError('unexpected', 'internal error', { cause: error });
  // Of a batch, the first.
  if (record) record.error ??= shown;
  if (shown !== error) {
    log({
      type: 'unstructured',
      level: 'error',
      detail: {
        request_id: requestId,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      },
    });
  }
  return shown;
}
