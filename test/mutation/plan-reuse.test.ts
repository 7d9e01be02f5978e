// One text, many variables: a plan made for one request never answers another whose objects look different.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { type Blog, startBlog } from './blog.ts';

let blog: Blog;
beforeAll(async () => {
  blog = await startBlog();
});
beforeEach(() => blog.reset());
afterAll(() => blog?.stop());

const INSERT =
  'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows returning { name score bio articles(order_by: {id: asc}) { title status } profile { phone } } } }';
const insert = (o: unknown): Promise<unknown> => blog.ask('admin', INSERT, { variables: { o } });
const author = (name: string, rest: object = {}): object => ({
  name,
  score: 0,
  bio: null,
  articles: [],
  profile: null,
  ...rest,
});

/** Each is sent twice, in this order and back. */
const REQUESTS: readonly (readonly [objects: (n: number) => unknown, answer: (n: number) => unknown])[] = [
  [(n) => [{ name: `a${n}` }], (n) => ({ affected_rows: 1, returning: [author(`a${n}`)] })],
  [
    (n) => [{ name: `b${n}` }, { name: `c${n}` }],
    (n) => ({ affected_rows: 2, returning: [author(`b${n}`), author(`c${n}`)] }),
  ],
  [
    (n) => [{ name: `d${n}`, bio: 'x' }],
    (n) => ({ affected_rows: 1, returning: [author(`d${n}`, { bio: 'x' })] }),
  ],
  [
    (n) => [{ name: `e${n}` }, { name: `f${n}`, bio: 'x' }],
    (n) => ({ affected_rows: 2, returning: [author(`e${n}`), author(`f${n}`, { bio: 'x' })] }),
  ],
  [
    (n) => [{ name: `g${n}`, score: 1 }, { name: `h${n}` }],
    (n) => ({ affected_rows: 2, returning: [author(`g${n}`, { score: 1 }), author(`h${n}`)] }),
  ],
  [
    (n) => [{ name: `i${n}` }, { name: `j${n}`, score: 1 }],
    (n) => ({ affected_rows: 2, returning: [author(`i${n}`), author(`j${n}`, { score: 1 })] }),
  ],
  [
    (n) => [{ name: `k${n}`, articles: { data: [{ title: 't' }] } }, { name: `l${n}` }],
    (n) => ({
      affected_rows: 3,
      returning: [author(`k${n}`, { articles: [{ title: 't', status: 'draft' }] }), author(`l${n}`)],
    }),
  ],
  [
    (n) => [
      { name: `m${n}` },
      { name: `n${n}`, articles: { data: [{ title: 't' }, { title: 'u', status: 's' }] } },
    ],
    (n) => ({
      affected_rows: 4,
      returning: [
        author(`m${n}`),
        author(`n${n}`, {
          articles: [
            { title: 't', status: 'draft' },
            { title: 'u', status: 's' },
          ],
        }),
      ],
    }),
  ],
  [
    (n) => [
      { name: `o${n}`, profile: { data: { phone: '1' } } },
      { name: `p${n}`, profile: null },
    ],
    (n) => ({ affected_rows: 3, returning: [author(`o${n}`, { profile: { phone: '1' } }), author(`p${n}`)] }),
  ],
  [() => [], () => ({ affected_rows: 0, returning: [] })],
];

test('objects of every shape, after each other and back again', async () => {
  const order = [...REQUESTS, ...REQUESTS.toReversed()];
  for (const [n, [objects, answer]] of order.entries())
    expect(await insert(objects(n))).toEqual({ insert_author: answer(n) });
});

test.each<[string, unknown, unknown, string]>([
  [
    'an unknown column',
    [{ name: 'a' }],
    [{ name: 'b', nope: 1 }],
    "validation-failed $.selectionSet.insert_author.args.objects[0].nope field 'nope' not found in type: 'author_insert_input'",
  ],
  [
    'a name with a space for two names',
    [{ name: 'a', bio: 'x' }],
    [{ 'name bio': 'b' }],
    "validation-failed $.selectionSet.insert_author.args.objects[0]['name bio'] field 'name bio' not found in type: 'author_insert_input'",
  ],
  [
    'no object',
    [{ name: 'a' }, { name: 'b' }],
    [{ name: 'c' }, 'd'],
    "validation-failed $.selectionSet.insert_author.args.objects[1] expected an object for type 'author_insert_input', but found a string",
  ],
  [
    'null for an object',
    [{ name: 'a' }],
    [null],
    "validation-failed $.selectionSet.insert_author.args.objects[0] expected an object for type 'author_insert_input', but found null",
  ],
  [
    'a key the parent determines, in a later row',
    [{ name: 'a', articles: { data: [{ title: 't' }, { title: 'u' }] } }],
    [{ name: 'b', articles: { data: [{ title: 't' }, { title: 'u', author_id: 1 }] } }],
    'validation-failed $.selectionSet.insert_author.args.objects[0].articles.data[1] cannot insert "author_id" columns as their values are already being determined by parent insert',
  ],
  [
    'a list for an object',
    [{ name: 'a', profile: { data: { phone: '1' } } }],
    [{ name: 'b', profile: { data: [{ phone: '1' }] } }],
    "validation-failed $.selectionSet.insert_author.args.objects[0].profile.data expected an object for type 'profile_insert_input', but found a list",
  ],
  [
    'data that is missing',
    [{ name: 'a', articles: { data: [{ title: 't' }] } }],
    [{ name: 'b', articles: {} }],
    "validation-failed $.selectionSet.insert_author.args.objects[0].articles.data missing required field 'data'",
  ],
])('a plan in the cache does not let %s pass', async (_, good, bad, error) => {
  expect(await insert(good)).toHaveProperty('insert_author');
  expect(await insert(bad)).toBe(error);
  expect(await insert(good)).toMatch(/^constraint-violation/);
});

test('on_conflict of nested rows is read anew', async () => {
  const objects = (update: readonly string[], where?: object) => [
    {
      title: 't',
      author: {
        data: { name: 'ann', bio: 'new' },
        on_conflict: { constraint: 'author_name_key', update_columns: update, ...(where && { where }) },
      },
    },
  ];
  const ask = (o: unknown): Promise<unknown> =>
    blog.ask(
      'admin',
      'mutation ($o: [article_insert_input!]!) { insert_article(objects: $o) { returning { author { bio } } } }',
      { variables: { o } },
    );
  const gone = /^not-supported/;
  expect(await ask(objects(['bio']))).toEqual({
    insert_article: { returning: [{ author: { bio: 'new' } }] },
  });
  expect(await ask(objects([]))).toMatch(gone);
  expect(await ask(objects(['bio'], { id: { _eq: 1 } }))).toHaveProperty('insert_article');
  expect(await ask(objects(['bio'], { id: { _eq: 2 } }))).toMatch(gone);
  expect(await ask(objects(['bio']))).toHaveProperty('insert_article');
});

test('update operators of other columns are another plan', async () => {
  const ask = (s: unknown): Promise<unknown> =>
    blog.ask(
      'admin',
      'mutation ($s: author_set_input) { update_author(where: {id: {_eq: 1}}, _set: $s) { returning { bio score } } }',
      { variables: { s } },
    );
  expect(await ask({ bio: 'b' })).toEqual({ update_author: { returning: [{ bio: 'b', score: 0 }] } });
  expect(await ask({ score: 4 })).toEqual({ update_author: { returning: [{ bio: 'b', score: 4 }] } });
  expect(await ask({ bio: null })).toEqual({ update_author: { returning: [{ bio: null, score: 4 }] } });
  expect(await ask({})).toEqual({ update_author: { returning: [] } });
  expect(await ask(null)).toEqual({ update_author: { returning: [] } });
  expect(await ask({ bio: 'c', score: 5 })).toEqual({
    update_author: { returning: [{ bio: 'c', score: 5 }] },
  });
});
