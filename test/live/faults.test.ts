// What goes wrong around live queries: objects that lose their memory, a database that is away or slow, large results; and
// that nothing is left when the last subscriber has gone.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { NeonEndpoint } from '../../scripts/neon/endpoint.ts';
import { startNeonEndpoint } from '../../scripts/neon/endpoint.ts';
import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { type Live, startLive } from '../support/live.ts';
import type { SocketProtocol } from '../support/socket.ts';
import { openSocket } from '../support/socket.ts';
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts';
import { METADATA, SQL } from './world.ts';

const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const ITEMS = 'subscription { item(order_by: {id: asc}) { id text } }';
const STREAM = 'subscription { item_stream(batch_size: 10, cursor: {initial_value: {id: 0}}) { id } }';
const SLOW_MS = 300;
/** Every look at it takes longer than the interval. */
const SLOW_SQL = `create view slow as select id, text from item where id = 1 and pg_sleep(${SLOW_MS / 1000})::text = '';`;
const KEEP_ALIVE_MS = 1000;

let live: Live;
let client: pg.Client;
let endpoint: NeonEndpoint;
/** Statements of live queries and streams that reached the endpoint. */
let polls = 0;
/** Statements that read the metadata. */
let looks = 0;
let objects: TemporaryFolder;

async function startEndpoint(port = 0): Promise<void> {
  endpoint = await startNeonEndpoint({
    port,
    onStatements: (texts) => {
      polls += texts.filter((text) => text.includes('with ordinality')).length;
      looks += texts.filter((text) => text.includes('hdb_catalog')).length;
    },
  });
}

beforeAll(async () => {
  await startEndpoint();
  objects = await temporaryFolder();
  live = await startLive({
    sql: SQL + SLOW_SQL,
    objectsDir: objects.path,
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      // Requests do not look at the metadata by themselves.
      HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: '600000',
      HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE: String(KEEP_ALIVE_MS / 1000),
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
      NEON_ENDPOINT: endpoint.url,
    },
  });
  client = await pgClient(live.database.url);
  const [source] = METADATA.sources;
  const tables = [...(source?.tables ?? []), { table: { schema: 'public', name: 'slow' } }];
  const metadata = { ...METADATA, sources: [{ ...source, tables }] };
  expect((await live.command('replace_metadata', { metadata }, { version: 2 })).status).toBe(200);
});
afterAll(async () => {
  await client?.end();
  await live?.stop();
  await endpoint?.stop();
  await objects?.remove();
});
beforeEach(async () => {
  await client.query(`truncate item; insert into item values (1, 'a', 'one'), (2, 'b', 'two')`);
});

async function subscribed(query: string, protocol: SocketProtocol = 'graphql-transport-ws') {
  const socket = await openSocket(live.url, { protocol });
  await socket.init(ADMIN);
  socket.start('1', query);
  const first = await socket.next('1', 10_000);
  return { socket, first };
}

const write = (text: string): Promise<unknown> =>
  client.query(`update item set text = $1 where id = 1`, [text]);
const result = (...texts: readonly string[]) => ({
  payload: { data: { item: texts.map((text) => ({ text })) } },
});
const left = async (): Promise<unknown> => (await live.request('/dev/subscriptions')).body;

describe('a worker that is started anew', () => {
  it('forgets the sockets it had, and tells those who come back', async () => {
    const { socket } = await subscribed(ITEMS);
    const { socket: stream } = await subscribed(STREAM);
    expect(kept().length).toBeGreaterThan(0);
    await live.worker.reload({});
    await Promise.all([socket.end(), stream.end()]);
    await expect.poll(kept, { timeout: 10_000 }).toEqual([]);
    await write('meanwhile');
    const { socket: again, first } = await subscribed(ITEMS);
    expect(first).toMatchObject(result('meanwhile', 'two'));
    again.close();
  });
});

describe('a database that is away', () => {
  it('is told once, and what was written meanwhile is seen when it is back', async () => {
    const { socket } = await subscribed(ITEMS);
    const { socket: stream } = await subscribed(STREAM);
    const { port } = endpoint;
    await endpoint.stop();
    expect(await socket.next('1')).toMatchObject({ payload: { errors: [{ message: expect.any(String) }] } });
    expect(await socket.silent('1', 1000)).toBe(true);
    await client.query(`insert into item values (3, 'a', 'meanwhile')`);
    await startEndpoint(port);
    expect(await socket.next('1', 10_000)).toMatchObject(result('one', 'two', 'meanwhile'));
    expect((await stream.next('1')).payload).toHaveProperty('errors');
    expect(await stream.next('1', 10_000)).toMatchObject({ payload: { data: { item_stream: [{ id: 3 }] } } });
    socket.close();
    stream.close();
  });

  it('while objects wake does not keep anybody out for good', async () => {
    const { socket } = await subscribed(ITEMS);
    const { port } = endpoint;
    await endpoint.stop();
    await live.worker.reload({});
    await socket.end();
    // The alarm of the connection object wakes it, and it the poller object, which cannot read the metadata.
    await sleep(KEEP_ALIVE_MS * 2);
    await startEndpoint(port);
    await write('back');
    const { socket: other, first } = await subscribed(ITEMS);
    expect(first).toMatchObject(result('back', 'two'));
    other.close();
    await expect.poll(kept, { timeout: 10_000 }).toEqual([]);
  });
});

describe('a poll slower than the interval', () => {
  it('is not begun again before it ends, and holds up no other socket', async () => {
    const { socket } = await subscribed('subscription { slow { id text } }');
    const before = polls;
    const seconds = 2;
    const end = performance.now() + seconds * 1000;
    let longest = 0;
    for (let n = 0; performance.now() < end; n += 1) {
      await write(`slow ${n}`);
      const start = performance.now();
      await live.graphql('{ item_by_pk(id: 2) { id } }');
      longest = Math.max(longest, performance.now() - start);
      await sleep(50);
    }
    expect(polls - before).toBeLessThanOrEqual((seconds * 1000) / SLOW_MS + 1);
    expect(longest).toBeLessThan(SLOW_MS * 5);
    await write('the last');
    for (;;) if (JSON.stringify(await socket.next('1')).includes('the last')) break;
    socket.close();
  });
});

describe('a slow query that was stopped', () => {
  it('does not end what has its id now', async () => {
    const socket = await openSocket(live.url);
    await socket.init(ADMIN);
    socket.start('1', '{ slow { id text } }');
    await sleep(SLOW_MS / 3);
    socket.stop('1');
    socket.start('1', ITEMS);
    expect(await socket.next('1')).toMatchObject(result('one', 'two'));
    expect(await socket.silent('1', SLOW_MS * 2)).toBe(true);
    await write('still told');
    expect(await socket.next('1')).toMatchObject(result('still told', 'two'));
    socket.close();
  });
});

describe('a result of a megabyte', () => {
  it.each(['graphql-transport-ws', 'graphql-ws'] as const)('comes whole by %s', async (protocol) => {
    const { socket } = await subscribed(ITEMS, protocol);
    for (const letter of ['x', 'y']) {
      const text = letter.repeat(1_000_000);
      await write(text);
      expect((await socket.next('1', 10_000)).payload).toEqual({
        data: {
          item: [
            { id: 1, text },
            { id: 2, text: 'two' },
          ],
        },
      });
    }
    socket.close();
  });
});

describe('when the last subscriber has left', () => {
  it('no object keeps anything or wakes by itself, and nothing asks the database', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => (await subscribed(n % 2 ? ITEMS : STREAM)).socket),
    );
    const fast = await openSocket(live.url);
    await fast.init(ADMIN);
    for (let n = 0; n < 100; n += 1) {
      fast.start(`n${n}`, ITEMS);
      await sleep(5);
      fast.stop(`n${n}`);
    }
    expect(kept().length).toBeGreaterThan(0);
    for (const [n, socket] of [...sockets, fast].entries()) {
      if (n % 3) socket.close();
      else socket.cut();
    }
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
    await expect.poll(kept, { timeout: 5000 }).toEqual([]);
    const before = polls;
    await write('nobody sees it');
    await sleep(KEEP_ALIVE_MS + 500);
    expect(polls).toBe(before);
    expect(kept()).toEqual([]);
  });

  it('a write through the service looks at no metadata for them', async () => {
    await live.worker.evict('PollerObject');
    looks = 0;
    const answer = await live.graphql('mutation { delete_item(where: {}) { affected_rows } }');
    expect(answer).toMatchObject({ body: { data: { delete_item: { affected_rows: 2 } } } });
    await sleep(300);
    expect(looks).toBe(0);
  });
});

/** Rows, keys and alarms that objects have in storage. */
function kept(): readonly string[] {
  const found: string[] = [];
  for (const file of readdirSync(objects.path, { recursive: true, encoding: 'utf8' })) {
    // The alarms of a class are in its metadata.sqlite.
    if (!/(?:Poller|Connection)Object.*\.sqlite$/.test(file)) continue;
    const database = new DatabaseSync(join(objects.path, file), { readOnly: true });
    const tables = database.prepare(`select name from sqlite_master where type = 'table'`).all();
    for (const { name } of tables) {
      const row = database.prepare(`select count(*) as n from "${String(name)}"`).get();
      if (row?.['n'] !== 0) found.push(`${file} ${String(name)}: ${String(row?.['n'])}`);
    }
    database.close();
  }
  return found;
}
