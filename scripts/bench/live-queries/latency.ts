// Writes, and the results that subscribers were sent -> how long each write took to each subscriber, and which never came.

import { quantile } from '../load.ts';
import type { Seen } from './clients.ts';

export interface Write {
  readonly tenant: number;
  /** Rises from write to write. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Results that subscribers were sent. */
  readonly results: number;
  /** Writes times subscribers that should have seen them. */
  readonly expected: number;
  /** Of these, those after which nothing came that has this write or a later one in it. */
  readonly missed: number;
  readonly duplicates: number;
}

/**
 * A write has arrived with the first result that has it, or a later one of its tenant, in it: what a live query shows is the
 * newest state, not each on the way.
 */
export function latencyOf(
  writes: readonly Write[],
  tenants: readonly number[],
  seen: readonly Seen[],
): Latency {
  const told = tenants.map((): { write: number; at: number }[] => []);
  for (const { results } of seen) {
    for (let i = 0; i < results.length; i += 3) {
      told[results[i] ?? -1]?.push({ write: results[i + 1] ?? 0, at: results[i + 2] ?? 0 });
    }
  }
  const byTenant = Map.groupBy(writes, ({ tenant }) => tenant);
  const latencies: number[] = [];
  let expected = 0;
  for (const [socket, tenant] of tenants.entries()) {
    const results = told[socket] ?? [];
    let next = 0;
    for (const write of byTenant.get(tenant) ?? []) {
      expected += 1;
      while (next < results.length && (results[next]?.write ?? 0) < write.number) next += 1;
      const result = results[next];
      if (result) latencies.push(result.at - write.at);
    }
  }
  const ascending = Float64Array.from(latencies).sort();
  return {
    p50Ms: quantile(ascending, 0.5),
    p99Ms: quantile(ascending, 0.99),
    maxMs: quantile(ascending, 1),
    results: told.reduce((sum, results) => sum + results.length, 0),
    expected,
    missed: expected - latencies.length,
    duplicates: seen.reduce((sum, { duplicates }) => sum + duplicates, 0),
  };
}
