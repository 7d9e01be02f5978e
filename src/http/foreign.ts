// The headers of a request -> whether a page of another site may have made a browser send it unasked.

import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { hasJsonType, namesItsSender } from './body.ts';
import { isNamed } from './cors.ts';

/** Methods that a page may use without the browser asking first (Fetch standard, «CORS-safelisted method»). */
const SIMPLE_METHODS = new Set(['GET', 'HEAD', 'POST']);

/**
 * True for what a form, an image or a link on another site could send, with the visitor's cookies and from inside their
 * network. What carries JSON or names its sender in a header is asked for by a preflight first, and cannot.
 */
export function couldBeForeign({ method, headers }: Request): boolean {
  if (!SIMPLE_METHODS.has(method) || hasJsonType(headers) || namesItsSender(headers)) return false;
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  return headers.has('origin') || headers.has('cookie');
}

/** Hosts that only pages of the same machine have. */
const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Keeps pages out of what runs SQL on a service that asks nobody for a secret, such as one on a developer's machine: any
 * site could use the visitor's browser to get there, by CORS or under a name of its own that leads to this machine.
 * Programs send no `Origin`; pages of the machine itself and origins that the configuration names may come in.
 * @throws HedgeError `access-denied`, status 403.
 */
export function refuseForeignPages(headers: Headers, { adminSecrets, cors }: ForeignConfig): void {
  const origin = headers.get('origin');
  if (adminSecrets.length > 0 || origin === null) return;
  if (LOOPBACK.test(URL.parse(origin)?.hostname ?? '') || isNamed(cors, origin)) return;
  throw new HedgeError(
    'access-denied',
    'pages of other sites may not use this endpoint while HASURA_GRAPHQL_ADMIN_SECRET is not set: set it, or name the site in HASURA_GRAPHQL_CORS_DOMAIN',
    { status: 403 },
  );
}

export type ForeignConfig = Pick<Config, 'adminSecrets' | 'cors'>;
