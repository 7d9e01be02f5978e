// What the running worker logs of requests at every door.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { must } from '../../src/util/assert.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';
import type { Webhook } from '../support/webhook.ts';
import { startWebhook } from '../support/webhook.ts';
import { type LogLine, logLines } from './log-lines.ts';

const SQL = `
  create table author (id int primary key, name text not null unique, email text);
  insert into author values (1, 'Ada', 'ada@example.com'), (2, 'Bob', 'bob@example.com');
`;
const table = { source: 'default', table: 'author' };

const lines = logLines();
let live: Live;
let webhook: Webhook;

beforeAll(async () => {
  webhook = await startWebhook();
  live = await startLive({
    sql: SQL,
    onLine: lines.add,
    env: {
      HASURA_GRAPHQL_ENABLED_LOG_TYPES: 'startup,http-log,query-log,execution-log,validate-input-log',
      HASURA_GRAPHQL_LOG_MASKED_VARIABLES: 'email,X-Hasura-Phone',
      HASURA_GRAPHQL_ENABLE_METADATA_QUERY_LOGGING: 'true',
      HOOK_URL: webhook.url,
    },
  });
  const { body } = await live.command('bulk', [
    { type: 'pg_track_table', args: table },
    {
      type: 'pg_create_select_permission',
      args: {
        ...table,
        role: 'user',
        permission: {
          columns: ['id', 'name'],
          filter: { email: { _neq: 'X-Hasura-Phone' } },
        },
      },
    },
    {
      type: 'pg_create_insert_permission',
      args: {
        ...table,
        role: 'user',
        permission: {
          check: {},
          columns: '*',
          validate_input: { type: 'http', definition: { url: '{{HOOK_URL}}/check', headers: [] } },
        },
      },
    },
    {
      type: 'create_query_collection',
      args: {
        name: 'c',
        definition: {
          queries: [{ name: 'q', query: 'query ($id: Int!) { author_by_pk(id: $id) { name } }' }],
        },
      },
    },
    {
      type: 'create_rest_endpoint',
      args: {
        name: 'a',
        url: 'author/:id',
        methods: ['GET'],
        definition: { query: { collection_name: 'c', query_name: 'q' } },
      },
    },
  ]);
  expect(body).toMatchObject([{ message: 'success' }, {}, {}, {}, {}]);
});
afterAll(async () => {
  await live?.stop();
  await webhook?.stop();
});

let requests = 0;
/** An id no other request has. */
const newId = (): string => `request-${++requests}`;

const USER = { 'x-hasura-role': 'user', 'x-hasura-phone': '555-1234' };
const BY_PK = 'query Q($id: Int!) { author_by_pk(id: $id) { id name } }';

async function graphql(body: unknown, headers: Record<string, string> = USER): Promise<string> {
  const id = newId();
  await live.request('/v1/graphql', {
    method: 'POST',
    headers: { ...headers, 'x-request-id': id },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return id;
}

const only = async (type: string, id: string): Promise<LogLine> =>
  must((await lines.of(type, id))[0], 'a line was found');

/** What a request has beside its path and id. */
interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const HASH = expect.stringMatching(/^[0-9a-f]{40}$/) as string;
const SECONDS = expect.any(Number) as number;

describe('the http-log', () => {
  it('tells of a query as Hasura does', async () => {
    const id = newId();
    const body = JSON.stringify({ query: BY_PK, variables: { id: 1 }, operationName: 'Q' });
    await fetch(`${live.url}/v1/graphql?code=canary-in-a-query`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-hasura-admin-secret': 'test-admin-secret',
        'x-request-id': id,
        'cf-connecting-ip': '192.0.2.7',
        'cf-ray': '9c0ffee-FRA',
        ...USER,
      },
      body,
    });
    const size = JSON.stringify({ data: { author_by_pk: { id: 1, name: 'Ada' } } }).length;
    expect(await only('http-log', id)).toEqual({
      type: 'http-log',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/) as string,
      level: 'info',
      detail: {
        request_id: id,
        http_info: {
          status: 200,
          http_version: 'HTTP/1.1',
          url: '/v1/graphql',
          ip: '192.0.2.7',
          method: 'POST',
          content_encoding: null,
          cf_ray: '9c0ffee-FRA',
        },
        operation: {
          request_id: id,
          request_mode: 'single',
          query: { operationName: 'Q', query: BY_PK, variables: { id: 1 } },
          query_execution_time: SECONDS,
          request_read_time: SECONDS,
          parameterized_query_hash: HASH,
          response_size: size,
          uncompressed_response_size: size,
          user_vars: { 'x-hasura-role': 'user', 'x-hasura-phone': '***' },
          error: null,
        },
      },
    });
  });

  it.each<{ name: string; body: unknown; detail: unknown }>([
    {
      name: 'a field that is not there',
      body: { query: '{ author { email } }' },
      detail: {
        http_info: { status: 200 },
        operation: {
          request_mode: 'single',
          query: { query: '{ author { email } }' },
          error: {
            path: '$.selectionSet.author.selectionSet.email',
            error: "field 'email' not found in type: 'author'",
            code: 'validation-failed',
          },
        },
      },
    },
    {
      name: 'a body that is no JSON',
      body: '{"query": ',
      detail: { operation: { request_mode: 'error', query: null, error: { code: 'invalid-json' } } },
    },
    {
      name: 'a batch with a bad member',
      body: [{ query: '{ author { id } }' }, { query: '{ nothing }' }],
      detail: {
        operation: {
          request_mode: 'batched',
          query: [{ query: '{ author { id } }' }, { query: '{ nothing }' }],
          parameterized_query_hash: [HASH],
          error: { code: 'validation-failed' },
        },
      },
    },
  ])('is an error for $name', async ({ body, detail }) => {
    expect(await only('http-log', await graphql(body))).toMatchObject({ level: 'error', detail });
  });

  it.each<{ name: string; path: string; init?: Init; level: string; detail: unknown }>([
    {
      name: 'REST endpoint',
      path: '/api/rest/author/2',
      level: 'info',
      detail: {
        http_info: { url: '/api/rest/author/2', method: 'GET', status: 200 },
        operation: {
          request_mode: 'single',
          query: { variables: { id: 2 } },
          parameterized_query_hash: HASH,
        },
      },
    },
    {
      name: 'health check',
      path: '/healthz',
      level: 'info',
      detail: { http_info: { url: '/healthz' }, operation: { request_mode: 'non-graphql', query: null } },
    },
    {
      name: 'path that is not there',
      path: '/nowhere',
      level: 'error',
      detail: { http_info: { status: 404 }, operation: { error: { code: 'not-found' } } },
    },
    {
      name: 'wrong secret',
      path: '/v1alpha1/config',
      init: { headers: { 'x-hasura-admin-secret': 'canary-of-a-guess' } },
      level: 'error',
      detail: {
        http_info: { status: 401 },
        operation: { user_vars: null, error: { code: 'access-denied' } },
      },
    },
    {
      name: 'command',
      path: '/v1/metadata',
      init: { method: 'POST', body: '{"type":"get_inconsistent_metadata","args":{}}' },
      level: 'info',
      detail: {
        operation: {
          request_mode: 'non-graphql',
          query: { type: 'get_inconsistent_metadata' },
          user_vars: { 'x-hasura-role': 'admin' },
        },
      },
    },
  ])('tells of a $name', async ({ path, init = {}, level, detail }) => {
    const id = newId();
    await live.request(path, { ...init, headers: { ...init.headers, 'x-request-id': id } });
    expect(await only('http-log', id)).toMatchObject({ level, detail });
  });

  it('counts bytes', async () => {
    const id = await graphql({ query: '{ author(where: {name: {_eq: "ä"}}) { name } größe: __typename }' });
    const { detail } = await only('http-log', id);
    expect(detail).toMatchObject({ operation: { error: { code: 'validation-failed' } } });
    const named = await graphql({ query: '{ a: author(limit: 0) { name } }' });
    expect((await only('http-log', named)).detail).toMatchObject({ operation: { response_size: 17 } });
  });

  it('cuts what is long', async () => {
    const query = `{ author(where: {name: {_in: [${'"x",'.repeat(20_000)}]}}) { id } }`;
    const { detail } = await only('http-log', await graphql({ query }));
    expect(JSON.stringify(detail).length).toBeLessThan(4_000);
    expect(detail).toMatchObject({ operation: { query: { query: query.slice(0, 2_048), truncated: true } } });
  });
});

describe('a request that nests without end', () => {
  it('is answered and logged', async () => {
    const body = `{"query":"query ($j: jsonb) { author(where: {x: $j}) { id } }","variables":{"j":${'['.repeat(12_000)}${']'.repeat(12_000)}}}`;
    const id = await graphql(body);
    expect(await only('http-log', id)).toMatchObject({
      level: 'error',
      detail: { operation: { error: { code: 'validation-failed' } } },
    });
  });
});

describe('the query-log', () => {
  it('has the SQL and its values, those of masked session variables hidden', async () => {
    const id = await graphql({ query: BY_PK, variables: { id: 1 } });
    const { level, detail } = await only('query-log', id);
    expect({ level, detail }).toEqual({
      level: 'info',
      detail: {
        kind: 'database',
        request_id: id,
        query: { query: BY_PK, variables: { id: 1 } },
        generated_sql: {
          author_by_pk: {
            query: expect.stringMatching(/^select .*"public"\."author"/) as string,
            prepared_arguments: expect.arrayContaining(['1', '***']) as string[],
          },
        },
        connection_template: null,
      },
    });
  });

  it.each([
    {
      name: 'a query of several fields',
      query: '{ a: author { id } b: author { id } }',
      kinds: ['database'],
    },
    { name: 'introspection', query: '{ __schema { queryType { name } } }', kinds: ['introspection'] },
    {
      name: 'introspection beside data',
      query: '{ author { id } __type(name: "Int") { name } }',
      kinds: ['database', 'introspection'],
    },
  ])('has a line of each kind for $name', async ({ query, kinds }) => {
    const found = await lines.of('query-log', await graphql({ query }), kinds.length);
    expect(found.map(({ detail }) => (detail as { kind: string }).kind).sort()).toEqual(kinds);
  });

  it('has no SQL of mutations, and no value of a masked variable', async () => {
    const mutation =
      'mutation ($email: String) { insert_author_one(object: {id: 3, name: "C", email: $email}) { id } }';
    const id = await graphql({ query: mutation, variables: { email: 'canary@example.com' } });
    expect((await only('query-log', id)).detail).toMatchObject({
      kind: 'database',
      query: { variables: { email: '***' } },
      generated_sql: null,
    });
    const literal = await graphql({
      query: mutation.replace('$email}', '"canary@example.com"}').replace('3', '5'),
    });
    expect((await only('http-log', literal)).detail).toMatchObject({
      operation: { query: { query: expect.stringContaining('email: "***"') as string } },
    });
    expect((await only('execution-log', id)).detail).toMatchObject({ statistics: {} });
    expect((await only('validate-input-log', id)).detail).toEqual({
      request_id: id,
      webhook: '{{HOOK_URL}}/check',
      request_size: expect.any(Number) as number,
      response_size: 0,
      status_code: 200,
      http_error: null,
    });
  });
});

describe('the id of a request', () => {
  it.each([
    { name: 'a uuid', given: '0b8a3c3e-9f4e-4c39-8b6a-1f2d3c4b5a69', taken: true },
    { name: 'a trace’s', given: '1-5759e988-bd862e3fe1be46a994272793', taken: true },
    { name: 'one with spaces', given: 'a b', taken: false },
    { name: 'the end of a comment', given: 'a*/;drop', taken: false },
    { name: 'markup', given: '<script>', taken: false },
    { name: 'a long one', given: 'a'.repeat(129), taken: false },
  ])('$name: $taken', async ({ given, taken }) => {
    const response = await fetch(`${live.url}/v1/version`, { headers: { 'x-request-id': given } });
    const id = must(response.headers.get('x-request-id'), 'every answer has an id');
    if (taken) expect(id).toBe(given);
    else expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(await lines.of('http-log', id)).toHaveLength(1);
  });
});

describe('a trace', () => {
  it('goes on to webhooks', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    webhook.reset();
    await graphql(
      { query: 'mutation { insert_author_one(object: {id: 4, name: "D"}) { id } }' },
      { ...USER, traceparent: `00-${trace}-b7ad6b7169203331-01` },
    );
    expect(webhook.received[0]?.headers).toMatchObject({
      'x-b3-traceid': trace,
      'x-b3-parentspanid': 'b7ad6b7169203331',
      traceparent: expect.stringMatching(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`)) as string,
    });
  });
});

describe('no line', () => {
  it('has a secret in it, whatever fails', async () => {
    const url = 'postgres://app:canary-password@127.0.0.1:1/db';
    const sources = [
      { database_url: url },
      {
        database_url: {
          connection_parameters: { host: 'h', username: 'u', password: 'canary-p', database: 'd', port: 1 },
        },
      },
    ];
    for (const connection_info of sources)
      await live.command('pg_add_source', { name: 's', configuration: { connection_info } });
    const run = (sql: string) => live.command('run_sql', { source: 'default', sql }, { path: '/v2/query' });
    await run("create role nobody with login password 'canary-password'; select 1/0");
    await run("select 'postgres://a:canary-password@h/d' from nowhere");
    await live.command('create_remote_schema', {
      name: 'r',
      definition: { url: 'https://a.example/?key=canary', headers: [{ name: 'a', value: 'canary' }] },
    });
    await graphql(
      { query: '{ nothing }' },
      {
        ...USER,
        authorization: 'Bearer canary-canary',
        cookie: 'session=canary',
        'x-hasura-access-key': 'canary',
      },
    );
    const { metadata } = (await live.command('export_metadata', {}, { version: 2 })).body as {
      metadata: { sources: unknown[] };
    };
    const broken = {
      name: 'broken',
      kind: 'postgres',
      tables: [],
      configuration: { connection_info: { database_url: url } },
    };
    const { body } = await live.command(
      'replace_metadata',
      {
        allow_inconsistent_metadata: true,
        metadata: { ...metadata, sources: [...metadata.sources, broken] },
      },
      { version: 2 },
    );
    expect(body).toMatchObject({ is_consistent: false });
    expect(lines.now('metadata')).toMatchObject([
      { level: 'warn', detail: { info: { objects: [{ name: 'source broken' }] } } },
    ]);
    const id = newId();
    await live.request('/v1/metadata', {
      method: 'POST',
      body: '{"password": "canary',
      headers: { 'x-request-id': id },
    });
    await lines.of('http-log', id);
    expect(lines.texts.filter((line) => /canary|test-admin-secret/.test(line))).toEqual([]);
    expect(lines.texts.every((line) => !line.includes('\n'))).toBe(true);
  });

  it('is missing when the worker starts', () => {
    expect(lines.now('startup')[0]).toMatchObject({
      level: 'info',
      detail: {
        kind: 'server_configuration',
        info: { metadata: 'live', admin_secret_set: true, log_level: 'info' },
      },
    });
  });
});
