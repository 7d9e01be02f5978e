// `hedge build`: metadata and migrations, or a database -> the artifact, the worker's bundle and each role's SDL.

import { join } from 'node:path';

import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { must } from '../../src/util/assert.ts';
import { buildConsole, isConsoleStale } from '../bundle/build-console.ts';
import { bundleWorker } from '../bundle/bundle-worker.ts';
import { UserError } from '../database/user-error.ts';
import { namedDatabases, readCatalogs } from './databases.ts';
import { namedVariables } from './dev/named-variables.ts';
import { describeDrift } from './drift.ts';
import { catalogsOfMigrations } from './migrated-catalogs.ts';
import { inputsHash, readManifest, summaryText, writeBuild } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import { compileProject, loadMetadata, openProject } from './project.ts';
import { listenForShutdown, type Shutdown } from './shutdown.ts';

/** The flags. */
export interface BuildOptions {
  readonly project: string;
  readonly out?: string;
  readonly databaseUrl?: string;
  readonly check?: boolean;
  readonly allowInconsistent?: boolean;
  readonly ifChanged?: boolean;
}

/** Writes a build. @throws UserError that lists what is wrong; nothing is written then. */
export async function build(options: BuildOptions): Promise<void> {
  const shutdown = listenForShutdown();
  const interrupted = shutdown.requested.then(() => {
    throw new UserError('Stopped. Nothing was written.');
  });
  try {
    await Promise.race([buildProject(options, createProgress(), shutdown), interrupted]);
  } finally {
    await shutdown.stopAll();
  }
}

async function buildProject(options: BuildOptions, progress: Progress, shutdown: Shutdown): Promise<void> {
  let project = await openProject(options.project);
  const out = options.out ?? join(project.workDir, 'build');
  if (options.ifChanged === true) {
    const last = await readManifest(out);
    if (last) project = await openProject(last.project);
    if (last?.inputs === (await inputsHash(project))) {
      progress.note(`${out} is up to date.`);
      return;
    }
    if (last?.catalogOf === 'database') {
      throw new UserError(
        'The project changed since the last build, which was made for a named database: ' +
          'run "hedge build --database-url URL" again, or "hedge build" to go by the migrations.',
      );
    }
  }
  const inputs = await inputsHash(project);

  const { environment } = project;
  const metadata = await loadMetadata(project, progress);
  const named =
    options.databaseUrl !== undefined
      ? { url: options.databaseUrl, name: '--database-url' }
      : options.check === true
        ? { url: environment['DATABASE_URL'] ?? '', name: 'DATABASE_URL' }
        : undefined;
  if (named?.url === '')
    throw new UserError('--check needs a database: name it with --database-url or DATABASE_URL.');

  const bundle = bundleWorker(); // runs while the databases are asked
  bundle.catch(() => {}); // awaited below
  const context = { project, progress, shutdown };
  const migrated =
    named === undefined || options.check === true
      ? await catalogsOfMigrations(metadata.metadata, context)
      : undefined;
  const databases = named && namedDatabases(metadata.metadata, named, environment);
  const actual =
    databases && (await progress.step('Describing the database', async () => await readCatalogs(databases)));
  if (migrated && actual) reportDrift(migrated, actual);

  const catalogs = must(actual ?? migrated, 'a build has catalogs, of the migrations or of a database');
  const { artifact, inconsistencies } = await progress.step('Compiling the metadata', async () =>
    compileProject(metadata, catalogs, environment),
  );
  if (inconsistencies.length > 0) {
    const list = inconsistencies.join('\n');
    const count = `${inconsistencies.length} inconsistent ${inconsistencies.length === 1 ? 'object' : 'objects'}`;
    if (options.allowInconsistent !== true) {
      throw new UserError(`${count}:\n${list}\nMend them, or build without them: --allow-inconsistent`);
    }
    progress.warn(`${count}, left out:\n${list}`);
  }
  const bundleDir = await progress.step('Bundling the worker', () => bundle);
  if (await isConsoleStale()) await progress.step('Building GraphiQL', () => buildConsole());
  const summary = await writeBuild({
    out,
    artifact,
    bundleDir,
    manifest: {
      project: project.dir,
      inputs,
      catalogOf: actual ? 'database' : 'migrations',
      variables: [...namedVariables(metadata.metadata)].sort(),
    },
  });
  progress.note(summaryText(summary));
}

/** @throws UserError with a line for each difference, when there is one. */
function reportDrift(
  migrated: ReadonlyMap<string, DatabaseCatalog>,
  actual: ReadonlyMap<string, DatabaseCatalog>,
): void {
  const lines: string[] = [];
  for (const [source, catalog] of migrated) {
    const named = must(actual.get(source), 'every source has a database');
    const drift = describeDrift(catalog, named);
    lines.push(...(migrated.size > 1 ? drift.map((line) => `source ${source}: ${line}`) : drift));
  }
  if (lines.length === 0) return;
  throw new UserError(`The database is not what the migrations make:\n${lines.join('\n')}`);
}
