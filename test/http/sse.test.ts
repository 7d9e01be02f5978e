// Streams of server-sent events on the real worker.

import { SignJWT } from 'jose';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { nextEvent } from '../../src/live/sse/events.ts';
import { METADATA, SQL } from '../live/world.ts';
import { pgClient } from '../support/database.ts';
import { openEvents } from '../support/events.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';

const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const USER = { ...ADMIN, 'x-hasura-role': 'user', 'x-hasura-user-id': 'a' };
const KEY = 'a secret of at least thirty-two bytes';
const MINE = 'subscription { item(order_by: {id: asc}) { id text } }';

let hedge: Hedge;
let client: pg.Client;

beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL,
    metadata: METADATA,
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE: '1',
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
      HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'nobody',
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
        type: 'HS256',
        key: KEY,
        header: { type: 'Cookie', name: 'token' },
      }),
      HASURA_GRAPHQL_CORS_DOMAIN: 'https://app.example.com',
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

const post = (query: string, headers: Readonly<Record<string, string>> = ADMIN, path = '/v1/graphql') =>
  openEvents(hedge.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
const get = (query: string, headers: Readonly<Record<string, string>> = ADMIN) =>
  openEvents(`${hedge.url}/v1/graphql?query=${encodeURIComponent(query)}`, { headers });

const next = (data: unknown) => ({ event: 'next', data });
const items = (...rows: readonly (readonly [number, string])[]) =>
  next({ data: { item: rows.map(([id, text]) => ({ id, text })) } });
const COMPLETE = { event: 'complete', data: '' };

const subscriptions = async (): Promise<unknown> =>
  await (await fetch(`${hedge.url}/dev/subscriptions`, { headers: ADMIN })).json();

describe.each([
  ['POST', post],
  ['GET', get],
] as const)('by %s', (_, open) => {
  it('tells a result, and what it becomes', async () => {
    const events = await open(MINE, USER);
    expect(events.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(events.response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(await events.next()).toEqual(items([1, 'one']));
    await client.query(`update item set text = 'ONE' where id = 1`);
    expect(await events.next()).toEqual(items([1, 'ONE']));
    await events.leave();
    await expect.poll(subscriptions, { timeout: 5000 }).toEqual([]);
  });

  it('answers a query by one event', async () => {
    const events = await open('{ item_by_pk(id: 1) { text } }');
    expect(await events.next()).toEqual(next({ data: { item_by_pk: { text: 'one' } } }));
    expect(await events.next()).toEqual(COMPLETE);
    expect(await events.end()).toBe('ended');
  });

  it.each([
    ['subscription { secret { id } }', 'subscription_root'],
    ['{ secret { id } }', 'query_root'],
  ])('tells by an event what is wrong with %s', async (query, root) => {
    const events = await open(query, USER);
    const message = `field 'secret' not found in type: '${root}'`;
    expect(await events.next()).toEqual(
      next({
        errors: [{ message, extensions: { path: '$.selectionSet.secret', code: 'validation-failed' } }],
      }),
    );
    expect(await events.next()).toEqual(COMPLETE);
    expect(await events.end()).toBe('ended');
  });

  it('tells text that is no operation by an event, too', async () => {
    const events = await open('{');
    expect(await events.next()).toMatchObject(next({ errors: [{}] }));
    expect(await events.next()).toEqual(COMPLETE);
  });

  it('lets nobody in whom it does not know', async () => {
    const { response } = await open(MINE, { 'x-hasura-admin-secret': 'guess' });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'access-denied' } }] });
  });
});

it('gives the batches of a stream, and an error of the database without an end', async () => {
  const stream = await post(
    'subscription { item_stream(batch_size: 1, cursor: {initial_value: {id: 0}}) { id } }',
  );
  expect(await stream.next()).toEqual(next({ data: { item_stream: [{ id: 1 }] } }));
  expect(await stream.next()).toEqual(next({ data: { item_stream: [{ id: 2 }] } }));
  await stream.leave();

  await client.query(`update item set text = '0'`);
  const live = await post('subscription { quotient(order_by: {id: asc}, limit: 1) { id n } }');
  expect(await live.next()).toMatchObject(next({ errors: [{ extensions: {} }] }));
  await client.query(`update item set text = '2'`);
  expect(await live.next()).toEqual(next({ data: { quotient: [{ id: 1, n: 5 }] } }));
  await live.leave();
});

it('keeps a silent stream alive by comments', async () => {
  const events = await post(MINE);
  await events.next();
  await expect.poll(() => events.comments(), { timeout: 4000 }).toBeGreaterThanOrEqual(3);
  await events.leave();
});

it('changes something by POST, and nothing by GET', async () => {
  const mutation = 'mutation { update_item_by_pk(pk_columns: {id: 1}, _set: {text: "new"}) { text } }';
  const refused = await get(mutation);
  expect(refused.response.status).toBe(405);
  const events = await post(mutation);
  expect(await events.next()).toEqual(next({ data: { update_item_by_pk: { text: 'new' } } }));
  expect(await events.next()).toEqual(COMPLETE);
});

it('serves the Relay API', async () => {
  const query = 'subscription { item_connection(first: 1) { edges { node { text } } } }';
  const events = await post(query, ADMIN, '/v1beta1/relay');
  expect(await events.next()).toEqual(
    next({ data: { item_connection: { edges: [{ node: { text: 'one' } }] } } }),
  );
  await events.leave();
});

it('keeps line breaks of a json value out of the frame of an event', () => {
  const event = nextEvent('{"data":{"doc":{\r\n  "a": 1\n}}}');
  expect(event).toBe('event: next\ndata: {"data":{"doc":{   "a": 1 }}}\n\n');
});

const tokenOf = (expires: string): Promise<string> =>
  new SignJWT({
    'https://hasura.io/jwt/claims': {
      'x-hasura-default-role': 'user',
      'x-hasura-allowed-roles': ['user'],
      'x-hasura-user-id': 'b',
    },
  })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(KEY));

describe('a visitor’s cookie', () => {
  it.each([
    ['GET', 'same-origin', 200],
    ['GET', 'cross-site', 403],
    ['GET', 'same-site', 403],
    ['POST', 'cross-site', 415],
  ])('sent by %s from a page that is %s: %i', async (method, site, status) => {
    const origin = 'https://evil.example';
    const headers = { cookie: `token=${await tokenOf('1h')}`, 'sec-fetch-site': site, origin };
    const events =
      method === 'GET'
        ? await get(MINE, headers)
        : await openEvents(`${hedge.url}/v1/graphql`, {
            method,
            headers: { 'content-type': 'text/plain', ...headers },
            body: JSON.stringify({ query: MINE }),
          });
    expect(events.response.status).toBe(status);
    expect(events.response.headers.get('access-control-allow-origin')).toBeNull();
    if (status === 200) expect(await events.next()).toEqual(items([2, 'two']));
    await events.leave();
  });
});

it('breaks off when the token ends, so that the client comes again with another', async () => {
  const events = await post(MINE, { cookie: `token=${await tokenOf('2s')}` });
  expect(await events.next()).toEqual(items([2, 'two']));
  expect(await events.end()).toBe('broken');
});

it('keeps no stream open for HEAD', async () => {
  const url = `${hedge.url}/v1/graphql?query=${encodeURIComponent(MINE)}`;
  const { status } = await fetch(url, { method: 'HEAD', headers: { ...ADMIN, accept: 'text/event-stream' } });
  expect(status).toBe(200);
  expect(await subscriptions()).toEqual([]);
});

it('refuses a batch', async () => {
  const events = await openEvents(`${hedge.url}/v1/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...ADMIN },
    body: '[]',
  });
  expect(events.response.status).toBe(400);
});

it.each(['text/event-stream, application/json', 'application/json', '*/*, text/event-stream'])(
  'answers JSON to who accepts %s',
  async (accept) => {
    const answer = await hedge.graphql('{ item_by_pk(id: 1) { text } }', { headers: { accept } });
    expect(answer.body).toEqual({ data: { item_by_pk: { text: 'one' } } });
  },
);
