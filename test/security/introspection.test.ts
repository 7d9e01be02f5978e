// Roles that are not told of their schema: the same verdict for every way of asking, over every door.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { METADATA, SQL } from '../limits/world.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';

const { api_limits: _, ...METADATA_WITHOUT_LIMITS } = METADATA;

let hedge: Hedge;
beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL,
    metadata: METADATA_WITHOUT_LIMITS,
    env: { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
  });
});
afterAll(() => hedge?.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const SENDERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a role that the metadata names': { 'x-hasura-admin-secret': ADMIN_SECRET, 'x-hasura-role': 'hidden' },
  'the unauthorized role': {},
  'the unauthorized role, asked for by name': {
    'x-hasura-admin-secret': ADMIN_SECRET,
    'x-hasura-role': 'anonymous',
  },
};
const FREE = { 'x-hasura-admin-secret': ADMIN_SECRET, 'x-hasura-role': 'free' };

interface Question {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string;
}
const SHAPES: Readonly<Record<string, Question>> = {
  __schema: { query: '{ __schema { types { name } } }' },
  __type: { query: '{ __type(name: "author") { name } }' },
  'an alias': { query: '{ data: __schema { types { name } } }' },
  'beside data': { query: '{ __typename __schema { types { name } } }' },
  'a fragment': { query: '{ ...F } fragment F on query_root { __schema { types { name } } }' },
  'a fragment of a fragment': {
    query:
      '{ ...F } fragment F on query_root { ...G } fragment G on query_root { __schema { types { name } } }',
  },
  'an inline fragment': { query: '{ ... { ... on query_root { __schema { types { name } } } } }' },
  'a directive': {
    query: 'query ($y: Boolean = true) { __schema @include(if: $y) { types { name } } }',
  },
  'a name': {
    query: 'query __schema { __schema { types { name } } } query other { __typename }',
    operationName: '__schema',
  },
  'the name of the usual query': { query: 'query IntrospectionQuery { __schema { types { name } } }' },
  'a variable': { query: 'query ($t: String!) { __type(name: $t) { name } }', variables: { t: 'author' } },
};

const json = async (path: string, init: RequestInit): Promise<string> =>
  await (await fetch(hedge.url + path, init)).text();
const posts =
  (path: string, wrap: (question: Question) => unknown = (question) => question) =>
  (headers: Readonly<Record<string, string>>, question: Question) =>
    json(path, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(wrap(question)),
    });
const DOORS: Readonly<Record<string, ReturnType<typeof posts>>> = {
  graphql: posts('/v1/graphql'),
  legacy: posts('/v1alpha1/graphql'),
  relay: posts('/v1beta1/relay'),
  batch: posts('/v1/graphql', (question) => [question]),
  get: (headers, { query, variables, operationName }) => {
    const parameters = new URLSearchParams({
      query,
      ...(variables !== undefined && { variables: JSON.stringify(variables) }),
      ...(operationName !== undefined && { operationName }),
    });
    return json(`/v1/graphql?${parameters}`, { headers: { ...JSON_TYPE, ...headers } });
  },
};

const REFUSED = /field '__(?:schema|type)' not found in type: 'query_root'/;

describe.each(Object.entries(DOORS))('over the door %s', (_name, door) => {
  describe.each(Object.entries(SENDERS))('%s', (_sender, headers) => {
    it.each(Object.entries(SHAPES))('is not told by %s', async (_shape, question) => {
      const text = await door(headers, question);
      expect(text).toMatch(REFUSED);
      expect(text).not.toMatch(/"data"|author/);
    });

    it('may ask what it is: __typename', async () => {
      expect(await door(headers, { query: '{ __typename }' })).toContain('{"__typename":"query_root"}');
    });
  });

  it.each(Object.entries(SHAPES))('others are told by %s', async (_shape, question) => {
    expect(await door(FREE, question)).toMatch(/"data"/);
  });
});

it('a stored query tells no more than its caller may ask', async () => {
  expect(await json('/api/rest/schema', { headers: FREE })).toContain('query_root');
  for (const headers of Object.values(SENDERS))
    expect(await json('/api/rest/schema', { headers })).toMatch(REFUSED);
});

it('an explanation for such a role is that of a field that is not there', async () => {
  const body = { query: '{ __schema { types { name } } }', user: { 'x-hasura-role': 'hidden' } };
  const text = await json('/v1/graphql/explain', {
    method: 'POST',
    headers: { ...JSON_TYPE, 'x-hasura-admin-secret': ADMIN_SECRET },
    body: JSON.stringify(body),
  });
  expect(text).toMatch(REFUSED);
});

it('bombs of introspection are refused before a schema is made', async () => {
  const deep = `{ __schema ${'{ types { fields { type '.repeat(40)}{ name }${'} } }'.repeat(40)} }`;
  const wide = `{ ${Array.from({ length: 4000 }, (_a, i) => `a${i}: __schema { types { name } }`).join(' ')} }`;
  const spread = `{ __schema { types { ...F0 } } } ${Array.from(
    { length: 25 },
    (_f, i) => `fragment F${i} on __Type { a: ofType { ...F${i + 1} } b: ofType { ...F${i + 1} } }`,
  ).join(' ')} fragment F25 on __Type { name }`;
  for (const query of [deep, wide, spread]) {
    const start = performance.now();
    expect(await posts('/v1/graphql')(FREE, { query })).toMatch(/validation-failed/);
    expect(performance.now() - start).toBeLessThan(2000);
  }
});

it('the unauthorized role is told where the deployment says so', async () => {
  const open = await startHedge({
    sql: SQL,
    metadata: METADATA_WITHOUT_LIMITS,
    env: { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous', HEDGE_UNAUTHORIZED_INTROSPECTION: 'true' },
  });
  try {
    const body = JSON.stringify({ query: '{ __type(name: "author") { name } }' });
    expect((await open.post('/v1/graphql', body)).body).toEqual({ data: { __type: { name: 'author' } } });
    const hidden = await open.post('/v1/graphql', body, SENDERS['a role that the metadata names']);
    expect(hidden.text).toMatch(REFUSED);
  } finally {
    await open.stop();
  }
});
