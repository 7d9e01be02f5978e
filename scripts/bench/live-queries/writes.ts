// A rate of changes -> writes to the messages of one tenant after the other, through the service or past it, and when
// Postgres made each.

import { setTimeout as sleep } from 'node:timers/promises';

import type { Write } from './latency.ts';
import { messageOf } from './world.ts';

/** Writes once. @returns when Postgres wrote it, in milliseconds since 1970. */
export type Writer = (message: number, write: number) => Promise<number>;

export interface WriteJob {
  readonly writer: Writer;
  readonly cohorts: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** The number of the first write; those of later jobs must be higher. */
  readonly first: number;
}

/** Writes at even distances; each is begun at its time, whatever became of the one before. */
export async function writeAll({ writer, cohorts, perSecond, seconds, first }: WriteJob): Promise<Write[]> {
  const count = Math.round(perSecond * seconds);
  const start = performance.now();
  // Tenants in an order that does not follow the sockets'.
  const tenantOf = (n: number): number => (n * 37) % cohorts;
  return await Promise.all(
    Array.from({ length: count }, async (_, n) => {
      await sleep(Math.max(0, start + (n * 1000) / perSecond - performance.now()));
      const number = first + n;
      const tenant = tenantOf(n);
      return { tenant, number, at: await writer(messageOf(tenant), number) };
    }),
  );
}
