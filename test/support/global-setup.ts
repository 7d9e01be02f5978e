// Once per test run: one Postgres, one Neon endpoint in front of it, one bundle of the worker.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import type { TestProject } from 'vitest/node';

import { bundleWorker } from '../../scripts/bundle/bundle-worker.ts';
import { startEmbeddedPostgres } from '../../scripts/database/embedded.ts';
import { startNeonEndpoint } from '../../scripts/neon/endpoint.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** URL of the server's maintenance database. */
    readonly serverUrl: string;
    /** Value for `NEON_ENDPOINT`. */
    readonly neonUrl: string;
    /** For `runWorker`. */
    readonly bundleDir: string;
    /** Begins the names of databases that the files of this run share. */
    readonly sharedPrefix: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const named = process.env['TEST_DATABASE_URL'];
  const outDir = await mkdtemp(join(tmpdir(), 'hedge-test-bundle-'));
  const sharedPrefix = `shared_${randomBytes(6).toString('hex')}_`;
  const cleanups: (() => Promise<void>)[] = [() => rm(outDir, { recursive: true, force: true })];
  const cleanUp = async (): Promise<void> => {
    for (const clean of cleanups.toReversed()) await clean();
  };
  const startServer = async (): Promise<string> => {
    if (named !== undefined) {
      cleanups.push(() => dropDatabases(named, sharedPrefix));
      return named;
    }
    const embedded = await startEmbeddedPostgres();
    cleanups.push(() => embedded.stop());
    return embedded.url;
  };
  try {
    const bundle = bundleWorker({ outDir });
    bundle.catch(() => {}); // awaited below
    const serverUrl = await startServer();
    const neon = await startNeonEndpoint({ databaseUrl: serverUrl });
    cleanups.push(() => neon.stop());
    project.provide('serverUrl', serverUrl);
    project.provide('neonUrl', neon.url);
    project.provide('bundleDir', await bundle);
    project.provide('sharedPrefix', sharedPrefix);
  } catch (error) {
    await cleanUp();
    throw error;
  }
  return cleanUp;
}

/** A server that outlives the run keeps nothing of it. */
async function dropDatabases(serverUrl: string, prefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ readonly datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [prefix],
    );
    for (const { datname } of rows) {
      await client.query(`drop database if exists ${pg.escapeIdentifier(datname)} with (force)`);
    }
  } finally {
    await client.end();
  }
}
