// Vars and secrets of a deployment: what they become, and how mistakes are told.

import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { ConfigError, readCompileOptions, readConfig as readAll } from '../../src/config/config.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { DEFAULT_POLL_SETTINGS } from '../../src/live/poller/settings.ts';

const SECRET = { HASURA_GRAPHQL_ADMIN_SECRET: 'configured-admin-secret' };
const HS_KEY = 'a-shared-secret-of-more-than-32-bytes';

/** Without a secret, unless the test is about that. */
const readConfig = (env: Record<string, unknown>) => readAll({ HEDGE_ALLOW_OPEN: 'true', ...env });

function problemsOf(env: Record<string, unknown>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ variable, message }) => `${variable}: ${message}`);
    throw error;
  }
  return [];
}

function jwtProblems(secret: unknown): readonly string[] {
  return problemsOf({ ...SECRET, HASURA_GRAPHQL_JWT_SECRET: secret }).map((problem) =>
    problem.replace('HASURA_GRAPHQL_JWT_SECRET: ', ''),
  );
}

function jwtOf(secret: Record<string, unknown>) {
  return readConfig({ ...SECRET, HASURA_GRAPHQL_JWT_SECRET: JSON.stringify(secret) }).jwts[0];
}

describe('defaults', () => {
  it('are Hasura’s where nothing is set, whatever else the environment holds', () => {
    expect(readConfig({ HASURA_GRAPHQL_NO_SUCH_SETTING: '1', PATH: '/bin', ASSETS: {} })).toEqual({
      live: { ...DEFAULT_POLL_SETTINGS, shards: 1, push: true },
      adminSecrets: [],
      jwts: [],
      authHook: null,
      unauthorizedRole: null,
      preserve401: false,
      stringifyNumericTypes: false,
      booleanNullCollapse: false,
      variableRules: { unboundIsNull: true, nullInNonNull: false },
      devMode: false,
      adminInternalErrors: true,
      enableConsole: false,
      enabledApis: new Set(['metadata', 'graphql', 'pgdump', 'config']),
      enableRelay: true,
      enableAllowlist: false,
      rateLimitPerMinute: null,
      unauthorizedIntrospection: false,
      cors: { kind: 'any' },
      metadataMode: 'bundled',
      databaseUrl: null,
      metadataDatabaseUrl: null,
      schemaSyncPollInterval: 1000,
      maintenanceMode: false,
      experimentalFeatures: [],
      compileOptions: {
        namingConventions: false,
        defaultNamingConvention: 'hasura-default',
        inferFunctionPermissions: true,
        hideUpdateMany: false,
        hideAggregatePredicates: false,
        hideStreams: false,
        groupBy: false,
        arraysAsScalars: false,
        validateNativeQueries: true,
      },
      neonEndpoint: null,
      maxBodyBytes: 10_485_760,
      cacheMaxEntryTtl: 3600,
      persistedQueriesTtl: null,
      bodyTimeoutMs: 30_000,
      sockets: {
        keepAliveMs: 25_000,
        initTimeoutMs: 3000,
        readCookie: false,
        closeOnMetadataChange: true,
        maxOperations: 100,
        shards: 8,
      },
      logging: {
        types: new Set([
          'startup',
          'http-log',
          'webhook-log',
          'websocket-log',
          'jwk-refresh-log',
          'api-limit-log',
        ]),
        level: 'info',
        maskedVariables: new Set(),
        metadataQueries: false,
        queryOnlyOnError: false,
      },
    });
  });
});

describe('how metadata is compiled', () => {
  const FEATURE = 'HASURA_GRAPHQL_EXPERIMENTAL_FEATURES';
  const CONVENTION = 'HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION';

  it.each([
    [{}, false, 'hasura-default'],
    [{ [CONVENTION]: 'graphql-default' }, false, 'hasura-default'],
    [{ [FEATURE]: 'something_else', [CONVENTION]: 'graphql-default' }, false, 'hasura-default'],
    [{ [FEATURE]: 'naming_convention' }, true, 'hasura-default'],
    [{ [FEATURE]: 'other, naming_convention', [CONVENTION]: 'graphql-default' }, true, 'graphql-default'],
  ])('%j', (env, namingConventions, defaultNamingConvention) => {
    const wanted = {
      namingConventions,
      defaultNamingConvention,
      inferFunctionPermissions: true,
      hideUpdateMany: false,
      hideAggregatePredicates: false,
      hideStreams: false,
      groupBy: false,
      arraysAsScalars: false,
      validateNativeQueries: true,
    };
    expect(readConfig(env).compileOptions).toEqual(wanted);
    expect(readCompileOptions({ ...env, HASURA_GRAPHQL_JWT_SECRET: 'broken' })).toEqual(wanted);
  });

  it('knows the experimental features that concern it', () => {
    const { compileOptions, variableRules, experimentalFeatures } = readConfig({
      [FEATURE]:
        'group_by_aggregations, hide_aggregation_predicates,disable_postgres_arrays,no_null_unbound_variable_default, x',
      HASURA_GRAPHQL_BACKWARDS_COMPAT_NULL_IN_NONNULLABLE_VARIABLES: 'true',
    });
    expect(compileOptions).toMatchObject({
      hideAggregatePredicates: true,
      groupBy: true,
      arraysAsScalars: true,
    });
    expect(variableRules).toEqual({ unboundIsNull: false, nullInNonNull: true });
    expect(experimentalFeatures).toEqual([
      'disable_postgres_arrays',
      'group_by_aggregations',
      'hide_aggregation_predicates',
      'no_null_unbound_variable_default',
    ]);
  });

  it('refuses a convention there is not', () => {
    expect(() => readCompileOptions({ [CONVENTION]: 'snake' })).toThrow(CONVENTION);
  });
});

describe('booleans', () => {
  it.each([
    ...['true', 'TRUE', 't', 'yes', 'Y', true].map((given) => ({ given, expected: true })),
    ...['false', 'False', 'f', 'no', 'N', false].map((given) => ({ given, expected: false })),
  ])('reads $given', ({ given, expected }) => {
    expect(readConfig({ HASURA_GRAPHQL_DEV_MODE: given }).devMode).toBe(expected);
  });

  it.each(['1', '0', 'on', '', ' true', 1, {}])('refuses %j and names the variable', (given) => {
    expect(problemsOf({ HASURA_GRAPHQL_DEV_MODE: given })).toEqual([
      expect.stringMatching(/^HASURA_GRAPHQL_DEV_MODE: (not a valid boolean|expected a boolean)/),
    ]);
  });
});

describe('secrets and roles', () => {
  it('takes the older name of the admin secret when the newer is not set', () => {
    expect(readConfig({ HASURA_GRAPHQL_ACCESS_KEY: 'old' }).adminSecrets).toEqual(['old']);
    expect(readConfig({ HASURA_GRAPHQL_ACCESS_KEY: 'old', ...SECRET }).adminSecrets).toEqual([
      'configured-admin-secret',
    ]);
  });

  it.each(['', '   ', ' padded', 'two\nlines'])('refuses the admin secret %j', (secret) => {
    expect(problemsOf({ HASURA_GRAPHQL_ADMIN_SECRET: secret })).toHaveLength(1);
  });

  it.each([
    { HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: HS_KEY }) },
    { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' },
  ])('refuses %o without an admin secret', (env) => {
    expect(problemsOf(env)).toEqual([
      expect.stringMatching(/requires HASURA_GRAPHQL_ADMIN_SECRET to be set/),
    ]);
  });

  it('tells every mistake at once and shows no secret', () => {
    const problems = problemsOf({
      HASURA_GRAPHQL_ADMIN_SECRET: ' canary-secret ',
      HASURA_GRAPHQL_JWT_SECRET: '{"type":"HS256","key":"canary-key"}',
      HASURA_GRAPHQL_DEV_MODE: 'canary-boolean',
      HASURA_GRAPHQL_CORS_DOMAIN: 'example.com',
      NEON_ENDPOINT: 'ftp://canary-host',
      HEDGE_MAX_BODY_BYTES: '-1',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'HASURA_GRAPHQL_ADMIN_SECRET',
      'HASURA_GRAPHQL_JWT_SECRET',
      'HASURA_GRAPHQL_DEV_MODE',
      'HASURA_GRAPHQL_CORS_DOMAIN',
      'NEON_ENDPOINT',
      'HEDGE_MAX_BODY_BYTES',
    ]);
    expect(problems.join('\n')).not.toContain('canary');
  });
});

describe('enabled APIs', () => {
  it.each([
    ['graphql', ['graphql']],
    ['metadata, GraphQL ,developer', ['metadata', 'graphql', 'developer']],
  ])('%j are %j', (given, apis) => {
    expect(readConfig({ HASURA_GRAPHQL_ENABLED_APIS: given }).enabledApis).toEqual(new Set(apis));
  });

  it.each(['', 'graphql,', 'rest', 'graphql metadata'])('refuses %j', (given) => {
    expect(problemsOf({ HASURA_GRAPHQL_ENABLED_APIS: given })).toEqual([
      expect.stringMatching(/^HASURA_GRAPHQL_ENABLED_APIS: /),
    ]);
  });
});

describe('CORS domains', () => {
  it('are origins and parents of origins', () => {
    const domains = 'http://*.localhost,http://localhost:3000, https://*.Foo.bar.com:8080';
    expect(readConfig({ HASURA_GRAPHQL_CORS_DOMAIN: domains }).cors).toEqual({
      kind: 'domains',
      origins: new Set(['http://localhost:3000']),
      parents: new Set(['http://localhost', 'https://foo.bar.com:8080']),
    });
  });

  it.each([
    'example.com',
    'https://a.*.com',
    'https://example.com/',
    'https://a, ,',
    'null',
    'https://*',
    '*.com',
  ])('refuses %j', (domain) => {
    expect(problemsOf({ HASURA_GRAPHQL_CORS_DOMAIN: domain })).toEqual([
      expect.stringContaining('invalid domain'),
    ]);
  });

  it('are off when CORS is disabled', () => {
    const env = { HASURA_GRAPHQL_CORS_DOMAIN: 'https://a.com', HASURA_GRAPHQL_DISABLE_CORS: 'true' };
    expect(readConfig(env).cors).toEqual({ kind: 'disabled' });
  });
});

describe('JWT secret', () => {
  it('has Hasura’s defaults', () => {
    expect(jwtOf({ type: 'HS256', key: HS_KEY })).toEqual({
      keys: { kind: 'key', type: 'HS256', key: HS_KEY },
      claims: { kind: 'namespace', name: 'https://hasura.io/jwt/claims', format: 'json' },
      audience: null,
      issuer: null,
      allowedSkew: 0,
      header: { kind: 'authorization' },
    });
  });

  it('may be an object, as vars in wrangler.toml can be', () => {
    const given = { ...SECRET, HASURA_GRAPHQL_JWT_SECRET: { jwk_url: 'https://id.example.com/jwks' } };
    expect(readConfig(given).jwts[0]?.keys).toEqual({ kind: 'jwk_url', url: 'https://id.example.com/jwks' });
  });

  it('reads every key of Hasura’s', () => {
    expect(
      jwtOf({
        type: 'RS512',
        jwk_url: 'https://id.example.com/jwks',
        claims_namespace_path: "$.hasura['claims%']",
        claims_format: 'stringified_json',
        audience: ['a', 'b'],
        issuer: 'me',
        allowed_skew: 60,
        header: { type: 'Cookie', name: 'hasura_user' },
      }),
    ).toEqual({
      keys: { kind: 'jwk_url', url: 'https://id.example.com/jwks' },
      claims: {
        kind: 'namespace_path',
        path: { text: "$.hasura['claims%']", steps: ['hasura', 'claims%'] },
        format: 'stringified_json',
      },
      audience: ['a', 'b'],
      issuer: 'me',
      allowedSkew: 60,
      header: { kind: 'cookie', name: 'hasura_user' },
    });
  });

  it('reads a claims_map of paths, defaults and literals', () => {
    const claims = jwtOf({
      type: 'HS256',
      key: HS_KEY,
      claims_map: {
        'X-Hasura-Allowed-Roles': {
          path: "$.['https://myapp.com/jwt/claims'].role.allowed",
          default: ['user'],
        },
        'x-hasura-default-role': 'user',
        'x-hasura-user-id': { path: '$.user.id' },
      },
    })?.claims;
    expect(claims).toEqual({
      kind: 'map',
      map: new Map<string, unknown>([
        [
          'x-hasura-allowed-roles',
          {
            kind: 'path',
            path: {
              text: "$.['https://myapp.com/jwt/claims'].role.allowed",
              steps: ['https://myapp.com/jwt/claims', 'role', 'allowed'],
            },
            fallback: ['user'],
          },
        ],
        ['x-hasura-default-role', { kind: 'literal', value: 'user' }],
        [
          'x-hasura-user-id',
          { kind: 'path', path: { text: '$.user.id', steps: ['user', 'id'] }, fallback: undefined },
        ],
      ]),
    });
  });

  it.each<{ name: string; secret: unknown; says: string }>([
    { name: 'text that is not JSON', secret: '{"type":', says: 'not valid JSON' },
    { name: 'a list', secret: '[]', says: 'expected a JSON object' },
    { name: 'neither key nor URL', secret: '{}', says: 'key and jwk_url both cannot be empty' },
    {
      name: 'key and URL',
      secret: { type: 'HS256', key: HS_KEY, jwk_url: 'https://a.com' },
      says: 'key, jwk_url both cannot be present',
    },
    { name: 'no type', secret: { key: HS_KEY }, says: 'type is needed beside key' },
    { name: 'an unknown type', secret: { type: 'none', key: HS_KEY }, says: 'type: expected one of HS256' },
    { name: 'a short key', secret: { type: 'HS512', key: HS_KEY }, says: 'should be atleast 64 characters' },
    {
      name: 'a PEM key as shared secret',
      secret: { type: 'HS256', key: '-----BEGIN PUBLIC KEY-----\nMIIB…' },
      says: 'takes a shared secret',
    },
    { name: 'RS256 without PEM', secret: { type: 'RS256', key: HS_KEY }, says: 'could not decode PEM' },
    {
      name: 'a private key',
      secret: { type: 'ES256', key: '-----BEGIN PRIVATE KEY-----\nMIGH…' },
      says: 'is a private key',
    },
    {
      name: 'both namespaces',
      secret: { type: 'HS256', key: HS_KEY, claims_namespace: 'a', claims_namespace_path: '$.a' },
      says: 'both cannot be set',
    },
    {
      name: 'a misspelt key',
      secret: { type: 'HS256', key: HS_KEY, audiance: 'a' },
      says: 'audiance: unknown key',
    },
    {
      name: 'a bad path',
      secret: { type: 'HS256', key: HS_KEY, claims_namespace_path: 'hasura' },
      says: 'claims_namespace_path: not a JSONPath',
    },
    { name: 'no audience', secret: { type: 'HS256', key: HS_KEY, audience: [] }, says: 'audience' },
    {
      name: 'a negative skew',
      secret: { type: 'HS256', key: HS_KEY, allowed_skew: -1 },
      says: 'allowed_skew',
    },
    {
      name: 'a claims_map without roles',
      secret: { type: 'HS256', key: HS_KEY, claims_map: { 'x-hasura-default-role': 'a' } },
      says: 'x-hasura-allowed-roles is expected but not found',
    },
    {
      name: 'a cookie without name',
      secret: { type: 'HS256', key: HS_KEY, header: { type: 'Cookie' } },
      says: 'header: expected {"type": "Authorization"}',
    },
    {
      name: 'a jwk_url of another scheme',
      secret: { jwk_url: 'file:///etc/passwd' },
      says: 'jwk_url: expected a URL',
    },
  ])('refuses $name', ({ secret, says }) => {
    const problems = jwtProblems(typeof secret === 'string' ? secret : JSON.stringify(secret));
    expect(problems.join('\n')).toContain(says);
    expect(problems.join('\n')).not.toContain(HS_KEY);
  });
});

describe('what is logged', () => {
  it('is a list of types, a level, and names in lower case', () => {
    const { logging } = readConfig({
      HASURA_GRAPHQL_ENABLED_LOG_TYPES: ' query-log , http-log,',
      HASURA_GRAPHQL_LOG_LEVEL: 'warn',
      HASURA_GRAPHQL_LOG_MASKED_VARIABLES: 'X-Hasura-Email, password',
    });
    expect([...logging.types].sort()).toEqual(['http-log', 'query-log']);
    expect(logging.level).toBe('warn');
    expect(logging.maskedVariables).toEqual(new Set(['x-hasura-email', 'password']));
  });

  it.each([
    {
      name: 'HASURA_GRAPHQL_ENABLED_LOG_TYPES',
      value: 'http-log,sql-log',
      says: 'expected a list with commas of',
    },
    { name: 'HASURA_GRAPHQL_LOG_LEVEL', value: 'loud', says: 'expected one of debug, info, warn, error' },
  ])('refuses $name=$value', ({ name, value, says }) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(`${name}: ${says}`)]);
  });
});

describe('documentation', () => {
  it('has every setting with its meaning and default', async () => {
    const page = await readFile(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    for (const [name, setting] of Object.entries(SETTINGS))
      expect(page).toContain(`| \`${name}\` | ${setting.meaning} | ${setting.default} |`);
  });
});
