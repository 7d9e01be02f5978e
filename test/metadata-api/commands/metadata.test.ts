// Clearing and replacing the metadata; commands that are refused, and that nobody knows.

import { expect, test } from 'vitest';

import type { Inconsistency } from '../../../src/artifact/types.ts';
import { at, type Path } from '../../../src/error/path.ts';
import { COMMANDS } from '../../../src/metadata-api/commands/commands.ts';
import { unknownCommand } from '../../../src/metadata-api/commands/unknown.ts';
import { isReducible } from '../../../src/metadata-api/reduce.ts';
import type { MetadataEndpoint } from '../../../src/metadata-api/types.ts';
import { ARGS, BLOG, changed, FROM_ENV, testCommands } from './cases.ts';

const everything = Object.fromEntries(Object.keys(BLOG).map((key) => [key, undefined]));
const consistent = { kind: 'consistent' } as const;
const [source] = BLOG.sources;
const tag = { table: { schema: 'public', name: 'tag' } };
const gone: Inconsistency = {
  type: 'table',
  name: 'table gone in source default',
  definition: { schema: 'public', name: 'gone' },
  reason: 'Inconsistent object: no such table/view exists in source: "gone"',
  path: ['sources', 0, 'tables', 0],
};

testCommands('clear_metadata', [
  {
    name: 'keeps the default source and how it is connected',
    command: 'clear_metadata',
    args: {},
    gives: {
      changes: {
        ...everything,
        version: 3,
        sources: [{ name: 'default', kind: 'postgres', tables: [], configuration: source?.configuration }],
      },
      consistency: consistent,
    },
  },
  {
    name: 'brings the source of the environment back',
    command: 'clear_metadata',
    args: null,
    given: changed(BLOG, { 'sources.0.name': 'other' }),
    gives: { changes: { ...everything, version: 3, sources: [FROM_ENV] } },
  },
]);

testCommands('replace_metadata', [
  {
    name: 'takes a document alone',
    command: 'replace_metadata',
    args: { version: 3, sources: [{ ...FROM_ENV, tables: [tag] }] },
    gives: {
      changes: { ...everything, version: 3, sources: [{ ...FROM_ENV, tables: [tag] }] },
      consistency: consistent,
    },
  },
  {
    name: 'takes a document of version 1: its tables go into the default source',
    command: 'replace_metadata',
    args: { tables: [{ table: 'tag' }], functions: ['search_tags'] },
    gives: {
      changes: {
        ...everything,
        version: 3,
        sources: [
          {
            ...source,
            tables: [tag],
            functions: [{ function: { schema: 'public', name: 'search_tags' } }],
          },
        ],
        rest_endpoints: BLOG.rest_endpoints,
      },
    },
  },
  {
    name: 'answers what is inconsistent when that is allowed',
    command: 'replace_metadata',
    version: 2,
    args: {
      allow_inconsistent_metadata: true,
      metadata: { version: 3, sources: [{ ...FROM_ENV, tables: [] }] },
    },
    gives: {
      changes: { ...everything, version: 3, sources: [FROM_ENV] },
      consistency: { kind: 'allowed' },
      inconsistencies: [gone],
      answer: {
        is_consistent: false,
        inconsistent_objects: [
          {
            type: 'table',
            name: 'table gone in source default',
            definition: { schema: 'public', name: 'gone' },
            reason: 'Inconsistent object: no such table/view exists in source: "gone"',
          },
        ],
      },
    },
  },
  {
    name: 'answers in the second form wherever there is a key metadata',
    command: 'replace_metadata',
    args: { metadata: { version: 3, sources: [] } },
    gives: {
      changes: { ...everything, version: 3, sources: [] },
      consistency: consistent,
      answer: { is_consistent: true, inconsistent_objects: [] },
    },
  },
  {
    name: 'refuses two of a name',
    command: 'replace_metadata',
    version: 2,
    args: {
      metadata: {
        version: 3,
        sources: [],
        allowlist: [{ collection: 'first' }, { collection: 'first', scope: { global: true } }],
      },
    },
    gives: {
      code: 'parse-failed',
      message: 'multiple declarations exist for the following allowlist entries: first',
      path: '$.args.metadata',
    },
  },
  {
    name: 'refuses a version of the future',
    command: 'replace_metadata',
    args: { version: 4, sources: [] },
    gives: { code: 'parse-failed', message: /4/, path: '$.args.version' },
  },
  {
    name: 'wants a document',
    command: 'replace_metadata',
    args: 'none',
    gives: { code: 'parse-failed', message: /expected Object, but encountered String/ },
  },
  {
    name: 'wants yes or no',
    command: 'replace_metadata',
    version: 2,
    args: { allow_inconsistent_metadata: 'yes', metadata: {} },
    gives: {
      code: 'parse-failed',
      message: 'parsing Bool failed, expected Boolean, but encountered String',
      path: '$.args.allow_inconsistent_metadata',
    },
  },
]);

testCommands('what this version does not have', [
  {
    name: 'is refused by its name',
    command: 'add_remote_schema',
    args: { name: 'x' },
    gives: {
      code: 'not-supported',
      message: 'add_remote_schema: Remote schemas are not available in this version',
    },
  },
  {
    name: 'is refused by its name with a kind in front',
    command: 'pg_test_connection_template',
    args: {},
    gives: {
      code: 'not-supported',
      message: 'pg_test_connection_template: Connection templates are not available in this version',
    },
  },
  ...['mssql_track_table', 'bigquery_drop_source', 'citus_add_source', 'snowflake_add_source'].map(
    (command) => ({
      name: 'names the kind of database',
      command,
      args: {},
      gives: {
        code: 'not-supported',
        message: `${command}: sources of kind "${command.split('_')[0]}" are not available, only those of kind "postgres" are`,
      },
    }),
  ),
]);

/** Hasura's, but for those that are answered elsewhere: bulks, exports, queries, catalog state, SQL, events. */
const HASURA_COMMANDS = `
  rename_source add_remote_schema update_remote_schema remove_remote_schema reload_remote_schema
  introspect_remote_schema add_remote_schema_permissions drop_remote_schema_permissions
  create_remote_schema_remote_relationship update_remote_schema_remote_relationship
  delete_remote_schema_remote_relationship cleanup_event_trigger_logs resume_event_trigger_cleanups
  pause_event_trigger_cleanups create_cron_trigger delete_cron_trigger create_scheduled_event
  delete_scheduled_event get_scheduled_events get_scheduled_event_invocations get_cron_triggers create_action
  drop_action update_action create_action_permission drop_action_permission create_query_collection
  rename_query_collection drop_query_collection add_query_to_collection drop_query_from_collection
  add_collection_to_allowlist drop_collection_from_allowlist update_scope_of_collection_in_allowlist
  create_rest_endpoint drop_rest_endpoint dc_add_agent dc_delete_agent set_custom_types set_api_limits
  remove_api_limits set_metrics_config remove_metrics_config add_inherited_role drop_inherited_role
  replace_metadata clear_metadata add_host_to_tls_allowlist drop_host_from_tls_allowlist
  set_graphql_schema_introspection_options set_query_tags set_opentelemetry_config
  set_opentelemetry_status
  pg_add_source pg_drop_source pg_update_source pg_set_table_customization pg_set_apollo_federation_config
  pg_track_table pg_track_tables pg_untrack_table pg_untrack_tables pg_set_table_is_enum
  pg_create_insert_permission pg_create_select_permission pg_create_update_permission
  pg_create_delete_permission pg_drop_insert_permission pg_drop_select_permission pg_drop_update_permission
  pg_drop_delete_permission pg_set_permission_comment pg_track_function pg_untrack_function
  pg_set_function_customization pg_create_function_permission pg_drop_function_permission
  pg_create_object_relationship pg_create_array_relationship pg_set_relationship_comment
  pg_rename_relationship pg_drop_relationship pg_create_remote_relationship pg_update_remote_relationship
  pg_delete_remote_relationship pg_create_event_trigger pg_delete_event_trigger pg_add_computed_field
  pg_drop_computed_field pg_test_connection_template pg_track_native_query
  pg_untrack_native_query pg_track_logical_model pg_untrack_logical_model
  pg_create_logical_model_select_permission pg_drop_logical_model_select_permission
  add_existing_table_or_view track_table set_table_custom_fields
`;

test('every command of Hasura is known', () => {
  expect(
    HASURA_COMMANDS.trim()
      .split(/\s+/)
      .filter((type) => !isReducible(type)),
  ).toEqual([]);
});

test.each(['random', 'pg_random', 'pg_rename_source', 'toString', '__proto__', '', 'export_metadata'])(
  '%j is no reducer',
  (type) => {
    expect(isReducible(type)).toBe(false);
  },
);

test('every command may have the kind of its database in front, those about no source may not', () => {
  expect(COMMANDS['pg_track_table']).toBe(COMMANDS['track_table']);
  expect(COMMANDS['postgres_track_table']).toBe(COMMANDS['track_table']);
  expect(COMMANDS['pg_add_inherited_role']).toBeUndefined();
});

const inBulk: Path = at(at(ARGS, 1), 'args');

test.each<[string, MetadataEndpoint, Path, string, string | RegExp]>([
  [
    'random',
    'v1/metadata',
    ARGS,
    '$',
    'unknown metadata command "random"; "random" was not recognized as a valid backend name',
  ],
  [
    'oops_track_table',
    'v1/metadata',
    inBulk,
    '$.args[1]',
    'unknown metadata command "oops_track_table"; "oops" was not recognized as a valid backend name',
  ],
  ['pg_random', 'v1/metadata', ARGS, '$', 'unknown metadata command "random" for backend postgres'],
  [
    'random',
    'v1/query',
    ARGS,
    '$.type',
    /^parsing .*RQLQueryV1 failed, expected tag field "type" to be one of \["add_existing_table_or_view",.*\], but found tag "random"$/,
  ],
  ['random', 'v1/query', inBulk, '$[1].type', /but found tag "random"$/],
  ['random', 'v2/query', ARGS, '$', 'unknown query command "random"'],
])('nobody knows %s at %s', (type, endpoint, path, place, message) => {
  const error = unknownCommand({ type, version: 1, args: {}, path, endpoint });
  expect(error.code).toBe('parse-failed');
  expect(error.path).toBe(place);
  expect(error.message).toEqual(message instanceof RegExp ? expect.stringMatching(message) : message);
});
