// One POST of JSON to a webhook, or one GET -> its status, headers and body, within a time and a size. Redirects are not followed: they could
// lead anywhere, with the request's secrets in its headers.

import { HedgeError } from '../error/hedge-error.ts';

export interface WebhookCall {
  readonly url: URL;
  readonly headers: Headers;
  /** JSON of a POST; null for a GET. */
  readonly body: string | null;
  readonly timeoutMs: number;
  /** Gives the call up. */
  readonly signal?: AbortSignal | undefined;
  /** Of the answer's body, in bytes. */
  readonly maxBytes: number;
}

export type WebhookAnswer =
  /** `body` is null when it is longer than allowed. */
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Headers;
      readonly body: string | null;
    }
  /** Nothing came back; `reason` tells nothing of the URL. */
  | { readonly kind: 'failed'; readonly reason: 'Response timeout' | 'Connection failure' };

/** Cloudflare's cache in front of the webhook would give the answer to one client to another. */
const GET = { method: 'GET', cache: 'no-store' } as const satisfies RequestInit;

/** What a timer takes at most. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * A webhook's address.
 * @throws HedgeError `unexpected` for a text that is no URL of HTTP; the text may hold secrets and is not shown.
 */
export function webhookUrl(text: string, what: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  throw new HedgeError('unexpected', `${what} has no URL that begins with http:// or https://`);
}

/** Calls the webhook; credentials in its URL go into a header, where `fetch` wants them. */
export async function callWebhook(call: WebhookCall): Promise<WebhookAnswer> {
  const { url, headers, body, maxBytes } = call;
  const timeout = AbortSignal.timeout(Math.min(call.timeoutMs, MAX_TIMEOUT_MS));
  const signal = call.signal ? AbortSignal.any([timeout, call.signal]) : timeout;
  const address = new URL(url);
  address.username = '';
  address.password = '';
  try {
    if ((url.username !== '' || url.password !== '') && !headers.has('authorization')) {
      headers.set('authorization', basic(decodeURIComponent(url.username), decodeURIComponent(url.password)));
    }
    const response = await fetch(address, {
      ...(body === null ? GET : { method: 'POST', body }),
      headers,
      redirect: 'manual',
      signal,
    });
    const text = await textUpTo(response, maxBytes);
    return { kind: 'answered', status: response.status, headers: response.headers, body: text };
  } catch {
    return { kind: 'failed', reason: timeout.aborted ? 'Response timeout' : 'Connection failure' };
  }
}

/** RFC 7617, in UTF-8. */
function basic(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

async function textUpTo(response: Response, maxBytes: number): Promise<string | null> {
  if (!response.body) return '';
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  const decoder = new TextDecoder();
  let text = '';
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > maxBytes) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}
