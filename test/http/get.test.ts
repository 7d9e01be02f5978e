// GET /v1/graphql: parameters, what is refused, and what caches on the way are told.

import { describe, expect, it } from 'vitest';

import { HS_KEY, signHs } from '../auth/tokens.ts';
import { ADMIN_SECRET, service } from './service.ts';

const OPEN_ROLE = {
  HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
  HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'user',
};
const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const TYPENAME = { data: { __typename: 'query_root' } };

type Headers = Readonly<Record<string, string>>;

async function get(
  parameters: Readonly<Record<string, string>> | string,
  headers: Headers = {},
  env: Readonly<Record<string, string>> = OPEN_ROLE,
): Promise<{ status: number; body: unknown; headers: globalThis.Headers }> {
  const search = typeof parameters === 'string' ? parameters : String(new URLSearchParams(parameters));
  const response = await service({ env }).fetch(`/v1/graphql?${search}`, { headers });
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const errorOf = (message: string | RegExp, code: string) => ({
  errors: [{ message: expect.stringMatching(message) as string, extensions: { code } }],
});

describe('parameters', () => {
  it.each<[string, Readonly<Record<string, string>> | string, unknown]>([
    ['the query', { query: '{ __typename }' }, TYPENAME],
    ['empty parameters', { query: '{ __typename }', variables: '', extensions: '' }, TYPENAME],
    [
      'operation name and variables',
      {
        query: 'query a { __typename } query b($x: Boolean!) { t: __typename @include(if: $x) }',
        operationName: 'b',
        variables: '{"x": true}',
      },
      { data: { t: 'query_root' } },
    ],
    ['other parameters', { query: '{ __typename }', utm_source: 'x' }, TYPENAME],
    [
      'variables that are no JSON',
      { query: '{ __typename }', variables: '{' },
      errorOf('not a valid json', 'invalid-json'),
    ],
    [
      'variables that are no object',
      { query: '{ __typename }', variables: '[1]' },
      errorOf('expected Object', 'parse-failed'),
    ],
    ['extensions without a query', { extensions: '{}' }, errorOf('key "query" not found', 'parse-failed')],
    [
      'a parameter that is there twice',
      'query={__typename}&query={x}',
      errorOf('"query" is given more than once', 'bad-request'),
    ],
    ['a query that is none', { query: '{' }, errorOf('not a valid graphql query', 'validation-failed')],
    [
      'a subscription',
      { query: 'subscription { a }' },
      errorOf('no subscriptions exist', 'validation-failed'),
    ],
  ])('%s', async (_, parameters, body) => {
    expect(await get(parameters)).toMatchObject({ status: 200, body });
  });

  it('without any there is nothing', async () => {
    expect(await get({})).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('are answered to HEAD without a body', async () => {
    const response = await service({ env: OPEN_ROLE }).fetch('/v1/graphql?query={__typename}', {
      method: 'HEAD',
    });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});

describe('a mutation', () => {
  it.each([
    ['alone', { query: 'mutation { x }' }],
    ['by name', { query: 'query a { __typename } mutation b { x }', operationName: 'b' }],
  ])('is refused %s', async (_, parameters) => {
    const { status, body, headers } = await get(parameters, ADMIN);
    expect([status, headers.get('allow'), headers.get('cache-control')]).toEqual([405, 'POST', 'no-store']);
    expect(body).toMatchObject(errorOf('mutations are sent by POST', 'method-not-allowed'));
  });

  it('beside the query that is asked for does no harm', async () => {
    const parameters = { query: 'query a { __typename } mutation b { x }', operationName: 'a' };
    expect(await get(parameters)).toMatchObject({ status: 200, body: TYPENAME });
  });
});

describe('a page of another site', () => {
  const CROSS = { 'sec-fetch-site': 'cross-site', cookie: 'session=x' };
  const OPEN = {};
  const COOKIE = {
    HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
    HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
      type: 'HS256',
      key: 'k'.repeat(32),
      header: { type: 'Cookie', name: 'session' },
    }),
  };

  it.each<[string, Headers, Readonly<Record<string, string>>, number]>([
    ['may ask what everybody may', CROSS, OPEN_ROLE, 200],
    ['may not ask a service without secrets', CROSS, OPEN, 403],
    ['… nor from a browser of old', { origin: 'https://evil.example' }, OPEN, 403],
    ['… which the service’s own pages may', { 'sec-fetch-site': 'same-origin' }, OPEN, 200],
    ['… and the address bar', { 'sec-fetch-site': 'none' }, OPEN, 200],
    ['… and programs', {}, OPEN, 200],
    ['may ask where it was allowed to name its sender', { ...CROSS, ...ADMIN }, COOKIE, 200],
  ])('%s', async (_, headers, env, status) => {
    expect((await get({ query: '{ __typename }' }, headers, env)).status).toBe(status);
  });
});

describe('a visitor who is known by a cookie', () => {
  const env = {
    HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
    HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
      type: 'HS256',
      key: HS_KEY,
      header: { type: 'Cookie', name: 'session' },
    }),
  };
  const claims = { 'x-hasura-default-role': 'user', 'x-hasura-allowed-roles': ['user'] };

  it.each<[string, Headers, number]>([
    ['no other site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['no other host of the same site', { 'sec-fetch-site': 'same-site' }, 403],
    ['no browser that does not say', {}, 403],
    ['the service’s own pages', { 'sec-fetch-site': 'same-origin' }, 200],
    ['pages that asked first', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, 200],
  ])('is served to %s', async (_, headers, status) => {
    const token = await signHs({ 'https://hasura.io/jwt/claims': claims });
    const answer = await get({ query: '{ __typename }' }, { cookie: `session=${token}`, ...headers }, env);
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-store']);
  });
});

describe('caches on the way', () => {
  const CACHED = { query: 'query @cached(ttl: 30) { __typename }' };
  const control = async (...args: Parameters<typeof get>) => {
    const { headers } = await get(...args);
    return [headers.get('cache-control'), headers.get('vary')];
  };
  const JWT = JSON.stringify({ type: 'HS256', key: 'k'.repeat(32), header: { type: 'Cookie', name: 's' } });
  const PUBLIC = 'public, max-age=30, s-maxage=30';
  const PRIVATE = 'private, no-cache, max-age=30';

  it.each<[string, Readonly<Record<string, string>>, Headers, [string, string | null]]>([
    ['nothing without @cached', { query: '{ __typename }' }, {}, ['no-store', null]],
    ['no errors', { query: 'query @cached { x }' }, {}, ['no-store', null]],
    ['what is anybody’s', CACHED, {}, [PUBLIC, 'Accept, X-Hasura-Admin-Secret, X-Hasura-Access-Key, Origin']],
    [
      'whatever role a visitor says to have',
      CACHED,
      { 'x-hasura-role': 'admin', 'x-hasura-user-id': '1', cookie: 'x=y' },
      [PUBLIC, 'Accept, X-Hasura-Admin-Secret, X-Hasura-Access-Key, Origin'],
    ],
    ['nothing of an administrator', CACHED, ADMIN, [PRIVATE, null]],
    [
      'nothing of an administrator in that role',
      CACHED,
      { ...ADMIN, 'x-hasura-role': 'user' },
      [PRIVATE, null],
    ],
    ['nothing of who is refused', CACHED, { 'x-hasura-admin-secret': 'wrong' }, ['no-store', null]],
  ])('may keep %s', async (_, parameters, headers, expected) => {
    expect(await control(parameters, headers)).toEqual(expected);
  });

  it('are told which header names the visitor', async () => {
    expect(await control(CACHED, {}, { ...OPEN_ROLE, HASURA_GRAPHQL_JWT_SECRET: JWT })).toEqual([
      PUBLIC,
      'Accept, X-Hasura-Admin-Secret, X-Hasura-Access-Key, Cookie, Origin',
    ]);
  });

  it('are told that nothing is anybody’s where all are administrators', async () => {
    expect(await control(CACHED, {}, {})).toEqual([PRIVATE, null]);
  });

  it('get Hasura’s header for POST, which they do not keep', async () => {
    const response = await service({ env: OPEN_ROLE }).graphql(CACHED);
    expect(response.headers.get('cache-control')).toBe('max-age=30');
    expect(
      (await service({ env: OPEN_ROLE }).graphql({ query: '{ __typename }' })).headers.get('cache-control'),
    ).toBeNull();
  });
});
