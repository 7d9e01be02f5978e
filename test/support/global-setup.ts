// Once per test run: one Postgres, one Neon endpoint in front of it, one bundle of the worker.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const named = process.env['TEST_DATABASE_URL'];
  const outDir = await mkdtemp(join(tmpdir(), 'hedge-test-bundle-'));
  const [embedded, bundleDir] = await Promise.all([
    named === undefined ? startEmbeddedPostgres({}) : undefined,
    bundleWorker({ outDir }),
  ]);
  const neon = await startNeonEndpoint();
  project.provide('serverUrl', named ?? embedded?.url ?? '');
  project.provide('neonUrl', neon.url);
  project.provide('bundleDir', bundleDir);
  return async () => {
    await neon.stop();
    await embedded?.stop();
    await rm(outDir, { recursive: true, force: true });
  };
}
