// The endpoints beside GraphQL, CORS, and what is not there.

import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { HEDGE_VERSION } from '../../src/hedge-version.ts';
import { misconfiguredHandler } from '../../src/http/misconfigured.ts';
import { ADMIN_SECRET, service } from './service.ts';

const INCONSISTENT = {
  type: 'table',
  name: 'table public.x in source default',
  definition: {},
  reason: 'Inconsistent object: no such table/view exists in source: "public.x"',
  path: [],
};
const NOT_FOUND = { path: '$', error: 'resource does not exist', code: 'not-found' };
const CONSOLE_ON = { HASURA_GRAPHQL_ENABLE_CONSOLE: 'true' };

/** The assets binding: one page. */
const assets = {
  fetch: async (request: Request) =>
    new URL(request.url).pathname === '/console/'
      ? new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })
      : new Response('', { status: 404 }),
};

describe('GET /healthz', () => {
  it.each([
    { path: '/healthz', inconsistencies: [], status: 200, text: 'OK' },
    { path: '/hasura/healthz?strict=true', inconsistencies: [], status: 200, text: 'OK' },
    {
      path: '/healthz',
      inconsistencies: [INCONSISTENT],
      status: 200,
      text: 'WARN: inconsistent objects in schema',
    },
    {
      path: '/healthz?strict=true',
      inconsistencies: [INCONSISTENT],
      status: 500,
      text: 'ERROR: inconsistent objects in schema',
    },
  ])('$path says $text', async ({ path, inconsistencies, status, text }) => {
    const response = await service({
      inconsistencies,
      env: {
        HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
        DATABASE: 'postgresql://nobody@127.0.0.1/nothing',
      },
    }).fetch(path);
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it('warns while a source has no connection string', async () => {
    const response = await service({ env: { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET } }).fetch('/healthz');
    expect([response.status, await response.text()]).toEqual([200, 'WARN: inconsistent objects in schema']);
  });
});

describe('GET /v1/version', () => {
  it('is public and says which Hasura’s API it is, and the package’s version', async () => {
    const { version } = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { version: string };
    const response = await service({ env: { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET } }).fetch(
      '/v1/version',
    );
    expect(await response.json()).toEqual({ version: `v2.48.0+hedge.${version}`, server_type: 'ce' });
    expect(HEDGE_VERSION).toBe(version);
  });
});

describe('what is not served', () => {
  it.each([
    ['GET', '/v1/graphql'],
    ['PUT', '/v1/graphql'],
    ['POST', '/v1/graphql/'],
    ['POST', '//v1/graphql'],
    ['POST', '/v1%2Fgraphql'],
    ['GET', '/v1/metadata'],
    ['GET', '/v2/query'],
    ['POST', '/healthz'],
    ['GET', '/'],
    ['GET', '/console'],
    ['GET', '/console/main.js'],
  ])('%s %s is 404 in JSON', async (method, path) => {
    const response = await service({ assets }).fetch(path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual(NOT_FOUND);
    expect(response.headers.get('x-request-id')).toBeTruthy();
  });
});

describe('the console', () => {
  it('is served under a policy that lets nothing foreign in', async () => {
    const { fetch } = service({ env: CONSOLE_ON, assets });
    const response = await fetch('/console/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe-eval');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('content-type')).toBe('text/html');
  });

  it('is where / leads', async () => {
    const response = await service({ env: CONSOLE_ON, assets }).fetch('/');
    expect([response.status, response.headers.get('location')]).toEqual([302, '/console']);
  });

  it('has no files but its own', async () => {
    const response = await service({ env: CONSOLE_ON, assets }).fetch('/console/../secret');
    expect(response.status).toBe(404);
    expect(await (await service({ env: CONSOLE_ON, assets }).fetch('/console/none')).json()).toEqual(
      NOT_FOUND,
    );
  });

  it('is not there when its files are not deployed', async () => {
    expect((await service({ env: CONSOLE_ON }).fetch('/console/')).status).toBe(404);
  });
});

describe('CORS', () => {
  const DOMAINS = 'http://*.localhost,http://localhost:3000,https://*.foo.bar.com';
  const some = service({ env: { HASURA_GRAPHQL_CORS_DOMAIN: DOMAINS } });
  const get = (origin: string, at = some) => at.fetch('/v1/version', { headers: { origin } });

  it.each(['http://localhost:3000', 'http://app.localhost', 'https://a.foo.bar.com'])(
    'allows %s',
    async (origin) => {
      const { headers } = await get(origin);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('access-control-allow-methods')).toBe('GET,POST,PUT,PATCH,DELETE,OPTIONS');
      expect(headers.get('vary')).toBe('Origin');
    },
  );

  it.each([
    'https://example.com',
    'null',
    'http://localhost',
    'https://localhost:3000',
    'http://localhost:3000.evil.com',
    'http://a.b.localhost',
    'http://evil-localhost',
    'http://app.localhost:80',
    'https://foo.bar.com',
    'https://a.foo.bar.com.evil.com',
    'https://evilfoo.bar.com',
  ])('does not allow %s, and says so to caches', async (origin) => {
    const { headers } = await get(origin);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toBe('Origin');
  });

  it('allows every page under *, without credentials', async () => {
    const { headers } = await get('https://any.example', service());
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('answers preflights', async () => {
    const response = await some.fetch('/v1/graphql', {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:3000',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,x-hasura-role',
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type,x-hasura-role');
    expect(response.headers.get('access-control-max-age')).toBe('1728000');
  });

  it('says nothing when disabled, nor to requests without origin', async () => {
    const off = service({ env: { HASURA_GRAPHQL_DISABLE_CORS: 'true' } });
    expect((await get('https://any.example', off)).headers.get('access-control-allow-origin')).toBeNull();
    expect((await some.fetch('/v1/version')).headers.get('access-control-allow-methods')).toBeNull();
  });
});

describe('a configuration that cannot be used', () => {
  const handler = misconfiguredHandler('HASURA_GRAPHQL_DEV_MODE: not a valid boolean text');
  const ask = async (path: string) => handler(new Request(`http://hedge.test${path}`), () => undefined);

  it('is what every request is told', async () => {
    const health = await ask('/healthz');
    expect(health.status).toBe(500);
    expect(await health.json()).toEqual({
      path: '$',
      error: 'HASURA_GRAPHQL_DEV_MODE: not a valid boolean text',
      code: 'invalid-configuration',
    });
    const graphql = await ask('/v1/graphql');
    expect(graphql.status).toBe(500);
    expect(await graphql.json()).toMatchObject({
      errors: [{ extensions: { code: 'invalid-configuration' } }],
    });
  });
});
