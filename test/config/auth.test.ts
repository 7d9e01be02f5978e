// The settings of authentication together: which of them hold, and which are missing or exclude each other.

import { describe, expect, it } from 'vitest';

import { ConfigError, readConfig } from '../../src/config/config.ts';

const SECRET = { HASURA_GRAPHQL_ADMIN_SECRET: 'configured-admin-secret' };
const KEY = 'a-shared-secret-of-more-than-32-bytes';
const JWT = { HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: KEY }) };
const JWTS = { HASURA_GRAPHQL_JWT_SECRETS: JSON.stringify([{ type: 'HS256', key: KEY, issuer: 'a' }]) };
const HOOK = { HASURA_GRAPHQL_AUTH_HOOK: 'https://auth.example.com/hook' };
const ROLE = { HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous' };
const OPEN = { HEDGE_ALLOW_OPEN: 'true' };

const REQUIRES = 'requires HASURA_GRAPHQL_ADMIN_SECRET to be set';
const NOT_SET = 'HASURA_GRAPHQL_ADMIN_SECRET: is not set';
const ONE_MODE = 'HASURA_GRAPHQL_AUTH_HOOK: both webhook and JWT mode cannot be enabled at the same time';
const NO_ROLE = 'HASURA_GRAPHQL_UNAUTHORIZED_ROLE: cannot be set beside HASURA_GRAPHQL_AUTH_HOOK';

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

describe('settings that belong together', () => {
  it.each<{ name: string; env: Record<string, unknown> }>([
    { name: 'a secret', env: SECRET },
    { name: 'the older name of the secret', env: { HASURA_GRAPHQL_ACCESS_KEY: 'older' } },
    { name: 'a list of secrets', env: { HASURA_GRAPHQL_ADMIN_SECRETS: '["a","b"]' } },
    { name: 'a secret, a JWT secret and an unauthorized role', env: { ...SECRET, ...JWT, ...ROLE } },
    { name: 'several JWT secrets beside the single one', env: { ...SECRET, ...JWT, ...JWTS } },
    { name: 'a secret and a webhook', env: { ...SECRET, ...HOOK } },
    { name: 'nothing, where that is allowed', env: OPEN },
    { name: 'a secret where none is needed', env: { ...SECRET, ...OPEN } },
  ])('are taken: $name', ({ env }) => {
    expect(problemsOf(env)).toEqual([]);
  });

  it.each<{ name: string; env: Record<string, unknown>; says: readonly string[] }>([
    { name: 'nothing', env: {}, says: [NOT_SET] },
    { name: 'nothing, which is not allowed', env: { HEDGE_ALLOW_OPEN: 'false' }, says: [NOT_SET] },
    ...[JWT, JWTS, HOOK, ROLE].map((env) => ({
      name: `${Object.keys(env).join()} without a secret, allowed or not`,
      env: { ...env, ...OPEN },
      says: [`${Object.keys(env).join()}: ${REQUIRES}`],
    })),
    { name: 'webhook and tokens', env: { ...SECRET, ...HOOK, ...JWT }, says: [ONE_MODE] },
    { name: 'webhook and tokens of several', env: { ...SECRET, ...HOOK, ...JWTS }, says: [ONE_MODE] },
    { name: 'webhook and unauthorized role', env: { ...SECRET, ...HOOK, ...ROLE }, says: [NO_ROLE] },
    {
      name: 'everything, and no secret',
      env: { ...HOOK, ...JWT, ...ROLE },
      says: [
        `HASURA_GRAPHQL_JWT_SECRET: ${REQUIRES}`,
        `HASURA_GRAPHQL_AUTH_HOOK: ${REQUIRES}`,
        `HASURA_GRAPHQL_UNAUTHORIZED_ROLE: ${REQUIRES}`,
        ONE_MODE,
        NO_ROLE,
      ],
    },
    {
      name: 'a value that cannot be used, beside what it excludes',
      env: { ...SECRET, ...ROLE, HASURA_GRAPHQL_AUTH_HOOK: 'auth.example.com' },
      says: ['HASURA_GRAPHQL_AUTH_HOOK: expected a URL', NO_ROLE],
    },
    {
      name: 'an open service by a word there is not',
      env: { HEDGE_ALLOW_OPEN: 'maybe' },
      says: ['HEDGE_ALLOW_OPEN: not a valid boolean'],
    },
  ])('are refused, all at once: $name', ({ env, says }) => {
    const problems = problemsOf(env);
    expect(problems).toHaveLength(says.length);
    for (const [index, text] of says.entries()) expect(problems[index]).toContain(text);
  });
});

describe('admin secrets', () => {
  it.each([
    { HASURA_GRAPHQL_ADMIN_SECRETS: '["new", "old"]' },
    { HASURA_GRAPHQL_ADMIN_SECRETS: ['new', 'old'] },
    { HASURA_GRAPHQL_ADMIN_SECRETS: '["new", "old"]', ...SECRET, HASURA_GRAPHQL_ACCESS_KEY: 'older' },
  ])('are those of the list: %o', (env) => {
    expect(readConfig(env).adminSecrets).toEqual(['new', 'old']);
  });

  it.each([
    { given: '[]', says: 'is an empty list' },
    { given: '', says: 'is set but empty' },
    { given: 'canary', says: 'not valid JSON; expected a JSON list' },
    { given: '"canary"', says: 'expected a JSON list' },
    { given: '["canary", 1]', says: '1: expected a text' },
    { given: '["canary", ""]', says: '1: is set but empty' },
    { given: '[" canary"]', says: '0: begins or ends with white space' },
  ])('are refused: $given', ({ given, says }) => {
    const problems = problemsOf({ HASURA_GRAPHQL_ADMIN_SECRETS: given }).join('\n');
    expect(problems).toContain(says);
    expect(problems).not.toContain('canary');
  });
});

describe('several JWT secrets', () => {
  const secret = (more: Record<string, unknown>) => ({ type: 'HS256', key: KEY, ...more });
  const secretsOf = (list: unknown) =>
    problemsOf({ ...SECRET, HASURA_GRAPHQL_JWT_SECRETS: JSON.stringify(list) });

  it('are used instead of the single one', () => {
    const env = {
      ...SECRET,
      ...JWT,
      HASURA_GRAPHQL_JWT_SECRETS: JSON.stringify([
        secret({ issuer: 'a' }),
        { jwk_url: 'https://b.example.com/jwks' },
      ]),
    };
    expect(readConfig(env).jwts).toMatchObject([
      { issuer: 'a' },
      { issuer: null, keys: { kind: 'jwk_url' } },
    ]);
  });

  it.each([
    { name: 'by issuer', list: [secret({ issuer: 'a' }), secret({ issuer: 'b' }), secret({})] },
    {
      name: 'by header',
      list: [
        secret({}),
        secret({ header: { type: 'Cookie', name: 'a' } }),
        secret({ header: { type: 'Cookie', name: 'b' } }),
      ],
    },
  ])('are told apart $name', ({ list }) => {
    expect(secretsOf(list)).toEqual([]);
  });

  it.each([
    { name: 'none', list: [], says: 'is an empty list' },
    { name: 'no list', list: secret({}), says: 'expected a JSON list' },
    { name: 'a list in a list', list: [[secret({})]], says: '0: expected a JSON object' },
    {
      name: 'a mistake in one',
      list: [secret({}), secret({ issuer: 'a', audiance: 'b' })],
      says: '1.audiance: unknown key',
    },
    {
      name: 'two for the same tokens',
      list: [secret({ issuer: 'a' }), secret({ issuer: 'b' }), secret({ issuer: 'a' })],
      says: 'the items 0 and 2 have the same header and issuer',
    },
    { name: 'two for all tokens', list: [secret({}), secret({})], says: 'the items 0 and 1' },
  ])('are refused: $name', ({ list, says }) => {
    expect(secretsOf(list).join('\n')).toContain(says);
    expect(secretsOf(list).join('\n')).not.toContain(KEY);
  });
});

describe('the webhook', () => {
  const DEFAULTS = {
    url: HOOK.HASURA_GRAPHQL_AUTH_HOOK,
    method: 'GET',
    sendsRequestBody: true,
    timeoutMs: 10_000,
  };
  it.each<{ env: Record<string, unknown>; hook: Record<string, unknown> }>([
    { env: {}, hook: {} },
    { env: { HASURA_GRAPHQL_AUTH_HOOK_MODE: 'POST' }, hook: { method: 'POST' } },
    { env: { HASURA_GRAPHQL_AUTH_HOOK_MODE: 'post' }, hook: { method: 'POST' } },
    { env: { HASURA_GRAPHQL_AUTH_HOOK_TYPE: 'POST' }, hook: { method: 'POST' } },
    { env: { HASURA_GRAPHQL_AUTH_HOOK_TYPE: 'POST', HASURA_GRAPHQL_AUTH_HOOK_MODE: 'GET' }, hook: {} },
    { env: { HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY: 'false' }, hook: { sendsRequestBody: false } },
    { env: { HEDGE_AUTH_HOOK_TIMEOUT: '3' }, hook: { timeoutMs: 3000 } },
  ])('is read with $env', ({ env, hook }) => {
    expect(readConfig({ ...SECRET, ...HOOK, ...env }).authHook).toEqual({ ...DEFAULTS, ...hook });
  });

  it.each<{ env: Record<string, unknown>; says: string }>([
    { env: { HASURA_GRAPHQL_AUTH_HOOK: 'ftp://canary' }, says: 'expected a URL' },
    {
      env: { HASURA_GRAPHQL_AUTH_HOOK: 'https://u:canary@auth.example.com' },
      says: 'names a user or password',
    },
    { env: { HASURA_GRAPHQL_AUTH_HOOK_MODE: 'PUT' }, says: 'expected GET or POST' },
    { env: { HEDGE_AUTH_HOOK_TIMEOUT: '0' }, says: 'expected a whole number' },
  ])('is refused with $env', ({ env, says }) => {
    const problems = problemsOf({ ...SECRET, ...HOOK, ...env });
    expect(problems).toEqual([expect.stringContaining(says)]);
    expect(problems.join()).not.toContain('canary');
  });
});
