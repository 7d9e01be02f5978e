// What counts requests is not there, or is not asked.

import { describe, expect, it } from 'vitest';

import type { RequestLimits } from '../../src/artifact/limits.ts';
import type { RateStore } from '../../src/limits/rate-limit.ts';
import { ADMIN_SECRET, service } from '../http/service.ts';

const LIMITS: RequestLimits = { rate: { roles: { user: { perMinute: 5, by: 'role' } } } };

const ask = async (
  role: string,
  {
    take,
    limits = LIMITS,
    env = {},
    body = { query: '{ __typename }' },
  }: {
    take?: RateStore['take'];
    limits?: RequestLimits;
    env?: Record<string, string>;
    body?: unknown;
  },
) => {
  const { graphql, logged } = service({
    env: { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, ...env },
    artifact: { limits },
    ...(take && { rates: { take } }),
  });
  const response = await graphql(body, { 'x-hasura-admin-secret': ADMIN_SECRET, 'x-hasura-role': role });
  return {
    status: response.status,
    body: (await response.json()) as unknown,
    retryAfter: response.headers.get('retry-after'),
    logged,
  };
};

const failing =
  (error: Error): RateStore['take'] =>
  async () => {
    throw error;
  };
const DATA = { data: { __typename: 'query_root' } };

describe('a store that fails', () => {
  it('lets the operation through, and the log says so', async () => {
    const { status, body, logged } = await ask('user', { take: failing(new Error('no object')) });
    expect([status, body]).toEqual([200, DATA]);
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 'error',
        detail: expect.objectContaining({
          message: expect.stringContaining('no object') as unknown,
        }) as unknown,
      }),
    );
  });

  it('because this client asks too much refuses the client', async () => {
    const overloaded = Object.assign(new Error('overloaded'), { overloaded: true });
    const { status, body, retryAfter } = await ask('user', { take: failing(overloaded) });
    expect([status, retryAfter]).toEqual([429, '1']);
    expect(body).toMatchObject({ errors: [{ message: 'rate limit of 5 exceeded' }] });
  });
});

describe('a deployment without a store', () => {
  it('serves nobody who is under a limit, and tells only who may know why', async () => {
    const { status, body } = await ask('user', {});
    expect(status).toBe(200);
    expect(body).toEqual({
      errors: [
        {
          message: 'this service cannot count requests',
          extensions: { path: '$', code: 'invalid-configuration' },
        },
      ],
    });
    const told = await ask('user', { env: { HASURA_GRAPHQL_DEV_MODE: 'true' } });
    expect(JSON.stringify(told.body)).toContain('RATE_LIMITER');
  });

  it('serves everybody else', async () => {
    for (const role of ['admin', 'other']) expect((await ask(role, {})).body).toEqual(DATA);
  });
});

describe('a store', () => {
  const asked: [number, number][] = [];
  const take: RateStore['take'] = async (_, perMinute, count) => {
    asked.push([perMinute, count]);
    return 0;
  };
  const questions = async (role: string, options: Omit<Parameters<typeof ask>[1], 'take'> = {}) => {
    asked.length = 0;
    await ask(role, { take, ...options });
    return [...asked];
  };
  const PER_MINUTE = { HASURA_GRAPHQL_RATE_LIMIT_PER_MINUTE: '100' };
  const QUERY = { query: '{ __typename }' };

  it('is asked once for a request, with the number of its operations', async () => {
    expect(await questions('user')).toEqual([[5, 1]]);
    expect(await questions('user', { body: [QUERY, QUERY, QUERY] })).toEqual([[5, 3]]);
  });

  it('is not asked where there is no limit, nor for what asks for nothing', async () => {
    expect(await questions('other')).toEqual([]);
    expect(await questions('user', { limits: {} })).toEqual([]);
    expect(await questions('user', { body: [] })).toEqual([]);
  });

  it('is never asked for administrators', async () => {
    const global = { rate: { global: { perMinute: 1, by: 'role' } } } as const;
    expect(await questions('admin', { limits: global, env: PER_MINUTE })).toEqual([]);
  });

  it('is told the deployment’s limit where the metadata has none', async () => {
    expect(await questions('other', { env: PER_MINUTE })).toEqual([[100, 1]]);
    expect(await questions('user', { env: PER_MINUTE })).toEqual([[5, 1]]);
  });
});
