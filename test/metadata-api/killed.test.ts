// The runtime killed while it replaces the metadata: afterwards the old or the new version is there and served, whole.

import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { type ServedWorker, serveWorker } from '../../scripts/serve/serve-worker.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase } from '../support/database.ts';

const TABLES = 30;
/** When to kill, in milliseconds after the request was sent; a replace takes about a tenth of a second here. */
const KILL_AFTER_MS = [0, 10, 20, 30, 40, 50, 60, 80, 100, 130, 170, 220];

/** In the order of an export. */
const tableName = (i: number): string => `t${String(i).padStart(2, '0')}`;

let database: TestDatabase;

beforeAll(async () => {
  const tables = Array.from(
    { length: TABLES },
    (_, i) => `create table ${tableName(i)} (id int primary key, name text);`,
  );
  database = await createTestDatabase({ sql: tables.join('\n') });
});
afterAll(async () => {
  await database.drop();
});

async function start(): Promise<ServedWorker> {
  return await serveWorker({
    bundleDir: inject('bundleDir'),
    artifactText: '',
    settings: { compatibilityDate: '2026-11-01', compatibilityFlags: [], vars: {} },
    environment: {
      HEDGE_METADATA: 'live',
      HASURA_GRAPHQL_DATABASE_URL: database.url,
      NEON_ENDPOINT: inject('neonUrl'),
    },
    port: 0,
    log: 'ignore',
  });
}

async function post(worker: ServedWorker, path: string, body: unknown): Promise<unknown> {
  const response = await fetch(worker.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return await response.json();
}

/** A version of the metadata: every table has the same prefix. */
function version(prefix: string): Record<string, unknown> {
  return {
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        tables: Array.from({ length: TABLES }, (_, i) => ({
          table: { schema: 'public', name: tableName(i) },
          configuration: {
            column_config: {},
            custom_column_names: {},
            custom_name: `${prefix}_${i}`,
            custom_root_fields: {},
          },
          select_permissions: [{ role: 'user', permission: { columns: ['id'], filter: {} } }],
        })),
        configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
      },
    ],
  };
}

it('leaves the old version or the new one, whenever it is killed', { timeout: 120_000 }, async () => {
  let worker = await start();
  let current = 'v0';
  await post(worker, '/v1/metadata', { type: 'replace_metadata', args: version(current) });
  const outcomes: string[] = [];
  for (const [round, delay] of KILL_AFTER_MS.entries()) {
    const next = `v${round + 1}`;
    const answer = post(worker, '/v1/metadata', { type: 'replace_metadata', args: version(next) }).catch(
      () => null,
    );
    await sleep(delay);
    process.kill(worker.pid, 'SIGKILL');
    await Promise.all([answer, worker.ended, worker.stop()]);

    worker = await start();
    const found = (await post(worker, '/v1/metadata', { type: 'export_metadata', args: {} })) as object;
    const isNew = JSON.stringify(found).includes(`${next}_0`);
    if ((await answer) !== null) expect(isNew, 'what was answered stays').toBe(true);
    if (isNew) current = next;
    outcomes.push(isNew ? 'new' : 'old');
    expect(found).toMatchObject(version(current));
    const fields = Array.from({ length: TABLES }, (_, i) => `${current}_${i} { id }`);
    expect(await post(worker, '/v1/graphql', { query: `{ ${fields.join(' ')} }` })).toHaveProperty('data');
    const health = await fetch(`${worker.url}/healthz?strict=true`);
    expect(await health.text()).toBe('OK');
  }
  await worker.stop();
  // The first is killed before the request can have been read.
  expect(outcomes[0]).toBe('old');
});
