import { describe, expect, test } from 'vitest';

import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact, TableModel } from '../../src/artifact/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Metadata, SelectPermission, TableMetadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { CATALOG } from './catalog.ts';

const AUTHOR = { schema: 'public', name: 'author' };
const ARTICLE = { schema: 'public', name: 'article' };

function metadata(tables: readonly TableMetadata[]): Metadata {
  return {
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        configuration: { connection_info: { database_url: { from_env: 'DATABASE' } } },
        tables,
      },
    ],
  };
}

const compiled = (tables: readonly TableMetadata[]): Artifact =>
  compile(metadata(tables), new Map([['default', CATALOG]]));

function tableOf(artifact: Artifact, role: string, typeName: string): TableModel | undefined {
  return artifact.roles.find((r) => r.role === role)?.tables.find((t) => t.typeName === typeName);
}

const permission = (extra: Partial<SelectPermission> = {}) => ({
  role: 'user',
  permission: { columns: ['id', 'name'], filter: {}, ...extra },
});

const author: TableMetadata = {
  table: AUTHOR,
  array_relationships: [
    { name: 'articles', using: { foreign_key_constraint_on: { table: ARTICLE, column: 'author_id' } } },
  ],
  computed_fields: [
    { name: 'upper', definition: { function: { schema: 'public', name: 'author_upper' } } },
    { name: 'written', definition: { function: { schema: 'public', name: 'author_articles' } } },
    { name: 'padded', definition: { function: { schema: 'public', name: 'author_padded' } } },
  ],
  select_permissions: [permission()],
};
const article: TableMetadata = {
  table: ARTICLE,
  object_relationships: [
    { name: 'author', using: { foreign_key_constraint_on: 'author_id' } },
    { name: 'editor', using: { foreign_key_constraint_on: 'editor_id' } },
  ],
};

describe('compile', () => {
  test('equal input gives equal bytes', () => {
    expect(encodeArtifact(compiled([author, article]))).toBe(encodeArtifact(compiled([author, article])));
  });

  test('the administrator sees every column GraphQL can name', () => {
    const fields = tableOf(compiled([author, article]), 'admin', 'article')?.fields.map((f) => f.name);
    expect(fields).toEqual(['author', 'author_id', 'editor', 'editor_id', 'id', 'meta', 'tags', 'title']);
  });

  test('a role sees its columns, and no relationship or computed field without permission', () => {
    const artifact = compiled([author, article]);
    expect(artifact.inconsistencies).toEqual([]);
    expect(tableOf(artifact, 'user', 'author')?.fields.map((f) => f.name)).toEqual(['id', 'name']);
    expect(tableOf(artifact, 'user', 'article')).toBeUndefined();
    expect(artifact.roles.find((r) => r.role === 'user')?.queryFields.map((f) => f.name)).toEqual([
      'author',
      'author_by_pk',
    ]);
  });

  test('a key of which a column is hidden gives no by_pk', () => {
    const artifact = compiled([{ ...author, select_permissions: [permission({ columns: ['name'] })] }]);
    expect(artifact.roles.find((r) => r.role === 'user')?.queryFields.map((f) => f.name)).toEqual(['author']);
  });

  test.each<[string[] | null, string[]]>([
    [null, ['author', 'author_aggregate', 'author_by_pk']],
    [[], []],
    [['select_aggregate'], ['author_aggregate']],
  ])('query_root_fields %j shows %j', (fields, shown) => {
    const artifact = compiled([
      {
        ...author,
        select_permissions: [permission({ allow_aggregations: true, query_root_fields: fields as never })],
      },
    ]);
    expect(artifact.roles.find((r) => r.role === 'user')?.queryFields.map((f) => f.name)).toEqual(shown);
  });

  test('an object relationship over a NOT NULL column is non-null, others are nullable', () => {
    const fields = must(tableOf(compiled([author, article]), 'admin', 'article'), 'the table').fields;
    const nullable = Object.fromEntries(
      fields.flatMap((f) => (f.kind === 'object_relationship' ? [[f.name, f.nullable]] : [])),
    );
    expect(nullable).toEqual({ author: false, editor: true });
  });
});

describe('filters', () => {
  const filterOf = (filter: Record<string, unknown>) => {
    const artifact = compiled([{ ...author, select_permissions: [permission({ filter })] }, article]);
    return artifact.inconsistencies.length > 0
      ? artifact.inconsistencies.map((i) => `${i.path.join('.')}: ${i.reason}`)
      : tableOf(artifact, 'user', 'author')?.filter;
  };
  const compare = (column: string, op: string, value: unknown) =>
    expect.objectContaining({ kind: 'compare', column, op, value });

  test.each<[Record<string, unknown>, unknown]>([
    [{}, { kind: 'true' }],
    [{ id: 1 }, compare('id', '_eq', { kind: 'literal', value: 1 })],
    [
      { id: { $eq: 'X-Hasura-User-Id' } },
      compare('id', '_eq', { kind: 'session', name: 'x-hasura-user-id' }),
    ],
    [{ id: { _ne: 1 } }, compare('id', '_neq', { kind: 'literal', value: 1 })],
    [
      { id: { _in: [1, 'x-hasura-a'] } },
      compare('id', '_in', {
        kind: 'list',
        items: [
          { kind: 'literal', value: 1 },
          { kind: 'session', name: 'x-hasura-a' },
        ],
      }),
    ],
    [{ id: { _in: 'X-Hasura-Ids' } }, compare('id', '_in', { kind: 'session', name: 'x-hasura-ids' })],
    [{ _or: [] }, { kind: 'or', exps: [] }],
    [
      { $and: [{}, { _not: {} }] },
      { kind: 'and', exps: [{ kind: 'true' }, { kind: 'not', exp: { kind: 'true' } }] },
    ],
    [
      { articles: { title: { _like: 'a' } } },
      expect.objectContaining({ kind: 'relationship', table: ARTICLE, mapping: [['id', 'author_id']] }),
    ],
    [
      { articles: { editor_id: { _ceq: ['$', 'id'] } } },
      expect.objectContaining({
        exp: { kind: 'compare_columns', column: 'editor_id', op: '_ceq', other: 'id', via: [], root: true },
      }),
    ],
    [
      { _exists: { _table: ARTICLE, _where: { meta: { _has_key: 'x' } } } },
      expect.objectContaining({ kind: 'exists', table: ARTICLE }),
    ],
    [
      { raw_tags: ['a', 'X-Hasura-Tag'] },
      compare('raw_tags', '_eq', {
        kind: 'list',
        items: [
          { kind: 'literal', value: 'a' },
          { kind: 'session', name: 'x-hasura-tag' },
        ],
      }),
    ],
    [{ raw_tags: { _contains: '{a}' } }, compare('raw_tags', '_contains', { kind: 'literal', value: '{a}' })],
    [
      { articles: { author: { name: { _cneq: 'constructor' } } } },
      expect.objectContaining({
        exp: expect.objectContaining({
          exp: {
            kind: 'compare_columns',
            column: 'name',
            op: '_cne',
            other: 'constructor',
            via: [],
            root: false,
          },
        }) as unknown,
      }),
    ],
    [
      { articles: { title: { _ceq: ['author', 'name'] } } },
      expect.objectContaining({
        exp: expect.objectContaining({
          other: 'name',
          via: [{ table: AUTHOR, mapping: [['author_id', 'id']] }],
          root: false,
        }) as unknown,
      }),
    ],
    [
      { articles: { meta: { _cast: { String: { _like: 'X-HASURA-LIKE' } } } } },
      expect.objectContaining({
        exp: expect.objectContaining({
          kind: 'cast',
          column: 'meta',
          op: '_like',
          value: { kind: 'session', name: 'x-hasura-like' },
        }) as unknown,
      }),
    ],
    [
      { articles: { meta: { $contains: { a: [1] } } } },
      expect.objectContaining({
        exp: compare('meta', '_contains', { kind: 'literal', value: { a: [1] } }) as unknown,
      }),
    ],
    [{ id: { _in: [] } }, compare('id', '_in', { kind: 'literal', value: [] })],
    [{ upper: { _eq: 'A' } }, expect.objectContaining({ kind: 'computed_field', op: '_eq' })],
    [{ written: { title: { _is_null: false } } }, expect.objectContaining({ kind: 'computed_table' })],
  ])('%j', (filter, expected) => {
    expect(filterOf(filter)).toEqual(expected);
  });

  const AT = 'sources.0.tables.0.select_permissions.0.permission.filter';
  const BECAUSE = 'Inconsistent object: in table "author": in permission for role "user"';
  test.each<[Record<string, unknown>, string]>([
    [{ nope: 1 }, `${AT}.nope: ${BECAUSE}: "nope" does not exist in table "author"`],
    [
      { id: { _foo: 1 } },
      `${AT}.id._foo: ${BECAUSE}: unexpected operator "_foo" for a column of type "int4"`,
    ],
    [
      { id: { _like: 'a' } },
      `${AT}.id._like: ${BECAUSE}: unexpected operator "_like" for a column of type "int4"`,
    ],
    [{ _or: {} }, `${AT}._or: ${BECAUSE}: a list of boolean expressions is expected`],
    [
      { id: { _in: 3 } },
      `${AT}.id._in: ${BECAUSE}: a list, or a session variable that holds one, is expected`,
    ],
    [
      { _exists: { _table: { schema: 'public', name: 'x' }, _where: {} } },
      `${AT}._exists: ${BECAUSE}: table "x" does not exist in source: default`,
    ],
    [
      { articles: { meta: { _st_d_within: {} } } },
      `${AT}.articles.meta._st_d_within: ${BECAUSE}: unexpected operator "_st_d_within" for a column of type "jsonb"`,
    ],
    [{ raw: {} }, `${AT}.raw: ${BECAUSE}: JSON column can not be part of boolean expression`],
    [{ id: [1] }, `${AT}.id: ${BECAUSE}: a single value is expected for type "int4"`],
    [{ id: { _eq: { a: 1 } } }, `${AT}.id._eq: ${BECAUSE}: a single value is expected for type "int4"`],
    [
      { id: { _in: null } },
      `${AT}.id._in: ${BECAUSE}: a list, or a session variable that holds one, is expected`,
    ],
    [{ id: { _is_null: null } }, `${AT}.id._is_null: ${BECAUSE}: _is_null takes true or false`],
    [{ id: { _is_null: 'no' } }, `${AT}.id._is_null: ${BECAUSE}: _is_null takes true or false`],
    [{ articles: null }, `${AT}.articles: ${BECAUSE}: a boolean expression is an object`],
    [{ articles: { gone: 1 } }, `${AT}.articles.gone: ${BECAUSE}: "gone" does not exist in table "article"`],
    [{ _exists: { _table: 'article' } }, `${AT}._exists: ${BECAUSE}: _exists needs _where`],
    [
      { _exists: { _table: 'article', _where: {}, _were: {} } },
      `${AT}._exists: ${BECAUSE}: _exists takes _table and _where, not "_were"`,
    ],
    [
      { articles: { title: { _ceq: ['$', 'id'] } } },
      `${AT}.articles.title._ceq: ${BECAUSE}: incompatible column types: "title" has type "text", but "id" has type "int4"`,
    ],
    [
      { id: { _ceq: ['articles', 'id'] } },
      `${AT}.id._ceq: ${BECAUSE}: "articles" is not an object relationship of table "author"`,
    ],
    [
      { id: { _ceq: [] } },
      `${AT}.id._ceq: ${BECAUSE}: a column comparison takes the name of a column, or a path to one`,
    ],
    [
      { padded: { _eq: 'a' } },
      `${AT}.padded: ${BECAUSE}: Computed columns with input arguments can not be part of the where clause`,
    ],
    [{ id: { _cast: { String: {} } } }, `${AT}.id._cast: ${BECAUSE}: a column of type "int4" has no _cast`],
    [{ id: { _ceq: 'nope' } }, `${AT}.id._ceq: ${BECAUSE}: "nope" does not exist in table "author"`],
  ])('%j takes the table away from the role', (filter, reason) => {
    expect(filterOf(filter)).toEqual([reason]);
    expect(
      tableOf(
        compiled([{ ...author, select_permissions: [permission({ filter })] }, article]),
        'user',
        'author',
      ),
    ).toBeUndefined();
  });
});

describe('inconsistencies', () => {
  const reasons = (tables: readonly TableMetadata[]) =>
    compiled(tables).inconsistencies.map((i) => `${i.name}: ${i.reason}`);
  const computed = (name: string) => [
    { name: 'field', definition: { function: { schema: 'public', name } } },
  ];
  const refused = (reason: string) => [
    `computed_field field in table author in source default: Inconsistent object: in table "author": in computed field "field": ${reason}`,
  ];
  const CANNOT = 'the computed field "field" cannot be added to table "author" because';

  test('a table that is not there takes everything below it along, the rest is served', () => {
    const artifact = compiled([
      { table: { schema: 'public', name: 'gone' }, select_permissions: [permission()] },
      author,
      article,
    ]);
    expect(artifact.inconsistencies.map((i) => i.reason)).toEqual([
      'Inconsistent object: no such table/view exists in source: "gone"',
    ]);
    expect(tableOf(artifact, 'user', 'author')).toBeDefined();
  });

  test.each<[string, TableMetadata, string]>([
    [
      'no such key',
      {
        table: ARTICLE,
        object_relationships: [{ name: 'x', using: { foreign_key_constraint_on: 'title' } }],
      },
      'in table "article": in relationship "x": no foreign constraint exists on the given column(s)',
    ],
    [
      'remote untracked',
      {
        table: ARTICLE,
        object_relationships: [{ name: 'x', using: { foreign_key_constraint_on: 'author_id' } }],
      },
      'table "author" is not tracked',
    ],
    [
      'remote not there',
      {
        table: ARTICLE,
        array_relationships: [
          {
            name: 'x',
            using: { foreign_key_constraint_on: { table: { schema: 'public', name: 'no' }, column: 'a' } },
          },
        ],
      },
      'in table "article": in relationship "x": table "no" does not exist in source: default',
    ],
  ])('relationship: %s', (_, table, reason) => {
    expect(reasons([table])).toEqual([expect.stringContaining(`Inconsistent object: ${reason}`)]);
  });

  test.each([
    ['nowhere', 'no such function exists: "nowhere"'],
    ['author_twice', 'function "author_twice" is overloaded. Overloaded functions are not supported'],
    [
      'author_volatile',
      `${CANNOT} the function "author_volatile" is of type VOLATILE; cannot be added as a computed field`,
    ],
    ['no_row', `${CANNOT} first argument of the function "no_row" is not COMPOSITE type`],
    [
      'other_row',
      `${CANNOT} first argument of the function "other_row" of type "article" is not the table to which the computed field is being added`,
    ],
    ['no_arguments', `${CANNOT} the function "no_arguments" has no input arguments`],
    [
      'author_articles',
      `${CANNOT} the function "author_articles" returning set of table "article" is not tracked or not found in database`,
    ],
    ['author_void', `${CANNOT} the function "author_void" returning type void is not a BASE type`],
    ['author_stats', `${CANNOT} the function "author_stats" returning type record is not a BASE type`],
  ])('computed field: %s', (name, reason) => {
    expect(reasons([{ table: AUTHOR, computed_fields: computed(name) }])).toEqual(refused(reason));
  });

  test.each([
    [{ columns: ['id', 'secret'] }, 'column "secret" does not exist'],
    [{ computed_fields: ['nope'] }, 'computed field "nope" does not exist'],
    [{ limit: -1 }, 'unexpected negative value for limit'],
  ])('permission %j', (extra, reason) => {
    expect(
      reasons([
        { ...author, array_relationships: [], computed_fields: [], select_permissions: [permission(extra)] },
      ]),
    ).toEqual([
      `select_permission user in table author in source default: Inconsistent object: in table "author": in permission for role "user": ${reason}`,
    ]);
  });
});
