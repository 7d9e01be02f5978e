// Awkward names, values and shapes of requests over HTTP: each is answered exactly or refused clearly, and after all
// of it the database is as it was.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { pgClient } from '../support/database.ts';
import type { Hedge } from '../support/hedge.ts';
import { ADMIN_SECRET, startHedge } from '../support/hedge.ts';
import { HOSTILE_METADATA, HOSTILE_SQL, LONG_COLUMNS, WIDE, WIDEST } from './schema.ts';

let hedge: Hedge;

beforeAll(async () => {
  hedge = await startHedge({ sql: HOSTILE_SQL, metadata: HOSTILE_METADATA });
});
afterAll(() => hedge?.stop());

const data = async (query: string, variables?: unknown) => {
  const { body } = await hedge.graphql(query, { variables });
  expect(body).toHaveProperty('data');
  return (body as { data: unknown }).data;
};
const refusal = async (query: string, variables?: unknown) => {
  const { body, status } = await hedge.graphql(query, { variables });
  expect(status).toBe(200);
  const { errors } = body as { errors: { message: string; extensions: { code: string; path: string } }[] };
  expect(errors).toHaveLength(1);
  const [error] = errors;
  return `${error?.extensions.code} ${error?.extensions.path} ${error?.message}`;
};

describe('names', () => {
  test('a column that is SQL has a custom name and its value', async () => {
    expect(
      await data('{ author(where: {id: {_eq: 1}, dropped: {_like: "still%"}}) { dropped constructor } }'),
    ).toEqual({
      author: [{ dropped: 'still here', constructor: 'c' }],
    });
  });

  test('quotes in schema and table names', async () => {
    const [a, b] = LONG_COLUMNS;
    expect(
      await data(
        `{ weird(where: {select: {_eq: "from"}}) { ${a} ${b} select } weird_by_pk(${a}: 7) { ${b} } }`,
      ),
    ).toEqual({
      weird: [{ [a]: 7, [b]: 'seven', select: 'from' }],
      weird_by_pk: { [b]: 'seven' },
    });
  });

  test('aliases that JavaScript, Postgres or the statement itself could trip over', async () => {
    const aliases = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      'r',
      't',
      'j',
      'c0',
      'root',
      'select',
      '_',
      'x'.repeat(64),
      'x'.repeat(63),
      `${'x'.repeat(63)}y`,
    ];
    const text = aliases.map((a) => `${a}: id`).join(' ');
    const { text: answer } = await hedge.graphql(
      `{ author(where: {id: {_eq: 1}}) { ${text} } ${aliases.map((a) => `${a}: author_by_pk(id: 1) { r t }`).join(' ')} }`,
    );
    const parsed = JSON.parse(answer) as { data: Record<string, unknown> };
    const row = (parsed.data['author'] as Record<string, unknown>[])[0] ?? {};
    expect(Object.keys(row)).toEqual(aliases);
    expect(Object.keys(parsed.data)).toEqual(['author', ...aliases]);
    expect(Object.values(row)).toEqual(aliases.map(() => 1));
  });

  test('a computed field of a table with columns named like aliases', async () => {
    expect(
      await data(
        '{ author(where: {upper: {_eq: "BOB"}}, order_by: {upper: asc}) { upper search(args: {prefix: "t"}) { title } } }',
      ),
    ).toEqual({
      author: [{ upper: 'BOB', search: [{ title: 'three' }] }],
    });
  });
});

describe('values', () => {
  test('numbers, infinities and dates come out exactly', async () => {
    const { text } = await hedge.graphql(
      '{ author(order_by: {id: asc}, limit: 2) { big num f8 ts pos bytes tags mood } }',
    );
    expect(text).toContain('"big":9007199254740993,"num":0.10000000000000000001,"f8":"NaN","ts":"infinity"');
    expect(text).toContain(
      '"big":-9223372036854775808,"num":"NaN","f8":"-Infinity","ts":"0001-01-01T00:00:00+00:00 BC"',
    );
    expect(text).toContain('"tags":["a","b c",null],"mood":"sad"');
  });

  test.each<[string, string, string, number[]]>([
    [
      'bigint beyond 2^53 in JSON',
      'query ($x: bigint) { author(where: {big: {_eq: $x}}) { id } }',
      '9007199254740993',
      [1],
    ],
    [
      'numeric of many digits',
      'query ($x: numeric) { author(where: {num: {_eq: $x}}) { id } }',
      '0.10000000000000000001',
      [1],
    ],
    [
      'quotes and semicolons',
      'query ($x: String) { author(where: {name: {_eq: $x}}) { id } }',
      JSON.stringify(`Ann "A" \\ ';--`),
      [1],
    ],
    [
      'an enum value with quotes',
      'query ($x: mood) { author(where: {mood: {_eq: $x}}) { id } }',
      JSON.stringify(`it's "ok"`),
      [2],
    ],
    [
      'an emoji in a list',
      'query ($x: [mood!]) { author(where: {mood: {_in: $x}}) { id } }',
      '["ünï💥"]',
      [3],
    ],
    [
      'an injection attempt',
      'query ($x: String) { author(where: {name: {_eq: $x}}) { id } }',
      JSON.stringify(`' or 1=1; drop table author; --`),
      [],
    ],
    [
      'jsonb containment',
      'query ($x: jsonb) { author(where: {j: {_contains: $x}}) { id } }',
      '{"a": {"b": ["x"]}}',
      [1],
    ],
    ['a key with a quote', 'query ($x: String) { author(where: {j: {_has_key: $x}}) { id } }', `"k'"`, [1]],
    ['an array', 'query ($x: [String!]) { author(where: {tags: {_contains: $x}}) { id } }', '["b c"]', [1]],
    [
      'an array equal to the empty one',
      'query ($x: [String!]) { author(where: {tags: {_eq: $x}}) { id } }',
      '[]',
      [2],
    ],
  ])('%s', async (_, query, json, ids) => {
    const body = `{"query":${JSON.stringify(query)},"variables":{"x":${json}}}`;
    const answer = await hedge.post('/v1/graphql', body, { 'x-hasura-admin-secret': ADMIN_SECRET });
    expect(answer.body).toEqual({ data: { author: ids.map((id) => ({ id })) } });
  });

  test.each<[string, unknown]>([
    ['a', { b: [1, 'x'] }],
    ['a.b', [1, 'x']],
    ['$.a.b[0]', 1],
  ])('a path into json: %s', async (path, wanted) => {
    expect(
      await data(
        'query ($p: String) { author_by_pk(id: 1) { j(path: $p) x: j(path: "$.a.b[1]") y: j(path: "nope") } }',
        { p: path },
      ),
    ).toEqual({
      author_by_pk: { j: wanted, x: 'x', y: null },
    });
  });

  test.each([
    [
      '{ author(where: {name: {_eq: "a\\u0000b"}}) { id } }',
      'data-exception $.selectionSet.author.args.where.name._eq a text value holds the character NUL, which Postgres cannot store',
    ],
    [
      '{ author(where: {ts: {_eq: "yesterdayish"}}) { id } }',
      'data-exception $ invalid input syntax for type timestamp with time zone: "yesterdayish"',
    ],
    [
      '{ author(where: {mood: {_eq: "happy"}}) { id } }',
      'data-exception $ invalid input value for enum mood: "happy"',
    ],
    [
      '{ author(where: {big: {_eq: 99999999999999999999}}) { id } }',
      'parse-failed $.selectionSet.author.args.where.big._eq The value 9.9999999999999999999e19 lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?',
    ],
    [
      '{ author(where: {big: {_eq: "99999999999999999999"}}) { id } }',
      'data-exception $ value "99999999999999999999" is out of range for type bigint',
    ],
    [
      '{ author(where: {name: {_similar: "("}}) { id } }',
      'data-exception $ invalid regular expression: parentheses () not balanced',
    ],
    [
      '{ author(where: {id: {_eq: "one"}}) { id } }',
      "validation-failed $.selectionSet.author.args.where.id._eq expected a 32-bit integer for type 'Int', but found a string",
    ],
    [
      '{ author(order_by: {id: "asc"}) { id } }',
      "validation-failed $.selectionSet.author.args.order_by[0].id expected an enum value for type 'order_by', but found a string",
    ],
    [
      '{ author(order_by: {id: up}) { id } }',
      "validation-failed $.selectionSet.author.args.order_by[0].id expected one of the values ['asc', 'asc_nulls_first', 'asc_nulls_last', 'desc', 'desc_nulls_first', 'desc_nulls_last'] for type 'order_by', but found 'up'",
    ],
    [
      '{ author { search { title } } }',
      "validation-failed $.selectionSet.author.selectionSet.search.args.args missing required field 'args'",
    ],
  ])('%s is refused', async (query, message) => {
    expect(await refusal(query)).toBe(message);
  });

  test('an unpaired surrogate in a variable is refused', async () => {
    const body =
      '{"query":"query ($x: String) { author(where: {name: {_eq: $x}}) { id } }","variables":{"x":"a\\ud800"}}';
    const { text } = await hedge.post('/v1/graphql', body, { 'x-hasura-admin-secret': ADMIN_SECRET });
    expect(text).toContain('an unpaired surrogate');
  });
});

describe('sizes', () => {
  test.each([
    ['wide', WIDE],
    ['widest', WIDEST],
  ])('every column of %s', async (name, count) => {
    const names = Array.from({ length: count }, (_, i) => `c${i}`);
    const rows = (
      (await data(`{ ${name} { ${names.join(' ')} } }`)) as Record<string, Record<string, number>[]>
    )[name];
    expect(Object.entries(rows?.[0] ?? {})).toEqual(names.map((n, i) => [n, i]));
  });

  test('sixty aggregates, in order', async () => {
    const names = Array.from({ length: WIDE }, (_, i) => `c${i}`);
    const answer = (await data(`{ wide_aggregate { aggregate { sum { ${names.join(' ')} } } } }`)) as {
      wide_aggregate: { aggregate: { sum: object } };
    };
    expect(Object.entries(answer.wide_aggregate.aggregate.sum)).toEqual(names.map((n, i) => [n, i]));
  });

  test('1,000 aliases in one statement', async () => {
    const aliases = Array.from({ length: 1000 }, (_, i) => `a${i}: author_by_pk(id: ${(i % 3) + 1}) { id }`);
    const answer = (await data(`{ ${aliases.join(' ')} }`)) as Record<string, { id: number }>;
    expect(Object.keys(answer)).toHaveLength(1000);
    expect(answer['a999']).toEqual({ id: 1 });
  });

  test('10,000 rows and a row of 1 MB', async () => {
    const answer = (await data('{ many(order_by: {id: asc}) { id body } fat { body } }')) as {
      many: { id: number }[];
      fat: { body: string }[];
    };
    expect(answer.many).toHaveLength(10_000);
    expect(answer.many[9999]).toEqual({ id: 10_000, body: 'row 10000' });
    expect(answer.fat[0]?.body.length).toBe(1_000_000);
  });

  test('depth 60 through a relationship that leads back', async () => {
    let selection = 'id';
    for (let i = 0; i < 60; i++)
      selection = i % 2 === 0 ? `author { ${selection} }` : `articles(limit: 1) { ${selection} }`;
    const { body } = await hedge.graphql(
      `{ article_by_pk(id: 1) { ${selection.replace(/^articles\(limit: 1\) \{/, 'author { articles(limit: 1) {')} } }${selection.startsWith('articles') ? ' }' : ''}`,
    );
    expect(body).toHaveProperty('data.article_by_pk');
  });

  test('100,000 values for _in, as a variable', async () => {
    const ids = Array.from({ length: 100_000 }, (_, i) => i);
    expect(await data('query ($ids: [Int!]) { author(where: {id: {_in: $ids}}) { id } }', { ids })).toEqual({
      author: [{ id: 1 }, { id: 2 }, { id: 3 }],
    });
  });

  test('a fragment diamond of 2^30 spreads is entered once per level', async () => {
    const fragments = Array.from(
      { length: 30 },
      (_, i) => `fragment F${i} on author { ...F${i + 1} ...F${i + 1} }`,
    ).join(' ');
    expect(
      await data(`{ author_by_pk(id: 1) { ...F0 ...F0 } } ${fragments} fragment F30 on author { id }`),
    ).toEqual({ author_by_pk: { id: 1 } });
  });

  test('a diamond that really is 2^30 fields is refused in time', async () => {
    const fragments = Array.from(
      { length: 30 },
      (_, i) =>
        `fragment F${i} on author { a: parentAuthor { ...F${i + 1} } b: parentAuthor { ...F${i + 1} } }`,
    ).join(' ');
    expect(await refusal(`{ author { ...F0 } } ${fragments} fragment F30 on author { id }`)).toBe(
      'validation-failed $ the operation selects more than 200000 fields',
    );
  });

  test('a cycle of fragments is none that anybody walks', async () => {
    expect(await refusal('{ author { ...A } } fragment A on author { children { ...A } }')).toBe(
      'validation-failed $.selectionSet.author.selectionSet.A.selectionSet.children.selectionSet the fragment definition(s) A form a cycle',
    );
  });

  const nested = (open: string, close: string): string => `${open.repeat(10_000)}{}${close.repeat(10_000)}`;
  test.each([
    ['where as a literal', `{ author(where: ${nested('{_not: ', '}')}) { id } }`, '{}'],
    [
      'where as a variable',
      'query ($w: author_bool_exp) { author(where: $w) { id } }',
      `{"w":${nested('{"_not":', '}')}}`,
    ],
  ])('nested 10,000 deep: %s', async (_, query, variables) => {
    const { status, body } = await hedge.post(
      '/v1/graphql',
      `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      {
        'x-hasura-admin-secret': ADMIN_SECRET,
      },
    );
    expect(status).toBe(200);
    expect(body).toHaveProperty('errors');
    expect(JSON.stringify(body)).not.toContain('unexpected');
  });

  test('json 100 levels deep is a value, a million levels are refused', async () => {
    const ask = (levels: number) =>
      hedge.post(
        '/v1/graphql',
        `{"query":"query ($w: jsonb) { author(where: {j: {_eq: $w}}) { id } }","variables":{"w":${'['.repeat(levels)}${']'.repeat(levels)}}}`,
        { 'x-hasura-admin-secret': ADMIN_SECRET },
      );
    expect((await ask(100)).body).toEqual({ data: { author: [] } });
    expect((await ask(1_000_000)).text).toMatch(
      /nests too deep|not a valid json value|stack depth limit exceeded/,
    );
  });

  test('a statement that runs too long says so', async () => {
    const client = await pgClient(hedge.database.url);
    await client.query(
      `do $$ begin execute format('alter database %I set statement_timeout = 300', current_database()); end $$`,
    );
    await client.end();
    const fresh = await startHedgeOn(hedge);
    try {
      const { body } = await fresh('{ slow { zzz } }');
      expect(JSON.stringify(body)).toContain('canceling statement due to statement timeout');
    } finally {
      const again = await pgClient(hedge.database.url);
      await again.query(
        `do $$ begin execute format('alter database %I reset statement_timeout', current_database()); end $$`,
      );
      await again.end();
    }
  });
});

/** New sessions read the changed setting: end the pooled ones first. */
async function startHedgeOn(running: Hedge): Promise<(query: string) => Promise<{ body: unknown }>> {
  const client = await pgClient(running.database.url);
  await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await client.end();
  return (query) => running.graphql(query);
}

describe('variables', () => {
  test.each<[string, unknown, unknown]>([
    ['query ($o: [author_order_by!]) { author(order_by: $o) { id } }', { o: { id: 'desc' } }, [3, 2, 1]],
    ['query ($o: [author_order_by!] = {id: desc}) { author(order_by: $o) { id } }', {}, [3, 2, 1]],
    ['query ($w: [author_bool_exp!]) { author(where: {_and: $w}) { id } }', { w: { id: { _eq: 2 } } }, [2]],
    [
      'query ($d: [author_select_column!]) { author(distinct_on: $d, order_by: {id: asc}) { id } }',
      { d: 'id' },
      [1, 2, 3],
    ],
    [
      'query ($a: Int!, $b: Int!) { author(where: {id: {_in: [$a, $b]}}, order_by: {id: asc}) { id } }',
      { a: 1, b: 3 },
      [1, 3],
    ],
    ['query ($j: jsonb) { author(where: {j: {_contains: {a: $j}}}) { id } }', { j: { b: [1] } }, [1]],
    ['query ($j: jsonb) { author(where: {j: {_contains: {a: $j}}}) { id } }', {}, []],
  ])('%s with %j', async (query, variables, ids) => {
    expect(await data(query, variables)).toEqual({ author: (ids as number[]).map((id) => ({ id })) });
  });

  test.each<[string, unknown, string]>([
    [
      '{ author(where: {j: {_contains: {a: $typo}}}) { id } }',
      {},
      'validation-failed $.selectionSet.author.args.where.j._contains unbound variable "typo"',
    ],
    [
      '{ author(where: {id: {_in: [$typo]}}) { id } }',
      {},
      'validation-failed $.selectionSet.author.args.where.id._in[0] unbound variable "typo"',
    ],
    [
      'query ($x: String!) { author(where: {id: {_in: [$x]}}) { id } }',
      { x: '1' },
      "validation-failed $.selectionSet.author.args.where.id._in[0] variable 'x' is declared as 'String!', but used where 'Int!' is expected",
    ],
    [
      'query ($x: [String!]) { author(where: {name: {_in: $x}}) { id } }',
      { x: [null] },
      "validation-failed $.selectionSet.author.args.where.name._in[0] unexpected null value for type 'String'",
    ],
    [
      '{ author(where: {tags: {_in: [["a"], null]}}) { id } }',
      {},
      "validation-failed $.selectionSet.author.args.where.tags._in[1] unexpected null value for type 'String'",
    ],
    [
      '{ author @include(if: true, unless: false) { id } }',
      {},
      "validation-failed $.selectionSet 'include' has no argument named 'unless'",
    ],
  ])('%s with %j is refused', async (query, variables, message) => {
    expect(await refusal(query, variables)).toBe(message);
  });

  test('a list in a GraphQL variable is not Postgres text', async () => {
    expect(
      await data('query ($x: [String!]) { author(where: {name: {_in: $x}}) { id } }', { x: '{Bob,x}' }),
    ).toEqual({ author: [] });
  });

  test('a session argument never takes the place of an argument that was left out', async () => {
    expect(await data('{ author_by_pk(id: 1) { options(args: {opts: "o"}) } }')).toEqual({
      author_by_pk: { options: 'o admin' },
    });
    expect(await data('{ author_by_pk(id: 1) { options } }')).toEqual({
      author_by_pk: { options: 'none admin' },
    });
  });

  test('an object of 5,000 fields, and lists of 70,000 lists', async () => {
    const aliases = Array.from({ length: 5000 }, (_, i) => `a${i}: id`).join(' ');
    const answer = (await data(`{ author_by_pk(id: 1) { ${aliases} } }`)) as {
      author_by_pk: Record<string, number>;
    };
    expect(Object.keys(answer.author_by_pk)).toHaveLength(5000);
    const lists = Array.from({ length: 70_000 }, () => ['a']);
    expect(
      await refusal('query ($x: [[String!]!]) { author(where: {tags: {_in: $x}}) { id } }', { x: lists }),
    ).toMatch(/^validation-failed \$ the arguments have more than/);
  });
});

describe('what a role may not see', () => {
  const USER = { role: 'user', session: { 'x-hasura-user-id': '2' } };

  test.each([
    '{ author { big } }',
    '{ author(where: {big: {_is_null: true}}) { id } }',
    '{ author(order_by: {big: asc}) { id } }',
    '{ author(distinct_on: big) { id } }',
    '{ author { articles { id } } }',
    '{ author(where: {articles: {}}) { id } }',
    '{ author { whoami } }',
    '{ author { search(args: {prefix: ""}) { id } } }',
    '{ author_aggregate { aggregate { count } } }',
    '{ article { id } }',
    '{ author { __typename parentAuthor { dropped } } }',
    '{ many { id } }',
  ])('%s looks like something that is not there', async (query) => {
    const { text } = await hedge.graphql(query, USER);
    expect(text).toMatch(/not found in type|expected one of the values/);
    expect(text).not.toMatch(/permission|role/);
  });

  test('its filter holds in lists, by key and through relationships to itself', async () => {
    const { body } = await hedge.graphql(
      '{ author { id upper children { id } parentAuthor { id } } a: author_by_pk(id: 1) { id } b: author_by_pk(id: 2) { id } weird { select } }',
      USER,
    );
    expect(body).toEqual({
      data: {
        author: [{ id: 2, upper: 'BOB', children: [], parentAuthor: null }],
        a: null,
        b: { id: 2 },
        weird: [],
      },
    });
  });

  test('the statement is not shown to it, nor the database named', async () => {
    const { text } = await hedge.graphql('{ author { id } }', {
      role: 'user',
      session: { 'x-hasura-user-id': 'two' },
    });
    expect(text).toBe(
      '{"errors":[{"message":"invalid input syntax for type integer: \\"two\\"","extensions":{"path":"$","code":"data-exception"}}]}',
    );
  });
});

test('after all of it the database is as it was', async () => {
  expect(
    await data('{ author_aggregate { aggregate { count } } article_aggregate { aggregate { count } } }'),
  ).toEqual({
    author_aggregate: { aggregate: { count: 3 } },
    article_aggregate: { aggregate: { count: 3 } },
  });
});
