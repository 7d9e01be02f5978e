// Both WebSocket protocols on the real worker, frame by frame.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';
import { openSocket, type SocketOptions, type TestSocket } from '../support/socket.ts';
import { METADATA, SQL } from './world.ts';

let hedge: Hedge;
let client: pg.Client;
const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const user = (id: string): Record<string, string> => ({
  ...ADMIN,
  'x-hasura-role': 'user',
  'x-hasura-user-id': id,
});

beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL,
    metadata: METADATA,
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT: '1',
      HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE: '1',
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
      HEDGE_MAX_OPERATIONS_PER_SOCKET: '5',
      HEDGE_MAX_BODY_BYTES: '100000',
    },
  });
  client = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await client?.end();
  await hedge?.stop();
});
beforeEach(async () => {
  await client.query(`truncate item; insert into item values (1, 'a', 'one'), (2, 'b', 'two')`);
});

const MINE = 'subscription { item(order_by: {id: asc}) { id text } }';
const rows = (...items: readonly (readonly [number, string])[]) => ({
  data: { item: items.map(([id, text]) => ({ id, text })) },
});

async function opened(options: SocketOptions, headers: Readonly<Record<string, string>> = ADMIN) {
  const socket = await openSocket(hedge.url, options);
  expect(await socket.init(headers)).toEqual({ type: 'connection_ack' });
  return socket;
}

describe.each([
  { protocol: 'graphql-transport-ws', data: 'next', isNew: true },
  { protocol: 'graphql-ws', data: 'data', isNew: false },
  { protocol: null, data: 'data', isNew: false },
] as const)('protocol $protocol', ({ protocol, data, isNew }) => {
  it('is named in the answer', async () => {
    const socket = await openSocket(hedge.url, { protocol });
    expect(socket.protocol).toBe(protocol ?? '');
    socket.close();
  });

  it('tells a result, what it becomes by a write from outside and by one of its own, and nothing after the end', async () => {
    const socket = await opened({ protocol }, user('a'));
    socket.start('x', MINE);
    expect(await socket.next('x')).toEqual({ type: data, id: 'x', payload: rows([1, 'one']) });
    await client.query(`update item set text = 'ONE' where id = 1`);
    expect(await socket.next('x')).toEqual({ type: data, id: 'x', payload: rows([1, 'ONE']) });
    await client.query(`update item set text = 'TWO' where id = 2`);
    expect(await socket.silent('x', 300)).toBe(true);
    await hedge.graphql(`mutation { update_item_by_pk(pk_columns: {id: 1}, _set: {text: "1"}) { id } }`);
    expect(await socket.next('x')).toEqual({ type: data, id: 'x', payload: rows([1, '1']) });
    socket.stop('x');
    await client.query(`update item set text = 'gone' where id = 1`);
    expect(await socket.silent('x', 300)).toBe(true);
    socket.close();
  });

  it('answers queries and mutations, each completed, mutations in their order', async () => {
    const socket = await opened({ protocol });
    socket.start('q', '{ item(order_by: {id: asc}) { id text } }');
    expect(await socket.next('q')).toEqual({ type: data, id: 'q', payload: rows([1, 'one'], [2, 'two']) });
    expect(await socket.next('q')).toEqual({ type: 'complete', id: 'q' });
    for (const n of [1, 2, 3])
      socket.start(
        `m${n}`,
        `mutation { update_item_by_pk(pk_columns: {id: 1}, _set: {text: "${n}"}) { text } }`,
      );
    socket.start('after', '{ item_by_pk(id: 1) { text } }');
    expect(await socket.next('after')).toEqual({
      type: data,
      id: 'after',
      payload: { data: { item_by_pk: { text: '3' } } },
    });
    for (const n of [1, 2, 3]) {
      expect(await socket.next(`m${n}`)).toMatchObject({
        payload: { data: { update_item_by_pk: { text: String(n) } } },
      });
      expect(await socket.next(`m${n}`)).toEqual({ type: 'complete', id: `m${n}` });
    }
    socket.close();
  });

  it('refuses what is not valid, and goes on', async () => {
    const socket = await opened({ protocol }, user('a'));
    socket.start('bad', 'subscription { secret { id } }');
    const error = {
      message: "field 'secret' not found in type: 'subscription_root'",
      extensions: { path: '$.selectionSet.secret', code: 'validation-failed' },
    };
    expect(await socket.next('bad')).toEqual({
      type: 'error',
      id: 'bad',
      payload: isNew ? [error] : { errors: [error] },
    });
    if (!isNew) expect(await socket.next('bad')).toEqual({ type: 'complete', id: 'bad' });
    socket.start('bad', '{ item { id } }');
    expect(await socket.next('bad')).toMatchObject({ type: data });
    socket.close();
  });

  it('tells an error of the database', async () => {
    const socket = await opened({ protocol });
    socket.start('m', `mutation { insert_item_one(object: {id: 1, owner: "a", text: "again"}) { id } }`);
    const frame = await socket.next('m');
    const errors = isNew ? frame.payload : (frame.payload as { errors: unknown }).errors;
    expect(frame.type).toBe(isNew ? 'error' : 'data');
    expect(errors).toMatchObject([{ extensions: { code: 'constraint-violation' } }]);
    if (!isNew) expect(await socket.next('m')).toEqual({ type: 'complete', id: 'm' });
    socket.close();
  });

  it('tells subscribers an error once, and the result when it is there again', async () => {
    const socket = await opened({ protocol });
    await client.query(`update item set text = '0'`);
    socket.start('f', 'subscription { quotient(order_by: {id: asc}, limit: 1) { id n } }');
    expect(await socket.next('f')).toMatchObject({ type: data, payload: { errors: [{ extensions: {} }] } });
    expect(await socket.silent('f', 300)).toBe(true);
    await client.query(`update item set text = '2'`);
    expect(await socket.next('f')).toEqual({
      type: data,
      id: 'f',
      payload: { data: { quotient: [{ id: 1, n: 5 }] } },
    });
    socket.close();
  });

  it('tells __typename once', async () => {
    const socket = await opened({ protocol });
    socket.start('t', 'subscription { __typename }');
    expect(await socket.next('t')).toEqual({
      type: data,
      id: 't',
      payload: { data: { __typename: 'subscription_root' } },
    });
    expect(await socket.next('t')).toEqual({ type: 'complete', id: 't' });
    socket.close();
  });

  it('gives the batches of a stream, each row once', async () => {
    const socket = await opened({ protocol });
    socket.start('s', 'subscription { item_stream(batch_size: 1, cursor: {initial_value: {id: 0}}) { id } }');
    const batch = (...ids: readonly number[]) => ({
      type: data,
      id: 's',
      payload: { data: { item_stream: ids.map((id) => ({ id })) } },
    });
    expect(await socket.next('s')).toEqual(batch(1));
    expect(await socket.next('s')).toEqual(batch(2));
    await client.query(`insert into item values (3, 'a', 'three')`);
    expect(await socket.next('s')).toEqual(batch(3));
    expect(await socket.silent('s', 300)).toBe(true);
    socket.close();
  });

  it('keeps users apart who ask the same', async () => {
    const [a, b] = await Promise.all([opened({ protocol }, user('a')), opened({ protocol }, user('b'))]);
    a.start('1', MINE);
    b.start('1', MINE);
    expect(await a.next('1')).toMatchObject({ payload: rows([1, 'one']) });
    expect(await b.next('1')).toMatchObject({ payload: rows([2, 'two']) });
    a.close();
    b.close();
  });

  it('refuses an id that is in use', async () => {
    const socket = await opened({ protocol });
    socket.start('1', MINE);
    await socket.next('1');
    socket.start('1', MINE);
    const error = {
      message: 'an operation already exists with this id: 1',
      extensions: { path: '$', code: 'start-failed' },
    };
    expect(await socket.next('1')).toEqual({
      type: 'error',
      id: '1',
      payload: isNew ? [error] : { errors: [error] },
    });
    if (isNew) {
      expect(await socket.end()).toEqual({
        code: 1000,
        reason: '{"server_error_msg":"4400: an operation already exists with this id: 1"}',
      });
      return;
    }
    expect(await socket.next('1')).toEqual({ type: 'complete', id: '1' });
    await client.query(`update item set text = 'still told'`);
    expect(await socket.next('1')).toMatchObject({ type: 'data' });
    socket.close();
  });

  it('refuses operations before connection_init', async () => {
    const socket = await openSocket(hedge.url, { protocol });
    socket.start('1', MINE);
    expect(await socket.next('1')).toMatchObject({ type: 'error', id: '1' });
    if (isNew) expect(await socket.end()).toMatchObject({ code: 1000 });
    else expect(await socket.next('1')).toEqual({ type: 'complete', id: '1' });
    socket.close();
  });

  it('refuses more operations than a socket may have', async () => {
    const socket = await opened({ protocol });
    for (const n of [1, 2, 3, 4, 5]) socket.start(String(n), MINE);
    for (const n of [1, 2, 3, 4, 5]) await socket.next(String(n));
    socket.start('6', MINE);
    expect(await socket.next('6')).toMatchObject({ type: 'error', id: '6' });
    socket.stop('1');
    socket.start('6b', MINE);
    expect(await socket.next('6b')).toMatchObject({ type: data });
    socket.close();
  });

  it('lets operations follow connection_init without waiting', async () => {
    const socket = await openSocket(hedge.url, { protocol });
    socket.send({ type: 'connection_init', payload: { headers: ADMIN } });
    socket.start('1', MINE);
    expect(await socket.next('1')).toMatchObject({ type: data });
    socket.close();
  });

  it('lets nobody in whom it does not know', async () => {
    const socket = await openSocket(hedge.url, { protocol });
    socket.send({ type: 'connection_init', payload: { headers: { 'x-hasura-admin-secret': 'guess' } } });
    const message = 'invalid \\"x-hasura-admin-secret\\"/\\"x-hasura-access-key\\"';
    if (!isNew)
      expect(await socket.next(null)).toEqual({
        type: 'connection_error',
        payload: message.replaceAll('\\', ''),
      });
    expect(await socket.end()).toMatchObject({ code: isNew ? 4403 : 4400 });
  });

  it('says signs of life', async () => {
    const socket = await opened({ protocol });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(socket.signs.length).toBeGreaterThanOrEqual(2);
    expect(socket.signs[0]).toEqual(
      isNew ? { type: 'ping', payload: { message: 'keepalive' } } : { type: 'ka' },
    );
    socket.close();
  });

  it('closes a socket with too long a message', async () => {
    const socket = await opened({ protocol });
    socket.start('1', MINE + ' '.repeat(100_001));
    expect(await socket.end()).toMatchObject({ code: 1009 });
  });

  it('takes a renewed session for what is open already', async () => {
    const socket = await opened({ protocol }, user('a'));
    socket.start('1', MINE);
    expect(await socket.next('1')).toMatchObject({ payload: rows([1, 'one']) });
    expect(await socket.init(user('b'))).toEqual({ type: 'connection_ack' });
    expect(await socket.next('1')).toMatchObject({ payload: rows([2, 'two']) });
    await client.query(`update item set text = 'new' where id = 1`);
    expect(await socket.silent('1', 300)).toBe(true);
    expect(await socket.init({ ...ADMIN, 'x-hasura-role': 'nobody' })).toEqual({ type: 'connection_ack' });
    expect(await socket.next('1')).toMatchObject({ type: 'error' });
    socket.close();
  });
});

describe('messages', () => {
  it('are waited for: a socket whose client does not say who it is is closed', async () => {
    const socket = await openSocket(hedge.url);
    // The local runtime ends the connection below a closed socket that never received anything after ten seconds.
    expect(await socket.end(15_000)).toEqual({
      code: 4408,
      reason: 'Connection initialisation timed out',
    });
  }, 20_000);

  it('answers a ping, with its payload', async () => {
    const socket = await opened({});
    socket.send({ type: 'ping' });
    expect(await socket.next(null)).toEqual({ type: 'pong' });
    socket.send({ type: 'ping', payload: { n: 12345678901234567890n.toString() } });
    expect(await socket.next(null)).toEqual({ type: 'pong', payload: { n: '12345678901234567890' } });
    socket.close();
  });

  it('closes the newer protocol’s socket for what it does not know, and not the older one’s', async () => {
    const socket = await opened({});
    socket.send('{');
    expect(await socket.end()).toMatchObject({ code: 4400 });
    const old = await opened({ protocol: 'graphql-ws' });
    old.send('{');
    expect(await old.next(null)).toMatchObject({ type: 'connection_error' });
    old.send({ type: 'connection_terminate' });
    expect(await old.end()).toMatchObject({ code: 1000 });
  });
});

describe('the request that opens a socket', () => {
  it('gives its headers to the session, below those of connection_init', async () => {
    const socket = await openSocket(hedge.url, { headers: user('a') });
    await socket.init({ 'x-hasura-user-id': 'b' });
    socket.start('1', MINE);
    expect(await socket.next('1')).toMatchObject({ payload: rows([2, 'two']) });
    socket.close();
  });

  it('is refused for protocols that are not known', async () => {
    await expect(openSocket(hedge.url, { protocol: 'mqtt' as 'graphql-ws' })).rejects.toThrow(
      'refused (400)',
    );
  });

  it.each(['/v1alpha1/graphql', '/v1/graphql'])('may come to %s', async (path) => {
    const socket = await opened({ path });
    socket.start('1', '{ item_by_pk(id: 1) { id } }');
    expect(await socket.next('1')).toMatchObject({ payload: { data: { item_by_pk: { id: 1 } } } });
    socket.close();
  });

  it('may ask for the Relay API', async () => {
    const socket = await opened({ path: '/v1beta1/relay' });
    socket.start('1', 'subscription { item_connection(first: 1) { edges { node { text } } } }');
    const result = (text: string) => ({
      payload: { data: { item_connection: { edges: [{ node: { text } }] } } },
    });
    expect(await socket.next('1')).toMatchObject(result('one'));
    await client.query(`update item set text = 'uno' where id = 1`);
    expect(await socket.next('1')).toMatchObject(result('uno'));
    socket.close();
  });
});

const left = async (): Promise<unknown> => {
  const response = await fetch(`${hedge.url}/dev/subscriptions`, { headers: ADMIN });
  return await response.json();
};

describe('what is left', () => {
  it('shows subscriptions, and none after the last has left', async () => {
    const sockets: TestSocket[] = [];
    for (const id of ['a', 'b']) {
      const socket = await opened({}, user(id));
      socket.start('1', MINE);
      await socket.next('1');
      sockets.push(socket);
    }
    expect(JSON.stringify(await left())).toContain('item');
    for (const socket of sockets) socket.close();
    await expect.poll(left, { timeout: 5000 }).toEqual([]);
  });
});
