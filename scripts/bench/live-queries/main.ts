// `npm run bench:live`: flags -> how fast subscribers see changes, and what that costs, beside a poller written by hand.
// Starts everything it needs on loopback and stops it.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command, InvalidArgumentError } from 'commander';
import pg from 'pg';

import { compile } from '../../../src/compile/compile.ts';
import { must } from '../../../src/util/assert.ts';
import { bundleWorker } from '../../bundle/bundle-worker.ts';
import { ROOT } from '../../bundle/paths.ts';
import { readCatalogFromUrl } from '../../catalog/pg-catalog.ts';
import { ARTIFACT_FILE, readManifest, writeBuild } from '../../cli/output.ts';
import type { Progress } from '../../cli/progress.ts';
import type { Shutdown } from '../../cli/shutdown.ts';
import { startNeonEndpoint } from '../../neon/endpoint.ts';
import { startBenchDatabase } from '../database.ts';
import { DATABASE_URL_VARIABLE } from '../metadata.ts';
import { runProgram, untilStopped } from '../run-program.ts';
import type { Load, Measured, Size } from './measure.ts';
import { measure } from './measure.ts';
import { reportText } from './report.ts';
import { startEngine, startFloor } from './targets.ts';
import { METADATA, worldSql } from './world.ts';
import type { Writer } from './writes.ts';

interface Flags {
  readonly sockets?: readonly number[];
  readonly cohorts?: readonly number[];
  readonly rates?: readonly number[];
  readonly seconds?: number;
  readonly interval: number;
  readonly databaseUrl?: string;
  readonly floor: boolean;
  readonly quick?: boolean;
  readonly json?: boolean;
}

/** Cohorts of one statement: the default of the engine. */
const BATCH = 100;

const program = new Command('bench:live')
  .description('Measures live queries beside a poller written by hand, under bare workerd, on loopback.')
  .option('--sockets <list>', 'numbers of subscribers, such as 1000,5000', numbers)
  .option(
    '--cohorts <list>',
    'numbers of different values among them; those above the sockets mean one each',
    numbers,
  )
  .option('--rates <list>', 'changes in a second; 0 measures idle sockets', numbers)
  .option('--seconds <number>', 'length of one measurement', positive)
  .option('--interval <ms>', 'between two polls', positive, 1000)
  .option('--no-floor', 'measure the engine alone')
  .option(
    '--database-url <url>',
    'a Postgres to use instead of an embedded one; a database of its own is made there and removed',
  )
  .option('--quick', 'less than a minute: 200 sockets')
  .option('--json', 'print what was measured as JSON')
  .action(async (flags: Flags) => {
    const loadBefore = loadavg()[0] ?? 0;
    const rows = await untilStopped((progress, shutdown) => bench(flags, progress, shutdown));
    console.log(
      flags.json === true ? JSON.stringify(rows, null, 2) : reportText(rows, flags.interval, loadBefore),
    );
  });

await runProgram(program);

async function bench(flags: Flags, progress: Progress, shutdown: Shutdown): Promise<readonly Measured[]> {
  const { interval, quick = false } = flags;
  const sizes = sizesOf(
    flags.sockets ?? (quick ? [200] : [1000, 5000]),
    flags.cohorts ?? (quick ? [100] : [1, 100, Number.POSITIVE_INFINITY]),
  );
  const loads = loadsOf(flags.rates ?? (quick ? [0, 20] : [0, 1, 20]), flags.seconds ?? (quick ? 2 : 10));

  const folder = await mkdtemp(join(tmpdir(), 'hedge-bench-live-'));
  shutdown.onStop(() => rm(folder, { recursive: true, force: true }));
  const database = await progress.step('Preparing the database', () => startBenchDatabase(flags.databaseUrl));
  shutdown.onStop(() => database.stop());
  const url = await database.add('live', worldSql(Math.max(...sizes.map(({ cohorts }) => cohorts))));
  let probes = 0;
  let polls = 0;
  const endpoint = await startNeonEndpoint({
    onStatements(texts) {
      for (const text of texts) {
        if (text.startsWith('select pg_current_snapshot()')) probes += 1;
        else if (text.includes('with ordinality')) polls += 1;
      }
    },
  });
  shutdown.onStop(() => endpoint.stop());
  const built = await progress.step('Building', () => build(join(folder, 'build'), url));

  const outsidePool = new pg.Pool({ connectionString: url, max: 4 });
  outsidePool.on('error', () => {}); // of one that is lost while nobody uses it
  shutdown.onStop(() => outsidePool.end());
  const outside: Writer = async (id, write) => {
    const { rows } = await outsidePool.query<{ at: number }>(
      'update message set write = $2 where id = $1 returning at',
      [id, write],
    );
    return must(rows[0], 'the message is there').at;
  };
  let nextNumber = 1;
  const numbersOf = (count: number): number => {
    nextNumber += count;
    return nextNumber - count;
  };

  const all: Measured[] = [];
  for (const size of sizes) {
    for (const name of flags.floor ? (['engine', 'floor'] as const) : (['engine'] as const)) {
      const target =
        name === 'floor'
          ? await startFloor({ databaseUrl: url, interval, batch: BATCH })
          : await startEngine(
              {
                ...built,
                environment: {
                  [DATABASE_URL_VARIABLE]: url,
                  NEON_ENDPOINT: endpoint.url,
                  HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: String(interval),
                  HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_BATCH_SIZE: String(BATCH),
                },
                port: 0,
                log: 'ignore',
              },
              () => ({ probes, polls }),
            );
      shutdown.onStop(() => target.stop());
      await progress.step(`${name}: ${size.sockets} sockets, ${size.cohorts} cohorts`, async (detail) => {
        const onMeasured = (measured: Measured): void => {
          all.push(measured);
          detail(summary(measured));
        };
        await measure(target, { size, loads, interval, outside, numbers: numbersOf, onMeasured });
      });
      await target.stop();
    }
  }
  return all;
}

async function build(out: string, databaseUrl: string) {
  const [bundleDir, catalog] = await Promise.all([bundleWorker(), readCatalogFromUrl(databaseUrl)]);
  const artifact = compile(METADATA, new Map([['default', catalog]]));
  const manifest = { project: ROOT, inputs: '', catalogOf: 'database', variables: [] } as const;
  await writeBuild({ out, artifact, bundleDir, manifest });
  const { runtime } = must(await readManifest(out), 'a build has a manifest');
  return { artifactText: await readFile(join(out, ARTIFACT_FILE), 'utf8'), bundleDir, settings: runtime };
}

function sizesOf(sockets: readonly number[], cohorts: readonly number[]): readonly Size[] {
  return sockets.flatMap((n) =>
    [...new Set(cohorts.map((c) => Math.min(c, n)))].map((c) => ({ sockets: n, cohorts: c })),
  );
}

function loadsOf(rates: readonly number[], seconds: number): readonly Load[] {
  return rates.flatMap((perSecond): readonly Load[] =>
    perSecond === 0
      ? [{ way: 'none', perSecond, seconds }]
      : (['own', 'outside'] as const).map((way) => ({ way, perSecond, seconds })),
  );
}

function summary({ load, latency }: Measured): string {
  return load.way === 'none'
    ? 'idle'
    : `${load.perSecond}/s ${load.way}: p99 ${latency.p99Ms.toFixed(0)} ms, ${latency.missed} missed`;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

function numbers(text: string): number[] {
  return text.split(',').map((part) => {
    const value = Number(part);
    if (!(value >= 0)) throw new InvalidArgumentError('Expected numbers.');
    return value;
  });
}
