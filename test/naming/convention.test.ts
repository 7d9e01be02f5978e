// The naming convention `graphql-default`: every word of the API, where it counts, and what keeps its own name.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { snakeToCamel, snakeToPascal } from '../../src/artifact/casing.ts';
import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { CompileOptions } from '../../src/compile/options.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { NamingConvention, SourceCustomization, TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create schema app;
create table author_local (author_id int primary key, full_name text, "Odd_Name" int, tag_list text[], extra_data jsonb);
insert into author_local values (1, 'Ann', 3, '{a,b}', '{"a": 1}'), (2, 'Bob', null, '{c}', null);
create table app.blog_post (post_id int primary key, author_id int not null references author_local, word_count int);
insert into app.blog_post values (10, 1, 100), (11, 1, 300), (12, 2, 50);
create function long_name(author_row author_local, with_suffix text) returns text language sql stable as
  $$ select author_row.full_name || with_suffix $$;
create function author_posts(author_row author_local) returns setof app.blog_post language sql stable as
  $$ select * from app.blog_post p where p.author_id = author_row.author_id $$;
`;

const AUTHOR: TableMetadata = {
  table: { schema: 'public', name: 'author_local' },
  array_relationships: [
    {
      name: 'blog_posts',
      using: {
        foreign_key_constraint_on: { table: { schema: 'app', name: 'blog_post' }, column: 'author_id' },
      },
    },
  ],
  computed_fields: [
    { name: 'long_name', definition: { function: { schema: 'public', name: 'long_name' } } },
    { name: 'own_posts', definition: { function: { schema: 'public', name: 'author_posts' } } },
  ],
  select_permissions: [
    {
      role: 'user',
      permission: { columns: ['full_name'], filter: { author_id: { _eq: 'X-Hasura-User-Id' } } },
    },
  ],
};
const POST: TableMetadata = {
  table: { schema: 'app', name: 'blog_post' },
  object_relationships: [{ name: 'the_author', using: { foreign_key_constraint_on: 'author_id' } }],
};

const ON: Partial<CompileOptions> = { namingConventions: true };
const GRAPHQL: SourceCustomization = { naming_convention: 'graphql-default' };

let stages: Stages;
beforeAll(async () => {
  stages = await startStages(SQL);
});
afterAll(async () => await stages.stop());

interface Setting {
  readonly customization?: SourceCustomization;
  readonly options?: Partial<CompileOptions>;
  readonly tables?: readonly TableMetadata[];
}

function textOf({ customization = GRAPHQL, options = ON, tables = [AUTHOR, POST] }: Setting = {}): ReturnType<
  Stages['compiled']
> {
  const artifact = stages.compiled(metadataOf({ tables, customization }), options);
  expect(artifact.inconsistencies).toEqual([]);
  return artifact;
}

const serve = (setting?: Setting): Ask => stages.serve(textOf(setting));

function sdl(role: string, setting?: Setting): string {
  const text = printRoleSchema(openArtifact(encodeArtifact(textOf(setting))).role(role));
  expect(validateSchema(buildSchema(text))).toEqual([]);
  return text;
}

test.each([
  ['author_local', 'authorLocal', 'AuthorLocal'],
  ['id', 'id', 'Id'],
  ['_is_null', '_isNull', '_isNull'],
  ['_st_3d_d_within', '_st3dDWithin', '_st3dDWithin'],
  ['a__b', 'aB', 'AB'],
  ['Odd_Name', 'oddName', 'OddName'],
  ['tail_', 'tail', 'Tail'],
  ['_', '_', '_'],
])('%s is %s and %s', (snake, camel, pascal) => {
  expect(snakeToCamel(snake)).toBe(camel);
  expect(snakeToPascal(snake)).toBe(pascal);
});

describe('graphql-default', () => {
  test.each([
    [
      '{ authorLocal(orderBy: {authorId: DESC_NULLS_LAST}) { __typename authorId fullName oddName } }',
      {
        authorLocal: [
          { __typename: 'AuthorLocal', authorId: 2, fullName: 'Bob', oddName: null },
          { __typename: 'AuthorLocal', authorId: 1, fullName: 'Ann', oddName: 3 },
        ],
      },
    ],
    ['{ authorLocalByPk(authorId: 1) { fullName } }', { authorLocalByPk: { fullName: 'Ann' } }],
    [
      '{ authorLocal(distinctOn: [authorId], orderBy: {authorId: ASC}, where: {oddName: {_isNull: false}}) { authorId } }',
      { authorLocal: [{ authorId: 1 }] },
    ],
    [
      '{ authorLocal(where: {tagList: {_containedIn: ["a", "b", "d"]}, extraData: {_hasKey: "a", _cast: {String: {_like: "%1%"}}}}) { tagList extraData(path: "a") } }',
      { authorLocal: [{ tagList: ['a', 'b'], extraData: 1 }] },
    ],
    [
      '{ authorLocal(orderBy: {blog_postsAggregate: {stddevPop: {wordCount: ASC}}}) { blog_postsAggregate { __typename aggregate { __typename count(columns: [wordCount]) stddevPop { __typename wordCount } max { postId } } nodes { __typename } } } }',
      {
        authorLocal: [
          {
            blog_postsAggregate: {
              __typename: 'AppBlogPostAggregate',
              aggregate: {
                __typename: 'AppBlogPostAggregateFields',
                count: 1,
                stddevPop: { __typename: 'AppBlogPostStddevPopFields', wordCount: 0 },
                max: { postId: 12 },
              },
              nodes: [{ __typename: 'AppBlogPost' }],
            },
          },
          {
            blog_postsAggregate: {
              __typename: 'AppBlogPostAggregate',
              aggregate: {
                __typename: 'AppBlogPostAggregateFields',
                count: 2,
                stddevPop: { __typename: 'AppBlogPostStddevPopFields', wordCount: 100 },
                max: { postId: 11 },
              },
              nodes: [{ __typename: 'AppBlogPost' }, { __typename: 'AppBlogPost' }],
            },
          },
        ],
      },
    ],
    [
      '{ authorLocalByPk(authorId: 1) { long_name(args: {with_suffix: "!"}) own_posts(orderBy: {postId: ASC}) { postId the_author { fullName } } own_postsAggregate { aggregate { count } } } }',
      {
        authorLocalByPk: {
          long_name: 'Ann!',
          own_posts: [
            { postId: 10, the_author: { fullName: 'Ann' } },
            { postId: 11, the_author: { fullName: 'Ann' } },
          ],
          own_postsAggregate: { aggregate: { count: 2 } },
        },
      },
    ],
    [
      'query ($w: AppBlogPostBoolExp, $o: [AppBlogPostOrderBy!], $d: [AppBlogPostSelectColumn!], $e: OrderBy) { appBlogPost(where: $w, orderBy: $o, distinctOn: $d) { postId } authorLocal(orderBy: {authorId: $e}) { authorId } }',
      { appBlogPost: [{ postId: 11 }, { postId: 12 }], authorLocal: [{ authorId: 2 }, { authorId: 1 }] },
      {
        w: { wordCount: { _isNull: false }, the_author: { fullName: { _in: ['Ann', 'Bob'] } } },
        o: [{ authorId: 'ASC' }, { wordCount: 'DESC' }],
        d: ['authorId'],
        e: 'DESC',
      },
    ],
  ])('answers %s', async (query, answer, variables: Record<string, unknown> = {}) => {
    expect(await serve()('admin', query, { variables })).toEqual(answer);
  });

  test.each([
    [
      '{ author_local { authorId } }',
      "$.selectionSet.author_local field 'author_local' not found in type: 'query_root'",
    ],
    [
      '{ authorLocal { author_id } }',
      "$.selectionSet.authorLocal.selectionSet.author_id field 'author_id' not found in type: 'AuthorLocal'",
    ],
    [
      '{ authorLocal(order_by: {}) { authorId } }',
      "$.selectionSet.authorLocal 'authorLocal' has no argument named 'order_by'",
    ],
    [
      '{ authorLocal(where: {authorId: {_is_null: true}}) { authorId } }',
      "$.selectionSet.authorLocal.args.where.authorId._is_null field '_is_null' not found in type: 'IntComparisonExp'",
    ],
    [
      '{ authorLocal(orderBy: {authorId: asc}) { authorId } }',
      "$.selectionSet.authorLocal.args.orderBy[0].authorId expected one of the values ['ASC', 'ASC_NULLS_FIRST', 'ASC_NULLS_LAST', 'DESC', 'DESC_NULLS_FIRST', 'DESC_NULLS_LAST'] for type 'OrderBy', but found 'asc'",
    ],
    [
      '{ authorLocalAggregate { aggregate { stddev_pop { oddName } } } }',
      "$.selectionSet.authorLocalAggregate.selectionSet.aggregate.selectionSet.stddev_pop field 'stddev_pop' not found in type: 'AuthorLocalAggregateFields'",
    ],
  ])('refuses %s', async (query, error) => {
    expect(await serve()('admin', query)).toBe(`validation-failed ${error}`);
  });

  test('permissions name columns as the database does, and a role sees no others', async () => {
    const ask = serve();
    const session = { 'x-hasura-user-id': '2' };
    expect(await ask('user', '{ authorLocal { fullName } }', { session })).toEqual({
      authorLocal: [{ fullName: 'Bob' }],
    });
    expect(await ask('user', '{ authorLocal { authorId } }', { session })).toBe(
      "validation-failed $.selectionSet.authorLocal.selectionSet.authorId field 'authorId' not found in type: 'AuthorLocal'",
    );
    expect(sdl('user')).not.toMatch(/authorId|author_id|Blog/);
  });

  test('the schema is valid, and joins no words with _', () => {
    const schema = sdl('admin');
    const types = [...schema.matchAll(/^(?:type|input|enum|scalar) (\w+)/gm)].map((match) => match[1] ?? '');
    // Roots are Hasura's own, whatever the convention.
    expect(types.filter((name) => /_/.test(name) && !name.endsWith('_root'))).toEqual([
      'Long_nameAuthorLocalArgs', // of a computed field, which has its own name
    ]);
    const members = [...schema.matchAll(/^ {2}(\w+)[(:]/gm)].map((match) => match[1] ?? '');
    const given = /^(blog_posts|own_posts|the_author|long_name|with_suffix)/;
    expect(members.filter((name) => /\w_/.test(name) && !given.test(name))).toEqual([]);
  });

  test('custom names stay as they are', async () => {
    const tables: readonly TableMetadata[] = [
      {
        ...AUTHOR,
        array_relationships: [],
        computed_fields: [],
        configuration: {
          custom_name: 'the_writer',
          custom_root_fields: { select_aggregate: 'writer_numbers' },
          column_config: { author_id: { custom_name: 'writer_id' } },
        },
      },
    ];
    expect(
      await serve({ tables })(
        'admin',
        '{ the_writer(where: {writer_id: {_eq: 1}}) { __typename writer_id fullName } the_writerByPk(writer_id: 1) { fullName } writer_numbers { __typename aggregate { count } } }',
      ),
    ).toEqual({
      the_writer: [{ __typename: 'the_writer', writer_id: 1, fullName: 'Ann' }],
      the_writerByPk: { fullName: 'Ann' },
      writer_numbers: { __typename: 'the_writerAggregate', aggregate: { count: 2 } },
    });
  });

  test('affixes stand around names, which begin with a capital letter behind a prefix', async () => {
    const customization: SourceCustomization = {
      ...GRAPHQL,
      root_fields: { prefix: 'pre_', suffix: '_post', namespace: 'my_source' },
      type_names: { prefix: 'T_', suffix: '_t' },
    };
    expect(
      await serve({ customization })(
        'admin',
        '{ my_source { __typename pre_AuthorLocalByPk_post(authorId: 1) { __typename } pre_AuthorLocalAggregate_post { __typename } } }',
      ),
    ).toEqual({
      my_source: {
        __typename: 'T_My_source_query_t',
        pre_AuthorLocalByPk_post: { __typename: 'T_AuthorLocal_t' },
        pre_AuthorLocalAggregate_post: { __typename: 'T_AuthorLocalAggregate_t' },
      },
    });
  });

  test('two columns that come to one name are inconsistent', () => {
    const { inconsistencies } = stages.compiled(
      metadataOf({
        customization: GRAPHQL,
        tables: [{ ...POST, configuration: { column_config: { word_count: { custom_name: 'postId' } } } }],
      }),
      ON,
    );
    expect(inconsistencies.map((i) => i.reason)).toEqual([
      'Inconsistent object: the definitions of columns "post_id" and "word_count" are in conflict: they are mapped to the same field name, "postId"',
    ]);
  });
});

describe('the convention of a source', () => {
  const CASES: readonly [
    boolean,
    NamingConvention,
    NamingConvention | undefined,
    'authorLocal' | 'author_local',
  ][] = [
    [false, 'hasura-default', 'graphql-default', 'author_local'],
    [false, 'graphql-default', undefined, 'author_local'],
    [true, 'hasura-default', undefined, 'author_local'],
    [true, 'hasura-default', 'graphql-default', 'authorLocal'],
    [true, 'graphql-default', undefined, 'authorLocal'],
    [true, 'graphql-default', 'hasura-default', 'author_local'],
  ];
  test.each(CASES)('feature %s, default %s, source %s: %s', async (feature, byDefault, own, field) => {
    const ask = serve({
      customization: own === undefined ? {} : { naming_convention: own },
      options: { namingConventions: feature, defaultNamingConvention: byDefault },
    });
    expect(await ask('admin', `{ ${field} { __typename } }`)).toMatchObject({ [field]: [{}, {}] });
  });
});
