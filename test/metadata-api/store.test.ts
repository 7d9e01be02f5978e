// Metadata by version in hdb_catalog: what is stored comes back, of two writers one is told, and a catalog that is not
// ours to use is left alone.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, inject, it } from 'vitest';

import { neonDatabase } from '../../src/execute/neon.ts';
import type { MetadataStore } from '../../src/metadata-api/store/store.ts';
import { metadataStore } from '../../src/metadata-api/store/store.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';

const FORMAT = 'test';
const INSTANCE = '00000000-0000-4000-8000-000000000001';

let database: TestDatabase;
let client: pg.Client;
let store: MetadataStore;

beforeAll(async () => {
  database = await createTestDatabase();
  client = await pgClient(database.url);
});

beforeEach(async () => {
  await client.query('drop schema if exists hdb_catalog cascade');
  store = openStore(database.url);
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

function openStore(connectionString: string): MetadataStore {
  return metadataStore(neonDatabase({ connectionString, endpoint: inject('neonUrl') }), INSTANCE);
}

function version(after: number, name = `after ${after}`) {
  return {
    after,
    metadata: JSON.stringify({ version: 3, sources: [], name }),
    artifact: `artifact ${name}`,
    format: FORMAT,
  };
}

it('makes its tables where there are none, and finds nothing in them', async () => {
  expect(await store.load()).toBeNull();
  expect(await store.version()).toBe(0);
  expect(await store.loadArtifact(FORMAT)).toBeNull();
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'hdb_catalog' order by 1`,
  );
  expect(rows.map((row) => row.name)).toEqual([
    'hdb_action_log',
    'hdb_cron_event_invocation_logs',
    'hdb_cron_events',
    'hdb_metadata',
    'hdb_scheduled_event_invocation_logs',
    'hdb_scheduled_events',
    'hdb_schema_notifications',
    'hdb_version',
    'hedge_artifact',
  ]);
});

it('gives back the version that was stored, and keeps the artifact of no older one than the one before', async () => {
  for (const after of [0, 1, 2]) expect(await store.save(version(after))).toBe(after + 1);
  expect(await store.load()).toEqual({
    resourceVersion: 3,
    metadata: { version: 3, sources: [], name: 'after 2' },
  });
  expect(await store.loadArtifact(FORMAT)).toEqual({ resourceVersion: 3, artifact: 'artifact after 2' });
  const { rows } = await client.query<{ v: number }>(
    'select resource_version as v from hdb_catalog.hedge_artifact order by 1',
  );
  expect(rows.map((row) => row.v)).toEqual([2, 3]);
});

it('is sent a document once, and again when there is another one, be it under the same number', async () => {
  const connection = neonDatabase({ connectionString: database.url, endpoint: inject('neonUrl') });
  const sent: (string | null | undefined)[] = [];
  const watched = metadataStore(
    {
      ...connection,
      async query(statement) {
        const result = await connection.query(statement);
        sent.push(result.rows[0]?.[1]);
        return result;
      },
    },
    INSTANCE,
  );
  await store.save(version(0));
  const first = await watched.load();
  expect(first).toMatchObject({ resourceVersion: 1, metadata: { name: 'after 0' } });
  expect(await watched.load()).toEqual(first);
  await watched.save(version(1, 'ärger 😀'));
  expect(await watched.load()).toMatchObject({ resourceVersion: 2, metadata: { name: 'ärger 😀' } });
  expect(sent).toEqual([version(0).metadata, null, null]);

  await client.query(`update hdb_catalog.hdb_metadata set metadata = '{"name": "restored"}'`);
  expect(await watched.load()).toEqual({ resourceVersion: 2, metadata: { name: 'restored' } });
  await client.query('truncate hdb_catalog.hdb_metadata');
  expect(await watched.load()).toBeNull();

  const large = JSON.stringify({ name: 'x'.repeat(4_000_000) });
  await watched.save({ ...version(0), metadata: large });
  expect(await watched.load()).toMatchObject({ resourceVersion: 1 });
  expect(sent.at(-1)).toBe(large);
});

it('has an artifact only in the format it was compiled in', async () => {
  await store.save(version(0));
  expect(await store.loadArtifact('another')).toBeNull();
  await store.saveArtifact({ resourceVersion: 1, artifact: 'other', format: 'another' });
  expect(await store.loadArtifact('another')).toEqual({ resourceVersion: 1, artifact: 'other' });
  expect(await store.loadArtifact(FORMAT)).toEqual({ resourceVersion: 1, artifact: 'artifact after 0' });
});

it('has no artifact for metadata that was put there under a number that was used before', async () => {
  await store.save(version(0));
  await client.query(
    `update hdb_catalog.hdb_metadata set metadata = '{"version": 3, "sources": [], "restored": true}'`,
  );
  expect(await store.version()).toBe(1);
  expect(await store.loadArtifact(FORMAT)).toBeNull();
});

it('tells a writer that another one was first, and keeps the first one’s version', async () => {
  await store.save(version(0));
  await store.save(version(1, 'first'));
  await expect(store.save(version(1, 'second'))).rejects.toMatchObject({
    code: 'conflict',
    status: 409,
    message: 'metadata resource version referenced (1) did not match current version',
  });
  expect(await store.load()).toMatchObject({ resourceVersion: 2, metadata: { name: 'first' } });
});

it('lets exactly one of many writers through at once, from the first version on', async () => {
  await store.load();
  // Many times the first version: there is no row yet that one of them could lock.
  for (const after of [0, 0, 0, 0, 0, 0, 0, 0, 1]) {
    if (after === 0) await client.query('delete from hdb_catalog.hdb_metadata');
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, writer) =>
        openStore(database.url).save(version(after, `writer ${writer}`)),
      ),
    );
    const won = results.flatMap((result, writer) => (result.status === 'fulfilled' ? [writer] : []));
    expect(won).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
    }
    const name = `writer ${String(won[0])}`;
    expect(await store.load()).toMatchObject({ resourceVersion: after + 1, metadata: { name } });
    expect(await store.loadArtifact(FORMAT)).toEqual({
      resourceVersion: after + 1,
      artifact: `artifact ${name}`,
    });
  }
});

it('keeps what the command line and a console put beside the metadata', async () => {
  await store.setCatalogState('cli', { migrations: { default: { '1': false } } });
  await store.setCatalogState('console', { telemetryNotificationShown: true });
  expect(await store.catalogState()).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    cli_state: { migrations: { default: { '1': false } } },
    console_state: { telemetryNotificationShown: true },
  });
});

it('takes over the catalog of a Hasura of version 48, and leaves what is in it', async () => {
  await client.query(`
    create schema hdb_catalog;
    create table hdb_catalog.hdb_version (
      hasura_uuid uuid primary key default gen_random_uuid(), version text not null, upgraded_on timestamptz not null,
      cli_state jsonb not null default '{}', console_state jsonb not null default '{}',
      ee_client_id text, ee_client_secret text);
    insert into hdb_catalog.hdb_version (version, upgraded_on, console_state) values ('48', now(), '{"a": 1}');
    create table hdb_catalog.hdb_metadata (id integer primary key, metadata json not null, resource_version integer not null default 1 unique);
    insert into hdb_catalog.hdb_metadata values (1, '{"version": 3, "sources": []}', 17)`);
  expect(await store.load()).toEqual({ resourceVersion: 17, metadata: { version: 3, sources: [] } });
  expect(await store.loadArtifact(FORMAT)).toBeNull();
  expect(await store.save(version(17))).toBe(18);
  expect(await store.catalogState()).toMatchObject({ console_state: { a: 1 } });
  const { rows } = await client.query(
    'select resource_version, instance_id from hdb_catalog.hdb_schema_notifications',
  );
  expect(rows).toEqual([{ resource_version: 18, instance_id: INSTANCE }]);
});

it('leaves a catalog of another version alone and says what to do', async () => {
  await client.query(`
    create schema hdb_catalog;
    create table hdb_catalog.hdb_version (version text);
    insert into hdb_catalog.hdb_version values ('43')`);
  await expect(store.load()).rejects.toMatchObject({
    code: 'invalid-configuration',
    message: expect.stringContaining("has Hasura's catalog in version 43, which is not 48") as string,
  });
  const { rows } = await client.query(
    `select from information_schema.tables where table_schema = 'hdb_catalog' and table_name = 'hdb_metadata'`,
  );
  expect(rows).toEqual([]);
});

it('says which rights are missing, without the connection string', async () => {
  await store.load();
  await client.query(
    `drop role if exists store_reader; create role store_reader login password 'hidden-word'`,
  );
  const url = new URL(database.url);
  url.username = 'store_reader';
  url.password = 'hidden-word';
  const error: unknown = await openStore(url.href)
    .load()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'postgres-error',
    message:
      'the database role may not use the schema hdb_catalog, where the metadata is kept: grant it all privileges on that schema',
  });
  expect(JSON.stringify(error)).not.toContain('hidden-word');
  await client.query('drop role store_reader');
});
