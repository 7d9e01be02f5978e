// Clients of applications on the real worker: whatever they make of our frames, an application sees what it asked for.

import { createClient } from 'graphql-ws';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { METADATA, SQL } from '../live/world.ts';
import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { type Live, startLive } from '../support/live.ts';
import { type Client, CLIENT_KINDS, type ClientKind, type Operation } from './clients.ts';

const HEADERS = { 'x-hasura-admin-secret': ADMIN_SECRET };

let live: Live;
let database: pg.Client;

beforeAll(async () => {
  live = await startLive({
    sql: SQL,
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: '100',
      HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE: '1',
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
    },
  });
  database = await pgClient(live.database.url);
  const { status } = await live.command('replace_metadata', { metadata: METADATA }, { version: 2 });
  expect(status).toBe(200);
});
afterAll(async () => {
  await database?.end();
  await live?.stop();
});
beforeEach(async () => {
  await database.query(`truncate item; insert into item values (1, 'a', 'one'), (2, 'b', 'two')`);
});

/** What came of an operation so far. */
interface Told {
  readonly results: readonly unknown[];
  readonly errors: readonly string[];
  readonly isComplete: () => boolean;
  readonly stop: () => void;
}

function tell(client: Client, operation: Operation): Told {
  const results: unknown[] = [];
  const errors: string[] = [];
  let isComplete = false;
  const stop = client.subscribe(operation, {
    next: ({ data }) => void results.push(withoutTypes(data)),
    error: (message) => void errors.push(message),
    complete: () => (isComplete = true),
  });
  return { results, errors, isComplete: () => isComplete, stop };
}

/** Some clients ask for `__typename` everywhere. */
function withoutTypes(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data), (key, value: unknown) =>
    key === '__typename' ? undefined : value,
  );
}

const poll = (look: () => unknown) => expect.poll(look, { timeout: 10_000, interval: 20 });
const left = async (): Promise<unknown> => (await live.request('/dev/subscriptions')).body;
const texts = (api: ClientKind['api'], ...values: readonly string[]) =>
  api === 'relay'
    ? { item_connection: { edges: values.map((text) => ({ node: { text } })) } }
    : { item: values.map((text) => ({ text })) };
const selection = (api: ClientKind['api']): string =>
  api === 'relay'
    ? '{ item_connection(first: 10, order_by: {id: asc}) { edges { node { text } } } }'
    : '{ item(order_by: {id: asc}) { text } }';
const subscription = (api: ClientKind['api']): Operation => ({
  query: `subscription Live ${selection(api)}`,
});
const UPDATE =
  'mutation Change($text: String!) { update_item(where: {id: {_eq: 1}}, _set: {text: $text}) { affected_rows } }';
const STREAM =
  'subscription Stream($size: Int!) { item_stream(batch_size: $size, cursor: {initial_value: {id: 0}, ordering: ASC}) { id } }';

describe.each(CLIENT_KINDS)('$name', ({ api, create }) => {
  let client: Client;
  beforeEach(() => {
    client = create(live.url, HEADERS);
  });
  afterEach(async () => {
    client.dispose();
    await poll(left).toEqual([]);
  });

  it('is answered a query and a mutation', async () => {
    const query = tell(client, { query: `query List ${selection(api)}` });
    await poll(query.isComplete).toBe(true);
    expect(query.results).toEqual([texts(api, 'one', 'two')]);
    const mutation = tell(client, { query: UPDATE, variables: { text: 'uno' } });
    await poll(mutation.isComplete).toBe(true);
    expect(mutation.results).toEqual([{ update_item: { affected_rows: 1 } }]);
  });

  it('sees changes of a live query until it has enough', async () => {
    const told = tell(client, subscription(api));
    await poll(() => told.results).toEqual([texts(api, 'one', 'two')]);
    await database.query(`update item set text = 'uno' where id = 1`);
    await poll(() => told.results[1]).toEqual(texts(api, 'uno', 'two'));
    const mutation = tell(client, { query: UPDATE, variables: { text: 'eins' } });
    await poll(() => told.results[2]).toEqual(texts(api, 'eins', 'two'));
    await poll(mutation.isComplete).toBe(true);
    told.stop();
    // A stream of events ends when the service notices that nobody reads it.
    await poll(left).toEqual([]);
    await database.query(`update item set text = 'unseen'`);
    expect(told.results).toHaveLength(3);
    expect(told.errors).toEqual([]);
  });

  it.runIf(api === 'graphql')('gets the batches of a stream', async () => {
    const told = tell(client, { query: STREAM, variables: { size: 1 } });
    const batches = (...ids: readonly number[]) => ids.map((id) => ({ item_stream: [{ id }] }));
    await poll(() => told.results).toEqual(batches(1, 2));
    await database.query(`insert into item values (3, 'a', 'three')`);
    await poll(() => told.results).toEqual(batches(1, 2, 3));
    told.stop();
  });

  it.each(['query', 'subscription'])('is told what is wrong with a %s', async (kind) => {
    const told = tell(client, { query: `${kind} Wrong { secret { id } }` });
    await poll(() => told.errors.length).toBeGreaterThan(0);
    expect(told.errors[0]).toContain(`field 'secret' not found in type: '${kind}_root'`);
    expect(told.results).toEqual([]);
    // The connection is as good as before.
    const next = tell(client, { query: `query List ${selection(api)}` });
    await poll(() => next.results).toHaveLength(1);
  });
});

it('graphql-ws is answered its pings', async () => {
  let pongs = 0;
  const client = createClient({
    url: `${live.url.replace(/^http/, 'ws')}/v1/graphql`,
    connectionParams: { headers: HEADERS },
    keepAlive: 50,
    lazy: false,
    on: { pong: (received) => void (pongs += received ? 1 : 0) },
  });
  await poll(() => pongs).toBeGreaterThan(3);
  await client.dispose();
});

it('clients that come back have the newest state, after the service was away and after its metadata changed', async () => {
  const kinds = CLIENT_KINDS.filter(({ reconnects }) => reconnects);
  const all = kinds.map(({ name, api, create }) => {
    const client = create(live.url, HEADERS);
    return { name, api, client, told: tell(client, subscription(api)) };
  });
  const newest = () => all.map(({ name, told }) => ({ name, newest: told.results.at(-1) }));
  const allHave = (...values: readonly string[]) =>
    all.map(({ name, api }) => ({ name, newest: texts(api, ...values) }));
  await poll(newest).toEqual(allHave('one', 'two'));
  const restarted = live.worker.reload({});
  await database.query(`update item set text = 'meanwhile' where id = 2`);
  await restarted;
  await poll(newest).toEqual(allHave('one', 'meanwhile'));
  await database.query(`update item set text = 'after' where id = 2`);
  await poll(newest).toEqual(allHave('one', 'after'));
  const args = {
    table: { schema: 'public', name: 'quotient' },
    role: 'user',
    permission: { columns: ['id'], filter: {} },
  };
  expect(await live.command('pg_create_select_permission', args)).toMatchObject({ status: 200 });
  await database.query(`update item set text = 'at last' where id = 2`);
  await poll(newest).toEqual(allHave('one', 'at last'));
  for (const { client } of all) client.dispose();
  await poll(left).toEqual([]);
  expect(all.flatMap(({ told }) => told.errors)).toEqual([]);
});
