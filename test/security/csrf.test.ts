// What a page of another site can make a visitor's browser send: it is refused on every door that does something.

import { describe, expect, it } from 'vitest';

import { ADMIN_SECRET, service } from '../http/service.ts';

// A visitor whom a cookie or the network lets in: here everybody is an administrator.
const open = service();
const closed = service({
  env: { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'user' },
});

const GRAPHQL = JSON.stringify({ query: '{ __typename }' });
const COMMAND = JSON.stringify({ type: 'export_metadata', args: {} });
const DOORS: readonly (readonly [path: string, body: string])[] = [
  ['/v1/graphql', GRAPHQL],
  ['/v1/graphql', `[${GRAPHQL}]`],
  ['/v1alpha1/graphql', GRAPHQL],
  ['/v1beta1/relay', GRAPHQL],
  ['/v1/graphql/explain', JSON.stringify({ query: { query: '{ __typename }' } })],
  ['/v1/metadata', COMMAND],
  ['/v2/query', COMMAND],
  ['/v1/query', COMMAND],
];

/** Types that a browser sends without asking first, and what looks like JSON to those who look carelessly. */
const SIMPLE_TYPES = [
  'text/plain',
  'text/plain;charset=UTF-8',
  'text/plain; application/json',
  'text/plain, application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data; boundary=application/json',
  'application/jsonp',
  'text/json-ish; charset=application/json',
];
const FROM_ELSEWHERE = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', cookie: 'a=b' };

const post = (path: string, body: string, headers: Record<string, string>, at = open) =>
  at.fetch(path, { method: 'POST', headers, body });

describe.each(DOORS)('POST %s of %s', (path, body) => {
  it.each(SIMPLE_TYPES)('as %s is refused', async (type) => {
    for (const headers of [{}, FROM_ELSEWHERE, { cookie: 'a=b' }, { origin: 'null' }]) {
      const response = await post(path, body, { 'content-type': type, ...headers });
      expect([headers, response.status]).toEqual([headers, 415]);
      expect(await response.text()).toContain('not-supported');
    }
  });

  it('without a type is refused from a browser', async () => {
    // A Blob without a type is sent like this.
    for (const headers of [FROM_ELSEWHERE, { 'sec-fetch-site': 'same-origin' }, { origin: 'null' }]) {
      const bytes = new TextEncoder().encode(body);
      const response = await open.fetch(path, { method: 'POST', headers, body: bytes });
      expect([headers, response.status]).toEqual([headers, 415]);
    }
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/graphql+json',
    'APPLICATION/JSON',
  ])('as %s is read', async (type) => {
    expect((await post(path, body, { 'content-type': type })).status).toBe(200);
  });
});

describe('GET /v1/graphql', () => {
  const get = (query: string, headers: Record<string, string> = {}, at = open) =>
    at.fetch(`/v1/graphql?query=${encodeURIComponent(query)}`, { headers });

  it.each([
    'mutation { x }',
    'mutation M { x }',
    '# {\nmutation { x }',
    'fragment F on T { a } mutation { ...F }',
    'mutation @cached { x }',
  ])('changes nothing: %s', async (mutation) => {
    for (const headers of [{}, { 'content-type': 'application/json' }, { 'x-hasura-admin-secret': 'x' }]) {
      const response = await get(mutation, headers);
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('asks nothing in a visitor’s name', async () => {
    for (const headers of [
      FROM_ELSEWHERE,
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { ...FROM_ELSEWHERE, 'content-type': 'text/plain' },
      { cookie: 'a=b' },
    ])
      expect([headers, (await get('{ __typename }', headers)).status]).toEqual([headers, 403]);
  });

  it('asks in the name of nobody, wherever the page is from', async () => {
    expect((await get('{ __typename }', { 'sec-fetch-site': 'cross-site' }, closed)).status).toBe(200);
  });

  it('changes nothing by HEAD either', async () => {
    const response = await open.fetch('/v1/graphql?query=mutation{x}', { method: 'HEAD' });
    expect(response.status).toBe(405);
  });
});
