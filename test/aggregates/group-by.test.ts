// Aggregates by groups (experimental feature group_by_aggregations), and what other parts of one aggregate see beside
// them.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table author (id int primary key, name text);
create table article (id int primary key, author_id int, kind text, size int, notes json);
insert into author values (1, 'one'), (2, 'two');
insert into article values (1, 1, 'a', 10, '{}'), (2, 1, 'b', 20, '{}'), (3, 1, 'a', 30, '{}'), (4, 2, 'a', 40, '{}'), (5, null, 'c', 50, null);
create sequence calls;
create function counted() returns setof article language plpgsql volatile as
  $$ begin perform nextval('calls'); return query select * from article order by id desc; end $$;
create function author_articles(author author) returns setof article language plpgsql stable as
  $$ begin perform nextval('calls'); return query select * from article where author_id = author.id order by id; end $$;
create function weight(article article) returns int language sql stable as $$ select article.size * 2 $$;
`;

const manual = (name: string, table: string, mapping: Record<string, string>) => ({
  name,
  using: {
    manual_configuration: { remote_table: { schema: 'public', name: table }, column_mapping: mapping },
  },
});

const TABLES: readonly TableMetadata[] = [
  {
    table: { schema: 'public', name: 'author' },
    array_relationships: [manual('articles', 'article', { id: 'author_id' })],
    computed_fields: [
      { name: 'written', definition: { function: { schema: 'public', name: 'author_articles' } } },
    ],
    select_permissions: [{ role: 'reader', permission: { columns: ['id'], filter: {} } }],
  },
  {
    table: { schema: 'public', name: 'article' },
    computed_fields: [{ name: 'weight', definition: { function: { schema: 'public', name: 'weight' } } }],
    select_permissions: [
      {
        role: 'reader',
        permission: {
          columns: ['id', 'kind', 'author_id'],
          filter: { id: { _lte: 4 } },
          limit: 2,
          allow_aggregations: true,
        },
      },
      {
        role: 'sizer',
        permission: { columns: ['id', 'size'], filter: { kind: { _eq: 'b' } }, allow_aggregations: true },
      },
      { role: 'lister', permission: { columns: ['id', 'kind'], filter: {} } },
    ],
  },
];
const METADATA = metadataOf(
  {
    tables: TABLES,
    functions: [{ function: { schema: 'public', name: 'counted' }, configuration: { exposed_as: 'query' } }],
  },
  { inherited_roles: [{ role_name: 'both', role_set: ['reader', 'sizer'] }] },
);

let stages: Stages;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  const artifact = stages.compiled(METADATA, { groupBy: true });
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

describe('groups', () => {
  test('are those of a column, in its order', async () => {
    expect(
      await ask(
        'admin',
        '{ article_aggregate { group_by(keys: {column: kind}) { __typename group_key { __typename kind id } aggregate { count sum { size } } } } }',
      ),
    ).toEqual({
      article_aggregate: {
        group_by: (
          [
            ['a', 3, 80],
            ['b', 1, 20],
            ['c', 1, 50],
          ] as const
        ).map(([kind, count, size]) => ({
          __typename: 'article_group_by',
          group_key: { __typename: 'article_group_by_key_fields', kind, id: null },
          aggregate: { count, sum: { size } },
        })),
      },
    });
  });

  test('are those of several columns, of the rows that are asked for', async () => {
    expect(
      await ask(
        'admin',
        '{ article_aggregate(where: {author_id: {_eq: 1}}, order_by: {id: asc}, limit: 2) { aggregate { count } group_by(keys: [{column: author_id}, {column: kind}]) { group_key { author_id kind } aggregate { count } } nodes { id } } }',
      ),
    ).toEqual({
      article_aggregate: {
        aggregate: { count: 2 },
        group_by: [
          { group_key: { author_id: 1, kind: 'a' }, aggregate: { count: 1 } },
          { group_key: { author_id: 1, kind: 'b' }, aggregate: { count: 1 } },
        ],
        nodes: [{ id: 1 }, { id: 2 }],
      },
    });
  });

  test('are one of all rows without a key, and none of no rows', async () => {
    expect(
      await ask('admin', '{ article_aggregate { group_by(keys: []) { aggregate { count } } } }'),
    ).toEqual({
      article_aggregate: { group_by: [{ aggregate: { count: 5 } }] },
    });
    expect(
      await ask(
        'admin',
        '{ article_aggregate(where: {id: {_gt: 9}}) { group_by(keys: {column: kind}) { aggregate { count } } } }',
      ),
    ).toEqual({ article_aggregate: { group_by: [] } });
  });

  test('stand below relationships', async () => {
    expect(
      await ask(
        'admin',
        '{ author(order_by: {id: asc}) { articles_aggregate { group_by(keys: {column: kind}) { group_key { kind } aggregate { count } } } } }',
      ),
    ).toEqual({
      author: [
        {
          articles_aggregate: {
            group_by: [
              { group_key: { kind: 'a' }, aggregate: { count: 2 } },
              { group_key: { kind: 'b' }, aggregate: { count: 1 } },
            ],
          },
        },
        { articles_aggregate: { group_by: [{ group_key: { kind: 'a' }, aggregate: { count: 1 } }] } },
      ],
    });
  });

  test('have only rows and columns of the role, whatever its limit', async () => {
    const query =
      '{ article_aggregate { group_by(keys: {column: kind}) { group_key { kind } aggregate { count } } nodes { id } } }';
    expect(await ask('reader', query)).toEqual({
      article_aggregate: {
        group_by: [
          { group_key: { kind: 'a' }, aggregate: { count: 3 } },
          { group_key: { kind: 'b' }, aggregate: { count: 1 } },
        ],
        nodes: [{ id: 1 }, { id: 2 }],
      },
    });
    expect(
      await ask('reader', '{ article_aggregate { group_by(keys: {column: size}) { aggregate { count } } } }'),
    ).toBe(
      "validation-failed $.selectionSet.article_aggregate.selectionSet.group_by.args.keys[0].column expected one of the values ['author_id', 'id', 'kind'] for type 'article_select_column', but found 'size'",
    );
    expect(
      await ask('reader', '{ article_aggregate { group_by(keys: []) { group_key { size } } } }'),
    ).toMatch(/field 'size' not found in type: 'article_group_by_key_fields'$/);
    expect(
      await ask('lister', '{ article_aggregate { group_by(keys: []) { aggregate { count } } } }'),
    ).toMatch(/field 'article_aggregate' not found/);
  });

  test('of an inherited role are by null where it does not see the value', async () => {
    expect(
      await ask(
        'both',
        '{ article_aggregate { group_by(keys: {column: size}) { group_key { size } aggregate { count max { size } } } } }',
      ),
    ).toEqual({
      article_aggregate: {
        group_by: [
          { group_key: { size: 20 }, aggregate: { count: 1, max: { size: 20 } } },
          { group_key: { size: null }, aggregate: { count: 3, max: { size: null } } },
        ],
      },
    });
  });

  test.each([
    ['{ article_aggregate { group_by { aggregate { count } } } }', "args missing required field 'keys'"],
    [
      '{ article_aggregate { group_by(keys: {}) { aggregate { count } } } }',
      "args.keys[0] missing required field 'column'",
    ],
    [
      '{ article_aggregate { group_by(keys: {column: notes}) { aggregate { count } } } }',
      "args.keys[0].column column 'notes' of type 'json' cannot be a grouping key",
    ],
    [
      '{ article_aggregate { group_by(keys: []) { nodes { id } } } }',
      "selectionSet.nodes field 'nodes' not found in type: 'article_group_by'",
    ],
  ])('%s is refused', async (query, message) => {
    expect(await ask('admin', query)).toBe(
      `validation-failed $.selectionSet.article_aggregate.selectionSet.group_by.${message}`,
    );
  });

  test('are not there unless the deployment has them', async () => {
    const without = stages.serve(stages.compiled(METADATA));
    expect(
      await without('admin', '{ article_aggregate { group_by(keys: []) { aggregate { count } } } }'),
    ).toBe(
      "validation-failed $.selectionSet.article_aggregate.selectionSet.group_by field 'group_by' not found in type: 'article_aggregate'",
    );
  });

  test('are in the schema, in the source’s naming convention', async () => {
    for (const convention of ['hasura-default', 'graphql-default'] as const) {
      const artifact = stages.compiled(METADATA, {
        groupBy: true,
        namingConventions: true,
        defaultNamingConvention: convention,
      });
      const sdl = printRoleSchema(openArtifact(encodeArtifact(artifact)).role('admin'));
      expect(validateSchema(buildSchema(sdl))).toEqual([]);
      expect(sdl).toContain(
        convention === 'hasura-default' ? '  ): [article_group_by!]!' : '  ): [ArticleGroupBy!]!',
      );
    }
    const camel = stages.compiled(METADATA, {
      groupBy: true,
      namingConventions: true,
      defaultNamingConvention: 'graphql-default',
    });
    expect(
      await stages.serve(camel)(
        'admin',
        '{ articleAggregate { groupBy(keys: {column: authorId}) { groupKey { authorId } aggregate { count } } } }',
      ),
    ).toEqual({
      articleAggregate: {
        groupBy: (
          [
            [1, 3],
            [2, 1],
            [null, 1],
          ] as const
        ).map(([authorId, count]) => ({ groupKey: { authorId }, aggregate: { count } })),
      },
    });
  });
});

describe('a function whose rows several parts look at', () => {
  /** How often functions were called since the last time. */
  const calls = async (): Promise<number> => {
    const { rows } = await stages.client.query<{ n: number }>("select (nextval('calls') - 1)::int as n");
    await stages.client.query('alter sequence calls restart');
    return rows[0]?.n ?? -1;
  };

  test('is called once', async () => {
    await calls();
    expect(
      await ask(
        'admin',
        '{ counted_aggregate(where: {id: {_gt: 1}}, limit: 3) { aggregate { count max { id } } other: aggregate { min { id weight } } group_by(keys: {column: kind}) { group_key { kind } aggregate { count } } nodes { id weight } } }',
      ),
    ).toEqual({
      counted_aggregate: {
        aggregate: { count: 3, max: { id: 5 } },
        other: { min: { id: 3, weight: 60 } },
        group_by: [
          { group_key: { kind: 'a' }, aggregate: { count: 2 } },
          { group_key: { kind: 'c' }, aggregate: { count: 1 } },
        ],
        nodes: [
          { id: 5, weight: 100 },
          { id: 4, weight: 80 },
          { id: 3, weight: 60 },
        ],
      },
    });
    expect(await calls()).toBe(1);
  });

  test('gives its nodes in the order asked for, cut by the role’s limit', async () => {
    expect(
      await ask(
        'reader',
        '{ counted_aggregate(order_by: {id: asc}) { aggregate { count } nodes { id kind } } }',
      ),
    ).toEqual({
      counted_aggregate: {
        aggregate: { count: 4 },
        nodes: [
          { id: 1, kind: 'a' },
          { id: 2, kind: 'b' },
        ],
      },
    });
    expect(
      await ask(
        'reader',
        '{ counted_aggregate(distinct_on: kind, order_by: [{kind: desc}, {id: desc}]) { aggregate { count } nodes { id } } }',
      ),
    ).toEqual({ counted_aggregate: { aggregate: { count: 2 }, nodes: [{ id: 2 }, { id: 4 }] } });
    expect(await ask('reader', '{ counted_aggregate { aggregate { count } nodes { size } } }')).toMatch(
      /field 'size' not found in type: 'article'$/,
    );
  });

  test('is called once for each row as a computed field', async () => {
    await calls();
    expect(
      await ask(
        'admin',
        '{ author(order_by: {id: asc}) { written_aggregate { aggregate { count } nodes { id } } } }',
      ),
    ).toEqual({
      author: [
        { written_aggregate: { aggregate: { count: 3 }, nodes: [{ id: 1 }, { id: 2 }, { id: 3 }] } },
        { written_aggregate: { aggregate: { count: 1 }, nodes: [{ id: 4 }] } },
      ],
    });
    expect(await calls()).toBe(2);
  });
});
