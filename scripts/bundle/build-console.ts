// src/console/ and the packages of GraphiQL and Swagger UI -> static files under /console/ in the folder of the `ASSETS` binding.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

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
 * `eval`, so that a strict Content-Security-Policy holds (Monaco needs inline styles, and fonts from `data:`). Swagger UI
 * sends the document to a service that checks it unless told not to, which the page does.
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
      entryPoints: { main: join(SOURCES, 'main.ts'), 'rest/main': join(SOURCES, 'rest', 'main.ts') },
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
    ...['index.html', 'icon.svg', 'rest/index.html'].map((name) =>
      copyInto(join(draft, name), join(SOURCES, name)),
    ),
    // What Swagger UI's licence wants to go with it.
    ...['LICENSE', 'NOTICE'].map((name) =>
      copyInto(join(draft, 'rest', `${name}.txt`), join(ROOT, 'node_modules', 'swagger-ui-dist', name)),
    ),
  ]);
  await rm(OUTPUT, { recursive: true, force: true });
  await rename(draft, OUTPUT);
  await writeFile(STAMP, await consoleHash());
}

async function copyInto(target: string, source: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
}

async function consoleHash(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(SOURCES, { recursive: true, withFileTypes: true });
  const sources = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const files = [...sources.sort(), join(ROOT, 'package-lock.json'), import.meta.filename];
  for (const file of files) hash.update(`${file}\0`).update(await readFile(file));
  return hash.digest('hex');
}
