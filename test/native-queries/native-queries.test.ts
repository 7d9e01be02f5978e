// Native queries from the metadata to rows: their arguments, what a list takes, the permissions of their logical models,
// and relationships from and to them.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type {
  LogicalModelMetadata,
  NativeQueryMetadata,
  SelectPermission,
  SourceMetadata,
  TableMetadata,
} from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create type mood as enum ('sad', 'ok');
create table author (id int primary key, name text not null, tenant int not null);
insert into author values (1, 'ann', 1), (2, 'bob', 1), (3, 'eve', 2);
create table article (id int primary key, author_id int not null references author, title text not null, score numeric, tags text[], extra jsonb);
insert into article values
  (1, 1, 'one', 1.5, '{a,b}', '{"deep": {"er": 1}}'), (2, 1, 'two', 2.5, '{}', null), (3, 2, 'three', null, null, null), (4, 3, 'four', 4, '{z}', '[]');
create table secret (word text); insert into secret values ('hidden');
`;

const scalar = (type: string, nullable = false) => ({ scalar: type, nullable });
const perm = (role: string, permission: SelectPermission) => ({ role, permission });

const MODELS: readonly LogicalModelMetadata[] = [
  {
    name: 'scored',
    description: 'What was scored',
    fields: [
      { name: 'id', type: scalar('integer'), description: 'Its number' },
      { name: 'author_id', type: scalar('integer') },
      { name: 'title', type: scalar('text') },
      { name: 'score', type: scalar('numeric', true) },
      { name: 'tags', type: { array: { scalar: 'text' }, nullable: true } },
      { name: 'extra', type: scalar('jsonb', true) },
    ],
    select_permissions: [
      perm('user', {
        columns: ['id', 'title', 'author_id'],
        filter: { author_id: { _eq: 'X-Hasura-User-Id' } },
      }),
      perm('limited', { columns: '*', filter: {}, limit: 1 }),
      perm('twin', { columns: ['score', 'title'], filter: { title: { _eq: 'four' } } }),
      perm('tenant', {
        columns: ['id'],
        filter: {
          _exists: {
            _table: { schema: 'public', name: 'author' },
            _where: { id: { _ceq: ['$', 'author_id'] }, tenant: { _eq: 'X-Hasura-Tenant' } },
          },
        },
      }),
    ],
  },
  {
    name: 'writer',
    fields: [
      { name: 'id', type: scalar('integer') },
      { name: 'name', type: scalar('text') },
      { name: 'articles', type: { array: { logical_model: 'scored' } } },
      { name: 'best', type: { logical_model: 'scored' } },
    ],
    select_permissions: [
      perm('user', { columns: ['name', 'id'], filter: {} }),
      perm('nobody', { columns: [], filter: {} }),
    ],
  },
  { name: 'word', fields: [{ name: 'said', type: 'text', nullable: true }] },
];

const scored = (where: string): string =>
  `select id, author_id, title, score, tags, extra from article where ${where}`;

const QUERIES: readonly NativeQueryMetadata[] = [
  { root_field_name: 'all_scored', code: `${scored('true')} order by id -- all of them`, returns: 'scored' },
  {
    root_field_name: 'scored_above',
    description: 'Those above',
    code: `with picked as (${scored('score > {{least}} or {{least}} is null')}) select * from picked where title like {{ like }};`,
    arguments: {
      least: { type: 'numeric', nullable: true, description: 'How much' },
      like: { type: 'text' },
    },
    returns: 'scored',
  },
  {
    root_field_name: 'writers',
    code: 'select id, name from author order by id',
    returns: 'writer',
    array_relationships: [
      {
        name: 'articles',
        using: {
          column_mapping: { id: 'author_id' },
          remote_native_query: 'all_scored',
          insertion_order: null,
        },
      },
      {
        name: 'rows',
        using: { column_mapping: { id: 'author_id' }, remote_table: { schema: 'public', name: 'article' } },
      },
    ],
    object_relationships: [
      {
        name: 'best',
        using: {
          manual_configuration: { column_mapping: { id: 'author_id' }, native_query: 'scored_above' },
        },
      },
      {
        name: 'row',
        using: { column_mapping: { id: 'id' }, remote_table: { schema: 'public', name: 'author' } },
      },
    ],
  },
  {
    root_field_name: 'echo',
    code: `select {{word}} as said, {{n}}, {{moods}}, {{at}}, {{doc}}`,
    arguments: {
      word: { type: 'text', nullable: true },
      n: { type: 'bigint', nullable: true },
      moods: { type: 'mood[]', nullable: true },
      at: { type: 'timestamp with time zone', nullable: true },
      doc: { type: 'jsonb', nullable: true },
    },
    returns: 'word',
  },
];

const AUTHOR: TableMetadata = {
  table: { schema: 'public', name: 'author' },
  select_permissions: [
    perm('user', { columns: ['name'], filter: { tenant: { _eq: 1 } } }),
    perm('tenant', { columns: ['id', 'name'], filter: {} }),
  ],
  array_relationships: [
    {
      name: 'scored',
      using: {
        manual_configuration: { column_mapping: { id: 'author_id' }, remote_native_query: 'scored_above' },
      },
    },
    {
      name: 'all',
      using: { manual_configuration: { column_mapping: { id: 'author_id' }, native_query: 'all_scored' } },
    },
  ],
  object_relationships: [
    {
      name: 'writer',
      using: { manual_configuration: { column_mapping: { id: 'id' }, native_query: 'writers' } },
    },
  ],
};
const ARTICLE: TableMetadata = {
  table: { schema: 'public', name: 'article' },
  select_permissions: [perm('user', { columns: ['title'], filter: { title: { _neq: 'two' } } })],
};

const SOURCE: Partial<SourceMetadata> = {
  tables: [AUTHOR, ARTICLE],
  native_queries: QUERIES,
  logical_models: MODELS,
};

let stages: Stages;
let artifact: Artifact;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  artifact = stages.compiled(
    metadataOf(SOURCE, { inherited_roles: [{ role_name: 'both', role_set: ['user', 'twin'] }] }),
  );
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

const USER = { session: { 'x-hasura-user-id': '1' } };

describe('a native query', () => {
  test.each([
    [
      'its rows',
      '{ all_scored { id title __typename } }',
      [1, 2, 3, 4].map((id) => ({
        id,
        title: ['one', 'two', 'three', 'four'][id - 1],
        __typename: 'scored',
      })),
      'all_scored',
    ],
    [
      'a filter',
      '{ all_scored(where: {_or: [{tags: {_contains: ["z"]}}, {score: {_lt: 2}}]}) { id } }',
      [{ id: 1 }, { id: 4 }],
      'all_scored',
    ],
    [
      'order, limit and offset',
      '{ all_scored(order_by: [{score: desc_nulls_last}], limit: 2, offset: 1) { id score } }',
      [
        { id: 2, score: 2.5 },
        { id: 1, score: 1.5 },
      ],
      'all_scored',
    ],
    [
      'distinct',
      '{ all_scored(distinct_on: [author_id], order_by: [{author_id: asc}, {id: desc}]) { id } }',
      [{ id: 2 }, { id: 3 }, { id: 4 }],
      'all_scored',
    ],
    [
      'json paths and arrays',
      '{ all_scored(where: {id: {_eq: 1}}) { extra(path: "deep.er") tags } }',
      [{ extra: 1, tags: ['a', 'b'] }],
      'all_scored',
    ],
    [
      'arguments, used more than once',
      '{ scored_above(args: {least: 2, like: "%o%"}, order_by: {id: asc}) { id } }',
      [{ id: 2 }, { id: 4 }],
      'scored_above',
    ],
    [
      'null and absent arguments',
      '{ scored_above(args: {like: "t%", least: null}, order_by: {id: asc}) { id } }',
      [{ id: 2 }, { id: 3 }],
      'scored_above',
    ],
    [
      'an absent nullable argument',
      '{ scored_above(args: {like: "t%"}, order_by: {id: asc}) { id } }',
      [{ id: 2 }, { id: 3 }],
      'scored_above',
    ],
    ['nothing', '{ scored_above(args: {like: "nope"}) { id } }', [], 'scored_above'],
  ])('gives %s', async (_, query, rows, field) => {
    expect(await ask('admin', query)).toEqual({ [field]: rows });
  });

  test('twice in one operation, each with its own arguments', async () => {
    expect(
      await ask(
        'admin',
        '{ a: scored_above(args: {like: "one"}) { id } b: scored_above(args: {like: "two"}) { id } }',
      ),
    ).toEqual({ a: [{ id: 1 }], b: [{ id: 2 }] });
  });

  test.each([
    [
      'query ($args: scored_above_arguments!) { scored_above(args: $args) { id } }',
      { args: { like: 'one', least: '1.2' } },
    ],
    ['query ($like: String!) { scored_above(args: {like: $like}) { id } }', { like: 'one' }],
    [
      'query ($like: String!, $least: numeric) { scored_above(args: {like: $like, least: $least}) { id } }',
      { like: 'one' },
    ],
  ])('takes variables: %s', async (query, variables) => {
    expect(await ask('admin', query, { variables })).toEqual({ scored_above: [{ id: 1 }] });
  });

  test.each([
    [
      '{ scored_above { id } }',
      "validation-failed $.selectionSet.scored_above.args.args missing required field 'args'",
    ],
    [
      '{ scored_above(args: {}) { id } }',
      "validation-failed $.selectionSet.scored_above.args.args.like missing required field 'like'",
    ],
    [
      '{ scored_above(args: {like: null}) { id } }',
      "validation-failed $.selectionSet.scored_above.args.args.like unexpected null value for type 'String'",
    ],
    [
      '{ scored_above(args: null) { id } }',
      "validation-failed $.selectionSet.scored_above.args.args expected an object for type 'scored_above_arguments', but found null",
    ],
    [
      '{ scored_above(args: {like: "x", more: 1}) { id } }',
      "validation-failed $.selectionSet.scored_above.args.args.more field 'more' not found in type: 'scored_above_arguments'",
    ],
    [
      '{ scored_above(args: {like: 1}) { id } }',
      "validation-failed $.selectionSet.scored_above.args.args.like expected a string for type 'String', but found an integer",
    ],
    [
      'query ($like: String) { scored_above(args: {like: $like}) { id } }',
      "validation-failed $.selectionSet.scored_above.args.args.like variable 'like' is declared as 'String', but used where 'String!' is expected",
    ],
    [
      '{ all_scored(args: {}) { id } }',
      "validation-failed $.selectionSet.all_scored 'all_scored' has no argument named 'args'",
    ],
    [
      '{ all_scored_aggregate { aggregate { count } } }',
      "validation-failed $.selectionSet.all_scored_aggregate field 'all_scored_aggregate' not found in type: 'query_root'",
    ],
    [
      '{ all_scored(where: {secret: {}}) { id } }',
      "validation-failed $.selectionSet.all_scored.args.where.secret field 'secret' not found in type: 'scored_bool_exp'",
    ],
    [
      '{ all_scored { secret } }',
      "validation-failed $.selectionSet.all_scored.selectionSet.secret field 'secret' not found in type: 'scored'",
    ],
    [
      '{ all_scored(distinct_on: [secret]) { id } }',
      "validation-failed $.selectionSet.all_scored.args.distinct_on[0] expected one of the values ['author_id', 'extra', 'id', 'score', 'tags', 'title'] for type 'scored_enum_name', but found 'secret'",
    ],
  ])('refuses %s', async (query, error) => {
    expect(await ask('admin', query)).toBe(error);
  });
});

describe('hostile values are values', () => {
  const HOSTILE = [
    "' or true --",
    "'; drop table secret; --",
    '"; select 1',
    '{{n}}',
    '$1',
    ') as x, secret (',
    "\\'",
    '/* */ -- \n',
    '$$ $tag$',
    "x'::text) union all select word from secret --",
  ];

  test.each(HOSTILE)('%j', async (word) => {
    expect(
      await ask('admin', 'query ($word: String) { echo(args: {word: $word}) { said } }', {
        variables: { word },
      }),
    ).toEqual({ echo: [{ said: word }] });
    expect(await ask('admin', `{ echo(args: {word: ${JSON.stringify(word)}}) { said } }`)).toEqual({
      echo: [{ said: word }],
    });
    expect(await ask('admin', `{ scored_above(args: {like: ${JSON.stringify(word)}}) { id } }`)).toEqual({
      scored_above: [],
    });
    const { rows } = await stages.client.query('select word from secret');
    expect(rows).toEqual([{ word: 'hidden' }]);
  });

  test.each([
    ['{ echo(args: {n: "1; drop table secret"}) { said } }'],
    ['{ echo(args: {moods: ["sad\'; drop table secret --"]}) { said } }'],
    ['{ echo(args: {at: "now\'); drop table secret --"}) { said } }'],
    ['{ echo(args: {word: "\\u0000"}) { said } }'],
  ])('%s is refused', async (query) => {
    await expect(
      Promise.resolve()
        .then(() => ask('admin', query))
        .catch(String),
    ).resolves.toMatch(/data-exception|invalid input|validation-failed|parse-failed/);
    const { rows } = await stages.client.query('select word from secret');
    expect(rows).toEqual([{ word: 'hidden' }]);
  });
});

describe('permissions', () => {
  test('are those of the logical model: rows and columns', async () => {
    expect(await ask('user', '{ all_scored(order_by: {id: asc}) { id title } }', USER)).toEqual({
      all_scored: [
        { id: 1, title: 'one' },
        { id: 2, title: 'two' },
      ],
    });
    expect(await ask('user', '{ scored_above(args: {like: "four"}) { id } }', USER)).toEqual({
      scored_above: [],
    });
  });

  test.each([
    [
      'user',
      '{ all_scored { score } }',
      "$.selectionSet.all_scored.selectionSet.score field 'score' not found in type: 'scored'",
    ],
    [
      'user',
      '{ all_scored(where: {score: {_gt: 1}}) { id } }',
      "$.selectionSet.all_scored.args.where.score field 'score' not found in type: 'scored_bool_exp'",
    ],
    [
      'user',
      '{ all_scored(order_by: [{score: asc}]) { id } }',
      "$.selectionSet.all_scored.args.order_by[0].score field 'score' not found in type: 'scored_order_by'",
    ],
    [
      'user',
      '{ all_scored(distinct_on: [score]) { id } }',
      "$.selectionSet.all_scored.args.distinct_on[0] expected one of the values ['author_id', 'id', 'title'] for type 'scored_enum_name', but found 'score'",
    ],
    ['user', '{ echo { said } }', "$.selectionSet.echo field 'echo' not found in type: 'query_root'"],
    [
      'nobody',
      '{ all_scored { id } }',
      "$.selectionSet.all_scored field 'all_scored' not found in type: 'query_root'",
    ],
    [
      'stranger',
      '{ all_scored { id } }',
      "$.selectionSet.all_scored field 'all_scored' not found in type: 'query_root'",
    ],
    [
      'limited',
      '{ writers { id } }',
      "$.selectionSet.writers field 'writers' not found in type: 'query_root'",
    ],
  ])('%s may not: %s', async (role, query, error) => {
    expect(await ask(role, query, USER)).toBe(`validation-failed ${error}`);
  });

  test('limit the rows', async () => {
    expect(await ask('limited', '{ all_scored(order_by: {id: desc}) { id } }')).toEqual({
      all_scored: [{ id: 4 }],
    });
  });

  test('look into tables', async () => {
    const session = { 'x-hasura-tenant': '2' };
    expect(await ask('tenant', '{ all_scored { id } }', { session })).toEqual({ all_scored: [{ id: 4 }] });
    expect(await ask('tenant', '{ all_scored { id } }')).toBe(
      'not-found $ missing session variable: "x-hasura-tenant"',
    );
  });

  test('are inherited: of each row the values that a parent shows', async () => {
    expect(await ask('both', '{ all_scored(order_by: {title: asc}) { id title score } }', USER)).toEqual({
      all_scored: [
        { id: null, title: 'four', score: 4 },
        { id: 1, title: 'one', score: null },
        { id: 2, title: 'two', score: null },
      ],
    });
  });
});

describe('relationships', () => {
  test('lead from native queries to native queries and tables', async () => {
    const query = `{ writers(where: {id: {_lt: 3}}) {
      __typename name
      articles(order_by: {id: desc}, limit: 1) { id __typename }
      best(args: {like: "%e%"}) { title }
      rows(order_by: {id: asc}, where: {score: {_is_null: false}}) { id }
      row { name }
    } }`;
    expect(await ask('admin', query)).toEqual({
      writers: [
        {
          __typename: 'writers',
          name: 'ann',
          articles: [{ id: 2, __typename: 'scored' }],
          best: { title: 'one' },
          rows: [{ id: 1 }, { id: 2 }],
          row: { name: 'ann' },
        },
        {
          __typename: 'writers',
          name: 'bob',
          articles: [{ id: 3, __typename: 'scored' }],
          best: { title: 'three' },
          rows: [],
          row: { name: 'bob' },
        },
      ],
    });
  });

  test('lead from tables to native queries', async () => {
    const query = `{ author(order_by: {id: asc}, limit: 2) { name
      scored(args: {like: "t%"}, order_by: {id: asc}) { id } all(where: {id: {_lt: 3}}) { title } writer { name row { id } } } }`;
    expect(await ask('admin', query)).toEqual({
      author: [
        {
          name: 'ann',
          scored: [{ id: 2 }],
          all: [{ title: 'one' }, { title: 'two' }],
          writer: { name: 'ann', row: { id: 1 } },
        },
        { name: 'bob', scored: [{ id: 3 }], all: [], writer: { name: 'bob', row: { id: 2 } } },
      ],
    });
  });

  test('show what a mutation wrote', async () => {
    const mutation = `mutation {
      update_article(where: {id: {_eq: 4}}, _set: {title: "4th"}) { returning { id } }
      update_author(where: {id: {_eq: 3}}, _set: {name: "Eve"}) { returning { writer { name } all { title } } }
    }`;
    expect(await ask('admin', mutation)).toEqual({
      update_article: { returning: [{ id: 4 }] },
      update_author: { returning: [{ writer: { name: 'Eve' }, all: [{ title: '4th' }] }] },
    });
    await stages.client.query(
      "update author set name = 'eve' where id = 3; update article set title = 'four' where id = 4",
    );
  });

  test('bring the permissions of both ends', async () => {
    const query =
      '{ writers { name articles { id } rows { title } row { name } } author { name all { id } } }';
    expect(await ask('user', query, USER)).toEqual({
      writers: [
        { name: 'ann', articles: [{ id: 1 }, { id: 2 }], rows: [{ title: 'one' }], row: { name: 'ann' } },
        { name: 'bob', articles: [], rows: [{ title: 'three' }], row: { name: 'bob' } },
        { name: 'eve', articles: [], rows: [{ title: 'four' }], row: null },
      ],
      author: [
        { name: 'ann', all: [{ id: 1 }, { id: 2 }] },
        { name: 'bob', all: [] },
      ],
    });
  });

  test.each([
    [
      'tenant',
      '{ author { writer { id } } }',
      "$.selectionSet.author.selectionSet.writer field 'writer' not found in type: 'author'",
    ],
    [
      'admin',
      '{ author(where: {all: {id: {_eq: 1}}}) { id } }',
      "$.selectionSet.author.args.where.all field 'all' not found in type: 'author_bool_exp'",
    ],
    [
      'admin',
      '{ author(order_by: [{writer: {id: asc}}]) { id } }',
      "$.selectionSet.author.args.order_by[0].writer field 'writer' not found in type: 'author_order_by'",
    ],
    [
      'admin',
      '{ author { all_aggregate { aggregate { count } } } }',
      "$.selectionSet.author.selectionSet.all_aggregate field 'all_aggregate' not found in type: 'author'",
    ],
    [
      'admin',
      '{ writers(where: {row: {id: {_eq: 1}}}) { id } }',
      "$.selectionSet.writers.args.where.row field 'row' not found in type: 'writer_bool_exp'",
    ],
    [
      'admin',
      '{ writers { rows_aggregate { aggregate { count } } } }',
      "$.selectionSet.writers.selectionSet.rows_aggregate field 'rows_aggregate' not found in type: 'writers'",
    ],
    [
      'admin',
      '{ writers { best { id } } }',
      "$.selectionSet.writers.selectionSet.best.args.args missing required field 'args'",
    ],
  ])('%s may not: %s', async (role, query, error) => {
    expect(await ask(role, query, USER)).toBe(`validation-failed ${error}`);
  });
});

describe('a logical model of the query’s own', () => {
  const INLINE: NativeQueryMetadata = {
    root_field_name: 'inline',
    description: 'Written out',
    code: 'select id, name from author',
    returns: {
      fields: [
        { name: 'id', type: scalar('int') },
        { name: 'name', type: scalar('text') },
      ],
      select_permissions: [perm('user', { columns: ['name'], filter: { id: { _eq: 'X-Hasura-User-Id' } } })],
    },
  };

  test('is called as the query, and has permissions', async () => {
    const own = stages.serve(stages.compiled(metadataOf({ native_queries: [INLINE] })));
    expect(await own('admin', '{ inline(where: {id: {_eq: 2}}) { name __typename } }')).toEqual({
      inline: [{ name: 'bob', __typename: 'inline' }],
    });
    expect(await own('user', '{ inline { name } }', USER)).toEqual({ inline: [{ name: 'ann' }] });
    expect(await own('user', '{ inline { id } }', USER)).toMatch(
      /^validation-failed .* field 'id' not found/,
    );
    expect(await own('other', '{ inline { name } }')).toMatch(
      /^validation-failed .* field 'inline' not found/,
    );
  });

  test('has relationships', async () => {
    const using = { column_mapping: { id: 'id' }, remote_native_query: 'inline' };
    const related = { ...INLINE, object_relationships: [{ name: 'again', using }] };
    const own = stages.serve(stages.compiled(metadataOf({ native_queries: [related] })));
    expect(await own('user', '{ inline { name again { name again { name } } } }', USER)).toEqual({
      inline: [{ name: 'ann', again: { name: 'ann', again: { name: 'ann' } } }],
    });
  });

  test('shares no name with another', () => {
    const { inconsistencies } = stages.compiled(
      metadataOf({ native_queries: [INLINE], logical_models: [{ name: 'inline', fields: [] }] }),
    );
    expect(inconsistencies.map((i) => i.reason)).toEqual([
      "Inconsistent object: found conflicting definitions for GraphQL type 'inline' in [logical_model inline in source default, native_query inline in source default]",
    ]);
  });
});

describe('what does not fit together', () => {
  const model: LogicalModelMetadata = { name: 'm', fields: [{ name: 'a', type: 'int' }] };
  const query: NativeQueryMetadata = { root_field_name: 'q', code: 'select 1 as a', returns: 'm' };
  const related = (name: string, mapping: Record<string, string>, table: string): NativeQueryMetadata => ({
    ...query,
    object_relationships: [
      { name, using: { column_mapping: mapping, remote_table: { schema: 'public', name: table } } },
    ],
  });

  test.each<[string, Partial<SourceMetadata>, readonly string[]]>([
    ['a missing model', { native_queries: [query] }, ['The logical model m could not be found']],
    [
      'a field of a field without a relationship',
      {
        logical_models: [model, { name: 'n', fields: [{ name: 'x', type: { logical_model: 'm' } }] }],
        native_queries: [{ ...query, returns: 'n' }],
      },
      ["Unexpected logical model object field 'x'."],
    ],
    [
      'a list of fields without a relationship',
      {
        logical_models: [
          model,
          { name: 'n', fields: [{ name: 'x', type: { array: { logical_model: 'm' } } }] },
        ],
        native_queries: [{ ...query, returns: 'n' }],
      },
      ["Unexpected logical model array field 'x'."],
    ],
    [
      'names that are none',
      {
        logical_models: [
          { ...model, name: 'no name' },
          { name: 'n', fields: [{ name: 'a-b', type: 'int' }] },
        ],
        native_queries: [{ ...query, root_field_name: '1' }],
      },
      ['no name', 'a-b', '1'].map(
        (name) =>
          `cannot include "${name}" in the GraphQL schema because it is not a valid GraphQL identifier`,
      ),
    ],
    [
      'a relationship to what is not tracked',
      { logical_models: [model], native_queries: [related('r', { a: 'id' }, 'nope')] },
      ['table "nope" is not tracked'],
    ],
    [
      'a relationship over a column that is not there',
      {
        tables: [AUTHOR],
        logical_models: [...MODELS, model],
        native_queries: [...QUERIES.slice(0, 3), related('r', { b: 'id' }, 'author')],
      },
      ['table "article" is not tracked', 'logical model "m" has no field named "b"'],
    ],
    [
      'a relationship over a column of the table that is not there',
      {
        tables: [{ table: { schema: 'public', name: 'author' } }],
        logical_models: [model],
        native_queries: [related('r', { a: 'x' }, 'author')],
      },
      ['table "author" has no field named "x"'],
    ],
    [
      'a relationship called as a column',
      {
        tables: [{ table: { schema: 'public', name: 'author' } }],
        logical_models: [model],
        native_queries: [related('a', { a: 'id' }, 'author')],
      },
      ['the field "a" is a column of the logical model already'],
    ],
    [
      'a type that belongs to a table',
      {
        tables: [{ table: { schema: 'public', name: 'author' } }],
        logical_models: [{ ...model, name: 'author' }],
      },
      [
        "found conflicting definitions for GraphQL type 'author' in [table author in source default, logical_model author in source default]",
      ],
    ],
    [
      'a permission on a column that is not there',
      {
        logical_models: [{ ...model, select_permissions: [perm('user', { columns: ['b'], filter: {} })] }],
        native_queries: [query],
      },
      ['in logical model "m": in permission for role "user": column "b" does not exist'],
    ],
    [
      'a permission of a model that no query returns',
      {
        logical_models: [
          { ...model, select_permissions: [perm('user', { columns: '*', filter: { b: 1 } })] },
        ],
      },
      ['in logical model "m": in permission for role "user": "b" does not exist in logical model "m"'],
    ],
    [
      'a permission of admin',
      {
        logical_models: [{ ...model, select_permissions: [perm('admin', { columns: ['a'], filter: {} })] }],
        native_queries: [query],
      },
      ['in logical model "m": in permission for role "admin": cannot define permission for admin role'],
    ],
    [
      'a filter over a relationship to a native query',
      {
        tables: [
          {
            ...AUTHOR,
            object_relationships: [],
            select_permissions: [perm('user', { columns: '*', filter: { all: { id: 1 } } })],
          },
        ],
        logical_models: MODELS,
        native_queries: QUERIES.slice(0, 2),
      },
      ['in table "author": in permission for role "user": the relationship "all" cannot be part of a filter'],
    ],
  ])('%s', (_, source, reasons) => {
    const { inconsistencies } = stages.compiled(metadataOf(source));
    expect(inconsistencies.map((i) => i.reason)).toEqual(
      reasons.map((reason) => `Inconsistent object: ${reason}`),
    );
  });

  test('a permission that cannot be read takes the query away', async () => {
    const broken = perm('user', { columns: ['a'], filter: { nope: 1 } });
    const own = stages.serve(
      stages.compiled(
        metadataOf({ logical_models: [{ ...model, select_permissions: [broken] }], native_queries: [query] }),
      ),
    );
    expect(await own('user', '{ q { a } }')).toMatch(/^validation-failed .* field 'q' not found/);
    expect(await own('admin', '{ q { a } }')).toEqual({ q: [{ a: 1 }] });
  });
});

describe('the schema', () => {
  test.each(['admin', 'user', 'nobody', 'limited', 'both'])('of %s is valid', (role) => {
    const text = printRoleSchema(openArtifact(encodeArtifact(artifact)).role(role));
    expect(validateSchema(buildSchema(text))).toEqual([]);
  });

  test.each([
    [
      'type scored {',
      'author_id: Int!',
      'extra(',
      '): jsonb',
      'id: Int!',
      'score: numeric',
      'tags: [String!]',
    ],
    [
      'type writers {',
      'articles(',
      '): [scored!]',
      'best(',
      '): scored',
      'rows(',
      '): [article!]!',
      'row: author',
    ],
    ['input scored_above_arguments {', 'least: numeric', 'like: String!'],
    ['enum scored_enum_name {', 'author_id', 'extra', 'id', 'score', 'tags', 'title'],
    [
      'input writer_bool_exp {',
      '_and: [writer_bool_exp!]',
      'id: Int_comparison_exp',
      'name: String_comparison_exp',
    ],
    ['input writer_order_by {', 'id: order_by', 'name: order_by'],
    ['type query_root {', 'all_scored(', '): [scored!]!', 'args: scored_above_arguments!', '): [writers!]!'],
  ])('has %s', (head, ...members) => {
    const text = printRoleSchema(openArtifact(encodeArtifact(artifact)).role('admin'));
    const lines = text.slice(text.indexOf(`\n${head}\n`) + 1).split('\n');
    const block = lines.slice(0, lines.indexOf('}')).map((line) => line.trim());
    expect(block[0]).toBe(head);
    for (const member of members) expect(block).toContain(member);
  });

  test('has no aggregates of what is related to a native query, which cannot be asked for', async () => {
    const text = printRoleSchema(openArtifact(encodeArtifact(artifact)).role('admin'));
    expect(text).toContain('article_aggregate');
    expect(text).not.toMatch(/^ {2}(rows|articles)_aggregate\(/m);
    expect(await ask('admin', '{ writers { rows_aggregate { aggregate { count } } } }')).toBe(
      "validation-failed $.selectionSet.writers.selectionSet.rows_aggregate field 'rows_aggregate' not found in type: 'writers'",
    );
  });

  test('has Hasura’s descriptions', () => {
    const printed = printRoleSchema(openArtifact(encodeArtifact(artifact)).role('admin'));
    const text = printed.replaceAll(/\s*"""\s*/g, '§');
    for (const [description, member] of [
      ['What was scored', 'type scored {'],
      ['Its number', 'id: Int!'],
      ['Those above', 'scored_above('],
      ['How much', 'least: numeric'],
      ['Native Query argument like', 'like: String!'],
      ['scored_aboveNative Query Arguments', 'input scored_above_arguments {'],
      ['Ordering options when selecting data from "scored".', 'input scored_order_by {'],
      [
        `Boolean expression to filter rows from the logical model for "scored". All fields are combined with a logical 'AND'.`,
        'input scored_bool_exp {',
      ],
    ]) {
      expect(text).toContain(`§${description}§${member}`);
    }
  });
});
