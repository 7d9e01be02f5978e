// Several root fields: in order, each seeing the ones before, all of them or none; and what the database is told.

import { describe, expect, test } from 'vitest';

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
    name: 'run in order, each seeing what came before, keys as they were selected',
    query:
      'mutation { t: __typename b: insert_author_one(object: {id: 50, name: "x"}) { id } a: update_author(where: {id: {_eq: 50}}, _set: {bio: "b"}) { returning { bio } } insert_article_one(object: {title: "t", author_id: 50}) { author { name bio } } c: delete_author_by_pk(id: 50) { name articles { id } } d: update_author_many(updates: [{where: {id: {_eq: 50}}, _set: {bio: "c"}}]) { affected_rows } }',
    gives: {
      t: 'mutation_root',
      b: { id: 50 },
      a: { returning: [{ bio: 'b' }] },
      insert_article_one: { author: { name: 'x', bio: 'b' } },
      c: { name: 'x', articles: [] },
      d: [{ affected_rows: 0 }],
    },
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'leave nothing when the last one fails, in the place of the one that failed',
    query:
      'mutation { a: insert_author_one(object: {name: "x"}) { id } insert_article(objects: [{title: "ok"}]) { affected_rows } insert_profile(objects: [{author_id: 1, phone: "2"}]) { affected_rows } }',
    gives:
      'constraint-violation $.selectionSet.insert_profile.args.objects Uniqueness violation. duplicate key value violates unique constraint "profile_pkey"',
    state: [ARTICLES, UNCHANGED_ARTICLES],
  },
  {
    name: 'leave nothing when a check fails',
    role: 'editor',
    query:
      'mutation { insert_author_one(object: {name: "x"}) { id } a: insert_author_one(object: {name: "y", is_admin: true}) { id } }',
    gives:
      'permission-error $.selectionSet.insert_author_one.args.object check constraint of an insert/update permission has failed',
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'write nothing when a value is bad, wherever it stands',
    query:
      'mutation ($n: Int!) { insert_author_one(object: {name: "x"}) { id } update_author_by_pk(pk_columns: {id: $n}, _set: {bio: "x"}) { id } }',
    variables: { n: 'one' },
    gives:
      "validation-failed $.selectionSet.update_author_by_pk.args.pk_columns.id expected a 32-bit integer for type 'Int', but found a string",
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'are left out as directives say',
    query:
      'mutation ($no: Boolean!) { insert_author_one(object: {name: "x"}) @include(if: $no) { id } __typename }',
    variables: { no: false },
    gives: { __typename: 'mutation_root' },
    state: [AUTHORS, UNCHANGED_AUTHORS],
  },
  {
    name: 'introspection is none of them',
    query: 'mutation { __schema { queryType { name } } }',
    gives: "validation-failed $.selectionSet.__schema field '__schema' not found in type: 'mutation_root'",
  },
  {
    name: 'queries are none of them',
    query: 'mutation { author { id } }',
    gives: "validation-failed $.selectionSet.author field 'author' not found in type: 'mutation_root'",
  },
  {
    name: 'directives of queries are none of theirs',
    query: 'mutation @cached { insert_author(objects: []) { affected_rows } }',
    gives: "validation-failed $ directive 'cached' is not defined in the schema",
  },
];

describe('several root fields', () => {
  test.each(CASES)('$name', (c) => runCase(blog, c));
});

test('triggers read the session', async () => {
  await blog.reset();
  await blog.rows(`
    create or replace function note_session() returns trigger language plpgsql as $$
    begin new.bio := current_setting('hasura.user')::json ->> 'x-hasura-user-id'; return new; end $$`);
  await blog.rows(
    'create trigger note_session before insert or update on author for each row execute function note_session()',
  );
  try {
    const session = { 'x-hasura-user-id': `it's "me"` };
    expect(
      await blog.ask('admin', 'mutation { insert_author_one(object: {name: "x"}) { bio } }', { session }),
    ).toEqual({
      insert_author_one: { bio: `it's "me"` },
    });
    expect(await blog.rows("select nullif(current_setting('hasura.user', true), '')")).toEqual(['null']);
  } finally {
    await blog.rows('drop trigger note_session on author');
  }
});

test('rows that a trigger keeps out have no nested rows', async () => {
  await blog.reset();
  await blog.rows(
    "create or replace function keep_out() returns trigger language plpgsql as $$ begin if new.name = 'out' then return null; end if; return new; end $$",
  );
  await blog.rows('create trigger keep_out before insert on author for each row execute function keep_out()');
  try {
    const objects = [
      { name: 'in', articles: { data: [{ title: 'a' }] } },
      { name: 'out', articles: { data: [{ title: 'b' }] } },
    ];
    expect(
      await blog.ask(
        'admin',
        'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows } }',
        {
          variables: { o: objects },
        },
      ),
    ).toBe(
      'not-supported $.selectionSet.insert_author.args.objects cannot proceed to insert array relations since insert to table "author" affects zero rows',
    );
    expect(await blog.rows(AUTHORS)).toEqual(UNCHANGED_AUTHORS);
  } finally {
    await blog.rows('drop trigger keep_out on author');
  }
});
