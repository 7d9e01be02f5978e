// Databases of many tables + the worker in live mode, its heap limited as Cloudflare does -> how long changes of the
// metadata take, and how fast it answers queries beside a bundled one.

import { readFileSync } from 'node:fs';

import { exportMetadata } from '../../src/metadata/export.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { type ServedWorker, serveWorker } from '../serve/serve-worker.ts';
import type { RuntimeSettings } from '../serve/workerd-config.ts';
import { CLASSES } from './classes.ts';
import { checkSameAnswers, type CompareOptions, requestsFor, type Targets } from './compare.ts';
import type { BenchDatabase } from './database.ts';
import { type LoadGenerator, type LoadTarget, median } from './load.ts';
import { DATABASE_URL_VARIABLE, METADATA } from './metadata.ts';
import { wideSchema, wideTablesSql } from './wide-schema.ts';

/** What Cloudflare gives an isolate, in megabytes. */
export const HEAP_LIMIT_MB = 128;

/** Classes that are asked of a worker in live mode. */
const LIVE_CLASSES: ReadonlySet<string> = new Set(['by_pk', 'nested_2']);
const LIVE_CONNECTIONS = 8;

/** So many changes are sent together, as tools do. */
export const AT_ONCE = 8;

/** Medians of changes to the metadata of one database. */
export interface LiveChanges {
  readonly tables: number;
  /** Of the JSON document. */
  readonly documentBytes: number;
  readonly replaceMs: number;
  readonly trackMs: number;
  /** Of `AT_ONCE` changes that arrive together, from the first to the last answer. */
  readonly atOnceMs: number;
  /** The most memory the runtime had, all of its process; undefined where the system does not tell. */
  readonly peakBytes: number | undefined;
}

/** Time per request at 8 connections over that of the floor, of a live and a bundled worker; and of one over the other. */
export interface LiveRatio {
  readonly title: string;
  readonly live: number;
  readonly bundled: number;
  readonly liveToBundled: number;
}

/** What is wanted of a size of schema. */
export interface LiveSize {
  readonly tables: number;
  /** Adds comments until the document has about this size. */
  readonly documentBytes?: number;
  /** How often each change is made. */
  readonly runs: number;
}

interface Context {
  readonly database: BenchDatabase;
  readonly bundleDir: string;
  readonly settings: RuntimeSettings;
  /** Of the worker: how it reaches the database. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Replaces the whole metadata of a database, tracks and untracks one more table, again and again, then makes changes at
 * once.
 * @throws Error when a command is refused, or the worker ends because its heap is full.
 */
export async function measureLiveChanges(context: Context, size: LiveSize): Promise<LiveChanges> {
  const { tables, runs } = size;
  const suffix = `live_${tables}_${size.documentBytes ?? 0}`;
  const url = await context.database.add(suffix, wideTablesSql(tables + 1));
  const document = exportMetadata(withComments(wideSchema(tables).metadata, size.documentBytes ?? 0));
  const worker = await startLiveWorker(context, url);
  try {
    await command(worker, 'export_metadata', {}); // makes the tables of the metadata, loads the code
    const table = { source: 'default', table: `wide_${tables}` };
    const replace: number[] = [];
    const track: number[] = [];
    for (let run = 0; run < runs; run++) {
      replace.push(await command(worker, 'replace_metadata', { metadata: document }, 2));
    }
    for (let run = 0; run < runs; run++) {
      track.push(await command(worker, 'pg_track_table', table));
      await command(worker, 'pg_untrack_table', table);
    }
    const atOnce: number[] = [];
    for (let run = 0; run < Math.ceil(runs / AT_ONCE); run++) {
      const times = Array.from({ length: AT_ONCE }, (_, i) =>
        command(worker, 'pg_set_table_customization', {
          source: 'default',
          table: `wide_${i % tables}`,
          configuration: { comment: `${run} ${i}` },
        }),
      );
      atOnce.push(Math.max(...(await Promise.all(times))));
    }
    return {
      tables,
      documentBytes: JSON.stringify(document).length,
      replaceMs: median(replace),
      trackMs: median(track),
      atOnceMs: median(atOnce),
      peakBytes: peakMemory(worker.pid),
    };
  } finally {
    await worker.stop();
  }
}

/** Gives each table a comment, all of them together of this size. */
function withComments(metadata: Metadata, bytes: number): Metadata {
  return {
    ...metadata,
    sources: metadata.sources.map((source) => ({
      ...source,
      tables: source.tables.map((table) =>
        bytes === 0
          ? table
          : { ...table, configuration: { comment: 'x'.repeat(bytes / source.tables.length) } },
      ),
    })),
  };
}

async function startLiveWorker(context: Context, url: string): Promise<ServedWorker> {
  return await serveWorker({
    bundleDir: context.bundleDir,
    artifactText: '',
    settings: context.settings,
    environment: { ...context.environment, [DATABASE_URL_VARIABLE]: url, HEDGE_METADATA: 'live' },
    port: 0,
    v8Flags: [`--max-heap-size=${HEAP_LIMIT_MB}`],
    log: 'ignore',
  });
}

/** Milliseconds until the answer is read. */
async function command(worker: ServedWorker, type: string, args: unknown, version = 1): Promise<number> {
  const start = performance.now();
  const ended = worker.ended.then((reason) => {
    throw new Error(`${type} with a heap of ${HEAP_LIMIT_MB} MB: ${reason}`);
  });
  const answer = async (): Promise<void> => {
    const response = await fetch(`${worker.url}/v1/metadata`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type, version, args }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${type} was answered ${text.slice(0, 500)}`);
  };
  await Promise.race([answer(), ended]);
  return performance.now() - start;
}

/** The most memory a process had since it started; undefined where the system does not tell. */
export function peakMemory(pid: number): number | undefined {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Asks floor, bundled and live worker in turn; all three must give the same data. */
export async function compareLive(
  context: Context,
  targets: Targets,
  load: LoadGenerator,
  { seconds, rounds }: CompareOptions,
): Promise<LiveRatio[]> {
  const live = await startLiveWorker(context, context.database.url);
  try {
    await command(live, 'replace_metadata', { metadata: exportMetadata(METADATA) }, 2);
    const ratios: LiveRatio[] = [];
    for (const queryClass of CLASSES.filter(({ name }) => LIVE_CLASSES.has(name))) {
      await checkSameAnswers({ ...targets, engine: live }, queryClass, context.database.run);
      const asked = (['floor', 'engine', 'live'] as const).map((name) => {
        const worker = name === 'live' ? live : targets[name];
        const { url, requests } = requestsFor(name === 'floor' ? name : 'engine', worker.url, queryClass);
        return { pid: worker.pid, target: { url: url.href, requests } satisfies LoadTarget };
      });
      const samples = await load.measure(
        { targets: asked.map((a) => a.target), connections: LIVE_CONNECTIONS, seconds, rounds },
        asked.map((a) => a.pid),
      );
      const [floor, bundled, own] = samples.map((sample) => sample.requestsPerSecond);
      const ratio = (of: readonly number[] = [], to: readonly number[] = []): number =>
        median(of.map((rate, round) => must(to[round], 'rounds have all') / rate));
      ratios.push({
        title: queryClass.title,
        live: ratio(own, floor),
        bundled: ratio(bundled, floor),
        liveToBundled: ratio(own, bundled),
      });
    }
    return ratios;
  } finally {
    await live.stop();
  }
}
