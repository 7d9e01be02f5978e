// A database that Hasura v2 served, as its dump describes it: Hedge serves it as it is, its metadata is exported as
// Hasura's command line would, and Hasura finds everything in its place afterwards.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { must } from '../../src/util/assert.ts';
import { runHedge } from '../cli/support.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FOLDER = join(import.meta.dirname, 'expected');

let database: TestDatabase;
let client: pg.Client;
let live: Live;

beforeAll(async () => {
  const sql = await readFile(join(import.meta.dirname, 'hasura-v48.sql'), 'utf8');
  database = await createTestDatabase({ sql });
  client = await pgClient(database.url);
  live = await startLive({ database });
});
afterAll(async () => {
  await live.stop();
  await client.end();
  await database.drop();
});

/** What of the catalog must be as Hasura left it. */
async function catalog(): Promise<unknown> {
  const { rows } = await client.query('select * from hdb_catalog.hdb_version');
  return rows;
}

async function stored(): Promise<{ resource_version: number; metadata: Record<string, unknown> }> {
  const { rows } = await client.query<{ resource_version: number; metadata: Record<string, unknown> }>(
    'select resource_version, metadata from hdb_catalog.hdb_metadata',
  );
  expect(rows).toHaveLength(1);
  return must(rows[0], 'there is one row');
}

it('serves it, with its permissions, without a change', async () => {
  const before = [await catalog(), await stored()];
  const query =
    '{ article(order_by: {id: asc}) { title author { name initial } } search_articles(args: {search: "b"}) { id } }';
  expect((await live.graphql(query)).body).toEqual({
    data: {
      article: [
        { title: 'Bridges', author: { name: 'Ann', initial: 'A' } },
        { title: 'Boats', author: { name: 'Ben', initial: 'B' } },
      ],
      search_articles: [{ id: 1 }, { id: 2 }],
    },
  });
  const asUser = { 'x-hasura-role': 'user', 'x-hasura-user-id': '1' };
  expect((await live.graphql('{ article { title author { name } } }', asUser)).body).toEqual({
    data: { article: [{ title: 'Bridges', author: { name: 'Ann' } }] },
  });
  expect((await live.request('/api/rest/articles', { headers: asUser })).body).toEqual({
    article: [{ id: 1, title: 'Bridges' }],
  });
  expect([await catalog(), await stored()]).toEqual(before);
});

it('is exported into the directory that Hasura’s command line writes', { timeout: 60_000 }, async () => {
  const folder = await temporaryFolder();
  try {
    const { code, stderr } = await runHedge(
      ['metadata', 'export', '--endpoint', live.url, '--admin-secret', ADMIN_SECRET],
      { cwd: folder.path },
    );
    expect(stderr).toContain('Metadata exported');
    expect(code).toBe(0);
    expect(await filesIn(join(folder.path, 'metadata'))).toEqual(await filesIn(FOLDER));
  } finally {
    await folder.remove();
  }
});

it('keeps every part of it through a change, for Hasura to take it back', async () => {
  const before = await stored();
  const version = await catalog();
  const permission = { columns: ['id'], filter: {} };
  const args = { source: 'default', table: 'author', role: 'guest', permission };
  expect((await live.command('pg_create_select_permission', args)).body).toEqual({ message: 'success' });
  expect((await live.command('pg_drop_select_permission', args)).body).toEqual({ message: 'success' });
  const after = await stored();
  expect(after.resource_version).toBe(before.resource_version + 2);
  expect(after.metadata).toEqual(before.metadata);
  expect(await catalog()).toEqual(version);
  const { rows } = await client.query(
    'select resource_version, notification from hdb_catalog.hdb_schema_notifications',
  );
  expect(rows).toEqual([
    {
      resource_version: after.resource_version,
      notification: { metadata: true, remote_schemas: [], sources: [], data_connectors: [] },
    },
  ]);
});

async function filesIn(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = await readFile(path, 'utf8');
  }
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}
