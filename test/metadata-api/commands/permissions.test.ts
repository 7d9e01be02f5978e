// Creating, commenting and dropping permissions.

import { about, BLOG, changed, inCommand, NONE_NEW, testCommands } from './cases.ts';

const selects = BLOG.sources[0]?.tables[0]?.select_permissions ?? [];
const PERM_DEF = 'parsing Hasura.RQL.Types.Permission.PermDef(PermDef) failed,';

testCommands('create permissions', [
  {
    name: 'keeps what differs from the defaults',
    command: 'pg_create_select_permission',
    args: {
      table: 'author',
      role: 'editor',
      comment: 'all of it',
      permission: {
        columns: '*',
        filter: { id: { _gt: 0 } },
        limit: 10,
        allow_aggregations: true,
        computed_fields: ['full_name'],
        query_root_fields: ['select'],
        subscription_root_fields: [],
      },
    },
    gives: {
      changes: {
        'sources.0.tables.0.select_permissions': [
          ...selects,
          {
            role: 'editor',
            comment: 'all of it',
            permission: {
              columns: '*',
              filter: { id: { _gt: 0 } },
              limit: 10,
              allow_aggregations: true,
              computed_fields: ['full_name'],
              query_root_fields: ['select'],
              subscription_root_fields: [],
            },
          },
        ],
      },
      consistency: about('select_permission', 'select_permission editor in table author in source default'),
    },
  },
  {
    name: 'leaves defaults out',
    command: 'create_select_permission',
    endpoint: 'v1/query',
    args: {
      table: 'author',
      role: 'editor',
      permission: {
        columns: ['id'],
        filter: {},
        allow_aggregations: false,
        computed_fields: [],
        limit: null,
        query_root_fields: null,
      },
    },
    gives: {
      changes: {
        'sources.0.tables.0.select_permissions': [
          ...selects,
          { role: 'editor', permission: { columns: ['id'], filter: {} } },
        ],
      },
    },
  },
  {
    name: 'to insert',
    command: 'pg_create_insert_permission',
    args: {
      source: 'default',
      table: 'author',
      role: 'user',
      permission: {
        check: { name: { _ne: '' } },
        set: { id: 'X-Hasura-User-Id' },
        backend_only: true,
        validate_input: {
          type: 'http',
          definition: { url: '{{URL}}', headers: [{ name: 'a', value_from_env: 'A' }], timeout: 5 },
        },
      },
    },
    gives: {
      changes: {
        'sources.0.tables.0.insert_permissions': [
          {
            role: 'user',
            permission: {
              check: { name: { _ne: '' } },
              set: { id: 'X-Hasura-User-Id' },
              backend_only: true,
              validate_input: {
                type: 'http',
                definition: { url: '{{URL}}', headers: [{ name: 'a', value_from_env: 'A' }], timeout: 5 },
              },
            },
          },
        ],
      },
      consistency: about('insert_permission', 'insert_permission user in table author in source default'),
    },
  },
  {
    name: 'to update, without check',
    command: 'pg_create_update_permission',
    args: {
      table: 'author',
      role: 'user',
      permission: { columns: ['name'], filter: {}, backend_only: false },
    },
    gives: {
      changes: {
        'sources.0.tables.0.update_permissions': [
          { role: 'user', permission: { columns: ['name'], filter: {}, check: null } },
        ],
      },
    },
  },
  {
    name: 'to delete',
    command: 'pg_create_delete_permission',
    args: { table: 'author', role: 'user', permission: { filter: {} } },
    gives: {
      changes: { 'sources.0.tables.0.delete_permissions': [{ role: 'user', permission: { filter: {} } }] },
    },
  },
  {
    name: 'refuses a second one',
    command: 'pg_create_select_permission',
    args: { table: 'author', role: 'user', permission: { columns: '*', filter: {} } },
    gives: {
      code: 'already-exists',
      message: 'select permission already defined on table "author" with role "user"',
    },
  },
  ...(['select', 'insert', 'update', 'delete'] as const).map((operation) => ({
    name: 'refuses one for the administrator',
    command: `pg_create_${operation}_permission`,
    args: { table: 'author', role: 'admin', permission: { columns: '*', filter: {}, check: {} } },
    gives: {
      code: 'already-exists',
      message: `${operation} permission already defined on table "author" with role "admin"`,
    },
  })),
  {
    name: 'refuses a table that is not tracked',
    command: 'pg_create_select_permission',
    args: { table: 'tag', role: 'user', permission: { columns: '*', filter: {} } },
    gives: { code: 'not-exists', message: 'table "tag" does not exist in source: default' },
  },
  {
    name: 'wants a role',
    command: 'pg_create_select_permission',
    args: { table: 'author', permission: { columns: '*', filter: {} } },
    gives: {
      code: 'parse-failed',
      message: inCommand('create_select_permission', `${PERM_DEF} key "role" not found`),
    },
  },
  {
    name: 'wants a role with a name',
    command: 'create_insert_permission',
    endpoint: 'v1/query',
    args: { table: 'author', role: '', permission: { check: {} } },
    gives: { code: 'parse-failed', message: 'empty string not allowed', path: '$.role' },
  },
  {
    name: 'wants rows',
    command: 'pg_create_select_permission',
    args: { table: 'author', role: 'editor', permission: { columns: '*' } },
    gives: {
      code: 'parse-failed',
      message: inCommand('create_select_permission', 'key "filter" not found'),
      path: '$.args.permission',
    },
  },
  {
    name: 'wants an expression for rows',
    command: 'create_delete_permission',
    endpoint: 'v1/query',
    args: { table: 'author', role: 'editor', permission: { filter: 'true' } },
    gives: {
      code: 'parse-failed',
      message: 'parsing boolean expression failed, expected Object, but encountered String',
      path: '$.permission.filter',
    },
  },
  {
    name: 'wants columns in a list',
    command: 'create_select_permission',
    endpoint: 'v1/query',
    args: { table: 'author', role: 'editor', permission: { columns: ['id', 5], filter: {} } },
    gives: {
      code: 'parse-failed',
      message: 'parsing Text failed, expected String, but encountered Number',
      path: '$.permission.columns[1]',
    },
  },
  {
    name: 'wants a whole limit',
    command: 'create_select_permission',
    endpoint: 'v1/query',
    args: { table: 'author', role: 'editor', permission: { columns: [], filter: {}, limit: 1.5 } },
    gives: {
      code: 'parse-failed',
      message: 'parsing Int failed, value is either floating or will cause over or underflow 1.5',
      path: '$.permission.limit',
    },
  },
]);

const full = changed(BLOG, {
  'sources.0.tables.0.insert_permissions': [{ role: 'user', permission: { check: {} } }],
  'sources.0.tables.0.update_permissions': [{ role: 'user', permission: { columns: [], filter: {} } }],
  'sources.0.tables.0.delete_permissions': [{ role: 'user', permission: { filter: {} } }],
});

testCommands('drop permissions', [
  ...(['select', 'insert', 'update', 'delete'] as const).map((operation) => ({
    name: 'drops it, and the list with the last',
    command: `pg_drop_${operation}_permission`,
    given: full,
    args: { table: 'author', role: 'user' },
    gives: {
      changes: { [`sources.0.tables.0.${operation}_permissions`]: undefined },
      consistency: NONE_NEW,
    },
  })),
  {
    name: 'refuses what is not there',
    command: 'drop_select_permission',
    endpoint: 'v1/query',
    args: { table: 'author', role: 'editor' },
    gives: {
      code: 'permission-denied',
      message: 'select permission on "author" for role "editor" does not exist',
    },
  },
  {
    name: 'wants a role',
    command: 'pg_drop_select_permission',
    args: { table: 'author' },
    gives: { code: 'parse-failed', message: inCommand('drop_select_permission', 'key "role" not found') },
  },
]);

testCommands('set_permission_comment', [
  {
    name: 'sets it',
    command: 'pg_set_permission_comment',
    args: { table: 'author', role: 'user', permission: 'select', comment: 'own ones' },
    gives: { changes: { 'sources.0.tables.0.select_permissions.0.comment': 'own ones' } },
  },
  {
    name: 'takes it away',
    command: 'set_permission_comment',
    endpoint: 'v1/query',
    given: changed(BLOG, { 'sources.0.tables.0.select_permissions.0.comment': 'old' }),
    args: { table: 'author', role: 'user', permission: 'select', comment: null },
    gives: { changes: { 'sources.0.tables.0.select_permissions.0.comment': undefined } },
  },
  {
    name: 'refuses what is not there',
    command: 'pg_set_permission_comment',
    args: { table: 'author', role: 'user', permission: 'delete' },
    gives: {
      code: 'permission-denied',
      message: `'delete' permission on "author" for role "user" does not exist`,
    },
  },
  {
    name: 'wants an operation',
    command: 'set_permission_comment',
    endpoint: 'v1/query',
    args: { table: 'author', role: 'user', permission: 'read' },
    gives: {
      code: 'parse-failed',
      message: "perm_type should be one of 'insert', 'select', 'update', 'delete'",
      path: '$.permission',
    },
  },
]);
