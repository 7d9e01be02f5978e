// What authentication is to the endpoints: statuses, cookies of a webhook, and what the config API tells of it.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Webhook } from '../support/webhook.ts';
import { startWebhook } from '../support/webhook.ts';
import { ADMIN_SECRET, service } from './service.ts';

const JWT_SECRET = JSON.stringify({ type: 'HS256', key: 'a-shared-secret-of-more-than-32-bytes' });
const SECRET = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };
const JWT = { ...SECRET, HASURA_GRAPHQL_JWT_SECRET: JWT_SECRET };
const WRONG = { 'x-hasura-admin-secret': 'guess' };
const RIGHT = { 'x-hasura-admin-secret': ADMIN_SECRET };
const QUERY = { query: '{ __typename }' };

let hook: Webhook;

beforeAll(async () => {
  hook = await startWebhook();
});
afterEach(() => hook.reset());
afterAll(() => hook.stop());

const withHook = () => service({ env: { ...SECRET, HASURA_GRAPHQL_AUTH_HOOK: hook.url } });

describe('HASURA_GRAPHQL_PRESERVE_401_ERRORS', () => {
  it.each<{
    name: string;
    path?: string;
    env: Record<string, string>;
    headers: Record<string, string>;
    preserved: number;
  }>([
    { name: 'a wrong secret', env: SECRET, headers: WRONG, preserved: 401 },
    { name: 'no secret', env: SECRET, headers: {}, preserved: 401 },
    { name: 'a wrong secret for Relay', path: '/v1beta1/relay', env: SECRET, headers: WRONG, preserved: 401 },
    { name: 'a token that is none', env: JWT, headers: { authorization: 'Bearer x' }, preserved: 200 },
    { name: 'no token', env: JWT, headers: {}, preserved: 200 },
    {
      name: 'a role there is not',
      env: SECRET,
      headers: { ...RIGHT, 'x-hasura-role': 'nobody' },
      preserved: 200,
    },
    { name: 'a query that is none', env: SECRET, headers: RIGHT, preserved: 200 },
  ])(
    'answers $name with $preserved, and 200 where it is not set',
    async ({ path = '/v1/graphql', env, headers, preserved }) => {
      const statusWith = async (more: Record<string, string>) => {
        const response = await service({ env: { ...env, ...more } }).fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify({ query: '{ missing }' }),
        });
        expect(await response.json()).toMatchObject({ errors: [{}] });
        return response.status;
      };
      expect(await statusWith({})).toBe(200);
      expect(await statusWith({ HASURA_GRAPHQL_PRESERVE_401_ERRORS: 'true' })).toBe(preserved);
    },
  );

  it('says 401 for what a webhook refuses', async () => {
    hook.reply(() => ({ status: 401 }));
    const env = { ...SECRET, HASURA_GRAPHQL_AUTH_HOOK: hook.url, HASURA_GRAPHQL_PRESERVE_401_ERRORS: 'true' };
    expect((await service({ env }).graphql(QUERY)).status).toBe(401);
  });
});

describe('a webhook’s cookies', () => {
  const COOKIES = ['__Host-id=1; Secure; Path=/', 'b=2'];
  const letIn = (role: string) =>
    hook.reply(() => ({
      body: JSON.stringify({ 'X-Hasura-Role': role }),
      headers: { 'set-cookie': COOKIES },
    }));

  it.each([
    { name: 'an answer', body: QUERY },
    { name: 'an error', body: { query: '{ missing }' } },
    { name: 'a batch', body: [QUERY, { query: '{' }] },
    { name: 'a body that is none', body: 'text' },
  ])('come with $name', async ({ body }) => {
    letIn('user');
    const response = await withHook().graphql(body);
    expect(response.headers.getSetCookie()).toEqual(COOKIES);
  });

  it('come with the answers of other endpoints', async () => {
    letIn('admin');
    const response = await withHook().fetch('/v1alpha1/config');
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, COOKIES]);
  });

  it('do not come with a refusal', async () => {
    hook.reply(() => ({ status: 401, headers: { 'set-cookie': COOKIES } }));
    expect((await withHook().graphql(QUERY)).headers.getSetCookie()).toEqual([]);
  });
});

describe('a webhook decides about every endpoint', () => {
  const METADATA = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"export_metadata","args":{}}',
  };

  it.each<{ name: string; reply: Parameters<Webhook['reply']>[0]; status: number; code: string | undefined }>(
    [
      {
        name: 'an administrator',
        reply: () => ({ body: '{"x-hasura-role":"admin"}' }),
        status: 200,
        code: undefined,
      },
      {
        name: 'a user',
        reply: () => ({ body: '{"x-hasura-role":"user"}' }),
        status: 400,
        code: 'access-denied',
      },
      { name: 'nobody', reply: () => ({ status: 401 }), status: 401, code: 'access-denied' },
      { name: 'no role', reply: () => ({ body: '{}' }), status: 400, code: 'invalid-params' },
      { name: 'a fault', reply: () => ({ status: 503 }), status: 500, code: 'unexpected' },
    ],
  )('$name at /v1/metadata', async ({ reply, status, code }) => {
    hook.reply(reply);
    const response = await withHook().fetch('/v1/metadata', METADATA);
    expect(response.status).toBe(status);
    expect(((await response.json()) as { readonly code?: string }).code).toBe(code);
  });

  it('is not asked where nobody is: health and version', async () => {
    const { fetch } = withHook();
    for (const path of ['/healthz', '/v1/version']) expect((await fetch(path)).status).toBe(200);
    expect(hook.received).toEqual([]);
  });
});

it.each<{ name: string; env: Record<string, string>; config: Record<string, unknown> }>([
  {
    name: 'nothing',
    env: {},
    config: { is_admin_secret_set: false, is_auth_hook_set: false, is_jwt_set: false, jwt: [] },
  },
  {
    name: 'several secrets',
    env: { HASURA_GRAPHQL_ADMIN_SECRETS: JSON.stringify([ADMIN_SECRET]) },
    config: { is_admin_secret_set: true },
  },
  {
    name: 'a webhook',
    env: { ...SECRET, HASURA_GRAPHQL_AUTH_HOOK: 'https://auth.example.com' },
    config: { is_auth_hook_set: true, is_jwt_set: false },
  },
  {
    name: 'several JWT secrets',
    env: {
      ...SECRET,
      HASURA_GRAPHQL_JWT_SECRETS: `[${JWT_SECRET}, {"jwk_url":"https://id.example.com","issuer":"a","claims_namespace":"b"}]`,
    },
    config: {
      is_auth_hook_set: false,
      is_jwt_set: true,
      jwt: [
        { claims_namespace: 'https://hasura.io/jwt/claims', claims_format: 'json', claims_map: null },
        { claims_namespace: 'b', claims_format: 'json', claims_map: null },
      ],
    },
  },
])('the config API tells of $name', async ({ env, config }) => {
  const response = await service({ env }).fetch('/v1alpha1/config', { headers: RIGHT });
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject(config);
  expect(text).not.toMatch(/example\.com|shared-secret|test-admin/);
});
