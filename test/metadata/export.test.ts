// What an export leaves out, adds, sorts and renames, as Hasura's does.
import { describe, expect, it } from 'vitest';

import { exportMetadata } from '../../src/metadata/export.ts';
import { compareText } from '../../src/metadata/export/json.ts';
import type { Metadata, SourceMetadata, TableMetadata } from '../../src/metadata/types.ts';

const SOURCE: SourceMetadata = {
  name: 'default',
  kind: 'postgres',
  configuration: { connection_info: { database_url: { from_env: 'URL' } } },
  tables: [],
};

const document = (metadata: Partial<Metadata>): unknown =>
  exportMetadata({ version: 3, sources: [], ...metadata });

function exportedTable(keys: Partial<TableMetadata>): unknown {
  const tables = [{ table: { schema: 'public', name: 't' }, ...keys }];
  const { sources } = exportMetadata({ version: 3, sources: [{ ...SOURCE, tables }] }) as {
    sources: { tables: Record<string, unknown>[] }[];
  };
  const { table: _table, ...rest } = sources[0]?.tables[0] ?? {};
  return rest;
}

/** Equal in the order of keys, too. */
function expectExactly(value: unknown, expected: unknown): void {
  expect(JSON.stringify(value, null, 1)).toBe(JSON.stringify(expected, null, 1));
}

describe('an export', () => {
  it('of nothing is a version and no sources', () => {
    expectExactly(document({}), { version: 3, sources: [] });
  });

  it('leaves out sections, lists and keys that say nothing', () => {
    const tables: readonly TableMetadata[] = [
      {
        table: { schema: 'public', name: 't' },
        is_enum: false,
        configuration: { custom_root_fields: { select: null }, column_config: {} },
        object_relationships: [],
        select_permissions: [
          {
            role: 'user',
            permission: {
              columns: [],
              filter: {},
              computed_fields: [],
              allow_aggregations: false,
              limit: null,
            },
            comment: null,
          },
        ],
        delete_permissions: [{ role: 'user', permission: { filter: {}, backend_only: false } }],
      },
    ];
    const metadata = {
      sources: [{ ...SOURCE, tables, functions: [], customization: {} }],
      actions: [],
      custom_types: { objects: [] },
      api_limits: { disabled: false },
      graphql_schema_introspection: { disabled_for_roles: [] },
      network: { tls_allowlist: [] },
      metrics_config: { analyze_query_variables: false },
      opentelemetry: {},
      backend_configs: { dataconnector: {} },
    };
    expectExactly(document(metadata), {
      version: 3,
      sources: [
        {
          name: 'default',
          kind: 'postgres',
          tables: [
            {
              table: { name: 't', schema: 'public' },
              select_permissions: [{ role: 'user', permission: { columns: [], filter: {} } }],
              delete_permissions: [{ role: 'user', permission: { filter: {} } }],
            },
          ],
          configuration: {
            connection_info: {
              database_url: { from_env: 'URL' },
              isolation_level: 'read-committed',
              use_prepared_statements: false,
            },
          },
        },
      ],
    });
  });

  it('has its keys in the order of Hasura whatever order they came in', () => {
    const { sources: _sources, ...sections } = exportMetadata({
      backend_configs: { dataconnector: { a: { uri: 'x' } } },
      inherited_roles: [{ role_set: ['b'], role_name: 'a' }],
      actions: [{ definition: { output_type: 'A', handler: 'x' }, name: 'a' }],
      allowlist: [{ collection: 'c' }],
      query_collections: [{ definition: { queries: [] }, name: 'c' }],
      remote_schemas: [{ definition: { url: 'x' }, name: 'r' }],
      sources: [],
      version: 3,
    });
    expectExactly(sections, {
      version: 3,
      remote_schemas: [{ name: 'r', definition: { url: 'x' } }],
      query_collections: [{ name: 'c', definition: { queries: [] } }],
      allowlist: [{ collection: 'c', scope: { global: true } }],
      actions: [
        { name: 'a', definition: { handler: 'x', output_type: 'A', type: 'mutation', kind: 'synchronous' } },
      ],
      inherited_roles: [{ role_name: 'a', role_set: ['b'] }],
      backend_configs: { dataconnector: { a: { uri: 'x' } } },
    });
  });

  it('sorts what has a name: tables by schema, permissions by role, endpoints by URL', () => {
    const table = (schema: string, name: string): TableMetadata => ({ table: { schema, name } });
    const endpoint = (name: string, url: string) => ({
      name,
      url,
      methods: ['GET' as const],
      definition: { query: { collection_name: 'c', query_name: 'q' } },
    });
    const exported = document({
      sources: [
        { ...SOURCE, name: 'z' },
        { ...SOURCE, name: 'a', tables: [table('public', 'b'), table('public', 'B'), table('app', 'x')] },
      ],
      rest_endpoints: [endpoint('a', 'z'), endpoint('z', 'a')],
    });
    expect(exported).toMatchObject({
      sources: [
        {
          name: 'a',
          tables: [{ table: table('app', 'x').table }, { table: { name: 'B' } }, { table: { name: 'b' } }],
        },
        { name: 'z' },
      ],
      rest_endpoints: [{ url: 'a', comment: null }, { url: 'z' }],
    });
  });

  it("writes a column's name under both keys, and only what a root field says", () => {
    const configuration = {
      custom_name: 'T',
      comment: '',
      custom_column_names: { a: 'A', b: 'old' },
      column_config: { b: { custom_name: 'B', comment: 'b' }, c: { comment: null }, d: { comment: 'd' } },
      custom_root_fields: { select: { name: 'ts' }, insert: { comment: 'x' }, delete: {}, update: null },
    };
    expectExactly(exportedTable({ configuration }), {
      configuration: {
        column_config: {
          a: { custom_name: 'A' },
          b: { comment: 'b', custom_name: 'B' },
          d: { comment: 'd' },
        },
        comment: '',
        custom_column_names: { a: 'A', b: 'B' },
        custom_name: 'T',
        custom_root_fields: { insert: { comment: 'x', name: null }, select: 'ts' },
      },
    });
  });

  it('always says the check of an update and the insertion order of a manual relationship', () => {
    expectExactly(
      exportedTable({
        array_relationships: [
          {
            name: 'r',
            using: {
              manual_configuration: {
                remote_table: { schema: 's', name: 't' },
                column_mapping: { b: 'x', a: 'y' },
              },
            },
          },
        ],
        update_permissions: [{ role: 'user', permission: { set: {}, filter: { b: 1, a: 2 }, columns: '*' } }],
      }),
      {
        array_relationships: [
          {
            name: 'r',
            using: {
              manual_configuration: {
                column_mapping: { a: 'y', b: 'x' },
                insertion_order: null,
                remote_table: { name: 't', schema: 's' },
              },
            },
          },
        ],
        update_permissions: [
          { role: 'user', permission: { columns: '*', filter: { a: 2, b: 1 }, check: null } },
        ],
      },
    );
  });

  it('writes one column of a foreign key as a text', () => {
    const table = { schema: 'public', name: 'o' };
    expect(
      exportedTable({
        object_relationships: [
          { name: 'a', using: { foreign_key_constraint_on: ['x'] } },
          { name: 'b', using: { foreign_key_constraint_on: ['x', 'y'] } },
          { name: 'c', using: { foreign_key_constraint_on: { table, columns: ['x'] } } },
        ],
      }),
    ).toEqual({
      object_relationships: [
        { name: 'a', using: { foreign_key_constraint_on: 'x' } },
        { name: 'b', using: { foreign_key_constraint_on: ['x', 'y'] } },
        { name: 'c', using: { foreign_key_constraint_on: { table, column: 'x' } } },
      ],
    });
  });

  it('keeps lists of root fields that allow none', () => {
    const permission = {
      columns: '*',
      filter: {},
      query_root_fields: [],
      subscription_root_fields: null,
    } as const;
    expect(exportedTable({ select_permissions: [{ role: 'u', permission }] })).toEqual({
      select_permissions: [{ role: 'u', permission: { columns: '*', filter: {}, query_root_fields: [] } }],
    });
  });

  it('adds the defaults of retries, and leaves out those of schedules', () => {
    expect(
      exportedTable({
        event_triggers: [{ name: 'e', definition: { insert: { columns: '*' } }, webhook: 'x', headers: [] }],
      }),
    ).toEqual({
      event_triggers: [
        {
          name: 'e',
          definition: { insert: { columns: '*' } },
          retry_conf: { interval_sec: 10, num_retries: 0, timeout_sec: 60 },
          webhook: 'x',
        },
      ],
    });
    const trigger = { name: 'c', webhook: 'x', schedule: '* * * * *', retry_conf: { num_retries: 0 } };
    expect(document({ cron_triggers: [trigger] })).toMatchObject({
      cron_triggers: [{ name: 'c', webhook: 'x', schedule: '* * * * *', include_in_metadata: true }],
    });
  });

  it('writes what a function is configured to be', () => {
    const f = { schema: 'public', name: 'f' };
    const exported = document({
      sources: [
        {
          ...SOURCE,
          functions: [
            { function: { ...f, name: 'g' }, configuration: { custom_name: null, custom_root_fields: {} } },
            { function: f, configuration: { exposed_as: 'mutation' }, permissions: [{ role: 'user' }] },
          ],
        },
      ],
    });
    expect(exported).toMatchObject({
      sources: [
        {
          functions: [
            {
              function: f,
              configuration: { custom_root_fields: {}, exposed_as: 'mutation' },
              permissions: [{ role: 'user' }],
            },
            { function: { ...f, name: 'g' } },
          ],
        },
      ],
    });
  });
});

it('texts are compared by code points', () => {
  const sorted = ['\u{1F600}', '\uFFEE', 'a', 'B', '', 'ab', '\uD7FF'].toSorted(compareText);
  expect(sorted).toEqual(['', 'B', 'a', 'ab', '\uD7FF', '\uFFEE', '\u{1F600}']);
});
