// `!include`: what it reads, and what it refuses to.
import { describe, expect, it } from 'vitest';

import { problemsOf, read, withTables, type FileMap } from './memory-files.ts';

const DIRECTORY = 'databases/default/tables';
const TABLES = `${DIRECTORY}/tables.yaml`;

async function tableNames(files: FileMap): Promise<readonly string[]> {
  const { metadata, problems } = await read(files);
  expect(problems).toEqual([]);
  return (metadata.sources[0]?.tables ?? []).map(({ table }) => `${table.schema}.${table.name}`);
}

describe('an include', () => {
  it.each<[string, string, FileMap]>([
    ['as a tag', '- !include a.yaml\n', { a: 'table: a' }],
    ['as a quoted string', '- "!include a.yaml"\n', { a: 'table: a' }],
    ['with ./ and ..', '- !include ./../tables/a.yaml\n', { a: 'table: a' }],
    ['of a file that holds a list', '- !include a.yaml\n', { a: '- table: a' }],
    ['of one key', '- table: !include a.yaml\n', { a: '{schema: public, name: a}' }],
    [
      'in an included file, relative to that',
      '!include deep/more.yaml',
      { 'deep/more': '- !include a.yaml', 'deep/a': 'table: a' },
    ],
    ['from the top of the directory', '- !include ../../../shared.yaml\n', { '../../../shared': 'table: a' }],
    ['of JSON', '- !include a.json\n', { 'a.json': '{"table": "a"}' }],
  ])('%s', async (_, tables, included) => {
    const files = Object.fromEntries(
      Object.entries(included).map(([path, text]) => {
        const name = path.endsWith('.json') ? path : `${path}.yaml`;
        return [name.startsWith('../') ? name.replaceAll('../', '') : `${DIRECTORY}/${name}`, text];
      }),
    );
    expect(await tableNames(withTables(tables, files))).toEqual(['public.a']);
  });

  it('of a file that is not YAML gives its text', async () => {
    const { metadata, problems } = await read({
      'version.yaml': 'version: 3',
      'remote_schemas.yaml':
        '- name: r\n  definition: {url: u}\n  permissions:\n    - role: user\n      definition:\n        schema: !include user.graphql\n',
      'user.graphql': 'type Query {\n  a: Int\n}\n',
    });
    expect(problems).toEqual([]);
    expect(metadata['remote_schemas']).toMatchObject([
      { permissions: [{ definition: { schema: 'type Query {\n  a: Int\n}\n' } }] },
    ]);
  });

  it('may name the same file twice', async () => {
    const files = withTables(
      '- {table: a, select_permissions: !include p.yaml}\n- {table: b, select_permissions: !include p.yaml}\n',
      {
        [`${DIRECTORY}/p.yaml`]: '- role: user\n  permission: {columns: "*", filter: {}}',
      },
    );
    expect(await tableNames(files)).toEqual(['public.a', 'public.b']);
  });

  it('shows mistakes where they were written', async () => {
    const problems = await problemsOf(
      withTables('- !include a.yaml\n', { [`${DIRECTORY}/a.yaml`]: 'table: a\nis_enum: 1\n' }),
    );
    expect(problems).toEqual([
      `${DIRECTORY}/a.yaml:2:10: "is_enum" of table "a" must be true or false, not a number. (at sources[0].tables[0].is_enum)`,
    ]);
  });
});

describe('an include is refused', () => {
  it.each([
    ['../../../../etc/passwd', 'leads out of the metadata directory'],
    ['../../../..', 'leads out of the metadata directory'],
    ['/etc/passwd', 'is not a relative path'],
    ['file:///etc/passwd', 'is not a relative path'],
    ['C:/secrets.yaml', 'is not a relative path'],
    ['..\\..\\secrets.yaml', 'holds a backslash'],
    ['../../..', 'names a directory'],
    ['"a\\0.yaml"', 'holds a NUL character'],
    ['', 'names no file'],
  ])('%s', async (target, why) => {
    const problems = await problemsOf(withTables(`- !include ${target}\n`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^${TABLES}:1:\\d+: The included path ".*" ${why}.*[.]$`));
  });

  it('when the file does not exist', async () => {
    expect(await problemsOf(withTables('- !include users.yaml\n'))).toEqual([
      `${TABLES}:1:12: The included file "${DIRECTORY}/users.yaml" does not exist in the metadata directory; create it or correct the path, which is relative to this file.`,
    ]);
  });

  it.each<[string, FileMap, string]>([
    [
      'itself',
      { [`${DIRECTORY}/a.yaml`]: '- !include a.yaml' },
      `${DIRECTORY}/a.yaml -> ${DIRECTORY}/a.yaml`,
    ],
    [
      'a file that includes it',
      { [`${DIRECTORY}/a.yaml`]: '- !include b.yaml', [`${DIRECTORY}/b.yaml`]: '- !include a.yaml' },
      `${DIRECTORY}/a.yaml -> ${DIRECTORY}/b.yaml -> ${DIRECTORY}/a.yaml`,
    ],
  ])('when it includes %s', async (_, files, loop) => {
    const problems = await problemsOf(withTables('- !include a.yaml\n', files));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`This include never ends: ${loop}; remove one of these includes.`);
  });

  it('when a linked directory makes a loop of ever new names', async () => {
    const { readMetadata } = await import('../../src/metadata/metadata.ts');
    const { problems } = await readMetadata({
      readText: (path) =>
        path === 'version.yaml'
          ? 'version: 3'
          : path.endsWith('api_limits.yaml')
            ? 'x: !include link/api_limits.yaml'
            : undefined,
      list: (path) => (path === '' ? ['version.yaml', 'api_limits.yaml'] : undefined),
    });
    expect(problems.map(({ message }) => message)).toContainEqual(
      'Includes are nested deeper than 32 files here; flatten them.',
    );
  });
});
