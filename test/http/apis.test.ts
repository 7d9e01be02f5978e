// Which groups of endpoints are there, and the endpoints for tools: configuration, development, Hasura's older ones.

import { describe, expect, it } from 'vitest';

import { VERSION } from '../../src/hedge-version.ts';
import { ADMIN_SECRET, service } from './service.ts';

const SECRET = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };
const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };
const USER = { ...ADMIN, 'x-hasura-role': 'user' };
const NOT_FOUND = { path: '$', error: 'resource does not exist', code: 'not-found' };
const NO_ADMIN = {
  path: '$',
  error: 'You have to be an admin to access this endpoint',
  code: 'access-denied',
};
const NO_ADMIN_OF_METADATA = {
  path: '$.args',
  error: 'restricted access : admin only',
  code: 'access-denied',
};

const ENDPOINTS: readonly (readonly [api: string, method: string, path: string])[] = [
  ['graphql', 'POST', '/v1/graphql'],
  ['graphql', 'POST', '/v1alpha1/graphql'],
  ['graphql', 'POST', '/v1beta1/relay'],
  ['metadata', 'POST', '/v1/metadata'],
  ['metadata', 'POST', '/v2/query'],
  ['metadata', 'POST', '/v1/query'],
  ['metadata', 'POST', '/v1/graphql/explain'],
  ['metadata', 'POST', '/v1alpha1/graphql/explain'],
  ['config', 'GET', '/v1alpha1/config'],
  ['pgdump', 'POST', '/v1alpha1/pg_dump'],
  ['developer', 'GET', '/dev/plan_cache'],
  ['developer', 'GET', '/dev/subscriptions'],
  ['developer', 'GET', '/dev/subscriptions/extended'],
];

async function ask(
  method: string,
  path: string,
  {
    env = {},
    headers = ADMIN,
    body,
  }: { env?: Record<string, string>; headers?: Record<string, string>; body?: string } = {},
): Promise<[number, unknown]> {
  const response = await service({ env: { ...SECRET, ...env } }).fetch(path, {
    method,
    headers: { ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
    ...(method === 'POST' && { body: body ?? '{}' }),
  });
  return [response.status, await response.json()];
}

describe('an API', () => {
  it.each(ENDPOINTS)('%s: %s %s is there only when it is named', async (api, method, path) => {
    for (const named of ['graphql', 'metadata', 'config', 'pgdump', 'developer']) {
      const answer = await ask(method, path, { env: { HASURA_GRAPHQL_ENABLED_APIS: named } });
      if (named === api) expect(answer[0]).not.toBe(404);
      else expect(answer).toEqual([404, NOT_FOUND]);
    }
  });

  it.each(ENDPOINTS)('%s: %s %s is there by itself, but for developers’', async (api, method, path) => {
    expect((await ask(method, path))[0] === 404).toBe(api === 'developer');
  });

  it.each([
    ['GET', '/healthz', 200],
    ['GET', '/v1/version', 200],
    ['GET', '/api/rest/x', 404],
  ])('is not asked about by %s %s', async (method, path, status) => {
    const response = await service({
      env: { ...SECRET, HASURA_GRAPHQL_ENABLED_APIS: 'metrics' },
    }).fetch(path, { method, headers: ADMIN });
    expect(response.status).toBe(status);
    if (status === 404)
      expect(await response.json()).toEqual({ path: '$', error: 'Endpoint not found', code: 'not-found' });
  });
});

describe('endpoints for administrators', () => {
  const developer = { env: { HASURA_GRAPHQL_ENABLED_APIS: 'metadata,config,pgdump,developer' } };
  it.each(ENDPOINTS.filter(([api]) => api !== 'graphql'))(
    '%s: %s %s refuses a role, and those who do not say who they are',
    async (_, method, path) => {
      const isMetadata = /^\/v[12]\/(metadata|query)$/.test(path);
      expect(await ask(method, path, { ...developer, headers: USER })).toEqual([
        400,
        isMetadata ? NO_ADMIN_OF_METADATA : NO_ADMIN,
      ]);
      expect((await ask(method, path, { ...developer, headers: {} }))[0]).toBe(401);
    },
  );

  it('tell what an isolate keeps', async () => {
    expect(await ask('GET', '/dev/plan_cache', developer)).toEqual([
      200,
      { texts: 0, plans: 0, characters: 0 },
    ]);
    expect(await ask('GET', '/dev/subscriptions', developer)).toEqual([200, []]);
  });

  it('say that there is no pg_dump', async () => {
    expect(await ask('POST', '/v1alpha1/pg_dump')).toEqual([
      400,
      {
        path: '$',
        error:
          'pg_dump is not available on this service; run pg_dump with the connection string of the database',
        code: 'not-supported',
      },
    ]);
  });
});

describe('GET /v1alpha1/config', () => {
  const config = async (env: Record<string, string> = {}): Promise<Record<string, unknown>> =>
    (await ask('GET', '/v1alpha1/config', { env }))[1] as Record<string, unknown>;

  it('tells the defaults', async () => {
    expect(await config()).toEqual({
      version: VERSION,
      is_function_permissions_inferred: true,
      is_remote_schema_permissions_enabled: false,
      is_admin_secret_set: true,
      is_auth_hook_set: false,
      is_jwt_set: false,
      jwt: [],
      is_allow_list_enabled: false,
      live_queries: { batch_size: 100, refetch_delay: 1 },
      streaming_queries: { batch_size: 100, refetch_delay: 1 },
      console_assets_dir: null,
      experimental_features: [],
      is_prometheus_metrics_enabled: false,
      default_naming_convention: 'hasura-default',
      feature_flags: [],
      is_apollo_federation_enabled: false,
    });
  });

  const key = 'canary-key-canary-key-canary-key-canary';
  it.each<[object, object]>([
    [{}, { claims_namespace: 'https://hasura.io/jwt/claims', claims_format: 'json', claims_map: null }],
    [
      { claims_namespace_path: '$.a', claims_format: 'stringified_json' },
      { claims_namespace: '$.a', claims_format: 'stringified_json', claims_map: null },
    ],
    [
      {
        claims_map: {
          'x-hasura-allowed-roles': { path: '$.roles' },
          'x-hasura-default-role': { path: '$.role', default: 'user' },
          'x-hasura-org': 'one',
        },
      },
      {
        claims_namespace: 'https://hasura.io/jwt/claims',
        claims_format: 'json',
        claims_map: {
          'x-hasura-allowed-roles': { path: '$.roles' },
          'x-hasura-default-role': { path: '$.role', default: 'user' },
          'x-hasura-org': 'one',
        },
      },
    ],
  ])('tells where claims stand and no key: %o', async (more, jwt) => {
    const answer = await config({
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key, ...more }),
      HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true',
    });
    expect(answer).toMatchObject({ is_jwt_set: true, jwt: [jwt], is_allow_list_enabled: true });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });
});

describe('/v1alpha1/graphql', () => {
  const query = (text: string) => ({ body: JSON.stringify({ query: text }) });

  it('answers data as /v1/graphql', async () => {
    expect(await ask('POST', '/v1alpha1/graphql', query('{ __typename }'))).toEqual([
      200,
      { data: { __typename: 'query_root' } },
    ]);
  });

  it('answers errors as one object under their status', async () => {
    expect(await ask('POST', '/v1alpha1/graphql', query('{ x }'))).toEqual([
      400,
      {
        path: '$.selectionSet.x',
        error: "field 'x' not found in type: 'query_root'",
        code: 'validation-failed',
      },
    ]);
    expect((await ask('POST', '/v1alpha1/graphql', { headers: {} }))[0]).toBe(401);
  });
});

describe('a mutation of a REST endpoint', () => {
  const artifact = {
    storedQueries: {
      endpoints: [
        { name: 'w', segments: ['w'], methods: ['GET', 'POST', 'PUT'], query: 'mutation { a }' },
        { name: 'r', segments: ['r'], methods: ['GET', 'POST'], query: 'query { __typename }' },
      ],
      allowlist: { global: [], roles: {} },
    },
  };
  const send = async (path: string, method: string, headers: Record<string, string>) =>
    (await service({ artifact }).fetch(path, { method, headers })).status;
  const CROSS = { 'sec-fetch-site': 'cross-site' };
  const JSON_TYPE = { 'content-type': 'application/json' };

  it.each<[string, Record<string, string>]>([
    ['GET', CROSS],
    ['GET', { ...CROSS, cookie: 'a=b' }],
    ['GET', { 'sec-fetch-site': 'same-site' }],
    ['GET', { ...CROSS, authorization: 'Basic YTpi' }],
    ['GET', { cookie: 'a=b' }],
    ['POST', CROSS],
    ['POST', { origin: 'https://evil.example' }],
    ['POST', { ...CROSS, 'content-type': 'application/x-www-form-urlencoded' }],
    ['POST', { ...CROSS, 'content-type': 'text/plain' }],
  ])('is refused when another site’s page could send it: %s %o', async (method, headers) => {
    expect(await send('/api/rest/w', method, headers)).toBe(403);
  });

  it.each<[string, Record<string, string>]>([
    ['GET', {}],
    ['GET', { 'sec-fetch-site': 'none' }],
    ['GET', { 'sec-fetch-site': 'same-origin', cookie: 'a=b' }],
    ['GET', { ...CROSS, authorization: 'Bearer x' }],
    ['POST', { ...CROSS, ...JSON_TYPE }],
    ['POST', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['PUT', CROSS],
  ])('is tried when none could: %s %o', async (method, headers) => {
    expect(await send('/api/rest/w', method, headers)).toBe(400); // there is no mutation `a`
  });

  it.each(['GET', 'POST'])('a query is answered all the same: %s', async (method) => {
    expect(await send('/api/rest/r', method, CROSS)).toBe(200);
  });
});

describe('POST /v1beta1/relay', () => {
  it('says first who may not ask at all', async () => {
    expect(await ask('POST', '/v1beta1/relay', { headers: {} })).toEqual([
      200,
      {
        errors: [
          {
            message: 'x-hasura-admin-secret/x-hasura-access-key required, but not found',
            extensions: { path: '$', code: 'access-denied' },
          },
        ],
      },
    ]);
  });
});
