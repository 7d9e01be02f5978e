// Filters by aggregates of related rows: what they mean, what they refuse, and that a role learns nothing through them
// that it may not see.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table author (id int primary key, name text not null);
create table article (
  id int primary key, author_id int, title text, published boolean, score double precision, weight double precision,
  rating int, secret double precision
);
insert into author values (1, 'one'), (2, 'two'), (3, 'three');
insert into article values
  (1, 1, 'a', true, 1, 2, 5, 100), (2, 1, 'a', true, 2, 4, 6, 100), (3, 1, 'b', false, null, 5, 7, 100),
  (4, 2, 'c', true, 4, 1, 8, 1), (5, 2, null, true, 4, 2, 9, 1);
`;

const TABLES: readonly TableMetadata[] = [
  {
    table: { schema: 'public', name: 'author' },
    array_relationships: [
      {
        name: 'articles',
        using: {
          manual_configuration: {
            remote_table: { schema: 'public', name: 'article' },
            column_mapping: { id: 'author_id' },
          },
        },
      },
    ],
    select_permissions: ['reader', 'counter', 'lister', 'stranger'].map((role) => ({
      role,
      permission: { columns: ['id', 'name'], filter: {}, allow_aggregations: true },
    })),
  },
  {
    table: { schema: 'public', name: 'article' },
    object_relationships: [
      {
        name: 'author',
        using: {
          manual_configuration: {
            remote_table: { schema: 'public', name: 'author' },
            column_mapping: { author_id: 'id' },
          },
        },
      },
    ],
    select_permissions: [
      {
        role: 'reader',
        permission: {
          columns: ['id', 'author_id', 'title', 'published', 'score'],
          filter: { published: { _eq: true } },
          limit: 1,
          allow_aggregations: true,
        },
      },
      { role: 'counter', permission: { columns: [], filter: {}, allow_aggregations: true } },
      { role: 'lister', permission: { columns: ['id', 'published'], filter: {} } },
      {
        role: 'keeper',
        permission: { columns: ['id', 'author_id', 'secret'], filter: { id: { _in: [1, 4] } } },
      },
    ],
  },
];
const METADATA = metadataOf(
  { tables: TABLES },
  { inherited_roles: [{ role_name: 'both', role_set: ['reader', 'keeper'] }] },
);

let stages: Stages;
let artifact: Artifact;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  artifact = stages.compiled(METADATA);
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

const authors = async (role: string, predicate: string): Promise<unknown> => {
  const answer = await ask(
    role,
    `{ author(where: {articles_aggregate: ${predicate}}, order_by: {id: asc}) { id } }`,
  );
  return typeof answer === 'string'
    ? answer
    : (answer as { author: { id: number }[] }).author.map(({ id }) => id);
};

describe('what a predicate compares', () => {
  test.each([
    ['rows', '{count: {predicate: {_gt: 2}}}', [1]],
    ['no rows', '{count: {predicate: {_eq: 0}}}', [3]],
    ['between two numbers', '{count: {predicate: {_gt: 0, _lt: 3}}}', [2]],
    ['rows whose column is not null', '{count: {arguments: [title], predicate: {_eq: 1}}}', [2]],
    ['distinct values', '{count: {arguments: title, distinct: true, predicate: {_eq: 2}}}', [1]],
    [
      'rows as values of several columns',
      '{count: {arguments: [title, published], distinct: true, predicate: {_eq: 2}}}',
      [1, 2],
    ],
    ['rows that match a filter', '{count: {filter: {published: {_eq: false}}, predicate: {_eq: 1}}}', [1]],
    [
      'through relationships in its filter',
      '{count: {filter: {author: {name: {_eq: "two"}}}, predicate: {_gte: 1}}}',
      [2],
    ],
    [
      'with aggregates in its filter',
      '{count: {filter: {author: {articles_aggregate: {count: {predicate: {_eq: 2}}}}}, predicate: {_eq: 2}}}',
      [2],
    ],
    ['whether all are true', '{bool_and: {arguments: published, predicate: {_eq: true}}}', [2]],
    ['whether one is true', '{bool_or: {arguments: published, predicate: {_eq: true}}}', [1, 2]],
    ['the null that no rows give', '{bool_and: {arguments: published, predicate: {_is_null: true}}}', [3]],
    ['an average', '{avg: {arguments: score, predicate: {_lt: 2}}}', [1]],
    ['a maximum', '{max: {arguments: score, predicate: {_eq: 4}}}', [2]],
    ['a minimum', '{min: {arguments: score, predicate: {_eq: 1}}}', [1]],
    ['a sum', '{sum: {arguments: score, predicate: {_eq: 8}}}', [2]],
    ['a sum of distinct values', '{sum: {arguments: score, distinct: true, predicate: {_eq: 4}}}', [2]],
    ['a variance', '{var_samp: {arguments: weight, predicate: {_eq: 0.5}}}', [2]],
    ['a deviation', '{stddev_samp: {arguments: score, predicate: {_eq: 0}}}', [2]],
    ['a correlation', '{corr: {arguments: {X: score, Y: weight}, predicate: {_eq: 1}}}', [1]],
    ['a covariance', '{covar_samp: {arguments: {X: score, Y: weight}, predicate: {_eq: 0}}}', [2]],
  ])('%s', async (_, predicate, expected) => {
    expect(await authors('admin', predicate)).toEqual(expected);
  });

  test('what is not so, and two of three values', async () => {
    const not = (predicate: string): string =>
      `{ author(where: {_not: {articles_aggregate: ${predicate}}}, order_by: {id: asc}) { id } }`;
    expect(await ask('admin', not('{count: {predicate: {_gt: 2}}}'))).toEqual({
      author: [{ id: 2 }, { id: 3 }],
    });
    expect(await ask('admin', not('{avg: {arguments: score, predicate: {_gt: 3}}}'))).toEqual({
      author: [{ id: 1 }, { id: 3 }],
    });
  });

  test('values of variables, with plans for their shapes', async () => {
    const query = 'query ($where: author_bool_exp!) { author(where: $where, order_by: {id: asc}) { id } }';
    const where = (predicate: unknown) => ({ variables: { where: { articles_aggregate: predicate } } });
    for (const [predicate, ids] of [
      [{ count: { predicate: { _gt: 2 } } }, [1]],
      [{ count: { predicate: { _gt: 1 } } }, [1, 2]],
      [{ count: { predicate: { _gt: 1 }, distinct: true, arguments: ['title'] } }, [1]],
      [{ count: { predicate: { _gt: 1 }, distinct: false, arguments: ['title'] } }, [1]],
      [{ count: { predicate: { _gte: 1 }, distinct: false, arguments: ['title'] } }, [1, 2]],
      [{ max: { predicate: { _eq: 4 }, arguments: 'score' } }, [2]],
      [{ max: { predicate: { _eq: 4 }, arguments: 'weight' } }, []],
    ] as const) {
      expect(await ask('admin', query, where(predicate))).toEqual({ author: ids.map((id) => ({ id })) });
    }
  });

  test('in filters of mutations', async () => {
    expect(
      await ask(
        'admin',
        'mutation { update_author(where: {articles_aggregate: {count: {predicate: {_eq: 0}}}}, _set: {name: "none"}) { affected_rows returning { id } } }',
      ),
    ).toEqual({ update_author: { affected_rows: 1, returning: [{ id: 3 }] } });
  });
});

const PATH = '$.selectionSet.author.args.where.articles_aggregate';

describe('what is refused, in Hasura’s words', () => {
  test.each([
    ['no function', '{}', `${PATH} exactly one predicate should be specified`],
    [
      'two functions',
      '{count: {predicate: {}}, bool_or: {arguments: published, predicate: {}}}',
      `${PATH} exactly one predicate should be specified`,
    ],
    [
      'another function',
      '{stddev: {}}',
      `${PATH}.stddev field 'stddev' not found in type: 'article_aggregate_bool_exp'`,
    ],
    ['nothing to compare with', '{count: {}}', `${PATH}.count missing required field 'predicate'`],
    ['no argument', '{avg: {predicate: {}}}', `${PATH}.avg missing required field 'arguments'`],
    [
      'half of a pair',
      '{corr: {arguments: {X: score}, predicate: {}}}',
      `${PATH}.corr.arguments missing required field 'Y'`,
    ],
    [
      'a column of another type',
      '{avg: {arguments: rating, predicate: {}}}',
      `${PATH}.avg.arguments expected one of the values ['score', 'secret', 'weight'] for type 'article_select_column_article_aggregate_bool_exp_avg_arguments_columns', but found 'rating'`,
    ],
    [
      'another operator',
      '{count: {predicate: {_like: "1"}}}',
      `${PATH}.count.predicate._like field '_like' not found in type: 'Int_comparison_exp'`,
    ],
    [
      'null for a function',
      '{count: null}',
      `${PATH}.count expected an object for type 'article_aggregate_bool_exp_count', but found null`,
    ],
    [
      'null for a filter',
      '{count: {filter: null, predicate: {}}}',
      `${PATH}.count.filter expected an object for type 'article_bool_exp', but found null`,
    ],
    [
      'an unknown member',
      '{count: {order_by: {}, predicate: {}}}',
      `${PATH}.count.order_by field 'order_by' not found in type: 'article_aggregate_bool_exp_count'`,
    ],
  ])('%s', async (_, predicate, message) => {
    expect(await authors('admin', predicate)).toBe(`validation-failed ${message}`);
  });
});

describe('what a role may', () => {
  test('counts no row its permission hides, and all rows beyond its limit', async () => {
    expect(await authors('reader', '{count: {predicate: {_eq: 2}}}')).toEqual([1, 2]);
    expect(
      await authors('reader', '{count: {filter: {_not: {id: {_is_null: true}}}, predicate: {_gt: 2}}}'),
    ).toEqual([]);
    expect(await authors('reader', '{bool_and: {arguments: published, predicate: {_eq: false}}}')).toEqual(
      [],
    );
  });

  test('names no column it does not see', async () => {
    expect(await authors('reader', '{max: {arguments: secret, predicate: {_gt: 1}}}')).toMatch(
      /^validation-failed .*expected one of the values \['score'\]/,
    );
    expect(await authors('reader', '{count: {arguments: [secret], predicate: {_gt: 1}}}')).toMatch(
      /^validation-failed/,
    );
    expect(await authors('reader', '{count: {filter: {secret: {_gt: 1}}, predicate: {_gt: 1}}}')).toMatch(
      /field 'secret' not found/,
    );
    expect(await authors('reader', '{corr: {arguments: {X: score, Y: secret}, predicate: {}}}')).toMatch(
      /^validation-failed/,
    );
  });

  test.each([
    ['aggregate the table', 'lister'],
    ['see a column of it', 'counter'],
    ['select from it', 'stranger'],
  ])('needs to %s', async (_, role) => {
    expect(await authors(role, '{count: {predicate: {_gt: 0}}}')).toBe(
      `validation-failed ${PATH} field 'articles_aggregate' not found in type: 'author_bool_exp'`,
    );
  });

  test('of an inherited role counts values only in rows in which it sees them', async () => {
    // `keeper` shows secrets of articles 1 and 4 and may not aggregate; `reader` the rest, without secrets.
    expect(await authors('both', '{count: {arguments: [secret], predicate: {_eq: 1}}}')).toEqual([1, 2]);
    expect(await authors('both', '{sum: {arguments: secret, predicate: {_eq: 100}}}')).toEqual([1]);
    expect(await authors('both', '{sum: {arguments: secret, predicate: {_gt: 100}}}')).toEqual([]);
    expect(await authors('both', '{count: {filter: {secret: {_eq: 100}}, predicate: {_gt: 1}}}')).toEqual([]);
  });

  test('is in none of its permissions’ own filters', () => {
    const [author, ...others] = TABLES;
    const permission = {
      columns: ['id'],
      filter: { articles_aggregate: { count: { predicate: { _gt: 0 } } } },
    };
    const { inconsistencies } = stages.compiled(
      metadataOf({
        tables: [
          {
            ...author,
            table: { schema: 'public', name: 'author' },
            select_permissions: [{ role: 'r', permission }],
          },
          ...others,
        ],
      }),
    );
    expect(inconsistencies.map(({ reason }) => reason).join('\n')).toContain(
      '"articles_aggregate" does not exist',
    );
  });
});

describe('the schema', () => {
  const sdl = (of: Artifact, role: string): string =>
    printRoleSchema(openArtifact(encodeArtifact(of)).role(role));
  const block = (text: string, head: string): string =>
    new RegExp(`^${head} \\{[^}]*\\}`, 'm').exec(text)?.[0] ?? '';

  test('has Hasura’s types, of what the role may', () => {
    const admin = sdl(artifact, 'admin');
    expect(validateSchema(buildSchema(admin))).toEqual([]);
    expect(block(admin, 'input article_aggregate_bool_exp')).toBe(
      [
        'input article_aggregate_bool_exp {',
        ...[
          'avg',
          'bool_and',
          'bool_or',
          'corr',
          'count',
          'covar_samp',
          'max',
          'min',
          'stddev_samp',
          'sum',
          'var_samp',
        ].map((fn) => `  ${fn}: article_aggregate_bool_exp_${fn}`),
        '}',
      ].join('\n'),
    );
    expect(block(admin, 'input article_aggregate_bool_exp_count'))
      .toBe(`input article_aggregate_bool_exp_count {
  arguments: [article_select_column!]
  distinct: Boolean
  filter: article_bool_exp
  predicate: Int_comparison_exp!
}`);
    expect(block(admin, 'input article_aggregate_bool_exp_corr_arguments'))
      .toBe(`input article_aggregate_bool_exp_corr_arguments {
  X: article_select_column_article_aggregate_bool_exp_corr_arguments_columns!
  Y: article_select_column_article_aggregate_bool_exp_corr_arguments_columns!
}`);
    expect(admin).toContain(
      'select "article_aggregate_bool_exp_bool_or_arguments_columns" columns of table "article"',
    );
    const reader = sdl(artifact, 'reader');
    expect(reader).toContain('input article_aggregate_bool_exp_avg {');
    expect(reader).not.toContain('secret');
    for (const role of ['lister', 'counter', 'stranger'])
      expect(sdl(artifact, role)).not.toContain('aggregate_bool_exp');
  });

  test('follows the naming convention as Hasura does', async () => {
    const camel = stages.compiled(METADATA, {
      namingConventions: true,
      defaultNamingConvention: 'graphql-default',
    });
    const text = sdl(camel, 'admin');
    expect(validateSchema(buildSchema(text))).toEqual([]);
    expect(block(text, 'input ArticleAggregateBoolExp')).toContain(
      'bool_and: articleAggregateBoolExpBool_and',
    );
    expect(block(text, 'input articleAggregateBoolExpCovar_samp')).toContain(
      'arguments: articleAggregateBoolExpCovar_sampArguments!',
    );
    expect(text).toContain('enum ArticleSelectColumnArticleAggregateBoolExpBool_andArgumentsColumns {');
    expect(text).toContain(
      'select "articleAggregateBoolExpBool_andArgumentsColumns" columns of table "article"',
    );
    const answer = await stages.serve(camel)(
      'admin',
      '{ author(where: {articlesAggregate: {bool_and: {arguments: published, predicate: {_isNull: true}}}}) { id } }',
    );
    expect(answer).toEqual({ author: [{ id: 3 }] });
  });

  test('leaves them out with hide_aggregation_predicates', async () => {
    const hidden = stages.compiled(METADATA, { hideAggregatePredicates: true });
    expect(sdl(hidden, 'admin')).not.toContain('aggregate_bool_exp');
    expect(
      await stages.serve(hidden)(
        'admin',
        '{ author(where: {articles_aggregate: {count: {predicate: {_gt: 0}}}}) { id } }',
      ),
    ).toBe(`validation-failed ${PATH} field 'articles_aggregate' not found in type: 'author_bool_exp'`);
  });
});
