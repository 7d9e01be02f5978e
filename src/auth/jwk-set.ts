// The URL of a JWK set -> its keys, fetched when first needed and again when its caching headers say so.

import type { JSONWebKeySet, JWK } from 'jose';
import { createLocalJWKSet } from 'jose';
import * as v from 'valibot';

import { HedgeError } from '../error/hedge-error.ts';
import type { Log } from '../telemetry/log.ts';
import { urlWithoutSecrets } from '../telemetry/redact.ts';
import { endsWithin } from '../util/within.ts';
import { refreshAfterMs } from './cache-control.ts';

const FETCH_TIMEOUT_MS = 5000;
/** Characters of a set; large ones have a dozen keys of 2 kB. */
const MAX_SET_LENGTH = 500_000;
/** After a failure, as Hasura. Old keys stay in use meanwhile. */
const RETRY_MS = 60_000;
/** After a failure with no keys to go on with. */
const FIRST_RETRY_MS = 1000;
/** A provider that is slow holds requests up for this long, from the beginning of the fetch, where there are older keys. */
const STALE_WAIT_MS = 1000;
/** A token with an unknown `kid` asks for the set anew at most this often: a rotation before the set's time is over. */
const UNKNOWN_KID_REFRESH_MS = 60_000;

export type KeyFinder = ReturnType<typeof createLocalJWKSet>;

/** What the outside gives this stage; arguments so that tests bring their own. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

export type WaitUntil = (promise: Promise<unknown>) => void;

export interface JwkSet {
  /**
   * The keys to verify with now.
   * @throws HedgeError `unexpected` when they were never fetched successfully and cannot be now.
   */
  current(waitUntil: WaitUntil): KeyFinder | Promise<KeyFinder>;
  /** The keys again, from the URL unless it was asked within the last minute. */
  afterUnknownKey(waitUntil: WaitUntil): Promise<KeyFinder>;
}

const setSchema = v.object({
  keys: v.pipe(v.array(v.looseObject({ kty: v.string() })), v.minLength(1)),
});

/** The set behind a URL, kept by this isolate. However many requests wait for it, one fetch is under way. */
export function jwkSet(url: string, { now, log }: Surroundings): JwkSet {
  let keys: KeyFinder | undefined;
  let nextFetch = 0;
  let lastFetch = Number.NEGATIVE_INFINITY;
  let underWay: { readonly since: number; readonly done: Promise<void> } | undefined;

  async function fetchKeys(): Promise<void> {
    lastFetch = now();
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/json' },
        signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      keys = createLocalJWKSet(readSet(await limitedText(response)));
      nextFetch = now() + refreshAfterMs(response.headers, now());
    } catch (error) {
      nextFetch = now() + (keys ? RETRY_MS : FIRST_RETRY_MS);
      log({
        type: 'jwk-refresh-log',
        level: 'error',
        detail: {
          message: 'error fetching JWK, retrying in a while',
          http_error: { url: urlWithoutSecrets(url), message: String(error) },
        },
      });
    } finally {
      underWay = undefined;
    }
  }

  async function refresh(waitUntil: WaitUntil): Promise<KeyFinder> {
    // A fetch belongs to the request that began it and may die with it: past its own timeout it counts for nothing.
    if (!underWay || now() - underWay.since > FETCH_TIMEOUT_MS + 1000) {
      if (keys || now() >= nextFetch) {
        const done = fetchKeys();
        underWay = { since: now(), done };
        waitUntil(done);
      }
    }
    if (underWay && keys)
      await endsWithin(underWay.done, Math.max(underWay.since + STALE_WAIT_MS - now(), 0));
    else await underWay?.done;
    if (keys) return keys;
    throw new HedgeError(
      'unexpected',
      'Could not verify JWT: the keys of jwk_url in HASURA_GRAPHQL_JWT_SECRET could not be fetched',
    );
  }

  return {
    current: (waitUntil) => (keys && now() < nextFetch ? keys : refresh(waitUntil)),
    afterUnknownKey: async (waitUntil) =>
      keys && now() - lastFetch < UNKNOWN_KID_REFRESH_MS ? keys : refresh(waitUntil),
  };
}

async function limitedText(response: Response): Promise<string> {
  let text = '';
  if (!response.body) return text;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.length > MAX_SET_LENGTH) throw new Error(`the set is longer than ${MAX_SET_LENGTH} characters`);
  }
  return text;
}

/** Public keys of the set; what providers write beside the specification is put right. */
function readSet(text: string): JSONWebKeySet {
  const { keys } = v.parse(setSchema, JSON.parse(text));
  return { keys: keys.map(lenientKey) };
}

/** Without a `use` that RFC 7517 does not know, and with `n` and `e` in base64url though they came padded or as base64. */
function lenientKey(key: Record<string, unknown> & { kty: string }): JWK {
  const { use, ...rest } = key;
  const lenient: Record<string, unknown> & { kty: string } = { ...rest };
  if (use === 'sig' || use === 'enc') lenient['use'] = use;
  for (const member of ['n', 'e']) {
    const value = lenient[member];
    if (typeof value === 'string')
      lenient[member] = value.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  }
  return lenient;
}
