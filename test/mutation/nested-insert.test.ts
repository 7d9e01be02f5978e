// Objects inserted with their relationships, any way round and any depth: all of them, or none.

import { describe, test } from 'vitest';

import {
  ARTICLES,
  AUTHORS,
  type MutationCase,
  runCase,
  blogOfFile,
  UNCHANGED_ARTICLES,
  UNCHANGED_AUTHORS,
} from './blog.ts';

const blog = blogOfFile();

const CHECK_FAILED = 'check constraint of an insert/update permission has failed';
const PROFILES = 'select author_id, phone from profile order by author_id';

const CASES: readonly MutationCase[] = [
  {
    name: 'children after their parents, of several parents',
    query:
      'mutation { insert_author(objects: [{name: "x", articles: {data: [{title: "x1"}, {title: "x2"}]}}, {name: "y"}, {name: "z", articles: {data: {title: "z1"}}}]) { affected_rows returning { name articles(order_by: {id: asc}) { id title } } } }',
    gives: {
      insert_author: {
        affected_rows: 6,
        returning: [
          {
            name: 'x',
            articles: [
              { id: 101, title: 'x1' },
              { id: 102, title: 'x2' },
            ],
          },
          { name: 'y', articles: [] },
          { name: 'z', articles: [{ id: 103, title: 'z1' }] },
        ],
      },
    },
  },
  {
    name: 'the same from a variable',
    query:
      'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows returning { name articles(order_by: {id: asc}) { id title } } } }',
    variables: {
      o: [
        { name: 'x', articles: { data: [{ title: 'x1' }, { title: 'x2' }] } },
        { name: 'y' },
        { name: 'z', articles: { data: { title: 'z1' } } },
        { name: 'n', articles: null },
        { name: 'e', articles: { data: [] } },
      ],
    },
    gives: {
      insert_author: {
        affected_rows: 8,
        returning: [
          {
            name: 'x',
            articles: [
              { id: 101, title: 'x1' },
              { id: 102, title: 'x2' },
            ],
          },
          { name: 'y', articles: [] },
          { name: 'z', articles: [{ id: 103, title: 'z1' }] },
          { name: 'n', articles: [] },
          { name: 'e', articles: [] },
        ],
      },
    },
  },
  {
    name: 'variables inside of literals',
    query:
      'mutation ($name: String!, $articles: article_arr_rel_insert_input, $more: [article_insert_input!]!, $one: article_insert_input!) { insert_author(objects: [{name: $name, articles: $articles}, {name: "m", articles: {data: $more}}, {name: "o", articles: {data: [$one]}}]) { affected_rows } }',
    variables: {
      name: 'v',
      articles: { data: [{ title: 'v1' }] },
      more: [{ title: 'm1' }, { title: 'm2' }],
      one: { title: 'o1' },
    },
    gives: { insert_author: { affected_rows: 7 } },
    state: [
      'select a.name, t.title from author a join article t on t.author_id = a.id where a.id > 100 order by t.id',
      ['v,v1', 'm,m1', 'm,m2', 'o,o1'],
    ],
  },
  {
    name: 'an object before its row, and one after it',
    query:
      'mutation { insert_article_one(object: {title: "t", author: {data: {name: "x", profile: {data: {phone: "5"}}, profile_manual: null}}}) { author { name profile { phone } } } }',
    gives: { insert_article_one: { author: { name: 'x', profile: { phone: '5' } } } },
    state: [`${PROFILES} offset 1`, ['101,5']],
  },
  {
    name: 'insertion_order after_parent',
    query:
      'mutation { insert_author_one(object: {name: "x", profile_manual: {data: {phone: "6"}}}) { id profile_manual { author_id phone } } }',
    gives: { insert_author_one: { id: 101, profile_manual: { author_id: 101, phone: '6' } } },
  },
  {
    name: 'objects before rows, for some of many',
    query:
      'mutation ($o: [article_insert_input!]!) { insert_article(objects: $o) { affected_rows returning { title author { name } } } }',
    variables: {
      o: [
        { title: 'a', author: { data: { name: 'x' } } },
        { title: 'b' },
        { title: 'c', author: { data: { name: 'y' } } },
      ],
    },
    gives: {
      insert_article: {
        affected_rows: 5,
        returning: [
          { title: 'a', author: { name: 'x' } },
          { title: 'b', author: null },
          { title: 'c', author: { name: 'y' } },
        ],
      },
    },
  },
  {
    name: 'keys given by some rows and taken from objects by others',
    query:
      'mutation ($o: [article_insert_input!]!) { insert_article(objects: $o) { affected_rows returning { title author { name } } } }',
    variables: {
      o: [{ title: 'a', author: { data: { name: 'x' } } }, { title: 'b', author_id: 2 }, { title: 'c' }],
    },
    gives: {
      insert_article: {
        affected_rows: 4,
        returning: [
          { title: 'a', author: { name: 'x' } },
          { title: 'b', author: { name: 'bob' } },
          { title: 'c', author: null },
        ],
      },
    },
  },
  {
    name: 'defaults that only some nested rows need',
    query:
      'mutation { insert_author(objects: [{name: "x", score: 3, articles: {data: [{title: "x1", status: "done"}, {title: "x2"}]}}, {name: "y", articles: {data: [{title: "y1"}]}}]) { affected_rows returning { name score articles(order_by: {id: asc}) { title status } } } }',
    gives: {
      insert_author: {
        affected_rows: 5,
        returning: [
          {
            name: 'x',
            score: 3,
            articles: [
              { title: 'x1', status: 'done' },
              { title: 'x2', status: 'draft' },
            ],
          },
          { name: 'y', score: 0, articles: [{ title: 'y1', status: 'draft' }] },
        ],
      },
    },
  },
  {
    name: 'a table in itself, four levels down',
    query:
      'mutation { insert_category_one(object: {name: "1", children: {data: [{name: "2a"}, {name: "2b", children: {data: [{name: "3", children: {data: [{name: "4"}]}}]}}]}}) { name children(order_by: {name: asc}) { name children { name children { name } } } } }',
    gives: {
      insert_category_one: {
        name: '1',
        children: [
          { name: '2a', children: [] },
          { name: '2b', children: [{ name: '3', children: [{ name: '4' }] }] },
        ],
      },
    },
  },
  {
    name: 'a table in itself, up and down at once',
    query:
      'mutation { insert_category_one(object: {name: "m", parent: {data: {name: "up", children: {data: [{name: "side"}]}}}, children: {data: [{name: "down"}]}}) { name parent { name children(order_by: {name: asc}) { name } } children { name } } }',
    gives: {
      insert_category_one: {
        name: 'm',
        parent: { name: 'up', children: [{ name: 'm' }, { name: 'side' }] },
        children: [{ name: 'down' }],
      },
    },
  },
  {
    name: 'conflicts of nested rows, one after the other',
    query:
      'mutation { insert_article(objects: [{title: "a", tags_of: {data: [{tag_row: {data: {name: "news"}, on_conflict: {constraint: tag_pkey, update_columns: [name]}}}, {tag_row: {data: {name: "fresh"}, on_conflict: {constraint: tag_pkey, update_columns: [name]}}}]}}, {title: "b", tags_of: {data: [{tag_row: {data: {name: "fresh", uses: 9}, on_conflict: {constraint: tag_pkey, update_columns: [uses]}}}]}}]) { affected_rows returning { title tags_of(order_by: {tag: asc}) { tag tag_row { uses } } } } }',
    gives: {
      insert_article: {
        affected_rows: 8,
        returning: [
          {
            title: 'a',
            tags_of: [
              { tag: 'fresh', tag_row: { uses: 9 } },
              { tag: 'news', tag_row: { uses: 5 } },
            ],
          },
          { title: 'b', tags_of: [{ tag: 'fresh', tag_row: { uses: 9 } }] },
        ],
      },
    },
  },
  {
    name: 'a conflict of the outer row, which then has its children too',
    query:
      'mutation { insert_author(objects: [{name: "ann", bio: "new", articles: {data: [{title: "more"}]}}, {name: "x", articles: {data: [{title: "x1"}]}}], on_conflict: {constraint: author_name_key, update_columns: [bio]}) { affected_rows returning { id bio articles(order_by: {id: asc}) { title } } } }',
    gives: {
      insert_author: {
        affected_rows: 4,
        returning: [
          { id: 1, bio: 'new', articles: [{ title: 'one' }, { title: 'two' }, { title: 'more' }] },
          { id: 102, bio: null, articles: [{ title: 'x1' }] },
        ],
      },
    },
  },
];

const ONCE =
  'constraint-violation $ Uniqueness violation. duplicate key value violates unique constraint "author_name_key"';
const EMPTY =
  'permission-error $ Check constraint violation. new row for relation "article" violates check constraint "no_empty_title"';
const TAG =
  'constraint-violation $ Foreign key violation. insert or update on table "article_tag" violates foreign key constraint "article_tag_tag_fkey"';

/** Each with its objects in a variable and in the document: the place behind `objects` is the same. */
function placed(
  what: string,
  cases: readonly (readonly [name: string, objects: readonly object[], error: string, place: string])[],
): readonly MutationCase[] {
  return cases.flatMap(([name, objects, error, place]) => {
    const gives = error.replace('$', `$.selectionSet.insert_author.args.objects${place}`);
    const literal = JSON.stringify(objects).replaceAll(/"(\w+)":/g, '$1:');
    const state = [AUTHORS, UNCHANGED_AUTHORS] as const;
    return [
      {
        name: `${what}, from a variable: ${name}`,
        query: 'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows } }',
        variables: { o: objects },
        gives,
        state,
      },
      {
        name: `${what}, in the document: ${name}`,
        query: `mutation { insert_author(objects: ${literal}) { affected_rows } }`,
        gives,
        state,
      },
    ];
  });
}

const REFUSED: readonly MutationCase[] = [
  {
    name: 'a key that the parent determines',
    query:
      'mutation { insert_author(objects: [{name: "x"}, {name: "y", articles: {data: [{title: "t"}, {title: "u", author_id: 1}]}}]) { affected_rows } }',
    gives:
      'validation-failed $.selectionSet.insert_author.args.objects[1].articles.data[1] cannot insert "author_id" columns as their values are already being determined by parent insert',
  },
  {
    name: 'a key beside the object that determines it',
    query:
      'mutation { insert_article(objects: [{title: "t", author_id: 1, author: {data: {name: "x"}}}]) { affected_rows } }',
    gives:
      'validation-failed $.selectionSet.insert_article.args.objects[0].author cannot insert object relationship "author" as "author_id" column values are already determined',
  },
  {
    name: 'a row whose object was there already and stays as it is',
    query:
      'mutation { insert_article(objects: [{title: "t", author: {data: {name: "ann"}, on_conflict: {constraint: author_name_key, update_columns: []}}}]) { affected_rows } }',
    gives:
      'not-supported $.selectionSet.insert_article.args.objects[0].author cannot proceed to insert object relation "author" since insert to table "author" affects zero rows',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'children of a row that was there already and stays as it is',
    query:
      'mutation { insert_author(objects: [{name: "ann", articles: {data: [{title: "t"}]}}], on_conflict: {constraint: author_name_key, update_columns: []}) { affected_rows } }',
    gives:
      'not-supported $.selectionSet.insert_author.args.objects[0] cannot proceed to insert array relations since insert to table "author" affects zero rows',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'all of it when the last child breaks a rule',
    query:
      'mutation { insert_author(objects: [{name: "x", profile: {data: {phone: "1"}}, articles: {data: [{title: "ok"}, {title: ""}]}}]) { affected_rows } }',
    gives:
      'permission-error $.selectionSet.insert_author.args.objects[0].articles.data Check constraint violation. new row for relation "article" violates check constraint "no_empty_title"',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  ...placed('a rule that a row breaks', [
    ['one row', [{ name: 'ann', articles: { data: [] } }], ONCE, '[0]'],
    ['one of several', [{ name: 'x', articles: { data: [] } }, { name: 'ann' }], ONCE, ''],
    [
      'its child',
      [{ name: 'x', articles: { data: [{ title: 'a' }, { title: '' }] } }],
      EMPTY,
      '[0].articles.data',
    ],
    [
      'the child of the only parent among several',
      [{ name: 'x' }, { name: 'y', articles: { data: [{ title: '' }] } }],
      EMPTY,
      '[1].articles.data',
    ],
    [
      'a child of one of several parents',
      [
        { name: 'x', articles: { data: [{ title: 'a' }] } },
        { name: 'y', articles: { data: [{ title: '' }] } },
      ],
      EMPTY,
      '',
    ],
    [
      'a grandchild',
      [{ name: 'x', articles: { data: [{ title: 'a', tags_of: { data: [{ tag: 'none' }] } }] } }],
      TAG,
      '[0].articles.data[0].tags_of.data',
    ],
    [
      'a grandchild of one of several children',
      [
        {
          name: 'x',
          articles: {
            data: [
              { title: 'a', tags_of: { data: [{ tag: 'news' }] } },
              { title: 'b', tags_of: { data: [{ tag: 'none' }] } },
            ],
          },
        },
      ],
      TAG,
      '[0].articles.data',
    ],
  ]),
  {
    name: 'data that is missing',
    query: 'mutation { insert_author(objects: [{name: "x", articles: {}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].articles.data missing required field 'data'",
  },
  {
    name: 'an unknown column of a single object in the place of a list',
    query:
      'mutation { insert_author(objects: {name: "x", articles: {data: {titl: "t"}}}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].articles.data[0].titl field 'titl' not found in type: 'article_insert_input'",
  },
  {
    name: 'null for the data of many',
    query: 'mutation { insert_author(objects: [{name: "x", articles: {data: null}}]) { affected_rows } }',
    gives:
      'validation-failed $.selectionSet.insert_author.args.objects[0].articles.data expected a list, but found null',
  },
  {
    name: 'null for the data of one',
    query: 'mutation { insert_article(objects: [{title: "x", author: {data: null}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_article.args.objects[0].author.data expected an object for type 'author_insert_input', but found null",
  },
  {
    name: 'a list for an object relationship',
    query:
      'mutation { insert_article(objects: [{title: "x", author: {data: [{name: "y"}]}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_article.args.objects[0].author.data expected an object for type 'author_insert_input', but found a list",
  },
  {
    name: 'an unknown member beside data',
    query:
      'mutation { insert_author(objects: [{name: "x", articles: {data: [], limit: 1}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].articles.limit field 'limit' not found in type: 'article_arr_rel_insert_input'",
  },
  {
    name: 'an unknown column far down, in the row it stands in',
    query: 'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows } }',
    variables: { o: [{ name: 'x' }, { name: 'y', articles: { data: [{ title: 'a' }, { nope: 1 }] } }] },
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[1].articles.data[1].nope field 'nope' not found in type: 'article_insert_input'",
  },
  {
    name: 'a value of another type far down',
    query: 'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows } }',
    variables: { o: [{ name: 'y', articles: { data: [{ title: 'a' }, { title: 5 }] } }] },
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].articles.data[1].title expected a string for type 'String', but found a number",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
];

const PERMISSIONS: readonly MutationCase[] = [
  {
    name: 'the check of a child sees its parent, inserted before it',
    role: 'editor',
    query:
      'mutation { insert_author_one(object: {name: "x", articles: {data: [{title: "t"}]}}) { name articles { title } } }',
    gives: { insert_author_one: { name: 'x', articles: [{ title: 't' }] } },
  },
  {
    name: '… and refuses all when it does not hold',
    role: 'editor',
    query:
      'mutation { insert_profile_one(object: {author_id: 2, phone: "1"}) { phone } insert_author_one(object: {name: "x", profile: {data: {phone: "666"}}}) { name } }',
    gives: `permission-error $.selectionSet.insert_author_one.args.object.profile.data ${CHECK_FAILED}`,
    state: [PROFILES, ['1,111']],
  },
  {
    name: 'the check of the outer row counts as well',
    role: 'editor',
    query:
      'mutation { insert_author_one(object: {name: "x", is_admin: true, articles: {data: [{title: "t"}]}}) { name } }',
    gives: `permission-error $.selectionSet.insert_author_one.args.object ${CHECK_FAILED}`,
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'a relationship to a table the role may not insert into',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 1, name: "x", profile: {data: {phone: "1"}}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].profile field 'profile' not found in type: 'author_insert_input'",
  },
  {
    name: 'a nested column outside of the permission',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 1, name: "x", articles: {data: [{title: "t", tags: []}]}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].articles.data[0].tags field 'tags' not found in type: 'article_insert_input'",
  },
  {
    name: 'a preset keeps its value, whoever the parent is',
    role: 'user',
    session: { 'x-hasura-user-id': '50', 'x-hasura-tenant': '1' },
    query:
      'mutation { insert_author(objects: [{id: 50, name: "x", articles: {data: [{title: "t"}]}}]) { affected_rows } }',
    gives: { insert_author: { affected_rows: 2 } },
    state: [`${ARTICLES} offset 3`, ['101,t,50,draft']],
  },
];

describe.each([
  ['inserts', CASES],
  ['refuses', REFUSED],
  ['under permissions', PERMISSIONS],
] as const)('%s', (_, cases) => {
  test.each(cases)('$name', (c) => runCase(blog, c));
});
