// /api/rest/…: paths, methods, variables and roles, on a worker with a database.

import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { LIBRARY, LIBRARY_SQL } from './library.ts';

let hedge: Hedge;

beforeAll(async () => {
  // Two of its endpoints can match one request, one of its queries is two.
  hedge = await startHedge({ sql: LIBRARY_SQL, metadata: LIBRARY, allowInconsistent: true });
});
afterAll(() => hedge?.stop());

interface Init {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function ask(method: string, path: string, init: Init = {}): Promise<[number, unknown]> {
  const response = await fetch(`${hedge.url}/api/rest/${path}`, {
    method,
    ...init,
    headers: { 'x-hasura-admin-secret': ADMIN_SECRET, ...init.headers },
  });
  const text = await response.text();
  return [response.status, text === '' ? text : (JSON.parse(text) as unknown)];
}

const json = (value: unknown): Init => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const form = (text: string): Init => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: text,
});
const BOOK = '81f1bfea-c169-44b5-b4c8-37e9a071abd8';

describe('an endpoint answers with the data alone', () => {
  it.each<[string, string, Init, unknown]>([
    ['GET', 'authors', {}, { author: [{ name: 'Ada' }, { name: 'X%20Y' }, { name: 'O\'Hara "\\"' }] }],
    ['GET', 'authors/by_name?name=%41da', {}, { author: [{ id: 1 }] }],
    ['GET', 'authors/by_name?name=X%2520Y', {}, { author: [{ id: 2 }] }],
    ['POST', 'authors/by_name', json({ name: 'Ada' }), { author: [{ id: 1 }] }],
    ['POST', 'authors/by_name', form('name=X%2520Y'), { author: [{ id: 2 }] }],
    ['POST', 'authors/by_name', form('{"name":"Ada"}'), { author: [{ id: 1 }] }],
    ['POST', 'authors/by_name?name=Ada', {}, { author: [{ id: 1 }] }],
    ['POST', 'authors/by_name/', json({ name: 'Ada' }), { author: [{ id: 1 }] }],
    ['POST', 'authors/by_name?name=nobody', json({ name: 'Ada' }), { author: [{ id: 1 }] }],
    ['GET', 'authors/named/X%2520Y', {}, { author: [{ id: 2 }] }],
    ['GET', 'authors/named/O%27Hara%20%22%5C%22', {}, { author: [{ id: 3 }] }],
    ['GET', 'authors/named/a%2Fb', {}, { author: [] }],
    ['GET', 'author/1', {}, { author_by_pk: { name: 'Ada' } }],
    ['PUT', 'author/1', {}, { author_by_pk: { name: 'Ada' } }],
    ['GET', 'author/9', {}, { author_by_pk: null }],
    ['GET', `books/${BOOK.toUpperCase()}`, {}, { book_by_pk: { title: 'One' } }],
    ['GET', 'books', {}, { book: [{ title: 'One' }] }],
    ['GET', 'books?in_print', {}, { book: [{ title: 'One' }] }],
    ['GET', 'books?in_print=false', {}, { book: [{ title: 'Two' }] }],
    ['GET', 'books/at/12345678901234567890.5', {}, { book: [{ title: 'One' }] }],
    ['POST', 'books', json({ in_print: false }), { book: [{ title: 'Two' }] }],
    ['POST', 'books_by_ids', json({ ids: [BOOK.toUpperCase()] }), { book: [{ title: 'One' }] }],
    [
      'GET',
      'deep/er/path',
      {},
      { author_by_pk: { name: 'Ada', books: [{ title: 'One' }, { title: 'Two' }] } },
    ],
  ])('%s %s', async (method, path, init, data) => {
    expect(await ask(method, path, init)).toEqual([200, data]);
  });
});

describe('an endpoint refuses', () => {
  const error = (code: string, message: string, path = '$') => ({ path, error: message, code });

  it.each<[string, string, Init, number, unknown]>([
    ['GET', 'void', {}, 404, error('not-found', 'Endpoint not found')],
    ['GET', '', {}, 404, error('not-found', 'Endpoint not found')],
    ['GET', 'authors/x', {}, 404, error('not-found', 'Endpoint not found')],
    ['GET', 'authors%2Fby_name?name=Ada', {}, 404, error('not-found', 'Endpoint not found')],
    ['DELETE', 'author/1', {}, 405, error('method-not-allowed', 'Allowed methods: GET,PUT')],
    ['OPTIONS', 'authors', {}, 400, error('bad-request', 'Method OPTIONS not supported.')],
    ['GET', 'way/way', {}, 500, error('unexpected', 'Multiple endpoints match request')],
    // What compiling left out: two operations, a subscription.
    ['GET', 'two', {}, 404, error('not-found', 'Endpoint not found')],
    ['GET', 'changing', {}, 404, error('not-found', 'Endpoint not found')],
    [
      'GET',
      'authors/by_name',
      {},
      400,
      error('validation-failed', 'expecting a value for non-nullable variable: "name"'),
    ],
    ['GET', 'authors?name=Ada', {}, 400, error('bad-request', 'Unexpected variable name')],
    [
      'GET',
      `books_by_ids?ids=${BOOK}`,
      {},
      400,
      error(
        'bad-request',
        `List variables are not currently supported in URL or Query parameters. (Variable ids, with value "${BOOK}")`,
      ),
    ],
    [
      'GET',
      'author/one',
      {},
      400,
      error(
        'validation-failed',
        "expected a 32-bit integer for type 'Int', but found a string",
        '$.selectionSet.author_by_pk.args.id',
      ),
    ],
    [
      'POST',
      'authors/by_name',
      json(['Ada']),
      400,
      error('parse-failed', 'parsing variables failed, expected Object, but encountered Array'),
    ],
    [
      'POST',
      'authors/by_name',
      { ...json(null), body: '{"name"' },
      400,
      error('invalid-json', 'Error in $: Failed reading: not a valid json value'),
    ],
  ])('%s %s', async (method, path, init, status, body) => {
    expect(await ask(method, path, init)).toEqual([status, body]);
  });

  it('a method by naming the others in a header too', async () => {
    const response = await fetch(`${hedge.url}/api/rest/author/1`, {
      method: 'PATCH',
      headers: { 'x-hasura-admin-secret': ADMIN_SECRET },
    });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, PUT']);
  });

  it('who does not say who they are', async () => {
    const [status, body] = await ask('GET', 'authors', { headers: { 'x-hasura-admin-secret': 'wrong' } });
    expect([status, body]).toEqual([
      401,
      error('access-denied', 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"'),
    ]);
  });
});

describe('a path made to trick is a text or nothing', () => {
  const NONE = { author: [] };
  const ADA = { author_by_pk: { name: 'Ada' } };

  it.each<[string, number, unknown]>([
    // as fetch sends it, the status, the data or the error's code
    ['authors/named/%00', 400, 'data-exception'],
    ['authors/named/%E0%A4%A', 200, NONE],
    ['authors/named/%F0%9F%8D%B5', 200, NONE],
    ['authors/named/:name', 200, NONE],
    [`authors/named/${'a'.repeat(10_000)}`, 200, NONE],
    ['authors/named/%2e%2e/by_name?name=no%62ody', 200, NONE],
    ['authors/:name', 404, 'not-found'],
    ['/authors', 404, 'not-found'],
    ['AUTHORS', 404, 'not-found'],
    ['authors;x=1', 404, 'not-found'],
    ['%61uthors/by_name?name=nobody', 200, NONE],
    ['authors/by_name?name=Ada&name=nobody', 200, NONE],
    ['authors/by_name?name=Ada+', 200, NONE],
    ['authors/by_name?name=%', 200, NONE],
    ['authors/by_name?name=$1', 200, NONE],
    [`authors/by_name?name='; drop table author --`, 200, NONE],
    ['authors/by_name?name[]=Ada', 400, 'validation-failed'],
    ['authors/by_name?__proto__=1&name=Ada', 400, 'bad-request'],
    ['author/1.0', 200, ADA],
    ['author/1e0', 200, ADA],
    ['author/0x1', 400, 'validation-failed'],
    ['author/%201', 400, 'validation-failed'],
    ['author/99999999999', 400, 'parse-failed'],
    ['author/', 400, 'validation-failed'],
    ['books/not-a-uuid', 400, 'data-exception'],
    ['books?in_print=1', 400, 'validation-failed'],
    ['books/at/1e400', 200, { book: [] }],
  ])('GET %s', async (path, status, expected) => {
    const [got, body] = await ask('GET', path);
    expect([got, got === 200 ? body : (body as { code: unknown }).code]).toEqual([status, expected]);
  });
});

it('the endpoints are told of as a document that is valid, to each role its own', async () => {
  const document = async (role: string) => {
    const headers = { 'x-hasura-admin-secret': ADMIN_SECRET, 'x-hasura-role': role };
    const response = await fetch(`${hedge.url}/api/swagger/json`, { headers });
    return (await response.json()) as Record<string, unknown>;
  };
  for (const role of ['admin', 'reader'])
    expect(await new Validator().validate(await document(role))).toEqual({ valid: true });
  expect(JSON.stringify(await document('admin'))).toContain('book_by_pk');
  expect(JSON.stringify(await document('reader'))).not.toContain('book_by_pk');
});

describe('the caller’s role decides', () => {
  it('which rows', async () => {
    const headers = { 'x-hasura-role': 'self', 'x-hasura-author-id': '2' };
    expect(await ask('GET', 'authors', { headers })).toEqual([200, { author: [{ name: 'X%20Y' }] }]);
  });

  it('which fields', async () => {
    expect(await ask('GET', 'books', { headers: { 'x-hasura-role': 'reader' } })).toEqual([
      400,
      {
        path: '$.selectionSet.book',
        error: "field 'book' not found in type: 'query_root'",
        code: 'validation-failed',
      },
    ]);
  });

  it('and a session variable that is missing is an error', async () => {
    const [status, body] = await ask('GET', 'authors', { headers: { 'x-hasura-role': 'self' } });
    expect([status, body]).toEqual([
      400,
      { path: '$', error: 'missing session variable: "x-hasura-author-id"', code: 'not-found' },
    ]);
  });
});
