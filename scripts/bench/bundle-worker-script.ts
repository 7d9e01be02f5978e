// One of the benchmark's own workers -> a folder with `worker.js`, as `serveWorker` takes it.

import { join } from 'node:path';

import { build } from 'esbuild';

import { ARTIFACT_MODULE } from '../bundle/paths.ts';

/** Bundles `scripts/bench/<name>.ts` into `outDir`, with the settings wrangler uses for the engine. */
export async function bundleWorkerScript(name: string, outDir: string): Promise<string> {
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile: join(outDir, 'worker.js'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: [ARTIFACT_MODULE],
    logLevel: 'error',
  });
  return outDir;
}
