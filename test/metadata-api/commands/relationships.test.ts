// Creating, renaming, commenting and dropping relationships.

import { about, BLOG, changed, inCommand, NONE_NEW, testCommands } from './cases.ts';

const articles = BLOG.sources[0]?.tables[0]?.array_relationships?.[0];
const author = BLOG.sources[0]?.tables[1]?.object_relationships?.[0];
const bare = changed(BLOG, {
  'sources.0.tables.0.array_relationships': undefined,
  'sources.0.tables.1.object_relationships': undefined,
  'sources.0.tables.1.select_permissions': undefined,
});

testCommands('create relationships', [
  ...['author_id', ['author_id']].map((key) => ({
    name: `over an own key, ${JSON.stringify(key)}`,
    command: 'pg_create_object_relationship',
    given: bare,
    args: { table: 'article', name: 'author', using: { foreign_key_constraint_on: key } },
    gives: {
      changes: { 'sources.0.tables.1.object_relationships': [author] },
      consistency: about('object_relation', 'object_relation author in table article in source default'),
    },
  })),
  {
    name: 'over several columns, with a comment',
    command: 'pg_create_object_relationship',
    given: bare,
    args: {
      table: 'article',
      name: 'author',
      using: { foreign_key_constraint_on: ['a', 'b'] },
      comment: 'who wrote it',
    },
    gives: {
      changes: {
        'sources.0.tables.1.object_relationships': [
          { name: 'author', using: { foreign_key_constraint_on: ['a', 'b'] }, comment: 'who wrote it' },
        ],
      },
    },
  },
  {
    name: 'over the key of the other table',
    command: 'create_array_relationship',
    endpoint: 'v1/query',
    given: bare,
    args: {
      table: { name: 'author', schema: 'public' },
      name: 'articles',
      using: { foreign_key_constraint_on: { table: 'article', columns: ['author_id'] } },
    },
    gives: {
      changes: { 'sources.0.tables.0.array_relationships': [articles] },
      consistency: about('array_relation', 'array_relation articles in table author in source default'),
    },
  },
  {
    name: 'by hand, after the others',
    command: 'pg_create_object_relationship',
    args: {
      table: 'article',
      name: 'tag',
      using: {
        manual_configuration: {
          remote_table: 'tag',
          column_mapping: { id: 'id' },
          insertion_order: 'after_parent',
        },
      },
    },
    gives: {
      changes: {
        'sources.0.tables.1.object_relationships': [
          author,
          {
            name: 'tag',
            using: {
              manual_configuration: {
                remote_table: { schema: 'public', name: 'tag' },
                column_mapping: { id: 'id' },
                insertion_order: 'after_parent',
              },
            },
          },
        ],
      },
    },
  },
  ...['id', 'articles', 'full_name'].map((name) => ({
    name: `refuses the name of a field that is there, ${name}`,
    command: 'pg_create_array_relationship',
    args: {
      table: 'author',
      name,
      using: { foreign_key_constraint_on: { table: 'article', column: 'author_id' } },
    },
    gives: { code: 'already-exists', message: `field with name "${name}" already exists in table "author"` },
  })),
  {
    name: 'refuses a table that is not tracked',
    command: 'pg_create_object_relationship',
    args: { table: 'tag', name: 'x', using: { foreign_key_constraint_on: 'id' } },
    gives: { code: 'not-exists', message: 'table "tag" does not exist in source: default' },
  },
  {
    name: 'wants a name',
    command: 'pg_create_object_relationship',
    args: { table: 'article', using: { foreign_key_constraint_on: 'author_id' } },
    gives: {
      code: 'parse-failed',
      message: inCommand(
        'create_object_relationship',
        'parsing Hasura.RQL.Types.Relationships.Local.RelDef(RelDef) failed, key "name" not found',
      ),
    },
  },
  {
    name: 'wants a name with something in it',
    command: 'create_object_relationship',
    endpoint: 'v1/query',
    args: { table: 'article', name: '', using: { foreign_key_constraint_on: 'author_id' } },
    gives: { code: 'parse-failed', message: 'empty string not allowed', path: '$.name' },
  },
  {
    name: 'wants the other table of an array relationship',
    command: 'create_array_relationship',
    endpoint: 'v1/query',
    args: { table: 'author', name: 'x', using: { foreign_key_constraint_on: 'author_id' } },
    gives: { code: 'parse-failed', message: 'Expecting object { table, columns }.', path: '$.using' },
  },
  {
    name: 'wants one way to find the rows',
    command: 'create_array_relationship',
    endpoint: 'v1/query',
    args: { table: 'author', name: 'x', using: {} },
    gives: {
      code: 'parse-failed',
      message: 'atleast one of foreign_key_constraint_on/manual_configuration should be present',
      path: '$.using',
    },
  },
  {
    name: 'wants one of column and columns',
    command: 'create_array_relationship',
    endpoint: 'v1/query',
    args: {
      table: 'author',
      name: 'x',
      using: { foreign_key_constraint_on: { table: 'article', column: 'a', columns: ['a'] } },
    },
    gives: {
      code: 'parse-failed',
      message: "expected exactly one of 'column' or 'columns'",
      path: '$.using',
    },
  },
]);

testCommands('drop_relationship', [
  {
    name: 'drops one that nothing uses',
    command: 'pg_drop_relationship',
    args: { table: 'author', relationship: 'articles' },
    gives: { changes: { 'sources.0.tables.0.array_relationships': [] }, consistency: NONE_NEW },
  },
  {
    name: 'refuses while a permission uses it',
    command: 'drop_relationship',
    endpoint: 'v1/query',
    args: { table: 'article', relationship: 'author' },
    gives: {
      code: 'dependency-error',
      message:
        'cannot drop due to the following dependent objects: permission article.user.select in source "default"',
    },
  },
  {
    name: 'drops the permission along',
    command: 'pg_drop_relationship',
    args: { table: 'article', relationship: 'author', cascade: true },
    gives: {
      changes: {
        'sources.0.tables.1.object_relationships': [],
        'sources.0.tables.1.select_permissions': [],
      },
    },
  },
  {
    name: 'refuses what is not there',
    command: 'pg_drop_relationship',
    args: { table: 'author', relationship: 'books' },
    gives: { code: 'not-exists', message: 'relationship "books" does not exist' },
  },
  {
    name: 'refuses a column',
    command: 'pg_drop_relationship',
    args: { table: 'author', relationship: 'id' },
    gives: {
      code: 'unexpected-payload',
      message: 'expecting a relationship; but, "id" is a postgres column; ',
    },
  },
  {
    name: 'wants a name',
    command: 'pg_drop_relationship',
    args: { table: 'author' },
    gives: { code: 'parse-failed', message: inCommand('drop_relationship', 'key "relationship" not found') },
  },
]);

testCommands('rename_relationship', [
  {
    name: 'renames it where permissions go over it, and nowhere else',
    command: 'pg_rename_relationship',
    args: { table: 'article', name: 'author', new_name: 'writer' },
    given: changed(BLOG, {
      'sources.0.tables.0.select_permissions.0.permission.filter': {
        articles: {
          _and: [{ author: { name: { _eq: 'author' } } }, { title: { _ceq: ['author', 'name'] } }],
        },
      },
      'sources.0.tables.0.delete_permissions': [{ role: 'user', permission: { filter: { name: 'author' } } }],
      'sources.0.tables.0.update_permissions': [
        {
          role: 'user',
          permission: {
            columns: [],
            filter: {},
            check: { _exists: { _table: 'article', _where: { author: { id: 1 } } } },
          },
        },
      ],
      'sources.0.tables.1.insert_permissions': [
        { role: 'user', permission: { check: { author: { articles: { author: {} } } } } },
      ],
    }),
    gives: {
      changes: {
        'sources.0.tables.0.select_permissions.0.permission.filter': {
          articles: {
            _and: [{ writer: { name: { _eq: 'author' } } }, { title: { _ceq: ['writer', 'name'] } }],
          },
        },
        'sources.0.tables.0.update_permissions.0.permission.check': {
          _exists: { _table: 'article', _where: { writer: { id: 1 } } },
        },
        'sources.0.tables.1.insert_permissions.0.permission.check': {
          writer: { articles: { writer: {} } },
        },
        'sources.0.tables.1.object_relationships.0.name': 'writer',
        'sources.0.tables.1.select_permissions.0.permission.filter': {
          _or: [{ writer: { id: { _eq: 'X-Hasura-User-Id' } } }],
        },
      },
      consistency: NONE_NEW,
    },
  },
  {
    name: 'refuses the name of another field',
    command: 'pg_rename_relationship',
    args: { table: 'article', name: 'author', new_name: 'title' },
    gives: {
      code: 'already-exists',
      message:
        'cannot rename relationship "author" to "title" in table "article" as a column/relationship with the name already exists',
    },
  },
  {
    name: 'refuses what is not there',
    command: 'rename_relationship',
    endpoint: 'v1/query',
    args: { table: 'article', name: 'x', new_name: 'y' },
    gives: { code: 'not-exists', message: 'relationship "x" does not exist' },
  },
  {
    name: 'wants the new name',
    command: 'rename_relationship',
    endpoint: 'v1/query',
    args: { table: 'article', name: 'author' },
    gives: { code: 'parse-failed', message: 'key "new_name" not found', path: '$' },
  },
]);

testCommands('set_relationship_comment', [
  {
    name: 'sets it',
    command: 'pg_set_relationship_comment',
    args: { table: 'author', relationship: 'articles', comment: 'all of them' },
    gives: {
      changes: { 'sources.0.tables.0.array_relationships.0.comment': 'all of them' },
      consistency: about('array_relation', 'array_relation articles in table author in source default'),
    },
  },
  {
    name: 'takes it away',
    command: 'pg_set_relationship_comment',
    given: changed(BLOG, { 'sources.0.tables.1.object_relationships.0.comment': 'old' }),
    args: { table: 'article', relationship: 'author' },
    gives: { changes: { 'sources.0.tables.1.object_relationships.0.comment': undefined } },
  },
  {
    name: 'refuses what is not there',
    command: 'pg_set_relationship_comment',
    args: { table: 'article', relationship: 'x' },
    gives: { code: 'not-exists', message: 'relationship "x" does not exist' },
  },
  {
    name: 'wants a text',
    command: 'set_relationship_comment',
    endpoint: 'v1/query',
    args: { table: 'article', relationship: 'author', comment: 5 },
    gives: {
      code: 'parse-failed',
      message: 'parsing Text failed, expected String, but encountered Number',
      path: '$.comment',
    },
  },
]);
