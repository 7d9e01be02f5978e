// Prefixes, suffixes and namespaces of sources: what root fields and types are called, and that a namespace hides and
// shows what its fields would without it.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { SourceCustomization, SourceMetadata, TableMetadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table author (id int primary key, name text not null);
insert into author values (1, 'Ann'), (2, 'Bob');
create table article (id int primary key, author_id int not null references author, title text);
insert into article values (1, 1, 'one'), (2, 1, 'two');
`;

const named = (name: string, rest: Omit<TableMetadata, 'table'> = {}): TableMetadata => ({
  table: { schema: 'public', name },
  ...rest,
});
const AUTHOR = named('author', {
  array_relationships: [
    {
      name: 'articles',
      using: {
        foreign_key_constraint_on: { table: { schema: 'public', name: 'article' }, column: 'author_id' },
      },
    },
  ],
  select_permissions: [
    { role: 'user', permission: { columns: ['name'], filter: { id: { _eq: 'X-Hasura-User-Id' } } } },
  ],
});
const ARTICLE = named('article');

const ALL: SourceCustomization = {
  root_fields: { namespace: 'my_source', prefix: 'fpref_', suffix: '_fsuff' },
  type_names: { prefix: 'tpref_', suffix: '_tsuff' },
};

let stages: Stages;
beforeAll(async () => {
  stages = await startStages(SQL);
});
afterAll(async () => await stages.stop());

function source(
  name: string,
  customization: SourceCustomization,
  tables: readonly TableMetadata[],
): SourceMetadata {
  return { ...must(metadataOf({}).sources[0], 'a source'), name, customization, tables };
}

function serve(...sources: readonly SourceMetadata[]): Ask {
  const artifact = stages.compiled({ version: 3, sources });
  expect(artifact.inconsistencies).toEqual([]);
  return stages.serve(artifact);
}

function sdl(role: string, ...sources: readonly SourceMetadata[]): string {
  const text = encodeArtifact(stages.compiled({ version: 3, sources }));
  const schema = printRoleSchema(openArtifact(text).role(role));
  expect(validateSchema(buildSchema(schema))).toEqual([]);
  return schema;
}

describe('everything customized', () => {
  const customized = source('default', ALL, [AUTHOR, ARTICLE]);

  test.each([
    [
      'names of types in answers',
      '{ my_source { __typename fpref_author_fsuff(order_by: {id: asc}, limit: 1) { __typename id articles_aggregate { __typename aggregate { __typename count max { __typename id } } } } } }',
      {
        my_source: {
          __typename: 'tpref_my_source_query_tsuff',
          fpref_author_fsuff: [
            {
              __typename: 'tpref_author_tsuff',
              id: 1,
              articles_aggregate: {
                __typename: 'tpref_article_aggregate_tsuff',
                aggregate: {
                  __typename: 'tpref_article_aggregate_fields_tsuff',
                  count: 2,
                  max: { __typename: 'tpref_article_max_fields_tsuff', id: 2 },
                },
              },
            },
          ],
        },
      },
    ],
    [
      'aliases, and keys in the order of the selection',
      '{ t: __typename a: my_source { c: fpref_author_by_pk_fsuff(id: 1) { e: name } b: __typename } }',
      {
        t: 'query_root',
        a: { c: { e: 'Ann' }, b: 'tpref_my_source_query_tsuff' },
      },
    ],
    [
      'several mentions of the namespace are one, also through fragments on its type',
      'query { my_source { a: fpref_author_by_pk_fsuff(id: 1) { name } } ...more } fragment more on query_root { my_source { ...part b: fpref_author_by_pk_fsuff(id: 2) { name } } } fragment part on tpref_my_source_query_tsuff { a: fpref_author_by_pk_fsuff(id: 1) { id } }',
      { my_source: { a: { name: 'Ann', id: 1 }, b: { name: 'Bob' } } },
    ],
    [
      'a namespace under two keys',
      '{ a: my_source { __typename } b: my_source { fpref_article_aggregate_fsuff { aggregate { count } } } }',
      {
        a: { __typename: 'tpref_my_source_query_tsuff' },
        b: { fpref_article_aggregate_fsuff: { aggregate: { count: 2 } } },
      },
    ],
    [
      'a namespace whose fields are all skipped',
      '{ my_source { fpref_author_fsuff @skip(if: true) { id } } }',
      { my_source: {} },
    ],
    [
      'variables of customized types',
      'query ($w: tpref_author_bool_exp_tsuff, $o: [tpref_author_order_by_tsuff!]) { my_source { fpref_author_fsuff(where: $w, order_by: $o) { id } } }',
      { my_source: { fpref_author_fsuff: [{ id: 2 }, { id: 1 }] } },
      { w: { id: { _gt: 0 } }, o: { id: 'desc' } },
    ],
  ])('%s', async (_, query, answer, variables: Record<string, unknown> = {}) => {
    const ask = serve(customized);
    expect(JSON.stringify(await ask('admin', query, { variables }))).toBe(JSON.stringify(answer));
  });

  test.each([
    [
      '{ author { id } }',
      "validation-failed $.selectionSet.author field 'author' not found in type: 'query_root'",
    ],
    [
      '{ my_source { author { id } } }',
      "validation-failed $.selectionSet.my_source.selectionSet.author field 'author' not found in type: 'tpref_my_source_query_tsuff'",
    ],
    [
      '{ my_source { fpref_author_fsuff(where: {nix: {}}) { id } } }',
      "validation-failed $.selectionSet.my_source.selectionSet.fpref_author_fsuff.args.where.nix field 'nix' not found in type: 'tpref_author_bool_exp_tsuff'",
    ],
    [
      '{ my_source(a: 1) { __typename } }',
      "validation-failed $.selectionSet.my_source 'my_source' has no argument named 'a'",
    ],
    [
      '{ my_source }',
      "validation-failed $.selectionSet.my_source.selectionSet missing selection set for 'tpref_my_source_query_tsuff'",
    ],
    ['{ my_source { } }', expect.stringContaining('validation-failed')],
    [
      'query ($w: author_bool_exp) { my_source { fpref_author_fsuff(where: $w) { id } } }',
      "validation-failed $.selectionSet.my_source.selectionSet.fpref_author_fsuff.args.where variable 'w' is declared as 'author_bool_exp', but used where 'tpref_author_bool_exp_tsuff' is expected",
    ],
  ])('refuses %s', async (query, error) => {
    const variables = query.startsWith('query') ? { w: {} } : {};
    expect(await serve(customized)('admin', query, { variables })).toEqual(error);
  });

  test('a role sees below the namespace what its permissions allow', async () => {
    const ask = serve(customized);
    const session = { 'x-hasura-user-id': '2' };
    expect(await ask('user', '{ my_source { fpref_author_fsuff { name } } }', { session })).toEqual({
      my_source: { fpref_author_fsuff: [{ name: 'Bob' }] },
    });
    expect(await ask('user', '{ my_source { fpref_article_fsuff { id } } }', { session })).toBe(
      "validation-failed $.selectionSet.my_source.selectionSet.fpref_article_fsuff field 'fpref_article_fsuff' not found in type: 'tpref_my_source_query_tsuff'",
    );
    const shown = sdl('user', customized);
    expect(shown).toContain('type tpref_my_source_query_tsuff');
    expect(shown).not.toMatch(/article|id:/);
  });

  test('a role without permissions has no namespace', async () => {
    expect(await serve(customized)('stranger', '{ my_source { __typename } }')).toBe(
      "validation-failed $.selectionSet.my_source field 'my_source' not found in type: 'query_root'",
    );
  });

  test('the schema is valid, and every type of the source has both affixes', () => {
    const schema = sdl('admin', customized);
    const names = [...schema.matchAll(/^(?:type|input|enum) (\w+)/gm)].map((match) => match[1] ?? '');
    const shared = names.filter((name) => !/^tpref_.*_tsuff$/.test(name));
    expect(shared.sort()).toEqual(
      expect.arrayContaining(['Int_comparison_exp', 'String_comparison_exp', 'order_by', 'query_root']),
    );
    expect(shared.filter((name) => /author|article/.test(name))).toEqual([]);
  });
});

describe('several sources', () => {
  test('with affixes stand beside each other, with custom names inside of the affixes', async () => {
    const ask = serve(
      source('a', { root_fields: { prefix: 'a_' }, type_names: { prefix: 'a_' } }, [
        { ...ARTICLE, configuration: { custom_root_fields: { select: 'posts' } } },
      ]),
      source('b', { root_fields: { suffix: '_b' }, type_names: { suffix: '_b' } }, [ARTICLE]),
    );
    expect(
      await ask('admin', '{ a_posts(limit: 1) { __typename } article_by_pk_b(id: 2) { title __typename } }'),
    ).toEqual({
      a_posts: [{ __typename: 'a_article' }],
      article_by_pk_b: { title: 'two', __typename: 'article_b' },
    });
  });

  test('of one namespace are merged, keys in the order of the selection', async () => {
    const sources = [
      source('a', { root_fields: { namespace: 'all' } }, [AUTHOR, ARTICLE]),
      source('b', { root_fields: { namespace: 'all', prefix: 'b_' }, type_names: { prefix: 'b_' } }, [
        ARTICLE,
      ]),
    ];
    const query =
      '{ x: __typename all { b_article_by_pk(id: 1) { title } author_by_pk(id: 1) { name } __typename article_by_pk(id: 2) { title } } }';
    expect(JSON.stringify(await serve(...sources)('admin', query))).toBe(
      JSON.stringify({
        x: 'query_root',
        all: {
          b_article_by_pk: { title: 'one' },
          author_by_pk: { name: 'Ann' },
          __typename: 'all_query',
          article_by_pk: { title: 'two' },
        },
      }),
    );
    expect(sdl('admin', ...sources)).toContain('b_article_by_pk');
  });

  test('beside introspection', async () => {
    const ask = serve(source('a', { root_fields: { namespace: 'all' } }, [ARTICLE]));
    expect(
      await ask(
        'admin',
        '{ all { article_by_pk(id: 1) { id } } __type(name: "all_query") { name kind fields { name } } }',
      ),
    ).toEqual({
      all: { article_by_pk: { id: 1 } },
      __type: {
        name: 'all_query',
        kind: 'OBJECT',
        fields: [{ name: 'article' }, { name: 'article_aggregate' }, { name: 'article_by_pk' }],
      },
    });
  });

  const conflict = (parent: string, field: string, first: string, second: string): string =>
    `Inconsistent object: Encountered conflicting definitions in the selection set for '${parent}' for field '${field}' ` +
    `defined in [${first}, ${second}]. Fields must not be defined more than once across all sources.`;
  const types = { type_names: { prefix: 'b_' } };

  test.each([
    [
      'two tables of one name in the root',
      {},
      types,
      conflict('query_root', 'article', 'table article in source a', 'table article in source b'),
    ],
    [
      'two tables of one name below one namespace',
      { root_fields: { namespace: 'n' } },
      { ...types, root_fields: { namespace: 'n' } },
      conflict('b_n_query', 'article', 'table article in source a', 'table article in source b'),
    ],
    [
      'a namespace with the name of a root field',
      {},
      { ...types, root_fields: { namespace: 'article' } },
      conflict('query_root', 'article', 'table article in source a', 'source b'),
    ],
    [
      'a root field with the name of a namespace',
      { root_fields: { namespace: 'article' } },
      types,
      conflict('query_root', 'article', 'source a', 'table article in source b'),
    ],
    [
      'two types of one name',
      { root_fields: { namespace: 'n' } },
      {},
      "Inconsistent object: found conflicting definitions for GraphQL type 'article' in [table article in source a, table article in source b]: give one of them a custom_name",
    ],
  ])('%s is inconsistent', (_, a: SourceCustomization, b: SourceCustomization, reason) => {
    const { inconsistencies } = stages.compiled({
      version: 3,
      sources: [source('a', a, [ARTICLE]), source('b', b, [ARTICLE])],
    });
    expect(inconsistencies.map((i) => i.reason)).toEqual([reason]);
  });

  test('a namespace, prefix or suffix GraphQL does not allow is inconsistent', () => {
    const reasons = (customization: SourceCustomization): string[] =>
      stages
        .compiled({ version: 3, sources: [source('a', customization, [ARTICLE])] })
        .inconsistencies.map((i) => i.reason);
    const invalid = (name: string): string[] => [
      `Inconsistent object: cannot include "${name}" in the GraphQL schema because it is not a valid GraphQL identifier`,
    ];
    expect(reasons({ root_fields: { namespace: 'my source' } })).toEqual(invalid('my source'));
    expect(reasons({ root_fields: { prefix: '1' } })).toEqual(invalid('1'));
    expect(reasons({ type_names: { suffix: '-' } })).toEqual(invalid('-'));
  });
});
