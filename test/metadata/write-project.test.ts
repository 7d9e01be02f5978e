// Writing back into a directory: what stays byte for byte, what changes in place, what goes, in every layout.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { nodeFiles } from '../../scripts/metadata/node-files.ts';
import { writeMetadataDirectory } from '../../scripts/metadata/write-project.ts';
import { exportMetadata } from '../../src/metadata/export.ts';
import { readMetadata } from '../../src/metadata/metadata.ts';
import type { Metadata, SourceMetadata, TableMetadata } from '../../src/metadata/types.ts';
import { metadataFiles } from '../../src/metadata/write-directory.ts';
import type { FileMap } from './memory-files.ts';
import { WHOLE_FORMAT } from './whole-format.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hedge-write-'));
});
afterAll(() => rm(root, { recursive: true }));

let count = 0;
async function project(files: FileMap): Promise<string> {
  count++;
  const directory = join(root, String(count));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

async function filesIn(directory: string): Promise<FileMap> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const texts = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(directory.length + 1), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries((await Promise.all(texts)).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

async function metadataIn(directory: string): Promise<Metadata> {
  const { metadata, problems } = await readMetadata(nodeFiles(directory));
  expect(problems).toEqual([]);
  return metadata;
}

type Change = (metadata: Metadata) => Metadata;

const inSource =
  (change: (source: SourceMetadata) => SourceMetadata): Change =>
  (metadata) => ({ ...metadata, sources: metadata.sources.map(change) });
const inTables = (change: (tables: readonly TableMetadata[]) => readonly TableMetadata[]): Change =>
  inSource((source) => ({ ...source, tables: change(source.tables) }));
const inTable = (name: string, change: (table: TableMetadata) => TableMetadata): Change =>
  inTables((tables) => tables.map((table) => (table.table.name === name ? change(table) : table)));
const track = (name: string): Change =>
  inTables((tables) => [...tables, { table: { schema: 'public', name } }]);
const untrack = (name: string): Change =>
  inTables((tables) => tables.filter(({ table }) => table.name !== name));
const permit = (table: string, role: string): Change =>
  inTable(table, (tracked) => ({
    ...tracked,
    select_permissions: [
      ...(tracked.select_permissions ?? []),
      { role, permission: { columns: ['id'], filter: {} } },
    ],
  }));

/** Applies the change to a project of these files. Answers what became of them; the rest is as it was. */
async function changed(files: FileMap, change: Change): Promise<Record<string, string | null>> {
  const directory = await project(files);
  const wanted = change(await metadataIn(directory));
  const result = await writeMetadataDirectory(directory, wanted);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  expect(exportMetadata(await metadataIn(directory))).toEqual(exportMetadata(wanted));
  const after = await filesIn(directory);
  const touched: Record<string, string | null> = {};
  for (const path of [...result.written, ...result.removed]) touched[path] = after[path] ?? null;
  const rest = Object.entries(after).filter(([path]) => !(path in touched));
  expect(Object.fromEntries(rest)).toEqual(
    Object.fromEntries(Object.entries(files).filter(([path]) => !(path in touched))),
  );
  return touched;
}

const CLI: FileMap = {
  'version.yaml': 'version: 3\n',
  'databases/databases.yaml': `# our databases
- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: HASURA_GRAPHQL_DATABASE_URL # from the vault
  tables: "!include default/tables/tables.yaml"
`,
  'databases/default/tables/tables.yaml': '- "!include public_posts.yaml"\n- "!include public_users.yaml"\n',
  'databases/default/tables/public_posts.yaml': 'table: posts # short\n',
  'databases/default/tables/public_users.yaml': `# people
table:
  schema: public
  name: users

select_permissions:
  # everybody
  - role: user
    permission:
      columns: [id, name] # not the password
      filter:
        id: {_eq: X-Hasura-User-Id}
  - role: admin2
    permission:
      columns: "*"
      filter: {}
`,
};

describe('a directory of the CLI', () => {
  it('stays as it is when nothing changed', async () => {
    expect(await changed(CLI, (metadata) => metadata)).toEqual({});
  });

  it('of the example project stays as it is', async () => {
    const directory = join(root, 'example');
    await cp('metadata', directory, { recursive: true });
    const before = await filesIn(directory);
    const result = await writeMetadataDirectory(directory, await metadataIn(directory));
    expect(result).toEqual({ written: [], removed: [] });
    expect(await filesIn(directory)).toEqual(before);
  });

  it('gets a permission where it belongs, comments and order kept', async () => {
    expect(await changed(CLI, permit('users', 'editor'))).toEqual({
      'databases/default/tables/public_users.yaml': `# people
table:
  schema: public
  name: users

select_permissions:
  # everybody
  - role: editor
    permission:
      columns:
        - id
      filter: {}
  - role: user
    permission:
      columns: [id, name] # not the password
      filter:
        id: {_eq: X-Hasura-User-Id}
  - role: admin2
    permission:
      columns: "*"
      filter: {}
`,
    });
  });

  it('changes a value in place', async () => {
    const touched = await changed(
      CLI,
      inTable('users', (table) => ({
        ...table,
        select_permissions:
          table.select_permissions?.map((entry) =>
            entry.role === 'user'
              ? { ...entry, permission: { ...entry.permission, columns: ['id', 'email'], limit: 5 } }
              : entry,
          ) ?? [],
      })),
    );
    expect(touched['databases/default/tables/public_users.yaml']).toContain(`  # everybody
  - role: user
    permission:
      columns: [id, email] # not the password
      filter:
        id: {_eq: X-Hasura-User-Id}
      limit: 5
`);
  });

  it('gets a file for a new table, and its name into the index', async () => {
    expect(await changed(CLI, track('orders'))).toEqual({
      'databases/default/tables/public_orders.yaml': 'table:\n  name: orders\n  schema: public\n',
      'databases/default/tables/tables.yaml':
        '- "!include public_orders.yaml"\n- "!include public_posts.yaml"\n- "!include public_users.yaml"\n',
    });
  });

  it('loses the file of a table that is gone', async () => {
    expect(await changed(CLI, untrack('posts'))).toEqual({
      'databases/default/tables/public_posts.yaml': null,
      'databases/default/tables/tables.yaml': '- "!include public_users.yaml"\n',
    });
  });

  it('gets functions it did not have', async () => {
    const f = { function: { schema: 'public', name: 'f' } };
    const touched = await changed(
      CLI,
      inSource((source) => ({ ...source, functions: [f] })),
    );
    expect(Object.keys(touched).toSorted()).toEqual([
      'databases/databases.yaml',
      'databases/default/functions/functions.yaml',
      'databases/default/functions/public_f.yaml',
    ]);
    expect(touched['databases/databases.yaml']).toBe(
      `${CLI['databases/databases.yaml']}  functions: "!include default/functions/functions.yaml"\n`,
    );
  });

  it('gets a source, and loses one with its files', async () => {
    const other: SourceMetadata = {
      name: 'other',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: 'OTHER' } } },
      tables: [{ table: { schema: 'public', name: 't' } }],
    };
    const touched = await changed(CLI, (metadata) => ({
      ...metadata,
      sources: [...metadata.sources, other],
    }));
    expect(Object.keys(touched).toSorted()).toEqual([
      'databases/databases.yaml',
      'databases/other/tables/public_t.yaml',
      'databases/other/tables/tables.yaml',
    ]);
    const removed = await changed(CLI, (metadata) => ({ ...metadata, sources: [] }));
    expect(removed).toEqual({
      'databases/databases.yaml': '[]\n',
      'databases/default/tables/public_posts.yaml': null,
      'databases/default/tables/public_users.yaml': null,
      'databases/default/tables/tables.yaml': null,
    });
  });

  it('changes the connection in place', async () => {
    const touched = await changed(
      CLI,
      inSource((source) => ({
        ...source,
        configuration: { connection_info: { database_url: { from_env: 'NEW' } } },
        customization: { naming_convention: 'graphql-default' },
      })),
    );
    expect(touched).toEqual({
      'databases/databases.yaml': `# our databases
- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url:
        from_env: NEW # from the vault
  customization:
    naming_convention: graphql-default
  tables: "!include default/tables/tables.yaml"
`,
    });
  });

  it('gets a file for a section that was empty, and no others', async () => {
    const role = { role_name: 'both', role_set: ['a', 'b'] };
    expect(await changed(CLI, (metadata) => ({ ...metadata, inherited_roles: [role] }))).toEqual({
      'inherited_roles.yaml': '- role_name: both\n  role_set:\n    - a\n    - b\n',
    });
  });

  it('keeps the form of includes, line ends and lists below their key', async () => {
    const files = {
      ...CLI,
      'databases/default/tables/tables.yaml':
        '- !include public_posts.yaml\r\n- !include public_users.yaml\r\n',
      'databases/default/tables/public_posts.yaml':
        'table: posts\nobject_relationships:\n- name: user\n  using:\n    foreign_key_constraint_on: user_id\n',
    };
    const touched = await changed(files, track('orders'));
    expect(touched['databases/default/tables/tables.yaml']).toBe(
      '- !include public_orders.yaml\r\n- !include public_posts.yaml\r\n- !include public_users.yaml\r\n',
    );
    const other = await changed(files, permit('posts', 'user'));
    expect(other['databases/default/tables/public_posts.yaml']).toBe(`table: posts
object_relationships:
- name: user
  using:
    foreign_key_constraint_on: user_id
select_permissions:
- role: user
  permission:
    columns:
    - id
    filter: {}
`);
  });

  it('follows includes inside of a file', async () => {
    const files = {
      ...CLI,
      'databases/default/tables/public_posts.yaml':
        'table: posts\nselect_permissions: !include permissions/posts.yaml\n',
      'databases/default/tables/permissions/posts.yaml':
        '# who reads\n- role: user\n  permission:\n    columns: "*"\n    filter: {}\n',
    };
    expect(await changed(files, permit('posts', 'zoe'))).toEqual({
      'databases/default/tables/permissions/posts.yaml': `# who reads
- role: user
  permission:
    columns: "*"
    filter: {}
- role: zoe
  permission:
    columns:
      - id
    filter: {}
`,
    });
    expect(await changed(files, untrack('posts'))).toMatchObject({
      'databases/default/tables/permissions/posts.yaml': null,
      'databases/default/tables/public_posts.yaml': null,
    });
  });

  it('writes aliases out, so that one role does not change with the other', async () => {
    const files = {
      ...CLI,
      'databases/default/tables/public_posts.yaml': `table: posts
select_permissions:
  - role: a
    permission: &same
      columns: "*"
      filter: {}
  - role: b
    permission: *same
`,
    };
    const only = (role: string): Change =>
      inTable('posts', (table) => ({
        ...table,
        select_permissions: (table.select_permissions ?? []).map((entry) =>
          entry.role === role ? { ...entry, permission: { ...entry.permission, limit: 1 } } : entry,
        ),
      }));
    const path = 'databases/default/tables/public_posts.yaml';
    expect(await changed(files, only('b'))).toEqual({
      [path]: `table: posts
select_permissions:
  - role: a
    permission:
      columns: "*"
      filter: {}
  - role: b
    permission:
      columns: "*"
      filter: {}
      limit: 1
`,
    });
    expect(Object.keys(await changed(files, only('a')))).toEqual([path]);
  });

  it('never touches files it does not know, and keeps links', async () => {
    const directory = await project({
      ...CLI,
      'notes.md': 'mine',
      'databases/default/tables/public_orders.yaml': 'not: read\n',
      'databases/default/tables/real_posts.txt': '',
    });
    await writeFile(join(directory, 'databases/default/tables/linked.yaml'), 'table: posts\n');
    await rm(join(directory, 'databases/default/tables/public_posts.yaml'));
    await symlink('linked.yaml', join(directory, 'databases/default/tables/public_posts.yaml'));
    const metadata = await metadataIn(directory);
    const result = await writeMetadataDirectory(
      directory,
      permit('posts', 'user')(track('orders')(metadata)),
    );
    expect(result).toEqual({
      written: [
        'databases/default/tables/public_orders_2.yaml',
        'databases/default/tables/public_posts.yaml',
        'databases/default/tables/tables.yaml',
      ],
      removed: [],
    });
    const after = await filesIn(directory);
    expect(after['notes.md']).toBe('mine');
    expect(after['databases/default/tables/public_orders.yaml']).toBe('not: read\n');
    expect(after['databases/default/tables/linked.yaml']).toContain('role: user');
  });
});

describe('other layouts', () => {
  const FLAT: FileMap = {
    'databases/default/tables/users.yaml': 'table: users # people\n',
    'databases/default/tables/rest.yaml': '- table: posts # first\n- table: tags # second\n',
  };

  it('without index files get and lose files, and items of a list', async () => {
    expect(await changed(FLAT, track('orders'))).toEqual({
      'databases/default/tables/public_orders.yaml': 'table:\n  name: orders\n  schema: public\n',
    });
    expect(await changed(FLAT, untrack('users'))).toEqual({ 'databases/default/tables/users.yaml': null });
    expect(await changed(FLAT, untrack('posts'))).toEqual({
      'databases/default/tables/rest.yaml': '- table: tags # second\n',
    });
    expect(await changed(FLAT, permit('users', 'user'))).toEqual({
      'databases/default/tables/users.yaml':
        'table: users # people\nselect_permissions:\n  - role: user\n    permission:\n      columns:\n        - id\n      filter: {}\n',
    });
  });

  it('get a databases.yaml when there is more to say', async () => {
    const touched = await changed(
      FLAT,
      inSource((source) => ({ ...source, customization: { root_fields: { prefix: 'a' } } })),
    );
    expect(Object.keys(touched)).toEqual(['databases/databases.yaml']);
  });

  it('with everything in databases.yaml keep it there', async () => {
    const inline = {
      'databases/databases.yaml': `- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url: postgres://x
  tables:
    - table: posts # the first
`,
    };
    expect(await changed(inline, track('a'))).toEqual({
      'databases/databases.yaml': `- name: default
  kind: postgres
  configuration:
    connection_info:
      database_url: postgres://x
  tables:
    - table:
        name: a
        schema: public
    - table: posts # the first
`,
    });
  });

  it('of one JSON file stay one, in their wrapper', async () => {
    const document = {
      version: 3,
      sources: [
        {
          name: 'default',
          kind: 'postgres',
          tables: [],
          configuration: { connection_info: { database_url: 'x' } },
        },
      ],
    };
    const files = { 'metadata.json': JSON.stringify({ resource_version: 4, metadata: document }) };
    const touched = await changed(files, track('a'));
    expect(JSON.parse(touched['metadata.json'] ?? '')).toMatchObject({
      resource_version: 4,
      metadata: { sources: [{ tables: [{ table: { schema: 'public', name: 'a' } }] }] },
    });
  });

  it('of one YAML file are edited in place', async () => {
    const files = {
      'metadata.yaml': `version: 3 # of the format
sources:
  - name: default
    kind: postgres
    configuration:
      connection_info:
        database_url: postgres://x # secret
    tables:
      - table: users # people
`,
    };
    expect(await changed(files, track('a'))).toEqual({
      'metadata.yaml': files['metadata.yaml'].replace(
        '      - table: users',
        '      - table:\n          name: a\n          schema: public\n      - table: users',
      ),
    });
  });

  it('of version 2 become version 3 when something changes', async () => {
    const files = {
      'version.yaml': 'version: 2\n',
      'tables.yaml': '- table: users\n',
      'functions.yaml': '[]\n',
    };
    const touched = await changed(files, track('a'));
    expect(touched).toMatchObject({
      'tables.yaml': null,
      'functions.yaml': null,
      'version.yaml': 'version: 3\n',
      'databases/default/tables/public_users.yaml': 'table:\n  name: users\n  schema: public\n',
    });
  });

  it('that are empty or not there get the layout of the CLI', async () => {
    const metadata: Metadata = { version: 3, sources: [] };
    const directory = join(root, 'new/metadata');
    await writeMetadataDirectory(directory, metadata);
    expect(await filesIn(directory)).toEqual(Object.fromEntries(metadataFiles(metadata)));
  });
});

describe('a directory with a mistake', () => {
  const files = { ...CLI, 'databases/default/tables/public_posts.yaml': 'table: posts\nfoo: 1\n' };

  it('is left as it is, and the mistake told', async () => {
    const directory = await project(files);
    const result = await writeMetadataDirectory(directory, { version: 3, sources: [] });
    expect(result).toMatchObject({
      problems: [{ file: 'databases/default/tables/public_posts.yaml', line: 2 }],
    });
    expect(await filesIn(directory)).toEqual(files);
  });

  it('is replaced when told to', async () => {
    const directory = await project({ ...files, 'mine.txt': 'x' });
    await writeMetadataDirectory(directory, { version: 3, sources: [] }, { overwrite: true });
    expect(await filesIn(directory)).toEqual({
      ...Object.fromEntries(metadataFiles({ version: 3, sources: [] })),
      'mine.txt': 'x',
    });
  });
});

describe('the whole format', () => {
  it('is edited in each of its sections', async () => {
    const remove =
      (section: keyof Metadata): Change =>
      (metadata) =>
        Object.fromEntries(
          Object.entries(metadata).filter(([key]) => key !== section),
        ) as unknown as Metadata;
    for (const section of ['cron_triggers', 'api_limits', 'remote_schemas', 'allowlist'] as const) {
      await changed(WHOLE_FORMAT, remove(section));
    }
    const touched = await changed(WHOLE_FORMAT, (metadata) => ({
      ...metadata,
      actions: [
        ...(metadata.actions ?? []),
        { name: 'ping', definition: { type: 'query', handler: 'https://x', output_type: 'String' } },
      ],
      remote_schemas: (metadata.remote_schemas ?? []).map((schema) => ({
        ...schema,
        permissions: (schema.permissions ?? []).map((permission) => ({
          ...permission,
          definition: { schema: 'type Query { b: Int }\n' },
        })),
      })),
    }));
    expect(Object.keys(touched).toSorted()).toEqual([
      'actions.graphql',
      'actions.yaml',
      'remote_schemas/pay/permissions/user.graphql',
    ]);
  });
});
