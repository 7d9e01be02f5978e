// The threats of docs/security.md -> the tests it names are there, under the titles it gives them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { ROOT } from '../../scripts/bundle/paths.ts';

const page = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
const NAMED = [...page.matchAll(/`(?!\/)([\w/-]+\/[\w-]+)(?: › ([^`]+))?`/g)].map(
  ([, file = '', title = '']) => ({ file, title }),
);

it('are answered by tests', () => {
  expect(NAMED.length).toBeGreaterThan(60);
});

it.each(NAMED)('$file › $title', ({ file, title }) => {
  const path = join(ROOT, 'test', `${file}.test.ts`);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(title);
});
