// Functions that declare their columns, as computed fields and as root fields: who sees them, and as what.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { FunctionMetadata, SourceMetadata, TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create schema app;
create table users (id int primary key, name text not null);
insert into users values (1, 'ann'), (2, 'bob');
create table posts (id int primary key, user_id int not null, likes int not null);
insert into posts values (1, 1, 4), (2, 1, 6), (3, 2, 1);
create type pair as (low int, high int);
create type result_scalar as enum ('x');

create function stats(user_row users) returns table (total int, "Average" numeric) language sql stable as
  $$ select count(*)::int, avg(likes) from posts where user_id = user_row.id $$;
create function liked(user_row users, floor int, hasura_session json) returns table (post int, by text) language sql stable as
  $$ select id, hasura_session ->> 'x-hasura-role' from posts where user_id = user_row.id and likes >= floor order by id $$;
create function span(user_row users, out low int, out high int) language sql stable as
  $$ select min(likes), max(likes) from posts where user_id = user_row.id $$;
create function only_low(user_row users, out low int) language sql stable as
  $$ select min(likes) from posts where user_id = user_row.id $$;
create function as_pair(user_row users) returns pair language sql stable as
  $$ select min(likes), max(likes) from posts where user_id = user_row.id $$;
create function pairs(user_row users) returns setof pair language sql stable as
  $$ select likes, likes * 2 from posts where user_id = user_row.id order by id $$;
create function nothing(user_row users, out a int, out b int) language sql stable as $$ select null::int, null::int $$;
create function untold(user_row users) returns record language sql stable as $$ select 1, 2 $$;
create function odd(user_row users) returns table ("not a name" int) language sql stable as $$ select 1 $$;

create function top(n int) returns table (id int, likes int) language sql stable as
  $$ select id, likes from posts order by likes desc limit n $$;
create function app.numbers() returns setof int language sql stable as $$ select 1 $$;
create function one_column() returns table (value text) language sql stable as $$ values ('a'), ('b') $$;
create function total(out posts int, out users int) language sql stable as
  $$ select (select count(*) from posts)::int, (select count(*) from users)::int $$;
create function touch() returns table (id int) language sql volatile as
  $$ update posts set likes = likes + 100 where id = 3 returning id $$;
`;

const computed = (name: string, session?: string) => ({
  name,
  definition: {
    function: { schema: 'public', name },
    ...(session !== undefined && { session_argument: session }),
  },
});
const fn = (name: string, ...roles: readonly string[]): FunctionMetadata => ({
  function: { schema: 'public', name },
  ...(roles.length > 0 && { permissions: roles.map((role) => ({ role })) }),
});

const USERS: TableMetadata = {
  table: { schema: 'public', name: 'users' },
  computed_fields: [
    computed('stats'),
    computed('liked', 'hasura_session'),
    computed('span'),
    computed('only_low'),
    computed('as_pair'),
    computed('pairs'),
    computed('nothing'),
  ],
  select_permissions: [
    {
      role: 'user',
      permission: { columns: ['id'], computed_fields: ['stats', 'span'], filter: { id: { _eq: 1 } } },
    },
    {
      role: 'other',
      permission: { columns: ['id', 'name'], computed_fields: ['liked'], filter: { id: { _eq: 2 } } },
    },
    { role: 'plain', permission: { columns: ['id'], filter: {} } },
    { role: 'busy', permission: { columns: ['id'], filter: { stats: { total: { _gt: 1 } } } } },
  ],
};

const SOURCE: Partial<SourceMetadata> = {
  tables: [USERS],
  functions: [fn('top', 'user'), fn('one_column'), fn('total', 'user'), fn('touch')],
};

let stages: Stages;
let artifact: Artifact;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  artifact = stages.compiled(
    metadataOf(SOURCE, { inherited_roles: [{ role_name: 'both', role_set: ['user', 'other'] }] }),
  );
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

describe('a computed field', () => {
  test('gives a list of what RETURNS TABLE declares', async () => {
    expect(
      await ask('admin', '{ users(order_by: {id: asc}) { stats { total Average __typename } } }'),
    ).toEqual({
      users: [
        { stats: [{ total: 2, Average: 5, __typename: 'stats_result' }] },
        { stats: [{ total: 1, Average: 1, __typename: 'stats_result' }] },
      ],
    });
  });

  test('takes arguments, the session, and those of a list', async () => {
    expect(
      await ask(
        'admin',
        '{ users(where: {id: {_eq: 1}}) { liked(args: {floor: 1}, where: {post: {_gt: 1}}) { post by } all: liked(args: {floor: 1}, order_by: {post: desc}, limit: 1) { post } } }',
      ),
    ).toEqual({ users: [{ liked: [{ post: 2, by: 'admin' }], all: [{ post: 2 }] }] });
  });

  test('gives an object, or null, where it is not SETOF', async () => {
    expect(
      await ask(
        'admin',
        '{ users(order_by: {id: asc}, limit: 1) { span { low high } as_pair { high } nothing { a } only_low pairs { low high } } }',
      ),
    ).toEqual({
      users: [
        {
          span: { low: 4, high: 6 },
          as_pair: { high: 6 },
          nothing: null,
          only_low: 4,
          pairs: [
            { low: 4, high: 8 },
            { low: 6, high: 12 },
          ],
        },
      ],
    });
  });

  test('filters rows, of clients and of permissions', async () => {
    expect(await ask('admin', '{ users(where: {stats: {total: {_eq: 1}}}) { id } }')).toEqual({
      users: [{ id: 2 }],
    });
    expect(await ask('busy', '{ users { id } }')).toEqual({ users: [{ id: 1 }] });
  });

  test('is seen by roles that list it, whole', async () => {
    expect(await ask('user', '{ users { stats { total Average } span { low } } }')).toEqual({
      users: [{ stats: [{ total: 2, Average: 5 }], span: { low: 4 } }],
    });
  });

  test.each([
    [
      'plain',
      '{ users { stats { total } } }',
      "$.selectionSet.users.selectionSet.stats field 'stats' not found in type: 'users'",
    ],
    [
      'plain',
      '{ users(where: {stats: {total: {_eq: 1}}}) { id } }',
      "$.selectionSet.users.args.where.stats field 'stats' not found in type: 'users_bool_exp'",
    ],
    [
      'user',
      '{ users { liked(args: {floor: 1}) { post } } }',
      "$.selectionSet.users.selectionSet.liked field 'liked' not found in type: 'users'",
    ],
    [
      'user',
      '{ users { pairs { low } } }',
      "$.selectionSet.users.selectionSet.pairs field 'pairs' not found in type: 'users'",
    ],
    [
      'user',
      '{ users { stats { secret } } }',
      "$.selectionSet.users.selectionSet.stats.selectionSet.secret field 'secret' not found in type: 'stats_result'",
    ],
    [
      'admin',
      '{ users { stats_aggregate { aggregate { count } } } }',
      "$.selectionSet.users.selectionSet.stats_aggregate field 'stats_aggregate' not found in type: 'users'",
    ],
    [
      'admin',
      '{ users(order_by: [{stats_aggregate: {count: asc}}]) { id } }',
      "$.selectionSet.users.args.order_by[0].stats_aggregate field 'stats_aggregate' not found in type: 'users_order_by'",
    ],
  ])('%s may not: %s', async (role, query, error) => {
    expect(await ask(role, query)).toBe(`validation-failed ${error}`);
  });

  test('is inherited for the rows in which a parent shows it', async () => {
    expect(
      await ask(
        'both',
        '{ users(order_by: {id: asc}) { id stats { total } span { low } liked(args: {floor: 0}) { post } } }',
      ),
    ).toEqual({
      users: [
        { id: 1, stats: [{ total: 2 }], span: { low: 4 }, liked: [] },
        { id: 2, stats: [], span: null, liked: [{ post: 3 }] },
      ],
    });
    expect(await ask('both', '{ users(where: {stats: {total: {_gte: 0}}}) { id } }')).toEqual({
      users: [{ id: 1 }],
    });
  });
});

describe('a tracked function', () => {
  test('gives rows of its own', async () => {
    expect(
      await ask(
        'admin',
        '{ top(args: {n: 2}, order_by: {id: asc}) { id likes __typename } one_column(where: {value: {_neq: "a"}}) { value } total { posts users } }',
      ),
    ).toEqual({
      top: [
        { id: 1, likes: 4, __typename: 'top_result' },
        { id: 2, likes: 6, __typename: 'top_result' },
      ],
      one_column: [{ value: 'b' }],
      total: { posts: 3, users: 2 },
    });
    expect(await ask('user', '{ top(args: {n: 1}) { likes } }')).toEqual({ top: [{ likes: 6 }] });
  });

  test.each([
    [
      'user',
      '{ one_column { value } }',
      "$.selectionSet.one_column field 'one_column' not found in type: 'query_root'",
    ],
    [
      'plain',
      '{ top(args: {n: 1}) { id } }',
      "$.selectionSet.top field 'top' not found in type: 'query_root'",
    ],
    ['stranger', '{ total { posts } }', "$.selectionSet.total field 'total' not found in type: 'query_root'"],
    [
      'admin',
      '{ top_aggregate(args: {n: 1}) { aggregate { count } } }',
      "$.selectionSet.top_aggregate field 'top_aggregate' not found in type: 'query_root'",
    ],
  ])('%s may not: %s', async (role, query, error) => {
    expect(await ask(role, query)).toBe(`validation-failed ${error}`);
  });

  test('is a mutation where it is volatile', async () => {
    expect(await ask('admin', 'mutation { touch { id } }')).toEqual({ touch: [{ id: 3 }] });
    expect((await stages.client.query('select likes from posts where id = 3')).rows).toEqual([
      { likes: 101 },
    ]);
    expect(await ask('user', 'mutation { touch { id } }')).toMatch(/^validation-failed/);
    await stages.client.query('update posts set likes = 1 where id = 3');
  });
});

test.each(['admin', 'user', 'other', 'plain', 'both'])('the schema of %s is valid', (role) => {
  const text = printRoleSchema(openArtifact(encodeArtifact(artifact)).role(role));
  expect(validateSchema(buildSchema(text))).toEqual([]);
  expect(text.includes('type stats_result {')).toBe(['admin', 'user', 'both'].includes(role));
  expect(text.includes('type top_result {')).toBe(['admin', 'user', 'both'].includes(role));
});

test('names follow the convention and the affixes of the source', async () => {
  const customization = {
    naming_convention: 'graphql-default',
    type_names: { prefix: 'My' },
    root_fields: { prefix: 'my' },
  } as const;
  const named = stages.serve(
    stages.compiled(metadataOf({ ...SOURCE, customization }), { namingConventions: true }),
  );
  expect(
    await named(
      'admin',
      '{ myTotal { posts __typename } myUsers(limit: 1, orderBy: {id: ASC}) { span { low __typename } } }',
    ),
  ).toEqual({
    myTotal: { posts: 3, __typename: 'MyTotalResult' },
    myUsers: [{ span: { low: 4, __typename: 'MySpanResult' } }],
  });
});

const CANNOT = (name: string) =>
  `Inconsistent object: in table "users": in computed field "${name}": the computed field "${name}" cannot be added to table "users" because`;

test.each([
  [
    'untold',
    'the function "untold" returning type record is not a BASE type',
    'the function "untold" returns "record" without saying which columns that are: declare them with RETURNS TABLE (…) or OUT arguments',
  ],
  ['odd', 'the function "odd" returns no column that GraphQL can name', undefined],
])('%s is inconsistent', (name, reason, message) => {
  const { inconsistencies } = stages.compiled(
    metadataOf({ tables: [{ ...USERS, computed_fields: [computed(name)], select_permissions: [] }] }),
  );
  expect(inconsistencies.map((i) => [i.reason, i.message])).toEqual([[`${CANNOT(name)} ${reason}`, message]]);
});

test('types that others have are not taken', () => {
  const other = {
    table: { schema: 'public', name: 'posts' },
    configuration: { custom_name: 'stats_result' },
  };
  const { inconsistencies } = stages.compiled(
    metadataOf({
      tables: [{ ...USERS, computed_fields: [computed('stats')], select_permissions: [] }, other],
    }),
  );
  expect(inconsistencies.map((i) => i.reason)).toEqual([
    `${CANNOT('stats')} found conflicting definitions for GraphQL type 'stats_result' in [table posts in source default, function stats in source default]`,
  ]);
});
