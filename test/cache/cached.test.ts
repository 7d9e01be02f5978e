// `@cached` on the worker with the runtime's own cache: hits, times, refreshing, clearing, headers.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { pgClient } from '../support/database.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { VAULT, VAULT_SQL } from './vault.ts';

let hedge: Hedge;
let database: Awaited<ReturnType<typeof pgClient>>;

beforeAll(async () => {
  hedge = await startHedge({
    sql: VAULT_SQL,
    metadata: VAULT,
    env: {
      HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
      HASURA_GRAPHQL_CACHE_MAX_ENTRY_TTL: '40',
      HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES: 'true',
    },
  });
  database = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await database?.end();
  await hedge?.stop();
});

/** `max-age`, by which time a second or two may be over. */
const about = (seconds: number): unknown =>
  expect.stringMatching(new RegExp(`^max-age=(?:${seconds}|${seconds - 1}|${seconds - 2})$`));

/** A new text in the database, which an answer shows unless it is an older one. */
let round = 0;
beforeEach(async () => {
  round += 1;
  await write('first');
  await clear();
});

async function write(word: string): Promise<void> {
  await database.query('update item set secret = $1 where id = 1', [`${word} ${round}`]);
}

async function clear(search = '', secret = ADMIN_SECRET): Promise<unknown> {
  const response = await fetch(`${hedge.url}/pro/cache/clear${search}`, {
    method: 'POST',
    headers: { 'x-hasura-admin-secret': secret },
  });
  return [response.status, await response.json()];
}

interface Answer {
  /** The word of row 1, or the whole body where there is none. */
  readonly word: unknown;
  readonly key: string | null;
  readonly family: string | null;
  readonly control: string | null;
  readonly warning: string | null;
}

async function ask(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  const response = await fetch(`${hedge.url}/v1/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hasura-admin-secret': ADMIN_SECRET },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: { item?: { secret: string }[] } };
  return {
    word: body.data?.item?.[0]?.secret.split(' ')[0] ?? body,
    key: response.headers.get('x-hasura-query-cache-key'),
    family: response.headers.get('x-hasura-query-family-cache-key'),
    control: response.headers.get('cache-control'),
    warning: response.headers.get('warning'),
  };
}

const FIELDS = '{ item(where: {id: {_eq: 1}}) { secret } }';
const CACHED = `query @cached ${FIELDS}`;

describe('a second request', () => {
  it('is given the kept answer, with the same keys and the time that is left', async () => {
    const first = await ask(CACHED);
    await write('second');
    const second = await ask(CACHED);
    expect([first.word, second.word]).toEqual(['first', 'first']);
    expect(first).toMatchObject({ control: about(40), warning: null });
    expect(first.key).toMatch(/^[0-9a-f]{64}$/);
    expect([second.key, second.family]).toEqual([first.key, first.family]);
    expect(second.control).toEqual(about(40));
  });

  it('is a hit where only its layout is another', async () => {
    await ask(CACHED);
    await write('second');
    expect((await ask(`query   @cached(ttl: 60)\n${FIELDS} # again`)).word).toBe('first');
  });

  it.each([
    ['has no @cached', CACHED, `query ${FIELDS}`],
    ['asks to refresh', CACHED, `query @cached(refresh: true) ${FIELDS}`],
    ['has another name', CACHED, `query Other @cached ${FIELDS}`],
    ['asks for another time', CACHED, `query @cached(ttl: 30) ${FIELDS}`],
    ['asks for no time', CACHED, `query @cached(ttl: 0) ${FIELDS}`],
    ['selects another field', CACHED, 'query @cached { item(where: {id: {_eq: 1}}) { secret id } }'],
    [
      'has another value',
      'query @cached { item(where: {id: {_lt: 2}}) { secret } }',
      'query @cached { item(where: {id: {_lt: 3}}, order_by: {id: asc}) { secret } }',
    ],
  ])('asks the database where it %s', async (_, one, other) => {
    await ask(one);
    await write('second');
    expect((await ask(other)).word).toBe('second');
  });

  it('tells values of variables apart, and not the order they come in', async () => {
    const query = `query ($a: Int!, $b: Int!) @cached { item(where: {id: {_gt: $a, _lt: $b}}) { secret } }`;
    const first = await ask(query, { a: 0, b: 2 });
    await write('second');
    const words = [
      await ask(query, { b: 2, a: 0 }),
      await ask(query, { a: 0, b: 3 }),
      await ask(query, { a: -1, b: 2 }),
    ];
    expect(words.map(({ word }) => word)).toEqual(['first', 'second', 'second']);
    expect(new Set([first, ...words].map(({ family }) => family)).size).toBe(1);
    expect(new Set([first, ...words].map(({ key }) => key)).size).toBe(3);
  });
});

describe('refresh', () => {
  it('replaces the kept answer, also when a variable asks for it', async () => {
    const query = `query ($again: Boolean = false) @cached(refresh: $again) ${FIELDS}`;
    const first = await ask(query);
    await write('second');
    const refreshed = await ask(query, { again: true });
    await write('third');
    const words = [refreshed.word, (await ask(query)).word, (await ask(query, { again: false })).word];
    expect(words).toEqual(['second', 'second', 'second']);
    expect(refreshed.key).toBe(first.key);
  });
});

describe('the time', () => {
  it('ends the answer', async () => {
    const query = `query @cached(ttl: 1) ${FIELDS}`;
    expect((await ask(query)).control).toEqual(about(1));
    await write('second');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await ask(query)).word).toBe('second');
  });

  it.each([
    ['query @cached(ttl: 20)', 20],
    ['query @cached(ttl: 41)', 40],
    ['query @cached(ttl: 2147483647)', 40],
    ['query @cached(ttl: 0)', null],
    ['query ($t: Int) @cached(ttl: $t)', 40],
  ])('of %s is %s', async (operation, seconds) => {
    const given = (await ask(`${operation} ${FIELDS}`)).control;
    expect(given).toEqual(seconds === null ? null : about(seconds));
  });
});

describe('what is not kept', () => {
  it('are errors', async () => {
    const query = 'query ($n: Int!) @cached { item(where: {id: {_eq: 1}}, limit: $n) { secret } }';
    const failed = await ask(query, { n: -1 });
    expect(failed).toMatchObject({ key: null, control: null, word: { errors: [{}] } });
  });

  it('are mutations and batches tell nothing', async () => {
    const response = await fetch(`${hedge.url}/v1/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-admin-secret': ADMIN_SECRET },
      body: JSON.stringify([
        { query: CACHED },
        { query: 'mutation @cached { insert_item(objects: []) { affected_rows } }' },
      ]),
    });
    expect(await response.json()).toMatchObject([
      { data: {} },
      { errors: [{ message: "directive 'cached' is not defined in the schema" }] },
    ]);
    expect(response.headers.get('x-hasura-query-cache-key')).toBeNull();
  });
});

describe('arguments of the directive', () => {
  it.each<[string, string]>([
    ['@cached(ttl: "1")', "expected a 32-bit integer for type 'Int', but found a string"],
    ['@cached(ttl: 1.5)', "expected a 32-bit integer for type 'Int', but found a float"],
    ['@cached(ttl: 2147483648)', "expected a 32-bit integer for type 'Int', but found an integer"],
    ['@cached(ttl: -1)', 'expected a number of seconds that is not negative'],
    ['@cached(ttl: null)', "expected a 32-bit integer for type 'Int', but found null"],
    ['@cached(refresh: 1)', "expected a boolean for type 'Boolean', but found an integer"],
    ['@cached(time: 1)', "'cached' has no argument named 'time'"],
    ['@cached(ttl: 1, ttl: 2)', "there can be only one argument named 'ttl'"],
    ['@cached @cached', "the following directives are used more than once: ['cached']"],
    ['@cached @kept', "directive 'kept' is not defined in the schema"],
    ['@cached(ttl: $t)', 'unbound variable "t"'],
  ])('%s is refused', async (directives, message) => {
    expect((await ask(`query ${directives} ${FIELDS}`)).word).toMatchObject({ errors: [{ message }] });
  });

  it('a variable of another type is refused', async () => {
    const { word } = await ask(`query ($t: String) @cached(ttl: $t) ${FIELDS}`);
    expect(word).toMatchObject({
      errors: [{ message: "variable 't' is declared as 'String', but used where 'Int' is expected" }],
    });
  });
});

describe('POST /pro/cache/clear', () => {
  const other = 'query @cached(ttl: 33) { item(order_by: {id: asc}) { secret } }';

  it('clears everything, one answer, or a family', async () => {
    const words = async () => [(await ask(CACHED)).word, (await ask(other)).word];
    const { key, family } = await ask(CACHED);
    await ask(other);
    await write('second');
    expect(await words()).toEqual(['first', 'first']);
    expect(await clear(`?key=${key}`)).toEqual([200, { message: 'success' }]);
    expect(await words()).toEqual(['second', 'first']);
    await write('third');
    await clear(`?family=${family}`);
    expect(await words()).toEqual(['third', 'first']);
    await write('fourth');
    await clear();
    expect(await words()).toEqual(['fourth', 'fourth']);
    await write('fifth');
    expect(await words()).toEqual(['fourth', 'fourth']);
  });

  it('is for administrators, and takes keys only', async () => {
    await ask(CACHED);
    await write('second');
    expect(await clear('', 'wrong')).toMatchObject([401, {}]);
    expect(await clear('?key=x')).toMatchObject([400, { code: 'bad-request' }]);
    expect(await clear(`?keys=${'0'.repeat(64)}`)).toMatchObject([400, { code: 'bad-request' }]);
    const anonymous = await fetch(`${hedge.url}/pro/cache/clear`, { method: 'POST' });
    expect(anonymous.status).toBe(400);
    expect((await ask(CACHED)).word).toBe('first');
  });
});

describe('REST endpoints', () => {
  it('keep the answers of stored queries with @cached, and say that nobody else may', async () => {
    const get = async (name: string, headers: Readonly<Record<string, string>> = {}) => {
      const response = await fetch(`${hedge.url}/api/rest/${name}`, { headers });
      const control = response.headers.get('cache-control')?.replaceAll(/\d+/g, 'n');
      return [control, response.headers.get('vary'), await response.json()];
    };
    const admin = { 'x-hasura-admin-secret': ADMIN_SECRET };
    const rows = (...ids: number[]) => ({ item: ids.map((id) => ({ id })) });
    const credentials = 'Accept, X-Hasura-Admin-Secret, X-Hasura-Access-Key, Origin';
    expect(await get('items', admin)).toEqual(['private, no-cache, max-age=n', null, rows(1, 2, 3)]);
    expect(await get('items')).toEqual(['public, max-age=n, s-maxage=n', credentials, rows(1, 2)]);
    expect(await get('fresh')).toEqual(['no-store', null, rows(1, 2)]);
    expect(await get('unknown')).toMatchObject(['no-store', null, { code: 'not-found' }]);
    await database.query("insert into item values (4, 4, 'x', 'd')");
    expect((await get('items', admin))[2]).toEqual(rows(1, 2, 3));
    expect((await get('fresh', admin))[2]).toEqual(rows(1, 2, 3, 4));
    await database.query('delete from item where id = 4');
  });
});
