// Tokens verified with the keys behind a jwk_url: rotation, caching, and providers that fail.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { refreshAfterMs } from '../../src/auth/cache-control.ts';
import type { IdentityProvider } from './identity-provider.ts';
import { jwk, serve, startIdentityProvider } from './identity-provider.ts';
import {
  authentication,
  ED25519,
  HS_KEY,
  jwtConfig,
  NOW_MS,
  OTHER_RSA,
  P256,
  payloadOf,
  RSA,
  sign,
  signHs,
} from './tokens.ts';

const FIRST = jwk(RSA.publicKey, { kid: 'first', alg: 'RS256', use: 'sig' });
const SECOND = jwk(OTHER_RSA.publicKey, { kid: 'second', alg: 'RS256', use: 'sig' });
const INVALID_SIGNATURE = 'Could not verify JWT: JWSError JWSInvalidSignature';
const UNAVAILABLE =
  'Could not verify JWT: the keys of jwk_url in HASURA_GRAPHQL_JWT_SECRET could not be fetched';

let provider: IdentityProvider;
let now: number;

beforeEach(async () => {
  provider = await startIdentityProvider();
  now = NOW_MS;
});
afterEach(() => provider.close());

function withProvider() {
  const { ask, logged } = authentication(jwtConfig({ jwk_url: provider.url }), () => now);
  return { ask: (token: string) => ask({ authorization: `Bearer ${token}` }), logged };
}

const later = { exp: NOW_MS / 1000 + 1_000_000 };
const signedByFirst = () => sign({ alg: 'RS256', kid: 'first' }, payloadOf(undefined, later), RSA.privateKey);
const signedBySecond = () =>
  sign({ alg: 'RS256', kid: 'second' }, payloadOf(undefined, later), OTHER_RSA.privateKey);

describe('a key of the set', () => {
  it.each([
    { name: 'RSA', key: jwk(RSA.publicKey, { kid: 'a' }), alg: 'RS512', signer: RSA.privateKey },
    { name: 'EC', key: jwk(P256.publicKey, { kid: 'a' }), alg: 'ES256', signer: P256.privateKey },
    { name: 'Ed25519', key: jwk(ED25519.publicKey, { kid: 'a' }), alg: 'EdDSA', signer: ED25519.privateKey },
    {
      name: 'RSA with an unknown use',
      key: jwk(RSA.publicKey, { kid: 'a', use: 'api' }),
      alg: 'RS256',
      signer: RSA.privateKey,
    },
    {
      name: 'RSA in padded base64',
      key: {
        ...jwk(RSA.publicKey, { kid: 'a' }),
        n: Buffer.from(String(FIRST['n']), 'base64url').toString('base64'),
      },
      alg: 'RS256',
      signer: RSA.privateKey,
    },
  ])('verifies: $name', async ({ key, alg, signer }) => {
    provider.answer = serve([key]);
    const { ask } = withProvider();
    expect(await ask(await sign({ alg, kid: 'a' }, payloadOf(), signer))).toMatchObject({ role: 'user' });
  });

  it('verifies a token without kid when any of several fits', async () => {
    provider.answer = serve([SECOND, FIRST]);
    const { ask } = withProvider();
    expect(await ask(await sign({ alg: 'RS256' }, payloadOf(), RSA.privateKey))).toMatchObject({
      role: 'user',
    });
  });

  it.each([
    { name: 'wrong kid', make: () => sign({ alg: 'RS256', kid: 'second' }, payloadOf(), RSA.privateKey) },
    { name: 'unknown kid', make: () => sign({ alg: 'RS256', kid: 'third' }, payloadOf(), RSA.privateKey) },
    {
      name: 'another alg than the key’s',
      make: () => sign({ alg: 'RS512', kid: 'first' }, payloadOf(), RSA.privateKey),
    },
    { name: 'a shared secret', make: () => signHs(payloadOf()) },
    { name: 'no key of its type', make: () => sign({ alg: 'ES256' }, payloadOf(), P256.privateKey) },
  ])('refuses: $name', async ({ make }) => {
    provider.answer = serve([FIRST, SECOND]);
    await expect(withProvider().ask(await make())).rejects.toMatchObject({ message: INVALID_SIGNATURE });
  });

  it('is never a shared secret, even when the set has one', async () => {
    provider.answer = serve([{ kty: 'oct', k: Buffer.from(HS_KEY).toString('base64url'), kid: 'a' }]);
    const token = await sign({ alg: 'HS256', kid: 'a' }, payloadOf());
    await expect(withProvider().ask(token)).rejects.toMatchObject({ message: INVALID_SIGNATURE });
  });
});

describe('the set', () => {
  it('is fetched once for many requests at the same time', async () => {
    provider.answer = serve([FIRST]);
    const { ask } = withProvider();
    const tokens = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        sign({ alg: 'RS256', kid: 'first' }, payloadOf(undefined, { jti: String(i) }), RSA.privateKey),
      ),
    );
    await Promise.all(tokens.map(ask));
    expect(provider.fetches).toBe(1);
  });

  it('is kept for ever without caching headers', async () => {
    provider.answer = serve([FIRST]);
    const { ask } = withProvider();
    const token = await signedByFirst();
    await ask(token);
    now += 900_000_000;
    await ask(token);
    expect(provider.fetches).toBe(1);
  });

  it('is fetched again when max-age is over, and a key it lost verifies no more, not even a token seen before', async () => {
    provider.answer = serve([FIRST], { 'cache-control': 'public, max-age=600' });
    const { ask } = withProvider();
    const token = await signedByFirst();
    await ask(token);
    provider.answer = serve([SECOND], { 'cache-control': 'public, max-age=600' });
    now += 599_999;
    await ask(token);
    now += 1;
    await expect(ask(token)).rejects.toMatchObject({ message: INVALID_SIGNATURE });
    expect(await ask(await signedBySecond())).toMatchObject({ role: 'user' });
    expect(provider.fetches).toBe(2);
  });

  it('is fetched before its time for an unknown kid, once a minute', async () => {
    provider.answer = serve([FIRST]);
    const { ask } = withProvider();
    await ask(await signedByFirst());
    provider.answer = serve([FIRST, SECOND]);
    await expect(ask(await signedBySecond())).rejects.toMatchObject({ message: INVALID_SIGNATURE });
    now += 60_000;
    expect(await ask(await signedBySecond())).toMatchObject({ role: 'user' });
    for (let i = 0; i < 5; i++)
      await expect(
        ask(await sign({ alg: 'RS256', kid: `x${i}` }, payloadOf(undefined, later), RSA.privateKey)),
      ).rejects.toMatchObject({ code: 'invalid-jwt' });
    expect(provider.fetches).toBe(2);
  });

  it.each<{ name: string; answer: IdentityProvider['answer'] }>([
    { name: 'an error status', answer: (response) => response.writeHead(500).end() },
    { name: 'HTML', answer: (response) => response.end('<html>') },
    { name: 'no keys', answer: serve([]) },
    { name: 'another JSON', answer: (response) => response.end('{"kyes":[]}') },
    { name: 'a set of 1 MB', answer: serve([FIRST, { kty: 'RSA', n: 'x'.repeat(1_000_000) }]) },
    { name: 'a cut connection', answer: (response) => response.destroy() },
  ])(
    'keeps its old keys when the provider answers $name, and asks again after a minute',
    async ({ answer }) => {
      provider.answer = serve([FIRST], { 'cache-control': 'max-age=60' });
      const { ask, logged } = withProvider();
      const token = await signedByFirst();
      await ask(token);
      now += 60_000;
      provider.answer = answer;
      await ask(token);
      await ask(token);
      expect(provider.fetches).toBe(2);
      expect(logged).toMatchObject([
        { type: 'jwk-refresh-log', level: 'error', detail: { http_error: { url: provider.url } } },
      ]);
      now += 60_000;
      provider.answer = serve([SECOND]);
      await expect(ask(token)).rejects.toMatchObject({ message: INVALID_SIGNATURE });
    },
  );

  it('keeps its old keys while the provider is slow, and takes the new ones when they are there', async () => {
    provider.answer = serve([FIRST], { 'cache-control': 'max-age=60' });
    const { ask } = withProvider();
    const token = await signedByFirst();
    await ask(token);
    now += 60_000;
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const answer = serve([SECOND], { 'cache-control': 'max-age=60' });
    provider.answer = (response, request) => void held.then(() => answer(response, request));
    const start = performance.now();
    expect(await Promise.all([ask(token), ask(token)])).toMatchObject([{ role: 'user' }, { role: 'user' }]);
    expect(performance.now() - start).toBeLessThan(3000);
    now += 1000;
    expect(await ask(token)).toMatchObject({ role: 'user' });
    expect(provider.fetches).toBe(2);
    release?.();
    await expect.poll(() => ask(token).then(() => 'passes', String)).toContain(INVALID_SIGNATURE);
    expect(provider.fetches).toBe(2);
  });

  it('is asked again when it could not be fetched at first', async () => {
    provider.answer = (response) => response.writeHead(503).end();
    const { ask } = withProvider();
    const token = await signedByFirst();
    await expect(ask(token)).rejects.toMatchObject({ code: 'unexpected', message: UNAVAILABLE });
    await expect(ask(token)).rejects.toMatchObject({ message: UNAVAILABLE });
    expect(provider.fetches).toBe(1);
    provider.answer = serve([FIRST]);
    now += 1000;
    expect(await ask(token)).toMatchObject({ role: 'user' });
  });
});

describe('time until the next fetch', () => {
  const inTenMinutes = new Date(NOW_MS + 600_000).toUTCString();
  it.each<{ headers: Record<string, string>; ms: number }>([
    { headers: {}, ms: Number.POSITIVE_INFINITY },
    { headers: { 'cache-control': 'no-cache' }, ms: 60_000 },
    { headers: { 'cache-control': 'no-store, max-age=600' }, ms: 60_000 },
    { headers: { 'cache-control': 'must-revalidate' }, ms: 60_000 },
    { headers: { 'cache-control': 'max-age=600, must-revalidate' }, ms: 600_000 },
    { headers: { 'cache-control': 'Public, S-MaxAge=300' }, ms: 300_000 },
    { headers: { 'cache-control': 'max-age=0' }, ms: 60_000 },
    { headers: { 'cache-control': 'max-age=-5' }, ms: Number.POSITIVE_INFINITY },
    { headers: { 'cache-control': 'public', expires: inTenMinutes }, ms: 600_000 },
    { headers: { expires: inTenMinutes }, ms: 600_000 },
    { headers: { expires: '0' }, ms: 60_000 },
    { headers: { expires: 'soon' }, ms: Number.POSITIVE_INFINITY },
  ])('of $headers', ({ headers, ms }) => {
    expect(refreshAfterMs(new Headers(headers), NOW_MS)).toBe(ms);
  });
});
