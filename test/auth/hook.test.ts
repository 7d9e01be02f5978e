// Who the authentication webhook says a request's sender is: what it is told, what its answers become, what is remembered.

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Arriving } from '../../src/auth/authenticate.ts';
import { authenticator } from '../../src/auth/authenticate.ts';
import type { Session } from '../../src/auth/types.ts';
import { readConfig } from '../../src/config/config.ts';
import type { LogEntry } from '../../src/telemetry/log.ts';
import type { Reply, Webhook } from '../support/webhook.ts';
import { startWebhook } from '../support/webhook.ts';
import { ADMIN_SECRET, NOW_MS, plain } from './tokens.ts';

let hook: Webhook;

beforeAll(async () => {
  hook = await startWebhook();
});
afterEach(() => hook.reset());
afterAll(() => hook.stop());

const USER = { 'X-Hasura-Role': 'user', 'X-Hasura-User-Id': '1' };
const SESSION = {
  role: 'user',
  variables: { 'x-hasura-role': 'user', 'x-hasura-user-id': '1' },
  trusted: false,
  backend: false,
  expiresAt: null,
};

type Graphql = Arriving['graphql'];

/** Authentication by the webhook, with a clock of its own. */
function withHook(settings: Record<string, string> = {}, now: () => number = () => NOW_MS) {
  const logged: LogEntry[] = [];
  const authenticate = authenticator(
    readConfig({
      HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
      HASURA_GRAPHQL_AUTH_HOOK: `${hook.url}/auth?key=of-the-hook`,
      ...settings,
    }),
    { now, log: (entry) => void logged.push(entry) },
  );
  const reply: [string, string][] = [];
  const ask = async (headers: Record<string, string>, graphql?: Graphql): Promise<Session> =>
    authenticate({ headers: new Headers(headers), waitUntil: () => undefined, graphql, reply });
  return { ask, reply, logged };
}

const answering = (body: unknown, more: Reply = {}): void =>
  hook.reply(() => ({ body: typeof body === 'string' ? body : JSON.stringify(body), ...more }));

const POST = { HASURA_GRAPHQL_AUTH_HOOK_MODE: 'POST' };

/** Of a client's request, with everything that is not to be passed on. */
const CLIENT = {
  authorization: 'Bearer of-the-client',
  cookie: 'a=b',
  'x-hasura-role': 'editor',
  'x-hasura-user-id': '2',
  'x-custom': 'c',
  host: 'api.example.com',
  'user-agent': 'browser',
  accept: 'text/html',
  'accept-encoding': 'gzip',
  'content-type': 'application/json',
  'content-length': '17',
  'content-encoding': 'gzip',
  origin: 'https://app.example.com',
  referer: 'https://app.example.com/',
  dnt: '1',
  te: 'trailers',
  upgrade: 'websocket',
  'proxy-authorization': 'Basic of-the-proxy',
  'if-none-match': '"etag"',
};
const PASSED_ON = {
  authorization: 'Bearer of-the-client',
  cookie: 'a=b',
  'x-hasura-role': 'editor',
  'x-hasura-user-id': '2',
  'x-custom': 'c',
};
const KEPT_BACK = [
  'x-hasura-admin-secret',
  'x-hasura-access-key',
  'content-encoding',
  'origin',
  'referer',
  'dnt',
  'te',
  'upgrade',
  'proxy-authorization',
  'if-none-match',
];

describe('the webhook is told', () => {
  it('the trace of the request, with a span of its own', async () => {
    answering(USER);
    const { ask } = withHook();
    const trace = '0af7651916cd43dd8448eb211c80319c';
    await ask({ traceparent: `00-${trace}-b7ad6b7169203331-01` });
    expect(hook.received[0]?.headers).toMatchObject({
      'x-b3-traceid': trace,
      'x-b3-parentspanid': 'b7ad6b7169203331',
      traceparent: expect.stringMatching(new RegExp(`^00-${trace}-(?!b7ad)[0-9a-f]{16}-01$`)) as string,
    });
  });

  it('by GET the headers of the client, but for those of its connection and body', async () => {
    answering(USER);
    await withHook().ask(CLIENT);
    const [request] = hook.received;
    expect(request).toMatchObject({
      method: 'GET',
      path: '/auth?key=of-the-hook',
      headers: { ...PASSED_ON, accept: 'application/json' },
      body: undefined,
    });
    for (const name of KEPT_BACK) expect(request?.headers).not.toHaveProperty(name);
    expect(JSON.stringify(request?.headers)).not.toMatch(/api\.example\.com|browser/);
  });

  it('by POST all headers in its body, and those of a GET as headers too', async () => {
    answering(USER);
    await withHook(POST).ask(CLIENT, () => ({ query: '{ a }' }));
    const [request] = hook.received;
    expect(request).toMatchObject({
      method: 'POST',
      headers: { ...PASSED_ON, 'content-type': 'application/json' },
      body: { headers: CLIENT, request: { query: '{ a }' } },
    });
    for (const name of KEPT_BACK) expect(request?.headers).not.toHaveProperty(name);
  });

  it.each<{ name: string; graphql: Graphql; request: unknown }>([
    {
      name: 'a request, with what Hasura knows of it',
      graphql: () => ({ query: '{ a }', operationName: null, variables: { a: 1 }, extensions: {} }),
      request: { query: '{ a }', variables: { a: 1 } },
    },
    {
      name: 'a batch',
      graphql: () => [{ query: '{ a }', operationName: 'A' }, { query: '{ b }' }],
      request: [{ query: '{ a }', operationName: 'A' }, { query: '{ b }' }],
    },
    { name: 'no JSON', graphql: () => null, request: null },
    { name: 'no query', graphql: () => ({ id: 1 }), request: null },
    { name: 'a batch with something else in it', graphql: () => [{ query: '{ a }' }, 1], request: null },
    { name: 'a text', graphql: () => 'invalid-query', request: null },
    { name: 'an endpoint without GraphQL', graphql: undefined, request: null },
  ])('by POST of the GraphQL: $name', async ({ graphql, request }) => {
    answering(USER);
    await withHook(POST).ask({}, graphql);
    expect(hook.received[0]?.body).toEqual({ headers: {}, request });
  });

  it('nothing of it where that is switched off', async () => {
    answering(USER);
    const settings = { ...POST, HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY: 'false' };
    await withHook(settings).ask({ a: 'b' }, () => ({ query: '{ a }' }));
    expect(hook.received[0]?.body).toEqual({ headers: { a: 'b' } });
  });

  it('nothing at all of a request with the admin secret, right or wrong', async () => {
    const { ask } = withHook();
    expect(await ask({ 'x-hasura-admin-secret': ADMIN_SECRET })).toMatchObject({
      role: 'admin',
      trusted: true,
    });
    await expect(ask({ 'x-hasura-admin-secret': 'guess' })).rejects.toMatchObject({ code: 'access-denied' });
    await expect(ask({ 'x-hasura-access-key': 'guess' })).rejects.toMatchObject({ code: 'access-denied' });
    expect(hook.received).toEqual([]);
  });
});

describe('the session', () => {
  it('is what the webhook says, whatever the client says of itself', async () => {
    answering(USER);
    expect(plain(await withHook().ask(CLIENT))).toEqual(SESSION);
  });

  it.each<{ name: string; body: unknown; session: Record<string, unknown> }>([
    {
      name: 'an administrator, who is not trusted more',
      body: { 'x-hasura-role': 'admin' },
      session: { role: 'admin', trusted: false },
    },
    {
      name: 'names that are no session variables left out',
      body: {
        ...USER,
        user: 'b',
        'x-hasura-admin-secret': 's',
        'x-hasura-use-backend-only-permissions': 'true',
      },
      session: {
        backend: false,
        variables: { ...SESSION.variables, 'x-hasura-use-backend-only-permissions': 'true' },
      },
    },
  ])('has $name', async ({ body, session }) => {
    answering(body);
    expect(plain(await withHook().ask({}))).toMatchObject(session);
  });

  it.each<{ name: string; body: Record<string, string>; expiresAt: number | null }>([
    { name: 'max-age', body: { 'Cache-Control': 'max-age=600' }, expiresAt: NOW_MS + 600_000 },
    {
      name: 's-maxage among others',
      body: { 'cache-control': 'private, s-maxage=5' },
      expiresAt: NOW_MS + 5000,
    },
    { name: 'Expires', body: { Expires: new Date(NOW_MS + 7000).toUTCString() }, expiresAt: NOW_MS + 7000 },
    {
      name: 'Cache-Control before Expires',
      body: { Expires: new Date(NOW_MS + 7000).toUTCString(), 'Cache-Control': 'max-age=1' },
      expiresAt: NOW_MS + 1000,
    },
    {
      name: 'nothing that can be read',
      body: { 'Cache-Control': 'maxage=3', Expires: 'soon' },
      expiresAt: null,
    },
  ])('ends as told by $name', async ({ body, expiresAt }) => {
    answering({ ...USER, ...body });
    expect((await withHook().ask({})).expiresAt).toBe(expiresAt);
  });

  it('comes with the cookies the webhook sets', async () => {
    const cookies = ['__Host-id=1; Secure; Path=/', 'b=2'];
    hook.reply(() => ({ body: JSON.stringify(USER), headers: { 'set-cookie': cookies } }));
    const { ask, reply } = withHook();
    await ask({});
    expect(reply).toEqual(cookies.map((cookie) => ['set-cookie', cookie]));
  });
});

describe('nobody is let in', () => {
  const INVALID = 'Invalid response from authorization hook';
  const FAILED = 'webhook authentication request failed';

  it.each<{ name: string; reply: Reply; code: string; status: number; message: string }>([
    {
      name: 'says 401, cookies or not',
      reply: { status: 401, body: JSON.stringify(USER), headers: { 'set-cookie': 'a=b' } },
      code: 'access-denied',
      status: 401,
      message: 'Authentication hook unauthorized this request',
    },
    ...[204, 301, 302, 307, 400, 403, 404, 500, 503].map((status) => ({
      name: `says ${status}`,
      reply: {
        status,
        headers: { location: '/elsewhere' },
        body: status === 204 ? '' : JSON.stringify(USER),
      },
      code: 'unexpected',
      status: 500,
      message: INVALID,
    })),
    {
      name: 'gives no role',
      reply: { body: '{"X-Hasura-User-Id":"1"}' },
      code: 'invalid-params',
      status: 400,
      message: 'x-hasura-role not found in session variables',
    },
    {
      name: 'gives an empty role',
      reply: { body: '{"X-Hasura-Role":""}' },
      code: 'invalid-params',
      status: 400,
      message: 'x-hasura-role not found in session variables',
    },
    {
      name: 'gives a number',
      reply: { body: '{"x-hasura-role":"user","x-hasura-user-id":1}' },
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: Error in $['x-hasura-user-id']: parsing Text failed, expected String, but encountered Number`,
    },
    {
      name: 'gives a list of roles',
      reply: { body: '{"x-hasura-role":["user","admin"]}' },
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: Error in $['x-hasura-role']: parsing Text failed, expected String, but encountered Array`,
    },
    {
      name: 'gives null',
      reply: { body: '{"role":null}' },
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: Error in $.role: parsing Text failed, expected String, but encountered Null`,
    },
    {
      name: 'gives a variable under two names that differ in case',
      reply: { body: '{"x-hasura-role":"user","X-Hasura-Role":"admin"}' },
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: x-hasura-role is there twice`,
    },
    {
      name: 'gives a list',
      reply: { body: '[]' },
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: Error in $: parsing HashMap ~Text failed, expected Object, but encountered Array`,
    },
    {
      name: 'gives HTML',
      reply: { body: '<html>' },
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: Error in $: not a valid json value`,
    },
    {
      name: 'gives nothing',
      reply: {},
      code: 'unexpected',
      status: 500,
      message: `${INVALID}: Error in $: not a valid json value`,
    },
    {
      name: 'gives 10 MB',
      reply: { body: JSON.stringify({ ...USER, 'x-hasura-long': 'x'.repeat(10_000_000) }) },
      code: 'unexpected',
      status: 500,
      message: INVALID,
    },
    { name: 'hangs up', reply: { hangUp: true }, code: 'unexpected', status: 500, message: FAILED },
    { name: 'is slow', reply: { delayMs: 1500 }, code: 'unexpected', status: 500, message: FAILED },
  ])('when it $name', async ({ reply: answer, code, status, message }) => {
    hook.reply(() => answer);
    const { ask, reply } = withHook({ HEDGE_AUTH_HOOK_TIMEOUT: '1' });
    await expect(ask({})).rejects.toMatchObject({ code, status, message, path: '$' });
    expect(reply).toEqual([]);
    expect(hook.received).toHaveLength(1);
  });

  it('when it is away', async () => {
    const gone = await startWebhook();
    await gone.stop();
    const { ask } = withHook({ HASURA_GRAPHQL_AUTH_HOOK: gone.url });
    await expect(ask({})).rejects.toMatchObject({ code: 'unexpected', message: FAILED });
  });

  it('and the log says why, without what was sent or answered', async () => {
    answering('canary-answer', { status: 403 });
    const { ask, logged } = withHook();
    await expect(ask({ authorization: 'Bearer canary-token' })).rejects.toThrow(INVALID);
    expect(logged).toMatchObject([
      { type: 'webhook-log', level: 'error', detail: { method: 'GET', status_code: 403, http_error: null } },
    ]);
    expect(JSON.stringify(logged)).not.toMatch(/canary|of-the-hook/);
  });
});

describe('an answer that may be kept', () => {
  const KEPT = { ...USER, 'Cache-Control': 'max-age=10' };
  const asked = async (ask: ReturnType<typeof withHook>['ask'], ...requests: Record<string, string>[]) => {
    const before = hook.received.length;
    for (const headers of requests) await ask(headers);
    return hook.received.length - before;
  };

  it('is asked for once until it ends, and never a moment longer', async () => {
    let now = NOW_MS;
    answering(KEPT);
    const { ask } = withHook({}, () => now);
    expect(await asked(ask, { authorization: 'a' }, { authorization: 'a' })).toBe(1);
    now += 9999;
    expect(await asked(ask, { authorization: 'a' })).toBe(0);
    expect((await ask({ authorization: 'a' })).expiresAt).toBe(NOW_MS + 10_000);
    now += 1;
    expect(await asked(ask, { authorization: 'a' })).toBe(1);
  });

  it('holds from the moment it was asked for, however long it took', async () => {
    let now = NOW_MS;
    hook.reply(() => {
      now += 10_000;
      return { body: JSON.stringify(KEPT) };
    });
    const { ask } = withHook({}, () => now);
    expect(await asked(ask, {}, {})).toBe(2);
  });

  it.each([
    { name: 'token', other: { authorization: 'b' } },
    { name: 'cookie', other: { authorization: 'a', cookie: 'c' } },
    { name: 'role', other: { authorization: 'a', 'x-hasura-role': 'editor' } },
    { name: 'address', other: { authorization: 'a', 'x-forwarded-for': '192.0.2.1' } },
    { name: 'header of its own', other: { authorization: 'a', tenant: '1' } },
  ])('is no answer to another $name', async ({ other }) => {
    answering(KEPT);
    const { ask } = withHook();
    expect(await asked(ask, { authorization: 'a' }, other, { authorization: 'a' }, other)).toBe(2);
  });

  it.each(['cf-ray', 'x-request-id', 'traceparent', 'x-b3-traceid', 'content-length'])(
    'is one whatever number a request has in %s',
    async (name) => {
      answering(KEPT);
      const { ask } = withHook();
      expect(await asked(ask, { authorization: 'a', [name]: '1' }, { authorization: 'a', [name]: '2' })).toBe(
        1,
      );
    },
  );

  it('is one for the same GraphQL only where the webhook is told of it', async () => {
    answering(KEPT);
    const requests = [{ query: '{ a }' }, { query: '{ b }' }, { query: '{ a }' }];
    const count = async (settings: Record<string, string>) => {
      const { ask } = withHook(settings);
      hook.received.length = 0;
      for (const request of requests) await ask({}, () => request);
      return hook.received.length;
    };
    expect(await count(POST)).toBe(2);
    expect(await count({ ...POST, HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY: 'false' })).toBe(1);
    expect(await count({})).toBe(1);
  });

  it.each<{ name: string; body: Record<string, string>; more?: Reply }>([
    { name: 'says nothing', body: USER },
    { name: 'says no-store', body: { ...USER, 'Cache-Control': 'no-store, max-age=10' } },
    { name: 'says no-cache', body: { ...USER, 'Cache-Control': 'no-cache, max-age=10' } },
    { name: 'says max-age=0', body: { ...USER, 'Cache-Control': 'max-age=0' } },
    { name: 'has expired already', body: { ...USER, Expires: new Date(NOW_MS - 1000).toUTCString() } },
    { name: 'says what cannot be read', body: { ...USER, 'Cache-Control': 'maxage=10' } },
    { name: 'sets a cookie', body: KEPT, more: { headers: { 'set-cookie': 'a=b' } } },
    {
      name: 'says so in its own headers only',
      body: USER,
      more: { headers: { 'cache-control': 'max-age=10' } },
    },
  ])('is none when it $name', async ({ body, more }) => {
    answering(body, more);
    const { ask } = withHook();
    expect(await asked(ask, {}, {})).toBe(2);
  });

  it.each<{ name: string; reply: Reply }>([
    { name: 'a refusal', reply: { status: 401, body: JSON.stringify(KEPT) } },
    { name: 'a fault', reply: { status: 500, body: JSON.stringify(KEPT) } },
    { name: 'a session without a role', reply: { body: '{"Cache-Control":"max-age=10"}' } },
  ])('is not $name', async ({ reply }) => {
    hook.reply(() => reply);
    const { ask } = withHook();
    await expect(ask({})).rejects.toThrow();
    answering(USER);
    expect(await ask({})).toMatchObject({ role: 'user' });
  });

  it('is one of a bounded number', async () => {
    answering(KEPT);
    const { ask } = withHook();
    for (let i = 0; i <= 1000; i++) await ask({ authorization: String(i) });
    expect(await asked(ask, { authorization: '1000' })).toBe(0);
    expect(await asked(ask, { authorization: '0' })).toBe(1);
  });
});
