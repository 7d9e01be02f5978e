// SHA-256 of a query's text -> the text, once somebody sent both. Whoever knows the hash of a text may send it instead;
// what the text may do is decided as for any other text, so that roles can share it.

import { sha256Hex } from '../util/sha256.ts';
import { platformStore } from './platform-store.ts';

/** Texts in the memory of this isolate, UTF-16 units of them, and of one text. */
const MAX_TEXTS = 500;
const MAX_UNITS = 2_000_000;
const MAX_TEXT_UNITS = 200_000;

interface Known {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const texts = new Map<string, Known>();
let units = 0;

/** What keeping and finding texts needs to know. */
export interface PersistedContext {
  /** Seconds. */
  readonly ttl: number;
  /** The host the request was sent to. */
  readonly host: string | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Whether `hash` is the SHA-256 of `text`, in lower-case hexadecimal. A text UTF-8 cannot hold has none. */
export async function isHashOf(hash: string, text: string): Promise<boolean> {
  return text.isWellFormed() && (await sha256Hex(text)) === hash;
}

/** The text that was kept under the hash, undefined when none was or its time is over. */
export async function findPersisted(
  hash: string,
  { ttl, host, now }: PersistedContext,
): Promise<string | undefined> {
  const known = texts.get(hash);
  if (known && known.until > now()) return known.text;
  drop(hash);
  const kept = await platformStore(host, now).read(nameOf(hash));
  // The cache is the zone's, where other workers write too.
  if (!kept || kept.until <= now() || !(await isHashOf(hash, kept.text))) return undefined;
  remember(hash, { text: kept.text, until: Math.min(kept.until, now() + ttl * 1000) });
  return kept.text;
}

/** Keeps a text whose hash was checked; one that is very long is not kept. */
export async function keepPersisted(
  hash: string,
  text: string,
  { ttl, host, now }: PersistedContext,
): Promise<void> {
  if (text.length > MAX_TEXT_UNITS) return;
  const since = now();
  const until = since + ttl * 1000;
  remember(hash, { text, until });
  await platformStore(host, now).write(nameOf(hash), { text, since, until });
}

const nameOf = (hash: string): string => `query/${hash}`;

function remember(hash: string, known: Known): void {
  drop(hash);
  texts.set(hash, known);
  units += known.text.length;
  for (const oldest of texts.keys()) {
    if (texts.size <= MAX_TEXTS && units <= MAX_UNITS) break;
    drop(oldest);
  }
}

function drop(hash: string): void {
  units -= texts.get(hash)?.text.length ?? 0;
  texts.delete(hash);
}
