// Clients that try to be somebody else: headers smuggled past each way of authentication, forged and odd tokens, and
// secrets that must not get out.

import { createHmac } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import { authentication, HS_KEY, NOW, payloadOf, RSA, sign, signHs, spki } from '../auth/tokens.ts';
import { ADMIN_SECRET, service } from '../http/service.ts';
import type { Webhook } from '../support/webhook.ts';
import { startWebhook } from '../support/webhook.ts';

let hook: Webhook;

beforeAll(async () => {
  hook = await startWebhook();
  hook.reply(() => ({ body: JSON.stringify({ 'X-Hasura-Role': 'user', 'X-Hasura-User-Id': '1' }) }));
});
afterAll(() => hook.stop());

const SECRET = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };
const JWT = { ...SECRET, HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: HS_KEY }) };
const bearer = async () => ({ authorization: `Bearer ${await signHs(payloadOf())}` });

/** What a client without rights sends beside its credentials. */
const SMUGGLED: readonly Record<string, string>[] = [
  { 'x-hasura-user-id': '2' },
  { 'X-HASURA-USER-ID': '2' },
  { 'x-hasura-org-id': '2', 'x-hasura-tenant': '2' },
  { 'x-hasura-allowed-roles': '["admin"]', 'x-hasura-default-role': 'admin' },
  { 'x-hasura-use-backend-only-permissions': 'true' },
  { 'x-hasura-__proto__': '2', 'x-hasura-constructor': '2' },
];
const VARIABLES = { 'x-hasura-role': 'user', 'x-hasura-user-id': '1' };

describe('headers of a client', () => {
  const byToken = authentication(readConfig(JWT));
  const byHook = () => authentication(readConfig({ ...SECRET, HASURA_GRAPHQL_AUTH_HOOK: hook.url }));

  it.each(SMUGGLED)('are nothing to the session of a token: %o', async (headers) => {
    const session = await byToken.ask({ ...(await bearer()), ...headers });
    expect(Object.fromEntries(session.variables)).toEqual(VARIABLES);
    expect([session.trusted, session.backend]).toEqual([false, false]);
  });

  it.each([...SMUGGLED, { 'x-hasura-role': 'admin' }])(
    'are nothing to the session of a webhook: %o',
    async (headers) => {
      const session = await byHook().ask({ authorization: 'Bearer a', ...headers });
      expect(Object.fromEntries(session.variables)).toEqual(VARIABLES);
      expect([session.trusted, session.backend]).toEqual([false, false]);
    },
  );

  it('name no role for strangers, and make them no backend', async () => {
    const { ask } = authentication(readConfig({ ...SECRET, HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' }));
    const headers = { 'x-hasura-role': 'admin', 'x-hasura-use-backend-only-permissions': 'true' };
    expect(await ask(headers)).toMatchObject({ role: 'anonymous', trusted: false, backend: false });
  });

  it.each([
    { name: 'a role without a token', env: JWT },
    { name: 'a role without a secret', env: SECRET },
  ])('let nobody in: $name', async ({ env }) => {
    const { ask } = authentication(readConfig(env));
    await expect(ask({ 'x-hasura-role': 'user', 'x-hasura-user-id': '1' })).rejects.toThrow(
      /Missing 'Authorization'|required, but not found/,
    );
  });

  it('and its cookie make no administrator', async () => {
    const { ask } = authentication(readConfig(SECRET));
    for (const headers of [
      { cookie: `x-hasura-admin-secret=${ADMIN_SECRET}` },
      { authorization: `Bearer ${ADMIN_SECRET}` },
      { 'x-hasura-admin-secret-': ADMIN_SECRET },
    ])
      await expect(ask(headers)).rejects.toMatchObject({ code: 'access-denied' });
  });
});

describe('a token', () => {
  const base64url = (text: string): string => Buffer.from(text).toString('base64url');
  const hmac = (header: string, payload: string, key: string): string => {
    const input = `${base64url(header)}.${base64url(payload)}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };
  const payload = JSON.stringify(payloadOf());
  const ask = (env: Record<string, string>, token: string) =>
    authentication(readConfig(env)).ask({ authorization: `Bearer ${token}` });
  const RS = {
    ...SECRET,
    HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'RS256', key: spki(RSA.publicKey) }),
  };

  it.each<{ name: string; env: Record<string, string>; token: () => string | Promise<string> }>([
    {
      name: 'with the algorithm twice',
      env: JWT,
      token: () => hmac('{"alg":"HS256","alg":"none"}', payload, HS_KEY),
    },
    {
      name: 'signed with the public key as a secret',
      env: RS,
      token: () => hmac('{"alg":"HS256"}', payload, spki(RSA.publicKey)),
    },
    {
      name: 'with an algorithm in another case',
      env: JWT,
      token: () => hmac('{"alg":"hs256"}', payload, HS_KEY),
    },
    {
      name: 'with an algorithm that is a list',
      env: JWT,
      token: () => hmac('{"alg":["HS256"]}', payload, HS_KEY),
    },
    { name: 'signed with nothing', env: JWT, token: () => hmac('{"alg":"HS256"}', payload, '') },
    {
      name: 'that brings its key',
      env: RS,
      token: () =>
        sign({ alg: 'RS256', jku: hook.url }, payloadOf(), RSA.privateKey).then(
          (token) => `${token.slice(0, -4)}AAAA`,
        ),
    },
    { name: 'with a fourth part', env: JWT, token: async () => `${await signHs(payloadOf())}.a` },
    {
      name: 'of 1 MB',
      env: JWT,
      token: () =>
        hmac('{"alg":"HS256"}', JSON.stringify(payloadOf({ a: 'x'.repeat(750_000) })), 'another-key'),
    },
    { name: 'of 1 MB without a point', env: JWT, token: () => 'a'.repeat(1_000_000) },
    { name: 'of a million points', env: JWT, token: () => '.'.repeat(1_000_000) },
  ])('$name is refused, and nothing is fetched for it', async ({ env, token }) => {
    const given = await token();
    const start = performance.now();
    await expect(ask(env, given)).rejects.toMatchObject({ code: 'invalid-jwt', status: 400 });
    expect(performance.now() - start).toBeLessThan(500);
  });

  it.each<{ name: string; claims: Record<string, unknown> }>([
    { name: 'numbers', claims: { 'x-hasura-user-id': 1 } },
    { name: 'booleans', claims: { 'x-hasura-user-id': true } },
    { name: 'objects', claims: { 'x-hasura-user-id': { _neq: '0' } } },
    { name: 'null', claims: { 'x-hasura-user-id': null } },
    { name: 'a list', claims: { 'x-hasura-org-ids': ['1'] } },
  ])('with claims that are $name is refused', async ({ claims }) => {
    const roles = { 'x-hasura-default-role': 'user', 'x-hasura-allowed-roles': ['user'] };
    await expect(ask(JWT, await signHs(payloadOf({ ...roles, ...claims })))).rejects.toMatchObject({
      code: 'jwt-invalid-claims',
    });
  });

  it('has the names of a prototype for no role', async () => {
    for (const role of ['__proto__', 'constructor', 'toString'])
      await expect(
        authentication(readConfig(JWT)).ask({ ...(await bearer()), 'x-hasura-role': role }),
      ).rejects.toMatchObject({ code: 'access-denied' });
  });

  it('is told by which key it would have passed neither in words nor in status', async () => {
    const refusals = await Promise.all(
      [
        hmac('{"alg":"HS256"}', payload, 'another-key'),
        hmac('{"alg":"HS512"}', payload, HS_KEY),
        hmac('{"alg":"none"}', payload, HS_KEY),
        await sign({ alg: 'RS256' }, payloadOf(), RSA.privateKey),
      ].map((token) => ask(JWT, token).catch((error: unknown) => String(error))),
    );
    expect(new Set(refusals)).toEqual(
      new Set(['HedgeError: Could not verify JWT: JWSError JWSInvalidSignature']),
    );
  });
});

describe('secrets', () => {
  it('are neither in answers nor in the log', async () => {
    const token = await signHs(payloadOf(undefined, { exp: NOW - 10 }));
    const given: readonly {
      readonly env: Record<string, string>;
      readonly headers: Record<string, string>;
    }[] = [
      { env: SECRET, headers: { 'x-hasura-admin-secret': 'canary-guess' } },
      { env: SECRET, headers: { 'x-hasura-admin-secret': ADMIN_SECRET } },
      { env: JWT, headers: { authorization: `Bearer ${token}` } },
      { env: JWT, headers: { authorization: 'Basic canary-basic' } },
      { env: JWT, headers: { authorization: 'Bearer canary.canary.canary' } },
      {
        env: { ...SECRET, HASURA_GRAPHQL_AUTH_HOOK: 'http://127.0.0.1:1/hook?key=canary-key' },
        headers: { authorization: 'Bearer canary-token', cookie: 'canary=cookie' },
      },
    ];
    for (const { env, headers } of given) {
      const { fetch, logged } = service({ env });
      for (const path of ['/v1/graphql', '/v1/metadata', '/api/rest/any']) {
        const response = await fetch(path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: '{"query":"{ missing }"}',
        });
        const text = `${await response.text()}${JSON.stringify([...response.headers])}${JSON.stringify(logged)}`;
        for (const secret of [ADMIN_SECRET, HS_KEY, token, 'canary-'])
          expect(text.includes(secret), `${path} shows ${secret}`).toBe(false);
      }
    }
  });
});
