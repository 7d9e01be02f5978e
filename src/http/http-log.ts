// A request that was answered -> its line in the http-log.

import type { LoggingConfig } from '../config/types.ts';
import { plainError } from '../error/hedge-error.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import { knownQueryHash, queryHash } from '../execute/query-hash.ts';
import type { Plan } from '../plan/plan.ts';
import type { Log } from '../telemetry/log.ts';
import { isWanted } from '../telemetry/log.ts';
import { maskText } from '../telemetry/mask-text.ts';
import { maskCommand, maskNamed } from '../telemetry/mask.ts';
import type { RequestRecord } from './request-record.ts';
import type { Exchange } from './types.ts';

/** Characters of a body that is logged whole; Workers Logs keeps 256 KB of a request's lines. */
const MAX_LOGGED_BODY = 32_768;
/** Characters that remain of the text of a longer one. */
const MAX_LOGGED_TEXT = 2_048;

/** What of an exchange and its answer a line tells. */
interface Answered {
  readonly exchange: Exchange;
  readonly record: RequestRecord;
  readonly response: Response;
}

/**
 * Writes the line of a request, now, or when the hash of a new plan is there. It is an `error` where the client was told of
 * one, be it under status 200.
 */
export function logRequest(log: Log, config: LoggingConfig, answered: Answered): void {
  const { exchange, record } = answered;
  const level = record.error !== undefined || answered.response.status >= 400 ? 'error' : 'info';
  if (!isWanted(config, 'http-log', level)) return;
  const write = (hashes: readonly string[]): void =>
    log({
      type: 'http-log',
      level,
      detail: detailOf(answered, config, hashes),
    });
  const plans = record.operations.flatMap(({ plan }) => (plan ? [plan] : []));
  const unhashed = plans.filter((plan) => knownQueryHash(plan) === undefined);
  if (unhashed.length === 0) write(hashesOf(plans));
  else exchange.waitUntil(Promise.all(unhashed.map(queryHash)).then(() => write(hashesOf(plans))));
}

function hashesOf(plans: readonly Plan[]): readonly string[] {
  return plans.map((plan) => knownQueryHash(plan) ?? '');
}

function detailOf(
  { exchange, record, response }: Answered,
  config: LoggingConfig,
  hashes: readonly string[],
) {
  const { request, requestId, session } = exchange;
  const { begunAt, readAt, mode, error, responseSize } = record;
  const answeredAt = performance.now();
  const { headers } = request;
  const ray = headers.get('cf-ray');
  return {
    http_info: {
      // Answers are compressed on their way, after this.
      content_encoding: null,
      http_version: httpVersion(request),
      ip: addressOf(headers),
      method: request.method,
      status: response.status,
      url: pathOf(request.url),
      ...(ray !== null && { cf_ray: ray }),
    },
    operation: {
      error: error ? loggedError(error, config) : null,
      ...(hashes.length > 0 && { parameterized_query_hash: mode === 'batched' ? hashes : hashes[0] }),
      query: error || !config.queryOnlyOnError ? loggedQuery(record, config) : null,
      query_execution_time: (answeredAt - (readAt ?? begunAt)) / 1000,
      request_id: requestId,
      request_mode: mode,
      request_read_time: ((readAt ?? begunAt) - begunAt) / 1000,
      response_size: responseSize ?? null,
      uncompressed_response_size: responseSize ?? null,
      user_vars: session ? userVars(session.variables, config) : null,
    },
    request_id: requestId,
  };
}

/** The error in its plain form. Arguments of a statement are values of clients: the query-log is where these are. */
function loggedError(error: NonNullable<RequestRecord['error']>, { types }: LoggingConfig) {
  const { internal, ...plain } = plainError(error, true);
  if (internal === undefined) return plain;
  if (types.has('query-log') || typeof internal !== 'object' || internal === null)
    return { ...plain, internal };
  const { arguments: _, ...rest } = internal as Record<string, unknown>;
  return { ...plain, internal: rest };
}

function loggedQuery(
  { mode, operations, command, bodyLength }: RequestRecord,
  config: LoggingConfig,
): unknown {
  if (command !== undefined) {
    if (!config.metadataQueries) return null;
    return bodyLength > MAX_LOGGED_BODY ? { truncated: true } : maskCommand(command);
  }
  const requests = operations.map(({ request }) => loggedRequest(request, bodyLength, config));
  return mode === 'batched' ? requests : (requests[0] ?? null);
}

/** A request as the logs show it: long ones are cut, masked variables hidden. */
export function loggedRequest(
  { query, operationName, variables }: GraphqlRequest,
  bodyLength: number,
  { maskedVariables }: Pick<LoggingConfig, 'maskedVariables'>,
): Readonly<Record<string, unknown>> {
  const name = operationName === undefined ? {} : { operationName };
  return bodyLength > MAX_LOGGED_BODY
    ? { ...name, query: maskText(query.slice(0, MAX_LOGGED_TEXT), maskedVariables).text, truncated: true }
    : {
        ...name,
        query: maskText(query, maskedVariables).text,
        ...(variables && { variables: maskNamed(variables, maskedVariables) }),
      };
}

function userVars(variables: ReadonlyMap<string, string>, { maskedVariables }: LoggingConfig): unknown {
  return maskNamed(Object.fromEntries(variables), maskedVariables);
}

/** Of the client, as Cloudflare tells it; elsewhere as a proxy does, or null. */
function addressOf(headers: Headers): string | null {
  return (
    headers.get('cf-connecting-ip') ??
    headers.get('x-real-ip') ??
    headers.get('x-forwarded-for')?.split(',')[0]?.trim() ??
    null
  );
}

/** `HTTP/2`; the local runtime does not tell. */
function httpVersion(request: Request): string {
  const { cf } = request as { readonly cf?: { readonly httpProtocol?: string } };
  return cf?.httpProtocol ?? 'HTTP/1.1';
}

/** Of an absolute URL; the query, which may hold values, is not logged. */
function pathOf(url: string): string {
  const path = url.indexOf('/', url.indexOf('://') + 3);
  const query = url.indexOf('?', path);
  return query < 0 ? url.slice(path) : url.slice(path, query);
}

/** `answer` with a line per request where the http-log is wanted. */
export function withHttpLog(
  answer: (exchange: Exchange) => Response | Promise<Response>,
  log: Log,
  config: LoggingConfig,
): (exchange: Exchange) => Response | Promise<Response> {
  if (!config.types.has('http-log')) return answer;
  return async (exchange) => {
    const response = await answer(exchange);
    if (exchange.record) logRequest(log, config, { exchange, record: exchange.record, response });
    return response;
  };
}
