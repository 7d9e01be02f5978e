// One of the benchmark's own workers -> a folder with `worker.js`, as `serveWorker` takes it.

import { join } from 'node:path';

import { build } from 'esbuild';

import { MODULE_OPTIONS } from '../bundle/bundle-worker.ts';
import { ENTRY_MODULE } from '../bundle/modules.ts';

/** Bundles `scripts/bench/<name>.ts` into `outDir`, with the settings of the engine's bundle. */
export async function bundleWorkerScript(name: string, outDir: string): Promise<string> {
  await build({
    ...MODULE_OPTIONS,
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile: join(outDir, ENTRY_MODULE),
  });
  return outDir;
}
