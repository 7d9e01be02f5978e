// Inserts that meet rows which are there: ignored or updated, under the permissions to insert and to update.

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

const CASES: readonly MutationCase[] = [
  {
    name: 'ignores the row with an empty list of columns, and inserts the others',
    query:
      'mutation { insert_author(objects: [{name: "ann", bio: "b"}, {name: "x"}], on_conflict: {constraint: author_name_key, update_columns: []}) { affected_rows returning { name } } }',
    gives: { insert_author: { affected_rows: 1, returning: [{ name: 'x' }] } },
    state: [`${AUTHORS} limit 1`, ['1,ann,null,false,0,1']],
  },
  {
    name: 'ignores it without the list',
    query:
      'mutation { insert_author_one(object: {name: "ann", bio: "b"}, on_conflict: {constraint: author_name_key}) { name } }',
    gives: { insert_author_one: null },
  },
  {
    name: 'updates the listed columns only',
    query:
      'mutation { insert_author(objects: [{name: "ann", bio: "b", score: 9}], on_conflict: {constraint: author_name_key, update_columns: [bio]}) { affected_rows returning { id bio score articles_aggregate { aggregate { count } } } } }',
    gives: {
      insert_author: {
        affected_rows: 1,
        returning: [{ id: 1, bio: 'b', score: 0, articles_aggregate: { aggregate: { count: 2 } } }],
      },
    },
  },
  {
    name: 'updates by the primary key, and only what `where` finds',
    query:
      'mutation ($w: author_bool_exp) { insert_author(objects: [{id: 1, name: "ann", bio: "b"}, {id: 2, name: "bob", bio: "c"}], on_conflict: {constraint: author_pkey, update_columns: [bio], where: $w}) { affected_rows returning { id bio } } }',
    variables: { w: { name: { _eq: 'bob' } } },
    gives: { insert_author: { affected_rows: 1, returning: [{ id: 2, bio: 'c' }] } },
    state: [`${AUTHORS} limit 1`, ['1,ann,null,false,0,1']],
  },
  {
    name: 'takes all of it from a variable',
    query:
      'mutation ($o: [author_insert_input!]!, $c: author_on_conflict) { insert_author(objects: $o, on_conflict: $c) { affected_rows } }',
    variables: {
      o: [{ name: 'ann', bio: 'b' }],
      c: { constraint: 'author_name_key', update_columns: ['bio', 'bio'], where: {} },
    },
    gives: { insert_author: { affected_rows: 1 } },
  },
  {
    name: 'null for on_conflict is none',
    query:
      'mutation ($c: author_on_conflict) { insert_author(objects: [{name: "ann"}], on_conflict: $c) { affected_rows } }',
    variables: { c: null },
    gives:
      'constraint-violation $.selectionSet.insert_author.args.objects Uniqueness violation. duplicate key value violates unique constraint "author_name_key"',
  },
  {
    name: 'refuses a constraint that is not there',
    query: 'mutation { insert_author(objects: [], on_conflict: {constraint: nope}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.on_conflict.constraint expected one of the values ['author_pkey', 'author_name_key'] for type 'author_constraint', but found 'nope'",
  },
  {
    name: 'refuses to go without a constraint',
    query:
      'mutation { insert_author(objects: [{name: "x"}], on_conflict: {update_columns: [bio]}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.on_conflict.constraint missing required field 'constraint'",
  },
  {
    name: 'the same row twice in one insert',
    query:
      'mutation { insert_author(objects: [{name: "ann", bio: "b"}, {name: "ann", bio: "c"}], on_conflict: {constraint: author_name_key, update_columns: [bio]}) { affected_rows } }',
    gives: 'unexpected $.selectionSet.insert_author.args.objects database query error',
  },
];

const PERMISSIONS: readonly MutationCase[] = [
  {
    name: 'updates a row of the update filter, with the presets of the update',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 1, name: "x", bio: "b"}], on_conflict: {constraint: author_pkey, update_columns: [bio]}) { affected_rows returning { id name bio } } }',
    gives: { insert_author: { affected_rows: 1, returning: [{ id: 1, name: 'ann', bio: 'b' }] } },
    state: [`${AUTHORS} limit 1`, ['1,ann,b,false,7,1']],
  },
  {
    name: 'leaves a row outside of the update filter',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 1, name: "bob", bio: "b"}], on_conflict: {constraint: author_name_key, update_columns: [bio]}) { affected_rows returning { id } } }',
    gives: { insert_author: { affected_rows: 0, returning: [] } },
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'checks rows that are updated by the check of the update',
    role: 'editor',
    query:
      'mutation { insert_author(objects: [{name: "ann", is_admin: true}], on_conflict: {constraint: author_name_key, update_columns: [is_admin]}) { affected_rows } }',
    gives: `permission-error $.selectionSet.insert_author.args.objects ${CHECK_FAILED}`,
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'checks rows that are updated by the check of the insert where the update has none',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 2, name: "ann", bio: "b"}], on_conflict: {constraint: author_name_key, update_columns: [bio]}) { affected_rows } }',
    gives: { insert_author: { affected_rows: 1 } },
  },
  {
    name: 'checks new rows by the check of the insert',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 9, name: "new"}], on_conflict: {constraint: author_name_key, update_columns: [bio]}) { affected_rows } }',
    gives: `permission-error $.selectionSet.insert_author.args.objects ${CHECK_FAILED}`,
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'does not update a column outside of the update permission',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 1, name: "ann"}], on_conflict: {constraint: author_pkey, update_columns: [id]}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.on_conflict.update_columns[0] expected one of the values ['bio', 'name'] for type 'author_update_column', but found 'id'",
  },
  {
    name: 'a role that may update no column may ignore',
    role: 'editor',
    query:
      'mutation { insert_article(objects: [{id: 1, title: "x", author_id: 1}], on_conflict: {constraint: article_pkey}) { affected_rows } }',
    gives: { insert_article: { affected_rows: 0 } },
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: '… and not name the placeholder',
    role: 'editor',
    query:
      'mutation { insert_article(objects: [{id: 1, title: "x", author_id: 1}], on_conflict: {constraint: article_pkey, update_columns: [_PLACEHOLDER]}) { affected_rows } }',
    gives: 'validation-failed $.selectionSet.insert_article.args.on_conflict erroneous column name',
  },
  {
    name: 'a role that may not update at all has no on_conflict',
    role: 'writer',
    query:
      'mutation { insert_author(objects: [{name: "ann"}], on_conflict: {constraint: author_name_key}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author 'insert_author' has no argument named 'on_conflict'",
  },
  {
    name: '… nor nested',
    role: 'editor',
    query:
      'mutation { insert_author(objects: [{name: "x", profile: {data: {phone: "1"}, on_conflict: {constraint: profile_pkey}}}]) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.objects[0].profile.on_conflict field 'on_conflict' not found in type: 'profile_obj_rel_insert_input'",
  },
  {
    name: 'where sees the columns the role may select',
    role: 'user',
    query:
      'mutation { insert_author(objects: [{id: 1, name: "ann"}], on_conflict: {constraint: author_pkey, update_columns: [bio], where: {score: {_gt: 0}}}) { affected_rows } }',
    gives:
      "validation-failed $.selectionSet.insert_author.args.on_conflict.where.score field 'score' not found in type: 'author_bool_exp'",
  },
];

describe.each([
  ['upsert', CASES],
  ['under permissions', PERMISSIONS],
] as const)('%s', (_, cases) => {
  test.each(cases)('$name', (c) => runCase(blog, c));
});
