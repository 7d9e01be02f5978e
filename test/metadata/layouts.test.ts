// The layouts a project may have: index files or none, the examples of the product's brief, one file, old versions.
import { describe, expect, it } from 'vitest';

import { noticesOf, problemsOf, read, type FileMap } from './memory-files.ts';

const DEFAULT_SOURCE = {
  name: 'default',
  kind: 'postgres',
  configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
};
const USERS = { table: { schema: 'public', name: 'users' } };
const POSTS = { table: { schema: 'public', name: 'posts' } };

describe('the flat layout', () => {
  it('needs neither databases.yaml nor tables.yaml', async () => {
    const { metadata, problems, notices } = await read({
      'version.yaml': 'version: 3\n',
      'databases/default/tables/public_users.yaml': 'table:\n  name: users\n  schema: public\n',
      'databases/default/tables/public_posts.yaml': '- table: posts\n',
      'databases/default/tables/more.json': '[{"table": {"schema": "other", "name": "t"}}]',
      'databases/default/functions/public_f.yaml': '- function: f\n',
    });
    expect({ problems, notices: notices.length }).toEqual({ problems: [], notices: 0 });
    expect(metadata).toEqual({
      version: 3,
      sources: [
        {
          ...DEFAULT_SOURCE,
          tables: [{ table: { schema: 'other', name: 't' } }, POSTS, USERS],
          functions: [{ function: { schema: 'public', name: 'f' } }],
        },
      ],
    });
  });

  it('makes a source of each folder, and says that they share an address', async () => {
    const files = {
      'databases/a/tables/users.yaml': 'table: users\n',
      'databases/b/tables/posts.yaml': 'table: posts\n',
    };
    const { metadata } = await read(files);
    expect(metadata.sources.map(({ name, tables }) => [name, tables])).toEqual([
      ['a', [USERS]],
      ['b', [POSTS]],
    ]);
    expect(await noticesOf(files)).toEqual([
      'databases/databases.yaml:1:1: All 2 sources use HASURA_GRAPHQL_DATABASE_URL, as there is no databases.yaml; write one to give each its own database_url.',
    ]);
  });

  it('fills sources that databases.yaml names without tables', async () => {
    const { metadata, problems } = await read({
      'databases/databases.yaml':
        '- name: main\n  kind: pg\n  configuration: {connection_info: {database_url: postgres://x}}\n',
      'databases/main/tables/users.yaml': 'table: users\n',
    });
    expect(problems).toEqual([]);
    expect(metadata.sources).toEqual([
      {
        name: 'main',
        kind: 'postgres',
        configuration: { connection_info: { database_url: 'postgres://x' } },
        tables: [USERS],
      },
    ]);
  });

  it('never looks for a source outside of databases/', async () => {
    const { metadata } = await read({
      'databases/databases.yaml':
        '- {name: .., kind: pg, configuration: {connection_info: {database_url: x}}}\n',
      'tables/users.yaml': 'table: users\n',
    });
    expect(metadata.sources[0]?.tables).toEqual([]);
  });

  it('reads the examples of the brief as they are written', async () => {
    const { metadata, problems } = await read({
      'version.yaml': 'version: 3\n',
      'databases/default/tables/customer.yaml': `- table:
    name: customer
    schema: public
  remote_relationships:
    - name: customer_transactions_history
      definition:
        remote_schema: payments
        hasura_fields:
          - id
        remote_field:
          transactions:
            arguments:
              customer_id: $id
`,
      'databases/default/functions/functions.yaml': `- function:
    name: get_user_stats
    schema: public
  configuration:
    custom_root_fields:
      function: getUserStats
`,
      'actions.yaml': `- name: login
  definition:
    kind: synchronous
    handler: https://myapp.com/actions/login
    forward_client_headers: true
    headers:
      - name: X-API-Key
        value: secret-key
  permissions:
    - role: anonymous
`,
      'actions.graphql': `type Mutation {
  login(username: String!, password: String!): LoginResponse
}

type LoginResponse {
  accessToken: String!
  refreshToken: String!
  user: User!
}
`,
      'remote_schemas.yaml': `- name: countries
  definition:
    url: https://countries.trevorblades.com/graphql
    customization:
      root_fields_namespace: countries_api
      type_names:
        prefix: Countries_
        suffix: _Type
      field_names:
        - parent_type: Country
          prefix: country_
`,
    });
    expect(problems).toEqual([]);
    expect(metadata.sources).toMatchObject([
      {
        ...DEFAULT_SOURCE,
        tables: [{ table: { name: 'customer' } }],
        functions: [{ function: { name: 'get_user_stats' } }],
      },
    ]);
    expect(metadata['actions']).toMatchObject([
      {
        name: 'login',
        definition: {
          type: 'mutation',
          output_type: 'LoginResponse',
          handler: 'https://myapp.com/actions/login',
        },
      },
    ]);
  });
});

describe('files nobody reads', () => {
  it('get a notice each, with the name that was meant', async () => {
    const files = {
      'version.yaml': 'version: 3\n',
      'inherited_role.yaml': '[]\n',
      'cron_triggers.yml': '[]\n',
      'README.md': 'hello',
      '.hidden/a.yaml': '',
      'databases/databases.yaml':
        '- {name: default, kind: pg, configuration: {connection_info: {database_url: x}}}\n',
      'databases/default/tables/tables.yaml': '- !include users.yaml\n',
      'databases/default/tables/users.yaml': 'table: users\n',
      'databases/default/tables/posts.yaml': 'table: posts\n',
    };
    expect(await noticesOf(files)).toEqual([
      'cron_triggers.yml:1:1: This file is not read, so nothing in it has an effect; rename it to cron_triggers.yaml.',
      'databases/default/tables/posts.yaml:1:1: This file is not read, so nothing in it has an effect; include it from the file that lists its kind, or remove it.',
      'inherited_role.yaml:1:1: This file is not read, so nothing in it has an effect; rename it to inherited_roles.yaml.',
    ]);
  });
});

describe('one file', () => {
  const document = { version: 3, sources: [{ ...DEFAULT_SOURCE, tables: [{ table: 'users' }] }] };
  const expected = { version: 3, sources: [{ ...DEFAULT_SOURCE, tables: [USERS] }] };

  it.each<[string, FileMap]>([
    ['metadata.json', { 'metadata.json': JSON.stringify(document, null, '\t') }],
    ['metadata.yaml', { 'metadata.yaml': `version: 3\nsources: ${JSON.stringify(document.sources)}` }],
    [
      'an export with resource_version',
      { 'metadata.json': JSON.stringify({ resource_version: 7, metadata: document }) },
    ],
    ['without a version', { 'metadata.json': JSON.stringify({ sources: document.sources }) }],
    ['version 2', { 'metadata.json': JSON.stringify({ version: 2, tables: [{ table: 'users' }] }) }],
    [
      'version 1',
      { 'metadata.json': JSON.stringify({ version: 1, tables: [{ table: 'users' }], query_templates: [] }) },
    ],
    ['version 1 without a version', { 'metadata.yaml': 'tables:\n- table: users\n' }],
    ['the directory of version 2', { 'version.yaml': 'version: 2', 'tables.yaml': '- table: users' }],
  ])('%s', async (_, files) => {
    const { metadata, problems } = await read(files);
    expect(problems).toEqual([]);
    expect(metadata).toEqual(expected);
  });

  it('of version 1 has functions by name, and leftovers of its console taken out', async () => {
    const { metadata, problems } = await read({
      'metadata.yaml': `functions:
  - f
  - {schema: other, name: g}
tables:
  - table: users
    insert_permissions:
      - role: user
        permission: {check: {}, allow_upsert: true, localPresets: [{key: ""}], set: {}}
`,
    });
    expect(problems).toEqual([]);
    expect(metadata.sources[0]?.functions).toEqual([
      { function: { schema: 'public', name: 'f' } },
      { function: { schema: 'other', name: 'g' } },
    ]);
    expect(metadata.sources[0]?.tables[0]?.insert_permissions).toEqual([
      { role: 'user', permission: { check: {}, set: {} } },
    ]);
  });

  it('of version 2 keeps its other sections and functions', async () => {
    const { metadata } = await read({
      'metadata.json': JSON.stringify({
        version: 2,
        tables: [],
        functions: [{ function: 'f', configuration: { session_argument: 's' } }],
        allowlist: [{ collection: 'c' }],
      }),
    });
    expect(metadata).toMatchObject({ version: 3, allowlist: [{ collection: 'c' }] });
    expect(metadata.sources[0]?.functions).toMatchObject([{ configuration: { session_argument: 's' } }]);
  });

  it('shows mistakes of old versions at their place', async () => {
    expect(await problemsOf({ 'metadata.yaml': 'version: 2\ntables:\n  - tabel: users\n' })).toEqual([
      'metadata.yaml:3:5: Table number 1 has no key "tabel"; did you mean "table"? (at sources[0].tables[0].tabel)',
    ]);
  });
});

describe('a directory that holds no metadata', () => {
  it.each<[string, FileMap, RegExp]>([
    [
      'that does not exist',
      {},
      /^version.yaml:1:1: The metadata directory does not exist; expected databases\/databases.yaml/,
    ],
    ['without any known file', { 'a.txt': '' }, /There is no metadata here; expected/],
    [
      'with both forms',
      { 'metadata.json': '{}', 'version.yaml': 'version: 3' },
      /^metadata.json:1:1: The metadata is here twice, in metadata.json and in version.yaml; keep/,
    ],
    [
      'of an unknown version',
      { 'version.yaml': 'version: 4' },
      /^version.yaml:1:10: The metadata's version must be 3 \(1 and 2 are converted\); write "version: 3". \(at version\)$/,
    ],
    [
      'with a slip in version.yaml',
      { 'version.yaml': 'verson: 3' },
      /^version.yaml:1:1: version.yaml has no key "verson"; did you mean "version"\?$/,
    ],
    [
      'with a text for a document',
      { 'metadata.json': '"x"' },
      /^metadata.json:1:1: The metadata must be a mapping, not a text.$/,
    ],
    [
      'with an empty file',
      { 'metadata.json': '' },
      /^metadata.json:1:1: The metadata must be a mapping, not empty.$/,
    ],
  ])('%s', async (_, files, expected) => {
    const problems = await problemsOf(files);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  it('but is a fresh project is fine', async () => {
    const files = {
      'version.yaml': 'version: 3\n',
      'databases/databases.yaml': '[]\n',
      'actions.yaml':
        'actions: []\ncustom_types:\n  enums: []\n  input_objects: []\n  objects: []\n  scalars: []\n',
      'actions.graphql': '',
      'allow_list.yaml': '[]\n',
      'api_limits.yaml': '{}\n',
      'cron_triggers.yaml': '[]\n',
      'graphql_schema_introspection.yaml': 'disabled_for_roles: []\n',
      'network.yaml': '{}\n',
      'opentelemetry.yaml': '{}\n',
      'remote_schemas.yaml': '',
    };
    const { problems, notices } = await read(files);
    expect({ problems, notices }).toEqual({ problems: [], notices: [] });
  });

  it('names the directory in front of the files when told', async () => {
    const { readMetadata } = await import('../../src/metadata/metadata.ts');
    const { problems } = await readMetadata(
      { readText: () => undefined, list: () => undefined },
      { directory: 'metadata/' },
    );
    expect(problems[0]?.file).toBe('metadata/version.yaml');
  });

  it('reports a file that may not be read, with the reason', async () => {
    const { readMetadata } = await import('../../src/metadata/metadata.ts');
    const { problems } = await readMetadata({
      readText(path) {
        if (path === 'version.yaml') return 'version: 3';
        if (path === 'network.yaml') throw new Error('it is a link that leads out of the metadata directory');
        return undefined;
      },
      list: (path) => (path === '' ? ['version.yaml', 'network.yaml'] : undefined),
    });
    expect(problems.map(({ file, message }) => `${file}: ${message}`)).toEqual([
      'network.yaml: The file cannot be read: it is a link that leads out of the metadata directory.',
    ]);
  });
});
