// A bundle's folder -> its modules of code: `worker.js`, with which the runtime starts, and those it may load later.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The module that the runtime starts with. */
export const ENTRY_MODULE = 'worker.js';

/** Names of all modules, the entry first. */
export async function moduleNames(bundleDir: string): Promise<string[]> {
  const others = (await readdir(bundleDir)).filter((name) => name.endsWith('.js') && name !== ENTRY_MODULE);
  return [ENTRY_MODULE, ...others.sort()];
}

/** Names of the modules that are read before the first request: the entry, and what it imports other than by `import()`. */
export async function startModuleNames(bundleDir: string): Promise<string[]> {
  const names = new Set([ENTRY_MODULE]);
  for (const name of names) {
    const text = await readFile(join(bundleDir, name), 'utf8');
    for (const [, imported] of text.matchAll(/\b(?:from|import)\s*"\.\/([^"]+)"/g)) names.add(imported ?? '');
  }
  return [...names];
}
