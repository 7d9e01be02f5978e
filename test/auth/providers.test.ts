// Tokens in the form of Auth0, Firebase, Cognito and Clerk, under the settings their guides give, and a webhook as one
// writes it with express.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import { service } from '../http/service.ts';
import { certificateOf } from './certificate.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { jwk, serve, startIdentityProvider } from './identity-provider.ts';
import { ADMIN_SECRET, authentication, NOW, plain, RSA, sign, spki } from './tokens.ts';

let provider: IdentityProvider;

beforeAll(async () => {
  provider = await startIdentityProvider();
  provider.answer = serve([jwk(RSA.publicKey, { kid: 'provider-key', use: 'sig', alg: 'RS256' })], {
    'cache-control': 'public, max-age=19845, must-revalidate, no-transform',
  });
});
afterAll(() => provider.close());

const NAMESPACE = 'https://hasura.io/jwt/claims';
const claimsOf = (id: string) => ({
  'x-hasura-default-role': 'user',
  'x-hasura-allowed-roles': ['user'],
  'x-hasura-user-id': id,
});
const times = { iat: NOW - 10, exp: NOW + 3600 };

interface Provider {
  readonly name: string;
  readonly secret: () => Record<string, unknown>;
  readonly payload: JWTPayload;
  readonly id: string;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'Auth0, by its key set',
    secret: () => ({ jwk_url: provider.url, audience: 'client-id', issuer: 'https://myapp.auth0.com/' }),
    payload: {
      nickname: 'me',
      sub: 'auth0|5f7c',
      iss: 'https://myapp.auth0.com/',
      aud: 'client-id',
      [NAMESPACE]: claimsOf('auth0|5f7c'),
    },
    id: 'auth0|5f7c',
  },
  {
    name: 'Auth0, by a certificate under the type its generator once gave',
    secret: () => ({ type: 'RS512', key: certificateOf(RSA.publicKey) }),
    payload: {
      sub: 'auth0|5f7c',
      iss: 'https://myapp.auth0.com/',
      aud: 'client-id',
      [NAMESPACE]: claimsOf('auth0|5f7c'),
    },
    id: 'auth0|5f7c',
  },
  {
    name: 'Firebase',
    secret: () => ({
      type: 'RS256',
      jwk_url: provider.url,
      audience: 'my-project',
      issuer: 'https://securetoken.google.com/my-project',
    }),
    payload: {
      iss: 'https://securetoken.google.com/my-project',
      aud: 'my-project',
      auth_time: NOW - 20,
      user_id: 'kX3fQ',
      sub: 'kX3fQ',
      firebase: { identities: {}, sign_in_provider: 'password' },
      [NAMESPACE]: claimsOf('kX3fQ'),
    },
    id: 'kX3fQ',
  },
  {
    name: 'Cognito, whose claims can only be texts',
    secret: () => ({
      type: 'RS256',
      jwk_url: provider.url,
      claims_format: 'stringified_json',
      audience: 'app-client',
      issuer: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcD',
    }),
    payload: {
      sub: '9d8c',
      'cognito:username': 'me',
      token_use: 'id',
      iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcD',
      aud: 'app-client',
      [NAMESPACE]: JSON.stringify(claimsOf('9d8c')),
    },
    id: '9d8c',
  },
  {
    name: 'Clerk, by a template of claims',
    secret: () => ({ jwk_url: provider.url, issuer: 'https://clerk.myapp.com' }),
    payload: {
      azp: 'https://myapp.com',
      iss: 'https://clerk.myapp.com',
      sub: 'user_2abc',
      jti: '1f2e',
      nbf: NOW - 15,
      [NAMESPACE]: claimsOf('user_2abc'),
    },
    id: 'user_2abc',
  },
  {
    name: 'Clerk, by a map of its own claims',
    secret: () => ({
      jwk_url: provider.url,
      issuer: 'https://clerk.myapp.com',
      claims_map: {
        'x-hasura-default-role': 'user',
        'x-hasura-allowed-roles': ['user'],
        'x-hasura-user-id': { path: '$.sub' },
      },
    }),
    payload: { azp: 'https://myapp.com', iss: 'https://clerk.myapp.com', sub: 'user_2abc', sid: 'sess_2' },
    id: 'user_2abc',
  },
];

describe('a token of', () => {
  const configOf = (secret: unknown) =>
    readConfig({
      HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify(secret),
    });
  const tokenOf = (payload: JWTPayload) =>
    sign({ alg: 'RS256', kid: 'provider-key', typ: 'JWT' }, { ...times, ...payload }, RSA.privateKey);

  it.each(PROVIDERS)('$name', async ({ secret, payload, id }) => {
    const { ask } = authentication(configOf(secret()));
    expect(plain(await ask({ authorization: `Bearer ${await tokenOf(payload)}` }))).toEqual({
      role: 'user',
      variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': id },
      trusted: false,
      backend: false,
      expiresAt: (NOW + 3600) * 1000,
    });
  });

  it.each(PROVIDERS.filter(({ payload }) => payload.iss !== undefined && payload.aud !== undefined))(
    '$name, not for another application',
    async ({ secret, payload }) => {
      const settings = secret();
      const { ask } = authentication(configOf({ audience: 'client-id', ...settings }));
      const token = await tokenOf({ ...payload, aud: 'another' });
      await expect(ask({ authorization: `Bearer ${token}` })).rejects.toMatchObject({
        message: 'Could not verify JWT: JWTNotInAudience',
      });
    },
  );

  it('one’s own service, as the guide writes settings and claims', async () => {
    const { ask } = authentication(configOf({ type: 'RS256', key: spki(RSA.publicKey) }));
    const token = await tokenOf({
      sub: 'user123',
      [NAMESPACE]: {
        'x-hasura-default-role': 'user',
        'x-hasura-allowed-roles': ['user', 'admin'],
        'x-hasura-user-id': 'user123',
        'x-hasura-org-id': 'org456',
      },
    });
    const headers = { authorization: `Bearer ${token}` };
    const variables = { 'x-hasura-user-id': 'user123', 'x-hasura-org-id': 'org456' };
    expect(plain(await ask(headers))).toMatchObject({ role: 'user', variables });
    expect(plain(await ask({ ...headers, 'x-hasura-role': 'admin' }))).toMatchObject({
      role: 'admin',
      variables,
    });
  });
});

describe('a webhook that reads the header Authorization', () => {
  interface User {
    readonly id: string;
    readonly role: string;
    readonly orgId?: string;
  }
  const USERS: Readonly<Record<string, User>> = {
    'Bearer good': { id: 'user123', role: 'user', orgId: 'org456' },
    'Bearer homeless': { id: 'user124', role: 'user' },
  };

  const server = createServer((req, res) => {
    const json = (status: number, body: unknown): void => {
      res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
    };
    if (req.method !== 'POST' || req.url !== '/auth-webhook') return json(404, { message: 'Not found' });
    const user = USERS[req.headers['authorization'] ?? ''];
    if (!user) return json(401, { message: 'Unauthorized' });
    json(200, { 'X-Hasura-User-Id': user.id, 'X-Hasura-Role': user.role, 'X-Hasura-Org-Id': user.orgId });
  });
  let graphql: ReturnType<typeof service>['graphql'];

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    ({ graphql } = service({
      env: {
        HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
        HASURA_GRAPHQL_AUTH_HOOK: `http://127.0.0.1:${port}/auth-webhook`,
        HASURA_GRAPHQL_AUTH_HOOK_MODE: 'POST',
      },
    }));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(Object.keys(USERS))('lets %s in', async (authorization) => {
    const response = await graphql({ query: '{ __typename }' }, { authorization });
    expect(await response.json()).toEqual({ data: { __typename: 'query_root' } });
  });

  it.each<Record<string, string>>([
    { authorization: 'Bearer bad' },
    {},
    { cookie: 'authorization=Bearer good' },
  ])('refuses %o', async (headers) => {
    const response = await graphql({ query: '{ __typename }' }, headers);
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Authentication hook unauthorized this request',
          extensions: { path: '$', code: 'access-denied' },
        },
      ],
    });
  });
});
