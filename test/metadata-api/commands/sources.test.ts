// Adding, changing, renaming and dropping sources.

import { about, BLOG, changed, inCommand, testCommands } from './cases.ts';

const configuration = { connection_info: { database_url: { from_env: 'OTHER_URL' } } };
const other = { name: 'other', kind: 'postgres', tables: [], configuration };
const two = changed(BLOG, { sources: [...BLOG.sources, other] });
const joined = changed(two, {
  'sources.1.tables': [
    {
      table: { schema: 'public', name: 'book' },
      remote_relationships: [
        {
          name: 'author',
          definition: {
            to_source: {
              source: 'default',
              table: { schema: 'public', name: 'author' },
              relationship_type: 'object',
              field_mapping: { author_id: 'id' },
            },
          },
        },
      ],
    },
  ],
});

testCommands('add_source', [
  {
    name: 'adds one',
    command: 'pg_add_source',
    args: { name: 'other', configuration },
    gives: {
      changes: { sources: [...BLOG.sources, other] },
      consistency: about('source', 'source other'),
    },
  },
  {
    name: 'keeps all there is to say about one',
    command: 'pg_add_source',
    args: {
      name: 'other',
      configuration: {
        connection_info: {
          database_url: {
            connection_parameters: { host: 'h', username: 'u', password: 'p', port: 5432, database: 'd' },
          },
          pool_settings: { max_connections: 50, idle_timeout: 180, retries: null },
          use_prepared_statements: false,
          isolation_level: 'serializable',
          ssl_configuration: { sslmode: 'require', sslcert: { from_env: 'CERT' } },
        },
        read_replicas: [{ database_url: 'postgres://replica' }],
        extensions_schema: 'extensions',
      },
      customization: {
        root_fields: { namespace: 'other', prefix: null },
        type_names: {},
        naming_convention: 'graphql-default',
      },
      health_check: { test: { sql: 'select 1' }, interval: 5 },
    },
    gives: {
      changes: {
        sources: [
          ...BLOG.sources,
          {
            name: 'other',
            kind: 'postgres',
            tables: [],
            configuration: {
              connection_info: {
                database_url: {
                  connection_parameters: {
                    host: 'h',
                    username: 'u',
                    password: 'p',
                    port: 5432,
                    database: 'd',
                  },
                },
                pool_settings: { max_connections: 50, idle_timeout: 180 },
                use_prepared_statements: false,
                isolation_level: 'serializable',
                ssl_configuration: { sslmode: 'require', sslcert: { from_env: 'CERT' } },
              },
              read_replicas: [{ database_url: 'postgres://replica' }],
              extensions_schema: 'extensions',
            },
            customization: { root_fields: { namespace: 'other' }, naming_convention: 'graphql-default' },
            health_check: { test: { sql: 'select 1' }, interval: 5 },
          },
        ],
      },
    },
  },
  {
    name: 'refuses a name that is taken',
    command: 'pg_add_source',
    args: { name: 'default', configuration },
    gives: { code: 'already-exists', message: 'source with name "default" already exists' },
  },
  {
    name: 'replaces what connects it, and keeps its tables',
    command: 'pg_add_source',
    args: {
      name: 'default',
      configuration,
      customization: { root_fields: { namespace: 'blog' } },
      replace_configuration: true,
    },
    gives: {
      changes: {
        'sources.0.configuration': configuration,
        'sources.0.customization': { root_fields: { namespace: 'blog' } },
      },
    },
  },
  {
    name: 'wants a configuration',
    command: 'pg_add_source',
    args: { name: 'other' },
    gives: { code: 'parse-failed', message: inCommand('add_source', 'key "configuration" not found') },
  },
  {
    name: 'wants a URL, without repeating what it got',
    command: 'pg_add_source',
    args: {
      name: 'other',
      configuration: { connection_info: { database_url: { fromEnv: 'postgres://user:secret@host/db' } } },
    },
    gives: {
      code: 'parse-failed',
      message: inCommand('add_source', 'one of from_env or connection_parameters should be provided'),
      path: '$.args.configuration.connection_info.database_url',
    },
  },
  {
    name: 'has no files',
    command: 'pg_add_source',
    args: {
      name: 'other',
      configuration: { connection_info: { database_url: { dynamic_from_file: '/secret' } } },
    },
    gives: {
      code: 'parse-failed',
      message: /dynamic_from_file is not available/,
      path: '$.args.configuration.connection_info.database_url',
    },
  },
  {
    name: 'knows two naming conventions',
    command: 'pg_add_source',
    args: { name: 'other', configuration, customization: { naming_convention: 'camel' } },
    gives: {
      code: 'parse-failed',
      message: /naming_convention can either be "hasura-default" or "graphql-default"/,
      path: '$.args.customization.naming_convention',
    },
  },
]);

testCommands('update_source', [
  {
    name: 'changes what it is told and nothing else',
    command: 'pg_update_source',
    args: { name: 'default', customization: { root_fields: { namespace: 'blog' } } },
    gives: {
      changes: { 'sources.0.customization': { root_fields: { namespace: 'blog' } } },
      consistency: about('source', 'source default'),
    },
  },
  {
    name: 'changes the connection',
    command: 'pg_update_source',
    args: { name: 'default', configuration, health_check: { interval: 1 } },
    gives: {
      changes: { 'sources.0.configuration': configuration, 'sources.0.health_check': { interval: 1 } },
    },
  },
  {
    name: 'refuses a source that is not there',
    command: 'pg_update_source',
    args: { name: 'other', configuration },
    gives: { code: 'not-exists', message: 'source with name "other" does not exist' },
  },
  {
    name: 'wants a name',
    command: 'pg_update_source',
    args: { name: '' },
    gives: {
      code: 'parse-failed',
      message: inCommand('update_source', 'empty string not allowed'),
      path: '$.args.name',
    },
  },
]);

testCommands('rename_source', [
  {
    name: 'gives it another name',
    command: 'rename_source',
    args: { name: 'default', new_name: 'main' },
    gives: { changes: { 'sources.0.name': 'main' }, consistency: about('source', 'source main') },
  },
  {
    name: 'refuses a source that is not there',
    command: 'rename_source',
    args: { name: 'other', new_name: 'main' },
    gives: { code: 'not-exists', message: 'Could not find source with name "other"' },
  },
  {
    name: 'refuses a name that is taken',
    command: 'rename_source',
    given: two,
    args: { name: 'other', new_name: 'default' },
    gives: { code: 'already-exists', message: 'Source with name "default" already exists' },
  },
  {
    name: 'wants the new name',
    command: 'rename_source',
    args: { name: 'default' },
    gives: {
      code: 'parse-failed',
      message:
        'parsing Hasura.RQL.DDL.Schema.Source.RenameSource(RenameSource) failed, key "new_name" not found',
    },
  },
]);

testCommands('drop_source', [
  {
    name: 'drops it with all that is in it',
    command: 'pg_drop_source',
    given: two,
    args: { name: 'default' },
    gives: { changes: { sources: [other] } },
  },
  {
    name: 'refuses while another source leads to it',
    command: 'pg_drop_source',
    given: joined,
    args: { name: 'default' },
    gives: {
      code: 'dependency-error',
      message: /^cannot drop due to the following dependent objects: .*book\.author in source "other"$/,
    },
  },
  {
    name: 'drops what leads to it along',
    command: 'pg_drop_source',
    given: joined,
    args: { name: 'default', cascade: true },
    gives: {
      changes: {
        sources: [
          { ...other, tables: [{ table: { schema: 'public', name: 'book' }, remote_relationships: [] }] },
        ],
      },
    },
  },
  {
    name: 'refuses a source that is not there',
    command: 'pg_drop_source',
    args: { name: 'other' },
    gives: { code: 'not-exists', message: 'source with name "other" does not exist' },
  },
  {
    name: 'wants a name',
    command: 'pg_drop_source',
    args: { cascade: true },
    gives: { code: 'parse-failed', message: inCommand('drop_source', 'key "name" not found') },
  },
]);
