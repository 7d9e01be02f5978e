// Which pages may read answers, and with a visitor's cookies.

import { describe, expect, it } from 'vitest';

import { ConfigError, readConfig } from '../../src/config/config.ts';
import { service } from '../http/service.ts';

/** Origins that look like one that is named. */
const TRICKS = [
  'null',
  'https://evil.example',
  'https://example.com.evil.example',
  'https://evilexample.com',
  'https://app.example.com.evil.example',
  'https://app-example.com',
  'https://appXexample.com',
  'https://evil.example/https://app.example.com',
  'https://app.example.com@evil.example',
  'https://evil.example#.example.com',
  'https://evil.example?.example.com',
  'https://.example.com',
  'https://a.b.example.com',
  'https://example.com.',
  'https://app.example.com.',
  'https://app.example.com:444',
  'https://app.example.com:',
  'http://app.example.com',
  'ftp://app.example.com',
  'https://app.example.com ,https://evil.example',
  'https://app.example.com\thttps://evil.example',
  'https://аpp.example.com', // a Cyrillic а
  'app.example.com',
  '*',
  'https://*.example.com',
];
const NAMED = ['https://app.example.com', 'https://x.example.com'];
const DOMAINS = 'https://app.example.com, https://*.example.com';

/** A header of a test may hold what `Headers` does not take; then there is no such request either. */
const headersOf = (origin: string): Record<string, string> | null => {
  try {
    return Object.fromEntries(new Headers({ origin }));
  } catch {
    return null;
  }
};

const ask = async (env: Record<string, string>, origin: string, method = 'GET'): Promise<Headers | null> => {
  const headers = headersOf(origin);
  if (headers === null) return null;
  const preflight = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type, x-hasura-admin-secret',
  };
  const response = await service({ env }).fetch('/v1/version', {
    method,
    headers: { ...headers, ...(method === 'OPTIONS' && preflight) },
  });
  return response.headers;
};

describe.each(['GET', 'OPTIONS'])('%s', (method) => {
  it.each(TRICKS)('from %j is not allowed where others are named', async (origin) => {
    const headers = await ask({ HASURA_GRAPHQL_CORS_DOMAIN: DOMAINS }, origin, method);
    expect(headers?.get('access-control-allow-origin') ?? null).toBeNull();
    expect(headers?.get('access-control-allow-credentials') ?? null).toBeNull();
    expect(headers?.get('access-control-allow-headers') ?? null).toBeNull();
  });

  it.each(NAMED)('from %s, which is named, may use cookies', async (origin) => {
    const headers = await ask({ HASURA_GRAPHQL_CORS_DOMAIN: DOMAINS }, origin, method);
    expect(headers?.get('access-control-allow-origin')).toBe(origin);
    expect(headers?.get('access-control-allow-credentials')).toBe('true');
  });

  it.each(['null', 'https://evil.example', ...NAMED])('from %s may not under *', async (origin) => {
    for (const env of [{}, { HASURA_GRAPHQL_CORS_DOMAIN: '*' }]) {
      const headers = await ask(env, origin, method);
      expect(headers?.get('access-control-allow-origin')).toBe('*');
      expect(headers?.get('access-control-allow-credentials') ?? null).toBeNull();
    }
  });
});

it('a preflight names what was asked for and holds for 20 days', async () => {
  const headers = await ask({ HASURA_GRAPHQL_CORS_DOMAIN: DOMAINS }, 'https://app.example.com', 'OPTIONS');
  expect(headers?.get('access-control-allow-headers')).toBe('content-type, x-hasura-admin-secret');
  expect(headers?.get('access-control-max-age')).toBe('1728000');
});

it('pages may read the headers that Hasura shows them, the request’s id, and when to come again', async () => {
  const headers = await ask({}, 'https://app.example.com');
  expect(headers?.get('access-control-expose-headers')?.split(',')).toEqual([
    'X-Hasura-Query-Cache-Key',
    'X-Hasura-Query-Family-Cache-Key',
    'Warning',
    'X-Request-Id',
    'Retry-After',
  ]);
});

it.each([
  'null',
  'example.com',
  'https://',
  'https://*',
  'https://*.*.example.com',
  'https://app.*.com',
  'https://*example.com',
  'https://app.example.com/',
  'https://app.example.com/path',
  'ftp://example.com',
  'https://example.com:port',
  'https://a.example.com https://b.example.com',
  'https://a.example.com,*',
  'https://a.example.com,,https://b.example.com',
  'https://user@example.com',
])('%j is no list of domains', (domains) => {
  expect(() => readConfig({ HEDGE_ALLOW_OPEN: 'true', HASURA_GRAPHQL_CORS_DOMAIN: domains })).toThrow(
    ConfigError,
  );
});
