// Attacks on a running worker that cross several parts: odd headers, session variables that are SQL, names that objects have
// by themselves, errors that could tell of what is hidden, and batches that hide what they do.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { HS_KEY, payloadOf, signHs } from '../auth/tokens.ts';
import { VAULT, VAULT_SQL } from '../cache/vault.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { openSocket } from '../support/socket.ts';

let hedge: Hedge;

beforeAll(async () => {
  hedge = await startHedge({
    sql: `${VAULT_SQL}; create table hidden (id int primary key); insert into hidden values (1)`,
    metadata: {
      ...VAULT,
      sources: VAULT.sources.map((source) => ({
        ...source,
        tables: [...(source.tables ?? []), { table: { schema: 'public', name: 'hidden' } }],
      })),
    },
    env: {
      HASURA_GRAPHQL_UNAUTHORIZED_ROLE: 'anonymous',
      HASURA_GRAPHQL_JWT_SECRET: JSON.stringify({ type: 'HS256', key: HS_KEY }),
      HASURA_GRAPHQL_ENABLE_RELAY: 'true',
    },
  });
});
afterAll(() => hedge?.stop());

const ITEMS = '{ item(order_by: {id: asc}) { id } }';
const SEEN_BY_ALL = { data: { item: [{ id: 1 }, { id: 2 }] } };
/** Neither what is hidden from strangers, nor the service's insides. */
const HIDDEN = /owner|tenant|secret|clerk|_pkey|public\.|select |postgres:/i;

const owner = (id: string) => ({ role: 'owner', session: { 'x-hasura-user-id': id } });

describe('a stranger', () => {
  it.each<Record<string, string>>([
    { x_hasura_role: 'clerk' },
    { 'x-hasura-role': 'clerk', 'x-hasura-user-id': '3' },
    { 'x-hasura-allowed-roles': '["clerk"]', 'x-hasura-role': 'clerk' },
    { cookie: `x-hasura-admin-secret=${ADMIN_SECRET}; x-hasura-role=clerk` },
    { 'x-hasura-role': '__proto__' },
    { 'x-forwarded-x-hasura-role': 'clerk', forwarded: 'x-hasura-role=clerk' },
    { 'x-http-method-override': 'PUT', 'x-original-url': '/v1/metadata', 'x-rewrite-url': '/v1/metadata' },
  ])('stays one with %o', async (headers) => {
    const { body } = await hedge.post('/v1/graphql', JSON.stringify({ query: ITEMS }), headers);
    expect(body).toEqual(SEEN_BY_ALL);
  });
});

describe('a stranger on a socket', () => {
  it.each<Record<string, string>>([
    { 'x-hasura-role': 'admin' },
    { 'X-HASURA-ROLE': 'clerk', 'x-hasura-user-id': '3' },
    { 'x-hasura-use-backend-only-permissions': 'true', cookie: `x-hasura-admin-secret=${ADMIN_SECRET}` },
  ])('stays one with %o in its first message', async (headers) => {
    const socket = await openSocket(hedge.url);
    expect(await socket.init(headers)).toEqual({ type: 'connection_ack' });
    for (const [id, operation] of [ITEMS, `subscription ${ITEMS}`].entries()) {
      socket.start(String(id), operation);
      expect(await socket.next(String(id))).toMatchObject({ payload: SEEN_BY_ALL });
    }
    for (const [id, operation] of [
      'mutation { delete_item(where: {}) { affected_rows } }',
      '{ item { secret } }',
      '{ __schema { queryType { name } } }',
      'subscription { item(where: {owner: {_eq: 3}}) { id } }',
    ].entries()) {
      socket.start(`refused ${id}`, operation);
      expect(await socket.next(`refused ${id}`)).toMatchObject({ type: 'error' });
    }
    socket.close();
  });

  it.each([
    { 'X-Hasura-Admin-Secret': 'guess' },
    { 'x-hasura-user-id': 'a\r\nx-hasura-role: admin' },
    { 'x-hasura-user-id': 'a\0' },
  ])('is sent away with %o', async (headers) => {
    const socket = await openSocket(hedge.url);
    socket.send({ type: 'connection_init', payload: { headers } });
    expect(await socket.end()).toMatchObject({ code: 4403 });
  });
});

describe('an id of the Relay API', () => {
  const answer = async (id: unknown) => {
    const i = Buffer.from(JSON.stringify(id)).toString('base64');
    const query = 'query ($i: ID!) { node(id: $i) { __typename } }';
    return (await hedge.post('/v1beta1/relay', JSON.stringify({ query, variables: { i } }))).text;
  };

  it('of a table that is hidden is as one of a table that is not there', async () => {
    const hidden = await answer([1, 'public', 'hidden', 1]);
    expect(hidden).toContain('validation-failed');
    for (const [schema, name] of [
      ['public', 'nothing'],
      ['pg_catalog', 'pg_authid'],
      ['public', '__proto__'],
      ['constructor', 'item'],
    ])
      expect(await answer([1, schema, name, 1])).toBe(hidden.replace('public.hidden', `${schema}.${name}`));
  });

  it('of a row that is hidden is as one of a row that is not there', async () => {
    expect(await answer([1, 'public', 'item', 3])).toBe(await answer([1, 'public', 'item', 999]));
  });
});

describe('a role with the name of what objects have by themselves', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    'sees nothing: %s',
    async (role) => {
      const sent = { role, headers: { 'x-hasura-use-backend-only-permissions': 'true' } };
      for (const query of [ITEMS, 'mutation { insert_item_one(object: {id: 9}) { id } }']) {
        const { status, text } = await hedge.graphql(query, sent);
        expect([status, text]).toEqual([200, expect.stringMatching(/not found in type|no mutations exist/)]);
      }
      const now = Math.floor(Date.now() / 1000);
      const claims = { 'x-hasura-default-role': role, 'x-hasura-allowed-roles': [role] };
      const token = await signHs(payloadOf(claims, { iat: now - 10, exp: now + 60 }));
      const byToken = await hedge.post('/v1/graphql', JSON.stringify({ query: ITEMS }), {
        authorization: `Bearer ${token}`,
      });
      expect(byToken.text).toMatch(/not found in type/);
    },
  );
});

describe('a session variable that is SQL', () => {
  it.each([
    "' or 1=1 --",
    '1 or 1=1',
    '1)) or ((1=1',
    '\\\\x31',
    "1'::int or true or '1'='1",
    '$1',
    '{1,2}',
    '1; drop table item',
    '%31',
    '１',
  ])('is a value that is not an integer: %s', async (id) => {
    const { body } = await hedge.graphql(ITEMS, owner(utf8Header(id)));
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'data-exception' } }] });
  });

  it('is a text where it is compared with one', async () => {
    for (const tenant of ["x' or 'a'='a", 'x\\', '%', 'x"', '${tenant}', '{x,y}'])
      expect(
        (await hedge.graphql(ITEMS, { role: 'tenant', session: { 'x-hasura-tenant': tenant } })).body,
      ).toEqual({ data: { item: [] } });
  });

  it('reaches a function as JSON', async () => {
    for (const id of ['1","x-hasura-user-id":"2', '1\\', "1' or true --"]) {
      const { body } = await hedge.graphql('{ mine { id } }', {
        role: 'clerk',
        session: { 'x-hasura-user-id': id },
      });
      expect(body).toEqual({ data: { mine: [] } });
    }
  });
});

/** `fetch` sends a header as Latin-1: these are the bytes of UTF-8. */
function utf8Header(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

describe('an error', () => {
  it.each([
    '{ item { secre } }',
    '{ item { owne } }',
    '{ ite { id } }',
    '{ item(where: {secret: {_eq: "a"}}) { id } }',
    '{ item(where: {_and: [{_not: {owner: {_eq: 3}}}]}) { id } }',
    '{ item(order_by: {tenant: asc}) { id } }',
    '{ item(distinct_on: [secret]) { id } }',
    '{ item_aggregate { aggregate { max { secret } } } }',
    '{ item(where: {id: {_eq: "x"}}) { id } }',
    '{ item(where: {id: {_eq: 99999999999}}) { id } }',
    '{ item(limit: -1) { id } }',
    '{ item_by_pk(id: {}) { id } }',
    '{ __type(name: "item") { fields { name } } }',
    'mutation { insert_item(objects: []) { affected_rows } }',
    'mutation { delete_item(where: {}) { affected_rows } }',
    'subscription { item_stream(batch_size: 1, cursor: {initial_value: {secret: ""}}) { id } }',
  ])('tells strangers nothing they did not write: %s', async (query) => {
    const { body, text } = await hedge.post('/v1/graphql', JSON.stringify({ query }));
    expect(body).toHaveProperty('errors');
    const own = new Set(query.match(/\w+/g));
    const told = [...text.matchAll(new RegExp(HIDDEN, 'gi'))].map(([word]) => word.trim());
    expect(told.filter((word) => !own.has(word))).toEqual([]);
    expect(text).not.toMatch(/did you mean/i);
  });
});

describe('a batch', () => {
  const insert = (id: number) =>
    `mutation { insert_item_one(object: {id: ${id}, owner: 1, tenant: "z", secret: "z"}) { id } }`;
  const remove = 'mutation { delete_item(where: {id: {_gte: 10}}) { affected_rows } }';
  const admin = { 'x-hasura-admin-secret': ADMIN_SECRET };
  const count = { query: '{ item_aggregate(where: {id: {_gte: 10}}) { aggregate { count } } }' };

  it('runs in its order, however its mutations are spelt', async () => {
    const members = [insert(10), insert(11), insert(12), remove].map((query) => ({ query }));
    const [a, b, c, d] = members;
    const sent = JSON.stringify([a, count, b, count, c, count, d, count]).replaceAll(
      'mutation',
      '\\u006dutation',
    );
    const { body } = await hedge.post('/v1/graphql', sent, admin);
    const counts = (body as { data: { item_aggregate?: { aggregate: { count: number } } } }[]).flatMap(
      ({ data }) => data.item_aggregate?.aggregate.count ?? [],
    );
    expect(counts).toEqual([1, 2, 3, 0]);
  });

  it('is no way to send what one request may not', async () => {
    const members = [{ query: '{ item { secret } }' }, { query: remove }, { query: ITEMS }];
    const { body } = await hedge.post('/v1/graphql', JSON.stringify(members));
    expect(body).toMatchObject([{ errors: [{}] }, { errors: [{}] }, SEEN_BY_ALL]);
  });
});

describe('JSON', () => {
  it('with members that objects have by themselves is JSON as any other', async () => {
    for (const variables of [
      '{"__proto__": {"id": 3}}',
      '{"constructor": 1}',
      '{"id": 1, "__proto__": {"owner": 1}}',
    ]) {
      const { status, text } = await hedge.post(
        '/v1/graphql',
        `{"query": "query ($id: Int) { item(where: {id: {_eq: $id}}) { id } }", "variables": ${variables}}`,
      );
      expect([status, text]).toEqual([200, expect.stringMatching(/^\{"(?:data|errors)"/)]);
      expect(text).not.toMatch(HIDDEN);
    }
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const aliased = await hedge.post(
        '/v1/graphql',
        JSON.stringify({ query: `{ ${name}: item(limit: 1) { ${name}: id } }` }),
      );
      expect(aliased.text.replaceAll(/\s/g, '')).toBe(`{"data":{"${name}":[{"${name}":1}]}}`);
    }
  });
});
