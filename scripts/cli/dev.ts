// `hedge dev`: a project folder -> its API on loopback, on the worker that would be deployed, until Ctrl-C.

import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { resolve } from 'node:path';

import { exportMetadata } from '../../src/metadata/export.ts';
import type { MetadataResult } from '../../src/metadata/metadata.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { buildConsole, isConsoleStale } from '../bundle/build-console.ts';
import { bundleWorker } from '../bundle/bundle-worker.ts';
import type { RunningWorker } from '../bundle/run-worker.ts';
import { databaseLabel, parseDatabaseUrl } from '../database/url.ts';
import { firstSecret } from '../migrate/project-config.ts';
import { startNeonEndpoint } from '../neon/endpoint.ts';
import { databaseKey } from '../neon/pools.ts';
import { printLogLine } from '../serve/worker-log.ts';
import { migrateAll, type SourceDatabase } from './databases.ts';
import { DEFAULT_METADATA, prepareDatabases } from './dev/databases.ts';
import { inconsistencyLines } from './dev/inconsistencies.ts';
import { workerSettings } from './dev/settings.ts';
import { startSync } from './dev/sync.ts';
import { pollVersion } from './dev/version-poll.ts';
import { assertHealthy } from './healthy.ts';
import { assertPortFree } from './port.ts';
import { createProgress, type Progress } from './progress.ts';
import { loadMetadata, makeWorkDir, openProject, type Project } from './project.ts';
import { localServer } from './server/server.ts';
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
  const project = await projectToServe(options.project, progress);
  await assertPortFree(options.port);
  const files = await metadataFilesOf(project, progress);
  await makeWorkDir(project);

  const bundle = bundleWorker(); // takes seconds after a change of the sources; the database starts meanwhile
  bundle.catch(() => {}); // awaited below
  const metadata = files?.metadata ?? DEFAULT_METADATA;
  const prepared = await prepareDatabases(options, project, metadata, { progress, shutdown });
  let databases = await prepared.forSources(metadata);
  const bundleDir = await progress.step('Bundling the worker', () => bundle);
  if (await isConsoleStale()) await progress.step('Building GraphiQL', () => buildConsole());

  const redirects = new Map<string, string>();
  redirectLiterals(databases, redirects);
  const endpoint = await startNeonEndpoint({ redirects });
  shutdown.onStop(() => endpoint.stop());
  const settingsFor = async (served: Metadata): Promise<Record<string, string>> =>
    await workerSettings({
      project,
      adminSecret: options.adminSecret,
      databases,
      mainUrl: prepared.mainUrl,
      neonEndpoint: endpoint.url,
      document: exportMetadata(served),
    });
  let vars = await settingsFor(metadata);
  const worker = await startWorker({ bundleDir, vars, port: options.port }, progress, shutdown);

  const server = localServer(worker.url, adminSecretOf(vars));
  const sync = await startSync(files, {
    project,
    server,
    progress,
    describe: async (objects, result: MetadataResult) =>
      await inconsistencyLines(objects, result, databases, project.environment),
    async prepare(changed) {
      const known = new Set(databases.map(({ source }) => source));
      databases = await prepared.forSources(changed);
      await migrateAll(
        project,
        databases.filter(({ source }) => !known.has(source)),
        progress,
      );
      redirectLiterals(databases, redirects);
      const wanted = await settingsFor(changed);
      if (JSON.stringify(wanted) === JSON.stringify(vars)) return;
      vars = wanted;
      await worker.reload({ vars });
    },
  });
  await mkdir(project.metadataDir, { recursive: true });
  const watch = watchFolder(project.metadataDir, async () => await sync.filesChanged());
  shutdown.onStop(() => watch.stop());
  const metadataUrl = project.environment['HASURA_GRAPHQL_METADATA_DATABASE_URL'] ?? prepared.mainUrl;
  const poll = pollVersion(metadataUrl, async (version) => await sync.versionSeen(version));
  shutdown.onStop(() => poll.stop());

  for (const { source, url } of databases) {
    progress.note(`Database ${source}: ${databaseLabel(parseDatabaseUrl(url))}`);
  }
  if (vars['HASURA_GRAPHQL_ENABLE_CONSOLE'] === 'true') progress.note(`GraphiQL: ${worker.url}/console/`);
  if (adminSecretOf(vars) === null) {
    progress.note(
      "No admin secret is set: every request is an administrator's. Set one with --admin-secret.",
    );
  }
  console.log(`Hedge is ready at ${worker.url}`);
}

/** A folder that is not there becomes an empty project. */
async function projectToServe(dir: string, progress: Progress): Promise<Project> {
  if (!existsSync(dir)) {
    await mkdir(dir, { recursive: true });
    progress.note(`${resolve(dir)} is made, for a new project.`);
  }
  return await openProject(dir, { allowEmpty: true });
}

/** What the files say; null when there are none, or they say nothing, as those of a new project. */
async function metadataFilesOf(project: Project, progress: Progress): Promise<MetadataResult | null> {
  const names = existsSync(project.metadataDir) ? await readdir(project.metadataDir) : [];
  if (names.every((name) => name.startsWith('.'))) return null;
  const result = await loadMetadata(project, progress);
  const nothing = exportMetadata({ version: 3, sources: [] });
  return JSON.stringify(exportMetadata(result.metadata)) === JSON.stringify(nothing) ? null : result;
}

async function startWorker(
  settings: {
    readonly bundleDir: string;
    readonly vars: Readonly<Record<string, string>>;
    readonly port: number;
  },
  progress: Progress,
  shutdown: Shutdown,
): Promise<RunningWorker> {
  return await progress.step('Starting the worker', async () => {
    const { runWorker } = await import('../bundle/run-worker.ts'); // takes a second to load: not for every command
    const running = await runWorker({
      ...settings,
      artifactText: '',
      guarded: adminSecretOf(settings.vars) === null,
      onLog: ({ message }) => printLogLine(message),
    });
    shutdown.onStop(() => running.stop());
    await assertHealthy(running.url);
    return running;
  });
}

function adminSecretOf(vars: Readonly<Record<string, string>>): string | null {
  return (
    firstSecret(vars) ?? vars['HASURA_GRAPHQL_ADMIN_SECRET'] ?? vars['HASURA_GRAPHQL_ACCESS_KEY'] ?? null
  );
}

/** A source whose URL the metadata spells out is served from the database of this run all the same. */
function redirectLiterals(databases: readonly SourceDatabase[], redirects: Map<string, string>): void {
  for (const { literalUrl, url } of databases) {
    if (literalUrl === null || !URL.canParse(literalUrl)) continue;
    redirects.set(databaseKey(parseDatabaseUrl(literalUrl, 'database_url')), url);
  }
}
