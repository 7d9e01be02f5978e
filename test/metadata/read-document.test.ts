// Documents of the API: what they mean, and what is said about the ones that mean nothing.
import { describe, expect, it } from 'vitest';

import { documentPathText } from '../../src/metadata/problem.ts';
import { readMetadataDocument } from '../../src/metadata/read-document.ts';
import type { Metadata, SourceMetadata } from '../../src/metadata/types.ts';

const DEFAULT: SourceMetadata = {
  name: 'default',
  kind: 'postgres',
  configuration: { connection_info: { database_url: { from_env: 'URL' } } },
  tables: [{ table: { schema: 'public', name: 'old' } }],
  customization: { root_fields: { prefix: 'p' } },
};

function read(document: unknown, defaultSource: SourceMetadata | null = DEFAULT): Metadata {
  const result = readMetadataDocument(document, { defaultSource });
  if (!('metadata' in result)) throw new Error(JSON.stringify(result.problems));
  return result.metadata;
}

function problemsOf(document: unknown, defaultSource: SourceMetadata | null = DEFAULT): readonly string[] {
  const result = readMetadataDocument(document, { defaultSource });
  if ('metadata' in result) return [];
  return result.problems.map(({ code, path, message }) => `${code} ${documentPathText(path)}: ${message}`);
}

/** A document of version 3 with one source, which has these keys beside the needed ones. */
function withSource(
  keys: Readonly<Record<string, unknown>>,
  sections: Readonly<Record<string, unknown>> = {},
) {
  return { version: 3, sources: [{ ...DEFAULT, tables: [], ...keys }], ...sections };
}
const withTable = (keys: Readonly<Record<string, unknown>>) =>
  withSource({ tables: [{ table: 'author', ...keys }] });

describe('a document', () => {
  it('of version 3 is read with the names of tables written out', () => {
    expect(read(withTable({}))).toEqual(
      withSource({ tables: [{ table: { schema: 'public', name: 'author' } }] }),
    );
  });

  it('with sources and without a version is of version 3', () => {
    const { version: _version, ...rest } = withSource({});
    expect(read(rest)).toEqual(withSource({}));
  });

  it.each([undefined, null, 'pg'])('has sources of kind postgres where %j is said', (kind) => {
    expect(read(withSource({ kind }))).toEqual(withSource({}));
  });

  it('of version 1 puts its tables and functions into the default source, which keeps the rest', () => {
    const document = {
      tables: [{ table: 'author', insert_permissions: [], computed_fields: [] }],
      functions: ['f', { schema: 's', name: 'g' }],
      query_templates: [],
      remote_schemas: [{ name: 'r', definition: { url: 'http://x' } }],
    };
    expect(read(document)).toEqual({
      version: 3,
      sources: [
        {
          ...DEFAULT,
          tables: [
            { table: { schema: 'public', name: 'author' }, insert_permissions: [], computed_fields: [] },
          ],
          functions: [
            { function: { schema: 'public', name: 'f' } },
            { function: { schema: 's', name: 'g' } },
          ],
        },
      ],
      remote_schemas: [{ name: 'r', definition: { url: 'http://x' } }],
    });
  });

  it('of version 2 has functions with configurations', () => {
    const tracked = { function: 'f', configuration: { exposed_as: 'mutation' } };
    const [source] = read({ version: 2, tables: [], functions: [tracked] }).sources;
    expect(source).toEqual({
      ...DEFAULT,
      tables: [],
      functions: [{ ...tracked, function: { schema: 'public', name: 'f' } }],
    });
  });

  it('may have keys that are not known, which are left out', () => {
    const permission = { columns: '*', filter: {}, localPresets: [], zzz: { deep: [1] } };
    const entry = { role: 'user', permission, note: 1 };
    const document = withSource(
      { foo: 1, tables: [{ table: 'author', select_permissions: [entry] }] },
      { bar: { baz: 1 } },
    );
    const clean = { role: 'user', permission: { columns: '*', filter: {} } };
    expect(read(document)).toEqual(
      withSource({ tables: [{ table: { schema: 'public', name: 'author' }, select_permissions: [clean] }] }),
    );
  });

  it('keeps nulls and empty texts that mean something, and loses those that do not', () => {
    const set = { a: null, b: '' };
    const filter = { id: { _eq: null }, _and: [] };
    const document = withTable({
      is_enum: null,
      update_permissions: [
        { role: 'user', permission: { columns: [], filter, check: null, set }, comment: '' },
      ],
    });
    expect(read(document).sources[0]?.tables).toEqual([
      {
        table: { schema: 'public', name: 'author' },
        update_permissions: [{ role: 'user', permission: { columns: [], filter, set }, comment: '' }],
      },
    ]);
  });
});

const RELATIONSHIP = { name: 'a', using: { foreign_key_constraint_on: 'a_id' } };

const REFUSED: Readonly<Record<string, readonly [document: unknown, ...problems: string[]]>> = {
  'a list': [[], 'parse-failed : parsing Metadata failed, expected Object, but encountered Array'],
  null: [null, 'parse-failed : parsing Metadata failed, expected Object, but encountered Null'],
  'an empty object': [{}, 'parse-failed : key "tables" not found'],
  'a newer version': [{ version: 4 }, 'parse-failed version: expected 1, 2 or 3, encountered 4'],
  'a version that is no number': [
    { version: '3' },
    'parse-failed version: parsing Int failed, expected Number, but encountered String',
  ],
  'no sources': [{ version: 3 }, 'parse-failed : key "sources" not found'],
  'sources that are no list': [
    { version: 3, sources: {} },
    'parse-failed sources: parsing [] failed, expected Array, but encountered Object',
  ],
  'a source that is a text': [
    { version: 3, sources: ['default'] },
    'parse-failed sources[0]: parsing SourceMetadata failed, expected Object, but encountered String',
  ],
  'a source of another kind': [
    withSource({ kind: 'mssql', tables: 1 }),
    'not-supported sources[0].kind: source kind "mssql" is not supported; Hedge serves sources of kind "postgres" only',
  ],
  'a source without a name': [
    withSource({ name: null }),
    'parse-failed sources[0].name: parsing Text failed, expected String, but encountered Null',
  ],
  'an empty name': [withSource({ name: '' }), 'parse-failed sources[0].name: empty string not allowed'],
  'a permission without a filter': [
    withTable({ select_permissions: [{ role: 'user', permission: { columns: '*' } }] }),
    'parse-failed sources[0].tables[0].select_permissions[0].permission: key "filter" not found',
  ],
  'a permission that is a text': [
    withTable({ delete_permissions: [{ role: 'user', permission: 'all' }] }),
    'parse-failed sources[0].tables[0].delete_permissions[0].permission: parsing DelPerm failed, expected Object, but encountered String',
  ],
  'a misspelt rule': [
    withTable({ select_permissions: [{ role: 'user', permission: { columns: '*', filter: {}, limt: 1 } }] }),
    'parse-failed sources[0].tables[0].select_permissions[0].permission: "permission" of the select permission of role "user" on table "author" has no key "limt"; did you mean "limit"?',
  ],
  'a role without a name': [
    withTable({ select_permissions: [{ role: '', permission: { columns: '*', filter: {} } }] }),
    'parse-failed sources[0].tables[0].select_permissions[0].role: empty string not allowed',
  ],
  'a key a table does not have': [
    withTable({ premissions: [] }),
    'parse-failed sources[0].tables[0]: unexpected keys when parsing TableMetadata : ["premissions"]',
  ],
  'a table that is a number': [
    withSource({ tables: [{ table: 5 }] }),
    'parse-failed sources[0].tables[0].table: expecting a string/object for QualifiedObject',
  ],
  'a flag that is a text': [
    withTable({ is_enum: 'yes' }),
    'parse-failed sources[0].tables[0].is_enum: parsing Bool failed, expected Boolean, but encountered String',
  ],
  'a relationship that uses nothing': [
    withTable({ object_relationships: [{ name: 'a', using: {} }] }),
    'parse-failed sources[0].tables[0].object_relationships[0].using: atleast one of foreign_key_constraint_on/manual_configuration should be present',
  ],
  'a relationship that uses both': [
    withTable({
      object_relationships: [
        {
          name: 'a',
          using: {
            foreign_key_constraint_on: 'x',
            manual_configuration: { remote_table: 't', column_mapping: {} },
          },
        },
      ],
    }),
    'parse-failed sources[0].tables[0].object_relationships[0].using: only one of foreign_key_constraint_on/manual_configuration should be present',
  ],
  'an address that is two': [
    withSource({
      configuration: { connection_info: { database_url: { from_env: 'A', connection_parameters: {} } } },
    }),
    "parse-failed sources[0].configuration.connection_info.database_url: expected exactly one of 'from_env', 'connection_parameters' and 'dynamic_from_file'",
  ],
  'a relationship twice': [
    withTable({ object_relationships: [RELATIONSHIP, RELATIONSHIP] }),
    'parse-failed sources[0].tables[0]: multiple declarations exist for the following object relationships: a',
  ],
  'a table twice': [
    withSource({ tables: [{ table: 'a' }, { table: { schema: 'public', name: 'a' } }] }),
    'parse-failed sources[0]: multiple declarations exist for the following tables: a',
  ],
  'a collection twice in the allow list': [
    withSource({}, { allowlist: [{ collection: 'c' }, { collection: 'c', scope: { global: true } }] }),
    'parse-failed : multiple declarations exist for the following allowlist entries: c',
  ],
  'mistakes of version 1 at its own places': [
    { tables: [{ table: 'a', is_enum: 1 }], functions: ['f', { name: 1 }] },
    'parse-failed tables[0].is_enum: parsing Bool failed, expected Boolean, but encountered Number',
    'parse-failed functions[1].name: parsing Text failed, expected String, but encountered Number',
  ],
};

describe('a document is refused with', () => {
  it.each(Object.entries(REFUSED))('%s', (_name, [document, ...problems]) => {
    expect(problemsOf(document)).toEqual(problems);
  });

  it('tables of version 1 where there is no default source', () => {
    expect(problemsOf({ tables: [] }, null)).toEqual([
      'not-supported : cannot import metadata without sources since no default source is defined',
    ]);
  });

  it('an address in a form nobody knows, which is not told', () => {
    const secret = 'postgres://user:hunter2@host/db';
    const document = withSource({ configuration: { connection_info: { database_url: { url: secret } } } });
    const problems = problemsOf(document);
    expect(problems).toHaveLength(1);
    expect(problems.join()).not.toContain('hunter2');
  });
});
