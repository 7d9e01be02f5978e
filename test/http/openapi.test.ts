// GET /api/swagger/json: who is given which document. What stands in it is the business of test/openapi.

import { expect, it } from 'vitest';

import { allowlistText } from '../../src/allowlist/normalize.ts';
import type { StoredQueries } from '../../src/artifact/types.ts';
import type { OpenApiDocument } from '../../src/openapi/types.ts';
import { parse } from '../../src/parse/parse.ts';
import { ADMIN_SECRET, service } from './service.ts';

const LISTED = 'query listed { __typename }';

const STORED: StoredQueries = {
  endpoints: [
    { name: 'all', segments: ['all'], methods: ['GET'], query: '{ __typename }' },
    { name: 'listed', segments: ['listed'], methods: ['GET'], query: LISTED },
    { name: 'wrong', segments: ['wrong'], methods: ['GET'], query: '{ nothing }' },
  ],
  allowlist: { global: [], roles: { user: [allowlistText(parse(LISTED))] } },
};

const ENV = {
  HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
  HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'user',
};

const ask = (headers: Record<string, string>, { env = {}, method = 'GET' } = {}) =>
  service({ env: { ...ENV, ...env }, artifact: { storedQueries: STORED } }).fetch('/api/swagger/json', {
    method,
    headers,
  });

const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };

it.each([
  ['an administrator gets all', ADMIN, {}, ['all', 'listed', 'wrong']],
  [
    'one who acts as a role gets what is whole for it',
    { ...ADMIN, 'x-hasura-role': 'user' },
    {},
    ['all', 'listed'],
  ],
  [
    'and, with the allow list on, allowed to it',
    { ...ADMIN, 'x-hasura-role': 'user' },
    { HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true' },
    ['listed'],
  ],
  [
    'which says nothing of administrators',
    ADMIN,
    { HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true' },
    ['all', 'listed', 'wrong'],
  ],
])('%s', async (_what, headers, env, endpoints) => {
  const response = await ask(headers, { env });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const { paths } = (await response.json()) as OpenApiDocument;
  expect(Object.keys(paths)).toEqual(endpoints.map((name) => `/api/rest/${name}`));
});

it.each<[string, Record<string, string>, number, string, string]>([
  ['a role without the secret', {}, 400, 'access-denied', 'You have to be an admin to access this endpoint'],
  [
    'a role without the secret that calls itself admin',
    { 'x-hasura-role': 'admin' },
    400,
    'access-denied',
    'You have to be an admin to access this endpoint',
  ],
  [
    'a wrong secret',
    { 'x-hasura-admin-secret': 'wrong' },
    401,
    'access-denied',
    'invalid "x-hasura-admin-secret"/"x-hasura-access-key"',
  ],
])('%s is refused', async (_who, headers, status, code, error) => {
  const response = await ask(headers);
  expect([response.status, await response.json()]).toEqual([status, { path: '$', error, code }]);
});

it('is there for GET alone', async () => {
  expect((await ask(ADMIN, { method: 'POST' })).status).toBe(404);
});
