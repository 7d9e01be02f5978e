// Nested inserts as one statement and as a transaction of several: the same answers, errors and rows.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Artifact } from '../../src/artifact/types.ts';
import type { CatalogTable } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import { type Ask, type Stages, startStages } from '../support/stages.ts';
import { METADATA, ROWS, SCHEMA } from './blog.ts';

let stages: Stages;
let chained: Ask;
let separate: Ask;
beforeAll(async () => {
  stages = await startStages(SCHEMA);
  const artifactOf = (tables: Stages['catalog']['tables']): Artifact =>
    compile(METADATA, new Map([['default', { ...stages.catalog, tables }]]));
  chained = stages.serve(artifactOf(stages.catalog.tables));
  separate = stages.serve(artifactOf(stages.catalog.tables.map(withAnything)));
});
afterAll(() => stages?.stop());

/** A table that may run anything when it is written to. */
function withAnything(table: CatalogTable): CatalogTable {
  return Object.fromEntries(
    Object.entries(table).filter(([key]) => key !== 'unseen'),
  ) as unknown as CatalogTable;
}

const STATE = `select json_build_object(
  'author', (select json_agg(a order by id) from author a), 'article', (select json_agg(a order by id) from (select id, title, content, author_id, status, tags from article) a),
  'profile', (select json_agg(p order by author_id) from profile p), 'category', (select json_agg(c order by id) from category c),
  'basket', (select json_agg(b order by id) from basket b), 'stock', (select json_agg(s order by id) from stock s)) as state`;

interface Case {
  readonly query: string;
  readonly role?: string;
  readonly variables?: Record<string, unknown>;
}

async function both({ query, role = 'admin', variables = {} }: Case): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  for (const ask of [chained, separate]) {
    await stages.client.query(ROWS);
    const answer = await ask(role, query, {
      variables,
      session: { 'x-hasura-user-id': '1', 'x-hasura-tenant': '4' },
    });
    const { rows } = await stages.client.query<{ state: unknown }>(STATE);
    results.push({ answer, state: rows[0]?.state });
  }
  return results;
}

const MANY =
  'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows returning { id name } } }';
const ARTICLES =
  'mutation ($o: [article_insert_input!]!) { insert_article(objects: $o) { affected_rows returning { id title author_id } } }';
const authors = (count: number, article: (i: number, n: number) => object): readonly object[] =>
  Array.from({ length: count }, (_, i) => ({
    name: `n${i}`,
    articles: { data: Array.from({ length: i % 4 }, (__, n) => article(i, n)) },
  }));

const CASES: readonly (readonly [name: string, given: Case])[] = [
  [
    'children of one',
    {
      query:
        'mutation { insert_author_one(object: {name: "x", articles: {data: [{title: "1"}, {title: "2"}]}}) { id name __typename } }',
    },
  ],
  [
    'children of many, literally',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", articles: {data: [{title: "1"}]}}, {name: "y"}, {name: "z", articles: {data: [{title: "2"}, {title: "3", content: "c"}]}}]) { affected_rows } }',
    },
  ],
  ['children of many', { query: MANY, variables: { o: authors(40, (i, n) => ({ title: `${i}.${n}` })) } }],
  ['no children at all', { query: MANY, variables: { o: [{ name: 'x', articles: { data: [] } }] } }],
  [
    'parents',
    {
      query: ARTICLES,
      variables: {
        o: [
          { title: 'a', author: { data: { name: 'x' } } },
          { title: 'b', author: { data: { name: 'y' } } },
        ],
      },
    },
  ],
  [
    'parents of some',
    { query: ARTICLES, variables: { o: [{ title: 'a', author: { data: { name: 'x' } } }, { title: 'b' }] } },
  ],
  [
    'a parent with other children',
    {
      query: ARTICLES,
      variables: {
        o: [
          {
            title: 'a',
            author: { data: { name: 'x', articles: { data: [{ title: 'b' }, { title: 'c' }] } } },
          },
        ],
      },
    },
  ],
  [
    'an object inserted after',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", profile_manual: {data: {phone: "1"}}, articles: {data: [{title: "t"}]}}]) { affected_rows returning { name } } }',
    },
  ],
  [
    'the number alone',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", articles: {data: [{title: "t"}]}}]) { affected_rows } }',
    },
  ],
  [
    'the rows alone',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", articles: {data: [{title: "t"}]}}]) { returning { id } } }',
    },
  ],
  [
    'only the later has children',
    {
      query:
        'mutation { insert_article(objects: [{title: "a", status: "s"}, {title: "b", tags_of: {data: []}}]) { affected_rows } }',
    },
  ],
  [
    'children of several, and nobody asks for them',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", score: 1, articles: {data: [{title: "1"}]}}, {name: "y", articles: {data: [{title: "2"}]}}]) { returning { id } } }',
    },
  ],
  [
    'nothing of them',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", articles: {data: [{title: "t"}]}}]) { __typename } }',
    },
  ],
  [
    'a permission’s values and checks',
    { role: 'editor', query: MANY, variables: { o: [{ name: 'x', articles: { data: [{ title: 't' }] } }] } },
  ],
  [
    'a check of the parent that fails',
    {
      role: 'editor',
      query: MANY,
      variables: { o: [{ name: 'x', is_admin: true, articles: { data: [{ title: 't' }] } }] },
    },
  ],
  [
    'a check through a relationship',
    {
      role: 'user',
      query:
        'mutation { insert_author_one(object: {id: 1, name: "x", articles: {data: [{title: "t"}]}}) { id } }',
    },
  ],
  [
    'a child the database refuses',
    { query: MANY, variables: { o: [{ name: 'x', articles: { data: [{ title: 'ok' }, { title: '' }] } }] } },
  ],
  [
    'a parent the database refuses',
    { query: MANY, variables: { o: [{ name: 'ann', articles: { data: [{ title: 'ok' }] } }] } },
  ],
  [
    'one of many parents it refuses',
    {
      query: MANY,
      variables: {
        o: authors(9, () => ({ title: 't' })).concat([{ name: 'n3', articles: { data: [{ title: 'x' }] } }]),
      },
    },
  ],
  [
    'a child without what it needs',
    {
      query:
        'mutation { insert_author(objects: [{name: "x", articles: {data: [{content: "c"}]}}]) { affected_rows } }',
    },
  ],
  [
    'a grandparent without what it needs',
    {
      query:
        'mutation { insert_article(objects: [{title: "t", author: {data: {bio: "b"}}}]) { affected_rows } }',
    },
  ],
  [
    'a foreign key to nothing',
    { query: 'mutation { insert_basket(objects: [{amount: 1, stock_id: 9}]) { affected_rows } }' },
  ],
  [
    'two root fields',
    {
      query:
        'mutation { a: insert_author_one(object: {name: "x", articles: {data: {title: "1"}}}) { id } b: insert_author_one(object: {name: "y", articles: {data: {title: "2"}}}) { id } }',
    },
  ],
  [
    'two root fields, the last of which fails',
    {
      query:
        'mutation { a: insert_author_one(object: {name: "x", articles: {data: {title: "1"}}}) { id } b: insert_author_one(object: {name: "x", articles: {data: {title: "2"}}}) { id } }',
    },
  ],
  [
    'an answer with other rows',
    {
      query:
        'mutation { insert_author_one(object: {name: "x", articles: {data: [{title: "1"}]}}) { id articles { title } } }',
    },
  ],
  [
    'a conflict among them',
    {
      query:
        'mutation { insert_author_one(object: {name: "x", articles: {data: [{id: 1, title: "1"}], on_conflict: {constraint: article_pkey, update_columns: [title]}}}) { id } }',
    },
  ],
  [
    'rows of different columns',
    {
      query: MANY,
      variables: {
        o: [
          { name: 'x', score: 3, articles: { data: [{ title: '1', status: 's' }, { title: '2' }] } },
          { name: 'y', articles: { data: [{ title: '3' }] } },
        ],
      },
    },
  ],
];

describe('in both ways', () => {
  test.each(CASES)('%s', async (_, given) => {
    const [one, several] = await both(given);
    expect(one).toEqual(several);
  });
});

test('a trigger that came later and skips rows is noticed', async () => {
  await stages.client.query(`${ROWS};
    create function skip() returns trigger language plpgsql as $$ begin return case when new.name = 'skip' then null else new end; end $$;
    create trigger skip before insert on author for each row execute function skip()`);
  try {
    for (const [query, relation] of [
      [
        'insert_author(objects: [{name: "a"}, {name: "skip", articles: {data: [{title: "t"}]}}]) { affected_rows }',
        'array relations',
      ],
      [
        'insert_article(objects: [{title: "t", author: {data: {name: "skip"}}}]) { affected_rows }',
        'object relation "author"',
      ],
    ] as const) {
      expect(await chained('admin', `mutation { ${query} }`)).toContain(
        `cannot proceed to insert ${relation} since insert to table "author" affects zero rows`,
      );
    }
    const { rows } = await stages.client.query('select name from author order by id');
    expect(rows).toHaveLength(3);
  } finally {
    await stages.client.query('drop trigger skip on author');
  }
});
