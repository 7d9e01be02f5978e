// The built worker under the local runtime: keys and tokens on its own crypto, its bindings, and how it starts.

import type { KeyObject } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { bundleWorker } from '../../scripts/bundle/bundle-worker.ts';
import type { RunningWorker } from '../../scripts/bundle/run-worker.ts';
import { runWorker } from '../../scripts/bundle/run-worker.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';
import type { IdentityProvider } from '../auth/identity-provider.ts';
import { jwk, serve, startIdentityProvider } from '../auth/identity-provider.ts';
import { ED25519, HS_KEY, P256, P384, P521, RSA, sign, spki, USER_CLAIMS } from '../auth/tokens.ts';
import { startWebhook } from '../support/webhook.ts';
import { ADMIN_SECRET } from './service.ts';

const artifactText = encodeArtifact({
  version: ARTIFACT_VERSION,
  sources: [],
  roles: ['admin', 'user'].map((role) => ({
    role,
    types: [],
    tables: [],
    queryFields: [],
    subscriptionFields: [],
    writes: [],
    mutationFields: [],
  })),
  inconsistencies: [],
});
const ANSWER = { data: { __typename: 'query_root' } };

let worker: RunningWorker;
let provider: IdentityProvider;
let assetsDir: string;
const logged: string[] = [];

beforeAll(async () => {
  provider = await startIdentityProvider();
  assetsDir = await mkdtemp(join(tmpdir(), 'hedge-assets-'));
  await mkdir(join(assetsDir, 'console'));
  await writeFile(join(assetsDir, 'console', 'index.html'), '<!doctype html><title>console</title>');
  worker = await runWorker({
    bundleDir: await bundleWorker(),
    artifactText,
    assetsDir,
    onLog: (log) => void logged.push(JSON.stringify(log)),
  });
}, 60_000);
afterAll(async () => {
  await worker?.stop();
  await provider?.close();
  await rm(assetsDir, { recursive: true, force: true });
});

/** Starts the worker anew with these settings. */
const configure = (vars: Record<string, string>) => worker.reload({ vars });
const configureJwt = (secret: unknown) =>
  configure({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, HASURA_GRAPHQL_JWT_SECRET: JSON.stringify(secret) });

async function ask(headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${worker.url}/v1/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ __typename }"}',
  });
  return response.json();
}

function token(alg: string, key?: KeyObject, kid?: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const payload = { iat: now, exp: now + 60, 'https://hasura.io/jwt/claims': USER_CLAIMS };
  return sign({ alg, ...(kid !== undefined && { kid }) }, payload, key ?? new TextEncoder().encode(HS_KEY));
}

describe('the built worker', () => {
  it.each([
    { type: 'HS256', key: HS_KEY, make: () => token('HS256') },
    { type: 'RS256', key: spki(RSA.publicKey), make: () => token('RS256', RSA.privateKey) },
    { type: 'ES256', key: spki(P256.publicKey), make: () => token('ES256', P256.privateKey) },
    { type: 'ES384', key: spki(P384.publicKey), make: () => token('ES384', P384.privateKey) },
    { type: 'ES512', key: spki(P521.publicKey), make: () => token('ES512', P521.privateKey) },
    { type: 'Ed25519', key: spki(ED25519.publicKey), make: () => token('EdDSA', ED25519.privateKey) },
  ])('verifies $type', async ({ type, key, make }) => {
    await configureJwt({ type, key });
    const authorization = `Bearer ${await make()}`;
    expect(await ask({ authorization })).toEqual(ANSWER);
    expect(await ask({ authorization })).toEqual(ANSWER);
    expect(await ask({ authorization: `${authorization.slice(0, -4)}AAAA` })).toMatchObject({
      errors: [{ extensions: { code: 'invalid-jwt' } }],
    });
  });

  it('fetches a key set once for many clients, also when the one that began it is gone', async () => {
    await configureJwt({ jwk_url: provider.url });
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const set = serve([jwk(RSA.publicKey, { kid: 'a' })]);
    provider.answer = (response, request) => void held.then(() => set(response, request));
    const authorization = `Bearer ${await token('RS256', RSA.privateKey, 'a')}`;
    const first = new AbortController();
    const gone = fetch(`${worker.url}/v1/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: '{"query":"{ __typename }"}',
      signal: first.signal,
    });
    await expect.poll(() => provider.fetches).toBe(1);
    const others = Array.from({ length: 5 }, () => ask({ authorization }));
    first.abort();
    await expect(gone).rejects.toThrow('aborted');
    release?.();
    expect(await Promise.all(others)).toEqual(others.map(() => ANSWER));
    expect(provider.fetches).toBe(1);
  });

  it('takes the admin secret and logs none', async () => {
    await configure({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET });
    expect(await ask({ 'x-hasura-admin-secret': ADMIN_SECRET })).toEqual(ANSWER);
    expect(await ask({ 'x-hasura-admin-secret': 'guess' })).toMatchObject({
      errors: [{ extensions: { code: 'access-denied' } }],
    });
    expect(logged.join('\n')).not.toContain(ADMIN_SECRET);
  });

  it('names every setting that cannot be used, and works once they are right', async () => {
    await configure({ HASURA_GRAPHQL_DEV_MODE: 'canary', NEON_ENDPOINT: 'canary' });
    const response = await fetch(`${worker.url}/healthz`);
    expect(response.status).toBe(500);
    const { error, code } = (await response.json()) as { error: string; code: string };
    expect(code).toBe('invalid-configuration');
    expect(error).toMatch(/HASURA_GRAPHQL_DEV_MODE: .*\nNEON_ENDPOINT: /);
    expect(error).not.toContain('canary');
    await configure({});
    expect(await ask()).toEqual(ANSWER);
  });

  it('serves nobody without an admin secret unless it may, as where it is deployed', async () => {
    await configure({ HEDGE_ALLOW_OPEN: 'false' });
    const refusal = {
      code: 'invalid-configuration',
      message: expect.stringMatching(/^HASURA_GRAPHQL_ADMIN_SECRET: is not set/) as string,
    };
    expect(await ask()).toMatchObject({
      errors: [{ message: refusal.message, extensions: { code: refusal.code } }],
    });
    for (const path of ['/v1/metadata', '/healthz', '/console', '/v1/version']) {
      const response = await fetch(worker.url + path);
      expect([path, response.status]).toEqual([path, 500]);
      expect(await response.json()).toMatchObject({ error: refusal.message, code: refusal.code });
    }
  });

  it('asks a webhook, once for what it may keep, and passes its cookies on', async () => {
    const hook = await startWebhook();
    try {
      await configure({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, HASURA_GRAPHQL_AUTH_HOOK: hook.url });
      const session = { 'X-Hasura-Role': 'user', 'Cache-Control': 'max-age=60' };
      hook.reply(({ headers }) => ({
        body: JSON.stringify(session),
        headers: headers['authorization'] === 'new' ? { 'set-cookie': ['a=1; HttpOnly', 'b=2'] } : {},
      }));
      for (let i = 0; i < 3; i++) expect(await ask({ authorization: 'known' })).toEqual(ANSWER);
      expect(hook.received).toHaveLength(1);
      const response = await fetch(`${worker.url}/v1/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'new' },
        body: '{"query":"{ __typename }"}',
      });
      expect(response.headers.getSetCookie()).toEqual(['a=1; HttpOnly', 'b=2']);
      hook.reply(() => ({ status: 302, headers: { location: `${hook.url}/elsewhere` } }));
      expect(await ask({ authorization: 'other' })).toMatchObject({
        errors: [{ message: 'Invalid response from authorization hook' }],
      });
      expect(hook.received.map(({ path }) => path)).not.toContain('/elsewhere');
    } finally {
      await hook.stop();
    }
  });

  it('serves the console under its policy, only when told to', async () => {
    await configure({});
    expect((await fetch(`${worker.url}/console/`)).status).toBe(404);
    await configure({ HASURA_GRAPHQL_ENABLE_CONSOLE: 'true' });
    const page = await fetch(`${worker.url}/`);
    expect(page.status).toBe(200);
    expect(new URL(page.url).pathname).toBe('/console/');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<!doctype html>');
    expect((await fetch(`${worker.url}/console/none.js`)).status).toBe(404);
  });
});
