// Verification of tokens: every key type, every time and audience, and the forgeries that must not pass.

import { createHmac, createPublicKey } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { certificateOf } from './certificate.ts';
import {
  askWith,
  authentication,
  ED25519,
  HS_CONFIG,
  HS_KEY,
  jwtConfig,
  NOW,
  NOW_MS,
  OTHER_RSA,
  P256,
  P384,
  P521,
  payloadOf,
  RSA,
  sign,
  signHs,
  spki,
} from './tokens.ts';

const LONG_KEY = 'k'.repeat(64);
const RSA_CONFIG = jwtConfig({ type: 'RS256', key: spki(RSA.publicKey) });
const INVALID_SIGNATURE = 'Could not verify JWT: JWSError JWSInvalidSignature';

const base64url = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A token put together by hand; HMAC with `key` when there is one. */
function forge(header: unknown, payload: unknown, key?: string): string {
  const input = `${base64url(header)}.${base64url(payload)}`;
  return `${input}.${key === undefined ? '' : createHmac('sha256', key).update(input).digest('base64url')}`;
}

describe('a token passes', () => {
  const hs = (key: string) => new TextEncoder().encode(key);
  it.each([
    { type: 'HS256', key: HS_KEY, alg: 'HS256', signer: hs(HS_KEY) },
    { type: 'HS384', key: LONG_KEY, alg: 'HS384', signer: hs(LONG_KEY) },
    { type: 'HS512', key: LONG_KEY, alg: 'HS512', signer: hs(LONG_KEY) },
    { type: 'RS256', key: spki(RSA.publicKey), alg: 'RS256', signer: RSA.privateKey },
    { type: 'RS384', key: spki(RSA.publicKey), alg: 'RS384', signer: RSA.privateKey },
    { type: 'RS512', key: spki(RSA.publicKey), alg: 'RS512', signer: RSA.privateKey },
    { type: 'RS512', key: spki(RSA.publicKey), alg: 'RS256', signer: RSA.privateKey },
    { type: 'ES256', key: spki(P256.publicKey), alg: 'ES256', signer: P256.privateKey },
    { type: 'ES384', key: spki(P384.publicKey), alg: 'ES384', signer: P384.privateKey },
    { type: 'ES512', key: spki(P521.publicKey), alg: 'ES512', signer: P521.privateKey },
    { type: 'Ed25519', key: spki(ED25519.publicKey), alg: 'EdDSA', signer: ED25519.privateKey },
    { type: 'Ed25519', key: spki(ED25519.publicKey), alg: 'Ed25519', signer: ED25519.privateKey },
  ])('of type $type with alg $alg', async ({ type, key, alg, signer }) => {
    const token = await sign({ alg }, payloadOf(), signer);
    expect(await askWith(jwtConfig({ type, key }), token)).toMatchObject({ role: 'user', trusted: false });
  });

  it.each([
    { form: 'PKCS #1', key: RSA.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString() },
    { form: 'an X.509 certificate', key: certificateOf(RSA.publicKey) },
    { form: 'one line', key: spki(RSA.publicKey).replaceAll('\n', '') },
    { form: 'CRLF lines', key: spki(RSA.publicKey).replaceAll('\n', '\r\n') },
  ])('when the key comes as $form', async ({ key }) => {
    const token = await sign({ alg: 'RS256' }, payloadOf(), RSA.privateKey);
    expect(await askWith(jwtConfig({ type: 'RS256', key }), token)).toMatchObject({ role: 'user' });
  });

  it('without exp, and for as long as it lives', async () => {
    const { exp: _, ...payload } = payloadOf();
    expect(await askWith(HS_CONFIG, await signHs(payload))).toMatchObject({ role: 'user' });
  });
});

describe('a token is refused', () => {
  it.each([
    { name: 'signed by another key', make: () => sign({ alg: 'RS256' }, payloadOf(), OTHER_RSA.privateKey) },
    {
      name: 'HS256 with the public key as secret',
      make: () => forge({ alg: 'HS256' }, payloadOf(), spki(RSA.publicKey)),
    },
    {
      name: 'HS256 with the public key, trimmed',
      make: () => forge({ alg: 'HS256' }, payloadOf(), spki(RSA.publicKey).trim()),
    },
    { name: 'HS256 with an empty key', make: () => forge({ alg: 'HS256' }, payloadOf(), '') },
    { name: 'alg none', make: () => forge({ alg: 'none' }, payloadOf()) },
    { name: 'alg None', make: () => forge({ alg: 'None' }, payloadOf()) },
    { name: 'an unknown alg', make: () => forge({ alg: 'XX256' }, payloadOf()) },
    { name: 'another family', make: () => sign({ alg: 'ES256' }, payloadOf(), P256.privateKey) },
    { name: 'PSS padding', make: () => sign({ alg: 'PS256' }, payloadOf(), RSA.privateKey) },
    { name: 'an empty signature', make: () => forge({ alg: 'RS256' }, payloadOf()) },
    {
      name: 'a changed payload',
      make: async () => {
        const [header, , signature] = (await sign({ alg: 'RS256' }, payloadOf(), RSA.privateKey)).split('.');
        return `${header}.${base64url(payloadOf({ 'x-hasura-default-role': 'admin', 'x-hasura-allowed-roles': ['admin'] }))}.${signature}`;
      },
    },
    {
      name: 'a key of its own in the header',
      make: () =>
        sign(
          {
            alg: 'RS256',
            jwk: createPublicKey(OTHER_RSA.publicKey.export({ type: 'spki', format: 'pem' })).export({
              format: 'jwk',
            }),
          },
          payloadOf(),
          OTHER_RSA.privateKey,
        ),
    },
  ])('$name, without saying which', async ({ make }) => {
    await expect(askWith(RSA_CONFIG, await make())).rejects.toMatchObject({
      code: 'invalid-jwt',
      message: INVALID_SIGNATURE,
      status: 400,
    });
  });

  it.each([
    { name: 'a word', token: 'abc', says: 'Expected 3 parts; got 1' },
    { name: 'five parts (encrypted)', token: 'a.b.c.d.e', says: 'Expected 3 parts; got 5' },
    { name: 'no JSON', token: 'YQ.YQ.YQ', says: 'JSONDecodeError' },
    {
      name: 'an unknown crit',
      token: forge({ alg: 'HS256', crit: ['x'], x: 1 }, payloadOf(), HS_KEY),
      says: 'JWSError',
    },
    { name: 'no alg', token: forge({ typ: 'JWT' }, payloadOf(), HS_KEY), says: 'JWSError' },
    {
      name: 'a payload that is a list',
      token: forge({ alg: 'HS256' }, [], HS_KEY),
      says: 'JWTClaimsSetDecodeError',
    },
    {
      name: 'a payload that is no JSON',
      token: forge({ alg: 'HS256' }, '{', HS_KEY),
      says: 'JWTClaimsSetDecodeError',
    },
    {
      name: 'unencoded payload',
      token: forge({ alg: 'HS256', b64: false, crit: ['b64'] }, payloadOf(), HS_KEY),
      says: '',
    },
    { name: 'a huge token', token: `${'a'.repeat(100_000)}.a.a`, says: 'JWSError' },
  ])('when it is $name', async ({ token, says }) => {
    await expect(askWith(HS_CONFIG, token)).rejects.toMatchObject({
      code: 'invalid-jwt',
      message: expect.stringContaining(says) as string,
    });
  });

  it.each<{ name: string; more: Record<string, unknown>; says: string }>([
    { name: 'expired', more: { exp: NOW - 1 }, says: 'JWTExpired' },
    { name: 'expiring now', more: { exp: NOW }, says: 'JWTExpired' },
    { name: 'not yet valid', more: { nbf: NOW + 60 }, says: 'JWTNotYetValid' },
    { name: 'issued later', more: { iat: NOW + 60 }, says: 'JWTIssuedAtFuture' },
    { name: 'exp as a text', more: { exp: String(NOW + 60) }, says: 'JWTClaimsSetDecodeError' },
    { name: 'nbf as a text', more: { nbf: '0' }, says: 'JWTClaimsSetDecodeError' },
    { name: 'iat as a text', more: { iat: 'yesterday' }, says: 'JWTClaimsSetDecodeError' },
  ])('when its time is wrong: $name', async ({ more, says }) => {
    await expect(
      askWith(HS_CONFIG, forge({ alg: 'HS256' }, payloadOf(undefined, more), HS_KEY)),
    ).rejects.toMatchObject({
      code: 'invalid-jwt',
      message: expect.stringContaining(`Could not verify JWT: ${says}`) as string,
    });
  });
});

describe('allowed_skew', () => {
  const config = jwtConfig({ type: 'HS256', key: HS_KEY, allowed_skew: 60 });
  it.each([{ exp: NOW - 59 }, { nbf: NOW + 59 }, { iat: NOW + 59 }])('forgives %j', async (more) => {
    expect(await askWith(config, await signHs(payloadOf(undefined, more)))).toMatchObject({ role: 'user' });
  });
  it.each([{ exp: NOW - 61 }, { nbf: NOW + 61 }, { iat: NOW + 61 }])('does not forgive %j', async (more) => {
    await expect(askWith(config, await signHs(payloadOf(undefined, more)))).rejects.toMatchObject({
      code: 'invalid-jwt',
    });
  });
});

describe('audience and issuer', () => {
  it.each<{ settings: Record<string, unknown>; more: Record<string, unknown>; fails: string | null }>([
    { settings: {}, more: { aud: 'any', iss: 'any' }, fails: null },
    { settings: { audience: 'a' }, more: { aud: 'a' }, fails: null },
    { settings: { audience: 'a' }, more: { aud: ['b', 'a'] }, fails: null },
    { settings: { audience: ['a', 'b'] }, more: { aud: 'b' }, fails: null },
    { settings: { audience: 'a' }, more: { aud: 'b' }, fails: 'JWTNotInAudience' },
    { settings: { audience: 'a' }, more: { aud: 'a ' }, fails: 'JWTNotInAudience' },
    { settings: { audience: 'a' }, more: { aud: ['b'] }, fails: 'JWTNotInAudience' },
    { settings: { audience: 'a' }, more: { aud: [] }, fails: 'JWTNotInAudience' },
    { settings: { audience: 'a' }, more: { aud: null }, fails: 'JWTNotInAudience' },
    { settings: { audience: 'a' }, more: {}, fails: 'JWTNotInAudience' },
    { settings: { issuer: 'me' }, more: { iss: 'me' }, fails: null },
    { settings: { issuer: 'me' }, more: { iss: 'me/' }, fails: 'JWTNotInIssuer' },
    { settings: { issuer: 'me' }, more: { iss: ['me'] }, fails: 'JWTNotInIssuer' },
    { settings: { issuer: 'me' }, more: {}, fails: 'JWTNotInIssuer' },
  ])('$settings with $more: $fails', async ({ settings, more, fails }) => {
    const config = jwtConfig({ type: 'HS256', key: HS_KEY, ...settings });
    const asked = askWith(config, forge({ alg: 'HS256' }, payloadOf(undefined, more), HS_KEY));
    if (fails === null) expect(await asked).toMatchObject({ role: 'user' });
    else await expect(asked).rejects.toMatchObject({ message: `Could not verify JWT: ${fails}` });
  });
});

describe('a token seen before', () => {
  it('is refused once its time is over', async () => {
    let now = NOW_MS;
    const { ask } = authentication(HS_CONFIG, () => now);
    const headers = { authorization: `Bearer ${await signHs(payloadOf(undefined, { exp: NOW + 10 }))}` };
    expect(await ask(headers)).toMatchObject({ role: 'user' });
    now += 9999;
    expect(await ask(headers)).toMatchObject({ role: 'user' });
    now += 1;
    await expect(ask(headers)).rejects.toMatchObject({ message: 'Could not verify JWT: JWTExpired' });
  });

  it('does not let a changed one pass', async () => {
    const { ask } = authentication(HS_CONFIG);
    const token = await signHs(payloadOf());
    await ask({ authorization: `Bearer ${token}` });
    const changed = `${token.slice(0, -2)}${token.endsWith('AA') ? 'BB' : 'AA'}`;
    await expect(ask({ authorization: `Bearer ${changed}` })).rejects.toMatchObject({
      message: INVALID_SIGNATURE,
    });
  });

  it('is one of a bounded number', async () => {
    const { ask } = authentication(HS_CONFIG);
    for (let i = 0; i < 1100; i++)
      expect(
        await ask({ authorization: `Bearer ${await signHs(payloadOf(undefined, { jti: String(i) }))}` }),
      ).toMatchObject({ role: 'user' });
  });
});

describe('a configured key that cannot be used', () => {
  it.each([
    {
      name: 'no DER inside',
      type: 'RS256',
      key: '-----BEGIN PUBLIC KEY-----\nY2FuYXJ5\n-----END PUBLIC KEY-----',
    },
    { name: 'another key type', type: 'RS256', key: spki(P256.publicKey) },
    { name: 'another curve', type: 'ES256', key: spki(P384.publicKey) },
    {
      name: 'a broken certificate',
      type: 'RS256',
      key: '-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----',
    },
  ])('is told as such: $name', async ({ type, key }) => {
    const token = await sign({ alg: type }, payloadOf(), type === 'RS256' ? RSA.privateKey : P256.privateKey);
    const asked = askWith(jwtConfig({ type, key }), token);
    await expect(asked).rejects.toMatchObject({ code: 'invalid-jwt-key', status: 500 });
    await expect(asked).rejects.not.toThrow(/canary|Y2FuYXJ5/);
  });
});
