// Metadata in a database of its own: the source's database is left without it, and SQL on the source is followed in two
// steps.

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

const SUCCESS = { status: 200, body: { message: 'success' } };

let metadata: TestDatabase;
let live: Live;

beforeAll(async () => {
  metadata = await createTestDatabase();
  live = await startLive({
    sql: `create table author (id int primary key, name text); insert into author values (1, 'Ann')`,
    env: { HASURA_GRAPHQL_METADATA_DATABASE_URL: metadata.url },
  });
});
afterAll(async () => {
  await live.stop();
  await metadata.drop();
});

async function hasCatalog({ url }: TestDatabase): Promise<boolean> {
  const client = await pgClient(url);
  try {
    const { rowCount } = await client.query(`select from pg_namespace where nspname = 'hdb_catalog'`);
    return rowCount === 1;
  } finally {
    await client.end();
  }
}

it('keeps nothing in the database of the source', async () => {
  expect(await live.command('pg_track_table', { table: 'author' })).toEqual(SUCCESS);
  expect((await live.graphql('{ author { name } }')).body).toEqual({ data: { author: [{ name: 'Ann' }] } });
  expect(await hasCatalog(metadata)).toBe(true);
  expect(await hasCatalog(live.database)).toBe(false);
});

it('follows SQL all the same, and refuses what it would refuse', async () => {
  const rename = { sql: 'alter table author rename column name to full_name' };
  expect((await live.command('run_sql', rename, { path: '/v2/query' })).status).toBe(200);
  expect((await live.graphql('{ author { full_name } }')).body).toEqual({
    data: { author: [{ full_name: 'Ann' }] },
  });
  const permission = { columns: ['full_name'], filter: {} };
  expect(
    await live.command('pg_create_select_permission', { table: 'author', role: 'user', permission }),
  ).toEqual(SUCCESS);
  const drop = { sql: 'alter table author drop column full_name' };
  expect(await live.command('run_sql', drop, { path: '/v2/query' })).toMatchObject({
    status: 400,
    body: { code: 'dependency-error' },
  });
  expect((await live.graphql('{ author { full_name } }', { 'x-hasura-role': 'user' })).body).toEqual({
    data: { author: [{ full_name: 'Ann' }] },
  });
});
