// Live mode: an isolate serves what is stored, nothing that anyone remembers of before, and tells what is stored to administrators alone.

import { afterAll, beforeAll, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

const POLL_MS = 100;
const QUERY = '{ secret { id } }';

let live: Live;
let client: Awaited<ReturnType<typeof pgClient>>;
beforeAll(async () => {
  live = await startLive({
    sql: 'create table secret (id int primary key); insert into secret values (1)',
    env: { HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: String(POLL_MS) },
  });
  client = await pgClient(live.database.url);
});
afterAll(async () => {
  await client?.end();
  await live?.stop();
});

const answer = async (): Promise<unknown> => (await live.graphql(QUERY)).body;

it('follows a metadata database that a backup took back to an older version', async () => {
  await live.command('export_metadata', {});
  const { rows } = await client.query<{ metadata: unknown; resource_version: number }>(
    'select metadata, resource_version from hdb_catalog.hdb_metadata',
  );
  const backup = rows[0];
  await live.command('pg_track_table', { source: 'default', table: 'secret' });
  expect(await answer()).toEqual({ data: { secret: [{ id: 1 }] } });
  await client.query('update hdb_catalog.hdb_metadata set metadata = $1, resource_version = $2', [
    backup?.metadata,
    backup?.resource_version,
  ]);
  await expect
    .poll(answer, { timeout: 5000, interval: POLL_MS })
    .toMatchObject({ errors: [{ extensions: { code: 'validation-failed' } }] });
});

it('serves a metadata database anew that was emptied', async () => {
  await live.command('pg_track_table', { source: 'default', table: 'secret' });
  expect(await answer()).toEqual({ data: { secret: [{ id: 1 }] } });
  await client.query('drop schema hdb_catalog cascade');
  await expect
    .poll(answer, { timeout: 5000, interval: POLL_MS })
    .toMatchObject({ errors: [{ extensions: { code: 'validation-failed' } }] });
});

it('answers nothing from a version that was replaced while the isolate had no requests', async () => {
  await live.command('pg_track_table', { source: 'default', table: 'secret' });
  const other = await startLive({
    database: live.database,
    env: { HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: String(POLL_MS) },
  });
  try {
    expect((await other.graphql(QUERY)).body).toEqual({ data: { secret: [{ id: 1 }] } });
    await live.command('pg_untrack_table', { source: 'default', table: 'secret' });
    await new Promise((resolve) => setTimeout(resolve, POLL_MS * 6));
    const answers = await Promise.all([other.graphql(QUERY), other.graphql(QUERY)]);
    for (const { body } of answers) expect(body).toHaveProperty('errors');
  } finally {
    await other.stop();
  }
});

it('tells administrators alone what is in metadata that it cannot read', async () => {
  const broken = {
    version: 3,
    sources: [{ name: 'hidden', kind: 'mssql', tables: [], configuration: {} }],
  };
  await client.query('update hdb_catalog.hdb_metadata set metadata = $1, resource_version = 1000', [broken]);
  const other = await startLive({ database: live.database });
  try {
    const asUser = await other.graphql(QUERY, { 'x-hasura-role': 'user' });
    expect(JSON.stringify(asUser.body)).toContain('the stored metadata cannot be read');
    expect(JSON.stringify(asUser.body)).not.toMatch(/hidden|mssql/);
    expect(JSON.stringify((await other.graphql(QUERY)).body)).toMatch(/mssql/);
  } finally {
    await other.stop();
  }
});
