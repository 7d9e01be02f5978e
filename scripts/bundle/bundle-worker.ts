// src/worker.ts -> the modules `wrangler deploy` would upload, made by wrangler itself without a network. The artifact
// is a module apart (`hedge-artifact`), so a bundle is made once per state of the sources and takes any artifact.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ARTIFACT_MODULE, ASSETS_DIR, ROOT, WORK_DIR, WRANGLER_CONFIG } from './paths.ts';

/** Settings under which wrangler asks nobody and sends nothing. */
export const QUIET_WRANGLER: Readonly<Record<string, string>> = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  DO_NOT_TRACK: '1',
  HEDGE_ARTIFACT_READY: '1',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
  WRANGLER_LOG_PATH: join(WORK_DIR, 'logs'),
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_SEND_METRICS: 'false',
};

const CACHE_DIR = join(WORK_DIR, 'bundle');
const UNUSED_BUNDLE_AGE_MS = 60 * 60 * 1000;
/** Longer than any bundling takes; a lock older than this was left by a killed process. */
const STALE_LOCK_MS = 60_000;

/** Bundles in the making, so that parallel callers in one process share the work. */
const pending = new Map<string, Promise<string>>();

/**
 * Bundles the worker and returns the folder that holds `worker.js` (and an empty `hedge-artifact`). Bundles
 * are kept by a hash of the sources: an unchanged worker costs a few milliseconds. With `outDir` a copy is put there.
 * @throws Error with wrangler's output when the worker does not compile.
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
  await mkdir(draft, { recursive: true });
  await mkdir(ASSETS_DIR, { recursive: true });
  const placeholder = join(draft, 'placeholder.txt');
  const tsconfig = join(draft, 'tsconfig.json');
  const out = join(draft, 'out');
  const settings = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: { paths: { [ARTIFACT_MODULE]: [placeholder] } },
  };
  try {
    await writeFile(placeholder, '');
    await writeFile(tsconfig, JSON.stringify(settings));
    await runWrangler(['deploy', '--dry-run', '--outdir', out, '--tsconfig', tsconfig]);
    await rm(join(out, 'README.md'), { force: true });
    await rename(out, dir);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Runs this checkout's wrangler and returns what it printed.
 * @throws Error with wrangler's output when it fails.
 */
export function runWrangler(args: readonly string[]): Promise<string> {
  const bin = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args, '--config', WRANGLER_CONFIG], {
      cwd: ROOT,
      env: { ...process.env, ...QUIET_WRANGLER },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`wrangler ${args[0] ?? ''} failed:\n${output.trim()}`));
    });
  });
}

/** Hash of everything a bundle is made of: the worker's sources, the configuration, the locked packages. */
export async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const sources = entries
    .filter((e) => e.isFile() && e.name.endsWith('.ts'))
    .map((e) => join(e.parentPath, e.name))
    .filter((file) => !file.includes(`${sep}console${sep}`))
    .sort();
  const settings = ['wrangler.toml', 'tsconfig.json', 'package-lock.json'].map((name) => join(ROOT, name));
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
