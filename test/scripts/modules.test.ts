// What of the bundle the runtime reads before the first request, and what only when it is asked for.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, expect, inject, it } from 'vitest';

import { moduleNames, startModuleNames } from '../../scripts/bundle/modules.ts';

let start: string;
let all: string;

beforeAll(async () => {
  const dir = inject('bundleDir');
  const textOf = async (names: readonly string[]): Promise<string> =>
    (await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')))).join('\n');
  start = await textOf(await startModuleNames(dir));
  all = await textOf(await moduleNames(dir));
});

it('a query finds what it needs in the modules of the start', () => {
  expect(start.includes('json_agg')).toBe(true);
  expect(start.includes('Neon-Connection-String')).toBe(true);
});

it.each([
  ['the compiler', 'found conflicting definitions for GraphQL type'],
  ['commands', 'bulk_keep_going'],
  ['the store', 'hdb_schema_notifications'],
  ['GraphQL’s type system', '"GraphQLSchema"'],
  ['OpenAPI documents', 'This OpenAPI specification'],
])('%s is in another module', (_part, words) => {
  expect(all.includes(words)).toBe(true);
  expect(start.includes(words)).toBe(false);
});
