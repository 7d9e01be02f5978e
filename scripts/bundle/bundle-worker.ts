// src/worker.ts -> the modules `wrangler deploy` uploads. What a worker needs only later, or never (the compiler, the
// commands, GraphQL's type system), is in modules of its own, which the runtime does not even read before: see
// docs/performance.md. The artifact is a module apart (`hedge-artifact`), so a bundle is made once per state of the
// sources and takes any artifact.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BuildOptions } from 'esbuild';

import { ARTIFACT_MODULE, ASSETS_DIR, ROOT, WORK_DIR } from './paths.ts';

/** How code becomes a module for workerd. Names of functions are not kept: see docs/performance.md. */
export const MODULE_OPTIONS = {
  bundle: true,
  minify: true,
  keepNames: false,
  format: 'esm',
  target: 'es2024',
  conditions: ['workerd', 'worker', 'browser'],
  external: [ARTIFACT_MODULE, 'cloudflare:workers'],
  tsconfigRaw: {},
  logLevel: 'silent', // errors are in the exception
} as const satisfies BuildOptions;

const CACHE_DIR = join(WORK_DIR, 'bundle');
const UNUSED_BUNDLE_AGE_MS = 60 * 60 * 1000;
/** Longer than any bundling takes; a lock older than this was left by a killed process. */
const STALE_LOCK_MS = 60_000;

/** Bundles in the making, so that parallel callers in one process share the work. */
const pending = new Map<string, Promise<string>>();

/**
 * Bundles the worker and returns the folder that holds its modules (and an empty `hedge-artifact`). Bundles
 * are kept by a hash of the sources: an unchanged worker costs a few milliseconds. With `outDir` a copy is put there.
 * @throws Error with esbuild's messages when the worker does not compile.
 */
export async function bundleWorker(options: { readonly outDir?: string } = {}): Promise<string> {
  const key = await sourcesHash();
  let made = pending.get(key);
  if (!made) {
    made = cachedBundle(key).finally(() => pending.delete(key));
    pending.set(key, made);
  }
  const dir = await made;
  if (options.outDir === undefined) return dir;
  await rm(options.outDir, { recursive: true, force: true });
  await cp(dir, options.outDir, { recursive: true });
  return options.outDir;
}

async function cachedBundle(key: string): Promise<string> {
  const dir = join(CACHE_DIR, key);
  await mkdir(CACHE_DIR, { recursive: true });
  const lock = `${dir}.lock`;
  while (!existsSync(dir)) {
    if (await takeLock(lock)) {
      try {
        if (!existsSync(dir)) await makeBundle(dir);
        await removeUnused(key);
      } finally {
        await rm(lock, { recursive: true, force: true });
      }
    } else await sleep(100);
  }
  const now = new Date();
  await utimes(dir, now, now);
  return dir;
}

/** Takes the lock folder; several test processes may ask for the same bundle at the same time. */
async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      (s) => Date.now() - s.mtimeMs,
      () => 0,
    );
    if (age > STALE_LOCK_MS) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function makeBundle(dir: string): Promise<void> {
  const draft = `${dir}.${process.pid}`;
  const { build } = await import('esbuild');
  await mkdir(ASSETS_DIR, { recursive: true }); // the binding's folder, whether or not the console was built
  try {
    await build({
      ...MODULE_OPTIONS,
      absWorkingDir: ROOT,
      entryPoints: { worker: 'src/worker.ts' },
      outdir: draft,
      splitting: true,
      sourcemap: true,
    });
    await writeFile(join(draft, ARTIFACT_MODULE), '');
    await rename(draft, dir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Hash of everything a bundle is made of: the worker's sources, this file, the configuration, the locked packages. */
export async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((e) => e.isFile() && e.name.endsWith('.ts'))
    .map((e) => join(e.parentPath, e.name))
    .filter((file) => !file.includes(`${sep}console${sep}`))
    .sort();
  const names = ['wrangler.toml', 'package-lock.json'].map((name) => join(ROOT, name));
  const settings = [import.meta.filename, ...names];
  for (const file of [...sources, ...settings]) {
    hash.update(`${file}\0`);
    hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Removes bundles of older sources that nobody used for an hour. */
async function removeUnused(keep: string): Promise<void> {
  for (const name of await readdir(CACHE_DIR)) {
    if (name.startsWith(keep)) continue;
    const path = join(CACHE_DIR, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > UNUSED_BUNDLE_AGE_MS) await rm(path, { recursive: true, force: true });
  }
}
