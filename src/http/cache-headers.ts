// How an answer was come by -> the headers that tell clients, and caches between them and here, what to make of it.

import type { CacheOutcome } from '../cache/types.ts';
import type { Config, JwtHeader } from '../config/types.ts';
import type { Arrival, GraphqlRequest } from '../execute/engine.ts';
import { unreachable } from '../util/assert.ts';
import { watch } from './run-log.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** The settings by which an answer is known to be anybody's. */
type AudienceConfig = Pick<Config, 'unauthorizedRole' | 'jwts' | 'authHook'>;

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
  { key, family, maxAge, warning, isPersonal }: CacheOutcome,
  { request, session }: Exchange,
  config: AudienceConfig,
): Generator<[string, string]> {
  yield ['x-hasura-query-cache-key', key];
  yield ['x-hasura-query-family-cache-key', family];
  if (warning !== null) yield ['warning', `199 - ${warning}`];
  if (maxAge === null) return;
  if (!canBeStored(request)) {
    yield ['cache-control', `max-age=${maxAge}`];
    return;
  }
  const isPublic =
    config.authHook === null &&
    config.unauthorizedRole !== null &&
    session?.role === config.unauthorizedRole &&
    !session.trusted &&
    !isPersonal;
  // A browser would give one visitor's answer to the next, who is somebody else at the same URL.
  if (!isPublic) yield ['cache-control', `private, no-cache, max-age=${maxAge}`];
  else {
    yield ['cache-control', `public, max-age=${maxAge}, s-maxage=${maxAge}`];
    yield ['vary', credentialHeaders(config).join(', ')];
  }
}

/** Whether the answer to a request of this method may be stored by a cache that is not asked to (RFC 9111, section 3). */
function canBeStored({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** The request headers that decide who asks. */
function credentialHeaders({ jwts }: AudienceConfig): readonly string[] {
  const names = jwts.map(({ header }) => tokenHeader(header));
  return [...new Set(['X-Hasura-Admin-Secret', 'X-Hasura-Access-Key', ...names])];
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
