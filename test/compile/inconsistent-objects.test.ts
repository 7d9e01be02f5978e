// The list of inconsistencies word for word: the samples of Hasura's own answers, then conflicts between fields.

import { describe, expect, test } from 'vitest';

import type { Artifact } from '../../src/artifact/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { PermissionEntry, SelectPermission, TableMetadata } from '../../src/metadata/types.ts';
import { CATALOG } from './catalog.ts';

const AUTHOR = { schema: 'public', name: 'author' };
const ARTICLE = { schema: 'public', name: 'article' };

function compiled(...tables: TableMetadata[]): Artifact {
  const configuration = { connection_info: { database_url: { from_env: 'DATABASE' } } };
  const source = { name: 'default', kind: 'postgres', configuration, tables };
  return compile({ version: 3, sources: [source] }, new Map([['default', CATALOG]]));
}

const toAuthor = (name: string) => ({ name, using: { foreign_key_constraint_on: 'author_id' } });
const toArticles = (name: string, column = 'author_id') => ({
  name,
  using: { foreign_key_constraint_on: { table: ARTICLE, column } },
});
const select = (role: string, extra: Partial<SelectPermission> = {}): PermissionEntry<SelectPermission> => ({
  role,
  permission: { columns: ['id'], filter: {}, ...extra },
});
const computed = (name: string, fn: string, extra: object = {}) => ({
  name,
  definition: { function: { schema: 'public', name: fn }, ...extra },
});

/** Fields of the administrator's type of that name. */
function fieldsOf(artifact: Artifact, typeName: string): string[] | undefined {
  const admin = artifact.roles.find((r) => r.role === 'admin');
  return admin?.tables.find((t) => t.typeName === typeName)?.fields.map((f) => f.name);
}

describe('as Hasura answers', () => {
  test('a table that was dropped, and a relationship that led to it', () => {
    const gone = { schema: 'public', name: 'gone' };
    const using = { foreign_key_constraint_on: { column: 'author_id', table: gone } };
    const artifact = compiled(
      { table: gone, object_relationships: [toAuthor('author')] },
      { table: AUTHOR, array_relationships: [{ name: 'articles', using }] },
    );
    expect(artifact.inconsistencies).toEqual([
      {
        definition: gone,
        name: 'table gone in source default',
        reason: 'Inconsistent object: no such table/view exists in source: "gone"',
        type: 'table',
        path: ['sources', 0, 'tables', 0],
      },
      {
        definition: { using, name: 'articles', source: 'default', comment: null, table: AUTHOR },
        name: 'array_relation articles in table author in source default',
        reason:
          'Inconsistent object: in table "author": in relationship "articles": table "gone" does not exist in source: default',
        type: 'array_relation',
        path: ['sources', 0, 'tables', 1, 'array_relationships', 0],
      },
    ]);
  });

  test('an object relationship to a table that is not tracked', () => {
    expect(compiled({ table: ARTICLE, object_relationships: [toAuthor('author')] }).inconsistencies).toEqual([
      {
        definition: { ...toAuthor('author'), source: 'default', comment: null, table: ARTICLE },
        name: 'object_relation author in table article in source default',
        reason: 'Inconsistent object: table "author" is not tracked',
        type: 'object_relation',
        path: ['sources', 0, 'tables', 0, 'object_relationships', 0],
      },
    ]);
  });

  test('columns without a foreign key', () => {
    const artifact = compiled(
      { table: AUTHOR, array_relationships: [toArticles('articles', 'title')] },
      { table: ARTICLE },
    );
    expect(artifact.inconsistencies.map((i) => i.reason)).toEqual([
      'Inconsistent object: in table "author": in relationship "articles": no foreign constraint exists on the given column(s)',
    ]);
  });

  test('a custom column name that takes the name of a relationship', () => {
    const configuration = { column_config: { name: { custom_name: 'articles' } } };
    const artifact = compiled(
      { table: AUTHOR, configuration, array_relationships: [toArticles('articles')] },
      { table: ARTICLE },
    );
    expect(artifact.inconsistencies.map((i) => i.reason)).toEqual([
      'Inconsistent object: field definition conflicts with custom field name for postgres column "name"',
    ]);
    expect(fieldsOf(artifact, 'author')).toEqual(['articles', 'constructor', 'id', 'raw', 'raw_tags']);
  });
});

describe('fields of one name', () => {
  test.each<[string, Partial<TableMetadata>, string[]]>([
    [
      'an _aggregate field takes a column',
      {
        configuration: { column_config: { name: { custom_name: 'articles_aggregate' } } },
        array_relationships: [toArticles('articles')],
      },
      ['Inconsistent object: field definition conflicts with custom field name for postgres column "name"'],
    ],
    [
      'a relationship takes a column',
      { array_relationships: [toArticles('name')] },
      ['Inconsistent object: field definition conflicts with postgres column'],
    ],
    [
      'a relationship takes the old name of a renamed column',
      {
        configuration: { column_config: { name: { custom_name: 'title' } } },
        array_relationships: [toArticles('name')],
      },
      ['Inconsistent object: field definition conflicts with postgres column'],
    ],
    [
      'relationship and computed field',
      { array_relationships: [toArticles('upper')], computed_fields: [computed('upper', 'author_upper')] },
      Array(2).fill('Conflicting objects: conflicting definitions for field "upper"') as string[],
    ],
    [
      'two relationships',
      { array_relationships: [toArticles('written'), toArticles('written', 'editor_id')] },
      Array(2).fill('Conflicting objects: conflicting definitions for field "written"') as string[],
    ],
    [
      'a relationship and the _aggregate field of another',
      { array_relationships: [toArticles('written'), toArticles('written_aggregate', 'editor_id')] },
      Array(2).fill('Conflicting objects: conflicting definitions for field "written_aggregate"') as string[],
    ],
  ])('%s', (_, extra, reasons) => {
    const artifact = compiled({ table: AUTHOR, ...extra }, { table: ARTICLE });
    expect(artifact.inconsistencies.map((i) => i.reason)).toEqual(reasons);
    expect(fieldsOf(artifact, 'author')).toHaveLength(5); // the columns
  });
});

describe('what depends on what is inconsistent', () => {
  test('a permission that looks through a broken relationship gives the role nothing', () => {
    const artifact = compiled(
      {
        table: ARTICLE,
        object_relationships: [toAuthor('author')],
        select_permissions: [
          select('user', { filter: { author: { id: 'X-Hasura-User-Id' } } }),
          select('other'),
        ],
      },
      // untracked: author
    );
    expect(artifact.inconsistencies.map((i) => [i.name, i.reason])).toEqual([
      [
        'object_relation author in table article in source default',
        'Inconsistent object: table "author" is not tracked',
      ],
      [
        'select_permission user in table article in source default',
        'Inconsistent object: in table "article": in permission for role "user": "author" does not exist in table "article"',
      ],
    ]);
    expect(artifact.roles.map((r) => [r.role, r.tables.length, r.queryFields.length])).toEqual([
      ['admin', 1, 3],
      ['other', 1, 2],
      ['user', 0, 0],
    ]);
  });

  test('types that only a refused filter names are not in the artifact', () => {
    const filter = { name: 'a', gone: 1 };
    const artifact = compiled({ table: AUTHOR, select_permissions: [select('user', { filter })] });
    expect(artifact.roles.find((r) => r.role === 'user')?.types).toEqual([]);
  });
});

describe('permissions', () => {
  test.each<[string, PermissionEntry<SelectPermission>[], string[]]>([
    [
      'of the administrator',
      [select('admin')],
      [
        'Inconsistent object: in table "author": in permission for role "admin": cannot define permission for admin role',
      ],
    ],
    [
      'twice for a role',
      [select('user'), select('user', { columns: '*' })],
      [
        'Duplicate objects: multiple definitions for select_permission user in table author in source default',
      ],
    ],
    [
      'that list a relationship as a column',
      [select('user', { columns: ['articles'] })],
      [
        'Inconsistent object: in table "author": in permission for role "user": expecting a database column; but, "articles" is a relationship; permissions for relationships are automatically inferred',
      ],
    ],
    [
      'that list a computed field with rows',
      [select('user', { computed_fields: ['written'] })],
      [
        'Inconsistent object: in table "author": in permission for role "user": select permissions on computed field "written" are auto-derived from the permissions on its returning table "article" and cannot be specified manually',
      ],
    ],
  ])('%s', (_, entries, reasons) => {
    const artifact = compiled(
      {
        table: AUTHOR,
        array_relationships: [toArticles('articles')],
        computed_fields: [computed('written', 'author_articles')],
        select_permissions: entries,
      },
      { table: ARTICLE },
    );
    expect(artifact.inconsistencies.map((i) => i.reason)).toEqual(reasons);
    expect(artifact.roles.find((r) => r.role === 'user')?.tables ?? []).toEqual([]);
    expect(artifact.roles.find((r) => r.role === 'admin')?.tables).toHaveLength(2);
  });
});

describe('computed fields', () => {
  test('the row, the session and what the client gives stand where the function has them', () => {
    const artifact = compiled({
      table: AUTHOR,
      computed_fields: [
        computed('padded', 'author_padded', { table_argument: 'author_row', session_argument: 'session' }),
      ],
    });
    expect(artifact.inconsistencies).toEqual([]);
    const admin = artifact.roles[0];
    const field = admin?.tables[0]?.fields.find((f) => f.name === 'padded');
    expect(field).toMatchObject({
      call: {
        function: { schema: 'public', name: 'author_padded' },
        arguments: [
          { kind: 'row' },
          { kind: 'client', index: 0 },
          { kind: 'session' },
          { kind: 'client', index: 1 },
        ],
      },
      arguments: [
        { name: 'arg_1', sqlName: null, hasDefault: false },
        { name: 'arg_2', sqlName: null, hasDefault: true },
      ],
      returns: { kind: 'scalar' },
    });
  });

  test('a role sees a scalar one when listed, one with rows when it may select those rows', () => {
    const seen = (
      author: PermissionEntry<SelectPermission>,
      article: PermissionEntry<SelectPermission>[],
    ) => {
      const artifact = compiled(
        {
          table: AUTHOR,
          computed_fields: [computed('upper', 'author_upper'), computed('written', 'author_articles')],
          select_permissions: [author],
        },
        { table: ARTICLE, select_permissions: article },
      );
      const user = artifact.roles.find((r) => r.role === 'user');
      return user?.tables.find((t) => t.typeName === 'author')?.fields.map((f) => f.name);
    };
    expect(seen(select('user'), [])).toEqual(['id']);
    expect(seen(select('user', { computed_fields: ['upper'] }), [])).toEqual(['id', 'upper']);
    expect(seen(select('user'), [select('user')])).toEqual(['id', 'written']);
  });
});
