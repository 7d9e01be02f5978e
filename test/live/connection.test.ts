// Sockets through what happens to them: new metadata, ends of tokens, objects that slept, a new version of the worker,
// clients that vanish or do not read.

import { SignJWT } from 'jose';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { type Live, startLive } from '../support/live.ts';
import { openSocket, type SocketOptions } from '../support/socket.ts';
import { METADATA, SQL } from './world.ts';

const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const KEY = 'a secret of at least thirty-two bytes';
const TABLE = { schema: 'public', name: 'item' };
const user = (id: string): Record<string, string> => ({
  ...ADMIN,
  'x-hasura-role': 'user',
  'x-hasura-user-id': id,
});
const MINE = 'subscription { item(order_by: {id: asc}) { id text } }';
const STREAM = 'subscription { item_stream(batch_size: 10, cursor: {initial_value: {id: 0}}) { id } }';
const rows = (...items: readonly (readonly [number, string])[]) => ({
  data: { item: items.map(([id, text]) => ({ id, text })) },
});

let live: Live;
let client: pg.Client;
/** Of the worker's log. */
let lines: string[];

async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
  lines = [];
  live = await startLive({
    sql: SQL,
    onLine: (line) => lines.push(line),
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: '100',
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: KEY }),
      HASURA_GRAPHQL_CORS_DOMAIN: 'https://app.example.com',
      ...env,
    },
  });
  client = await pgClient(live.database.url);
  const { status } = await live.command('replace_metadata', { metadata: METADATA }, { version: 2 });
  expect(status).toBe(200);
}

async function stop(): Promise<void> {
  await client?.end();
  await live?.stop();
}

async function opened(headers: Readonly<Record<string, string>> = ADMIN, options: SocketOptions = {}) {
  const socket = await openSocket(live.url, options);
  expect(await socket.init(headers)).toEqual({ type: 'connection_ack' });
  return socket;
}

/** A subscription whose first result has come. */
async function subscribed(
  query: string,
  headers?: Readonly<Record<string, string>>,
  options?: SocketOptions,
) {
  const socket = await opened(headers, options);
  socket.start('1', query);
  const first = await socket.next('1');
  return { socket, first };
}

const token = (seconds: number, id = 'a'): Promise<string> =>
  new SignJWT({
    'https://hasura.io/jwt/claims': {
      'x-hasura-default-role': 'user',
      'x-hasura-allowed-roles': ['user'],
      'x-hasura-user-id': id,
    },
  })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(new TextEncoder().encode(KEY));

const left = async (): Promise<unknown> => (await live.request('/dev/subscriptions')).body;
const write = (text: string): Promise<unknown> =>
  client.query(`update item set text = $1 where id = 1`, [text]);

describe('a connection object', () => {
  beforeAll(() => start());
  afterAll(stop);
  beforeEach(async () => {
    await client.query(`truncate item; insert into item values (1, 'a', 'one'), (2, 'b', 'two')`);
  });

  it('wakes with its subscriptions, and tells nothing twice', async () => {
    const { socket } = await subscribed(MINE, user('a'));
    const { socket: stream } = await subscribed(STREAM);
    await live.worker.evict('ConnectionObject');
    await write('after sleep');
    expect(await socket.next('1')).toMatchObject({ payload: rows([1, 'after sleep']) });
    await client.query(`insert into item values (3, 'b', 'three')`);
    expect(await stream.next('1')).toMatchObject({ payload: { data: { item_stream: [{ id: 3 }] } } });
    await live.worker.evict('ConnectionObject');
    socket.start('3', MINE);
    expect(await socket.next('3')).toMatchObject({ payload: rows([1, 'after sleep']) });
    expect(await socket.silent('1', 200)).toBe(true);
    socket.start('2', '{ item { text } }');
    expect(await socket.next('2')).toMatchObject({ payload: { data: { item: [{ text: 'after sleep' }] } } });
    socket.stop('1');
    socket.close();
    stream.close();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
  });

  it('wakes with those who are known when others had not said who they are', async () => {
    const silent = await Promise.all(Array.from({ length: 20 }, () => openSocket(live.url)));
    const known = await Promise.all(Array.from({ length: 20 }, () => subscribed(MINE, user('a'))));
    await live.worker.evict('ConnectionObject');
    await write('first');
    for (const { socket } of known)
      expect(await socket.next('1')).toMatchObject({ payload: rows([1, 'first']) });
    await live.worker.evict('ConnectionObject');
    await write('second');
    for (const { socket } of known)
      expect(await socket.next('1')).toMatchObject({ payload: rows([1, 'second']) });
    for (const { socket } of known) socket.close();
    for (const socket of silent) socket.close();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
  });

  it('forgets sockets that were cut off', async () => {
    const sockets = await Promise.all([subscribed(MINE, user('a')), subscribed(MINE, user('b'))]);
    for (const { socket } of sockets) socket.cut();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
  });

  it('ends a session with its token', async () => {
    const { socket } = await subscribed(MINE, { authorization: `Bearer ${await token(2)}` });
    expect(await socket.end()).toEqual({
      code: 4403,
      reason: '{"server_error_msg":"4403: the session has expired"}',
    });
  });

  it('lets a session be renewed before its token ends', async () => {
    const { socket } = await subscribed(MINE, { authorization: `Bearer ${await token(2)}` });
    expect(await socket.init({ authorization: `Bearer ${await token(60)}` })).toEqual({
      type: 'connection_ack',
    });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await write('later');
    expect(await socket.next('1')).toMatchObject({ payload: rows([1, 'later']) });
    socket.close();
  });

  it('closes the sockets of a user when an administrator says so', async () => {
    const [one, other] = await Promise.all([subscribed(MINE, user('a')), subscribed(MINE, user('b'))]);
    const close = (body: unknown, headers = {}) =>
      live.request('/hedge/sessions/close', { method: 'POST', body: JSON.stringify(body), headers });
    const wanted = { variable: 'X-Hasura-User-Id', value: 'a' };
    expect((await close(wanted, { 'x-hasura-role': 'user' })).body).toMatchObject({ code: 'access-denied' });
    expect((await close({ variable: 'x-hasura-user-id' })).body).toMatchObject({ code: 'parse-failed' });
    expect((await close(wanted)).body).toEqual({ closed: 1 });
    expect(await one.socket.end()).toMatchObject({ code: 4403 });
    await write('other goes on');
    other.socket.start('2', '{ item { id } }');
    expect(await other.socket.next('2')).toMatchObject({ type: 'next' });
    other.socket.close();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
    expect((await close({ variable: 'x-hasura-user-id', value: 'b' })).body).toEqual({ closed: 0 });
  });

  it('keeps two clients with the same ids apart', async () => {
    const [one, other] = await Promise.all([subscribed(MINE, user('a')), subscribed(MINE, user('a'))]);
    one.socket.stop('1');
    await write('two tabs');
    expect(await other.socket.next('1')).toMatchObject({ payload: rows([1, 'two tabs']) });
    expect(await one.socket.silent('1', 200)).toBe(true);
    one.socket.close();
    other.socket.close();
  });

  it('outlives coming and going', async () => {
    const socket = await opened(user('a'));
    for (let n = 0; n < 200; n += 1) {
      socket.start(`n${n}`, MINE);
      socket.stop(`n${n}`);
    }
    socket.start('last', MINE);
    expect(await socket.next('last')).toMatchObject({ payload: rows([1, 'one']) });
    await write('still');
    expect(await socket.next('last')).toMatchObject({ payload: rows([1, 'still']) });
    socket.close();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
  });

  it('tells a client that does not read only the newest, once it reads', async () => {
    const slow = await opened(user('a'), { pongs: false });
    await client.query(`update item set text = repeat('x', 700000) where id = 1`);
    slow.start('1', MINE);
    await slow.next('1');
    for (const n of [1, 2, 3, 4]) {
      await client.query(`update item set text = repeat($1, 700000) where id = 1`, [String(n)]);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    // A megabyte without an answer, and the rest waits.
    expect(slow.frames.length).toBe(2 + 1);
    slow.send({ type: 'pong' });
    await expect.poll(() => JSON.stringify(slow.frames.at(-1)?.payload)).toContain('4444');
    expect(slow.frames.length).toBe(2 + 1 + 1);
    slow.close();
  });

  it('says in the log what happens', async () => {
    lines.length = 0;
    const { socket } = await subscribed(MINE, user('a'));
    socket.start('bad', '{ nothing }');
    await socket.next('bad');
    socket.stop('1');
    socket.close();
    const events = (): unknown[] =>
      lines
        .map((line) => JSON.parse(line) as { type: string; detail: { event: Record<string, unknown> } })
        .filter(({ type }) => type === 'websocket-log')
        .map(({ detail: { event } }) => {
          const of = event['detail'] as { operation_id: string; operation_type: { type: string } } | null;
          return of ? `${of.operation_id} ${of.operation_type.type}` : event['type'];
        });
    await expect.poll(events).toEqual(['accepted', '1 started', 'bad query_err', '1 stopped', 'closed']);
    expect(lines.join('\n')).not.toContain(ADMIN_SECRET);
  });

  it('refuses pages that CORS does not name', async () => {
    await expect(openSocket(live.url, { headers: { origin: 'https://evil.example' } })).rejects.toThrow(
      'refused (403)',
    );
    const socket = await openSocket(live.url, { headers: { origin: 'https://app.example.com' } });
    socket.close();
  });

  it('is closed with new metadata, and a permission that is gone is gone', async () => {
    const { socket } = await subscribed(MINE, user('a'));
    const drop = await live.command('pg_drop_select_permission', { table: TABLE, role: 'user' });
    expect(drop.status).toBe(200);
    expect(await socket.end()).toMatchObject({ code: 1012 });
    const again = await opened(user('a'));
    again.start('1', MINE);
    expect(await again.next('1')).toMatchObject({ type: 'error' });
    again.close();
    await live.command('replace_metadata', { metadata: METADATA }, { version: 2 });
  });

  it('gives clients of a new version of the worker the newest state', async () => {
    const { socket } = await subscribed(MINE, user('a'));
    await live.worker.reload({ vars: { ...live.vars, HASURA_GRAPHQL_LOG_LEVEL: 'warn' } });
    await socket.end();
    await write('while away');
    const { socket: again, first } = await subscribed(MINE, user('a'));
    expect(first).toMatchObject({ payload: rows([1, 'while away']) });
    again.close();
  });
});

describe('with HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE=false', () => {
  beforeAll(() => start({ HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE: 'false' }));
  afterAll(stop);

  it('plans subscriptions again', async () => {
    await client.query(`insert into item values (1, 'a', 'one'), (2, 'b', 'two')`);
    const { socket: mine } = await subscribed(MINE, user('a'));
    const { socket: all } = await subscribed(MINE);
    await live.command('pg_drop_select_permission', { table: TABLE, role: 'user' });
    expect(await mine.next('1')).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'validation-failed' } }],
    });
    await write('seen by those who may');
    expect(await all.next('1')).toMatchObject({ payload: rows([1, 'seen by those who may'], [2, 'two']) });
    expect(await mine.silent('1', 300)).toBe(true);
    mine.close();
    all.close();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
  });
});
