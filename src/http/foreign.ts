// The headers of a request -> whether a page of another site may have made a browser send it unasked.

import { hasJsonType, namesItsSender } from './body.ts';

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
