// What decides over queries decides over subscriptions, too: the allow list, inherited roles, functions that read the
// session, and which of the two APIs a socket was opened for.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Metadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';
import { openSocket, type SocketOptions, type TestSocket } from '../support/socket.ts';
import { METADATA, SQL } from './world.ts';

const MINE_SQL = `
  create function mine(hasura_session json) returns setof item language sql stable as
    $$ select * from item where owner = hasura_session ->> 'x-hasura-user-id' $$;
`;
const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const as = (role: string, id = 'a'): Record<string, string> => ({
  ...ADMIN,
  'x-hasura-role': role,
  'x-hasura-user-id': id,
});

const ITEMS = 'subscription { item(order_by: {id: asc}) { id text } }';
const WHOLE = 'subscription { item(order_by: {id: asc}) { id text owner } }';
const MINE = 'subscription { mine(order_by: {id: asc}) { id text } }';
const CONNECTION = 'subscription { item_connection(first: 1) { edges { node { text } } } }';
const STREAM = 'subscription { item_stream(batch_size: 1, cursor: {initial_value: {id: 0}}) { id } }';
const FIRST = 'subscription { item(order_by: {id: asc}, limit: 1) { id text } }';
const LISTED = [ITEMS, WHOLE, MINE];

const [source] = METADATA.sources;
const [item] = source?.tables ?? [];
const select = (role: string, columns: readonly string[], filter: object) => ({
  role,
  permission: { columns, filter },
});
/** `texts` sees the texts of one's own items, `owners` whose the first item is; `both` has the two roles. */
const LISTING: Metadata = {
  ...METADATA,
  sources: [
    {
      ...must(source, 'a source'),
      tables: [
        {
          table: { schema: 'public', name: 'item' },
          select_permissions: [
            ...(item?.select_permissions ?? []),
            select('texts', ['id', 'text'], { owner: { _eq: 'X-Hasura-User-Id' } }),
            select('owners', ['id', 'owner'], { id: { _eq: 1 } }),
          ] as never,
        },
      ],
      functions: [
        {
          function: { schema: 'public', name: 'mine' },
          configuration: { session_argument: 'hasura_session' },
        },
      ],
    },
  ],
  inherited_roles: [{ role_name: 'both', role_set: ['texts', 'owners'] }],
  query_collections: [
    {
      name: 'allowed',
      definition: { queries: LISTED.map((query, n) => ({ name: `q${n}`, query })) },
    },
  ],
  allowlist: [{ collection: 'allowed' }],
};

let hedge: Hedge;
let client: pg.Client;

beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL + MINE_SQL,
    metadata: LISTING,
    env: {
      HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: '100',
      HASURA_GRAPHQL_ENABLED_APIS: 'graphql,metadata,developer',
      HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true',
      HEDGE_CONNECTION_SHARDS: '1',
    },
  });
  client = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await client?.end();
  await hedge?.stop();
});
beforeEach(async () => {
  await client.query(
    `truncate item; insert into item values (1, 'a', 'one'), (2, 'b', 'two'), (3, 'b', 'three')`,
  );
});

async function started(
  query: string,
  headers: Readonly<Record<string, string>>,
  options: SocketOptions = {},
): Promise<TestSocket> {
  const socket = await openSocket(hedge.url, options);
  expect(await socket.init(headers)).toEqual({ type: 'connection_ack' });
  socket.start('1', query);
  return socket;
}

const data = (field: string, rows: unknown) => ({ type: 'next', payload: { data: { [field]: rows } } });
const refusal = (code: string, message: string) => ({
  type: 'error',
  payload: [{ message, extensions: { code } }],
});
const NOT_LISTED = refusal('validation-failed', 'query is not allowed');

/** Of each statement that is asked: whose it is, and how many cohorts it has. */
const cohorts = async (): Promise<readonly unknown[]> => {
  const response = await fetch(`${hedge.url}/dev/subscriptions/extended`, { headers: ADMIN });
  const groups = (await response.json()) as readonly { role: string; cohorts: readonly unknown[] }[];
  return groups.map(({ role, cohorts: of }) => [role, of.length]);
};

describe('the allow list', () => {
  it.each(['graphql-transport-ws', 'graphql-ws'] as const)(
    'holds for subscriptions by %s',
    async (protocol) => {
      const listed = await started(ITEMS, as('user'), { protocol });
      expect((await listed.next('1')).payload).toEqual({ data: { item: [{ id: 1, text: 'one' }] } });
      listed.start('2', STREAM);
      const { payload } = await listed.next('2');
      const { payload: expected } = NOT_LISTED;
      expect(payload).toMatchObject(protocol === 'graphql-ws' ? { errors: expected } : expected);
      await client.query(`update item set text = 'still told' where id = 1`);
      expect((await listed.next('1')).payload).toEqual({ data: { item: [{ id: 1, text: 'still told' }] } });
      listed.close();
    },
  );

  it('does not hold for administrators', async () => {
    const socket = await started(STREAM, ADMIN);
    expect(await socket.next('1')).toMatchObject(data('item_stream', [{ id: 1 }]));
    socket.close();
  });
});

describe('an inherited role', () => {
  it('sees rows of each of its roles, and of each row what that role shows, as they change', async () => {
    const socket = await started(WHOLE, as('both', 'b'));
    const first = { id: 1, text: null, owner: 'a' };
    const third = { id: 3, text: 'three', owner: null };
    expect(await socket.next('1')).toMatchObject(
      data('item', [first, { id: 2, text: 'two', owner: null }, third]),
    );
    await client.query(`update item set owner = 'b' where id = 1; update item set owner = 'a' where id = 2`);
    expect(await socket.next('1')).toMatchObject(data('item', [{ id: 1, text: 'one', owner: 'b' }, third]));
    socket.start('2', ITEMS.replace('text', 'owner'));
    expect(await socket.next('2')).toMatchObject(NOT_LISTED);
    socket.close();
  });

  it('does not give its roles what the other has', async () => {
    const socket = await started(WHOLE, as('texts', 'b'));
    expect(await socket.next('1')).toMatchObject(
      refusal('validation-failed', "field 'owner' not found in type: 'item'"),
    );
    socket.close();
  });
});

describe('a function that reads the session', () => {
  it('gives each user their own, with one cohort each', async () => {
    const sockets = await Promise.all(['a', 'b', 'b'].map((id) => started(MINE, as('user', id))));
    const [a, b, again] = sockets as [TestSocket, TestSocket, TestSocket];
    const ofB = [
      { id: 2, text: 'two' },
      { id: 3, text: 'three' },
    ];
    expect(await a.next('1')).toMatchObject(data('mine', [{ id: 1, text: 'one' }]));
    expect(await b.next('1')).toMatchObject(data('mine', ofB));
    expect(await again.next('1')).toMatchObject(data('mine', ofB));
    expect(await cohorts()).toEqual([['user', 2]]);
    await client.query(`update item set text = 'new' where owner = 'a'`);
    expect(await a.next('1')).toMatchObject(data('mine', [{ id: 1, text: 'new' }]));
    expect(await b.silent('1', 300)).toBe(true);
    for (const socket of sockets) socket.close();
  });
});

describe('the same text on both APIs', () => {
  const RELAY = { path: '/v1beta1/relay' };

  it('is one query on one of them and none on the other, whoever comes first', async () => {
    const unknown = (field: string) =>
      refusal('validation-failed', `field '${field}' not found in type: 'subscription_root'`);
    for (const round of [1, 2]) {
      const plain = await started(FIRST, ADMIN);
      const relay = await started(FIRST, ADMIN, RELAY);
      expect(await relay.next('1'), `round ${round}`).toMatchObject(unknown('item'));
      expect(await plain.next('1')).toMatchObject(data('item', [{ id: 1, text: 'one' }]));
      plain.start('2', CONNECTION);
      relay.start('2', CONNECTION);
      expect(await plain.next('2')).toMatchObject(unknown('item_connection'));
      expect(await relay.next('2')).toMatchObject(
        data('item_connection', { edges: [{ node: { text: 'one' } }] }),
      );
      await client.query(`update item set text = 'for both' where id = 1`);
      expect(await plain.next('1')).toMatchObject(data('item', [{ id: 1, text: 'for both' }]));
      expect(await relay.next('2')).toMatchObject(
        data('item_connection', { edges: [{ node: { text: 'for both' } }] }),
      );
      await client.query(`update item set text = 'one' where id = 1`);
      plain.close();
      relay.close();
    }
  });
});

describe('a row of a stream', () => {
  it('that is committed behind the cursor is passed over, and what comes after it is not', async () => {
    const stream = await started(STREAM.replace('id: 0', 'id: 3'), ADMIN);
    const list = await started(
      'subscription { item(where: {id: {_gt: 3}}, order_by: {id: asc}) { id } }',
      ADMIN,
    );
    const ids = (...of: readonly number[]) => of.map((id) => ({ id }));
    expect(await stream.next('1')).toMatchObject(data('item_stream', []));
    expect(await list.next('1')).toMatchObject(data('item', []));
    const late = await pgClient(hedge.database.url);
    try {
      await late.query(`begin; insert into item values (4, 'a', 'late')`);
      await client.query(`insert into item values (5, 'a', 'early')`);
      expect(await stream.next('1')).toMatchObject(data('item_stream', ids(5)));
      expect(await list.next('1')).toMatchObject(data('item', ids(5)));
      await late.query('commit');
      expect(await list.next('1')).toMatchObject(data('item', ids(4, 5)));
      await client.query(`insert into item values (6, 'a', 'after')`);
      expect(await stream.next('1')).toMatchObject(data('item_stream', ids(6)));
    } finally {
      await late.end();
    }
    stream.close();
    list.close();
  });

  it('comes in one batch with those of an equal cursor', async () => {
    const stream = await started(
      'subscription { item_stream(batch_size: 1, cursor: {initial_value: {owner: ""}}) { owner } }',
      ADMIN,
    );
    const owners = (...of: readonly string[]) =>
      data(
        'item_stream',
        of.map((owner) => ({ owner })),
      );
    expect(await stream.next('1')).toMatchObject(owners('a'));
    expect(await stream.next('1')).toMatchObject(owners('b', 'b'));
    expect(await stream.silent('1', 300)).toBe(true);
    stream.close();
  });
});
