// A write through this service -> the pollers of its source, so that subscribers see it at once.

import { waitUntil } from 'cloudflare:workers';

import type { Poller } from './types.ts';

/** Told of a write: see `Engine.written`. */
export type Written = (source: string, tables: readonly string[] | null) => void;

/** Nobody waits for it, and a poll finds what a lost nudge would have told. */
export function nudger(
  pollersOf: (source: string) => readonly Pick<Poller, 'nudge'>[],
  { liveInterval }: { readonly liveInterval: number },
  now: () => number,
): Written {
  /** By source: until when nobody is asked again whether there are subscribers, since there were none. */
  const quietUntil = new Map<string, number>();
  const nudge = async (source: string, tables: readonly string[] | null): Promise<void> => {
    const counts = await Promise.all(pollersOf(source).map((poller) => poller.nudge(source, tables)));
    if (counts.every((count) => count === 0)) quietUntil.set(source, now() + liveInterval);
  };
  return (source, tables) => {
    if (now() < (quietUntil.get(source) ?? 0)) return;
    waitUntil(nudge(source, tables).catch(() => {}));
  };
}
