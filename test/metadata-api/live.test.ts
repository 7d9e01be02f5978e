// The worker in live mode: metadata is changed over HTTP and served at once; what fails leaves everything as it was.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ADMIN_SECRET } from '../support/hedge.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

const SQL = `
create table author (id serial primary key, name text not null);
insert into author (name) values ('Ann'), ('Ben');
create table article (id serial primary key, title text, author_id int references author (id));
insert into article (title, author_id) values ('First', 1), ('Second', 2);`;

let live: Live;

beforeAll(async () => {
  live = await startLive({ sql: SQL });
});
afterAll(async () => {
  await live.stop();
});

const SUCCESS = { status: 200, body: { message: 'success' } };

async function exported(): Promise<{ resource_version: number; metadata: Record<string, unknown> }> {
  const { body } = await live.command('export_metadata', {}, { version: 2 });
  return body as { resource_version: number; metadata: Record<string, unknown> };
}

it('begins with the source that the environment names', async () => {
  const { metadata, resource_version: version } = await exported();
  expect(version).toBe(1);
  expect(metadata).toEqual({
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        tables: [],
        configuration: {
          connection_info: {
            database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' },
            isolation_level: 'read-committed',
            pool_settings: { connection_lifetime: 600, idle_timeout: 180, max_connections: 50, retries: 1 },
            use_prepared_statements: true,
          },
        },
      },
    ],
  });
});

it('serves a table from the command that tracks it on, to each role what its permission allows', async () => {
  expect(await live.command('pg_track_table', { source: 'default', table: 'author' })).toEqual(SUCCESS);
  expect(await live.graphql('{ author(order_by: {id: asc}) { name } }')).toEqual({
    status: 200,
    body: { data: { author: [{ name: 'Ann' }, { name: 'Ben' }] } },
  });
  const permission = { columns: ['name'], filter: { id: { _eq: 'x-hasura-user-id' } } };
  const asUser = { 'x-hasura-role': 'user', 'x-hasura-user-id': '2' };
  expect((await live.graphql('{ author { name } }', asUser)).body).toHaveProperty('errors');
  expect(
    await live.command('pg_create_select_permission', {
      source: 'default',
      table: 'author',
      role: 'user',
      permission,
    }),
  ).toEqual(SUCCESS);
  expect((await live.graphql('{ author { name } }', asUser)).body).toEqual({
    data: { author: [{ name: 'Ben' }] },
  });
  expect(
    await live.command('pg_drop_select_permission', { source: 'default', table: 'author', role: 'user' }),
  ).toEqual(SUCCESS);
  expect((await live.graphql('{ author { name } }', asUser)).body).toHaveProperty('errors');
});

it('makes many changes that arrive at once, each a version', async () => {
  const { resource_version: before } = await exported();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      live.command('create_query_collection', {
        name: `at_once_${i}`,
        definition: { queries: [{ name: 'q', query: '{ author { name } }' }] },
      }),
    ),
  );
  expect(answers).toEqual(answers.map(() => SUCCESS));
  expect((await exported()).resource_version).toBe(before + answers.length);
  for (const [i] of answers.entries()) {
    const dropped = await live.command('drop_query_collection', {
      collection: `at_once_${i}`,
      cascade: false,
    });
    expect(dropped).toEqual(SUCCESS);
  }
});

describe('what is refused leaves the metadata and its version as they are', () => {
  const cases: readonly (readonly [string, string, unknown, object, object])[] = [
    ['an unknown command', 'pg_trick_table', {}, {}, { status: 400, body: { code: 'parse-failed' } }],
    [
      'a table that is not there',
      'pg_track_table',
      { table: 'ghost' },
      {},
      { status: 400, body: { code: 'invalid-configuration', path: '$.args' } },
    ],
    [
      'a bulk that fails in the middle',
      'bulk',
      [
        { type: 'pg_track_table', args: { table: 'article' } },
        { type: 'pg_track_table', args: { table: 'ghost' } },
      ],
      {},
      { status: 400, body: { path: '$.args[1].args' } },
    ],
    [
      'a version that is not the current one',
      'pg_track_table',
      { table: 'article' },
      { resourceVersion: 1 },
      { status: 409, body: { code: 'conflict' } },
    ],
    [
      'metadata of a newer version',
      'replace_metadata',
      { version: 4, sources: [] },
      {},
      { status: 400, body: { code: 'parse-failed' } },
    ],
    [
      'someone who is not an administrator',
      'clear_metadata',
      {},
      { headers: { 'x-hasura-role': 'user' } },
      {
        status: 400,
        body: { code: 'access-denied', error: 'restricted access : admin only', path: '$.args' },
      },
    ],
  ];
  it.each(cases)('%s', async (_, type, args, options, expected) => {
    const before = await exported();
    expect(await live.command(type, args, options)).toMatchObject(expected);
    expect(await exported()).toEqual(before);
  });
});

it('counts one version for a bulk', async () => {
  const before = await exported();
  const bulk = [
    { type: 'pg_track_table', args: { table: 'article' } },
    {
      type: 'pg_create_object_relationship',
      args: { table: 'article', name: 'author', using: { foreign_key_constraint_on: 'author_id' } },
    },
  ];
  expect(await live.command('bulk', bulk)).toEqual({ status: 200, body: [SUCCESS.body, SUCCESS.body] });
  expect((await exported()).resource_version).toBe(before.resource_version + 1);
  expect((await live.graphql('{ article(limit: 1) { author { name } } }')).body).toEqual({
    data: { article: [{ author: { name: 'Ann' } }] },
  });
});

it('follows a renamed column and table', async () => {
  const sql = 'alter table article rename column title to headline; alter table article rename to post';
  expect(await live.command('run_sql', { sql }, { path: '/v2/query' })).toEqual({
    status: 200,
    body: { result_type: 'CommandOk', result: null },
  });
  expect((await live.graphql('{ post(limit: 1) { headline author { name } } }')).body).toEqual({
    data: { post: [{ headline: 'First', author: { name: 'Ann' } }] },
  });
  const { metadata } = await exported();
  expect(JSON.stringify(metadata)).not.toContain('article');
});

it('refuses to drop what is used, and drops it with what uses it when told to', async () => {
  const drop = { sql: 'alter table post drop column author_id' };
  const before = await exported();
  expect(await live.command('run_sql', drop, { path: '/v2/query' })).toMatchObject({
    status: 400,
    body: { code: 'dependency-error', path: '$.args' },
  });
  expect(await exported()).toEqual(before);
  expect(await live.command('run_sql', { ...drop, cascade: true }, { path: '/v2/query' })).toMatchObject({
    status: 200,
  });
  expect((await live.graphql('{ post { author { name } } }')).body).toHaveProperty('errors');
  expect((await live.graphql('{ post { headline } }')).body).toHaveProperty('data');
});

it('answers SQL that Postgres refuses with Postgres’ own words', async () => {
  const { status, body } = await live.command('run_sql', { sql: 'selec 1' }, { path: '/v2/query' });
  expect(status).toBe(400);
  expect(body).toMatchObject({
    code: 'postgres-error',
    error: 'query execution failed',
    internal: { error: { status_code: '42601', message: 'syntax error at or near "selec"' } },
  });
});

it('is open to the administrator alone', async () => {
  const body = JSON.stringify({ type: 'export_metadata', args: {} });
  for (const path of ['/v1/metadata', '/v1/query', '/v2/query']) {
    const response = await fetch(live.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain(ADMIN_SECRET);
  }
});
