// Cloudflare's Cache API -> a store. Each data centre has its own, which workers on the same zone share.

import { memoryStore } from './memory-store.ts';
import { NoRoomError } from './no-room.ts';
import type { AnswerStore, Kept } from './types.ts';

/** Not `caches.default`: what is in there answers requests by itself where the zone's rules have it so. */
const CACHE_NAME = 'hedge';
const SINCE = 'hedge-since';
const UNTIL = 'hedge-until';
/** Of requests that name no host, and of hosts that are none. */
const NO_HOST = 'hedge.invalid';
/** Bytes of one answer: the Cache API takes 512 MB, an isolate has 128 MB to make it in. */
const MAX_ENTRY_UNITS = 20_000_000;

/** Of an isolate whose runtime has no cache. */
let ownMemory: AnswerStore | undefined;

/**
 * The store for requests to a host: names of other hosts would send the runtime on a search for them. Where the runtime
 * has no cache, the memory of this isolate takes its place.
 */
export function platformStore(host: string | null, now: () => number): AnswerStore {
  const base = `https://${host !== null && URL.parse(`https://${host}`)?.host === host ? host : NO_HOST}/`;
  const reach = async <T>(
    inCache: (cache: Cache) => Promise<T>,
    inMemory: (memory: AnswerStore) => Promise<T>,
  ): Promise<T> => {
    if (!ownMemory && typeof caches !== 'undefined') {
      try {
        return await inCache(await caches.open(CACHE_NAME));
      } catch (error) {
        if (!(error instanceof Error && error.message.includes('No Cache was configured'))) throw error;
      }
    }
    ownMemory ??= memoryStore(now);
    return await inMemory(ownMemory);
  };
  return {
    read: (name) =>
      reach(
        async (cache) => keptOf(await cache.match(base + name)),
        (memory) => memory.read(name),
      ),
    write: (name, kept) =>
      reach(
        async (cache) => {
          if (kept.text.length > MAX_ENTRY_UNITS) throw new NoRoomError();
          await cache.put(base + name, responseOf(kept));
        },
        (memory) => memory.write(name, kept),
      ),
    remove: (name) =>
      reach(
        async (cache) => void (await cache.delete(base + name)),
        (memory) => memory.remove(name),
      ),
  };
}

function responseOf({ text, since, until }: Kept): Response {
  return new Response(text, {
    headers: {
      'content-type': 'application/json',
      'cache-control': `public, max-age=${Math.ceil((until - since) / 1000)}`,
      [SINCE]: String(since),
      [UNTIL]: String(until),
    },
  });
}

async function keptOf(response: Response | undefined): Promise<Kept | undefined> {
  if (!response) return undefined;
  const since = Number(response.headers.get(SINCE));
  const until = Number(response.headers.get(UNTIL));
  return { text: await response.text(), since, until };
}
