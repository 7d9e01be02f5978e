// Which requests a rate limit counts together.

import { describe, expect, it } from 'vitest';

import type { RateLimit } from '../../src/artifact/limits.ts';
import { limitOf } from '../../src/artifact/limits.ts';
import { sessionOf } from '../../src/auth/session.ts';
import { addressOf } from '../../src/limits/address.ts';
import { askRate, clientOf } from '../../src/limits/rate-limit.ts';

describe('an address', () => {
  it.each([
    [{ 'cf-connecting-ip': '192.0.2.1', 'x-forwarded-for': '9.9.9.9', 'x-real-ip': '9.9.9.9' }, '192.0.2.1'],
    [{ 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '9.9.9.9' }, '192.0.2.1'],
    [{ 'x-forwarded-for': '192.0.2.1, 10.0.0.1' }, '192.0.2.1'],
    [{}, ''],
    [{ 'cf-connecting-ip': '2001:DB8:0:1:aaaa:bbbb:cccc:dddd' }, '2001:db8:0:1::/64'],
    [{ 'cf-connecting-ip': '2001:db8:0:1::9' }, '2001:db8:0:1::/64'],
    [{ 'cf-connecting-ip': '2001:db8::9' }, '2001:db8:0:0::/64'],
    [{ 'cf-connecting-ip': '2001:0db8::0001' }, '2001:db8:0:0::/64'],
    [{ 'cf-connecting-ip': '::1' }, '0:0:0:0::/64'],
    [{ 'cf-connecting-ip': '::ffff:192.0.2.1' }, '::ffff:192.0.2.1'],
  ])('of %o is %s', (headers, address) => {
    expect(addressOf(new Headers(headers as Record<string, string>))).toBe(address);
  });
});

const client = (
  by: RateLimit['by'],
  {
    role = 'user',
    variables = {},
    address = '1.1.1.1',
  }: { role?: string; variables?: Record<string, string>; address?: string },
): string =>
  clientOf({
    limit: { perMinute: 1, by },
    session: sessionOf(role, new Map(Object.entries(variables)), false),
    headers: new Headers({ 'cf-connecting-ip': address }),
    unauthorizedRole: 'anonymous',
  });

describe('a client', () => {
  const one = { variables: { 'x-hasura-user-id': '1' }, address: '1.1.1.1' };
  const other = { variables: { 'x-hasura-user-id': '2' }, address: '2.2.2.2' };

  it('is all of a role unless told', () => {
    expect(client('role', one)).toBe(client('role', other));
    expect(client('role', one)).not.toBe(client('role', { role: 'editor' }));
  });

  it('is an address of a role', () => {
    expect(client('address', one)).not.toBe(client('address', other));
    expect(client('address', one)).not.toBe(client('address', { ...one, role: 'editor' }));
    expect(client('address', one)).toBe(client('address', { ...other, address: one.address }));
  });

  it('is whoever has the same session variables', () => {
    const by = ['x-hasura-org-id', 'x-hasura-user-id'];
    expect(client(by, one)).not.toBe(client(by, other));
    expect(client(by, one)).toBe(client(by, { ...one, address: other.address }));
    expect(client(by, { variables: { 'x-hasura-org-id': '1' } })).not.toBe(client(by, one));
  });

  it('cannot make itself another by values that look like several', () => {
    const by = ['x-hasura-a', 'x-hasura-b'];
    expect(client(by, { variables: { 'x-hasura-a': '1"],["x-hasura-b","2' } })).not.toBe(
      client(by, { variables: { 'x-hasura-a': '1', 'x-hasura-b': '2' } }),
    );
  });

  it('is its address where it says of itself who it is', () => {
    const by = ['x-hasura-user-id'];
    expect(client(by, { ...one, role: 'anonymous' })).toBe(
      client(by, { ...other, address: one.address, role: 'anonymous' }),
    );
  });
});

describe('a limit', () => {
  const limits = { global: 5, roles: { user: 2, none: 0 } };

  it.each([
    ['user', 2],
    ['none', 0],
    ['other', 5],
    ['constructor', 5],
    ['__proto__', 5],
    ['admin', undefined],
  ])('of the role %s is %s', (role, limit) => {
    expect(limitOf(limits, role)).toBe(limit);
  });
});

describe('a store', () => {
  const question = {
    limit: { perMinute: 1, by: 'role' },
    session: sessionOf('user', new Map(), false),
    headers: new Headers(),
    count: 1,
    unauthorizedRole: null,
  } as const;

  it('that is asked too often by a client refuses the client', async () => {
    const overloaded = Object.assign(new Error('too many requests'), { overloaded: true });
    expect(await askRate({ take: () => Promise.reject(overloaded) }, question)).toEqual({
      kind: 'wait',
      seconds: 1,
    });
  });

  it('that fails is away', async () => {
    const error = new Error('internal error');
    expect(await askRate({ take: () => Promise.reject(error) }, question)).toEqual({ kind: 'away', error });
  });

  it('that does not answer is away after a second', async () => {
    expect(await askRate({ take: () => new Promise<number>(() => {}) }, question)).toMatchObject({
      kind: 'away',
    });
  });

  it('is told neither role nor address', async () => {
    let told = '';
    await askRate({ take: async (name) => ((told = name), 0) }, question);
    expect(told).toMatch(/^[0-9a-f]{64}$/);
  });
});
