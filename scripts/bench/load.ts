// Targets with their requests, a number of connections and durations -> throughput, latencies and CPU time of each.

import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

export interface LoadTarget {
  readonly url: string;
  /** Complete HTTP requests, sent in turn. */
  readonly requests: readonly Uint8Array[];
}

/** What the load thread is told. */
export interface LoadJob {
  /** Asked in turn, each for `seconds`, `rounds` times; their connections stay open in between. */
  readonly targets: readonly LoadTarget[];
  readonly connections: number;
  readonly seconds: number;
  readonly rounds: number;
}

/** What the load thread saw of a target. */
export interface TargetResult {
  /** Of each round. */
  readonly requestsPerSecond: readonly number[];
  /** Milliseconds, ascending. */
  readonly latencies: Float64Array;
  /** Answers that are not data. */
  readonly refused: number;
}

/** What was measured of a target. */
export interface Sample {
  /** Of each round. */
  readonly requestsPerSecond: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of the server per 1,000 requests; undefined where the system does not tell. */
  readonly cpuMs: number | undefined;
}

export interface LoadGenerator {
  /**
   * Runs a job against servers whose processes are `pids`, in the order of its targets.
   * @throws Error when an answer was an error, or a connection broke.
   */
  measure(job: LoadJob, pids: readonly number[]): Promise<Sample[]>;
  stop(): Promise<void>;
}

export function startLoadGenerator(): LoadGenerator {
  const thread = new Worker(new URL('./load-thread.ts', import.meta.url));
  const run = (job: LoadJob): Promise<TargetResult[]> =>
    new Promise((resolve, reject) => {
      thread.once('message', (message: TargetResult[] | { readonly error: string }) => {
        if ('error' in message) reject(new Error(message.error));
        else resolve(message);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      thread.postMessage(job);
    });
  return {
    async measure(job, pids) {
      // A server that is not asked uses no CPU, so its time over the whole job is that of its own rounds.
      const before = pids.map(cpuTimeMs);
      const results = await run(job);
      const after = pids.map(cpuTimeMs);
      return results.map(({ requestsPerSecond, latencies, refused }, i) => {
        if (refused > 0) throw new Error(`${refused} of ${latencies.length} answers were not data.`);
        const [from, to] = [before[i], after[i]];
        return {
          requestsPerSecond,
          p50Ms: quantile(latencies, 0.5),
          p99Ms: quantile(latencies, 0.99),
          cpuMs: from === undefined || to === undefined ? undefined : ((to - from) / latencies.length) * 1000,
        };
      });
    },
    async stop() {
      await thread.terminate();
    },
  };
}

/** The value below which the share `q` of ascending values lies. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * q))] ?? Number.NaN;
}

/** The middle of values in any order; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b);
  const middle = ascending.length >> 1;
  if (ascending.length % 2 === 1) return quantile(ascending, 0.5);
  return ((ascending[middle - 1] ?? Number.NaN) + (ascending[middle] ?? Number.NaN)) / 2;
}

/** Linux counts CPU time of processes in hundredths of a second, whatever the kernel's own clock. */
const TICK_MS = 10;

/** User and system time of a process and all its threads; undefined where there is no /proc. */
export function cpuTimeMs(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the program's name in parentheses, may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return undefined;
  }
}
