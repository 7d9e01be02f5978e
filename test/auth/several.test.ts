// Several admin secrets, and several JWT secrets of which a token is for exactly one.

import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import {
  ADMIN_SECRET,
  authentication,
  HS_KEY,
  payloadOf,
  RSA,
  sign,
  signHs,
  spki,
  USER_CLAIMS,
} from './tokens.ts';

describe('several admin secrets', () => {
  const SECRETS = ['first-secret', 'second-secret', 'third-secret'];
  const { ask } = authentication(
    readConfig({
      HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
      HASURA_GRAPHQL_ADMIN_SECRETS: JSON.stringify(SECRETS),
    }),
  );

  it.each(SECRETS)('%s makes an administrator', async (secret) => {
    for (const name of ['x-hasura-admin-secret', 'x-hasura-access-key'])
      expect(await ask({ [name]: secret })).toMatchObject({ role: 'admin', trusted: true });
  });

  it.each([
    ADMIN_SECRET,
    '',
    'first-secre',
    'first-secret ,second-secret',
    'first-secret, second-secret',
    JSON.stringify(SECRETS),
    'FIRST-SECRET',
  ])('%j does not', async (secret) => {
    await expect(ask({ 'x-hasura-admin-secret': secret })).rejects.toMatchObject({
      code: 'access-denied',
      message: 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"',
      status: 401,
    });
  });

  it('are asked for where none is sent', async () => {
    await expect(ask({})).rejects.toMatchObject({
      message: 'x-hasura-admin-secret/x-hasura-access-key required, but not found',
    });
  });
});

describe('several JWT secrets', () => {
  const OTHER_KEY = 'another-shared-secret-of-32-bytes-or-more';
  const several = (secrets: readonly Record<string, unknown>[], more: Record<string, unknown> = {}) =>
    authentication(
      readConfig({
        HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
        HASURA_GRAPHQL_JWT_SECRETS: JSON.stringify(secrets),
        ...more,
      }),
    ).ask;

  const byIssuer = several([
    { type: 'HS256', key: HS_KEY, issuer: 'first' },
    { type: 'RS256', key: spki(RSA.publicKey), issuer: 'second', claims_namespace: 'roles' },
    { type: 'HS256', key: OTHER_KEY, header: { type: 'Cookie', name: 'session' } },
  ]);
  const first = () => signHs(payloadOf(undefined, { iss: 'first' }));
  const second = () => sign({ alg: 'RS256' }, { iss: 'second', roles: USER_CLAIMS }, RSA.privateKey);
  const third = (more = {}) =>
    sign({ alg: 'HS256' }, payloadOf(undefined, more), new TextEncoder().encode(OTHER_KEY));
  const MULTIPLE = {
    code: 'invalid-headers',
    message: 'Could not verify JWT: Multiple JWTs found',
    status: 400,
  };

  it('verify a token each, by issuer or by place', async () => {
    const user = { role: 'user', trusted: false };
    expect(await byIssuer({ authorization: `Bearer ${await first()}` })).toMatchObject(user);
    expect(await byIssuer({ authorization: `Bearer ${await second()}` })).toMatchObject(user);
    expect(await byIssuer({ cookie: `session=${await third()}` })).toMatchObject(user);
    expect(await byIssuer({ cookie: `session=${await third({ iss: 'anybody' })}` })).toMatchObject(user);
  });

  it.each<{ name: string; headers: () => Promise<Record<string, string>>; error: Record<string, unknown> }>([
    {
      name: 'tokens in two places',
      headers: async () => ({ authorization: `Bearer ${await first()}`, cookie: `session=${await third()}` }),
      error: MULTIPLE,
    },
    {
      name: 'two cookies',
      headers: async () => ({ cookie: `session=${await third()}; session=${await third()}` }),
      error: MULTIPLE,
    },
    {
      name: 'two authorizations',
      headers: async () => ({ authorization: `Bearer ${await first()}, Bearer ${await first()}` }),
      error: { code: 'invalid-headers', message: 'Malformed Authorization header' },
    },
    {
      name: 'a token without issuer, which could be for either',
      headers: async () => ({ authorization: `Bearer ${await signHs(payloadOf())}` }),
      error: MULTIPLE,
    },
    {
      name: 'an issuer of nobody',
      headers: async () => ({
        authorization: `Bearer ${await signHs(payloadOf(undefined, { iss: 'third' }))}`,
      }),
      error: { code: 'invalid-jwt', message: 'Could not verify JWT: JWTNotInIssuer' },
    },
    {
      name: 'one issuer’s name under another’s key',
      headers: async () => ({
        authorization: `Bearer ${await signHs(payloadOf(undefined, { iss: 'second' }))}`,
      }),
      error: { code: 'invalid-jwt', message: 'Could not verify JWT: JWSError JWSInvalidSignature' },
    },
    {
      name: 'a token in the place of another',
      headers: async () => ({ cookie: `session=${await first()}` }),
      error: { code: 'invalid-jwt', message: 'Could not verify JWT: JWSError JWSInvalidSignature' },
    },
    {
      name: 'no token',
      headers: async () => ({}),
      error: {
        code: 'invalid-headers',
        message: "Missing 'Authorization' or 'Cookie' header in JWT authentication mode",
      },
    },
    {
      name: 'no token at all in its place',
      headers: async () => ({ authorization: 'Bearer rubbish' }),
      error: MULTIPLE,
    },
  ])('refuse: $name', async ({ headers, error }) => {
    await expect(byIssuer(await headers())).rejects.toMatchObject(error);
  });

  it('leave requests without a token to the unauthorized role', async () => {
    const ask = several(
      [
        { type: 'HS256', key: HS_KEY, issuer: 'first' },
        { type: 'HS256', key: OTHER_KEY, issuer: 'second' },
      ],
      { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
    );
    expect(await ask({})).toMatchObject({ role: 'anonymous' });
    await expect(
      ask({ authorization: `Bearer ${await signHs(payloadOf(undefined, { iss: 'third' }))}` }),
    ).rejects.toMatchObject({ code: 'invalid-jwt' });
  });

  it('a single one takes no second token either', async () => {
    const header = { type: 'Cookie', name: 'session' };
    const ask = several([{ type: 'HS256', key: HS_KEY, header }]);
    const token = await signHs(payloadOf());
    expect(await ask({ cookie: `session=${token}` })).toMatchObject({ role: 'user' });
    await expect(ask({ cookie: `session=${token}; session=x` })).rejects.toMatchObject(MULTIPLE);
  });
});
