// The local endpoint against Neon's own driver: results, batches, errors, a client that goes away, a database that goes down.

import { neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import type { NeonEndpoint } from '../../scripts/neon/endpoint.ts';
import { startNeonEndpoint } from '../../scripts/neon/endpoint.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';

let endpoint: NeonEndpoint;
let database: TestDatabase;

beforeAll(async () => {
  endpoint = await startNeonEndpoint();
  database = await createTestDatabase({ sql: 'create table kv (k int primary key, v jsonb)' });
  neonConfig.fetchEndpoint = () => endpoint.url;
});
afterAll(async () => {
  await endpoint?.stop();
  await database?.drop();
});

const driver = () => neon(withPassword(database.url), { fullResults: true });

/** The driver wants a password in the string; the server trusts anyone. */
function withPassword(url: string): string {
  const parsed = new URL(url);
  parsed.password ||= 'none';
  return parsed.href;
}

describe('queries', () => {
  test('types come out as the driver reads them from text', async () => {
    const { rows, command, rowCount, fields } = await driver().query(
      'select $1::int as i, $2::int[] as a, $3::jsonb as j, null as n, 1.5::numeric as d',
      [7, [1, 2], { x: [1] }],
    );
    expect(rows).toEqual([{ i: 7, a: [1, 2], j: { x: [1] }, n: null, d: '1.5' }]);
    expect([command, rowCount, fields.map((f) => f.name)]).toEqual(['SELECT', 1, ['i', 'a', 'j', 'n', 'd']]);
  });

  test('a batch is one transaction, and none of it stays when a statement fails', async () => {
    const sql = driver();
    await sql.transaction([sql`insert into kv values (1, '1')`, sql`insert into kv values (2, '2')`], {
      isolationLevel: 'Serializable',
    });
    await expect(
      sql.transaction([sql`insert into kv values (3, '3')`, sql`insert into kv values (1, '1')`]),
    ).rejects.toMatchObject({ code: '23505', constraint: 'kv_pkey' });
    expect((await sql`select k from kv order by k`).rows).toEqual([{ k: 1 }, { k: 2 }]);
  });

  test('a read-only batch refuses to write', async () => {
    const sql = driver();
    await expect(
      sql.transaction([sql`insert into kv values (9, '9')`], { readOnly: true }),
    ).rejects.toMatchObject({ code: '25006' });
  });
});

describe('refusals', () => {
  test.each([
    ['select 1; select 2', '42601'],
    ['selec', '42601'],
    ['select 1/0', '22012'],
    ['select * from nowhere', '42P01'],
  ])('%s: %s', async (text, code) => {
    await expect(driver().query(text)).rejects.toMatchObject({ code, severity: 'ERROR' });
  });

  test('a database that is not there', async () => {
    const url = new URL(withPassword(database.url));
    url.pathname = '/nowhere';
    await expect(neon(url.href).query('select 1')).rejects.toMatchObject({ code: '3D000' });
  });

  test('a server that is not there', async () => {
    await expect(neon('postgresql://u:secret@127.0.0.1:1/x').query('select 1')).rejects.toThrow(
      /500.*cannot be reached \(ECONNREFUSED\)/,
    );
  });

  test.each([
    ['GET', undefined, 404],
    ['POST', 'no json', 400],
    ['POST', '{"params":[]}', 400],
  ])('%s %s', async (method, body, status) => {
    const headers = { 'neon-connection-string': database.url };
    const response = await fetch(endpoint.url, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
  });
});

test('a client that goes away cancels its statement', async () => {
  const controller = new AbortController();
  const asked = fetch(endpoint.url, {
    method: 'POST',
    headers: { 'neon-connection-string': database.url },
    body: JSON.stringify({ query: 'select pg_sleep(20) as gone_client', params: [] }),
    signal: controller.signal,
  });
  const client = await pgClient(inject('serverUrl'));
  const running = async (): Promise<number> =>
    (
      await client.query(
        `select 1 from pg_stat_activity where query like '%gone_client%' and state = 'active' and pid <> pg_backend_pid()`,
      )
    ).rows.length;
  try {
    await expect.poll(running).toBe(1);
    controller.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(running).toBe(0);
  } finally {
    await client.end();
  }
});
