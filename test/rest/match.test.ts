// Which endpoint a method and a path mean.

import { describe, expect, it } from 'vitest';

import type { RestEndpoint, StoredQueries } from '../../src/artifact/types.ts';
import { matchEndpoint } from '../../src/rest/match.ts';

const endpoint = (name: string, url: string, ...methods: string[]): RestEndpoint => ({
  name,
  segments: url.split('/'),
  methods,
  query: `query ${name} { a }`,
});

const STORED: StoredQueries = {
  endpoints: [
    endpoint('list', 'users', 'GET'),
    endpoint('one', 'users/:id', 'GET', 'DELETE'),
    endpoint('rename', 'users/:id', 'PUT'),
    endpoint('me', 'users/me', 'PATCH', 'GET'),
    endpoint('post', 'users/:id/posts/:post_id', 'GET'),
  ],
  allowlist: { global: [], roles: {} },
};

const match = (method: string, path: string) => matchEndpoint(STORED, method, path.split('/'));

describe('a request', () => {
  it.each([
    ['GET', 'users', 'list', {}],
    ['DELETE', 'users/7', 'one', { id: '7' }],
    ['PUT', 'users/7', 'rename', { id: '7' }],
    ['PATCH', 'users/me', 'me', {}],
    ['GET', 'users/7/posts/x y', 'post', { id: '7', post_id: 'x y' }],
    ['GET', 'users//posts/', 'post', { id: '', post_id: '' }],
    ['GET', 'users/7/posts/1/', 'post', { id: '7', post_id: '1' }],
    ['PUT', 'users/', 'rename', { id: '' }],
  ])('%s %s is of %s', (method, path, name, variables) => {
    const found = match(method, path);
    if (found.kind !== 'found') throw new Error(found.kind);
    expect([found.endpoint.name, Object.fromEntries(found.variables)]).toEqual([name, variables]);
  });

  it.each(['', '/', 'user', 'user/', '/users', 'users/7/posts', 'Users', 'users/7/posts/1/2'])(
    'to %j has none',
    (path) => {
      expect(match('GET', path)).toEqual({ kind: 'none' });
    },
  );

  it('of another method names those there are, of all endpoints with that path', () => {
    expect(match('POST', 'users')).toEqual({ kind: 'other methods', methods: ['GET'] });
    expect(match('POST', 'users/me')).toEqual({
      kind: 'other methods',
      methods: ['GET', 'DELETE', 'PUT', 'PATCH'],
    });
  });

  it('that two endpoints take is ambiguous, whatever is a variable in them', () => {
    expect(match('GET', 'users/me')).toEqual({ kind: 'ambiguous' });
  });

  it('finds nothing where nothing is stored', () => {
    expect(matchEndpoint(undefined, 'GET', ['users'])).toEqual({ kind: 'none' });
  });
});
