// `npm run conformance`: a Postgres and the conformance cases -> the runner's report, or a comparison with the cases that
// passed before.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { bundleWorker } from '../bundle/bundle-worker.ts';
import { ROOT } from '../bundle/paths.ts';
import { createProgress } from '../cli/progress.ts';
import { listenForShutdown, type Shutdown } from '../cli/shutdown.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { parseDatabaseUrl } from '../database/url.ts';
import { UserError } from '../database/user-error.ts';
import { readArguments } from './arguments.ts';
import { type CaseResult, readBaseline, regressions, updatedBaseline, writeBaseline } from './baseline.ts';
import { caseFolders } from './cases.ts';
import { runConformance, spawnRunner } from './runner.ts';

const HELP = `Usage: npm run conformance -- [flags]

Runs the conformance cases against the worker in live mode, on databases made for the run in the Postgres of DATABASE_URL
(whose user must be allowed to create databases) or in an embedded one. The cases are those of $CONFORMANCE_DIR
(../shared/conformance unless set).

  --area PREFIX      areas that begin so
  --only ID          one case, or one suite
  --profile NAME     profiles with commas between, or all; the profile default unless told
  --transport T      http, ws or all
  --verbose          every case with its reason, and what the worker prints
  --json FILE        the results
  --list             the ids; nothing is started
  --check            the areas of test/conformance.json in all profiles; exit code 1 when a listed case does not pass
  --update           runs these areas, or those of --area, and writes test/conformance.json anew
  --jobs N           runs side by side of --check and --update; 2 unless told

Flags of the runner that are not named here are handed to it.`;

process.exit(await main());

async function main(): Promise<number> {
  const shutdown = listenForShutdown();
  try {
    const stopped = shutdown.requested.then(() => {
      throw new UserError('Stopped.');
    });
    return await Promise.race([run(process.argv.slice(2), shutdown), stopped]);
  } catch (error) {
    const known = error instanceof UserError;
    createProgress().error(known ? error.message : String(error instanceof Error ? error.stack : error));
    return known ? 1 : 2;
  } finally {
    await shutdown.stopAll();
  }
}

async function run(words: readonly string[], shutdown: Shutdown): Promise<number> {
  const args = readArguments(words);
  if (args.mode === 'help') {
    console.log(HELP);
    return 0;
  }
  const conformanceDir = resolve(ROOT, process.env['CONFORMANCE_DIR'] ?? join('..', 'shared', 'conformance'));
  if (!existsSync(join(conformanceDir, 'run.mjs'))) {
    throw new UserError(
      `There are no conformance cases in ${conformanceDir}: set CONFORMANCE_DIR to the folder of run.mjs.`,
    );
  }
  if (args.mode === 'list') return await spawnRunner(conformanceDir, args.passed);
  const [bundleDir, serverUrl] = await Promise.all([bundleForRun(shutdown), postgres(shutdown)]);
  const context = { conformanceDir, bundleDir, serverUrl };
  if (args.mode === 'run') return await runConformance({ ...context, args: args.passed }, shutdown);

  const before = await readBaseline();
  const areas = args.areas.length > 0 ? args.areas : before.areas;
  if (areas.length === 0) {
    throw new UserError(
      'test/conformance.json names no areas yet: npm run conformance -- --update --area v1/',
    );
  }
  const verbose = args.passed.filter((word) => word === '--verbose');
  const results = await runAreas({ ...context, areas, jobs: args.jobs, args: verbose }, shutdown);
  if (args.mode === 'update') {
    const after = updatedBaseline(before, areas, results);
    await writeBaseline(after);
    console.log(
      `test/conformance.json: ${after.passing.length} cases pass, ${before.passing.length} before.`,
    );
    return 0;
  }
  const listed = before.passing.filter(
    (id) => results.some((result) => result.id === id) || args.areas.length === 0,
  );
  return report({ ...before, passing: listed }, results);
}

/** A copy, as a long run must not lose its bundle to the cache's cleaning. */
async function bundleForRun(shutdown: Shutdown): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'hedge-conformance-bundle-'));
  shutdown.onStop(() => rm(outDir, { recursive: true, force: true }));
  return await bundleWorker({ outDir });
}

async function postgres(shutdown: Shutdown): Promise<string> {
  const named = process.env['DATABASE_URL'] ?? '';
  if (named !== '') return parseDatabaseUrl(named).href;
  const server = await startEmbeddedPostgres();
  shutdown.onStop(() => server.stop());
  return server.url;
}

/** Runs areas in all profiles, some side by side, and gathers the results. @throws UserError when a run tried nothing. */
async function runAreas(
  options: {
    readonly conformanceDir: string;
    readonly serverUrl: string;
    readonly bundleDir: string;
    readonly areas: readonly string[];
    readonly jobs: number;
    readonly args: readonly string[];
  },
  shutdown: Shutdown,
): Promise<readonly CaseResult[]> {
  const { areas, jobs, args, ...context } = options;
  const folders = await caseFolders(join(options.conformanceDir, 'cases'), areas, jobs);
  shutdown.onStop(() => folders.remove());
  const runs = folders.dirs.map(async (dir) => {
    const file = join(dir, 'results.out');
    const flags = ['--cases', dir, '--profile', 'all', '--json', file, ...args];
    const code = await runConformance({ ...context, args: flags }, shutdown);
    if (code !== 0)
      throw new UserError('The conformance runner could not try the cases; what it said is above.');
    return (JSON.parse(await readFile(file, 'utf8')) as { readonly results: readonly CaseResult[] }).results;
  });
  return (await Promise.all(runs)).flat();
}

function report(baseline: Parameters<typeof regressions>[0], results: readonly CaseResult[]): number {
  const { failed, untried, unlisted } = regressions(baseline, results);
  for (const line of failed) console.log(`does not pass any more: ${line}`);
  if (unlisted.length > 0) {
    console.log(`pass and are not listed (npm run conformance -- --update): ${unlisted.join(', ')}`);
  }
  const passed = baseline.passing.length - failed.length - untried;
  const skipped =
    untried === 0 ? '' : `, ${untried} not tried (no such case here, or an extension is missing)`;
  console.log(`conformance: ${passed} passed as before, ${failed.length} failed${skipped}`);
  return failed.length > 0 ? 1 : 0;
}
