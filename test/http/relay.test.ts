// /v1beta1/relay on a worker with a database: pages in every order and direction, rows by id, the schema.

import { buildClientSchema, getIntrospectionQuery, printSchema, validate, parse } from 'graphql';
import type { IntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Metadata } from '../../src/metadata/types.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';

const SQL = `
  create table author (id int primary key, name text);
  create table book (
    id int primary key, title text, pages int, price numeric, author_id int references author, tags text[]
  );
  create table seat (hall text, number bigint, taken boolean, primary key (hall, number));
  create view loose as select title from book;
  insert into author values (1, 'Ada'), (2, null), (3, 'Cy');
  insert into book
    select i, case when i % 4 = 0 then null else 'T' || i % 3 end, case when i % 5 = 0 then null else i % 4 end,
      i * 1.5, case when i % 7 = 0 then null else i % 3 + 1 end, array['a', 't' || i % 2]
    from generate_series(1, 23) as i;
  insert into seat values ('A', 1, false), ('A', 9007199254740993, true), ('O''B "c"', 1, null);
  create function search_books(word text) returns setof book language sql stable as
    $$ select * from book where title = word $$;
`;

const public_ = (name: string) => ({ schema: 'public', name });
const books = {
  name: 'books',
  using: { foreign_key_constraint_on: { table: public_('book'), column: 'author_id' } },
};

const METADATA: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
      tables: [
        {
          table: public_('author'),
          array_relationships: [books],
          select_permissions: [
            {
              role: 'reader',
              permission: { columns: ['name'], filter: { id: { _lt: 3 } }, allow_aggregations: true },
            },
            { role: 'shy', permission: { columns: ['name'], filter: {}, query_root_fields: [] } },
          ],
        },
        {
          table: public_('book'),
          object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
          select_permissions: [
            { role: 'reader', permission: { columns: ['title', 'pages'], filter: {}, limit: 4 } },
            { role: 'shy', permission: { columns: ['title'], filter: {} } },
          ],
        },
        { table: public_('seat') },
        { table: public_('loose') },
      ],
      functions: [{ function: public_('search_books') }],
    },
  ],
};

let hedge: Hedge;

beforeAll(async () => {
  hedge = await startHedge({ sql: SQL, metadata: METADATA });
});
afterAll(() => hedge?.stop());

async function ask(
  query: string,
  role = 'admin',
  variables: unknown = {},
  path = '/v1beta1/relay',
): Promise<unknown> {
  const { status, body } = await hedge.post(path, JSON.stringify({ query, variables }), {
    'x-hasura-admin-secret': ADMIN_SECRET,
    'x-hasura-role': role,
  });
  expect(status).toBe(200);
  return body;
}

async function data<T>(query: string, role?: string, variables?: unknown): Promise<T> {
  const body = (await ask(query, role, variables)) as { data: T; errors?: unknown };
  expect(body.errors).toBeUndefined();
  return body.data;
}

async function refusal(query: string, role?: string, variables?: unknown): Promise<string> {
  const body = (await ask(query, role, variables)) as {
    errors?: { message: string; extensions: { code: string; path: string } }[];
  };
  const [error] = body.errors ?? [];
  return `${error?.extensions.code} ${error?.extensions.path} ${error?.message}`;
}

const id = (...values: unknown[]) => btoa(JSON.stringify(values));
const cursorOf = (value: unknown) => btoa(JSON.stringify(value));

interface Page {
  readonly pageInfo: {
    startCursor: string;
    endCursor: string;
    hasNextPage: boolean;
    hasPreviousPage: boolean;
  };
  readonly edges: { cursor: string; node: { id: string } }[];
}
const PAGE =
  '{ pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { id } } }';

describe('pages', () => {
  it.each(['{ __typename }', '{ pageInfo { hasNextPage } }', '{ pageInfo { __typename } __typename }'])(
    'are one object where nothing of the rows is asked: %s',
    async (selection) => {
      const info = { pageInfo: { hasNextPage: false, __typename: 'PageInfo' }, __typename: 'bookConnection' };
      for (const where of ['{}', '{ id: { _lt: 0 } }']) {
        const { page } = await data<{ page: Record<string, unknown> }>(
          `{ page: book_connection(where: ${where}) ${selection} }`,
        );
        expect(info).toMatchObject(page);
        expect(Object.keys(page)).not.toEqual([]);
      }
    },
  );

  const orders = [
    '',
    'order_by: {id: desc}',
    'order_by: {title: asc}',
    'order_by: {title: asc_nulls_first}',
    'order_by: {title: desc}',
    'order_by: {title: desc_nulls_last}',
    'order_by: [{title: desc}, {pages: asc_nulls_first}]',
    'order_by: [{title: asc}, {title: desc}, {pages: desc_nulls_last}]',
    'order_by: {price: desc}',
    'order_by: {tags: asc}',
    'order_by: [{author: {name: asc}}, {pages: desc}]',
    'order_by: {author: {name: desc_nulls_last}}',
    'order_by: {author: {books_aggregate: {count: desc}}}',
    'order_by: {author: {books_aggregate: {avg: {pages: asc}, max: {title: asc}}}}',
    'where: {pages: {_gt: 0}}, order_by: {pages: asc}',
    'distinct_on: [title], order_by: [{title: asc}, {pages: desc}]',
  ];

  it.each(orders)('of any size show all rows in their order, both ways: %s', async (args) => {
    const list = (more: string) =>
      `book_connection${`(${[args, more].filter(Boolean).join(', ')})`.replace('()', '')}`;
    const all = (await data<{ all: Page }>(`{ all: ${list('')} ${PAGE} }`)).all;
    expect(all.pageInfo).toEqual({
      startCursor: all.edges[0]?.cursor,
      endCursor: all.edges.at(-1)?.cursor,
      hasNextPage: false,
      hasPreviousPage: false,
    });
    const ids = all.edges.map(({ node }) => node.id);
    expect(new Set(ids).size).toBe(ids.length);
    const query = (size: string, cursor: string) =>
      `query ($n: Int, $c: String) { page: ${list(`${size}: $n, ${cursor}: $c`)} ${PAGE} }`;

    for (const size of [1, 3, 50]) {
      const forward: string[] = [];
      for (let cursor: string | null = null; ;) {
        const { page }: { page: Page } = await data(query('first', 'after'), 'admin', { n: size, c: cursor });
        expect(page.pageInfo.hasPreviousPage).toBe(forward.length > 0);
        forward.push(...page.edges.map(({ node }) => node.id));
        expect(page.pageInfo.hasNextPage).toBe(forward.length < ids.length);
        if (!page.pageInfo.hasNextPage) break;
        cursor = page.pageInfo.endCursor;
      }
      expect(forward).toEqual(ids);

      const backward: string[] = [];
      for (let cursor: string | null = null; ;) {
        const { page }: { page: Page } = await data(query('last', 'before'), 'admin', { n: size, c: cursor });
        expect(page.pageInfo.hasNextPage).toBe(backward.length > 0);
        backward.unshift(...page.edges.map(({ node }) => node.id));
        expect(page.pageInfo.hasPreviousPage).toBe(backward.length < ids.length);
        if (!page.pageInfo.hasPreviousPage) break;
        cursor = page.pageInfo.startCursor;
      }
      expect(backward).toEqual(ids);
    }
  });

  it('are counted from the other end too', async () => {
    const page = async (args: string) =>
      (await data<{ book_connection: Page }>(`{ book_connection(${args}) ${PAGE} }`)).book_connection;
    const ids = async (args: string) =>
      (await page(args)).edges.map(({ node }) => atob(node.id).match(/(\d+)\]$/)?.[1]);
    const nine = cursorOf({ id: 9 });
    expect(await ids(`last: 2, after: "${nine}"`)).toEqual(['22', '23']);
    expect(await ids(`first: 2, before: "${nine}"`)).toEqual(['1', '2']);
    expect(await ids(`before: "${nine}"`)).toHaveLength(8);
    expect(await ids(`after: "${nine}"`)).toHaveLength(14);
    expect((await page(`first: 2, before: "${nine}"`)).pageInfo).toMatchObject({
      hasNextPage: true,
      hasPreviousPage: false,
    });
    expect((await page(`last: 2, after: "${nine}"`)).pageInfo).toMatchObject({
      hasNextPage: false,
      hasPreviousPage: true,
    });
    expect(await page('first: 0')).toEqual({
      pageInfo: { startCursor: '', endCursor: '', hasNextPage: true, hasPreviousPage: false },
      edges: [],
    });
    expect(await page('where: {id: {_lt: 0}}')).toEqual({
      pageInfo: { startCursor: '', endCursor: '', hasNextPage: false, hasPreviousPage: false },
      edges: [],
    });
  });

  it('have cursors as Hasura writes them', async () => {
    const { book_connection: page } = await data<{ book_connection: Page }>(
      `{ book_connection(order_by: {title: asc}, first: 1) ${PAGE} }`,
    );
    expect(atob(page.pageInfo.startCursor)).toBe('{"title" : "T0", "id" : 3}');
    expect(atob(page.edges[0]?.node.id ?? '')).toBe('[1, "public", "book", 3]');
  });

  it('stand below rows, and of functions', async () => {
    const answer = await data<{
      author_connection: { edges: { node: { name: string; books_connection: Page } }[] };
      search_books_connection: Page;
    }>(
      `{ author_connection(first: 1) { __typename edges { __typename node { name books_connection(last: 2) ${PAGE} } } }
         search_books_connection(args: {word: "T1"}, first: 2) ${PAGE} }`,
    );
    expect(answer.author_connection).toMatchObject({
      __typename: 'authorConnection',
      edges: [{ __typename: 'authorEdge', node: { name: 'Ada' } }],
    });
    expect(answer.author_connection.edges[0]?.node.books_connection.edges).toHaveLength(2);
    expect(answer.search_books_connection.edges).toHaveLength(2);
    expect(answer.search_books_connection.pageInfo.hasNextPage).toBe(true);
  });

  it.each([
    ['not base64 of JSON', '%%%'],
    ['no object', cursorOf([1])],
    ['an object without the key', cursorOf({ title: 'x' })],
    ['one with NUL', cursorOf({ id: 'a\0' })],
    ['empty', ''],
  ])('refuse a cursor that is %s', async (_, cursor) => {
    expect(
      await refusal('query ($c: String) { book_connection(after: $c) { edges { cursor } } }', 'admin', {
        c: cursor,
      }),
    ).toBe('validation-failed $.selectionSet.book_connection.args the "after" or "before" cursor is invalid');
  });

  it('refuse a value of another type in Postgres’ words', async () => {
    const cursor = cursorOf({ id: "1'; drop table book; --" });
    expect(await refusal(`{ book_connection(after: "${cursor}") { edges { cursor } } }`)).toContain(
      'data-exception',
    );
  });

  it.each([
    ['first: 1, last: 1', '"first" and "last" are not allowed at once'],
    ['after: "e30=", before: "e30="', '"after" and "before" are not allowed at once'],
  ])('refuse %s', async (args, message) => {
    expect(await refusal(`{ book_connection(${args}) { edges { cursor } } }`)).toBe(
      `validation-failed $.selectionSet.book_connection.args ${message}`,
    );
  });

  it.each([
    ['{ book_connection { nodes { id } } }', "field 'nodes' not found in type: 'bookConnection'"],
    ['{ book_connection { edges { title } } }', "field 'title' not found in type: 'bookEdge'"],
    ['{ book_connection { pageInfo { total } } }', "field 'total' not found in type: 'PageInfo'"],
    ['{ book { id } }', "field 'book' not found in type: 'query_root'"],
    ['{ loose_connection { edges { cursor } } }', "field 'loose_connection' not found in type: 'query_root'"],
    ['{ book_connection(limit: 1) { edges { cursor } } }', "'book_connection' has no argument named 'limit'"],
  ])('refuse %s', async (query, message) => {
    expect(await refusal(query)).toContain(message);
  });
});

describe('a role', () => {
  it('sees its rows, so many as its permission allows, and ids whatever columns it sees', async () => {
    const answer = await data<{ book_connection: Page; author_connection: Page }>(
      `{ book_connection(first: 10) ${PAGE} author_connection ${PAGE} }`,
      'reader',
    );
    expect(answer.book_connection.edges).toHaveLength(4);
    expect(answer.author_connection.edges.map(({ node }) => node.id)).toEqual(
      [1, 2].map((n) => btoa(`[1, "public", "author", ${n}]`)),
    );
  });

  it('finds no row by id that it may not see, and none of tables it may not see', async () => {
    const find = '($id: ID!) { node(id: $id) { id } }';
    expect(await data(`query ${find}`, 'reader', { id: id(1, 'public', 'author', 1) })).not.toEqual({
      node: null,
    });
    expect(await data(`query ${find}`, 'reader', { id: id(1, 'public', 'author', 3) })).toEqual({
      node: null,
    });
    const unseen = await refusal(`query ${find}`, 'reader', { id: id(1, 'public', 'seat', 'A', 1) });
    expect(unseen).toContain('invalid node id: there is no table "public.seat" with ids');
    expect(await refusal(`query ${find}`, 'reader', { id: id(1, 'public', 'nope', 'A', 1) })).toBe(
      unseen.replace('seat', 'nope'),
    );
  });

  it('has no pages of a table that it may not list, nor its rows by id', async () => {
    expect(await refusal('{ author_connection { edges { cursor } } }', 'shy')).toContain('not found in type');
    expect(await refusal(`{ node(id: "${id(1, 'public', 'author', 1)}") { id } }`, 'shy')).toContain(
      'there is no table',
    );
    expect(await data('{ book_connection { edges { node { title } } } }', 'shy')).toHaveProperty(
      'book_connection',
    );
  });

  it('does not sort by columns it does not see', async () => {
    expect(
      await refusal('{ book_connection(order_by: {price: asc}) { edges { cursor } } }', 'reader'),
    ).toContain("field 'price' not found in type: 'book_order_by'");
  });
});

describe('a row by its id', () => {
  it('comes with the fields of its type, through any fragment', async () => {
    const query = `query ($a: ID!, $b: ID!) {
      a: node(id: $a) { __typename ...any ... on author { name } ... on book { title } }
      b: node(id: $b) { __typename ... on Node { id } ... on author { name } ... on book { title } }
    } fragment any on Node { id }`;
    const [a, b] = [id(1, 'public', 'author', 3), id(1, 'public', 'book', 1)];
    expect(await data(query, 'admin', { a, b })).toEqual({
      a: { __typename: 'author', id: btoa('[1, "public", "author", 3]'), name: 'Cy' },
      b: { __typename: 'book', id: btoa('[1, "public", "book", 1]'), title: 'T1' },
    });
  });

  it('is found by one text for ids of several tables', async () => {
    const find = (value: string) =>
      data('query ($id: ID!) { node(id: $id) { __typename ... on author { name } } }', 'admin', {
        id: value,
      });
    for (let i = 0; i < 2; i++) {
      expect(await find(id(1, 'public', 'author', 1))).toEqual({
        node: { __typename: 'author', name: 'Ada' },
      });
      expect(await find(id(1, 'public', 'author', 3))).toEqual({
        node: { __typename: 'author', name: 'Cy' },
      });
      expect(await find(id(1, 'public', 'book', 1))).toEqual({ node: { __typename: 'book' } });
      expect(await find(id(1, 'public', 'seat', 'A', 1))).toEqual({ node: { __typename: 'seat' } });
    }
  });

  it('is the same row again: several columns, big numbers, quotes', async () => {
    const page = await data<{
      seat_connection: { edges: { node: { id: string; hall: string; number: unknown } }[] };
    }>('{ seat_connection { edges { node { id hall number } } } }');
    expect(page.seat_connection.edges).toHaveLength(3);
    for (const { node } of page.seat_connection.edges) {
      expect(
        await data('query ($id: ID!) { node(id: $id) { ... on seat { id hall number } } }', 'admin', {
          id: node.id,
        }),
      ).toEqual({ node });
    }
  });

  it.each<[unknown[], string]>([
    [[1, 'public', 'seat', 'A'], "primary key columns ['number'] are missing"],
    [[1, 'public', 'seat', 'A', 1, 2, 'x'], 'unexpected column values [2,"x"]'],
    [[1, 'public', 'author', 'x'], "expected a 32-bit integer for type 'Int'"],
    [[1, 'public', 'author', null], "unexpected null value for type 'Int'"],
    [[2, 'public', 'author', 1], 'Error in $: unsupported GUID version: 2.0'],
    [[1, 'public'], 'Error in $: GUID version 1: expecting schema name'],
    [[], 'Error in $: unexpected GUID format'],
  ])('is refused for %j', async (values, message) => {
    const answer = await refusal(`{ node(id: "${id(...values)}") { id } }`);
    expect(answer).toContain('$.selectionSet.node.args.id invalid node id: ');
    expect(answer).toContain(message);
  });

  it('needs an id', async () => {
    expect(await refusal('{ node { id } }')).toContain("missing required field 'id'");
    expect(await refusal('{ node(id: null) { id } }')).toContain('unexpected null value');
  });
});

describe('beside the other API', () => {
  it('the same text means each its own', async () => {
    const query = '{ author_connection { edges { cursor } } }';
    expect(await ask(query)).toHaveProperty('data');
    expect(await ask(query, 'admin', {}, '/v1/graphql')).toHaveProperty('errors');
    const list = '{ author { id } }';
    expect(await ask(list, 'admin', {}, '/v1/graphql')).toEqual({
      data: { author: [{ id: 1 }, { id: 2 }, { id: 3 }] },
    });
    expect(await ask(list)).toHaveProperty('errors');
  });

  it('is explained where `is_relay` says so', async () => {
    const { body } = await hedge.post(
      '/v1/graphql/explain',
      JSON.stringify({
        is_relay: true,
        query: { query: '{ author_connection(first: 1) { edges { cursor } } }' },
      }),
      { 'x-hasura-admin-secret': ADMIN_SECRET },
    );
    expect(body).toEqual([
      {
        field: 'author_connection',
        sql: expect.stringContaining('row_number()') as unknown,
        plan: expect.any(Array) as unknown,
      },
    ]);
  });
});

describe('the schema', () => {
  const schemaOf = async (role: string) =>
    buildClientSchema(await data<IntrospectionQuery>(getIntrospectionQuery(), role));

  it('is one that GraphQL’s tools take, and holds what is served', async () => {
    const schema = await schemaOf('admin');
    const query = parse(`query ($id: ID!) {
      node(id: $id) { id ... on book { title author { id books_connection { pageInfo { endCursor } } } } }
      author_connection(first: 1, after: "x", order_by: {name: asc}, where: {id: {_eq: 1}}, distinct_on: name) {
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        edges { cursor node { id books { id } books_aggregate { nodes { id } } } }
      }
      search_books_connection(args: {word: "x"}, last: 1, before: "y") { edges { node { id } } }
    }`);
    expect(validate(schema, query)).toEqual([]);
    expect(printSchema(schema)).toContain('type author implements Node {');
    expect(schema.getQueryType()?.getFields()).not.toHaveProperty('loose_connection');
    expect(schema.getQueryType()?.getFields()).not.toHaveProperty('author');
  });

  it('shows a role what it may do', async () => {
    const schema = await schemaOf('shy');
    expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual([
      'book_connection',
      'node',
      'search_books_connection',
    ]);
    expect(printSchema(schema)).toMatch(/^type book implements Node \{$/m);
    expect(String(schema.getType('author'))).toBe('author');
    expect(printSchema(schema)).not.toMatch(/^type author implements/m);
  });
});

describe('switched off', () => {
  let off: Hedge;
  beforeAll(async () => {
    off = await startHedge({
      sql: 'select 1',
      metadata: { ...METADATA, sources: [] },
      env: { HASURA_GRAPHQL_ENABLE_RELAY: 'false' },
    });
  });
  afterAll(() => off?.stop());

  it('says so', async () => {
    const { status, body } = await off.post('/v1beta1/relay', '{"query":"{ __typename }"}', {
      'x-hasura-admin-secret': ADMIN_SECRET,
    });
    expect([status, (body as { code: string }).code]).toEqual([400, 'not-supported']);
  });
});
