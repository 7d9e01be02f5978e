// Every route of the service: who is let in, by which methods, and under which spellings of its path.

import { describe, expect, it } from 'vitest';

import { ADMIN_SECRET, service } from '../http/service.ts';

const assets = { fetch: async () => new Response('<!doctype html>') };
const { fetch, routes } = service({
  env: {
    HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
    HASURA_GRAPHQL_ENABLED_APIS: 'metadata,graphql,pgdump,config,developer,metrics',
    HASURA_GRAPHQL_ENABLE_CONSOLE: 'true',
  },
  assets,
});

const CONSOLE = ['GET /', 'GET /console', 'GET /console/*'];
/** Open to everybody. */
const PUBLIC = new Set(['GET /healthz', 'GET /hasura/healthz', 'GET /v1/version', ...CONSOLE]);
/** For every role. */
const ROLES = new Set([
  'POST /v1/graphql',
  'GET /v1/graphql',
  'POST /v1alpha1/graphql',
  'POST /v1beta1/relay',
  'ALL /api/rest/*',
]);
/** Only sockets are opened there: who asks is found out over them. */
const SOCKETS = new Set(['GET /v1alpha1/graphql', 'GET /v1beta1/relay']);
/** For administrators. A route that is in none of these lists makes a test fail: decide who it is for. */
const ADMIN = new Set([
  'POST /v1/metadata',
  'POST /v2/query',
  'POST /v1/query',
  'POST /v1/graphql/explain',
  'POST /v1alpha1/graphql/explain',
  'POST /v1alpha1/pg_dump',
  'POST /pro/cache/clear',
  'POST /hedge/sessions/close',
  'GET /v1alpha1/config',
  'GET /api/swagger/json',
  'GET /dev/plan_cache',
  'GET /dev/subscriptions',
  'GET /dev/subscriptions/extended',
]);

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const BODY = JSON.stringify({ type: 'export_metadata', args: {}, query: '{ __typename }' });

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method !== 'GET' && method !== 'HEAD' && { body: BODY }),
  });
const nameOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
const pathOf = (path: string): string =>
  path === '/v1/graphql' ? '/v1/graphql?query={__typename}' : path.replace('*', 'x');
const guarded = routes.filter((route) => !PUBLIC.has(nameOf(route)) && !SOCKETS.has(nameOf(route)));

it('knows who every route is for', () => {
  const known = new Set([...PUBLIC, ...ROLES, ...ADMIN, ...SOCKETS]);
  expect(routes.map(nameOf).filter((name) => !known.has(name))).toEqual([]);
  expect([...known].filter((name) => !routes.map(nameOf).includes(name))).toEqual([]);
});

describe.each(guarded)('$method $path', ({ method, path }) => {
  const methods = method === 'ALL' ? METHODS : [method];

  it('asks who is there before it does anything', async () => {
    for (const one of methods) {
      const response = await ask(one, pathOf(path));
      const text = await response.text();
      // GraphQL's own errors have status 200, as in Hasura; an answer to HEAD has no body.
      const isRefused = response.status === 401 || text.includes('"code":"access-denied"');
      expect([one, response.status, isRefused]).toEqual([one, response.status, true]);
      expect(text).not.toContain('"data"');
    }
  });

  it('refuses a secret that is wrong', async () => {
    const response = await ask(method === 'ALL' ? 'GET' : method, pathOf(path), {
      'x-hasura-admin-secret': `${ADMIN_SECRET} `.trim().slice(1),
    });
    expect(await response.text()).toContain('access-denied');
  });

  it.runIf(ADMIN.has(nameOf({ method, path })))('refuses a role', async () => {
    // The secret proves an administrator; under a role such a one has the role's rights.
    const response = await ask(method, pathOf(path), {
      'x-hasura-admin-secret': ADMIN_SECRET,
      'x-hasura-role': 'user',
    });
    const shows = path === '/api/swagger/json'; // what that role can call
    expect([response.status, await response.text()]).toEqual([
      shows ? 200 : 400,
      expect.stringMatching(shows ? /"openapi"/ : /access-denied/) as unknown,
    ]);
  });

  it('has no other methods', async () => {
    const others = METHODS.filter(
      (other) => !routes.some((r) => r.path === path && !SOCKETS.has(nameOf(r)) && isFor(r.method, other)),
    );
    for (const other of others) {
      const response = await ask(other, pathOf(path), { 'x-hasura-admin-secret': ADMIN_SECRET });
      expect([other, response.status]).toEqual([other, 404]);
    }
  });

  it('has no other spellings', async () => {
    const plain = path.replace('*', 'x');
    const spellings = [
      `/${plain}`,
      plain.replace('/v', '//v').replace('/dev', '//dev'),
      `${plain}/`,
      `${plain}//`,
      `${plain}.`,
      `${plain}%00`,
      `${plain}%20`,
      `${plain};a=b`,
      plain.toUpperCase(),
      plain.replace(/\/(?=[^/]*$)/, '%2F'),
      plain.replace(/\/(?=[^/]*$)/, '%5C'),
      plain.replace(/.$/, (last) => `%${last.charCodeAt(0).toString(16)}`),
      `/x/..${plain}`,
      `/./${plain}`,
      `/console/..%2f..${plain}`,
      `/healthz/..${plain}`,
      `/healthz/..%2f${plain.slice(1)}`,
    ];
    for (const spelling of spellings) {
      for (const one of methods) {
        const response = await ask(one, spelling);
        const text = await response.text();
        const isHarmless =
          response.status === 401 ||
          response.status === 404 ||
          text.includes('access-denied') ||
          text === '<!doctype html>' || // a file of the console
          (one === 'HEAD' && spelling.startsWith('/console/'));
        expect([one, spelling, response.status, isHarmless]).toEqual([one, spelling, response.status, true]);
      }
    }
  });
});

it.each([...SOCKETS])('%s is nothing to who wants no socket', async (route) => {
  const response = await ask('GET', route.slice('GET '.length), { 'x-hasura-admin-secret': ADMIN_SECRET });
  expect(response.status).toBe(404);
});

/** Whoever answers GET answers HEAD. */
function isFor(method: string, asked: string): boolean {
  return method === 'ALL' || method === asked || (method === 'GET' && asked === 'HEAD');
}

describe('what is open to everybody', () => {
  it.each(['/healthz', '/v1/version'])('%s tells nothing of the service’s insides', async (path) => {
    const text = await (await ask('GET', path)).text();
    expect(text).not.toMatch(/postgres|secret|default/i);
  });
});
