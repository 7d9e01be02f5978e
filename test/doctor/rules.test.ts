// Every rule finds its weakness in a project that has it, and nothing in one that does not.

import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { examine } from '../../scripts/doctor/doctor.ts';
import { RULES } from '../../scripts/doctor/rules.ts';
import type { Settings, SettingSeen } from '../../scripts/doctor/settings-read.ts';
import { read } from '../metadata/memory-files.ts';

/** What a sound deployment is told by its environment. */
const SOUND = {
  HASURA_GRAPHQL_ADMIN_SECRET: 'q8dXw0ZJ2mVn5tRkPzLb7cYfGh3sUaEe1iTo',
  HASURA_GRAPHQL_CORS_DOMAIN: 'https://app.example.com,http://localhost:3000',
  HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
  HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true',
  HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({
    jwk_url: 'https://id.example.com/keys',
    audience: 'app',
    issuer: 'https://id.example.com/',
  }),
};

/** A table whose parts each test may exchange. */
const TABLE = {
  table: 'orders',
  select_permissions: [
    { role: 'user', permission: { columns: ['id', 'note'], filter: { owner: 'X-Hasura-User-Id' } } },
    { role: 'anonymous', permission: { columns: ['id'], filter: { is_public: true }, limit: 50 } },
  ],
  insert_permissions: [
    { role: 'user', permission: { columns: ['note'], check: { owner: 'X-Hasura-User-Id' } } },
  ],
  update_permissions: [
    {
      role: 'user',
      permission: {
        columns: ['note'],
        filter: { owner: 'X-Hasura-User-Id' },
        check: { owner: 'X-Hasura-User-Id' },
      },
    },
  ],
  delete_permissions: [{ role: 'user', permission: { filter: { owner: 'X-Hasura-User-Id' } } }],
};

const EVENT_TRIGGER = {
  name: 'told',
  definition: { insert: { columns: '*' } },
  webhook: 'https://hooks.example.com/told',
  retry_conf: { num_retries: 1, interval_sec: 1, timeout_sec: 5 },
  headers: [{ name: 'x-webhook-secret', value_from_env: 'HOOK_SECRET' }],
};

const LIMITS = {
  depth_limit: { global: 10 },
  node_limit: { global: 100 },
  time_limit: { global: 10 },
  batch_limit: { global: 10 },
  rate_limit: { global: { max_reqs_per_min: 1000 } },
};

interface Case {
  readonly env?: Readonly<Record<string, string>>;
  /** Settings taken away. */
  readonly without?: readonly string[];
  readonly vars?: Readonly<Record<string, string>>;
  readonly table?: Readonly<Record<string, unknown>>;
  readonly databaseUrl?: unknown;
  readonly limits?: Readonly<Record<string, unknown>>;
}

async function rulesOf({ env, without = [], vars, table, databaseUrl, limits }: Case): Promise<string[]> {
  const document = {
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        configuration: {
          connection_info: { database_url: databaseUrl ?? { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } },
        },
        tables: [{ ...TABLE, event_triggers: [EVENT_TRIGGER], ...table }],
      },
    ],
    api_limits: limits ?? LIMITS,
  };
  const result = await read({ 'metadata.json': JSON.stringify(document) });
  expect(result.problems).toEqual([]);
  const environment = Object.entries({ ...SOUND, ...env }).filter(([name]) => !without.includes(name));
  const settings: Settings = new Map([
    ...environment.map(([name, value]): [string, SettingSeen] => [name, { value, origin: null }]),
    ...Object.entries(vars ?? {}).map(([name, value]): [string, SettingSeen] => [
      name,
      { value, origin: 'wrangler.toml' },
    ]),
  ]);
  return examine(result, settings).map(({ rule }) => rule);
}

const JWT = 'HASURA_GRAPHQL_JWT_SECRET';
const jwt = (secret: object): Case => ({ env: { [JWT]: JSON.stringify(secret) } });
const select = (permission: object, role = 'user'): Case => ({
  table: {
    select_permissions: [{ role, permission: { columns: ['id'], filter: { id: 1 }, ...permission } }],
  },
});
const withoutLimit = (key: string): Case => ({
  limits: Object.fromEntries(Object.entries(LIMITS).filter(([name]) => name !== key)),
});
const trigger = (parts: object): Case => ({ table: { event_triggers: [{ ...EVENT_TRIGGER, ...parts }] } });

const CASES: readonly (readonly [rule: string, ...cases: Case[]])[] = [
  [
    'secret-in-file',
    { vars: { HASURA_GRAPHQL_ADMIN_SECRET: SOUND.HASURA_GRAPHQL_ADMIN_SECRET } },
    { vars: { STRIPE_API_KEY: 'sk_live_1' } },
    { vars: { PG_DATABASE_URL: 'postgres://a:b@c/d' } },
  ],
  ['open-to-all', { env: { HEDGE_ALLOW_OPEN: 'true' } }],
  ['admin-secret-unseen', { without: ['HASURA_GRAPHQL_ADMIN_SECRET'] }],
  [
    'weak-admin-secret',
    { env: { HASURA_GRAPHQL_ADMIN_SECRET: 'myadminsecretkey' } },
    { env: { HASURA_GRAPHQL_ADMIN_SECRET: 'a'.repeat(40) } },
    { env: { HASURA_GRAPHQL_ADMIN_SECRETS: JSON.stringify([SOUND.HASURA_GRAPHQL_ADMIN_SECRET, 'short']) } },
  ],
  ['console-on', { vars: { HASURA_GRAPHQL_ENABLE_CONSOLE: 'true' } }],
  ['dev-mode', { vars: { HASURA_GRAPHQL_DEV_MODE: 'TRUE' } }],
  ['metadata-api-on', { vars: { HEDGE_METADATA: 'live' } }],
  ['developer-api-on', { vars: { HASURA_GRAPHQL_ENABLED_APIS: 'graphql,developer' } }],
  [
    'cors-any',
    { without: ['HASURA_GRAPHQL_CORS_DOMAIN'] },
    { env: { HASURA_GRAPHQL_CORS_DOMAIN: 'https://a.example, *' } },
  ],
  ['cors-without-tls', { env: { HASURA_GRAPHQL_CORS_DOMAIN: 'http://app.example.com' } }],
  ['jwt-symmetric', jwt({ type: 'HS256', key: 'k'.repeat(32), audience: 'a', issuer: 'i' })],
  ['jwt-short-key', jwt({ type: 'HS512', key: 'k'.repeat(63), audience: 'a', issuer: 'i' })],
  ['jwk-without-tls', jwt({ jwk_url: 'http://id.example.com/keys', audience: 'a', issuer: 'i' })],
  ['jwt-audience', jwt({ jwk_url: 'https://id.example.com/keys', issuer: 'i' })],
  [
    'jwt-issuer',
    jwt({ jwk_url: 'https://id.example.com/keys', audience: 'a' }),
    { env: { HASURA_GRAPHQL_JWT_SECRETS: '[{"jwk_url":"https://id.example.com/keys","audience":"a"}]' } },
  ],
  ['jwt-skew', jwt({ jwk_url: 'https://id.example.com/k', audience: 'a', issuer: 'i', allowed_skew: 301 })],
  ['auth-hook-without-tls', { env: { HASURA_GRAPHQL_AUTH_HOOK: 'http://hook.example.com' } }],
  ['depth-limit', withoutLimit('depth_limit'), { limits: { ...LIMITS, disabled: true } }],
  ['node-limit', withoutLimit('node_limit')],
  ['time-limit', withoutLimit('time_limit')],
  ['batch-limit', withoutLimit('batch_limit')],
  ['rate-limit', withoutLimit('rate_limit')],
  ['allow-list', { without: ['HASURA_GRAPHQL_ENABLE_ALLOWLIST'] }],
  ['stranger-claims', select({ filter: { owner: { _eq: 'X-Hasura-User-Id' } }, limit: 1 }, 'anonymous')],
  [
    'stranger-writes',
    { table: { delete_permissions: [{ role: 'anonymous', permission: { filter: { id: 1 } } }] } },
  ],
  ['stranger-reads-without-limit', select({}, 'anonymous')],
  ['stranger-introspection', { env: { HEDGE_UNAUTHORIZED_INTROSPECTION: 'true' } }],
  [
    'writes-all-rows',
    { table: { delete_permissions: [{ role: 'user', permission: { filter: {} } }] } },
    { table: { update_permissions: [{ role: 'user', permission: { columns: ['note'], filter: {} } }] } },
  ],
  [
    'inserts-any-row',
    { table: { insert_permissions: [{ role: 'user', permission: { columns: ['note'], check: {} } }] } },
  ],
  [
    'update-without-check',
    {
      table: {
        update_permissions: [{ role: 'user', permission: { columns: ['note'], filter: { id: 1 } } }],
      },
    },
  ],
  [
    'all-columns',
    select({ columns: '*' }),
    { table: { insert_permissions: [{ role: 'user', permission: { check: { id: 1 } } }] } },
  ],
  ['delicate-columns', select({ columns: ['id', 'password_hash'] })],
  ['database-url-in-file', { databaseUrl: 'postgres://me:secret@db.example.com/shop' }],
  ['webhook-without-tls', trigger({ webhook: 'http://hooks.example.com' })],
  ['header-secret-in-file', trigger({ headers: [{ name: 'Authorization', value: 'Bearer abc' }] })],
  ['webhook-without-secret', trigger({ headers: [] })],
];

describe('hedge doctor', () => {
  it('finds nothing in a sound project', async () => {
    expect(await rulesOf({})).toEqual([]);
  });

  it.each(CASES.flatMap(([rule, ...cases]) => cases.map((given, n) => ({ rule, n, given }))))(
    'finds $rule ($n)',
    async ({ rule, given }) => {
      expect(await rulesOf(given)).toContain(rule);
    },
  );

  it('has a case for every rule', () => {
    const tried = CASES.map(([rule]) => rule);
    // The rights of a database role need a database: see cli.test.ts.
    expect([...tried, 'database-role'].toSorted()).toEqual([...RULES.keys()].toSorted());
  });

  it('is described in the documentation, rule by rule', async () => {
    const page = await readFile(new URL('../../docs/security.md', import.meta.url), 'utf8');
    for (const [rule, meaning] of RULES) expect(page).toContain(`| \`${rule}\` | ${meaning} |`);
  });

  it.each([
    ['addresses on this machine', trigger({ webhook: 'http://localhost:3000/told' })],
    ['addresses from the environment', trigger({ webhook: '{{HOOKS}}/told' })],
    [
      'headers that are no secrets',
      trigger({ headers: [{ name: 'x-kind', value: 'a' }, ...EVENT_TRIGGER.headers] }),
    ],
    [
      'rights for backends',
      {
        table: {
          insert_permissions: [
            { role: 'anonymous', permission: { columns: ['note'], check: { id: 1 }, backend_only: true } },
          ],
        },
      },
    ],
  ])('says nothing of %s', async (_, given) => {
    expect(await rulesOf(given)).toEqual([]);
  });
});
