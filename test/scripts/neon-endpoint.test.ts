// The local endpoint against Neon's own driver: results, batches, errors, a client that goes away, a database that goes down.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { neon, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import { startEmbeddedPostgres } from '../../scripts/database/embedded.ts';
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

/** A request of our own, where the driver would not send such a thing. */
async function post(
  body: unknown,
  options: { readonly url?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const response = await fetch(options.url ?? endpoint.url, {
    method: 'POST',
    headers: { 'neon-connection-string': database.url, ...options.headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe('answers', () => {
  const VALUES = `select 1::int2, 2::int8, 1.5::float8, 'NaN'::float8, true, null, '{"a":[1]}'::jsonb,
    array[1,null,3], array['a"b','c,d','NULL',null], array[[true,false]], 1.10::numeric, '2020-01-01'::date, 'x'::name`;

  test('raw text, rows as lists: as the driver asks for it', async () => {
    const headers = { 'neon-raw-text-output': 'true', 'neon-array-mode': 'true' };
    const { json } = await post({ query: VALUES }, { headers });
    expect(json['rows']).toEqual([
      [
        '1',
        '2',
        '1.5',
        'NaN',
        't',
        null,
        '{"a": [1]}',
        '{1,NULL,3}',
        '{"a\\"b","c,d","NULL",NULL}',
        '{{t,f}}',
        '1.10',
        '2020-01-01',
        'x',
      ],
    ]);
    expect(json).toMatchObject({ command: 'SELECT', rowCount: 1, rowAsArray: true });
  });

  test('without headers: values as JSON, rows as objects', async () => {
    const { json } = await post({ query: `select v.* from (${VALUES}) v(a,b,c,d,e,f,g,h,i,j,k,l,m)` });
    expect(json['rows']).toEqual([
      {
        a: 1,
        b: '2',
        c: 1.5,
        d: 'NaN',
        e: true,
        f: null,
        g: { a: [1] },
        h: [1, null, 3],
        i: ['a"b', 'c,d', 'NULL', null],
        j: [[true, false]],
        k: '1.10',
        l: '2020-01-01',
        m: 'x',
      },
    ]);
  });

  test.each([
    ['create temporary table tt (n int)', 'CREATE', null],
    ['insert into kv values (100, null), (101, null)', 'INSERT', 2],
    ['update kv set v = null where k = 100', 'UPDATE', 1],
    ['delete from kv where k >= 100', 'DELETE', 2],
    ['', '', null],
    ['-- nothing', '', null],
    ['copy (select 1) to stdout', 'COPY', 1],
  ])('%s', async (query, command, rowCount) => {
    expect((await post({ query })).json).toMatchObject({ command, rowCount });
  });

  test('parameters that are no strings become literals of their type', async () => {
    const query = 'select $1::bool, $2::float8, $3::int[], $4::text[], $5::jsonb, $6::int';
    const { json } = await post({ query, params: [true, 1.5, [1, null], ['a"\\', [2]], { x: 'é' }, null] });
    expect(json).toMatchObject({ code: '22P02' });
    const again = await post({ query, params: [true, 1.5, [1, null], ['a"\\', 'NULL'], { x: 'é' }, null] });
    expect(Object.values((again.json['rows'] as [object])[0])).toContainEqual(['a"\\', 'NULL']);
  });

  test('a batch gives each result, and an empty one none', async () => {
    const queries = [{ query: 'select 1 as a' }, { query: '' }, { query: 'select $1 as b', params: ['x'] }];
    const { json } = await post({ queries });
    expect(json['results']).toMatchObject([{ rows: [{ a: 1 }] }, { rows: [] }, { rows: [{ b: 'x' }] }]);
    expect((await post({ queries: [] })).json).toEqual({ results: [] });
  });

  test('a batch runs at the isolation level its header names', async () => {
    const queries = [{ query: 'show transaction_isolation' }, { query: 'show transaction_deferrable' }];
    const headers = {
      'neon-batch-isolation-level': 'Serializable',
      'neon-batch-read-only': 'true',
      'neon-batch-deferrable': 'true',
    };
    const { json } = await post({ queries }, { headers });
    expect(json['results']).toMatchObject([
      { rows: [{ transaction_isolation: 'serializable' }] },
      { rows: [{ transaction_deferrable: 'on' }] },
    ]);
    const wrong = await post({ queries }, { headers: { 'neon-batch-isolation-level': 'x; drop table kv' } });
    expect(wrong).toMatchObject({
      status: 400,
      json: { message: 'invalid isolation level: x; drop table kv' },
    });
  });

  test('every character that JSON escapes, in short texts and in long ones', async () => {
    const text =
      Array.from({ length: 0x2fff }, (_, n) => String.fromCodePoint(n + 1)).join('') + '\\"😀\u2028';
    const controls = '\u0001\u001f\n\t'.repeat(500);
    for (const value of [text, controls, text.slice(0, 100), `${'x'.repeat(511)}"`]) {
      const { json } = await post(
        { query: 'select $1::text as a, $1::text as b', params: [value] },
        { headers: { 'neon-raw-text-output': 'true' } },
      );
      expect(json['rows']).toEqual([{ a: value, b: value }]);
    }
  });

  test('a megabyte in one value, ten thousand rows, sixteen requests at once', async () => {
    const big = await post({
      query: `select repeat('é"', 500000) as t, $1 as p`,
      params: ['ü'.repeat(500_000)],
    });
    expect((big.json['rows'] as [{ t: string; p: string }])[0]).toEqual({
      t: 'é"'.repeat(500_000),
      p: 'ü'.repeat(500_000),
    });
    const many = await post({ query: 'select generate_series(1, 10000) as n' });
    expect((many.json['rows'] as unknown[]).at(-1)).toEqual({ n: 10_000 });
    const parallel = Array.from({ length: 40 }, (_, n) =>
      post({ query: 'select $1::int as n', params: [n] }),
    );
    expect((await Promise.all(parallel)).map(({ json }) => json['rows'])).toEqual(
      parallel.map((_, n) => [{ n }]),
    );
  });
});

describe('what could go wrong between requests', () => {
  test.each([
    ['a zero byte in a statement', { query: 'select 1\0; drop table kv' }, '22021'],
    ['a zero byte in a value', { query: 'select $1::text', params: ['\0'] }, '22021'],
    [
      'more parameters than there can be',
      { query: 'select 1', params: Array.from({ length: 65_536 }, () => 'x') },
      null,
    ],
    ['COPY FROM STDIN', { query: 'copy kv from stdin' }, '57014'],
    [
      'an error at commit',
      {
        queries: [
          { query: 'create temporary table d (n int unique deferrable initially deferred) on commit drop' },
          { query: 'insert into d values (1), (1)' },
        ],
      },
      '23505',
    ],
  ])('%s is an error, and the next request works', async (_, body, code) => {
    const { status, json } = await post(body);
    expect([status, json['code']]).toEqual([400, code]);
    expect((await post({ query: 'select count(*) as n from kv where k = 100' })).json['rows']).toEqual([
      { n: '0' },
    ]);
  });

  test('a transaction that is left open is not handed to the next', async () => {
    await post({ query: 'begin' });
    const open = `select count(*)::int as n from pg_stat_activity
      where datname = current_database() and state like 'idle in transaction%'`;
    await expect.poll(async () => (await post({ query: open })).json['rows']).toEqual([{ n: 0 }]);
  });

  test('requests of web pages and of other paths are refused', async () => {
    expect((await post({ query: 'select 1' }, { headers: { origin: 'https://evil.example' } })).status).toBe(
      403,
    );
    expect((await post({ query: 'select 1' }, { url: endpoint.url.replace('/sql', '/') })).status).toBe(404);
    expect(
      (await post({ query: 'select 1' }, { headers: { 'neon-connection-string': '' } })).json['message'],
    ).toBe('missing header: Neon-Connection-String');
    const secret = await post(
      { query: 'select 1' },
      { headers: { 'neon-connection-string': 'x://u:s3cret@h/d' } },
    );
    expect([secret.status, JSON.stringify(secret.json).includes('s3cret')]).toEqual([400, false]);
  });

  test('sessions that the server ends are replaced', async () => {
    await post({ query: 'select 1' });
    const running = post({ query: `select pg_sleep(20) as ended_by_the_server` });
    await expect
      .poll(async () => {
        const { json } = await post({
          query: `select count(pg_terminate_backend(pid)) as n from pg_stat_activity
            where query like '%ended_by_the_server%' and state = 'active' and pid <> pg_backend_pid()`,
        });
        return json['rows'];
      })
      .toEqual([{ n: '1' }]);
    expect((await running).json['code']).toBe('57P01');
    expect((await post({ query: 'select 1 as n' })).json['rows']).toEqual([{ n: 1 }]);
  });
});

test('a server that goes down is a 500, and is used again when it is back', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hedge-endpoint-'));
  chmodSync(dataDir, 0o755);
  const options = { dataDir: join(dataDir, 'data') };
  let server = await startEmbeddedPostgres(options);
  const headers = { 'neon-connection-string': 'postgresql://postgres@db.example/postgres' };
  const port = Number(new URL(server.url).port);
  const own = await startNeonEndpoint({ databaseUrl: server.url });
  try {
    const ask = () => post({ query: 'select 1 as n' }, { url: own.url, headers });
    expect((await ask()).json['rows']).toEqual([{ n: 1 }]);
    await server.stop();
    expect(await ask()).toEqual({
      status: 500,
      json: { message: 'the database cannot be reached (ECONNREFUSED)', code: 'ECONNREFUSED' },
    });
    server = await startEmbeddedPostgres({ ...options, port });
    expect((await ask()).json['rows']).toEqual([{ n: 1 }]);
  } finally {
    await own.stop();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
});

describe('prepared statements', () => {
  let prepared: NeonEndpoint;
  beforeAll(async () => {
    prepared = await startNeonEndpoint({ prepare: true, connections: 1 });
  });
  afterAll(() => prepared.stop());
  const ask = async (query: string, ...params: unknown[]) =>
    (await post({ query, params }, { url: prepared.url })).json;

  test('are kept by their text, with other values', async () => {
    for (const n of [1, 2, 3])
      expect((await ask('select $1::int + 1 as n', n))['rows']).toEqual([{ n: n + 1 }]);
    const { rows } = await ask(
      `select count(*)::int as n from pg_prepared_statements where statement like 'select $1::int + 1%'`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('that a migration or DISCARD made stale are prepared again', async () => {
    await ask('create table stale (a int)');
    await ask('insert into stale values (1)');
    expect((await ask('select * from stale'))['rows']).toEqual([{ a: 1 }]);
    await ask(`alter table stale add b text default 'x'`);
    expect((await ask('select * from stale'))['rows']).toEqual([{ a: 1, b: 'x' }]);
    await ask('deallocate all');
    expect((await ask('select * from stale'))['rows']).toEqual([{ a: 1, b: 'x' }]);
  });

  test('that fail are not kept, and 300 others do not fill the server', async () => {
    for (const _ of [1, 2]) expect((await ask('select 1/$1::int as n', 0))['code']).toBe('22012');
    expect((await ask('select 1/$1::int as n', 1))['rows']).toEqual([{ n: 1 }]);
    const queries = Array.from({ length: 300 }, (_, n) => ({ query: `select ${n} as n` }));
    await post({ queries }, { url: prepared.url });
    expect((await ask('select 7 as n'))['rows']).toEqual([{ n: 7 }]);
    const { rows } = await ask('select count(*)::int as n from pg_prepared_statements');
    expect((rows as [{ n: number }])[0].n).toBeLessThan(260);
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
