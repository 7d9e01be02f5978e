// Automatic persisted queries: a hash stands for a text that was sent before, whoever sent it, and for no other.

import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { ADMIN_SECRET, service } from './service.ts';

const ENV = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES: 'true' };
const ADMIN = { 'x-hasura-admin-secret': ADMIN_SECRET };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const extensionsOf = (sha256Hash: unknown, version: unknown = 1) => ({
  persistedQuery: { version, sha256Hash },
});

/** Each text once, so that no test finds what another kept. */
let count = 0;
const newText = (): string => `{ t${(count += 1)}: __typename }`;
const answerOf = (text: string) => ({ data: { [/\w+/.exec(text)?.[0] ?? '']: 'query_root' } });

async function ask(
  body: unknown,
  env: Readonly<Record<string, string>> = ENV,
  headers: Readonly<Record<string, string>> = ADMIN,
): Promise<unknown> {
  const response = await service({ env }).graphql(body, headers);
  expect(response.status).toBe(200);
  return await response.json();
}

const NOT_FOUND = { errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'not-found' } }] };
const NOT_SUPPORTED = {
  errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: 'not-supported' } }],
};

describe('a hash', () => {
  it('is not found before its text was sent, and answered from then on', async () => {
    const query = newText();
    const extensions = extensionsOf(sha256(query));
    expect(await ask({ extensions })).toMatchObject(NOT_FOUND);
    expect(await ask({ query, extensions })).toEqual(answerOf(query));
    expect(await ask({ extensions })).toEqual(answerOf(query));
    expect(await ask({ query: null, extensions })).toEqual(answerOf(query));
    expect(await ask({ query: '', extensions: extensionsOf(sha256(query).toUpperCase()) })).toEqual(
      answerOf(query),
    );
  });

  it('comes with variables and an operation name of its own', async () => {
    const query = 'query a { __typename } query b($x: Boolean!) { t: __typename @skip(if: $x) }';
    const extensions = extensionsOf(sha256(query));
    const variables = { x: false };
    await ask({ query, extensions, operationName: 'a' });
    expect(await ask({ extensions, operationName: 'b', variables })).toEqual({ data: { t: 'query_root' } });
  });

  it('is answered by GET and in batches', async () => {
    const query = newText();
    const extensions = extensionsOf(sha256(query));
    const { fetch, graphql } = service({ env: ENV });
    const get = async (parameters: Record<string, string>) =>
      await (
        await fetch(`/v1/graphql?${String(new URLSearchParams(parameters))}`, { headers: ADMIN })
      ).json();
    expect(await get({ extensions: JSON.stringify(extensions) })).toMatchObject(NOT_FOUND);
    expect(await get({ query, extensions: JSON.stringify(extensions) })).toEqual(answerOf(query));
    expect(await get({ extensions: JSON.stringify(extensions) })).toEqual(answerOf(query));
    const missing = { extensions: extensionsOf('0'.repeat(64)) };
    expect(await (await graphql([{ extensions }, missing], ADMIN)).json()).toMatchObject([
      answerOf(query),
      NOT_FOUND,
    ]);
  });

  it('is no way round what a role may ask', async () => {
    const query = '{ __type(name: "x") { name } }';
    const extensions = extensionsOf(sha256(query));
    const env = { ...ENV, HASURA_GRAPHQL_ENABLE_ALLOWLIST: 'true' };
    await ask({ query, extensions }, env);
    expect(await ask({ extensions }, env, { ...ADMIN, 'x-hasura-role': 'user' })).toMatchObject({
      errors: [{ message: 'query is not allowed' }],
    });
    expect(await ask({ extensions }, env, {})).toMatchObject({
      errors: [{ extensions: { code: 'access-denied' } }],
    });
  });
});

describe('a hash of another text', () => {
  it.each<[string, string, string]>([
    ['another text', '{ __typename }', sha256('{ other }')],
    ['a text that UTF-8 cannot hold', '{ __typename } # \ud800', sha256('{ __typename } # \ufffd')],
  ])('is refused and keeps nothing: %s', async (_, query, hash) => {
    expect(await ask({ query, extensions: extensionsOf(hash) })).toMatchObject({
      errors: [{ message: 'provided sha does not match query', extensions: { code: 'bad-request' } }],
    });
    expect(await ask({ extensions: extensionsOf(hash) })).toMatchObject(NOT_FOUND);
  });
});

describe('what is no hash', () => {
  it.each<[string, unknown]>([
    ['Unsupported persisted query version', extensionsOf(sha256('x'), 2)],
    ['Unsupported persisted query version', { persistedQuery: true }],
    ['expected a SHA-256 in hexadecimal', extensionsOf('x')],
    ['expected a SHA-256 in hexadecimal', extensionsOf(1)],
  ])('%s', async (message, extensions) => {
    expect(await ask({ query: '{ __typename }', extensions })).toMatchObject({ errors: [{ message }] });
  });
});

describe('where they are not enabled', () => {
  const env = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };

  it('a hash alone is told so, and a text is answered whatever is beside it', async () => {
    const query = newText();
    const extensions = extensionsOf(sha256(query));
    expect(await ask({ extensions }, env)).toMatchObject(NOT_SUPPORTED);
    expect(await ask({ query, extensions }, env)).toEqual(answerOf(query));
    expect(await ask({ query, extensions: { persistedQuery: 1 } }, env)).toEqual(answerOf(query));
    expect(await ask({ extensions: {} }, env)).toMatchObject({
      errors: [{ message: 'key "query" not found' }],
    });
  });
});

describe('the time', () => {
  it('ends what is kept', async () => {
    const query = newText();
    const extensions = extensionsOf(sha256(query));
    const env = { ...ENV, HASURA_GRAPHQL_PERSISTED_QUERIES_TTL: '1' };
    await ask({ query, extensions }, env);
    expect(await ask({ extensions }, env)).toEqual(answerOf(query));
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(await ask({ extensions }, env)).toMatchObject(NOT_FOUND);
  });
});
