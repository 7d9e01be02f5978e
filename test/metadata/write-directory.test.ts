// The files of a directory, letter for letter as Hasura's CLI writes them.
import { describe, expect, it } from 'vitest';

import { readMetadata } from '../../src/metadata/metadata.ts';
import type { ActionMetadata, CustomTypes } from '../../src/metadata/section-types.ts';
import type { Metadata, SourceMetadata, TableMetadata } from '../../src/metadata/types.ts';
import { metadataFiles } from '../../src/metadata/write-directory.ts';
import { memoryFiles } from './memory-files.ts';

const SOURCE: SourceMetadata = {
  name: 'default',
  kind: 'postgres',
  configuration: { connection_info: { database_url: { from_env: 'URL' } } },
  tables: [],
};

function files(metadata: Partial<Metadata>): ReadonlyMap<string, string> {
  return metadataFiles({ version: 3, sources: [SOURCE], ...metadata });
}

const tables = (...names: readonly (readonly [schema: string, name: string])[]): TableMetadata[] =>
  names.map(([schema, name]) => ({ table: { schema, name } }));

describe('an empty project', () => {
  it('has a file for every section', () => {
    expect(Object.fromEntries(files({ sources: [] }))).toEqual({
      'actions.graphql': '\n\n',
      'actions.yaml': `actions: []
custom_types:
  enums: []
  input_objects: []
  objects: []
  scalars: []
`,
      'allow_list.yaml': '[]\n',
      'api_limits.yaml': '{}\n',
      'backend_configs.yaml': '{}\n',
      'cron_triggers.yaml': '[]\n',
      'databases/databases.yaml': '[]\n',
      'graphql_schema_introspection.yaml': 'disabled_for_roles: []\n',
      'inherited_roles.yaml': '[]\n',
      'metrics_config.yaml': '{}\n',
      'network.yaml': '{}\n',
      'opentelemetry.yaml': '{}\n',
      'query_collections.yaml': '[]\n',
      'remote_schemas.yaml': '[]\n',
      'rest_endpoints.yaml': '[]\n',
      'version.yaml': 'version: 3\n',
    });
  });
});

describe('a source', () => {
  it('has an index and a file for each table and function', () => {
    const written = files({
      sources: [
        {
          ...SOURCE,
          tables: tables(['public', 'users'], ['app', 'posts']),
          functions: [{ function: { schema: 'public', name: 'f' }, comment: '' }],
          customization: { naming_convention: 'graphql-default' },
        },
      ],
    });
    expect(written.get('databases/databases.yaml')).toBe(`- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: URL
      isolation_level: read-committed
      use_prepared_statements: false
  customization:
    naming_convention: graphql-default
  tables: "!include default/tables/tables.yaml"
  functions: "!include default/functions/functions.yaml"
`);
    expect(written.get('databases/default/tables/tables.yaml')).toBe(
      '- "!include app_posts.yaml"\n- "!include public_users.yaml"\n',
    );
    expect(written.get('databases/default/functions/public_f.yaml')).toBe(
      'function:\n  name: f\n  schema: public\ncomment: ""\n',
    );
  });

  it('without tables has an empty index, and none of functions', () => {
    const written = files({});
    expect(written.get('databases/default/tables/tables.yaml')).toBe('[]\n');
    expect([...written.keys()].filter((path) => path.includes('functions'))).toEqual([]);
  });

  it('keeps tables apart whose files would be the same, and all of them below its folder', async () => {
    const names = [
      ['a_b', 'c'],
      ['a', 'b_c'],
      ['public', 'Users'],
      ['public', 'users'],
      ['..', '../../x'],
      ['public', 'tables'],
      ['', ''],
      ['public', 'x'.repeat(300)],
      ['public', '\u0000'],
    ] as const;
    const written = files({
      sources: [
        { ...SOURCE, name: '../up', tables: tables(...names) },
        { ...SOURCE, name: '__up' },
      ],
    });
    const paths = [...written.keys()].filter((path) => path.startsWith('databases/'));
    expect(new Set(paths.map((path) => path.toLowerCase())).size).toBe(paths.length);
    const outside = paths.filter((path) => path.split('/').length > 4 || /(?:^|\/)\.|\.\.\//.test(path));
    expect(outside).toEqual([]);
    const { metadata, problems } = await readMetadata(memoryFiles(Object.fromEntries(written)));
    expect(problems).toEqual([]);
    expect(metadata.sources.find((source) => source.name === '../up')?.tables).toHaveLength(names.length);
  });
});

describe('texts', () => {
  const query = 'query q {\n  users {\n    id\n  }\n}\n';
  it('of several lines are blocks, others are quoted only where they must be', () => {
    const written = files({
      query_collections: [
        {
          name: 'yes',
          comment: '* all: of #them',
          definition: {
            queries: [
              { name: 'q', query },
              { name: '1', query: '{ a }' },
            ],
          },
        },
      ],
    });
    expect(written.get('query_collections.yaml')).toBe(`- name: "yes"
  definition:
    queries:
      - name: q
        query: |
          query q {
            users {
              id
            }
          }
      - name: "1"
        query: '{ a }'
  comment: '* all: of #them'
`);
  });

  it('that look like an include are no include', async () => {
    const comment = '!include ../../secret.yaml';
    const written = files({ query_collections: [{ name: 'c', comment, definition: { queries: [] } }] });
    const { metadata } = await readMetadata(memoryFiles(Object.fromEntries(written)));
    expect(metadata.query_collections).toEqual([{ name: 'c', comment, definition: { queries: [] } }]);
  });
});

describe('actions', () => {
  const actions: readonly ActionMetadata[] = [
    {
      name: 'login',
      comment: 'signs in',
      definition: {
        kind: 'asynchronous',
        handler: '{{BASE}}/login',
        output_type: 'Token',
        arguments: [{ name: 'name', type: 'String!', description: 'of the user' }],
        timeout: 10,
      },
      permissions: [{ role: 'anonymous' }],
    },
    { name: 'ping', definition: { type: 'query', handler: 'https://x', output_type: '[String!]!' } },
  ];
  const types: CustomTypes = {
    objects: [
      {
        name: 'Token',
        description: 'two\nlines',
        fields: [{ name: 'color', type: 'Color' }],
        relationships: [
          {
            name: 'user',
            type: 'object',
            remote_table: { schema: 'public', name: 'users' },
            field_mapping: { id: 'id' },
          },
        ],
      },
    ],
    enums: [{ name: 'Color', values: [{ value: 'RED' }, { value: 'OLD', is_deprecated: true }] }],
  };

  it('are split into SDL and YAML', async () => {
    const written = files({ actions, custom_types: types });
    expect(written.get('actions.graphql')).toBe(`type Mutation {
  login(
    """ of the user """ name: String!
  ): Token
}


type Query {
  ping: [String!]!
}




enum Color {
  RED
  OLD @deprecated
}

"two\\nlines" type Token {
  color: Color
}

`);
    expect(written.get('actions.yaml')).toBe(`actions:
  - name: login
    definition:
      kind: asynchronous
      handler: '{{BASE}}/login'
      timeout: 10
    permissions:
      - role: anonymous
    comment: signs in
  - name: ping
    definition:
      kind: ""
      handler: https://x
custom_types:
  enums:
    - name: Color
      values:
        - value: RED
        - is_deprecated: true
          value: OLD
  input_objects: []
  objects:
    - name: Token
      description: |-
        two
        lines
      relationships:
        - field_mapping:
            id: id
          name: user
          remote_table:
            name: users
            schema: public
          source: default
          type: object
  scalars: []
`);
    const read = await readMetadata(memoryFiles(Object.fromEntries(written)));
    expect(read.problems).toEqual([]);
    expect(metadataFiles(read.metadata)).toEqual(written);
  });

  it('that GraphQL cannot name stay in the YAML, and add nothing to the SDL', async () => {
    const hostile = 'x: Int } type Mutation { evil';
    const written = files({
      actions: [{ name: hostile, definition: { handler: 'x', output_type: 'Int' } }],
      custom_types: {
        objects: [{ name: 'A', fields: [{ name: 'f', type: 'Int } type Query { g: Int' }] }],
        scalars: [{ name: 'S', description: '""" scalar T' }],
      },
    });
    expect(written.get('actions.graphql')).toBe('\n\n"\\"\\"\\" scalar T" scalar S\n\n');
    const { metadata, problems } = await readMetadata(memoryFiles(Object.fromEntries(written)));
    expect(problems).toEqual([]);
    expect(metadata.actions).toMatchObject([{ name: hostile, definition: { output_type: 'Int' } }]);
    expect(metadata.custom_types?.scalars).toEqual([{ name: 'S', description: '""" scalar T' }]);
  });
});
