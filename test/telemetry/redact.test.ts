// What leaves by the log has no secret of the deployment in it, and nothing that looks like a password.

import { describe, expect, it } from 'vitest';

import { redactor, urlWithoutSecrets } from '../../src/telemetry/redact.ts';

const ENV = {
  HASURA_GRAPHQL_ADMIN_SECRET: 'canary-admin',
  HASURA_GRAPHQL_ADMIN_SECRETS: '["canary-list-1", "canary-list-2"]',
  HASURA_GRAPHQL_JWT_SECRET: '{"type":"HS256","key":"canary-\\"key\\"-of-jwt"}',
  SECRET_TABLE: { type: 'HS256', key: 'canary-in-a-table' },
  PG_DATABASE_URL: 'postgres://app:canary%2Fpassword@db.example/app',
  OTHER_PLACE: 'postgres://app:canary-elsewhere@db.example/app',
  HASURA_GRAPHQL_AUTH_HOOK: 'https://hooks.example/canary-path?code=canary-query',
  STRIPE_API_KEY: 'canary-stripe',
  SHORT_SECRET: 'info',
  HASURA_GRAPHQL_LOG_LEVEL: 'debug-of-no-secret',
  ASSETS: { fetch: () => undefined },
};

const redact = redactor(ENV);

describe('a line', () => {
  it.each([
    { name: 'an admin secret', text: 'got canary-admin' },
    { name: 'one of several', text: 'got canary-list-2' },
    { name: 'the key of tokens', text: 'got canary-"key"-of-jwt' },
    { name: 'a key in a table', text: 'got canary-in-a-table' },
    { name: 'a connection string', text: `cannot use ${ENV.PG_DATABASE_URL}` },
    { name: 'its password alone, decoded', text: 'canary/password is wrong' },
    { name: 'a password in a URL under any name', text: 'canary-elsewhere is wrong' },
    { name: 'the path of a webhook', text: 'POST https://hooks.example/canary-path?code=canary-query' },
    { name: 'the query of a webhook', text: 'code=canary-query' },
    { name: 'a key of a service', text: 'canary-stripe' },
    { name: 'a password in a URL of nobody’s', text: 'postgres://me:canary@host/db' },
    { name: 'a password with an at sign', text: 'postgres://me:canary@canary@host/db' },
    { name: 'libpq’s form', text: "host=a password=canary user=b, password = 'canary x'" },
    { name: 'a query’s parameter', text: 'postgres://host/db?user=a&password=canary&sslmode=require' },
    { name: 'SQL', text: "alter role app with password 'canary'; select 1" },
    { name: 'SQL with quotes', text: "create role a encrypted PASSWORD\n E'ca\\'canary \"canary'" },
    { name: 'SQL between dollars', text: 'alter role a password $x$canary$x$' },
    { name: 'a token', text: 'Authorization: Bearer canary.canary-canary' },
  ])('is without $name', ({ text }) => {
    const line = redact(JSON.stringify({ level: 'info', detail: { text, after: 'kept' } }));
    expect(line).not.toContain('canary');
    expect(JSON.parse(line)).toMatchObject({ level: 'info', detail: { after: 'kept' } });
  });

  it('is otherwise as it was', () => {
    const line = JSON.stringify({
      level: 'info',
      text: 'password of https://example.com/a:b@c, is debug-of-no-secret',
      sql: 'select password, secret from "user"',
    });
    expect(redact(line)).toBe(line);
  });
});

describe('an address', () => {
  it.each([
    ['https://user:canary@host.example:8443/path', 'https://host.example:8443/path'],
    ['https://host.example/path?code=canary', 'https://host.example/path?***'],
    ['canary', '***'],
  ])('%s is logged as %s', (given, logged) => {
    expect(urlWithoutSecrets(given)).toBe(logged);
  });
});
