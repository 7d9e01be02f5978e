// A store in the memory of one isolate, for runtimes that have no cache of their own, such as workerd without Cloudflare.

import { NoRoomError } from './no-room.ts';
import type { AnswerStore, Kept } from './types.ts';

/** UTF-16 units of all texts, and of one. */
const MAX_UNITS = 16_000_000;
const MAX_ENTRY_UNITS = 2_000_000;
const MAX_ENTRIES = 10_000;

/** An empty store; what was used longest ago makes room for what comes. */
export function memoryStore(now: () => number): AnswerStore {
  const entries = new Map<string, Kept>();
  let units = 0;
  const drop = (name: string): void => {
    units -= entries.get(name)?.text.length ?? 0;
    entries.delete(name);
  };
  return {
    read: async (name) => {
      const kept = entries.get(name);
      if (!kept) return undefined;
      if (kept.until <= now()) {
        drop(name);
        return undefined;
      }
      // A map keeps the order of insertion: what is used moves to its end.
      entries.delete(name);
      entries.set(name, kept);
      return kept;
    },
    write: async (name, kept) => {
      if (kept.text.length > MAX_ENTRY_UNITS) throw new NoRoomError();
      drop(name);
      entries.set(name, kept);
      units += kept.text.length;
      for (const oldest of entries.keys()) {
        if (entries.size <= MAX_ENTRIES && units <= MAX_UNITS) break;
        drop(oldest);
      }
    },
    remove: async (name) => drop(name),
  };
}
