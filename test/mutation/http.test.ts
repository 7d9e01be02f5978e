// Mutations over HTTP: permissions for backends, batches, and what is said when the database goes away.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { pgClient } from '../support/database.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { metadataOf } from '../support/stages.ts';
import { METADATA, ROWS, SCHEMA } from './blog.ts';

const [source] = METADATA.sources;
const metadata = metadataOf({
  ...source,
  configuration: {
    connection_info: {
      database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' },
      isolation_level: 'serializable',
    },
  },
});

let hedge: Hedge;
let client: pg.Client;
beforeAll(async () => {
  hedge = await startHedge({ sql: SCHEMA, metadata });
  client = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await client?.end();
  await hedge?.stop();
});
beforeEach(async () => {
  await client.query(ROWS);
});

const INSERT = 'mutation { insert_author(objects: [{name: "x"}]) { affected_rows } }';
const NOT_THERE = {
  errors: [{ extensions: { path: '$', code: 'validation-failed' }, message: 'no mutations exist' }],
};
const DONE = { data: { insert_author: { affected_rows: 1 } } };

describe('a permission for backends', () => {
  const backend = (value: string): Record<string, string> => ({
    'x-hasura-use-backend-only-permissions': value,
  });
  test.each<[string, Record<string, string>, unknown]>([
    ['is not there without the header', {}, NOT_THERE],
    ['is not there when the header says no', backend('false'), NOT_THERE],
    ['is there when it says yes', backend('true'), DONE],
    ['is there however yes is written', backend('YES'), DONE],
    [
      'wants a boolean',
      backend('random'),
      {
        errors: [
          {
            extensions: { path: '$', code: 'bad-request' },
            message:
              'x-hasura-use-backend-only-permissions:  Not a valid boolean text. True values are ["true","t","yes","y"] and  False values are ["false","f","no","n"]. All values are case insensitive',
          },
        ],
      },
    ],
  ])('%s', async (_, headers, answer) => {
    const { body } = await hedge.graphql(INSERT, { role: 'service', headers });
    expect(body).toEqual(answer);
  });

  test('shows in introspection with the header alone', async () => {
    const query = '{ __schema { mutationType { fields { name } } } }';
    const ask = async (headers: Record<string, string>): Promise<unknown> =>
      (await hedge.graphql(query, { role: 'service', headers })).body;
    expect(await ask({})).toEqual({ data: { __schema: { mutationType: null } } });
    expect(await ask(backend('true'))).toEqual({
      data: { __schema: { mutationType: { fields: [{ name: 'insert_author' }] } } },
    });
    expect(await ask({})).toEqual({ data: { __schema: { mutationType: null } } });
  });
});

test('a batch runs in order, and a member that fails fails alone', async () => {
  const { body } = await hedge.post(
    '/v1/graphql',
    JSON.stringify([
      { query: 'mutation { insert_category_one(object: {id: 1, name: "a"}) { id } }' },
      { query: 'mutation { insert_category_one(object: {id: 1, name: "b"}) { id } }' },
      { query: 'mutation { update_category(where: {}, _set: {name: "c"}) { affected_rows } }' },
      { query: '{ category { name } }' },
    ]),
    { 'x-hasura-admin-secret': ADMIN_SECRET },
  );
  expect(body).toMatchObject([
    { data: { insert_category_one: { id: 1 } } },
    { errors: [{ extensions: { code: 'constraint-violation' } }] },
    { data: { update_category: { affected_rows: 1 } } },
    { data: { category: [{ name: 'c' }] } },
  ]);
});

test('transactions have the isolation level of their source', async () => {
  await client.query(
    "create or replace function level() returns trigger language plpgsql as $$ begin new.bio := current_setting('transaction_isolation'); return new; end $$; create trigger level before insert on author for each row execute function level()",
  );
  try {
    const { body } = await hedge.graphql('mutation { insert_author_one(object: {name: "x"}) { bio } }');
    expect(body).toEqual({ data: { insert_author_one: { bio: 'serializable' } } });
  } finally {
    await client.query('drop trigger level on author');
  }
});

describe('a database that goes away', () => {
  const ENDS: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'with the connection': (response) => response.destroy(),
    'in the middle of its answer': (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
      response.write('{"results": [{"fields": [', () => response.destroy());
    },
    'with half an answer': (response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"results": ['),
    'with another answer': (response) => response.writeHead(200).end('<html>welcome</html>'),
    'with an error of its own': (response) => response.writeHead(503).end('no'),
  };
  let end: string;
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => ENDS[end]?.(response));
  });
  let broken: Hedge;
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    broken = await startHedge({
      sql: SCHEMA,
      metadata,
      env: { NEON_ENDPOINT: `http://127.0.0.1:${port}/sql` },
    });
  });
  afterAll(async () => {
    await broken?.stop();
    server.closeAllConnections();
    server.close();
  });

  test.each(Object.keys(ENDS))('%s leaves the outcome open', async (how) => {
    end = how;
    expect((await broken.graphql(INSERT)).body).toMatchObject({
      errors: [
        {
          message: 'connection error: it is not known whether the mutation took effect',
          extensions: { path: '$', code: 'postgres-error' },
        },
      ],
    });
    expect((await broken.graphql('{ author { id } }')).body).toMatchObject({
      errors: [{ message: 'connection error', extensions: { code: 'postgres-error' } }],
    });
  });
});

test('two transactions that meet: one of them is told to try again, and nothing of it is left', async () => {
  await client.query('begin isolation level serializable');
  await client.query("update author set bio = 'held' where id = 1");
  const asked = hedge.graphql(
    'mutation { update_author(where: {id: {_eq: 1}}, _set: {score: 9}) { affected_rows } }',
  );
  await client.query('select pg_sleep(0.2)');
  await client.query('commit');
  expect((await asked).body).toMatchObject({
    errors: [
      {
        message: 'serialization failure due to concurrent update',
        extensions: { path: '$', code: 'concurrent-update' },
      },
    ],
  });
  expect((await client.query('select bio, score from author where id = 1')).rows).toEqual([
    { bio: 'held', score: 0 },
  ]);
});
