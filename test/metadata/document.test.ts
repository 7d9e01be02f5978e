// What the metadata says: the messages for what is not Hasura's format, names written out, things declared twice,
// notices, and the way back from a path to a position.
import { describe, expect, it } from 'vitest';

import { locate } from '../../src/metadata/metadata.ts';
import { noticesOf, problemsOf, read, withTables, type FileMap } from './memory-files.ts';

const TABLES = 'databases/default/tables/tables.yaml';

function withSources(yaml: string): FileMap {
  return { 'databases/databases.yaml': yaml };
}

describe('a message names the object, its role and the way out', () => {
  it.each([
    [
      'an unknown key',
      '- table: users\n  selct_permissions: []\n',
      '2:3: Table "users" has no key "selct_permissions"; did you mean "select_permissions"? (at sources[0].tables[0].selct_permissions)',
    ],
    [
      'an unknown key like no other',
      '- table: {name: t, schema: s, colour: red}\n',
      '1:31: "table" of table "s.t" has no key "colour"; its keys are schema, name. (at sources[0].tables[0].table.colour)',
    ],
    [
      'a key that is missing',
      '- table: users\n  select_permissions:\n    - role: user\n      permission: {columns: "*"}\n',
      '4:19: "permission" of the select permission of role "user" on table "users" lacks "filter"; add "filter: {}" to allow every row. (at sources[0].tables[0].select_permissions[0].permission.filter)',
    ],
    [
      'rules one level too high',
      '- table: users\n  select_permissions:\n    - role: user\n',
      '3:7: The select permission of role "user" on table "users" lacks "permission"; put columns, filter and the other rules below "permission:". (at sources[0].tables[0].select_permissions[0].permission)',
    ],
    [
      'a wrong type',
      '- table: users\n  object_relationships: {name: a}\n',
      '2:25: "object_relationships" of table "users" must be a list, not a mapping. (at sources[0].tables[0].object_relationships)',
    ],
    [
      'a word out of a few',
      '- table: users\n  select_permissions:\n    - role: user\n      permission: {columns: "*", filter: {}, query_root_fields: [selekt]}\n',
      '4:66: "permission.query_root_fields.0" of the select permission of role "user" on table "users" must be one of select, select_by_pk, select_aggregate, not "selekt". (at sources[0].tables[0].select_permissions[0].permission.query_root_fields[0])',
    ],
    [
      'a relationship without a way',
      '- table: users\n  array_relationships:\n    - name: posts\n      using: {}\n',
      '4:14: "using" of the array relationship "posts" of table "users" needs one of the keys foreign_key_constraint_on, manual_configuration. (at sources[0].tables[0].array_relationships[0].using)',
    ],
    [
      'an array relationship by an own column',
      '- table: users\n  array_relationships:\n    - name: posts\n      using: {foreign_key_constraint_on: id}\n',
      '4:42: "using.foreign_key_constraint_on" of the array relationship "posts" of table "users" must be a mapping, not a text. (at sources[0].tables[0].array_relationships[0].using.foreign_key_constraint_on)',
    ],
    [
      'a negative limit',
      '- table: users\n  select_permissions:\n    - {role: user, permission: {columns: [], filter: {}, limit: -1}}\n',
      '3:65: "permission.limit" of the select permission of role "user" on table "users" must be a whole number from 0 on, not a negative number. (at sources[0].tables[0].select_permissions[0].permission.limit)',
    ],
    [
      'a filter left empty',
      '- table: users\n  select_permissions:\n    - role: user\n      permission:\n        columns: []\n        filter:\n',
      '6:9: "permission.filter" of the select permission of role "user" on table "users" must be a mapping, not empty. (at sources[0].tables[0].select_permissions[0].permission.filter)',
    ],
    [
      'a webhook named twice',
      '- table: users\n  event_triggers:\n    - {name: t, definition: {}, webhook: a, webhook_from_env: b}\n',
      '3:7: The event trigger "t" of table "users" needs exactly one of "webhook" and "webhook_from_env". (at sources[0].tables[0].event_triggers[0])',
    ],
    [
      'a table that is a list of letters',
      '- users\n',
      '1:3: Table number 1 must be a mapping, not a text. (at sources[0].tables[0])',
    ],
  ])('%s', async (_, tables, expected) => {
    expect(await problemsOf(withTables(tables))).toEqual([`${TABLES}:${expected}`]);
  });

  it('shows control characters of a name instead of obeying them', async () => {
    const problems = await problemsOf(withTables('- {table: "\\e[31m\\u202e", x: 1}\n'));
    expect(problems[0]).toContain('Table "\\u001b[31m\\u202e" has no key "x"');
  });

  it('names the source when there are several', async () => {
    const connection = 'configuration: {connection_info: {database_url: x}}';
    const problems = await problemsOf(
      withSources(
        `- {name: a, kind: pg, ${connection}, tables: []}\n- {name: b, kind: pg, ${connection}, tables: [{table: t, x: 1}]}\n`,
      ),
    );
    expect(problems.join()).toContain('The table "t" of source "b" has no key "x"');
  });
});

describe('a source', () => {
  it.each([
    [
      'of another kind is refused by the name of its kind',
      '- {name: a, kind: mssql, configuration: {connection_info: {connection_string: x}}, tables: [{table: [1]}]}',
      /^databases\/databases.yaml:1:19: "kind" of source "a" must be "postgres": Hedge does not serve sources of kind mssql; remove the source from databases.yaml. \(at sources\[0\].kind\)$/,
    ],
    [
      'without a kind is told to say one',
      '- {name: a, configuration: {connection_info: {database_url: x}}}',
      /: Source "a" lacks "kind"; add "kind: postgres"/,
    ],
    [
      'without a connection is told how to write one',
      '- {name: a, kind: postgres}',
      /: Source "a" lacks "configuration"; add "configuration:" with connection_info.database_url.from_env below it/,
    ],
    [
      'with an address in a file is told to use a secret',
      '- {name: a, kind: postgres, configuration: {connection_info: {database_url: {dynamic_from_file: /x}}}}',
      /dynamic_from_file" of source "a" must be left out: a worker has no files/,
    ],
    [
      'with stored procedures is told to track a function',
      '- {name: a, kind: postgres, stored_procedures: [{}], configuration: {connection_info: {database_url: x}}}',
      /"stored_procedures" of source "a" must be left out: .* track a function instead/,
    ],
  ])('%s', async (_, yaml, expected) => {
    const problems = await problemsOf(withSources(yaml));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('never shows its address in a message', async () => {
    const problems = await problemsOf(
      withSources(
        '- {name: a, kind: postgres, tables: [], configuration: {connection_info: {database_url: ["postgres://u:secret@h/d"], isolation_level: 7}}}',
      ),
    );
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('secret');
  });
});

describe('what comes out', () => {
  it('has names of tables and functions written out, empty keys left out, and the rest as it was', async () => {
    const { metadata, problems } = await read(
      withTables(`- table: users
  configuration:
    custom_name: People
    comment: ""
    custom_root_fields: {select: people, insert: null, select_by_pk: {name: person, comment: one}}
    column_config: {id: {custom_name: ID}}
  object_relationships:
    - {name: org, using: {foreign_key_constraint_on: org_id}, comment: null}
    - {name: pair, using: {foreign_key_constraint_on: [a, b]}}
    - {name: profile, using: {foreign_key_constraint_on: {table: profiles, column: user_id}}}
  array_relationships:
    - {name: t, using: {manual_configuration: {remote_table: {schema: s, name: t}, column_mapping: {a: b}, insertion_order: null}}}
  computed_fields:
    - {name: f, definition: {function: f}}
  select_permissions:
    - role: user
      permission: {columns: [id], filter: {_or: [{id: {_eq: 1.5}}]}, query_root_fields: null, limit: }
  event_triggers:
`),
    );
    expect(problems).toEqual([]);
    expect(metadata.sources[0]?.tables).toEqual([
      {
        table: { schema: 'public', name: 'users' },
        configuration: {
          custom_name: 'People',
          comment: '',
          custom_root_fields: { select: 'people', select_by_pk: { name: 'person', comment: 'one' } },
          column_config: { id: { custom_name: 'ID' } },
        },
        object_relationships: [
          { name: 'org', using: { foreign_key_constraint_on: 'org_id' } },
          { name: 'pair', using: { foreign_key_constraint_on: ['a', 'b'] } },
          {
            name: 'profile',
            using: {
              foreign_key_constraint_on: { table: { schema: 'public', name: 'profiles' }, column: 'user_id' },
            },
          },
        ],
        array_relationships: [
          {
            name: 't',
            using: {
              manual_configuration: { remote_table: { schema: 's', name: 't' }, column_mapping: { a: 'b' } },
            },
          },
        ],
        computed_fields: [{ name: 'f', definition: { function: { schema: 'public', name: 'f' } } }],
        select_permissions: [
          { role: 'user', permission: { columns: ['id'], filter: { _or: [{ id: { _eq: 1.5 } }] } } },
        ],
      },
    ]);
  });

  it('is empty when anything is wrong', async () => {
    expect((await read(withTables('- table: users\n- tabel: posts\n'))).metadata).toEqual({
      version: 3,
      sources: [],
    });
  });
});

describe('declared twice', () => {
  it.each([
    [
      'a table',
      '- table: users\n- table: {name: users}\n',
      `2:3: Table "users" is declared twice, here and at ${TABLES}:1; keep one of the two.`,
    ],
    [
      'a role',
      '- table: users\n  select_permissions:\n    - {role: a, permission: {columns: [], filter: {}}}\n    - {role: a, permission: {columns: [], filter: {}}}\n',
      `4:7: The select permission of role "a" on table "users" is declared twice, here and at ${TABLES}:3; keep one of the two.`,
    ],
    [
      'a field of two kinds',
      '- table: users\n  object_relationships: [{name: a, using: {foreign_key_constraint_on: b}}]\n  computed_fields:\n    - {name: a, definition: {function: f}}\n',
      `4:7: The computed field "a" of table "users" is declared twice, here and at ${TABLES}:2; keep one of the two.`,
    ],
  ])('%s is reported with both places', async (_, tables, expected) => {
    const problems = await problemsOf(withTables(tables));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${TABLES}:${expected}`);
  });

  it('does not mistake tables of two schemas, or roles of two operations', async () => {
    const tables = `- table: users
  select_permissions: [{role: a, permission: {columns: [], filter: {}}}]
  delete_permissions: [{role: a, permission: {filter: {}}}]
- table: {name: users, schema: other}
`;
    expect(await problemsOf(withTables(tables))).toEqual([]);
  });
});

describe('a feature that is not available', () => {
  it('is noted with the object, file and line, and reading goes on', async () => {
    const files = withTables(
      `- table: users
  apollo_federation_config: {enable: v1}
  event_triggers:
    - {name: t, definition: {}, webhook: x}
  remote_relationships: []
`,
      { 'metrics_config.yaml': '{analyze_query_variables: true}' },
    );
    expect(await problemsOf(files)).toEqual([]);
    expect(await noticesOf(files)).toEqual([
      `${TABLES}:2:3: apollo_federation_config: not available in this version; what table "users" says there has no effect. (at sources[0].tables[0].apollo_federation_config)`,
      `${TABLES}:3:3: event_triggers: what the event triggers of table "users" record waits in hdb_catalog.event_log: events are not delivered yet in this version. Live mode makes the triggers in the database; a build makes none. (at sources[0].tables[0].event_triggers)`,
      'metrics_config.yaml:1:1: metrics_config: not available in this version; what the metadata says there has no effect. (at metrics_config)',
    ]);
  });

  it('is validated all the same', async () => {
    const problems = await problemsOf(
      withTables(
        '- table: users\n  event_triggers: [{name: t, definition: {}, webhook: x, retry_conf: {num_retry: 1}}]\n',
      ),
    );
    expect(problems.join()).toContain(
      '"retry_conf" of the event trigger "t" of table "users" has no key "num_retry"; did you mean "num_retries"?',
    );
  });
});

describe('locate', () => {
  const files = withTables('- "!include users.yaml"\n', {
    'databases/default/tables/users.yaml':
      'table: users\nselect_permissions:\n  - role: user\n    permission:\n      columns: []\n      filter:\n        id: {_eq: 1}\n',
  });

  it.each<[string, (string | number)[], string]>([
    ['a table', ['sources', 0, 'tables', 0], 'databases/default/tables/users.yaml:1:1'],
    [
      'a permission',
      ['sources', 0, 'tables', 0, 'select_permissions', 0],
      'databases/default/tables/users.yaml:3:5',
    ],
    [
      'a key deep in a filter',
      ['sources', 0, 'tables', 0, 'select_permissions', 0, 'permission', 'filter', 'id'],
      'databases/default/tables/users.yaml:7:9',
    ],
    [
      'a part that was written in short, at its whole',
      ['sources', 0, 'tables', 0, 'table', 'name'],
      'databases/default/tables/users.yaml:1:1',
    ],
    ['a source', ['sources', 0], 'databases/databases.yaml:1:3'],
    ['nothing there, at what is around it', ['sources', 0, 'tables', 7], 'databases/databases.yaml:7:3'],
  ])('finds %s', async (_, path, expected) => {
    const { file, line, column } = locate(await read(files), path);
    expect(`${file}:${line}:${column}`).toBe(expected);
  });
});
