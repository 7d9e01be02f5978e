// Tracked functions from the metadata to rows: who may call them, with which arguments, and what the table's
// permission leaves of what they give.

import type { GraphQLInputObjectType } from 'graphql';
import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { FunctionMetadata, TableMetadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table post (id serial primary key, title text not null, author_id int not null, secret text);
insert into post (title, author_id, secret) values ('one', 1, 's1'), ('two', 1, 's2'), ('three', 2, 's3');
create table result (value text);
create schema app;

create function search(word text, nth int default null) returns setof post language sql stable as
  $$ select * from post where title like '%' || word || '%' and (nth is null or id = nth) order by id $$;
create function nameless(text, int default 10, boolean default false) returns setof result language sql stable as
  $$ select concat_ws(' ', $1, $2, $3) $$;
create function mixed(word text default 'w', int default 1, last text default 'l') returns setof result language sql stable as
  $$ select concat_ws(' ', $1, $2, $3) $$;
create function me(hasura_session json) returns post language sql stable as
  $$ select * from post where id = (hasura_session ->> 'x-hasura-user-id')::int $$;
create function late(word text default 'none', hasura_session json default '{}') returns setof result language sql stable as
  $$ select word || ' ' || (hasura_session ->> 'x-hasura-role') $$;
create function by_id(id int) returns post language sql stable as $$ select * from post p where p.id = $1 $$;
create function app.all_posts() returns setof post language sql immutable as $$ select * from post order by id $$;
create function touched() returns setof post language sql volatile as $$ select * from post order by id $$;
create function of_row(row_of post, extra text) returns setof result language sql stable as
  $$ select row_of.title || extra $$;
create function words(word text[]) returns setof result language sql stable as $$ select unnest(word) $$;

create function overloaded(a int) returns setof post language sql stable as $$ select * from post $$;
create function overloaded(a text) returns setof post language sql stable as $$ select * from post $$;
create function many(variadic a int[]) returns setof post language sql stable as $$ select * from post $$;
create function scalar() returns int language sql stable as $$ select 1 $$;
create function records() returns setof record language sql stable as $$ select 1, 2 $$;
create function strange("not a name" int, "é" int) returns setof post language sql stable as $$ select * from post $$;
create function results() returns setof result language sql stable as $$ select 'r' $$;
`;

const table = (name: string, rest: Omit<TableMetadata, 'table'> = {}): TableMetadata => ({
  table: { schema: 'public', name },
  ...rest,
});
const fn = (name: string, rest: Omit<FunctionMetadata, 'function'> = {}): FunctionMetadata => ({
  function: { schema: 'public', name },
  ...rest,
});

const POST = table('post', {
  select_permissions: [
    {
      role: 'user',
      permission: {
        columns: ['id', 'title'],
        filter: { author_id: { _eq: 'X-Hasura-User-Id' } },
        limit: 1,
        allow_aggregations: true,
      },
    },
    { role: 'plain', permission: { columns: ['title'], filter: {} } },
  ],
});
const RESULT = table('result');
const APP = { function: { schema: 'app', name: 'all_posts' } };

const FUNCTIONS: readonly FunctionMetadata[] = [
  fn('search', { comment: 'finds posts' }),
  fn('nameless'),
  fn('mixed'),
  fn('me', { configuration: { session_argument: 'hasura_session' } }),
  fn('late', { configuration: { session_argument: 'hasura_session' } }),
  fn('by_id', {
    configuration: { custom_name: 'post_of_id', custom_root_fields: { function_aggregate: 'agg' } },
  }),
  APP,
  fn('touched', { configuration: { exposed_as: 'query' } }),
  fn('of_row'),
  fn('words'),
];
const METADATA = metadataOf({ tables: [POST, RESULT], functions: FUNCTIONS });

let stages: Stages;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL);
  const artifact = stages.compiled(METADATA);
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
afterAll(() => stages?.stop());

describe('rows', () => {
  test.each([
    [
      'a list with its own arguments and those of a list',
      '{ search(args: {word: "t"}, where: {id: {_gt: 1}}, order_by: {id: desc}, limit: 1) { title } }',
      { search: [{ title: 'three' }] },
    ],
    [
      'an aggregate',
      '{ search_aggregate(args: {word: "t"}) { aggregate { count max { id } } nodes { id } } }',
      { search_aggregate: { aggregate: { count: 2, max: { id: 3 } }, nodes: [{ id: 2 }, { id: 3 }] } },
    ],
    [
      'distinct',
      '{ search(args: {word: "e"}, distinct_on: author_id, order_by: [{author_id: asc}, {id: desc}]) { id } }',
      { search: [{ id: 1 }, { id: 3 }] },
    ],
    [
      'a function of another schema',
      '{ app_all_posts { id __typename } }',
      { app_all_posts: [1, 2, 3].map((id) => ({ id, __typename: 'post' })) },
    ],
    ['a volatile one that is exposed as a query', '{ touched(limit: 1) { id } }', { touched: [{ id: 1 }] }],
    [
      'one row as an object, under its custom name',
      '{ post_of_id(args: {id: 2}) { title } agg(args: {id: 2}) { aggregate { count } } }',
      { post_of_id: { title: 'two' }, agg: { aggregate: { count: 1 } } },
    ],
    ['no row as null', '{ post_of_id(args: {id: 9}) { title } }', { post_of_id: null }],
    [
      'one row that the filter does not match',
      '{ post_of_id(args: {id: 2}, where: {title: {_eq: "x"}}) { id } }',
      { post_of_id: null },
    ],
  ])('%s', async (_, query, data) => {
    expect(await ask('admin', query)).toEqual(data);
  });

  test('pass the permission of their table', async () => {
    const session = { 'x-hasura-user-id': '1' };
    expect(
      await ask(
        'user',
        '{ search(args: {word: ""}, limit: 5) { id } search_aggregate(args: {word: ""}) { aggregate { count } nodes { id } } }',
        { session },
      ),
    ).toEqual({
      search: [{ id: 1 }],
      search_aggregate: { aggregate: { count: 2 }, nodes: [{ id: 1 }] },
    });
    expect(await ask('user', '{ post_of_id(args: {id: 3}) { id } }', { session })).toEqual({
      post_of_id: null,
    });
    expect(await ask('user', '{ search(args: {word: ""}) { secret } }', { session })).toBe(
      "validation-failed $.selectionSet.search.selectionSet.secret field 'secret' not found in type: 'post'",
    );
    expect(
      await ask('user', '{ search(args: {word: ""}, where: {secret: {_is_null: true}}) { id } }', {
        session,
      }),
    ).toBe(
      "validation-failed $.selectionSet.search.args.where.secret field 'secret' not found in type: 'post_bool_exp'",
    );
  });

  test.each([
    [
      'without the permission to aggregate',
      'plain',
      '{ search_aggregate(args: {word: ""}) { aggregate { count } } }',
      'search_aggregate',
    ],
    ['without a permission on the table', 'user', '{ nameless(args: {arg_1: "a"}) { value } }', 'nameless'],
    ['for an unknown role', 'nobody', '{ search(args: {word: ""}) { title } }', 'search'],
  ])('are not there %s', async (_, role, query, name) => {
    expect(await ask(role, query, { session: { 'x-hasura-user-id': '1' } })).toBe(
      `validation-failed $.selectionSet.${name} field '${name}' not found in type: 'query_root'`,
    );
  });
});

describe('arguments', () => {
  const value = (text: string | null) => [{ value: text }];
  test.each([
    ['{ nameless(args: {arg_1: "a"}) { value } }', { nameless: value('a 10 f') }],
    ['{ nameless(args: {arg_1: "a", arg_2: 2, arg_3: true}) { value } }', { nameless: value('a 2 t') }],
    ['{ mixed { value } }', { mixed: value('w 1 l') }],
    ['{ mixed(args: {}) { value } }', { mixed: value('w 1 l') }],
    ['{ mixed(args: null) { value } }', { mixed: value('w 1 l') }],
    ['{ mixed(args: {last: "z"}) { value } }', { mixed: value('w 1 z') }],
    ['{ mixed(args: {word: null}) { value } }', { mixed: value('1 l') }],
    ['{ nameless(args: {arg_1: null}) { value } }', { nameless: value('10 f') }],
    ['{ late(args: {word: "x"}) { value } }', { late: value('x admin') }],
    ['{ late { value } }', { late: value('none admin') }],
    ['{ of_row(args: {row_of: "(9,nine,1,s)", extra: "!"}) { value } }', { of_row: value('nine!') }],
    ['{ words(args: {word: ["a", "b"]}) { value } }', { words: [{ value: 'a' }, { value: 'b' }] }],
  ])('%s', async (query, data) => {
    expect(await ask('admin', query)).toEqual(data);
  });

  test('as variables, whole, one by one, absent and null', async () => {
    expect(
      await ask('admin', 'query ($a: mixed_args) { mixed(args: $a) { value } }', {
        variables: { a: { last: 'v' } },
      }),
    ).toEqual({ mixed: value('w 1 v') });
    expect(await ask('admin', 'query ($a: mixed_args) { mixed(args: $a) { value } }')).toEqual({
      mixed: value('w 1 l'),
    });
    const one = 'query ($w: String) { mixed(args: {word: $w, last: "z"}) { value } }';
    // As in Hasura a variable without value is null, unless the deployment wants it to be nothing.
    expect(await ask('admin', one)).toEqual({ mixed: value('1 z') });
    const unbound = { variableRules: { unboundIsNull: false, nullInNonNull: false } };
    const other = stages.serve(stages.compiled(METADATA), unbound);
    expect(await other('admin', one)).toEqual({ mixed: value('w 1 z') });
    expect(await ask('admin', one, { variables: { w: null } })).toEqual({ mixed: value('1 z') });
    expect(await ask('admin', one, { variables: { w: "'; drop table post; --" } })).toEqual({
      mixed: value("'; drop table post; -- 1 z"),
    });
  });

  test('the session is the caller’s, whatever the client sends', async () => {
    const session = { 'x-hasura-user-id': '1' };
    expect(await ask('user', '{ me { id title } }', { session })).toEqual({ me: { id: 1, title: 'one' } });
    expect(await ask('admin', '{ me { id } }', { session: { 'x-hasura-user-id': '9' } })).toEqual({
      me: null,
    });
    expect(await ask('user', '{ me(args: {hasura_session: "{}"}) { id } }', { session })).toBe(
      "validation-failed $.selectionSet.me 'me' has no argument named 'args'",
    );
    expect(await ask('admin', '{ late(args: {hasura_session: "{}"}) { value } }')).toBe(
      "validation-failed $.selectionSet.late.args.args.hasura_session field 'hasura_session' not found in type: 'late_args'",
    );
  });

  test.each([
    ['{ search { id } }', "validation-failed $.selectionSet.search.args.args missing required field 'args'"],
    [
      '{ search(args: {nth: 1}) { id } }',
      'not-supported $.selectionSet.search.args.args Non default arguments cannot be omitted',
    ],
    [
      '{ search(args: null) { id } }',
      "validation-failed $.selectionSet.search.args.args expected an object for type 'search_args', but found null",
    ],
    [
      '{ nameless(args: {arg_1: "a", arg_3: true}) { value } }',
      'not-supported $.selectionSet.nameless.args.args Only last set of positional arguments can be omitted',
    ],
    [
      '{ mixed(args: {arg_1: 3}) { value } }',
      'not-supported $.selectionSet.mixed.args.args Only last set of positional arguments can be omitted',
    ],
    [
      '{ search(args: {word: 1}) { id } }',
      "validation-failed $.selectionSet.search.args.args.word expected a string for type 'String', but found an integer",
    ],
    [
      '{ search(args: {word: "", x: 1}) { id } }',
      "validation-failed $.selectionSet.search.args.args.x field 'x' not found in type: 'search_args'",
    ],
    [
      '{ app_all_posts(args: {}) { id } }',
      "validation-failed $.selectionSet.app_all_posts 'app_all_posts' has no argument named 'args'",
    ],
  ])('%s is refused', async (query, message) => {
    expect(await ask('admin', query)).toBe(message);
  });
});

describe('permissions of their own', () => {
  const NAMED = [
    fn('search', { permissions: [{ role: 'user' }] }),
    APP,
    fn('nameless', { permissions: [{ role: 'user' }] }),
  ];
  const QUERY = '{ search(args: {word: "one"}) { title } }';
  const OTHER = '{ app_all_posts(limit: 1) { title } }';
  const missing = (name: string) =>
    `validation-failed $.selectionSet.${name} field '${name}' not found in type: 'query_root'`;
  const session = { 'x-hasura-user-id': '1' };

  test('count alone where they are not inferred, and need the table’s', async () => {
    const named = stages.serve(
      stages.compiled(metadataOf({ tables: [POST, RESULT], functions: NAMED }), {
        inferFunctionPermissions: false,
      }),
    );
    expect(await named('user', QUERY, { session })).toEqual({ search: [{ title: 'one' }] });
    expect(await named('plain', QUERY)).toBe(missing('search'));
    expect(await named('user', OTHER, { session })).toBe(missing('app_all_posts'));
    expect(await named('admin', OTHER)).toEqual({ app_all_posts: [{ title: 'one' }] });
    expect(await named('user', '{ nameless(args: {arg_1: ""}) { value } }', { session })).toBe(
      missing('nameless'),
    );
  });

  test('are not needed where they are', async () => {
    expect(await ask('plain', QUERY)).toEqual({ search: [{ title: 'one' }] });
  });

  test('are inherited from any parent', async () => {
    const metadata = metadataOf(
      { tables: [POST, RESULT], functions: NAMED },
      {
        inherited_roles: [
          { role_name: 'both', role_set: ['plain', 'user'] },
          { role_name: 'outer', role_set: ['both'] },
          { role_name: 'twice_plain', role_set: ['plain'] },
        ],
      },
    );
    const inherited = stages.serve(stages.compiled(metadata, { inferFunctionPermissions: false }));
    expect(await inherited('outer', QUERY, { session })).toEqual({ search: [{ title: 'one' }] });
    expect(await inherited('twice_plain', QUERY, { session })).toBe(missing('search'));
  });

  test('a mutation is nobody’s but those named and admin’s', () => {
    const artifact = stages.compiled(
      metadataOf({
        tables: [POST],
        functions: [fn('touched', { permissions: [{ role: 'user' }] })],
      }),
    );
    const names = artifact.roles.map(({ role, mutationFields, queryFields }) => [
      role,
      mutationFields.filter((f) => f.kind === 'function').map((f) => f.name),
      queryFields.some((f) => f.kind === 'function'),
    ]);
    expect(names).toEqual([
      ['admin', ['touched'], false],
      ['plain', [], false],
      ['user', ['touched'], false],
    ]);
  });
});

describe('inconsistencies', () => {
  test.each([
    [fn('none'), 'in function "none": no such function exists: "none"'],
    [
      fn('overloaded'),
      'in function "overloaded": function "overloaded" is overloaded. Overloaded functions are not supported',
    ],
    [
      fn('many'),
      'in function "many": the function "many" cannot be tracked because function with "VARIADIC" parameters are not supported',
    ],
    [
      fn('scalar'),
      'in function "scalar": the function "scalar" cannot be tracked for the following reasons:\n  • the function does not return a "COMPOSITE" type\n  • the function does not return a table\n',
    ],
    [
      fn('records'),
      'in function "records": the function "records" cannot be tracked for the following reasons:\n  • the function does not return a "COMPOSITE" type\n  • the function does not return a table\n',
    ],
    [fn('results'), 'table "result" is not tracked'],
    [
      fn('strange'),
      'in function "strange": the function "strange" cannot be tracked because the function arguments not a name,é are not in compliance with GraphQL spec',
    ],
    [
      fn('me', { configuration: { session_argument: 'random' } }),
      'in function "me": the function "me" cannot be tracked because given session argument "random" not the input argument of the function',
    ],
    [
      fn('search', { configuration: { session_argument: 'word' } }),
      'in function "search": the function "search" cannot be tracked because given session argument "word" is not of type json',
    ],
    [
      fn('search', { configuration: { exposed_as: 'mutation' } }),
      'in function "search": the function "search" cannot be tracked because the function was requested to be exposed as a mutation, but is not marked VOLATILE. Maybe the function was given the wrong volatility when it was defined?',
    ],
    [
      fn('search', { configuration: { custom_name: 'post' } }),
      "Encountered conflicting definitions in the selection set for 'query_root' for field 'post' defined in [table post in source default, function search in source default]. Fields must not be defined more than once across all sources.",
    ],
    [
      fn('search', {
        configuration: { response: { type: 'table', table: { schema: 'public', name: 'result' } } },
      }),
      'in function "search": the function "search" cannot be tracked because the function does not return rows of "result", which "response" names',
    ],
  ])('%j', (metadata, reason) => {
    const { inconsistencies, roles } = stages.compiled(
      metadataOf({ tables: [POST], functions: [metadata, APP] }),
    );
    const { name } = metadata.function;
    expect(inconsistencies).toMatchObject([
      {
        type: 'function',
        name: `function ${name} in source default`,
        definition: { schema: 'public', name },
        reason: `Inconsistent object: ${reason}`,
        path: ['sources', 0, 'functions', 0],
      },
    ]);
    expect(must(roles[0], 'admin').queryFields.map((f) => f.name)).toContain('app_all_posts');
  });
});

describe('introspection', () => {
  const schemaOf = (role: string) => {
    const artifact = stages.compiled(metadataOf({ tables: [POST, RESULT], functions: FUNCTIONS }));
    return buildSchema(printRoleSchema(openArtifact(encodeArtifact(artifact)).role(role)));
  };

  test('fields, their arguments and descriptions', () => {
    const schema = schemaOf('admin');
    expect(validateSchema(schema)).toEqual([]);
    const fields = Object.values(must(schema.getQueryType(), 'a query root').getFields()).filter(
      ({ name }) => !/^(post|result)(_aggregate|_by_pk)?$/.test(name),
    );
    const shown = fields.map(({ name, type, description, args }) => {
      const own = args
        .filter((a) => a.name === 'args')
        .map((a) => `(args: ${String(a.type)} ${a.description})`);
      return `${name}${own.join('')}: ${String(type)} ${description}`;
    });
    expect(shown).toEqual([
      'agg(args: post_of_id_args! input parameters for function "post_of_id"): post_aggregate! execute function "by_id" and query aggregates on result of table type "post"',
      'app_all_posts: [post!]! execute function "app.all_posts" which returns "post"',
      'app_all_posts_aggregate: post_aggregate! execute function "app.all_posts" and query aggregates on result of table type "post"',
      'late(args: late_args input parameters for function "late"): [result!]! execute function "late" which returns "result"',
      'late_aggregate(args: late_args input parameters for function "late"): result_aggregate! execute function "late" and query aggregates on result of table type "result"',
      'me: post execute function "me" which returns "post"',
      'me_aggregate: post_aggregate! execute function "me" and query aggregates on result of table type "post"',
      'mixed(args: mixed_args input parameters for function "mixed"): [result!]! execute function "mixed" which returns "result"',
      'mixed_aggregate(args: mixed_args input parameters for function "mixed"): result_aggregate! execute function "mixed" and query aggregates on result of table type "result"',
      'nameless(args: nameless_args! input parameters for function "nameless"): [result!]! execute function "nameless" which returns "result"',
      'nameless_aggregate(args: nameless_args! input parameters for function "nameless"): result_aggregate! execute function "nameless" and query aggregates on result of table type "result"',
      'of_row(args: of_row_args! input parameters for function "of_row"): [result!]! execute function "of_row" which returns "result"',
      'of_row_aggregate(args: of_row_args! input parameters for function "of_row"): result_aggregate! execute function "of_row" and query aggregates on result of table type "result"',
      'post_of_id(args: post_of_id_args! input parameters for function "post_of_id"): post execute function "by_id" which returns "post"',
      'search(args: search_args! input parameters for function "search"): [post!]! finds posts',
      'search_aggregate(args: search_args! input parameters for function "search"): post_aggregate! execute function "search" and query aggregates on result of table type "post"',
      'touched: [post!]! execute function "touched" which returns "post"',
      'touched_aggregate: post_aggregate! execute function "touched" and query aggregates on result of table type "post"',
      'words(args: words_args! input parameters for function "words"): [result!]! execute function "words" which returns "result"',
      'words_aggregate(args: words_args! input parameters for function "words"): result_aggregate! execute function "words" and query aggregates on result of table type "result"',
    ]);
    const input = schema.getType('nameless_args') as GraphQLInputObjectType;
    const inputs = Object.values(input.getFields()).map((f) => `${f.name}: ${String(f.type)}`);
    expect(inputs).toEqual(['arg_1: String', 'arg_2: Int', 'arg_3: Boolean']);
    const search = must(schema.getQueryType()?.getFields()['search'], 'a field').args.map((a) => a.name);
    expect(search).toEqual(['args', 'distinct_on', 'limit', 'offset', 'order_by', 'where']);
  });

  test('of a role that may not aggregate', () => {
    const schema = schemaOf('plain');
    const names = Object.keys(must(schema.getQueryType(), 'a query root').getFields());
    expect(names).toEqual(['app_all_posts', 'me', 'post', 'post_of_id', 'search', 'touched']);
    expect(schema.getType('nameless_args')).toBeUndefined();
  });
});
