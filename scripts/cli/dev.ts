// `hedge dev`: a project folder -> its API on loopback, on the worker that would be deployed, until Ctrl-C.

import { join } from 'node:path';

import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { SourceModel } from '../../src/artifact/types.ts';
import type { MetadataResult } from '../../src/metadata/metadata.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { buildConsole, isConsoleStale } from '../bundle/build-console.ts';
import { bundleWorker } from '../bundle/bundle-worker.ts';
import type { RunningWorker } from '../bundle/run-worker.ts';
import { databaseLabel, parseDatabaseUrl } from '../database/url.ts';
import { startNeonEndpoint } from '../neon/endpoint.ts';
import {
  embeddedDatabases,
  migrateAll,
  namedDatabases,
  readCatalogs,
  seedAll,
  seedMarker,
  type SourceDatabase,
} from './databases.ts';
import { type Environment, workerVars } from './environment.ts';
import { assertHealthy } from './healthy.ts';
import { assertPortFree } from './port.ts';
import { createProgress, type Progress } from './progress.ts';
import { compileProject, loadMetadata, makeWorkDir, openProject, type Project } from './project.ts';
import { listenForShutdown, type Shutdown } from './shutdown.ts';
import { watchFolder } from './watch.ts';

/** The flags. */
export interface DevOptions {
  readonly port: number;
  readonly project: string;
  readonly databaseUrl?: string;
  readonly adminSecret?: string;
  readonly fresh?: boolean;
  readonly seed?: boolean;
}

/** Serves the project until it is told to stop. @throws UserError when it cannot be started. */
export async function dev(options: DevOptions): Promise<void> {
  const shutdown = listenForShutdown();
  try {
    await Promise.race([start(options, createProgress(), shutdown), shutdown.requested]);
    await shutdown.requested;
  } finally {
    await shutdown.stopAll();
  }
}

async function start(options: DevOptions, progress: Progress, shutdown: Shutdown): Promise<void> {
  const project = await openProject(options.project);
  await assertPortFree(options.port);
  const { environment } = project;
  const metadata = await loadMetadata(project, progress);
  await makeWorkDir(project);

  const bundle = bundleWorker(); // takes seconds after a change of the sources; the database starts meanwhile
  bundle.catch(() => {}); // awaited below
  const context = { environment, progress, shutdown };
  const databases = await prepareDatabases(options, project, metadata.metadata, context);
  const artifactText = await compileNow(metadata, databases, progress);
  const bundleDir = await progress.step('Bundling the worker', () => bundle);
  if (await isConsoleStale()) await progress.step('Building GraphiQL', () => buildConsole());

  const endpoint = await startNeonEndpoint();
  shutdown.onStop(() => endpoint.stop());
  const vars = workerSettings(options, environment, databases, endpoint.url);
  const worker = await progress.step('Starting the worker', async () => {
    const { runWorker } = await import('../bundle/run-worker.ts'); // takes a second to load: not for every command
    const running = await runWorker({ bundleDir, artifactText, vars, port: options.port });
    shutdown.onStop(() => running.stop());
    await assertHealthy(running.url);
    return running;
  });

  const watch = watchFolder(
    project.metadataDir,
    serveChanges({ project, databases, worker, progress, artifactText }),
  );
  shutdown.onStop(() => watch.stop());
  for (const { source, url } of databases) {
    progress.note(`Database ${source}: ${databaseLabel(parseDatabaseUrl(url))}`);
  }
  if (vars['HASURA_GRAPHQL_ENABLE_CONSOLE'] === 'true') progress.note(`GraphiQL: ${worker.url}/console/`);
  if (vars['HASURA_GRAPHQL_ADMIN_SECRET'] === undefined) {
    progress.note(
      "No admin secret is set: every request is an administrator's. Set one with --admin-secret.",
    );
  }
  console.log(`Hedge is ready at ${worker.url}`);
}

/** The worker's vars: what the user set, the databases under the names the metadata gives them, and dev's defaults. */
function workerSettings(
  options: DevOptions,
  environment: Environment,
  databases: readonly SourceDatabase[],
  neonEndpoint: string,
): Record<string, string> {
  const vars: Record<string, string> = {
    HASURA_GRAPHQL_ENABLE_CONSOLE: 'true',
    ...workerVars(environment, []),
  };
  for (const { environmentName, url } of databases) if (environmentName !== null) vars[environmentName] = url;
  vars['NEON_ENDPOINT'] = neonEndpoint;
  if (options.adminSecret !== undefined) vars['HASURA_GRAPHQL_ADMIN_SECRET'] = options.adminSecret;
  return vars;
}

/** What to do when metadata files were saved: serve them, or say what is wrong and go on serving what was there. */
function serveChanges(running: {
  readonly project: Project;
  readonly databases: readonly SourceDatabase[];
  readonly worker: RunningWorker;
  readonly progress: Progress;
  readonly artifactText: string;
}): () => Promise<void> {
  const { project, databases, worker, progress } = running;
  let served = running.artifactText;
  return async () => {
    try {
      const metadata = await loadMetadata(project, progress);
      const artifactText = await compileNow(metadata, databases, progress);
      if (artifactText === served) return;
      await worker.reload({ artifactText });
      served = artifactText;
      progress.note('The changed metadata is served.');
    } catch (error) {
      progress.error(error instanceof Error ? error.message : String(error));
      progress.note('The metadata from before this change is still served.');
    }
  };
}

async function prepareDatabases(
  options: DevOptions,
  project: Project,
  metadata: Metadata,
  context: { readonly environment: Environment; readonly progress: Progress; readonly shutdown: Shutdown },
): Promise<readonly SourceDatabase[]> {
  const { environment, progress, shutdown } = context;
  const main = mainDatabase(options, environment);
  if (main) {
    const databases = namedDatabases(metadata, main, environment);
    await migrateAll(project, databases, progress);
    if (options.seed === true) await seedAll(project, databases, progress);
    return databases;
  }
  const embedded = { dataDir: join(project.workDir, 'postgres'), fresh: options.fresh === true };
  const { databases, created } = await embeddedDatabases(metadata, embedded, progress, shutdown);
  const marker = seedMarker(project);
  if (created) await marker.clear();
  await migrateAll(project, databases, progress);
  if (options.seed === true || !(await marker.isSet())) {
    await seedAll(project, databases, progress);
    await marker.set();
  }
  return databases;
}

function mainDatabase(
  options: DevOptions,
  environment: Environment,
): { readonly url: string; readonly name: string } | undefined {
  if (options.databaseUrl !== undefined) return { url: options.databaseUrl, name: '--database-url' };
  const url = environment['DATABASE_URL'];
  return url === undefined ? undefined : { url, name: 'DATABASE_URL' };
}

/** Asks the databases what they hold, and compiles; in dev the consistent part is served. */
async function compileNow(
  metadata: MetadataResult,
  databases: readonly SourceDatabase[],
  progress: Progress,
): Promise<string> {
  return await progress.step('Compiling the metadata', async (detail) => {
    const { artifact, inconsistencies } = compileProject(metadata, await readCatalogs(databases));
    for (const line of inconsistencies) progress.warn(line);
    if (inconsistencies.length > 0) {
      progress.warn(
        `${inconsistencies.length} inconsistent, left out; the rest is served. "hedge build" refuses this.`,
      );
    }
    detail(`roles ${artifact.roles.map((r) => r.role).join(', ')}`);
    return encodeArtifact({ ...artifact, sources: artifact.sources.map((s) => servedFrom(s, databases)) });
  });
}

/** A source whose URL the metadata spells out is served from the database of this run all the same. */
function servedFrom(source: SourceModel, databases: readonly SourceDatabase[]): SourceModel {
  const url = databases.find((d) => d.source === source.name)?.url;
  return url === undefined || 'fromEnv' in source.databaseUrl
    ? source
    : { ...source, databaseUrl: { literal: url } };
}
