// The Origin of a request -> the CORS headers its answer gets. hono/cors sends the allowed methods on preflights only,
// where Hasura sends them always, and runs for requests without an Origin too; so this is ours.

import type { CorsConfig } from '../config/types.ts';
import type { Service } from './types.ts';

const METHODS = 'GET,POST,PUT,PATCH,DELETE,OPTIONS';
/** Headers that pages may read, as in Hasura, the one that finds a request in the log, and when to come again. */
const EXPOSED = 'X-Hasura-Query-Cache-Key,X-Hasura-Query-Family-Cache-Key,Warning,X-Request-Id,Retry-After';
/** Seconds a browser may remember a preflight. */
const MAX_AGE = '1728000';

/** `service` with CORS: preflights of allowed origins are answered here, other answers get their headers. */
export function withCors(config: CorsConfig, service: Service): Service {
  if (config.kind === 'disabled') return service;
  const crossOrigin = async (
    origin: string,
    ...[request, waitUntil]: Parameters<Service>
  ): Promise<Response> => {
    const headers = corsHeaders(config, origin);
    if (headers && request.method === 'OPTIONS') {
      const asked = request.headers.get('access-control-request-headers') ?? '';
      headers.push(['access-control-max-age', MAX_AGE], ['access-control-allow-headers', asked]);
      return new Response(null, { status: 204, headers });
    }
    const response = await service(request, waitUntil);
    for (const [name, value] of headers ?? []) response.headers.set(name, value);
    // What depends on the origin must not be cached for another one.
    if (config.kind === 'domains') response.headers.append('vary', 'Origin');
    return response;
  };
  return (request, waitUntil) => {
    const origin = request.headers.get('origin');
    return origin === null ? service(request, waitUntil) : crossOrigin(origin, request, waitUntil);
  };
}

/**
 * Headers for an origin that may read answers, undefined for others. Under `*` no credentials are allowed: with them
 * every site could use a visitor's cookies.
 */
function corsHeaders(
  config: Exclude<CorsConfig, { kind: 'disabled' }>,
  origin: string,
): [string, string][] | undefined {
  const shared: [string, string][] = [
    ['access-control-allow-methods', METHODS],
    ['access-control-expose-headers', EXPOSED],
  ];
  if (config.kind === 'any') return [['access-control-allow-origin', '*'], ...shared];
  return isNamed(config, origin)
    ? [['access-control-allow-origin', origin], ['access-control-allow-credentials', 'true'], ...shared]
    : undefined;
}

/** Whether the configuration names the origin, be it by a `*` for its first label. */
export function isNamed(config: CorsConfig, origin: string): boolean {
  if (config.kind !== 'domains') return false;
  // One label may stand for `*`, and only the first.
  const parent = origin.replace(/^(https?:\/\/)[\w-]+\./, '$1');
  return config.origins.has(origin) || (parent !== origin && config.parents.has(parent));
}
