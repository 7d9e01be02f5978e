// Deletes by filter and by key, what is returned of rows that are gone, under permissions.

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

const CASES: readonly MutationCase[] = [
  {
    name: 'rows of a filter',
    query:
      'mutation { delete_article(where: {author: {name: {_eq: "ann"}}}) { affected_rows returning { id title } } }',
    gives: {
      delete_article: {
        affected_rows: 2,
        returning: [
          { id: 1, title: 'one' },
          { id: 2, title: 'two' },
        ],
      },
    },
    state: [ARTICLES, ['3,three,2,draft']],
  },
  {
    name: 'a row with what still belongs to it afterwards: what was deleted with it does not',
    query:
      'mutation { delete_author(where: {id: {_eq: 1}}) { affected_rows returning { name shout articles { id } articles_aggregate { aggregate { count } } } } }',
    gives: {
      delete_author: {
        affected_rows: 1,
        returning: [
          { name: 'ann', shout: 'ANN', articles: [], articles_aggregate: { aggregate: { count: 0 } } },
        ],
      },
    },
    state: [ARTICLES, ['3,three,2,draft']],
  },
  {
    name: 'a row with what it belongs to',
    query: 'mutation { delete_article_by_pk(id: 1) { title author { name articles { id } } } }',
    gives: { delete_article_by_pk: { title: 'one', author: { name: 'ann', articles: [{ id: 2 }] } } },
  },
  {
    name: 'a key nobody has',
    query: 'mutation { delete_article_by_pk(id: 99) { id } }',
    gives: { delete_article_by_pk: null },
  },
  {
    name: 'every row with an empty filter',
    query: 'mutation { delete_article(where: {}) { affected_rows } }',
    gives: { delete_article: { affected_rows: 3 } },
  },
  {
    name: 'no filter',
    query: 'mutation { delete_article { affected_rows } }',
    gives: "validation-failed $.selectionSet.delete_article.args.where missing required field 'where'",
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'null for the filter from a variable',
    query: 'mutation ($w: article_bool_exp = {id: {_eq: 1}}) { delete_article(where: $w) { affected_rows } }',
    variables: { w: null },
    gives:
      "validation-failed $.selectionSet.delete_article.args.where expected an object for type 'article_bool_exp', but found null",
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'part of a key',
    query: 'mutation { delete_member_by_pk(team: 1) { role } }',
    gives:
      "validation-failed $.selectionSet.delete_member_by_pk.args.user_id missing required field 'user_id'",
  },
  {
    name: 'a row that others refer to',
    query:
      'mutation { insert_basket_one(object: {stock_id: 1, amount: 1}) { id } delete_stock(where: {}) { affected_rows } }',
    gives:
      'constraint-violation $ Foreign key violation. update or delete on table "stock" violates foreign key constraint "basket_stock_id_fkey" on table "basket"',
    state: ['select * from basket', []],
  },
  {
    name: 'through a view',
    query: 'mutation { delete_published(where: {}) { affected_rows returning { title } } }',
    gives: { delete_published: { affected_rows: 1, returning: [{ title: 'two' }] } },
  },
];

const PERMISSIONS: readonly MutationCase[] = [
  {
    name: 'rows of the filter alone',
    role: 'user',
    query: 'mutation { delete_article(where: {}) { affected_rows returning { id } } }',
    gives: { delete_article: { affected_rows: 1, returning: [{ id: 1 }] } },
    state: [ARTICLES, UNCHANGED_ARTICLES.slice(1)],
  },
  {
    name: 'a row outside of it, by filter',
    role: 'user',
    query: 'mutation { delete_article(where: {id: {_eq: 2}}) { affected_rows } }',
    gives: { delete_article: { affected_rows: 0 } },
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: '… by key',
    role: 'user',
    query: 'mutation { delete_article_by_pk(id: 3) { id } }',
    gives: { delete_article_by_pk: null },
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'a condition over a column the role may not select',
    role: 'user',
    query: 'mutation { delete_author(where: {score: {_eq: 0}}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.delete_author.args.where.score field 'score' not found in type: 'author_bool_exp'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a role that may not select has no field for it',
    role: 'writer',
    query: 'mutation { delete_author(where: {}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.delete_author field 'delete_author' not found in type: 'mutation_root'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'a role without the permission',
    role: 'editor',
    query: 'mutation { delete_author(where: {}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.delete_author field 'delete_author' not found in type: 'mutation_root'",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
];

describe.each([
  ['deletes', CASES],
  ['under permissions', PERMISSIONS],
] as const)('%s', (_, cases) => {
  test.each(cases)('$name', (c) => runCase(blog, c));
});
