// Ways around the allow list: what is not on it is refused however it is dressed, over every door.

import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { METADATA, SQL } from '../limits/world.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';

const { api_limits: _, ...REST } = METADATA;

let hedge: Hedge;
beforeAll(async () => {
  hedge = await startHedge({
    sql: SQL,
    metadata: {
      ...REST,
      query_collections: [
        {
          name: 'stored',
          definition: {
            queries: [
              { name: 'authors', query: 'query Names { author { name } }' },
              {
                name: 'article',
                query:
                  'query ($id: Int!) { article(where: {id: {_eq: $id}, title: {_neq: "x"}}) { ...A } } fragment A on article { id title }',
              },
            ],
          },
        },
      ],
      rest_endpoints: [],
      allowlist: [{ collection: 'stored' }],
    },
    env: { HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true', HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES: 'true' },
  });
});
afterAll(() => hedge?.stop());

const HEADERS = {
  'content-type': 'application/json',
  'x-hasura-admin-secret': ADMIN_SECRET,
  'x-hasura-role': 'free',
};
interface Question {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}
const post = async (path: string, body: unknown): Promise<string> =>
  (await hedge.post(path, JSON.stringify(body), HEADERS)).text;
const hashOf = (query: string): string => createHash('sha256').update(query).digest('hex');
const persisted = (query: string) => ({
  extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(query) } },
});

const DOORS: Readonly<Record<string, (question: Question) => Promise<string>>> = {
  graphql: (question) => post('/v1/graphql', question),
  legacy: (question) => post('/v1alpha1/graphql', question),
  batch: (question) => post('/v1/graphql', [question]),
  'the end of a batch': (question) =>
    post('/v1/graphql', [{ query: 'query Names { author { name } }' }, question]),
  get: async ({ query = '', operationName, variables }) => {
    const parameters = new URLSearchParams({
      query,
      ...(operationName !== undefined && { operationName }),
      ...(variables !== undefined && { variables: JSON.stringify(variables) }),
    });
    return await (await fetch(`${hedge.url}/v1/graphql?${parameters}`, { headers: HEADERS })).text();
  },
  'a hash': (question) => post('/v1/graphql', { ...question, ...persisted(question.query ?? '') }),
};

const ARTICLE = 'query ($id: Int!) { article(where: {id: {_eq: $id}, title: {_neq: "x"}}) { ...A } }';
const VARIABLES = { variables: { id: 1 } };

const ALLOWED: Readonly<Record<string, Question>> = {
  'as it is stored': { query: 'query Names { author { name } }' },
  'laid out otherwise': { query: '# names\nquery   Names{author{,name,}}' },
  'with __typename': { query: 'query Names { __typename author { __typename name } }' },
  'with its name': { query: 'query Names { author { name } }', operationName: 'Names' },
  'its keys in another order': {
    query: `${ARTICLE.replace('{id: {_eq: $id}, title: {_neq: "x"}}', '{title: {_neq: """x"""}, id: {_eq: $id}}')} fragment A on article { id title }`,
    ...VARIABLES,
  },
};
const REFUSED: Readonly<Record<string, Question>> = {
  'another name': { query: 'query Other { author { name } }' },
  'no name': { query: '{ author { name } }' },
  'an alias': { query: 'query Names { author { id: name } }' },
  'another root field': { query: 'query Names { author { name } x: author { id } }' },
  'one more field': { query: 'query Names { author { name id } }' },
  'another field under the name of an allowed one': { query: 'query Names { author { name: id } }' },
  'a directive': { query: 'query Names { author { name @include(if: true) } }' },
  'an argument': { query: 'query Names { author(limit: 1) { name } }' },
  'another operation beside it': {
    query: 'query Names { author { name } } query Other { author { id } }',
    operationName: 'Other',
  },
  'another operation beside it, the allowed one asked for': {
    query: 'query Names { author { name } } query Other { author { id } }',
    operationName: 'Names',
  },
  'another fragment of the same name': {
    query: `${ARTICLE} fragment A on article { id title author_id }`,
    ...VARIABLES,
  },
  'a fragment beside it': { query: 'query Names { author { name } } fragment F on author { id }' },
  'another value': {
    query: `${ARTICLE.replace('"x"', '"y"')} fragment A on article { id title }`,
    ...VARIABLES,
  },
  'another type of variable': {
    query: `${ARTICLE.replace('Int!', 'Int')} fragment A on article { id title }`,
    ...VARIABLES,
  },
  'a mutation': { query: 'mutation Names { author { name } }' },
  introspection: { query: '{ __schema { types { name } } }' },
};

describe.each(Object.entries(DOORS))('over %s', (_door, ask) => {
  it.each(Object.entries(ALLOWED))('the query is let through %s', async (_name, question) => {
    expect(await ask(question)).toMatch(/"data":\{/);
    expect(await ask(question)).not.toContain('errors');
  });

  it.each(Object.entries(REFUSED))('it is refused with %s', async (_name, question) => {
    // The second time what is known of the text decides.
    for (let i = 0; i < 2; i++) expect(await ask(question)).toMatch(/not allowed|sent by POST/);
  });
});

describe('a hash', () => {
  it('of an allowed query does not let another text through', async () => {
    const query = '{ author { id } }';
    const text = await post('/v1/graphql', { query, ...persisted('query Names { author { name } }') });
    expect(text).toContain('provided sha does not match query');
  });

  it('of a text that was sent before and refused is refused', async () => {
    const query = '{ article { id } }';
    await post('/v1/graphql', { query, ...persisted(query) });
    expect(await post('/v1/graphql', persisted(query))).toMatch(/not allowed|PersistedQueryNotFound/);
  });
});
