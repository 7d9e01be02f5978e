// Which ways of saving a file are noticed.

import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { type Watch, watchFolder } from '../../scripts/cli/watch.ts';

let dir: string;
let watch: Watch;
let calls = 0;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hedge-watch-'));
  await mkdir(join(dir, 'a/b'), { recursive: true });
  await writeFile(join(dir, 'a/b/file.yaml'), '1');
  calls = 0;
  watch = watchFolder(dir, async () => {
    calls += 1;
  });
});
afterEach(async () => {
  await watch.stop();
  await rm(dir, { recursive: true, force: true });
});

async function noticed(count: number): Promise<void> {
  await vi.waitFor(() => expect(calls).toBeGreaterThanOrEqual(count), { timeout: 5000 });
}

it('notices a file that is written, replaced, and written again', async () => {
  const file = join(dir, 'a/b/file.yaml');
  await writeFile(file, '2');
  await noticed(1);
  await writeFile(join(dir, 'a/b/.tmp'), '3');
  await rename(join(dir, 'a/b/.tmp'), file);
  await noticed(2);
  await writeFile(file, '4');
  await noticed(3);
});

it('notices files in folders that are made later', async () => {
  await mkdir(join(dir, 'c/d'), { recursive: true });
  await noticed(1);
  await writeFile(join(dir, 'c/d/new.yaml'), '1');
  await noticed(2);
  await rm(join(dir, 'c'), { recursive: true });
  await noticed(3);
});
