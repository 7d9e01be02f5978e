// A mutation of 10,000 rows in one request, to floor and engine in turn, their heaps limited as Cloudflare does -> how long it
// takes, and how much memory their processes come to.

import type { ServedWorker } from '../serve/serve-worker.ts';
import type { TargetName } from './compare.ts';
import { HEADERS } from './compare.ts';
import { peakMemory } from './live.ts';
import { median } from './load.ts';
import { entries, INSERT_MANY } from './writes.ts';

const ROWS = 10_000;

/** Medians over the runs, and the peaks of the whole processes. */
export interface BulkInsert {
  readonly rows: number;
  /** Of the request's body. */
  readonly bodyBytes: number;
  readonly floorMs: number;
  readonly engineMs: number;
  /** Time of the engine over the floor's, the median of each run's own. */
  readonly ratio: number;
  /** Undefined where the system does not tell. */
  readonly floorPeakBytes: number | undefined;
  readonly enginePeakBytes: number | undefined;
}

/**
 * Inserts the rows again and again; `targets` are asked nothing else.
 * @throws Error when an answer is no data, or a worker ends because its heap is full.
 */
export async function measureBulkInsert(
  targets: Readonly<Record<TargetName, ServedWorker>>,
  prepare: (sql: string) => Promise<void>,
  runs: number,
): Promise<BulkInsert> {
  const times: Record<TargetName, number[]> = { floor: [], engine: [] };
  let bodyBytes = 0;
  for (let run = 0; run < runs; run++) {
    const body = JSON.stringify({ query: INSERT_MANY, variables: { objects: entries(run, ROWS) } });
    bodyBytes = Buffer.byteLength(body);
    for (const target of run % 2 === 0 ? (['floor', 'engine'] as const) : (['engine', 'floor'] as const)) {
      await prepare('truncate entry');
      times[target].push(await insert(targets[target], body));
    }
  }
  return {
    rows: ROWS,
    bodyBytes,
    floorMs: median(times.floor),
    engineMs: median(times.engine),
    ratio: median(times.engine.map((ms, run) => ms / (times.floor[run] ?? Number.NaN))),
    floorPeakBytes: peakMemory(targets.floor.pid),
    enginePeakBytes: peakMemory(targets.engine.pid),
  };
}

/** Milliseconds until the answer is read. */
async function insert(worker: ServedWorker, body: string): Promise<number> {
  const start = performance.now();
  const ended = worker.ended.then((reason) => {
    throw new Error(`an insert of ${ROWS} rows: ${reason}`);
  });
  const answer = async (): Promise<string> => {
    const headers = { 'content-type': 'application/json', ...HEADERS };
    const response = await fetch(`${worker.url}/v1/graphql`, { method: 'POST', headers, body });
    return await response.text();
  };
  const text = await Promise.race([answer(), ended]);
  if (!text.startsWith('{"data":')) throw new Error(`an insert of ${ROWS} rows: ${text.slice(0, 500)}`);
  return performance.now() - start;
}
