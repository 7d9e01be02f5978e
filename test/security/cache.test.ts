// Kept answers are given to nobody whom the databases would answer otherwise: pairs of requests that differ in one thing.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { HS_KEY, signHs } from '../auth/tokens.ts';
import { VAULT, VAULT_SQL } from '../cache/vault.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';

let hedge: Hedge;
/** The same metadata on another database, behind the same cache names. */
let other: Hedge;

beforeAll(async () => {
  const options = {
    sql: VAULT_SQL,
    metadata: VAULT,
    env: {
      HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: HS_KEY }),
    },
  };
  [hedge, other] = await Promise.all([startHedge(options), startHedge(options)]);
});
afterAll(async () => {
  await Promise.all([hedge?.stop(), other?.stop()]);
});

/** Postgres sets lists of rows in lines. */
const compact = (text: string): string => text.replaceAll(/\s/g, '');

type Headers = Readonly<Record<string, string>>;

interface Asked {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly headers?: Headers;
  readonly path?: string;
}

async function ask({ query, variables, operationName, headers = {}, path = '/v1/graphql' }: Asked) {
  const response = await fetch(hedge.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables, operationName }),
  });
  return { text: await response.text(), key: response.headers.get('x-hasura-query-cache-key') };
}

const as = (role: string, session: Headers = {}): Headers => ({
  'x-hasura-admin-secret': ADMIN_SECRET,
  'x-hasura-role': role,
  ...session,
});
const user = (id: string, more: Headers = {}) => as('owner', { 'x-hasura-user-id': id, ...more });

/** `@cached` after the word `query`, or not. */
const ITEMS = (cached: string) => `query ${cached} { item(order_by: {id: asc}) { id } }`;
const MINE = (cached: string) => `query ${cached} { mine(order_by: {id: asc}) { id secret } }`;
const BY_ID = (cached: string) =>
  `query ($id: Int) ${cached} { item(where: {id: {_eq: $id}}, order_by: {id: asc}) { id } }`;
const TWO = (cached: string) =>
  `query a ${cached} { item(limit: 1) { id } } query b ${cached} { item { id } }`;
const ADMIN = as('admin');

type Query = (cached: string) => string;
type Pair = readonly [string, Query, Omit<Asked, 'query'>, Omit<Asked, 'query'>];

const PAIRS: readonly Pair[] = [
  ['the role', ITEMS, { headers: as('clerk') }, { headers: as('anonymous') }],
  ['a role of more rows', ITEMS, { headers: ADMIN }, { headers: as('anonymous') }],
  ['an unknown role', ITEMS, { headers: as('clerk') }, { headers: as('stranger') }],
  ['no credentials at all', ITEMS, { headers: as('clerk') }, {}],
  ['the user', ITEMS, { headers: user('1') }, { headers: user('2') }],
  ['a user that is none', ITEMS, { headers: user('1') }, { headers: user('') }],
  ['a user that is missing', ITEMS, { headers: user('1') }, { headers: as('owner') }],
  [
    'the same name of another variable',
    ITEMS,
    { headers: user('1') },
    { headers: as('owner', { 'x-hasura-tenant': '1' }) },
  ],
  [
    'the tenant',
    ITEMS,
    { headers: as('tenant', { 'x-hasura-tenant': 'x' }) },
    { headers: as('tenant', { 'x-hasura-tenant': 'y' }) },
  ],
  [
    'the case of a value',
    ITEMS,
    { headers: as('tenant', { 'x-hasura-tenant': 'x' }) },
    { headers: as('tenant', { 'x-hasura-tenant': 'X' }) },
  ],
  [
    'a role that another variable spells',
    ITEMS,
    { headers: user('1') },
    { headers: as('clerk', { 'x-hasura-user-id': '1' }) },
  ],
  [
    'the session of a function',
    MINE,
    { headers: as('clerk', { 'x-hasura-user-id': '1' }) },
    { headers: as('clerk', { 'x-hasura-user-id': '2' }) },
  ],
  [
    'what only a function might look at',
    MINE,
    { headers: as('clerk', { 'x-hasura-user-id': '1' }) },
    { headers: as('clerk', { 'x-hasura-user-id': '1', 'x-hasura-more': '1' }) },
  ],
  [
    'what permissions keep for backends',
    ITEMS,
    { headers: as('clerk') },
    { headers: as('clerk', { 'x-hasura-use-backend-only-permissions': 'true' }) },
  ],
  ['a value', BY_ID, { headers: ADMIN, variables: { id: 1 } }, { headers: ADMIN, variables: { id: 2 } }],
  ['null and no value', BY_ID, { headers: ADMIN, variables: { id: 1 } }, { headers: ADMIN }],
  ['the operation', TWO, { headers: ADMIN, operationName: 'a' }, { headers: ADMIN, operationName: 'b' }],
  [
    'the API',
    () => 'query @cached { __typename }',
    { headers: ADMIN },
    { headers: ADMIN, path: '/v1beta1/relay' },
  ],
];

describe('who asks second is answered for themselves, where they differ in', () => {
  it.each(PAIRS)('%s', async (_, query, one, second) => {
    const [first, plain] = await Promise.all([
      ask({ query: query('@cached(ttl: 3000)'), ...one }),
      ask({ query: query(''), ...second }),
    ]);
    const cached = await ask({ query: query('@cached(ttl: 3000)'), ...second });
    expect(first.key).not.toBeNull();
    expect(cached.text).toBe(plain.text);
    expect(cached.key).not.toBe(first.key);
  });
});

describe('a token', () => {
  const tokenOf = async (id: string): Promise<Headers> => {
    const claims = {
      'x-hasura-default-role': 'owner',
      'x-hasura-allowed-roles': ['owner', 'clerk'],
      'x-hasura-user-id': id,
    };
    return { authorization: `Bearer ${await signHs({ 'https://hasura.io/jwt/claims': claims })}` };
  };
  const rowsOf = async (headers: Headers): Promise<string> =>
    compact((await ask({ query: ITEMS('@cached(ttl: 2500)'), headers })).text);

  it('decides, whatever headers say beside it', async () => {
    const [one, two] = [await tokenOf('1'), await tokenOf('2')];
    const first = '{"data":{"item":[{"id":1}]}}';
    const second = '{"data":{"item":[{"id":2}]}}';
    expect(await rowsOf({ ...one, 'x-hasura-user-id': '2' })).toBe(first);
    expect(await rowsOf(two)).toBe(second);
    expect(await rowsOf({ ...two, 'x-hasura-user-id': '1' })).toBe(second);
    expect(await rowsOf(one)).toBe(first);
    expect(await rowsOf({ ...one, 'x-hasura-role': 'clerk' })).toBe(
      '{"data":{"item":[{"id":1},{"id":2},{"id":3}]}}',
    );
    expect(await rowsOf({ ...one, 'x-hasura-role': 'admin' })).toContain('access-denied');
    expect(await rowsOf({ authorization: `${one['authorization']}x` })).toContain('invalid-jwt');
  });

  it('is not given what an administrator was given in its role', async () => {
    const query = ITEMS('@cached(ttl: 2600)');
    const keys = [
      await ask({ query, headers: user('1') }),
      await ask({ query, headers: await tokenOf('1') }),
    ];
    expect(new Set(keys.map(({ key }) => key)).size).toBe(2);
  });

  it('has nothing public by GET, and visitors nothing of its', async () => {
    const get = async (headers: Headers) => {
      const search = new URLSearchParams({ query: ITEMS('@cached(ttl: 2700)') });
      const response = await fetch(`${hedge.url}/v1/graphql?${String(search)}`, { headers });
      const control = response.headers.get('cache-control')?.replaceAll(/\d+/g, 'n');
      return [compact(await response.text()), control, response.headers.get('vary')];
    };
    const mine = ['{"data":{"item":[{"id":1}]}}', 'private, no-cache, max-age=n', null];
    expect(await get(await tokenOf('1'))).toEqual(mine);
    const anybodys = ['{"data":{"item":[{"id":1},{"id":2}]}}', 'public, max-age=n, s-maxage=n'];
    const vary = 'Accept, X-Hasura-Admin-Secret, X-Hasura-Access-Key, Authorization, Origin';
    expect(await get({ cookie: 'authorization=x', 'x-hasura-role': 'owner' })).toEqual([...anybodys, vary]);
    expect(await get(await tokenOf('1'))).toEqual(mine);
  });
});

describe('whom the same answer is for', () => {
  it.each<Pair>([
    ['another header', ITEMS, { headers: user('1') }, { headers: user('1', { 'x-more': '1' }) }],
    [
      'a variable the plan does not use',
      ITEMS,
      { headers: user('1') },
      { headers: user('1', { 'x-hasura-tenant': 'y' }) },
    ],
    [
      'the user, where rows are not by user',
      ITEMS,
      { headers: as('clerk', { 'x-hasura-user-id': '1' }) },
      { headers: as('clerk') },
    ],
  ])('is found again: %s', async (_, query, one, second) => {
    const first = await ask({ query: query('@cached(ttl: 2000)'), ...one });
    expect((await ask({ query: query('@cached(ttl: 2000)'), ...second })).key).toBe(first.key);
  });
});

describe('what is refused', () => {
  it('is refused before anything that is kept is looked at', async () => {
    const query = 'query @cached(ttl: 1000) { item(order_by: {id: asc}) { id secret } }';
    const clerk = await ask({ query, headers: as('clerk') });
    expect(clerk.text).toContain('secret');
    const anonymous = await ask({ query });
    expect(anonymous).toMatchObject({ key: null });
    expect(anonymous.text).toContain("field 'secret' not found in type: 'item'");
    const wrong = await ask({ query, headers: { ...as('clerk'), 'x-hasura-admin-secret': 'wrong' } });
    expect(wrong).toMatchObject({ key: null });
    expect(wrong.text).not.toContain('secret":');
  });

  it('leaves nothing behind: an error is an error for each, and data follows once there is some', async () => {
    const query = ITEMS('@cached(ttl: 900)');
    const missing = await ask({ query, headers: as('owner') });
    expect(missing.text).toContain('missing session variable');
    expect(missing.key).toBeNull();
    expect((await ask({ query, headers: user('1') })).text).toBe('{"data":{"item":[{"id":1}]}}');
  });
});

describe('another deployment', () => {
  it('of the same metadata has keys of its own', async () => {
    const keys = await Promise.all(
      [hedge, other].map(async ({ url }) => {
        const response = await fetch(`${url}/v1/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...ADMIN },
          body: JSON.stringify({ query: ITEMS('@cached') }),
        });
        return [
          response.headers.get('x-hasura-query-cache-key'),
          response.headers.get('x-hasura-query-family-cache-key'),
        ];
      }),
    );
    expect(new Set(keys.flat()).size).toBe(4);
  });
});
