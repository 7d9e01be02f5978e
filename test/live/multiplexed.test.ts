// Subscriptions as one statement for many subscribers: each gets what a query of its own would give, and only when it
// changed; and streams from batch to batch.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Session } from '../../src/auth/types.ts';
import { HedgeError } from '../../src/error/hedge-error.ts';
import { bind } from '../../src/execute/bind.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import type { SubscriptionAnswer } from '../../src/plan/subscription.ts';
import type { CohortValues } from '../../src/sql/multiplexed.ts';
import { multiplexedParameters } from '../../src/sql/multiplexed.ts';
import { type Ask, metadataOf, type Stages, startStages } from '../support/stages.ts';

const SQL = `
create table author (id int primary key, name text not null, tags text[], data jsonb);
create table article (
  id int primary key, author_id int not null references author, title text not null, priority int, at timestamptz);
insert into author select n, 'author ' || n, array['a' || n, 'b'], jsonb_build_object('n', n) from generate_series(1, 5) n;
insert into article
  select n, 1 + n % 5, 'title "' || n || '"', n / 3, '2026-01-01'::timestamptz + n * interval '1 hour'
  from generate_series(1, 20) n;
create function mine(hasura_session json) returns setof article language sql stable as
  $$ select * from article where author_id = (hasura_session->>'x-hasura-user-id')::int $$;
`;

const fk = (name: string, using: unknown): object => ({ name, using: { foreign_key_constraint_on: using } });
const OWN = { author_id: 'X-Hasura-User-Id' };
const METADATA = metadataOf({
  tables: [
    {
      table: { schema: 'public', name: 'author' },
      array_relationships: [
        fk('articles', { table: { schema: 'public', name: 'article' }, column: 'author_id' }) as never,
      ],
      select_permissions: [
        { role: 'user', permission: { columns: ['id', 'name', 'tags', 'data'], filter: {} } },
      ],
    },
    {
      table: { schema: 'public', name: 'article' },
      configuration: { column_config: { priority: { custom_name: 'rank' } } },
      object_relationships: [fk('author', 'author_id') as never],
      select_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['id', 'title', 'priority', 'at'],
            filter: OWN,
            limit: 3,
            allow_aggregations: true,
          },
        },
        {
          role: 'narrow',
          permission: { columns: ['id'], filter: {}, subscription_root_fields: ['select_by_pk'] },
        },
      ],
    },
  ],
  functions: [
    { function: { schema: 'public', name: 'mine' }, configuration: { session_argument: 'hasura_session' } },
  ],
});

let stages: Stages;
let ask: Ask;
let view: ReturnType<typeof openArtifact>;

beforeAll(async () => {
  stages = await startStages(SQL);
  const artifact = stages.compiled(METADATA);
  expect(artifact.inconsistencies).toEqual([]);
  view = openArtifact(encodeArtifact(artifact));
  ask = stages.serve(artifact);
});

afterAll(() => stages.stop());

interface Subscribed {
  readonly plan: Plan;
  readonly answer: SubscriptionAnswer;
}

function subscribe(role: string, query: string, variables: Record<string, unknown> = {}): Subscribed {
  const operation = selectOperation(parse(query), undefined);
  const settings = { stringifyNumericTypes: false, booleanNullCollapse: false };
  const made = plan(view.role(role), operation, variables, settings);
  if (made.answer.kind !== 'subscription') throw new Error(`a ${made.answer.kind}`);
  return { plan: made, answer: made.answer };
}

function sessionOf(role: string, user: string): Session {
  const variables = new Map([
    ['x-hasura-role', role],
    ['x-hasura-user-id', user],
  ]);
  return { role, variables, trusted: true, backend: false, expiresAt: null };
}

interface Row {
  readonly cohort: number;
  readonly hash: string | null;
  readonly data: unknown;
  readonly cursor: string[] | null;
}

async function run({ answer }: Subscribed, cohorts: readonly CohortValues[]): Promise<readonly Row[]> {
  const values = [...multiplexedParameters(answer.statement.constants, cohorts)];
  const { rows } = await stages.client.query<[string, string | null, string, string | null | undefined]>({
    text: answer.statement.text,
    values,
    rowMode: 'array',
  });
  return rows
    .map(([n, hash, data, cursor]) => ({
      cohort: Number(n) - 1,
      hash,
      data: JSON.parse(data) as unknown,
      cursor: cursor == null ? null : (JSON.parse(cursor) as string[]),
    }))
    .toSorted((a, b) => a.cohort - b.cohort);
}

function valuesOf({ plan: made, answer }: Subscribed, session: Session, variables = {}): readonly string[] {
  return bind(made, answer.statement.bindings, { session, variables });
}

describe('a live query', () => {
  it.each([
    ['a list', 'subscription { article(order_by: {id: asc}) { id title author { name } } }', {}],
    ['a literal', 'subscription { article(where: {id: {_gt: 7}}, limit: 2) { id } }', {}],
    [
      'variables',
      'subscription($n: Int!, $t: String, $l: Int) { article(where: {id: {_lt: $n}, title: {_ilike: $t}}, limit: $l) { id } }',
      { n: 15, t: '%"1%', l: 2 },
    ],
    [
      'a list of values',
      'subscription($i: [Int!]) { article(where: {id: {_in: $i}}) { id } }',
      { i: [1, 6, 11, 2] },
    ],
    ['a row by its key', 'subscription($id: Int!) { article_by_pk(id: $id) { id rank at } }', { id: 6 }],
    ['aggregates', 'subscription { article_aggregate { aggregate { count max { id } } nodes { id } } }', {}],
    ['a function of the session', 'subscription { mine(order_by: {id: desc}) { id } }', {}],
    [
      'json and arrays',
      `subscription($d: jsonb, $t: [String!]) {
        author(where: {data: {_contains: $d}, tags: {_contains: $t}}) { id data(path: "n") tags }
      }`,
      { d: { n: 2 }, t: ['b', 'a2'] },
    ],
    [
      'an alias',
      'subscription { mine: article(where: {author: {name: {_neq: "it\'s"}}}) { number: id } }',
      {},
    ],
    [
      'several fields, where it is asked for',
      'subscription @_multiple_top_level_fields { some: article(limit: 1) { id } author(order_by: {id: asc}) { name } }',
      {},
    ],
  ])('gives each subscriber what a query would: %s', async (_, query, variables) => {
    const subscribed = subscribe('user', query, variables);
    const users = ['1', '2', '5', '99'];
    const cohorts = users.map((user) => ({
      values: valuesOf(subscribed, sessionOf('user', user), variables),
      cursor: null,
      hash: null,
    }));
    const rows = await run(subscribed, cohorts);
    const asked: unknown[] = [];
    for (const user of users) {
      const session = { 'x-hasura-user-id': user };
      asked.push(await ask('user', query.replace(/subscription(?: @\w+)?/, 'query'), { session, variables }));
    }
    expect(rows.map(({ data }) => data)).toEqual(asked);
    const again = cohorts.map((cohort, n) => ({ ...cohort, hash: rows[n]?.hash ?? null }));
    expect(await run(subscribed, again)).toEqual([]);
  });

  it('gives what changed, and nothing else', async () => {
    const subscribed = subscribe('user', 'subscription { article(order_by: {id: asc}) { title } }');
    const users = ['1', '2', '3'];
    const cohorts = users.map((user) => ({
      values: valuesOf(subscribed, sessionOf('user', user)),
      cursor: null,
      hash: null,
    }));
    const before = await run(subscribed, cohorts);
    await stages.client.query("update article set title = 'new' where id = 1");
    const changed = await run(
      subscribed,
      cohorts.map((cohort, n) => ({ ...cohort, hash: before[n]?.hash ?? null })),
    );
    expect(changed.map(({ cohort, data }) => [cohort, data])).toEqual([
      [1, { article: [{ title: 'new' }, { title: 'title "6"' }, { title: 'title "11"' }] }],
    ]);
  });

  it('has the same statement for all subscribers with variables of one shape', () => {
    const text = 'subscription($n: Int!) { article(where: {id: {_gt: $n}}) { id } }';
    const [one, other] = [subscribe('user', text, { n: 1 }), subscribe('user', text, { n: 2 })];
    expect(one.answer.statement).toEqual(other.answer.statement);
  });
});

describe('the tables of a subscription', () => {
  it.each([
    ['admin', '{ author { id } }', ['public.author']],
    [
      'admin',
      '{ author(where: {name: {_eq: "from \\"public\\".\\"article\\""}}) { id articles { id } } }',
      ['public.article', 'public.author'],
    ],
    ['admin', '{ article(where: {author: {id: {_eq: 1}}}) { id } }', ['public.article', 'public.author']],
    ['admin', '{ mine { id } }', null],
    [
      'admin',
      '{ article_stream(batch_size: 1, cursor: {initial_value: {id: 1}}) { id } }',
      ['public.article'],
    ],
  ])('of %s: %s', (role, query, tables) => {
    expect(subscribe(role, `subscription ${query}`).answer.tables).toEqual(tables);
  });
});

describe('a stream', () => {
  async function batches(
    role: string,
    query: string,
    count: number,
    { user = '1', variables = {} }: { readonly user?: string; readonly variables?: object } = {},
  ): Promise<readonly unknown[]> {
    const subscribed = subscribe(role, query, { ...variables });
    const session = sessionOf(role, user);
    const given = { session, variables: { ...variables } };
    const start = (subscribed.answer.cursor ?? []).map(({ binding }) => binding);
    let cursor: readonly string[] = bind(subscribed.plan, start, given);
    const seen: unknown[] = [];
    for (let i = 0; i < count; i += 1) {
      const values = bind(subscribed.plan, subscribed.answer.statement.bindings, given);
      const [row] = await run(subscribed, [{ values, cursor, hash: null }]);
      seen.push(row?.data);
      cursor = row?.cursor ?? cursor;
    }
    return seen;
  }

  const ids = (...list: number[]): object => ({ s: list.map((id) => ({ id })) });

  it.each([
    [
      'by one column',
      'admin',
      'subscription { s: article_stream(batch_size: 8, cursor: {initial_value: {id: 0}}) { id } }',
      [ids(1, 2, 3, 4, 5, 6, 7, 8), ids(9, 10, 11, 12, 13, 14, 15, 16), ids(17, 18, 19, 20), ids()],
    ],
    [
      'backwards, from a place in the middle, filtered',
      'admin',
      `subscription { s: article_stream(
        batch_size: 2, cursor: [{initial_value: {id: 9}, ordering: DESC}], where: {id: {_gt: 4}}) { id } }`,
      [ids(8, 7), ids(6, 5), ids()],
    ],
    [
      'with rows that are level with the last',
      'admin',
      'subscription { s: article_stream(batch_size: 1, cursor: {initial_value: {rank: 4}}) { id } }',
      [ids(15, 16, 17), ids(18, 19, 20), ids()],
    ],
    [
      'by two columns, of which the second tells rows apart',
      'admin',
      `subscription { s: article_stream(batch_size: 2,
        cursor: [{initial_value: {rank: 5}, ordering: ASC}, {initial_value: {id: 17}, ordering: DESC}]) { id } }`,
      [ids(16, 15), ids(20, 19), ids(18), ids()],
    ],
    [
      'by a time',
      'admin',
      `subscription { s: article_stream(batch_size: 1,
        cursor: {initial_value: {at: "2026-01-01T18:30:00Z"}}) { id } }`,
      [ids(19), ids(20), ids()],
    ],
    [
      'of the rows of a role, in batches no larger than its limit',
      'user',
      'subscription { s: article_stream(batch_size: 100, cursor: {initial_value: {id: 0}}) { id } }',
      [ids(5, 10, 15), ids(20), ids()],
    ],
  ])('goes on behind its last row: %s', async (_, role, query, expected) => {
    expect(await batches(role, query, expected.length)).toEqual(expected);
  });

  it('tells of an empty batch once only', async () => {
    const subscribed = subscribe(
      'admin',
      'subscription { article_stream(batch_size: 1, cursor: {initial_value: {id: 20}}) { id } }',
    );
    const values = valuesOf(subscribed, sessionOf('admin', '1'));
    const cohort = { values, cursor: ['20'], hash: null };
    const rows = await run(subscribed, [
      cohort,
      { ...cohort, hash: 'sent' },
      { ...cohort, cursor: ['19'], hash: 'sent' },
    ]);
    expect(rows.map(({ cohort, data, cursor }) => [cohort, data, cursor])).toEqual([
      [0, { article_stream: [] }, null],
      [2, { article_stream: [{ id: 20 }] }, ['20']],
    ]);
  });

  it('reads its arguments from variables', async () => {
    const query = `subscription($b: Int!, $c: [article_stream_cursor_input]!) {
      s: article_stream(batch_size: $b, cursor: $c) { id } }`;
    const variables = { b: 2, c: [{ initial_value: { id: 17 }, ordering: 'ASC' }] };
    expect(await batches('admin', query, 2, { variables })).toEqual([ids(18, 19), ids(20)]);
  });
});

describe('is refused', () => {
  it.each([
    ['user', '{ article { id } author { id } }', '$ subscriptions must select one top level field'],
    [
      'user',
      '{ ...a ...b } fragment a on subscription_root { article { id } } fragment b on subscription_root { author { id } }',
      '$ subscriptions must select one top level field',
    ],
    ['user', '{ nothing }', "$.selectionSet.nothing field 'nothing' not found in type: 'subscription_root'"],
    [
      'narrow',
      '{ article { id } }',
      "$.selectionSet.article field 'article' not found in type: 'subscription_root'",
    ],
    [
      'narrow',
      '{ article_stream(batch_size: 1, cursor: {initial_value: {id: 1}}) { id } }',
      "$.selectionSet.article_stream field 'article_stream' not found in type: 'subscription_root'",
    ],
    ['stranger', '{ article { id } }', '$ no subscriptions exist'],
    [
      'user',
      '{ __schema { queryType { name } } }',
      "$.selectionSet.__schema field '__schema' not found in type: 'subscription_root'",
    ],
    [
      'user',
      '{ article_stream(cursor: {initial_value: {id: 1}}) { id } }',
      "$.selectionSet.article_stream.args missing required field 'batch_size'",
    ],
    [
      'user',
      '{ article_stream(batch_size: 1) { id } }',
      "$.selectionSet.article_stream.args missing required field 'cursor'",
    ],
    [
      'user',
      '{ article_stream(batch_size: 1, cursor: []) { id } }',
      '$.selectionSet.article_stream.args.cursor one streaming column field is expected',
    ],
    [
      'user',
      '{ article_stream(batch_size: 1, cursor: {ordering: ASC}) { id } }',
      "$.selectionSet.article_stream.args.cursor[0] missing required field 'initial_value'",
    ],
    [
      'user',
      '{ article_stream(batch_size: 1, cursor: {initial_value: {author_id: 1}}) { id } }',
      "$.selectionSet.article_stream.args.cursor[0].initial_value field 'author_id' not found in type: 'article_stream_cursor_value_input'",
    ],
    [
      'user',
      '{ article_stream(batch_size: 1, cursor: {initial_value: {id: null}}) { id } }',
      "$.selectionSet.article_stream.args.cursor[0].initial_value.id unexpected null value for type 'Int'",
    ],
    [
      'user',
      '{ article_stream(batch_size: 1, cursor: [{initial_value: {id: 1}}, {initial_value: {id: 2}}]) { id } }',
      "$.selectionSet.article_stream.args.cursor the cursor names the column 'id' twice",
    ],
    [
      'user',
      '{ article_stream(batch_size: 1, cursor: {initial_value: {id: 1}, ordering: UP}) { id } }',
      "$.selectionSet.article_stream.args.cursor[0].ordering expected one of the values ['ASC', 'DESC'] for type 'cursor_ordering', but found 'UP'",
    ],
    [
      'user',
      '@_multiple_top_level_fields { article { id } author_stream(batch_size: 1, cursor: {initial_value: {id: 1}}) { id } }',
      '$ subscriptions must select one top level field',
    ],
    [
      'user',
      '@_multiple_top_level_fields { article { id } secret { id } }',
      "$.selectionSet.secret field 'secret' not found in type: 'subscription_root'",
    ],
    [
      'user',
      '@_multiple_top_level_fields @cached { article { id } }',
      "$ directive 'cached' is not defined in the schema",
    ],
    ['user', '@cached { article { id } }', "$ directive 'cached' is not defined in the schema"],
  ])('to %s: %s', (role, query, message) => {
    let told = 'nothing';
    try {
      subscribe(role, `subscription ${query}`);
    } catch (error) {
      if (!(error instanceof HedgeError)) throw error;
      told = `${error.path} ${error.message}`;
    }
    expect(told).toBe(message);
  });
});
