// Inserts: defaults, null, presets, checks, and what comes back; every refused one leaves the tables as they were.

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

const ROWS_CASES: readonly MutationCase[] = [
  {
    name: 'one row, with its defaults',
    query: 'mutation { insert_author_one(object: {name: "dan"}) { id name bio is_admin score info tenant } }',
    gives: {
      insert_author_one: {
        id: 101,
        name: 'dan',
        bio: null,
        is_admin: false,
        score: 0,
        info: null,
        tenant: 1,
      },
    },
  },
  {
    name: 'many rows in their order, keys in that of the selection',
    query:
      'mutation { insert_author(objects: [{name: "z"}, {name: "a"}]) { returning { name id } affected_rows } }',
    gives: {
      insert_author: {
        returning: [
          { name: 'z', id: 101 },
          { name: 'a', id: 102 },
        ],
        affected_rows: 2,
      },
    },
  },
  {
    name: 'a single object for a list',
    query: 'mutation { insert_author(objects: {name: "z"}) { affected_rows } }',
    gives: { insert_author: { affected_rows: 1 } },
  },
  {
    name: 'a row of nothing but defaults is refused where a column has none',
    query: 'mutation { insert_author(objects: [{}]) { affected_rows } }',
    gives:
      'constraint-violation $.selectionSet.insert_author.args.objects Not-NULL violation. null value in column "name" of relation "author" violates not-null constraint',
  },
  {
    name: 'keys that only some rows have: the default for those without',
    query:
      'mutation { insert_author(objects: [{name: "x", score: 5}, {name: "y"}, {name: "z", score: 6, bio: "b"}]) { returning { name score bio } } }',
    gives: {
      insert_author: {
        returning: [
          { name: 'x', score: 5, bio: null },
          { name: 'y', score: 0, bio: null },
          { name: 'z', score: 6, bio: 'b' },
        ],
      },
    },
  },
  {
    name: 'the same from a variable',
    query:
      'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { returning { name score bio } } }',
    variables: { o: [{ name: 'x', score: 5 }, { name: 'y' }, { bio: 'b', name: 'z' }] },
    gives: {
      insert_author: {
        returning: [
          { name: 'x', score: 5, bio: null },
          { name: 'y', score: 0, bio: null },
          { name: 'z', score: 0, bio: 'b' },
        ],
      },
    },
  },
  {
    name: 'null is null and not the default',
    query: 'mutation { insert_author(objects: [{name: "x", score: null}]) { affected_rows } }',
    gives:
      'constraint-violation $.selectionSet.insert_author.args.objects Not-NULL violation. null value in column "score" of relation "author" violates not-null constraint',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a variable that is not given is null, as in Hasura',
    query:
      'mutation ($s: Int, $b: String) { insert_author_one(object: {name: "x", score: $s, bio: $b}) { score bio } }',
    variables: { b: 'b' },
    gives:
      'constraint-violation $.selectionSet.insert_author_one.args.object Not-NULL violation. null value in column "score" of relation "author" violates not-null constraint',
  },
  {
    name: 'jsonb and arrays with every hostile character',
    query:
      'mutation ($i: jsonb, $t: [String!]) { insert_author_one(object: {name: "x", info: $i}) { info } insert_article_one(object: {title: "x", tags: $t}) { tags } }',
    variables: {
      i: { 'a"b': ["x'y", '\\', '{}', null, 1.5, { deep: [] }] },
      t: ['a,b', '"', '\\', '{}', 'NULL', ' ', ''],
    },
    gives: {
      insert_author_one: { info: { 'a"b': ["x'y", '\\', '{}', null, 1.5, { deep: [] }] } },
      insert_article_one: { tags: ['a,b', '"', '\\', '{}', 'NULL', ' ', ''] },
    },
  },
  {
    name: 'rows from a variable with every hostile character',
    query:
      'mutation ($o: [article_insert_input!]!) { insert_article(objects: $o) { returning { title tags } } }',
    variables: {
      o: [
        { title: `'"\\{},NULL$1;--`, tags: ['a,b', '"', '\\'] },
        { title: 'NULL', tags: null },
        { title: ' ', tags: [] },
      ],
    },
    gives: {
      insert_article: {
        returning: [
          { title: `'"\\{},NULL$1;--`, tags: ['a,b', '"', '\\'] },
          { title: 'NULL', tags: null },
          { title: ' ', tags: [] },
        ],
      },
    },
  },
  {
    name: 'no objects at all',
    query: 'mutation { a: insert_author(objects: []) { r: returning { id } affected_rows __typename } }',
    gives: { a: { r: [], affected_rows: 0, __typename: 'author_mutation_response' } },
  },
  {
    name: 'relationships, aggregates and computed fields of what is there afterwards',
    query:
      'mutation { insert_article(objects: [{title: "x", author_id: 1}]) { returning { title author { name shout article_count articles_aggregate { aggregate { count } } } } } }',
    gives: {
      insert_article: {
        returning: [
          {
            title: 'x',
            author: {
              name: 'ann',
              shout: 'ANN',
              article_count: 3,
              articles_aggregate: { aggregate: { count: 3 } },
            },
          },
        ],
      },
    },
  },
  {
    name: 'a computed field of the row itself',
    query: 'mutation { insert_author_one(object: {name: "x"}) { shout article_count __typename } }',
    gives: { insert_author_one: { shout: 'X', article_count: 0, __typename: 'author' } },
  },
];

const REFUSED: readonly MutationCase[] = [
  {
    name: 'a column that is not there',
    query: 'mutation { insert_author(objects: [{name: "x"}, {nam: "y"}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[1].nam field 'nam' not found in type: 'author_insert_input'",
  },
  {
    name: 'no objects',
    query: 'mutation { insert_author { affected_rows } }',
    gives: "validation-failed $.selectionSet.insert_author.args.objects missing required field 'objects'",
  },
  {
    name: 'null for objects',
    query: 'mutation { insert_author(objects: null) { affected_rows } }',
    gives: 'validation-failed $.selectionSet.insert_author.args.objects expected a list, but found null',
  },
  {
    name: 'nothing selected',
    query: 'mutation { insert_author(objects: [{name: "x"}]) }',
    gives:
      "validation-failed $.selectionSet.insert_author.selectionSet missing selection set for 'author_mutation_response'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'nothing selected of the rows',
    query: 'mutation { insert_author(objects: [{name: "x"}]) { returning } }',
    gives:
      "validation-failed $.selectionSet.insert_author.selectionSet.returning.selectionSet missing selection set for 'author'",
  },
  {
    name: 'nothing selected of one row',
    query: 'mutation { insert_author_one(object: {name: "x"}) }',
    gives:
      "validation-failed $.selectionSet.insert_author_one.selectionSet missing selection set for 'author'",
  },
  {
    name: 'a text for an object',
    query: 'mutation { insert_author(objects: [{name: "x"}, "y"]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[1] expected an object for type 'author_insert_input', but found a string",
  },
  {
    name: 'a list for one object',
    query: 'mutation ($o: author_insert_input!) { insert_author_one(object: $o) { id } }',
    variables: { o: [{ name: 'x' }] },
    gives:
      "validation-failed $.selectionSet.insert_author_one.args.object expected an object for type 'author_insert_input', but found a list",
  },
  {
    name: 'a variable of another type',
    query: 'mutation ($o: [article_insert_input!]!) { insert_author(objects: $o) { affected_rows } }',
    variables: { o: [] },
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects variable 'o' is declared as '[article_insert_input!]!', but used where '[author_insert_input!]!' is expected",
  },
  {
    name: 'a value of another type, in the row it stands in',
    query: 'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows } }',
    variables: {
      o: [
        { name: 'x', score: 1 },
        { name: 'y', score: 'many' },
      ],
    },
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[1].score expected a 32-bit integer for type 'Int', but found a string",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'an unknown member of the response',
    query: 'mutation { insert_author(objects: []) { count } }',
    gives:
      "validation-failed $.selectionSet.insert_author.selectionSet.count field 'count' not found in type: 'author_mutation_response'",
  },
  {
    name: 'a row that breaks a unique constraint, with the one before it',
    query: 'mutation { insert_author(objects: [{name: "x"}, {name: "ann"}]) { affected_rows } }',
    gives:
      'constraint-violation $.selectionSet.insert_author.args.objects Uniqueness violation. duplicate key value violates unique constraint "author_name_key"',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a row that breaks a foreign key',
    query: 'mutation { insert_article_one(object: {title: "x", author_id: 99}) { id } }',
    gives:
      'constraint-violation $.selectionSet.insert_article_one.args.object Foreign key violation. insert or update on table "article" violates foreign key constraint "article_author_id_fkey"',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'a row that breaks a check constraint',
    query: 'mutation { insert_article_one(object: {title: ""}) { id } }',
    gives:
      'permission-error $.selectionSet.insert_article_one.args.object Check constraint violation. new row for relation "article" violates check constraint "no_empty_title"',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'a text that Postgres cannot store',
    query: 'mutation ($n: String!) { insert_author_one(object: {name: $n}) { id } }',
    variables: { n: 'a\0b' },
    gives:
      'data-exception $.selectionSet.insert_author_one.args.object.name a text value holds the character NUL, which Postgres cannot store',
  },
  {
    name: 'a view that takes no rows',
    query: 'mutation { insert_titles(objects: [{title: "x"}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_titles field 'insert_titles' not found in type: 'mutation_root'",
  },
];

const PERMISSIONS: readonly MutationCase[] = [
  {
    name: 'a row that the check allows, presets set',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 7, name: "me"}]) { affected_rows returning { id name bio } } }',
    session: { 'x-hasura-user-id': '7', 'x-hasura-tenant': '4' },
    gives: { insert_author: { affected_rows: 1, returning: [{ id: 7, name: 'me', bio: null }] } },
    state: [`${AUTHORS} offset 3`, ['7,me,null,false,0,4']],
  },
  {
    name: 'a row that the check forbids, and the one before it',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 7, name: "me"}, {id: 8, name: "you"}]) { affected_rows } }',
    session: { 'x-hasura-user-id': '7', 'x-hasura-tenant': '4' },
    gives: `permission-error $.selectionSet.insert_author.args.objects ${CHECK_FAILED}`,
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'the same one by one',
    role: 'user',
    query: 'mutation { insert_author_one(object: {id: 8, name: "you"}) { id } }',
    session: { 'x-hasura-user-id': '7', 'x-hasura-tenant': '4' },
    gives: `permission-error $.selectionSet.insert_author_one.args.object ${CHECK_FAILED}`,
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a check that is null for the row counts as failed',
    role: 'editor',
    query: 'mutation { insert_article(objects: [{title: "x"}]) { affected_rows } }',
    gives: `permission-error $.selectionSet.insert_article.args.objects ${CHECK_FAILED}`,
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'a preset is not for the client to give',
    role: 'user',
    query: 'mutation { insert_author(objects: [{id: 1, name: "x", is_admin: true}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].is_admin field 'is_admin' not found in type: 'author_insert_input'",
  },
  {
    name: 'a column outside of the permission',
    role: 'user',
    query: 'mutation { insert_author(objects: [{id: 1, name: "x", score: 9}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].score field 'score' not found in type: 'author_insert_input'",
  },
  {
    name: 'a column of the table that the role may not select',
    role: 'user',
    query: 'mutation { insert_author(objects: [{id: 1, name: "x"}]) { returning { score } } }',
    gives:
      "validation-failed $.selectionSet.insert_author.selectionSet.returning.selectionSet.score field 'score' not found in type: 'author'",
  },
  {
    name: 'a preset from a session variable that is missing',
    role: 'user',
    query: 'mutation { insert_author(objects: [{id: 1, name: "x"}]) { affected_rows } }',
    session: { 'x-hasura-user-id': '1' },
    gives: 'not-found $ missing session variable: "x-hasura-tenant"',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a role that may not select gets the number of rows',
    role: 'writer',
    query: 'mutation { insert_author(objects: [{name: "x"}]) { affected_rows __typename } }',
    gives: { insert_author: { affected_rows: 1, __typename: 'author_mutation_response' } },
  },
  {
    name: '… and neither rows',
    role: 'writer',
    query: 'mutation { insert_author(objects: [{name: "x"}]) { returning { name } } }',
    gives:
      "validation-failed $.selectionSet.insert_author.selectionSet.returning field 'returning' not found in type: 'author_mutation_response'",
  },
  {
    name: '… nor the field for one',
    role: 'writer',
    query: 'mutation { insert_author_one(object: {name: "x"}) { __typename } }',
    gives:
      "validation-failed $.selectionSet.insert_author_one field 'insert_author_one' not found in type: 'mutation_root'",
  },
  {
    name: 'a check through a relationship to rows that are there',
    role: 'user',
    query: 'mutation { insert_article(objects: [{title: "x"}]) { returning { title author_id } } }',
    gives: { insert_article: { returning: [{ title: 'x', author_id: 1 }] } },
  },
  {
    name: 'the same check for a user it does not hold for',
    role: 'user',
    query: 'mutation { insert_article(objects: [{title: "x"}]) { returning { title author_id } } }',
    session: { 'x-hasura-user-id': '3' },
    gives: `permission-error $.selectionSet.insert_article.args.objects ${CHECK_FAILED}`,
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'rows written are returned even if the filter hides them, as in Hasura',
    role: 'user',
    query: 'mutation { insert_member_one(object: {team: 1, user_id: 9, role: "guest"}) { team user_id } }',
    gives: { insert_member_one: { team: 1, user_id: 9 } },
  },
  {
    name: 'a row does not vouch for itself in its own check',
    role: 'user',
    query: 'mutation { insert_member_one(object: {team: 5, user_id: 1, role: "owner"}) { team } }',
    gives: `permission-error $.selectionSet.insert_member_one.args.object ${CHECK_FAILED}`,
    state: ['select * from member where team = 5', []],
  },
  {
    name: 'nor do rows of one insert for each other',
    role: 'user',
    query: 'mutation ($o: [member_insert_input!]!) { insert_member(objects: $o) { affected_rows } }',
    variables: {
      o: [
        { team: 5, user_id: 1, role: 'owner' },
        { team: 5, user_id: 2, role: 'guest' },
      ],
    },
    gives: `permission-error $.selectionSet.insert_member.args.objects ${CHECK_FAILED}`,
    state: ['select * from member where team = 5', []],
  },
  {
    name: 'a comparison with a column of the row itself',
    role: 'user',
    query: 'mutation { insert_basket(objects: {stock_id: 1, amount: 10}) { affected_rows } }',
    gives: { insert_basket: { affected_rows: 1 } },
  },
  {
    name: '… that does not hold',
    role: 'user',
    query: 'mutation { insert_basket(objects: {stock_id: 1, amount: 11}) { affected_rows } }',
    gives: `permission-error $.selectionSet.insert_basket.args.objects ${CHECK_FAILED}`,
    state: ['select * from basket', []],
  },
  {
    name: 'a role without permission has no mutations',
    role: 'stranger',
    query: 'mutation { insert_author(objects: []) { affected_rows } }',
    gives: 'validation-failed $ no mutations exist',
  },
];

const VIEWS: readonly MutationCase[] = [
  {
    name: 'through a view that Postgres can update',
    query:
      'mutation { insert_published(objects: [{title: "x", status: "published"}]) { returning { id title status } } }',
    gives: { insert_published: { returning: [{ id: 101, title: 'x', status: 'published' }] } },
    state: [`${ARTICLES} offset 3`, ['101,x,null,published']],
  },
  {
    name: 'through a view with a trigger',
    query: 'mutation { insert_inbox(objects: [{title: "x"}]) { affected_rows returning { id title } } }',
    gives: { insert_inbox: { affected_rows: 1, returning: [{ id: 101, title: 'x' }] } },
    state: [`${ARTICLES} offset 3`, ['101,x,null,inbox']],
  },
];

describe.each([
  ['inserts', ROWS_CASES],
  ['refuses', REFUSED],
  ['under permissions', PERMISSIONS],
  ['into views', VIEWS],
] as const)('%s', (_, cases) => {
  test.each(cases)('$name', (c) => runCase(blog, c));
});
