// `hedge serve`: what `hedge build` wrote -> the API under bare workerd, until Ctrl-C.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openArtifact } from '../../src/artifact/decode.ts';
import { parseDatabaseUrl } from '../database/url.ts';
import { UserError } from '../database/user-error.ts';
import { startNeonEndpoint } from '../neon/endpoint.ts';
import { serveWorker } from '../serve/serve-worker.ts';
import { type Environment, readEnvironment, workerVars } from './environment.ts';
import { assertHealthy } from './healthy.ts';
import { ARTIFACT_FILE, BUNDLE_FOLDER, type Manifest, readManifest } from './output.ts';
import { assertPortFree } from './port.ts';
import { listenForShutdown, type Shutdown } from './shutdown.ts';

/** The flags. */
export interface ServeOptions {
  readonly build: string;
  readonly port: number;
}

/** Serves the build until it is told to stop. @throws UserError when it cannot be started, or ends by itself. */
export async function serve(options: ServeOptions): Promise<void> {
  const shutdown = listenForShutdown();
  const started = start(options, shutdown);
  try {
    const ended = await Promise.race([started, shutdown.requested]);
    if (ended === undefined) return;
    await Promise.race([
      shutdown.requested,
      ended.runtime.then((sentence) => {
        throw new UserError(sentence);
      }),
    ]);
  } finally {
    await shutdown.stopAll();
  }
}

async function start(
  options: ServeOptions,
  shutdown: Shutdown,
): Promise<{ readonly runtime: Promise<string> }> {
  const manifest = await openBuild(options.build);
  const artifactText = await readFile(join(options.build, ARTIFACT_FILE), 'utf8');
  await assertPortFree(options.port);
  const environment = await readEnvironment('.');
  const names = openArtifact(artifactText).header.sources.flatMap(({ databaseUrl }) =>
    'fromEnv' in databaseUrl ? [databaseUrl.fromEnv] : [],
  );
  const vars = workerVars(environment, [...names, ...manifest.variables]);
  const endpoint = await neonEndpoint(environment, shutdown);
  for (const name of names) {
    const url = vars[name] ?? environment['DATABASE_URL'];
    if (url === undefined)
      throw new UserError(`${name}, which the metadata names for its database, is not set.`);
    vars[name] = parseDatabaseUrl(url, name).href;
  }
  const worker = await serveWorker({
    bundleDir: join(options.build, BUNDLE_FOLDER),
    artifactText,
    settings: manifest.runtime,
    environment: { ...vars, NEON_ENDPOINT: endpoint },
    port: options.port,
  });
  shutdown.onStop(() => worker.stop());
  await assertHealthy(worker.url);
  console.log(`Hedge is ready at ${worker.url}`);
  return { runtime: worker.ended };
}

/** @throws UserError when `folder` holds no build. */
async function openBuild(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (manifest) return manifest;
  throw new UserError(
    `There is no build in ${folder}: run "hedge build" first, or name another folder with --build.`,
  );
}

/** The address the worker asks, and a local endpoint behind it unless NEON_ENDPOINT names another. */
async function neonEndpoint(environment: Environment, shutdown: Shutdown): Promise<string> {
  const named = environment['NEON_ENDPOINT'];
  if (named !== undefined) {
    if (URL.canParse(named)) return named;
    throw new UserError('NEON_ENDPOINT is not a URL: expected http://host:port/sql');
  }
  const url = environment['DATABASE_URL'];
  if (url === undefined) {
    throw new UserError(
      'Set DATABASE_URL to a Postgres, or NEON_ENDPOINT to what speaks the protocol of Neon.',
    );
  }
  const endpoint = await startNeonEndpoint();
  shutdown.onStop(() => endpoint.stop());
  return endpoint.url;
}
