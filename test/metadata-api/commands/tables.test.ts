// Tracking, untracking and configuring tables.

import { about, BLOG, changed, inCommand, NONE_NEW, testCommands } from './cases.ts';

const tag = { table: { schema: 'public', name: 'tag' } };
const tables = BLOG.sources[0]?.tables ?? [];
const [author, article] = tables;

testCommands('track_table', [
  ...[
    'tag',
    { name: 'tag' },
    { schema: 'public', name: 'tag' },
    { table: 'tag' },
    { source: 'default', table: tag.table },
  ].map((args) => ({
    name: `takes ${JSON.stringify(args)}`,
    command: 'track_table',
    endpoint: 'v1/query' as const,
    args,
    gives: {
      changes: { 'sources.0.tables': [...tables, tag] },
      consistency: about('table', 'table tag in source default'),
    },
  })),
  {
    name: 'keeps what it is told beside the name',
    command: 'pg_track_table',
    args: {
      table: 'tag',
      is_enum: true,
      apollo_federation_config: { enable: 'v1' },
      configuration: {
        custom_name: 'Tag',
        custom_root_fields: { select: 'tags', insert: { name: 'add_tags', comment: 'more' }, delete: null },
        custom_column_names: { id: 'tagId', text: 'ignored' },
        column_config: { text: { custom_name: 'label', comment: 'shown' } },
        comment: '',
      },
    },
    gives: {
      changes: {
        'sources.0.tables': [
          ...tables,
          {
            ...tag,
            is_enum: true,
            configuration: {
              custom_name: 'Tag',
              custom_root_fields: { select: 'tags', insert: { name: 'add_tags', comment: 'more' } },
              column_config: {
                id: { custom_name: 'tagId' },
                text: { custom_name: 'label', comment: 'shown' },
              },
              custom_column_names: { id: 'tagId', text: 'label' },
              comment: '',
            },
            apollo_federation_config: { enable: 'v1' },
          },
        ],
      },
    },
  },
  {
    name: 'leaves a table that is not there to the compiler',
    command: 'pg_track_table',
    args: { table: { schema: 'other', name: 'gone' } },
    gives: {
      changes: { 'sources.0.tables': [...tables, { table: { schema: 'other', name: 'gone' } }] },
      consistency: about('table', 'table other.gone in source default'),
    },
  },
  {
    name: 'is what add_existing_table_or_view was',
    command: 'add_existing_table_or_view',
    endpoint: 'v1/query',
    args: 'tag',
    gives: { changes: { 'sources.0.tables': [...tables, tag] } },
  },
  {
    name: 'refuses a tracked table',
    command: 'pg_track_table',
    args: { table: 'author' },
    gives: { code: 'already-tracked', message: 'view/table already tracked: "author"' },
  },
  {
    name: 'refuses the name of a tracked function',
    command: 'track_table',
    endpoint: 'v1/query',
    args: { name: 'search_articles' },
    gives: { code: 'not-supported', message: 'function with name "search_articles" already exists' },
  },
  {
    name: 'refuses a source that is not there',
    command: 'pg_track_table',
    args: { source: 'other', table: 'tag' },
    gives: { code: 'not-exists', message: 'source with name "other" does not exist' },
  },
  {
    name: 'wants a table',
    command: 'pg_track_table',
    args: { source: 'default' },
    gives: { code: 'parse-failed', message: inCommand('track_table', 'key "name" not found') },
  },
  {
    name: 'tells the place of a wrong name in the configuration',
    command: 'pg_track_table',
    args: { table: 'tag', configuration: { custom_name: 'my tags' } },
    gives: {
      code: 'parse-failed',
      message: inCommand('track_table', 'my tags is not valid GraphQL name'),
      path: '$.args.configuration.custom_name',
    },
  },
  {
    name: 'refuses a custom name given twice',
    command: 'pg_track_table',
    args: {
      table: 'tag',
      configuration: { custom_root_fields: { select: 'tags', select_aggregate: 'tags' } },
    },
    gives: {
      code: 'parse-failed',
      message: inCommand('track_table', 'the following custom root field names are duplicated: tags'),
      path: '$.args.configuration.custom_root_fields',
    },
  },
  {
    name: 'wants a string or an object',
    command: 'track_table',
    endpoint: 'v1/query',
    args: 5,
    gives: { code: 'parse-failed', message: 'expecting a string/object for QualifiedObject', path: '$' },
  },
]);

testCommands('untrack_table', [
  {
    name: 'refuses while another table leads to it, and names what does',
    command: 'pg_untrack_table',
    args: { table: 'author' },
    gives: {
      code: 'dependency-error',
      message:
        /^cannot drop due to the following dependent objects: .*relationship article\.author in source "default"/,
    },
  },
  {
    name: 'takes along what depends on it',
    command: 'pg_untrack_table',
    args: { source: 'default', table: 'author', cascade: true },
    gives: {
      changes: { 'sources.0.tables': [{ ...article, object_relationships: [], select_permissions: [] }] },
      consistency: NONE_NEW,
    },
  },
  {
    name: 'refuses a table that is not tracked',
    command: 'untrack_table',
    args: { table: 'tag' },
    gives: { code: 'already-untracked', message: 'view/table already untracked: "tag"' },
  },
  {
    name: 'wants cascade to be a boolean',
    command: 'pg_untrack_table',
    args: { table: 'author', cascade: 'yes' },
    gives: {
      code: 'parse-failed',
      message: inCommand('untrack_table', 'parsing Bool failed, expected Boolean, but encountered String'),
      path: '$.args.cascade',
    },
  },
]);

const withTag = changed(BLOG, { 'sources.0.tables': [...tables, tag] });

testCommands('track_tables and untrack_tables', [
  {
    name: 'tracks what can be tracked and warns of the rest',
    command: 'pg_track_tables',
    args: { tables: [{ table: 'tag' }, { table: 'author' }, { table: 'gone' }] },
    gives: {
      changes: { 'sources.0.tables': [...tables, tag] },
      consistency: NONE_NEW,
      answer: {
        message: 'success',
        warnings: [
          {
            message: 'view/table already tracked: "author"',
            type: 'table',
            name: 'table author in source default',
            code: 'track-table-failed',
          },
          {
            message: 'Inconsistent object: no such table/view exists in source: "gone"',
            type: 'table',
            name: 'table gone in source default',
            code: 'track-table-failed',
          },
        ],
      },
    },
  },
  {
    name: 'refuses when nothing can be tracked',
    command: 'pg_track_tables',
    args: { tables: [{ table: 'author' }] },
    gives: { code: 'invalid-configuration', message: 'all tables failed to track' },
  },
  {
    name: 'refuses when something cannot be tracked and warnings are not allowed',
    command: 'pg_track_tables',
    args: { tables: [{ table: 'tag' }, { table: 'author' }], allow_warnings: false },
    gives: { code: 'metadata-warnings', message: 'failed due to metadata warnings' },
  },
  {
    name: 'refuses a table named twice',
    command: 'pg_track_tables',
    args: { tables: [{ table: 'tag' }, { table: { schema: 'public', name: 'tag' } }] },
    gives: {
      code: 'bad-request',
      message: 'The following tables occur more than once in the request: default.tag',
      path: '$.args.tables',
    },
  },
  {
    name: 'wants a list',
    command: 'pg_track_tables',
    args: { tables: 'tag' },
    gives: {
      code: 'parse-failed',
      message: inCommand('track_tables', 'parsing [] failed, expected Array, but encountered String'),
      path: '$.args.tables',
    },
  },
  {
    name: 'untracks tables that lead to each other together',
    command: 'pg_untrack_tables',
    args: { tables: [{ table: 'author' }, { table: 'article', cascade: true }] },
    given: withTag,
    gives: { changes: { 'sources.0.tables': [tag], 'sources.0.functions': [] }, answer: undefined },
  },
  {
    name: 'keeps a table others lead to and warns',
    command: 'pg_untrack_tables',
    args: { tables: [{ table: 'author' }, { table: 'tag' }] },
    given: withTag,
    gives: {
      changes: { 'sources.0.tables': tables },
      answer: {
        message: 'success',
        warnings: [
          {
            message:
              'cannot drop due to the following dependent objects: permission article.user.select in source "default", ' +
              'relationship article.author in source "default"',
            type: 'table',
            name: 'table author in source default',
            code: 'untrack-table-failed',
          },
        ],
      },
    },
  },
  {
    name: 'refuses when nothing can be untracked',
    command: 'pg_untrack_tables',
    args: { tables: [{ table: 'tag' }] },
    gives: { code: 'invalid-configuration', message: 'all tables failed to untrack' },
  },
]);

testCommands('configuration of tables', [
  {
    name: 'makes a table an enum',
    command: 'pg_set_table_is_enum',
    args: { table: 'author', is_enum: true },
    gives: {
      changes: { 'sources.0.tables.0.is_enum': true },
      consistency: about('table', 'table author in source default'),
    },
  },
  {
    name: 'makes an enum a table again',
    command: 'set_table_is_enum',
    endpoint: 'v1/query',
    given: changed(BLOG, { 'sources.0.tables.0.is_enum': true }),
    args: { table: 'author', is_enum: false },
    gives: { changes: { 'sources.0.tables.0.is_enum': undefined } },
  },
  {
    name: 'wants to be told which',
    command: 'pg_set_table_is_enum',
    args: { table: 'author' },
    gives: { code: 'parse-failed', message: inCommand('set_table_is_enum', 'key "is_enum" not found') },
  },
  {
    name: 'refuses a table that is not tracked',
    command: 'pg_set_table_is_enum',
    args: { table: 'tag', is_enum: true },
    gives: { code: 'not-exists', message: 'table "tag" does not exist in source: default' },
  },
  {
    name: 'replaces the configuration',
    command: 'pg_set_table_customization',
    given: changed(BLOG, { 'sources.0.tables.0.configuration': { custom_name: 'Author', comment: 'old' } }),
    args: { table: 'author', configuration: { column_config: { id: { custom_name: 'authorId' } } } },
    gives: {
      changes: {
        'sources.0.tables.0.configuration': {
          column_config: { id: { custom_name: 'authorId' } },
          custom_column_names: { id: 'authorId' },
        },
      },
    },
  },
  {
    name: 'takes the configuration away',
    command: 'set_table_customization',
    endpoint: 'v1/query',
    given: changed(BLOG, { 'sources.0.tables.0.configuration': { custom_name: 'Author' } }),
    args: {
      table: 'author',
      configuration: { custom_name: null, custom_root_fields: {}, column_config: {} },
    },
    gives: { changes: { 'sources.0.tables.0.configuration': undefined } },
  },
  {
    name: 'keeps a column whatever it is called',
    command: 'pg_set_table_customization',
    args: JSON.parse(
      '{"table":"author","configuration":{"column_config":{"__proto__":{"custom_name":"proto"},"constructor":{"comment":"c"}}}}',
    ),
    gives: {
      changes: {
        'sources.0.tables.0.configuration': JSON.parse(
          '{"column_config":{"__proto__":{"custom_name":"proto"},"constructor":{"comment":"c"}},"custom_column_names":{"__proto__":"proto"}}',
        ),
      },
    },
  },
  {
    name: 'refuses a table that is not tracked',
    command: 'set_table_customization',
    endpoint: 'v1/query',
    args: { table: 'author1', configuration: {} },
    gives: { code: 'not-exists', message: 'table "author1" does not exist in source: default' },
  },
  {
    name: 'wants an object',
    command: 'pg_set_table_customization',
    args: { table: 'author', configuration: [] },
    gives: {
      code: 'parse-failed',
      message: inCommand(
        'set_table_customization',
        'parsing TableConfig failed, expected Object, but encountered Array',
      ),
      path: '$.args.configuration',
    },
  },
  {
    name: 'sets names in the old form',
    command: 'set_table_custom_fields',
    version: 2,
    endpoint: 'v1/query',
    args: {
      table: 'author',
      custom_root_fields: { select: 'Authors' },
      custom_column_names: { id: 'AuthorId' },
    },
    gives: {
      changes: {
        'sources.0.tables.0.configuration': {
          custom_root_fields: { select: 'Authors' },
          column_config: { id: { custom_name: 'AuthorId' } },
          custom_column_names: { id: 'AuthorId' },
        },
      },
    },
  },
  {
    name: 'refuses a table that is not tracked, in the old form',
    command: 'set_table_custom_fields',
    version: 2,
    endpoint: 'v1/query',
    args: { table: 'author1' },
    gives: { code: 'not-exists', message: 'table "author1" does not exist in source: default' },
  },
  {
    name: 'puts a table into the federation and takes it out',
    command: 'pg_set_apollo_federation_config',
    args: { table: 'author', apollo_federation_config: { enable: 'v1' } },
    gives: { changes: { 'sources.0.tables.0.apollo_federation_config': { enable: 'v1' } } },
  },
  {
    name: 'knows version 1 of the federation only',
    command: 'pg_set_apollo_federation_config',
    args: { table: 'author', apollo_federation_config: { enable: 'v2' } },
    gives: { code: 'parse-failed', message: /v1/, path: '$.args.apollo_federation_config.enable' },
  },
]);

testCommands('tables whose database lost them', [
  {
    name: 'are not there for a command that would change them',
    command: 'pg_set_table_is_enum',
    given: changed(BLOG, { 'sources.0.tables': [...tables, { table: { schema: 'public', name: 'gone' } }] }),
    args: { table: 'gone', is_enum: true },
    gives: { code: 'not-exists', message: 'table "gone" does not exist in source: default' },
  },
  {
    name: 'can be untracked',
    command: 'pg_untrack_table',
    given: changed(BLOG, {
      'sources.0.tables': [author, article, { table: { schema: 'public', name: 'gone' } }],
    }),
    args: { table: 'gone' },
    gives: { changes: { 'sources.0.tables': [author, article] } },
  },
]);
