// Tracking functions and giving roles the right to call them; computed fields.

import { about, BLOG, changed, inCommand, NONE_NEW, testCommands } from './cases.ts';

const functions = BLOG.sources[0]?.functions ?? [];
const fullName = BLOG.sources[0]?.tables[0]?.computed_fields?.[0];
const searchTags = { function: { schema: 'public', name: 'search_tags' } };
const withTags = changed(BLOG, {
  'sources.0.tables': [
    ...(BLOG.sources[0]?.tables ?? []),
    { table: { schema: 'public', name: 'tag' }, select_permissions: [{ role: 'user', permission: {} }] },
  ],
  'sources.0.functions': [...functions, searchTags],
});

testCommands('track_function', [
  ...['search_tags', { name: 'search_tags', schema: 'public' }, { function: 'search_tags' }].map((args) => ({
    name: `takes ${JSON.stringify(args)}`,
    command: 'track_function',
    endpoint: 'v1/query' as const,
    args,
    gives: {
      changes: { 'sources.0.functions': [...functions, searchTags] },
      consistency: about('function', 'function search_tags in source default'),
    },
  })),
  {
    name: 'keeps its configuration and comment',
    command: 'pg_track_function',
    args: {
      source: 'default',
      function: 'search_tags',
      configuration: {
        custom_name: 'tags',
        custom_root_fields: { function: 'findTags', function_aggregate: null },
        session_argument: 'session',
        exposed_as: 'query',
        response: { type: 'table', table: 'tag' },
      },
      comment: 'tags by text',
    },
    gives: {
      changes: {
        'sources.0.functions': [
          ...functions,
          {
            ...searchTags,
            configuration: {
              custom_name: 'tags',
              custom_root_fields: { function: 'findTags' },
              session_argument: 'session',
              exposed_as: 'query',
              response: { type: 'table', table: { schema: 'public', name: 'tag' } },
            },
            comment: 'tags by text',
          },
        ],
      },
    },
  },
  {
    name: 'refuses a tracked function',
    command: 'pg_track_function',
    args: { function: 'search_articles' },
    gives: { code: 'already-tracked', message: 'function already tracked: "search_articles"' },
  },
  {
    name: 'refuses the name of a tracked table',
    command: 'pg_track_function',
    args: { function: 'author' },
    gives: { code: 'not-supported', message: 'table with name "author" already exists' },
  },
  {
    name: 'refuses a source that is not there',
    command: 'pg_track_function',
    args: { function: 'search_tags', source: 'other' },
    gives: { code: 'not-exists', message: '"other" is not a known postgres source' },
  },
  {
    name: 'wants a function',
    command: 'pg_track_function',
    args: {},
    gives: { code: 'parse-failed', message: inCommand('track_function', 'key "function" not found') },
  },
  {
    name: 'wants different names for the two root fields',
    command: 'track_function',
    version: 2,
    endpoint: 'v1/query',
    args: {
      function: 'search_tags',
      configuration: { custom_root_fields: { function: 'x', function_aggregate: 'x' } },
    },
    gives: {
      code: 'parse-failed',
      message: 'the following custom root field names are duplicated: "x" and "x"',
      path: '$.configuration.custom_root_fields',
    },
  },
]);

testCommands('untrack_function and set_function_customization', [
  {
    name: 'untracks it with its permissions',
    command: 'pg_untrack_function',
    args: { function: { schema: 'public', name: 'search_articles' }, source: 'default' },
    gives: { changes: { 'sources.0.functions': [] }, consistency: NONE_NEW },
  },
  {
    name: 'takes the bare name too',
    command: 'untrack_function',
    endpoint: 'v1/query',
    args: { schema: 'public', name: 'search_articles' },
    gives: { changes: { 'sources.0.functions': [] } },
  },
  {
    name: 'refuses what is not tracked',
    command: 'pg_untrack_function',
    args: { function: 'search_tags' },
    gives: { code: 'not-exists', message: 'function "search_tags" does not exist in source: default' },
  },
  {
    name: 'wants a function',
    command: 'pg_untrack_function',
    args: { source: 'default' },
    gives: { code: 'parse-failed', message: inCommand('untrack_function', 'key "function" not found') },
  },
  {
    name: 'configures it',
    command: 'pg_set_function_customization',
    args: { function: 'search_articles', configuration: { custom_name: 'find' } },
    gives: { changes: { 'sources.0.functions.0.configuration': { custom_name: 'find' } } },
  },
  {
    name: 'takes the configuration away',
    command: 'pg_set_function_customization',
    given: changed(BLOG, { 'sources.0.functions.0.configuration': { custom_name: 'find' } }),
    args: { function: 'search_articles', configuration: {} },
    gives: { changes: { 'sources.0.functions.0.configuration': undefined } },
  },
  {
    name: 'refuses to configure what is not tracked',
    command: 'pg_set_function_customization',
    args: { function: 'search_tags', configuration: {} },
    gives: { code: 'not-exists', message: 'function "search_tags" does not exist in source: default' },
  },
  {
    name: 'wants a configuration',
    command: 'pg_set_function_customization',
    args: { function: 'search_articles' },
    gives: {
      code: 'parse-failed',
      message: inCommand('set_function_customization', 'key "configuration" not found'),
    },
  },
]);

testCommands('function permissions', [
  {
    name: 'lets a role call that sees the rows',
    command: 'pg_create_function_permission',
    given: withTags,
    args: { function: 'search_tags', role: 'user' },
    gives: { changes: { 'sources.0.functions.1.permissions': [{ role: 'user' }] } },
  },
  {
    name: 'leaves the rights of inherited roles to the compiler',
    command: 'pg_create_function_permission',
    given: withTags,
    args: { function: 'search_tags', role: 'both' },
    gives: { changes: { 'sources.0.functions.1.permissions': [{ role: 'both' }] } },
  },
  {
    name: 'refuses a role that does not see the rows',
    command: 'pg_create_function_permission',
    given: withTags,
    args: { function: 'search_tags', role: 'editor' },
    gives: {
      code: 'not-supported',
      message:
        'function permission can only be added when the function\'s return table "tag" has select permission configured for role: "editor"',
    },
  },
  {
    name: 'refuses a second one',
    command: 'pg_create_function_permission',
    args: { function: 'search_articles', role: 'user' },
    gives: {
      code: 'already-exists',
      message: 'permission of role "user" already exists for function "search_articles" in source: "default"',
    },
  },
  {
    name: 'wants a role',
    command: 'pg_create_function_permission',
    args: { function: 'search_articles' },
    gives: { code: 'parse-failed', message: inCommand('create_function_permission', 'key "role" not found') },
  },
  {
    name: 'is dropped',
    command: 'pg_drop_function_permission',
    args: { function: 'search_articles', role: 'user' },
    gives: { changes: { 'sources.0.functions.0.permissions': undefined } },
  },
  {
    name: 'is not dropped twice',
    command: 'pg_drop_function_permission',
    args: { function: 'search_articles', role: 'editor' },
    gives: {
      code: 'not-exists',
      message:
        'permission of role "editor" does not exist for function "search_articles" in source: "default"',
    },
  },
  {
    name: 'wants a function to drop one of',
    command: 'pg_drop_function_permission',
    args: { role: 'user' },
    gives: {
      code: 'parse-failed',
      message: inCommand('drop_function_permission', 'key "function" not found'),
    },
  },
]);

testCommands('computed fields', [
  {
    name: 'adds one',
    command: 'pg_add_computed_field',
    args: {
      table: 'author',
      name: 'initials',
      definition: { function: 'initials', table_argument: 'author_row', session_argument: null },
      comment: 'two letters',
    },
    gives: {
      changes: {
        'sources.0.tables.0.computed_fields': [
          fullName,
          {
            name: 'initials',
            definition: { function: { schema: 'public', name: 'initials' }, table_argument: 'author_row' },
            comment: 'two letters',
          },
        ],
      },
      consistency: about('computed_field', 'computed_field initials in table author in source default'),
    },
  },
  {
    name: 'replaces one',
    command: 'add_computed_field',
    endpoint: 'v1/query',
    args: { table: 'author', name: 'full_name', definition: { function: { schema: 'x', name: 'y' } } },
    gives: {
      changes: {
        'sources.0.tables.0.computed_fields.0.definition': { function: { schema: 'x', name: 'y' } },
      },
    },
  },
  {
    name: 'refuses a table that is not tracked',
    command: 'pg_add_computed_field',
    args: { table: 'random', name: 'x', definition: { function: 'x' } },
    gives: {
      code: 'not-exists',
      message: 'table "random" does not exist in source: default',
      path: '$.args.table',
    },
  },
  {
    name: 'wants a function',
    command: 'pg_add_computed_field',
    args: { table: 'author', name: 'x', definition: {} },
    gives: {
      code: 'parse-failed',
      message: inCommand('add_computed_field', 'key "function" not found'),
      path: '$.args.definition',
    },
  },
  {
    name: 'refuses to drop what a permission lists',
    command: 'pg_drop_computed_field',
    args: { table: 'author', name: 'full_name' },
    gives: {
      code: 'dependency-error',
      message:
        'cannot drop due to the following dependent objects: permission author.user.select in source "default"',
    },
  },
  {
    name: 'drops the permission along',
    command: 'pg_drop_computed_field',
    args: { table: 'author', name: 'full_name', cascade: true },
    gives: {
      changes: {
        'sources.0.tables.0.computed_fields': [],
        'sources.0.tables.0.select_permissions': [],
      },
    },
  },
  {
    name: 'refuses to drop what is not there',
    command: 'drop_computed_field',
    endpoint: 'v1/query',
    args: { table: 'author', name: 'random' },
    gives: { code: 'not-exists', message: 'computed field "random" does not exist', path: '$.args.name' },
  },
  ...(
    [
      ['id', 'column'],
      ['articles', 'relationship'],
    ] as const
  ).map(([name, kind]) => ({
    name: `refuses to drop a ${kind}`,
    command: 'pg_drop_computed_field',
    args: { table: 'author', name },
    gives: {
      code: 'unexpected-payload',
      message: `expecting a computed field; but, "${name}" is a ${kind}`,
      path: '$.args.name',
    },
  })),
  {
    name: 'wants a name to drop',
    command: 'pg_drop_computed_field',
    args: { table: 'author' },
    gives: { code: 'parse-failed', message: inCommand('drop_computed_field', 'key "name" not found') },
  },
]);
