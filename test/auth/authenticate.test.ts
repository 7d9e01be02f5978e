// Who a request's headers make it: by mode, secret, role and session variables.

import { describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import {
  ADMIN_SECRET,
  authentication,
  HS_CONFIG,
  HS_KEY,
  jwtConfig,
  NOW,
  payloadOf,
  plain,
  signHs,
  USER_CLAIMS,
} from './tokens.ts';

const OPEN = readConfig({ HEDGE_ALLOW_OPEN: 'true' });
const SECRET = readConfig({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET });
const UNAUTHORIZED = readConfig({
  HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
  HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
});
const JWT_UNAUTHORIZED = jwtConfig(
  { type: 'HS256', key: HS_KEY },
  { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
);

const WITH_SECRET = { 'x-hasura-admin-secret': ADMIN_SECRET };
const admin = { role: 'admin', variables: { 'x-hasura-role': 'admin' }, trusted: true };
const user = { role: 'user', variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': '1' } };

describe('session', () => {
  it.each([
    { name: 'no secret configured: administrator', config: OPEN, headers: {}, session: admin },
    {
      name: 'no secret configured: the role asked for, with its variables',
      config: OPEN,
      headers: { 'X-Hasura-Role': 'user', 'X-Hasura-User-Id': '1' },
      session: { ...user, trusted: true },
    },
    { name: 'admin secret', config: SECRET, headers: WITH_SECRET, session: admin },
    {
      name: 'admin secret in the older header',
      config: SECRET,
      headers: { 'x-hasura-access-key': ADMIN_SECRET },
      session: admin,
    },
    {
      name: 'admin secret under another role',
      config: SECRET,
      headers: { ...WITH_SECRET, 'x-hasura-role': 'user', 'x-hasura-user-id': '1' },
      session: { ...user, trusted: true },
    },
    {
      name: 'admin secret with variables and an empty role',
      config: SECRET,
      headers: { ...WITH_SECRET, 'x-hasura-role': '', 'x-hasura-org-id': '7' },
      session: {
        role: 'admin',
        variables: { 'x-hasura-role': 'admin', 'x-hasura-org-id': '7' },
        trusted: true,
      },
    },
    {
      name: 'admin secret before a token',
      config: HS_CONFIG,
      headers: { ...WITH_SECRET, authorization: 'Bearer rubbish' },
      session: admin,
    },
    {
      name: 'unauthorized role, whose variables come from headers but not its name',
      config: UNAUTHORIZED,
      headers: { 'x-hasura-role': 'admin', 'x-hasura-user-id': '1', 'content-type': 'application/json' },
      session: {
        role: 'anonymous',
        variables: { 'x-hasura-role': 'anonymous', 'x-hasura-user-id': '1' },
        trusted: false,
      },
    },
    {
      name: 'unauthorized role in JWT mode',
      config: JWT_UNAUTHORIZED,
      headers: {},
      session: { role: 'anonymous', variables: { 'x-hasura-role': 'anonymous' }, trusted: false },
    },
    {
      name: 'a variable called as a prototype member',
      config: OPEN,
      headers: { 'x-hasura-__proto__': 'a' },
      session: {
        role: 'admin',
        variables: { 'x-hasura-role': 'admin', 'x-hasura-__proto__': 'a' },
        trusted: true,
      },
    },
  ])('of $name', async ({ config, headers, session }) => {
    expect(plain(await authentication(config).ask(headers))).toEqual({ ...session, expiresAt: null });
  });

  it.each([
    {
      name: 'no credentials',
      config: SECRET,
      headers: {},
      code: 'access-denied',
      message: 'x-hasura-admin-secret/x-hasura-access-key required, but not found',
    },
    {
      name: 'a wrong secret',
      config: SECRET,
      headers: { 'x-hasura-admin-secret': 'guess' },
      code: 'access-denied',
      message: 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"',
    },
    {
      name: 'an empty secret',
      config: SECRET,
      headers: { 'x-hasura-admin-secret': '' },
      code: 'access-denied',
      message: 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"',
    },
    {
      name: 'a wrong secret where a role stands for strangers',
      config: UNAUTHORIZED,
      headers: { 'x-hasura-admin-secret': 'guess' },
      code: 'access-denied',
      message: 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"',
    },
    {
      name: 'no token',
      config: HS_CONFIG,
      headers: {},
      code: 'invalid-headers',
      message: "Missing 'Authorization' or 'Cookie' header in JWT authentication mode",
    },
    {
      name: 'another scheme',
      config: HS_CONFIG,
      headers: { authorization: 'Basic abc' },
      code: 'invalid-headers',
      message: 'Malformed Authorization header',
    },
    {
      name: 'a bad token where a role stands for strangers',
      config: JWT_UNAUTHORIZED,
      headers: { authorization: 'Bearer x' },
      code: 'invalid-jwt',
      message:
        'Could not verify JWT: JWSError (CompactDecodeError Invalid number of parts: Expected 3 parts; got 1)',
    },
  ])('is refused for $name', async ({ config, headers, code, message }) => {
    await expect(authentication(config).ask(headers)).rejects.toMatchObject({ code, message, path: '$' });
  });
});

describe('session of a token', () => {
  const tokens = authentication(HS_CONFIG);
  const bearer = async (claims: unknown = USER_CLAIMS) => ({
    authorization: `Bearer ${await signHs(payloadOf(claims))}`,
  });

  it('has the default role, and variables of the token only', async () => {
    const headers = { ...(await bearer()), 'x-hasura-user-id': '2', 'x-hasura-org-id': '3' };
    expect(plain(await tokens.ask(headers))).toEqual({
      ...user,
      trusted: false,
      backend: false,
      expiresAt: (NOW + 3600) * 1000,
    });
  });

  it('has another role when the header asks for one that is allowed', async () => {
    expect((await tokens.ask({ ...(await bearer()), 'x-hasura-role': 'editor' })).role).toBe('editor');
  });

  it('is not trusted as admin, whoever issued it', async () => {
    const claims = { ...USER_CLAIMS, 'x-hasura-allowed-roles': ['user', 'admin'] };
    const session = await tokens.ask({ ...(await bearer(claims)), 'x-hasura-role': 'admin' });
    expect(session).toMatchObject({ role: 'admin', trusted: false });
  });

  it.each(['admin', 'User', 'user, editor', 'us\u00e9r', 'user,user'])(
    'is refused for role %j',
    async (role) => {
      await expect(tokens.ask({ ...(await bearer()), 'x-hasura-role': role })).rejects.toMatchObject({
        code: 'access-denied',
        message: 'Your requested role is not in allowed roles',
        status: 400,
      });
    },
  );

  it('judges the role of each request, also for a token seen before', async () => {
    const headers = await bearer();
    await tokens.ask({ ...headers, 'x-hasura-role': 'editor' });
    await expect(tokens.ask({ ...headers, 'x-hasura-role': 'admin' })).rejects.toMatchObject({
      code: 'access-denied',
    });
    expect((await tokens.ask(headers)).role).toBe('user');
  });
});

describe('place of a token', () => {
  it.each([
    { header: { type: 'Authorization' }, carry: (t: string) => ({ authorization: `Bearer ${t}` }) },
    { header: { type: 'Authorization' }, carry: (t: string) => ({ authorization: `  Bearer   ${t} ` }) },
    {
      header: { type: 'Cookie', name: 'hasura_user' },
      carry: (t: string) => ({ cookie: `a=b; hasura_user=${t}; c=d` }),
    },
    {
      header: { type: 'Cookie', name: 'hasura_user' },
      carry: (t: string) => ({ cookie: `hasura_user="${t}"` }),
    },
    { header: { type: 'CustomHeader', name: 'hasura_user' }, carry: (t: string) => ({ hasura_user: t }) },
  ])('is $header', async ({ header, carry }) => {
    const { ask } = authentication(jwtConfig({ type: 'HS256', key: HS_KEY, header }));
    expect(await ask(carry(await signHs(payloadOf())))).toMatchObject({ role: 'user' });
  });

  it.each([
    {
      header: { type: 'Cookie', name: 'hasura_user' },
      carry: (t: string) => ({ authorization: `Bearer ${t}` }),
    },
    {
      header: { type: 'Cookie', name: 'hasura_user' },
      carry: (t: string) => ({ cookie: `xhasura_user=${t}` }),
    },
    {
      header: { type: 'CustomHeader', name: 'hasura_user' },
      carry: (t: string) => ({ authorization: `Bearer ${t}` }),
    },
    { header: { type: 'Authorization' }, carry: (t: string) => ({ cookie: `hasura_user=${t}` }) },
  ])('is nowhere else: $header', async ({ header, carry }) => {
    const { ask } = authentication(jwtConfig({ type: 'HS256', key: HS_KEY, header }));
    await expect(ask(carry(await signHs(payloadOf())))).rejects.toMatchObject({ code: 'invalid-headers' });
  });
});
