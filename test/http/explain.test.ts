// POST /v1/graphql/explain, on a worker with a database.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { LIBRARY, LIBRARY_SQL } from './library.ts';

let hedge: Hedge;

beforeAll(async () => {
  hedge = await startHedge({ sql: LIBRARY_SQL, metadata: LIBRARY, allowInconsistent: true });
});
afterAll(() => hedge?.stop());

interface Explained {
  readonly field: string;
  readonly sql: string | null;
  readonly plan: readonly string[] | null;
}

async function explain(body: unknown, headers: Record<string, string> = {}): Promise<[number, unknown]> {
  const { status, body: answer } = await hedge.post('/v1/graphql/explain', JSON.stringify(body), {
    'x-hasura-admin-secret': ADMIN_SECRET,
    ...headers,
  });
  return [status, answer];
}

async function fieldsOf(body: unknown): Promise<readonly Explained[]> {
  const [status, answer] = await explain(body);
  expect([status, Array.isArray(answer)]).toEqual([200, true]);
  return answer as Explained[];
}

/** What the SQL shown gives when it is pasted into psql. */
async function run(sql: string | null): Promise<unknown> {
  const client = await pgClient(hedge.database.url);
  try {
    const { rows } = await client.query<Record<string, string>>(sql ?? '');
    return JSON.parse(Object.values(rows[0] ?? {})[0] ?? 'null') as unknown;
  } finally {
    await client.end();
  }
}

describe('a query', () => {
  it('is explained field by field, with its values in the SQL', async () => {
    const fields = await fieldsOf({
      query: {
        query:
          'query q($id: Int!) { ada: author_by_pk(id: $id) { name } __typename author(where: {name: {_eq: "O\'Hara \\"\\\\\\""}}) { id } }',
        variables: { id: 1 },
        operationName: 'q',
      },
    });
    expect(fields.map(({ field, plan }) => [field, plan !== null && plan.length > 0])).toEqual([
      ['ada', true],
      ['__typename', false],
      ['author', true],
    ]);
    expect(fields[1]).toEqual({ field: '__typename', sql: null, plan: null });
    expect(fields[0]?.sql).toContain("('1')::");
    expect(await run(fields[0]?.sql ?? null)).toEqual({ ada: { name: 'Ada' } });
    expect(await run(fields[2]?.sql ?? null)).toEqual({ author: [{ id: 3 }] });
  });

  it('is the one of the user described', async () => {
    const [field] = await fieldsOf({
      user: { 'X-Hasura-Role': 'self', 'X-Hasura-Author-Id': '2' },
      query: { query: '{ author { name } }' },
    });
    expect(await run(field?.sql ?? null)).toEqual({ author: [{ name: 'X%20Y' }] });
    expect(field?.plan?.join('\n')).toContain('(id = 2)');
  });

  it('may be a text, and select a field in several places', async () => {
    const [field, ...others] = await fieldsOf({
      query:
        'query { ...f author_by_pk(id: 1) { id } } fragment f on query_root { author_by_pk(id: 1) { name } }',
    });
    expect(others).toEqual([]);
    expect(await run(field?.sql ?? null)).toEqual({ author_by_pk: { name: 'Ada', id: 1 } });
  });

  it('of introspection has no SQL', async () => {
    expect(await fieldsOf({ query: { query: '{ __schema { queryType { name } } }' } })).toEqual([
      { field: '__schema', sql: null, plan: null },
    ]);
  });
});

it('a subscription is explained as one, with the values it reads', async () => {
  const [status, answer] = await explain({
    user: { 'x-hasura-role': 'self', 'x-hasura-author-id': '2', 'x-hasura-other': 'x' },
    query: { query: 'subscription { author { name } }' },
  });
  expect(status).toBe(200);
  expect(answer).toEqual({
    sql: expect.stringContaining('from unnest(($1)::json[], ($2)::text[])') as unknown,
    plan: expect.arrayContaining([expect.any(String)]) as unknown,
    variables: { synthetic: [], query: {}, session: { 'x-hasura-author-id': '2' }, cursor: {} },
  });
});

describe('refused', () => {
  const error = (code: string, message: string, path = '$') => ({ path, error: message, code });

  it.each<[string, unknown, unknown]>([
    [
      'mutations',
      { query: { query: 'mutation { a }' } },
      error('invalid-params', 'only queries can be explained'),
    ],
    [
      'fields the role does not have',
      { user: { 'x-hasura-role': 'reader' }, query: { query: '{ book { id } }' } },
      error('validation-failed', "field 'book' not found in type: 'query_root'", '$.selectionSet.book'),
    ],
    [
      'an unknown operation',
      { query: { query: 'query a { __typename }', operationName: 'b' } },
      error('validation-failed', 'no such operation found in the document: "b"'),
    ],
    [
      'a missing variable',
      { query: { query: 'query ($id: Int!) { author_by_pk(id: $id) { id } }' } },
      error('validation-failed', 'expecting a value for non-nullable variable: "id"'),
    ],
    [
      'a missing session variable',
      { user: { 'x-hasura-role': 'self' }, query: { query: '{ author { id } }' } },
      error('not-found', 'missing session variable: "x-hasura-author-id"'),
    ],
    [
      'two fields of a subscription',
      { query: { query: 'subscription { author { id } book { id } }' } },
      error('validation-failed', 'subscriptions must select one top level field'),
    ],
    ['a body without query', { user: {} }, error('parse-failed', 'key "query" not found')],
    [
      'a role that is no text',
      { user: { 'x-hasura-role': 1 }, query: { query: '{ __typename }' } },
      error('parse-failed', 'expected String, but encountered Number', '$.user.x-hasura-role'),
    ],
    [
      'what is not GraphQL',
      { query: { query: '{' } },
      expect.objectContaining(error('validation-failed', 'not a valid graphql query', '$.query')),
    ],
  ])('%s', async (_, body, answer) => {
    expect(await explain(body)).toEqual([400, answer]);
  });

  it('everyone but administrators', async () => {
    expect(await explain({ query: { query: '{ __typename }' } }, { 'x-hasura-role': 'reader' })).toEqual([
      400,
      error('access-denied', 'You have to be an admin to access this endpoint'),
    ]);
  });

  it('a value that Postgres does not take, with the statement for the administrator', async () => {
    const [status, answer] = await explain({
      query: 'query { book(where: {published: {_eq: "never"}}) { id } }',
    });
    expect(status).toBe(400);
    expect(answer).toMatchObject({ code: 'data-exception' });
  });
});
