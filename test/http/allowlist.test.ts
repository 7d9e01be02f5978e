// The allow list, on a worker with a database.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { LIBRARY, LIBRARY_SQL, QUERIES } from './library.ts';

let hedge: Hedge;

beforeAll(async () => {
  hedge = await startHedge({
    sql: LIBRARY_SQL,
    metadata: LIBRARY,
    allowInconsistent: true,
    env: { HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true' },
  });
});
afterAll(() => hedge?.stop());

const REFUSED = {
  errors: [{ message: 'query is not allowed', extensions: { path: '$', code: 'validation-failed' } }],
};
const self = { session: { 'x-hasura-author-id': '2' } };

describe('where the allow list is on', () => {
  it.each([
    ['reader', QUERIES.authors, true],
    ['reader', '{ author(order_by: {id: asc}) { __typename, name } }', true],
    ['reader', '{ author { id } }', false],
    ['reader', '{ author { name } }', false],
    ['reader', '{ __typename }', false],
    ['reader', '{ __schema { queryType { name } } }', false],
    ['self', QUERIES.authors, true],
    ['self', '{ author { id } }', true],
    ['self', '{ author { name } }', false],
    ['admin', '{ author { name } }', true],
  ])('%s may send %s: %s', async (role, query, may) => {
    // Twice: the second time what is known of the text decides.
    for (let i = 0; i < 2; i++) {
      const { status, body } = await hedge.graphql(query, { role, ...self });
      expect(status).toBe(200);
      if (may) expect(body).toHaveProperty('data');
      else expect(body).toEqual(REFUSED);
    }
  });

  it('what one role may send says nothing for another', async () => {
    const query = '{ author { id } }';
    expect((await hedge.graphql(query, { role: 'self', ...self })).body).toHaveProperty('data');
    expect((await hedge.graphql(query, { role: 'reader' })).body).toEqual(REFUSED);
    expect((await hedge.graphql(query, { role: 'admin' })).body).toHaveProperty('data');
    expect((await hedge.graphql(query, { role: 'reader' })).body).toEqual(REFUSED);
  });

  it('each operation of a batch is asked about', async () => {
    const body = JSON.stringify([{ query: QUERIES.authors }, { query: '{ author { name } }' }]);
    const headers = { 'x-hasura-admin-secret': ADMIN_SECRET, 'x-hasura-role': 'reader' };
    expect((await hedge.post('/v1/graphql', body, headers)).body).toEqual([
      { data: { author: expect.any(Array) as unknown } },
      REFUSED,
    ]);
  });

  it('a REST endpoint’s query has to be on it as well', async () => {
    const ask = async (path: string) =>
      (
        await fetch(`${hedge.url}/api/rest/${path}`, {
          headers: { 'x-hasura-admin-secret': ADMIN_SECRET, 'x-hasura-role': 'reader' },
        })
      ).status;
    expect(await ask('authors')).toBe(200);
  });

  it('an error of the text comes before it', async () => {
    expect((await hedge.graphql('{', { role: 'reader' })).body).toMatchObject({
      errors: [{ message: 'not a valid graphql query' }],
    });
  });
});
