// A `@cached` query -> its answer's text: the one that is kept, or a new one, which is kept then.
//
// Entries are not looked for when they are cleared, they only count no more: a mark says from when on. It lives as long
// as the oldest entry it concerns can.

import type { Arrival } from '../execute/engine.ts';
import type { CacheKey, Question } from './cache-key.ts';
import { cacheKey } from './cache-key.ts';
import { NoRoomError } from './no-room.ts';
import type { AnswerStore, Caching, CacheWarning, Kept } from './types.ts';

/** How a query may be answered anew, and the request that brought it. */
export interface Asking {
  readonly arrival: Arrival;
  /** Asks the databases. */
  readonly ask: () => Promise<string>;
}

/** A query and what its `@cached` says. */
export type CachedQuestion = Omit<Question, 'ttl'>;

/**
 * Answers a query whose plan has `@cached`. A store that fails is as good as an empty one.
 * @throws HedgeError what `ask` throws; that is not kept.
 */
export async function cachedText(
  caching: Caching,
  question: CachedQuestion,
  { arrival, ask }: Asking,
): Promise<string> {
  const { ttl: asked, refresh } = question.plan.cached ?? { ttl: 0, refresh: true };
  const ttl = Math.min(asked, caching.maxTtl);
  if (ttl === 0) return await ask();
  const store = caching.storeFor(arrival.headers?.get('host') ?? null);
  const keys = await cacheKey(caching, { ...question, ttl });
  const known = refresh ? undefined : await lookUp(caching, store, keys);
  if (known) {
    arrival.observer?.answering('cached');
    arrival.noteCached?.({ ...keys, maxAge: secondsLeft(known, caching), warning: null });
    return known.text;
  }
  // What the databases say was true at this time or later; a clearing in between counts.
  const since = caching.now();
  const cookies = cookiesOf(arrival);
  const text = await ask();
  const kept = { text, since, until: since + ttl * 1000 };
  const warning =
    cookiesOf(arrival) > cookies ? 'response-sets-cookie' : await keep(store, answerName(keys.key), kept);
  const maxAge = warning === null ? secondsLeft(kept, caching) : null;
  arrival.noteCached?.({ ...keys, maxAge, warning });
  return text;
}

function cookiesOf({ reply = [] }: Arrival): number {
  return reply.filter(([name]) => name.toLowerCase() === 'set-cookie').length;
}

function secondsLeft({ until }: Kept, { now }: Caching): number {
  return Math.max(0, Math.ceil((until - now()) / 1000));
}

async function lookUp(
  { now }: Caching,
  store: AnswerStore,
  { key, family }: CacheKey,
): Promise<Kept | undefined> {
  try {
    const [kept, all, ofFamily] = await Promise.all([
      store.read(answerName(key)),
      store.read(ALL_CLEARED),
      store.read(familyName(family)),
    ]);
    if (!kept || !(kept.until > now())) return undefined;
    const clearedAt = Math.max(all?.since ?? 0, ofFamily?.since ?? 0);
    return kept.since > clearedAt ? kept : undefined;
  } catch {
    return undefined; // the answer's own writing tells of it
  }
}

async function keep(store: AnswerStore, name: string, kept: Kept): Promise<CacheWarning | null> {
  try {
    await store.write(name, kept);
    return null;
  } catch (error) {
    return error instanceof NoRoomError ? 'cache-store-capacity-exceeded' : 'cache-store-error';
  }
}

const answerName = (key: string): string => `answer/${key}`;
const familyName = (family: string): string => `cleared/${family}`;
const ALL_CLEARED = 'cleared/all';

/** What is cleared: everything, one answer, or all answers of a family. */
export type Clearing =
  | { readonly kind: 'all' }
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'family'; readonly family: string };

/**
 * Makes kept answers count no more, where this store reaches.
 * @throws Error when the store cannot be written to.
 */
export async function clearCached(
  { storeFor, now, maxTtl }: Caching,
  host: string | null,
  clearing: Clearing,
): Promise<void> {
  if (maxTtl === 0) return; // nothing is kept
  const store = storeFor(host);
  if (clearing.kind === 'key') return await store.remove(answerName(clearing.key));
  const since = now();
  const name = clearing.kind === 'all' ? ALL_CLEARED : familyName(clearing.family);
  await store.write(name, { text: '', since, until: since + maxTtl * 1000 });
}
