// Sockets of those who want more than they may: rows of others, what their old session saw, more than the limits allow,
// and the object's time and memory.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { type Live, startLive } from '../support/live.ts';
import { openSocket, type SocketOptions, type TestSocket } from '../support/socket.ts';
import { startWebhook, type Webhook } from '../support/webhook.ts';
import { METADATA, SQL } from './world.ts';

const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const MINE = 'subscription { item(order_by: {id: asc}) { id text } }';
const TABLE = { schema: 'public', name: 'item' };
const as = (role: string, id: string): Record<string, string> => ({
  ...ADMIN,
  'x-hasura-role': role,
  'x-hasura-user-id': id,
});
const user = (id: string): Record<string, string> => as('user', id);
const rows = (...items: readonly (readonly [number, string])[]) => ({
  data: { item: items.map(([id, text]) => ({ id, text })) },
});

/** Slow to look by itself: what is seen sooner was not found by a poll. */
const INTERVAL_MS = 3000;
const LIMITED = ['shallow', 'rare'];

let live: Live;
let client: pg.Client;
/** Asked who they are that have no secret. */
let webhook: Webhook;

beforeAll(async () => {
  webhook = await startWebhook();
  live = await startLive({
    sql: SQL,
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: String(INTERVAL_MS),
      HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: '100',
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
      HEDGE_CONNECTION_SHARDS: '1',
      HASURA_GRAPHQL_AUTH_HOOK: webhook.url,
      HEDGE_MAX_BODY_BYTES: '2000000',
    },
  });
  client = await pgClient(live.database.url);
});
afterAll(async () => {
  await client?.end();
  await live?.stop();
  await webhook?.stop();
});
beforeEach(async () => {
  await client.query(`truncate item; insert into item values (1, 'a', 'one'), (2, 'b', 'two')`);
  const [source] = METADATA.sources;
  const [item, quotient] = source?.tables ?? [];
  const [mine] = item?.select_permissions ?? [];
  const roles = ['user', 'other', ...LIMITED];
  const select_permissions = roles.map((role) => ({ ...mine, role }));
  const metadata = {
    ...METADATA,
    sources: [{ ...source, tables: [{ ...item, select_permissions }, quotient] }],
    api_limits: {
      depth_limit: { per_role: { shallow: 0 } },
      rate_limit: { per_role: { rare: { max_reqs_per_min: 2, unique_params: 'IP' } } },
    },
  };
  expect((await live.command('replace_metadata', { metadata }, { version: 2 })).status).toBe(200);
});

async function opened(headers: Readonly<Record<string, string>>, options: SocketOptions = {}) {
  const socket = await openSocket(live.url, options);
  expect(await socket.init(headers)).toEqual({ type: 'connection_ack' });
  return socket;
}

async function subscribed(headers: Readonly<Record<string, string>>, query = MINE): Promise<TestSocket> {
  const socket = await opened(headers);
  socket.start('1', query);
  await socket.next('1');
  return socket;
}

const nothingLeft = (): Promise<void> =>
  expect.poll(async () => (await live.request('/dev/subscriptions')).body, { timeout: 5000 }).toEqual([]);

describe('a renewed session', () => {
  it('has what was started just before it, too', async () => {
    const socket = await opened(user('a'));
    const ids = Array.from({ length: 40 }, (_, n) => `${n}`);
    for (const id of ids) socket.start(id, MINE);
    socket.send({ type: 'connection_init', payload: { headers: user('b') } });
    expect(await socket.next(null)).toEqual({ type: 'connection_ack' });
    const acknowledged = socket.frames.findIndex(({ type }) => type === 'connection_ack');
    const second = socket.frames.findLastIndex(({ type }) => type === 'connection_ack');
    expect(second).toBeGreaterThan(acknowledged);
    const after = () => socket.frames.slice(second + 1);
    await expect.poll(() => new Set(after().map(({ id }) => id)).size, { timeout: 5000 }).toBe(ids.length);
    await client.query(`update item set text = 'new'`);
    await live.graphql('mutation { update_item_many(updates: []) { affected_rows } }');
    expect(JSON.stringify(after())).not.toContain('"id":1,');
    socket.close();
    await nothingLeft();
  });

  it('is not given what waited for a slow reader', async () => {
    const socket = await opened(user('a'), { pongs: false });
    await client.query(`update item set text = repeat('a', 1200000) where id = 1`);
    socket.start('1', MINE);
    await socket.next('1');
    socket.start('2', MINE);
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.send({ type: 'connection_init', payload: { headers: user('b') } });
    expect(await socket.end()).toMatchObject({ code: 1012 });
    expect(socket.frames.some(({ id }) => id === '2')).toBe(false);
    await nothingLeft();
  });

  it('is told what others of its new cohort have, also after the object slept', async () => {
    const [mine, other] = await Promise.all([subscribed(user('a')), subscribed(user('b'))]);
    await live.worker.evict('ConnectionObject');
    mine.send({ type: 'connection_init', payload: { headers: user('b') } });
    expect(await mine.next(null)).toEqual({ type: 'connection_ack' });
    expect(await mine.next('1')).toMatchObject({ payload: rows([2, 'two']) });
    expect(await other.silent('1', 200)).toBe(true);
    mine.close();
    other.close();
    await nothingLeft();
  });

  it('does not hide new metadata from others', async () => {
    const revoked = await subscribed(as('other', 'a'));
    const socket = await subscribed(user('a'));
    await live.command('pg_drop_select_permission', { table: TABLE, role: 'other' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    socket.send({ type: 'connection_init', payload: { headers: user('b') } });
    expect(await revoked.end(2 * INTERVAL_MS)).toMatchObject({ code: 1012 });
    expect(await socket.end()).toMatchObject({ code: 1012 });
    await nothingLeft();
  });
});

describe('a webhook', () => {
  const told = (more: object = {}): string =>
    JSON.stringify({ 'x-hasura-role': 'user', 'x-hasura-user-id': 'a', ...more });

  it('says who is behind a socket, and ends what it says has ended', async () => {
    webhook.reply(({ headers }) => ({
      status: headers['cookie'] === 'known' ? 200 : 401,
      body: told({ expires: new Date(Date.now() - 1000).toUTCString() }),
    }));
    const unknown = await openSocket(live.url);
    unknown.send({ type: 'connection_init' });
    expect(await unknown.end()).toMatchObject({ code: 4403 });
    const late = await openSocket(live.url);
    late.send({ type: 'connection_init', payload: { headers: { cookie: 'known' } } });
    late.start('1', MINE);
    expect(await late.end()).toMatchObject({ code: 4403 });
    expect(late.frames.some(({ id }) => id === '1')).toBe(false);
    webhook.reply(() => ({ body: told() }));
    const socket = await opened({ authorization: 'x' });
    socket.start('1', MINE);
    expect(await socket.next('1')).toMatchObject({ payload: rows([1, 'one']) });
    socket.close();
    await nothingLeft();
  });

  it('that is slow does not let a client fill the memory', async () => {
    webhook.reply(() => ({ delayMs: 1000, body: told() }));
    const socket = await openSocket(live.url);
    socket.send({ type: 'connection_init' });
    for (const n of [1, 2, 3]) socket.start(`${n}`, `${MINE}#${'x'.repeat(900_000)}`);
    expect(await socket.end(900)).toMatchObject({ code: 1009 });
    await nothingLeft();
  });
});

describe('cohorts', () => {
  it('are apart for values that only look alike, and for roles with the same statement', async () => {
    await client.query(
      `insert into item values (3, 'A', 'big'), (4, '{a}', 'list'), (5, '["a"]', 'json'), (6, '', 'none')`,
    );
    const found = async (headers: Readonly<Record<string, string>>) => {
      const socket = await opened(headers);
      socket.start('1', MINE);
      const { payload } = await socket.next('1');
      socket.close();
      return payload;
    };
    const each = await Promise.all(
      [user('a'), user('A'), user('{a}'), user('["a"]'), as('other', 'b'), user('')].map(found),
    );
    expect(each).toEqual([
      rows([1, 'one']),
      rows([3, 'big']),
      rows([4, 'list']),
      rows([5, 'json']),
      rows([2, 'two']),
      rows([6, 'none']),
    ]);
    await nothingLeft();
  });
});

describe('limits', () => {
  it.each([
    ['shallow', 'depth-limit-exceeded', 1],
    ['rare', 'rate-limit-exceeded', 3],
  ])('hold for %s over a socket', async (role, code, times) => {
    const socket = await opened(as(role, 'a'));
    for (let n = 1; n <= times; n += 1) socket.start(`${n}`, MINE);
    expect(await socket.next(`${times}`)).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code } }],
    });
    socket.close();
    await nothingLeft();
  });

  it('a socket that holds more than 8 MB of results is closed', async () => {
    await client.query(`update item set text = repeat('a', 1200000) where id = 1`);
    const socket = await opened(user('a'), { pongs: false });
    for (let n = 1; n <= 10; n += 1) socket.start(`${n}`, MINE.replace('subscription', 'query'));
    expect(await socket.end()).toMatchObject({ code: 1013 });
    await nothingLeft();
  });

  it('a long id that is in use and thousands of operations cost next to nothing', async () => {
    const id = 'ü'.repeat(300_000);
    const socket = await opened(user('a'));
    socket.start(id, MINE);
    await socket.next(id);
    socket.start(id, MINE);
    expect((await socket.end(3000)).reason).toContain('4400: an operation already exists');
    const many = await opened(user('a'));
    for (let n = 1; n <= 2000; n += 1) many.start(`${n}`, MINE);
    expect(await many.next('2000')).toMatchObject({ payload: [{ extensions: { code: 'start-failed' } }] });
    many.close();
    await nothingLeft();
  });
});
