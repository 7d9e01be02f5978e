// How long writes took to subscribers: a later one that came counts for those before it, and what never came is missed.

import { describe, expect, it } from 'vitest';

import type { Seen } from '../../scripts/bench/live-queries/clients.ts';
import { latencyOf } from '../../scripts/bench/live-queries/latency.ts';

/** Triples: socket, newest write, when it came. */
const seen = (...results: readonly number[]): readonly Seen[] => [
  { results: Float64Array.from(results), duplicates: 0, faults: [] },
];
const write = (tenant: number, number: number, at: number) => ({ tenant, number, at });

describe('the latency of writes', () => {
  it('is that of the first result with the write or a later one in it, for each subscriber', () => {
    const latency = latencyOf(
      [write(0, 1, 100), write(0, 2, 110), write(1, 3, 120)],
      [0, 0, 1],
      seen(0, 1, 105, 0, 2, 112, 1, 2, 150, 2, 3, 121),
    );
    expect(latency).toMatchObject({ expected: 5, missed: 0, results: 4, maxMs: 50, p50Ms: 5 });
  });

  it('misses what nothing came after', () => {
    const writes = [write(0, 1, 100), write(0, 2, 110)];
    expect(latencyOf(writes, [0, 0], seen(0, 1, 105, 1, 2, 111))).toMatchObject({ expected: 4, missed: 1 });
    expect(latencyOf(writes, [1], seen())).toMatchObject({ expected: 0, missed: 0 });
  });
});
