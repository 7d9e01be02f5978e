// `npm run bench`: flags -> the performance table of this machine. Starts everything it needs on loopback and stops it.

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Command, InvalidArgumentError } from 'commander';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { compile } from '../../src/compile/compile.ts';
import { must } from '../../src/util/assert.ts';
import { bundleWorker } from '../bundle/bundle-worker.ts';
import { ROOT } from '../bundle/paths.ts';
import { readCatalogFromUrl } from '../catalog/pg-catalog.ts';
import { ARTIFACT_FILE, type BuildSummary, readManifest, writeBuild } from '../cli/output.ts';
import type { Progress } from '../cli/progress.ts';
import type { Shutdown } from '../cli/shutdown.ts';
import { startNeonEndpoint } from '../neon/endpoint.ts';
import { serveWorker } from '../serve/serve-worker.ts';
import type { RuntimeSettings } from '../serve/workerd-config.ts';
import { measureAuth } from './auth.ts';
import { measureBulkInsert } from './bulk-insert.ts';
import { bundleWorkerScript } from './bundle-worker-script.ts';
import { measureColdStarts, prepareColdWorker } from './cold-start.ts';
import {
  ALL_CLASSES,
  checkSameAnswers,
  compare,
  type CompareOptions,
  type Comparison,
  HEADERS,
  introspectionAnswer,
  type Targets,
} from './compare.ts';
import { startBenchDatabase } from './database.ts';
import { compareLive, HEAP_LIMIT_MB, type LiveChanges, type LiveSize, measureLiveChanges } from './live.ts';
import { startLoadGenerator } from './load.ts';
import { DATABASE_URL_VARIABLE, METADATA, ROLE } from './metadata.ts';
import { measurePlanning } from './planning.ts';
import { type ColdStart, machineKind, type Report, reportText } from './report.ts';
import { runProgram, untilStopped } from './run-program.ts';
import { WIDE_QUERY, wideSchema } from './wide-schema.ts';

interface Flags {
  readonly connections?: readonly number[];
  readonly seconds?: number;
  readonly rounds?: number;
  readonly class?: readonly string[];
  readonly databaseUrl?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
}

type Preset = Omit<CompareOptions, 'prepare'>;

const FULL: Preset = { connections: [1, 8, 64], seconds: 0.1, rounds: 45 };
const QUICK: Preset = { connections: [8], seconds: 0.1, rounds: 15 };
const WIDE_SIZES = [10, 100, 1000] as const;
const LIVE_SIZES: readonly LiveSize[] = [
  { tables: 100, runs: 9 },
  { tables: 1000, runs: 9 },
  { tables: 1000, documentBytes: 4_000_000, runs: 3 },
];
const QUICK_LIVE_SIZES: readonly LiveSize[] = [{ tables: 100, runs: 3 }];

const program = new Command('bench')
  .description(
    'Measures the engine beside a worker with hand-written SQL, both under bare workerd, on generated data.',
  )
  .option('--connections <list>', 'numbers of connections, such as 1,8,64', numbers)
  .option('--seconds <number>', 'length of one round of each', positive)
  .option('--rounds <number>', 'how often floor and engine take turns', positive)
  .option('--class <list>', `query classes: ${ALL_CLASSES.map(({ name }) => name).join(',')}`, classNames)
  .option(
    '--database-url <url>',
    'a Postgres to use instead of an embedded one; a database of its own is made there and removed',
  )
  .option('--quick', 'less than a minute: 8 connections, fewer rounds and cold starts')
  .option('--json', 'print the report as JSON')
  .action(async (flags: Flags) => {
    const report = await untilStopped((progress, shutdown) => bench(flags, progress, shutdown));
    console.log(flags.json === true ? JSON.stringify(report, null, 2) : reportText(report));
  });

await runProgram(program);

async function bench(flags: Flags, progress: Progress, shutdown: Shutdown): Promise<Report> {
  const preset = flags.quick === true ? QUICK : FULL;
  const wanted: Preset = {
    connections: flags.connections ?? preset.connections,
    seconds: flags.seconds ?? preset.seconds,
    rounds: flags.rounds ?? preset.rounds,
  };
  const classes = ALL_CLASSES.filter(({ name }) => flags.class?.includes(name) ?? true);
  const folder = await mkdtemp(join(tmpdir(), 'hedge-bench-'));
  shutdown.onStop(() => rm(folder, { recursive: true, force: true }));

  const database = await progress.step('Preparing the database', () => startBenchDatabase(flags.databaseUrl));
  shutdown.onStop(() => database.stop());
  const options: CompareOptions = { ...wanted, prepare: database.run };
  const endpoint = await startNeonEndpoint();
  shutdown.onStop(() => endpoint.stop());
  const environment = { [DATABASE_URL_VARIABLE]: database.url, NEON_ENDPOINT: endpoint.url };

  const built = await progress.step('Building', () => build(join(folder, 'build'), database.url));
  const targets = await progress.step('Starting floor and engine', () =>
    startTargets({ folder, built, environment, shutdown }),
  );
  await progress.step('Comparing answers', async () => {
    for (const queryClass of classes) await checkSameAnswers(targets, queryClass, database.run);
  });

  const load = startLoadGenerator();
  shutdown.onStop(() => load.stop());
  const comparisons: Comparison[] = [];
  for (const queryClass of classes) {
    await progress.step(`Measuring ${queryClass.name}`, async (detail) => {
      const measured = await compare(load, targets, queryClass, options);
      detail(measured.map(({ connections, ratio }) => `${ratio.toFixed(2)} at ${connections}`).join(', '));
      comparisons.push(...measured);
    });
  }
  const bulkInsert = await progress.step('Inserting 10,000 rows', async () => {
    const v8Flags = [`--max-heap-size=${HEAP_LIMIT_MB}`];
    const fresh = await startTargets({ folder: join(folder, 'bulk'), built, environment, shutdown, v8Flags });
    return await measureBulkInsert(fresh, database.run, flags.quick === true ? 5 : 15);
  });
  const planning = await progress.step('Planning', async () => measurePlanning(built.artifactText));
  const coldStarts = await progress.step('Starting cold', () =>
    coldStartsOf({ folder, built, environment, rounds: flags.quick === true ? 5 : 15 }),
  );
  const auth = await progress.step('Asking by token and webhook', () =>
    measureAuth({ ...built, environment }, load, options),
  );
  const live = { ...built, environment, database };
  const ratios = await progress.step('Asking in live mode', () => compareLive(live, targets, load, options));
  const changes: LiveChanges[] = [];
  for (const size of flags.quick === true ? QUICK_LIVE_SIZES : LIVE_SIZES) {
    await progress.step(`Changing the metadata of ${size.tables} tables`, async (detail) => {
      const measured = await measureLiveChanges(live, size);
      detail(
        `replace_metadata ${measured.replaceMs.toFixed(0)} ms, pg_track_table ${measured.trackMs.toFixed(0)} ms`,
      );
      changes.push(measured);
    });
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: machineKind(),
    comparisons,
    bulkInsert,
    planning,
    build: built.summary,
    coldStarts,
    auth,
    live: { changes, ratios },
  };
}

/** What `hedge build` would have written for the benchmark's metadata. */
interface Built {
  readonly artifactText: string;
  readonly bundleDir: string;
  readonly settings: RuntimeSettings;
  readonly summary: BuildSummary;
}

async function build(out: string, databaseUrl: string): Promise<Built> {
  const [bundleDir, catalog] = await Promise.all([bundleWorker(), readCatalogFromUrl(databaseUrl)]);
  const artifact = compile(METADATA, new Map([['default', catalog]]));
  const manifest = { project: ROOT, inputs: '', catalogOf: 'database', variables: [] } as const;
  const summary = await writeBuild({ out, artifact, bundleDir, manifest });
  const { runtime } = must(await readManifest(out), 'a build has a manifest');
  return {
    artifactText: await readFile(join(out, ARTIFACT_FILE), 'utf8'),
    bundleDir,
    settings: runtime,
    summary,
  };
}

interface Context {
  /** For temporary files. */
  readonly folder: string;
  readonly built: Built;
  readonly environment: Readonly<Record<string, string>>;
}

async function startTargets(
  context: Context & { readonly shutdown: Shutdown; readonly v8Flags?: readonly string[] },
): Promise<Targets> {
  const { folder, built, environment, shutdown, v8Flags = [] } = context;
  const common = { settings: built.settings, environment, port: 0, v8Flags, log: 'ignore' } as const;
  const engine = await serveWorker({
    ...common,
    bundleDir: built.bundleDir,
    artifactText: built.artifactText,
  });
  shutdown.onStop(() => engine.stop());
  const floor = await serveWorker({
    ...common,
    bundleDir: await bundleWorkerScript('floor-worker', join(folder, 'floor')),
    artifactText: await introspectionAnswer(engine),
  });
  shutdown.onStop(() => floor.stop());
  return { engine, floor };
}

async function coldStartsOf(context: Context & { readonly rounds: number }): Promise<ColdStart[]> {
  const { folder, built, environment } = context;
  const common = { settings: built.settings, environment };
  const empty = await prepareColdWorker({
    ...common,
    folder: join(folder, 'cold-empty'),
    bundleDir: await bundleWorkerScript('empty-worker', join(folder, 'empty')),
    artifactText: '',
  });
  const results: ColdStart[] = [];
  for (const tables of WIDE_SIZES) {
    const { metadata, catalog } = wideSchema(tables);
    const artifactText = encodeArtifact(compile(metadata, new Map([['default', catalog]])));
    const engine = await prepareColdWorker({
      ...common,
      folder: join(folder, `cold-${tables}`),
      bundleDir: built.bundleDir,
      artifactText,
    });
    const request = { headers: HEADERS, body: JSON.stringify({ query: WIDE_QUERY }) };
    const [emptyTimes, engineTimes] = await measureColdStarts([empty, engine], request, context.rounds);
    results.push({
      tables,
      artifactBytes: artifactText.length,
      roleBytes: openArtifact(artifactText).header.roles[ROLE]?.[1] ?? 0,
      engine: must(engineTimes, 'a time of each worker'),
      empty: must(emptyTimes, 'a time of each worker'),
    });
  }
  return results;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('Expected a number above 0.');
  return value;
}

function numbers(text: string): number[] {
  return text.split(',').map(positive);
}

function classNames(text: string): string[] {
  const names = text.split(',');
  const unknown = names.find((name) => !ALL_CLASSES.some((c) => c.name === name));
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no query class ${unknown}.`);
  return names;
}
