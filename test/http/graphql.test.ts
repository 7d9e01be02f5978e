// POST /v1/graphql as clients meet it: bodies, batches, statuses, headers, and who may see what of an error.

import { generateKeyPairSync } from 'node:crypto';

import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';

import type { TableModel } from '../../src/artifact/types.ts';
import { ADMIN_SECRET, service } from './service.ts';

const TYPENAME = { query: '{ __typename }' };
const ANSWER = { data: { __typename: 'query_root' } };
const SECRET = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };

function failure(code: string, message: string, path = '$') {
  return { errors: [{ message, extensions: { path, code } }] };
}

describe('a request', () => {
  it('is answered with the text of its data', async () => {
    const response = await service().graphql(TYPENAME);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.text()).toBe('{"data":{"__typename":"query_root"}}');
  });

  it('may name its operation and have null or unknown members', async () => {
    const body = {
      query: 'query a { __typename } query b { x: __typename }',
      operationName: 'b',
      variables: null,
      extensions: {},
    };
    expect(await (await service().graphql(body)).json()).toEqual({ data: { x: 'query_root' } });
  });

  it.each([
    { type: 'application/json' },
    { type: 'application/json; charset=utf-8' },
    { type: 'APPLICATION/JSON' },
    { type: 'application/graphql+json' },
    { type: 'application/graphql-response+json' },
  ])('may have the content type $type', async ({ type }) => {
    expect(await (await service().graphql(TYPENAME, { 'content-type': type })).json()).toEqual(ANSWER);
  });

  it('may come without content type from a program', async () => {
    const body = new Blob([JSON.stringify(TYPENAME)]);
    expect(await (await service().fetch('/v1/graphql', { method: 'POST', body })).json()).toEqual(ANSWER);
  });

  it.each([
    { type: 'text/plain' },
    { type: 'text/plain; application/json' },
    { type: 'application/x-www-form-urlencoded' },
    { type: 'multipart/form-data; boundary=x' },
    { type: 'application/jsonx' },
    { type: '' },
  ])('is refused with the content type $type', async ({ type }) => {
    const response = await service().graphql(TYPENAME, { 'content-type': type });
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'not-supported' } }] });
  });

  it('is refused with a password that a browser adds by itself', async () => {
    const headers = { 'content-type': 'text/plain', authorization: 'Basic YTpi' };
    expect((await service().graphql(TYPENAME, headers)).status).toBe(415);
  });

  it.each([{ 'x-hasura-admin-secret': 'any' }, { authorization: 'Bearer x' }, { 'x-hasura-role': 'user' }])(
    'may have any content type from one who names themselves, as curl sends it: %o',
    async (headers) => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const response = await service().graphql(TYPENAME, { ...type, ...headers });
      expect(response.status).not.toBe(415);
    },
  );

  it.each([{ origin: 'https://evil.example' }, { cookie: 'token=x' }, { 'sec-fetch-site': 'cross-site' }])(
    'is refused without content type from a browser: %o',
    async (headers) => {
      const body = new Blob([JSON.stringify(TYPENAME)]);
      const response = await service().fetch('/v1/graphql', { method: 'POST', body, headers });
      expect(response.status).toBe(415);
    },
  );
});

describe('a body that is no request', () => {
  it.each([
    { body: '', error: failure('invalid-json', 'Error in $: not enough input') },
    { body: '  ', error: failure('invalid-json', 'Error in $: not enough input') },
    {
      body: '{"query":',
      error: failure('invalid-json', 'Error in $: Failed reading: not a valid json value'),
    },
    {
      body: '{ __typename }',
      error: failure('invalid-json', 'Error in $: Failed reading: not a valid json value'),
    },
    {
      body: '"text"',
      error: failure('parse-failed', 'parsing request failed, expected Object, but encountered String'),
    },
    {
      body: 'null',
      error: failure('parse-failed', 'parsing request failed, expected Object, but encountered Null'),
    },
    { body: '{}', error: failure('parse-failed', 'key "query" not found') },
    {
      body: '{"query":null}',
      error: failure('parse-failed', 'parsing Text failed, expected String, but encountered Null', '$.query'),
    },
    {
      body: '{"query":["{a}"]}',
      error: failure(
        'parse-failed',
        'parsing Text failed, expected String, but encountered Array',
        '$.query',
      ),
    },
    {
      body: '{"query":"{a}","variables":[]}',
      error: failure(
        'parse-failed',
        'parsing variables failed, expected Object, but encountered Array',
        '$.variables',
      ),
    },
    {
      body: '{"query":"{a}","variables":"{}"}',
      error: failure(
        'parse-failed',
        'parsing variables failed, expected Object, but encountered String',
        '$.variables',
      ),
    },
    {
      body: '{"query":"{a}","operationName":1}',
      error: failure(
        'parse-failed',
        'parsing Text failed, expected String, but encountered Number',
        '$.operationName',
      ),
    },
    { body: '{"query":"{"}', error: failure('validation-failed', 'not a valid graphql query', '$.query') },
  ])('is told so: $body', async ({ body, error }) => {
    const response = await service({ env: { HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS: 'false' } }).fetch(
      '/v1/graphql',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      },
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(error);
  });
});

describe('a body larger than the limit', () => {
  const small = service({ env: { HEDGE_MAX_BODY_BYTES: 100 } });
  const post = (body: BodyInit, headers: Record<string, string> = {}) => {
    // Node wants to be told of a streamed body; its types do not know the word.
    const init: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      duplex: 'half',
    };
    return small.fetch('/v1/graphql', init);
  };
  const text = (bytes: number) => JSON.stringify(TYPENAME).padEnd(bytes);
  const stream = (bytes: number) => new Blob([text(bytes)]).stream();

  it.each([
    { name: 'by its length', response: () => post(text(101), { 'content-length': '101' }) },
    { name: 'by what comes', response: () => post(stream(101)) },
  ])('is refused $name', async ({ response }) => {
    const answer = await response();
    expect(answer.status).toBe(413);
    expect(await answer.json()).toEqual(failure('bad-request', 'the request body is larger than 100 bytes'));
  });

  it('is read when it has just the size', async () => {
    expect(await (await post(text(100), { 'content-length': '100' })).json()).toEqual(ANSWER);
    expect(await (await post(stream(100))).json()).toEqual(ANSWER);
  });

  it('is read whole where a character falls between two chunks', async () => {
    const bytes = new TextEncoder().encode('{"query":"{ä}"}');
    const body = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await (await post(body)).json()).toMatchObject(
      failure('validation-failed', 'not a valid graphql query', '$.query'),
    );
  });
});

describe('a batch', () => {
  it('is answered in order, each with its own error', async () => {
    const batch = [TYPENAME, { query: '{ nothing }' }, {}, 5, { query: '{ x: __typename }' }];
    const response = await service().graphql(batch);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([
      ANSWER,
      failure(
        'validation-failed',
        "field 'nothing' not found in type: 'query_root'",
        '$.selectionSet.nothing',
      ),
      failure('parse-failed', 'key "query" not found', '$[2]'),
      failure('parse-failed', 'parsing request failed, expected Object, but encountered Number', '$[3]'),
      { data: { x: 'query_root' } },
    ]);
  });

  it('is answered in order when the word mutation is in it', async () => {
    const response = await service().graphql([{ query: '{ mutation: __typename }' }, TYPENAME]);
    expect(await response.json()).toEqual([{ data: { mutation: 'query_root' } }, ANSWER]);
  });

  it('may be empty', async () => {
    expect(await (await service().graphql([])).text()).toBe('[]');
  });

  it('of too many operations is refused', async () => {
    const response = await service().graphql(Array.from({ length: 101 }, () => TYPENAME));
    expect(await response.json()).toEqual(
      failure('bad-request', 'a batch may hold 100 operations, this one holds 101'),
    );
  });
});

describe('authentication', () => {
  it('fails with status 200 and Hasura’s words', async () => {
    const { graphql } = service({ env: SECRET });
    const response = await graphql(TYPENAME);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(
      failure('access-denied', 'x-hasura-admin-secret/x-hasura-access-key required, but not found'),
    );
    expect(await (await graphql(TYPENAME, { 'x-hasura-admin-secret': ADMIN_SECRET })).json()).toEqual(ANSWER);
  });

  it('comes before the body is looked at', async () => {
    const response = await service({ env: SECRET }).graphql({ no: 'query' });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'access-denied' } }] });
  });

  it.each([
    {
      claims: {
        'x-hasura-default-role': 'user',
        'x-hasura-allowed-roles': ['user', 'admin'],
        'x-hasura-user-id': 'user123',
        'x-hasura-org-id': 'org456',
      },
    },
    {
      claims: {
        'x-hasura-default-role': 'user',
        'x-hasura-allowed-roles': ['user'],
        'x-hasura-user-id': 'auth0|1',
      },
    },
  ])('takes the tokens of the guide: $claims', async ({ claims }) => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const key = publicKey.export({ type: 'spki', format: 'pem' });
    const { graphql } = service({
      env: { ...SECRET, HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'RS256', key }) },
    });
    const now = Math.floor(Date.now() / 1000);
    const payload = { sub: 'user123', iat: now, exp: now + 86_400, 'https://hasura.io/jwt/claims': claims };
    const token = await new SignJWT(payload).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
    expect(await (await graphql(TYPENAME, { Authorization: `Bearer ${token}` })).json()).toEqual(ANSWER);
    const expired = await new SignJWT({ ...payload, exp: now - 1 })
      .setProtectedHeader({ alg: 'RS256' })
      .sign(privateKey);
    expect(await (await graphql(TYPENAME, { Authorization: `Bearer ${expired}` })).json()).toEqual(
      failure('invalid-jwt', 'Could not verify JWT: JWTExpired'),
    );
  });
});

describe('internal details of an error', () => {
  const broken = { query: '{' };
  it.each([
    { who: 'admin', env: {}, headers: {}, shown: true },
    { who: 'user', env: {}, headers: { 'x-hasura-role': 'user' }, shown: false },
    {
      who: 'admin when switched off',
      env: { HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS: 'false' },
      headers: {},
      shown: false,
    },
    {
      who: 'user in development mode',
      env: { HASURA_GRAPHQL_DEV_MODE: 'true' },
      headers: { 'x-hasura-role': 'user' },
      shown: true,
    },
  ])('are shown to $who: $shown', async ({ env, headers, shown }) => {
    const answer = (await (await service({ env }).graphql(broken, headers)).json()) as {
      errors: { extensions: Record<string, unknown> }[];
    };
    expect('internal' in (answer.errors[0]?.extensions ?? {})).toBe(shown);
  });
});

describe('a fault of ours', () => {
  // A key that is made of no column cannot come out of the compiler.
  const table: TableModel = {
    source: 'default',
    table: { schema: 'public', name: 'broken' },
    typeName: 'broken',
    baseName: 'broken',
    description: null,
    fields: [],
    primaryKey: ['id'],
    filter: { kind: 'true' },
    limit: null,
    allowAggregations: false,
  };
  const byPk = {
    kind: 'select_by_pk',
    name: 'broken',
    namespace: null,
    table: 0,
    description: null,
  } as const;
  const faulty = () =>
    service({
      artifact: {
        roles: [
          {
            role: 'admin',
            types: [],
            tables: [table],
            queryFields: [byPk],
            subscriptionFields: [],
            writes: [],
            mutationFields: [],
          },
        ],
      },
    });

  it('is status 500 without stack, and logged under the request’s id', async () => {
    const { graphql, logged } = faulty();
    const response = await graphql(
      { query: '{ broken(id: 1) { __typename } }' },
      { 'x-request-id': 'my-request' },
    );
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual(failure('unexpected', 'internal error'));
    expect(logged[0]).toEqual({
      type: 'unstructured',
      level: 'error',
      detail: {
        request_id: 'my-request',
        message: expect.stringContaining('Invariant broken') as string,
      },
    });
  });

  it('spoils its own entry of a batch only', async () => {
    const response = await faulty().graphql([{ query: '{ broken(id: 1) { __typename } }' }, TYPENAME]);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual([failure('unexpected', 'internal error'), ANSWER]);
  });
});

describe('x-request-id', () => {
  it('is the client’s, else a new one', async () => {
    const { graphql } = service();
    expect((await graphql(TYPENAME, { 'x-request-id': 'abc' })).headers.get('x-request-id')).toBe('abc');
    const ids = [await graphql(TYPENAME), await graphql(TYPENAME)].map((r) => r.headers.get('x-request-id'));
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[0]).not.toBe(ids[1]);
  });
});
