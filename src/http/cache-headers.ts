// How an answer was come by -> the headers that tell clients, and caches between them and here, what to make of it.

import type { CacheOutcome } from '../cache/types.ts';
import type { Config, JwtHeader } from '../config/types.ts';
import type { Arrival, GraphqlRequest } from '../execute/engine.ts';
import { unreachable } from '../util/assert.ts';
import { watch } from './run-log.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** The settings by which an answer is known to be anybody's, and what it depends on. */
type AudienceConfig = Pick<Config, 'unauthorizedRole' | 'jwts' | 'authHook' | 'cors'>;

/** What the run of an exchange's only operation is told of it. Its answer gets Hasura's headers of cached answers. */
export function arrivalOf(context: AppContext, exchange: Exchange, asked: GraphqlRequest): Arrival {
  const { request, reply } = exchange;
  return {
    headers: request.headers,
    observer: watch(context, exchange, asked),
    reply,
    noteCached: (outcome) => void reply.push(...cacheHeaders(outcome, exchange, context.config)),
  };
}

function* cacheHeaders(
  outcome: CacheOutcome,
  exchange: Exchange,
  config: AudienceConfig,
): Generator<[string, string]> {
  const { key, family, maxAge, warning } = outcome;
  yield ['x-hasura-query-cache-key', key];
  yield ['x-hasura-query-family-cache-key', family];
  if (warning !== null) yield ['warning', `199 - ${warning}`];
  if (maxAge === null) return;
  if (!canBeStored(exchange.request)) yield ['cache-control', `max-age=${maxAge}`];
  else if (isAnybodys(outcome, exchange, config)) {
    yield ['cache-control', `public, max-age=${maxAge}, s-maxage=${maxAge}`];
    yield ['vary', askerHeaders(config).join(', ')];
  }
  // A browser would give one visitor's answer to the next, who is somebody else at the same URL.
  else yield ['cache-control', `private, no-cache, max-age=${maxAge}`];
}

/** Whether everybody who names nobody is given this answer. A webhook may look at any header to tell who asks. */
function isAnybodys(
  { isPersonal }: CacheOutcome,
  { session, reply }: Exchange,
  { unauthorizedRole, authHook }: AudienceConfig,
): boolean {
  return (
    unauthorizedRole !== null &&
    session?.role === unauthorizedRole &&
    !session.trusted &&
    !isPersonal &&
    authHook === null &&
    !reply.some(([name]) => name.toLowerCase() === 'set-cookie')
  );
}

/** Whether the answer to a request of this method may be stored by a cache that is not asked to (RFC 9111, section 3). */
function canBeStored({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The request headers that decide who asks, and whether a page may read the answer. */
function askerHeaders({ jwts, cors }: AudienceConfig): readonly string[] {
  const names = jwts.map(({ header }) => tokenHeader(header));
  const origin = cors.kind === 'disabled' ? [] : ['Origin'];
  // Who accepts events gets a stream at the same URL.
  return [...new Set(['Accept', 'X-Hasura-Admin-Secret', 'X-Hasura-Access-Key', ...names, ...origin])];
}

function tokenHeader(place: JwtHeader): string {
  switch (place.kind) {
    case 'authorization':
      return 'Authorization';
    case 'cookie':
      return 'Cookie';
    case 'custom_header':
      return place.name;
    default:
      return unreachable(place);
  }
}

/** A handler whose answers to GET stay nowhere unless they say so themselves. */
export function unstored(handler: Handler): Handler {
  return async (exchange) => {
    const response = await handler(exchange);
    if (canBeStored(exchange.request) && !response.headers.has('cache-control'))
      response.headers.set('cache-control', 'no-store');
    return response;
  };
}
