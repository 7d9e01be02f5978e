// src/console/ and the packages of GraphiQL -> static files under /console/ in the folder of the `ASSETS` binding.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ASSETS_DIR, ROOT, WORK_DIR } from './paths.ts';

const SOURCES = join(ROOT, 'src', 'console');
const OUTPUT = join(ASSETS_DIR, 'console');
const STAMP = join(WORK_DIR, 'console.hash');

/** True when `buildConsole` has something to do: never built, or its sources or the locked packages changed since. */
export async function isConsoleStale(): Promise<boolean> {
  if (!existsSync(join(OUTPUT, 'index.html'))) return true;
  const stamp = await readFile(STAMP, 'utf8').catch(() => '');
  return stamp !== (await consoleHash());
}

/**
 * Builds the console: everything it loads comes from its own origin, no script stands inside the page, and none calls
 * `eval`, so that a strict Content-Security-Policy holds (Monaco needs inline styles, and fonts from `data:`).
 */
export async function buildConsole(): Promise<void> {
  const { build } = await import('esbuild');
  await mkdir(ASSETS_DIR, { recursive: true });
  const draft = await mkdtemp(join(WORK_DIR, 'console-'));
  const common = {
    absWorkingDir: ROOT,
    outdir: draft,
    bundle: true,
    minify: true,
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.ttf': 'file' },
    legalComments: 'none',
    logLevel: 'error',
  } as const;
  await Promise.all([
    build({
      ...common,
      entryPoints: [join(SOURCES, 'main.ts')],
      format: 'esm',
      splitting: true,
      chunkNames: 'chunk-[hash]',
    }),
    // Monaco's background scripts are classic workers: one self-contained file each.
    build({
      ...common,
      entryPoints: {
        'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
        'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
        'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
      },
      format: 'iife',
    }),
    copyFile(join(SOURCES, 'index.html'), join(draft, 'index.html')),
    copyFile(join(SOURCES, 'icon.svg'), join(draft, 'icon.svg')),
  ]);
  await rm(OUTPUT, { recursive: true, force: true });
  await rename(draft, OUTPUT);
  await writeFile(STAMP, await consoleHash());
}

async function consoleHash(): Promise<string> {
  const hash = createHash('sha256');
  const names = (await readdir(SOURCES)).sort();
  const files = [
    ...names.map((name) => join(SOURCES, name)),
    join(ROOT, 'package-lock.json'),
    import.meta.filename,
  ];
  for (const file of files) hash.update(`${file}\0`).update(await readFile(file));
  return hash.digest('hex');
}
