// The body of a request -> its text, when its content type and size are ones we read.

import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { within } from '../util/within.ts';

/** `application/json`, `application/graphql+json` and every other JSON type. */
const JSON_TYPE = /^\s*application\/(?:[\w!#$&^.+-]*\+)?json\s*(?:;|$)/i;

const SENDER_HEADERS = ['x-hasura-admin-secret', 'x-hasura-access-key', 'x-hasura-role'];
/** Of an `Authorization`: a browser that remembers a password for `Basic` adds that one by itself. */
const TOKEN = /^\s*Bearer\s/i;

/** Whether the body is said to be JSON. */
export function hasJsonType(headers: Headers): boolean {
  return JSON_TYPE.test(headers.get('content-type') ?? '');
}

/**
 * Refuses what a foreign page can make a browser send without asking first (a form, `text/plain`, a body without a
 * type), so that neither cookies nor a service on localhost can be used across sites. Whoever names themselves in a
 * header is served whatever the type says, `curl -d` for one: a page may send such a header only after a preflight.
 * Programs that send no type at all are served too: they send none of the headers that a browser cannot leave out.
 * @throws HedgeError `not-supported`, status 415.
 */
export function checkContentType(headers: Headers): void {
  const type = headers.get('content-type');
  if (hasJsonType(headers) || namesItsSender(headers)) return;
  if (type === null && !['origin', 'sec-fetch-site', 'cookie'].some((name) => headers.has(name))) return;
  throw new HedgeError(
    'not-supported',
    `the content type ${type === null ? 'is missing' : 'of the request is not JSON'}; send the header Content-Type: application/json`,
    { status: 415 },
  );
}

/** Whether a header says who asks, which no page of another site can add without the browser asking first. */
export function namesItsSender(headers: Headers): boolean {
  return SENDER_HEADERS.some((name) => headers.has(name)) || TOKEN.test(headers.get('authorization') ?? '');
}

/** What is read of a body. */
export type BodyLimits = Pick<Config, 'maxBodyBytes' | 'bodyTimeoutMs'>;

/**
 * The body as text, when it is not larger than it may be and arrives in time. Nothing is unpacked: a few bytes may become
 * a gigabyte, and requests are small.
 * @throws HedgeError `not-supported` with status 415 when it is compressed, `bad-request` with 413 when it is too large,
 *   with 408 when it is too slow.
 */
export async function bodyText(request: Request, limits: BodyLimits): Promise<string> {
  const { maxBodyBytes, bodyTimeoutMs } = limits;
  const encoding = request.headers.get('content-encoding');
  if (encoding !== null && !/^\s*(?:identity)?\s*$/i.test(encoding))
    throw new HedgeError('not-supported', 'compressed request bodies are not read; send it as it is', {
      status: 415,
    });
  const length = request.headers.get('content-length');
  if (length !== null && Number(length) > maxBodyBytes) throw tooLarge(maxBodyBytes);
  const text = length === null ? unmeasuredText(request, maxBodyBytes) : request.text();
  return await within(text, bodyTimeoutMs, () => tooSlow(bodyTimeoutMs));
}

/** Reads a body whose length its sender does not tell. */
async function unmeasuredText(request: Request, maxBytes: number): Promise<string> {
  if (!request.body) return '';
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooSlow(timeoutMs: number): HedgeError {
  return new HedgeError('bad-request', `the request body did not arrive within ${timeoutMs / 1000} s`, {
    status: 408,
  });
}

function tooLarge(maxBytes: number): HedgeError {
  return new HedgeError('bad-request', `the request body is larger than ${maxBytes} bytes`, { status: 413 });
}
