// Enum tables from their rows to answers: which columns get the type, what a client may write and what it sees, and
// why a table is no enum.

import { buildSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { addEnumTables } from '../../src/catalog/read-catalog.ts';
import { compile } from '../../src/compile/compile.ts';
import type { CompileOptions } from '../../src/compile/options.ts';
import { DEFAULT_COMPILE_OPTIONS } from '../../src/compile/options.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { SourceCustomization, TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table colors (value text primary key, comment text);
insert into colors values ('red', '#FF0000'), ('Green', null), ('blue', 'with "quotes"');
create table sizes (comment text, value text primary key);
insert into sizes values ('small', 's'), ('large', 'l');
create table users (
  id int primary key, name text not null, favorite text not null references colors, other varchar references colors,
  size text references sizes, boss text
);
insert into users values (1, 'Ann', 'red', 'blue', 's', 'red'), (2, 'Bob', 'blue', null, null, 'x');
create table zones (code text references colors, country text, primary key (code, country));
insert into zones values ('red', 'A'), ('blue', 'B');

create table no_key (value text);
create table two_keys (b text, a text, primary key (b, a));
create table number_key (id int primary key, n int);
create table number_comment (value text primary key, n bigint[]); insert into number_comment values ('ok');
create table empty_comment (value text primary key, n bigint);
create table wide (value text primary key, c text, a text); insert into wide values ('a b'), ('ok');
create table cases (value text primary key); insert into cases values ('a'), ('A'), ('b');
create table wide_without_key (value text, c text, a text);
create table empty_one (value text primary key);
create table bad_one (value text primary key); insert into bad_one values ('a b'), ('ok');
create table bad_two (value text primary key); insert into bad_two values ('true'), ('1'), ('ok');
create table bad_three (value text primary key); insert into bad_three values ('é'), ('a-b'), ('');
create type colors_enum as enum ('x');
create table moods (id int primary key, mood colors_enum, color text references colors);
create table of_both (b text references colors references sizes);
`;

const named = (name: string, rest: Omit<TableMetadata, 'table'> = {}): TableMetadata => ({
  table: { schema: 'public', name },
  ...rest,
});
const COLORS = named('colors', { is_enum: true });
const SIZES = named('sizes', { is_enum: true });
const USERS = named('users', {
  select_permissions: [
    { role: 'user', permission: { columns: ['name', 'favorite'], filter: {} } },
    { role: 'red', permission: { columns: ['name'], filter: { favorite: { _eq: 'red' } } } },
    { role: 'any', permission: { columns: ['name'], filter: { favorite: { _in: 'X-Hasura-Colors' } } } },
    { role: 'like', permission: { columns: ['name'], filter: { favorite: { _like: 'b%' } } } },
    { role: 'same', permission: { columns: ['name'], filter: { favorite: { _ceq: 'boss' } } } },
  ],
});
const TABLES = [COLORS, SIZES, USERS, named('zones')];

let stages: Stages;
beforeAll(async () => {
  const enums = SQL.matchAll(/create table (\w+)/g);
  stages = await startStages(
    SQL,
    [...enums].map((match) => ({ schema: 'public', name: match[1] ?? '' })),
  );
});
afterAll(async () => await stages.stop());

function compiled(
  tables: readonly TableMetadata[] = TABLES,
  customization: SourceCustomization = {},
  options: Partial<CompileOptions> = {},
): ReturnType<Stages['compiled']> {
  const artifact = stages.compiled(metadataOf({ tables, customization }), options);
  expect(artifact.inconsistencies).toEqual([]);
  return artifact;
}

const serve = (...given: Parameters<typeof compiled>): Ask => stages.serve(compiled(...given));

describe('a column that references an enum table', () => {
  test.each([
    [
      '{ users(where: {favorite: {_eq: red}}) { name favorite other size } }',
      [{ name: 'Ann', favorite: 'red', other: 'blue', size: 's' }],
    ],
    ['{ users(where: {favorite: {_neq: red}}) { id } }', [{ id: 2 }]],
    ['{ users(where: {favorite: {_in: [red, Green]}}) { id } }', [{ id: 1 }]],
    ['{ users(where: {favorite: {_in: red}}) { id } }', [{ id: 1 }]],
    ['{ users(where: {favorite: {_nin: [red, Green]}}) { id } }', [{ id: 2 }]],
    ['{ users(where: {other: {_is_null: true}}) { id size } }', [{ id: 2, size: null }]],
    ['{ users(where: {other: {_eq: blue}}) { id } }', [{ id: 1 }]],
    ['{ users(where: {size: {_eq: s}}) { id } }', [{ id: 1 }]],
    [
      '{ users(order_by: {favorite: asc}, distinct_on: favorite) { favorite } }',
      [{ favorite: 'blue' }, { favorite: 'red' }],
    ],
    ['query ($c: colors_enum) { users(where: {favorite: {_eq: $c}}) { id } }', [{ id: 1 }], { c: 'red' }],
    [
      'query ($c: [colors_enum!]) { users(where: {favorite: {_in: $c}}) { id } }',
      [{ id: 1 }],
      { c: ['red'] },
    ],
    [
      'query ($c: colors_enum!) { users(where: {favorite: {_in: [$c, blue]}}) { id } }',
      [{ id: 1 }, { id: 2 }],
      { c: 'red' },
    ],
    ['query ($c: colors_enum = blue) { users(where: {favorite: {_eq: $c}}) { id } }', [{ id: 2 }]],
    [
      'query ($w: users_bool_exp) { users(where: $w) { id } }',
      [{ id: 1 }],
      { w: { favorite: { _in: ['red'] } } },
    ],
  ])('%s', async (query, users, variables: Record<string, unknown> = {}) => {
    expect(await serve()('admin', query, { variables })).toEqual({ users });
  });

  test('in a primary key', async () => {
    expect(await serve()('admin', '{ zones_by_pk(code: blue, country: "B") { code } }')).toEqual({
      zones_by_pk: { code: 'blue' },
    });
  });

  const VALUES = "expected one of the values ['Green', 'blue', 'red'] for type 'colors_enum', but found";
  const AT = 'validation-failed $.selectionSet.users.args.where.favorite';
  test.each([
    ['{ users(where: {favorite: {_eq: GREEN}}) { id } }', `${AT}._eq ${VALUES} 'GREEN'`],
    [
      '{ users(where: {favorite: {_eq: "red"}}) { id } }',
      `${AT}._eq expected an enum value for type 'colors_enum', but found a string`,
    ],
    [
      '{ users(where: {favorite: {_eq: 1}}) { id } }',
      `${AT}._eq expected an enum value for type 'colors_enum', but found an integer`,
    ],
    [
      '{ users(where: {favorite: {_eq: null}}) { id } }',
      `${AT}._eq unexpected null value for type 'colors_enum'`,
    ],
    [
      '{ users(where: {favorite: {_in: [red, "blue"]}}) { id } }',
      `${AT}._in[1] expected an enum value for type 'colors_enum', but found a string`,
    ],
    ['{ users(where: {favorite: {_in: [red, nix]}}) { id } }', `${AT}._in[1] ${VALUES} 'nix'`],
    [
      '{ users(where: {favorite: {_like: "r%"}}) { id } }',
      `${AT}._like field '_like' not found in type: 'colors_enum_comparison_exp'`,
    ],
    [
      '{ users(where: {favorite: {_gt: red}}) { id } }',
      `${AT}._gt field '_gt' not found in type: 'colors_enum_comparison_exp'`,
    ],
    [
      'query ($c: colors_enum) { users(where: {favorite: {_eq: $c}}) { id } }',
      `${AT}._eq ${VALUES} 'nix'`,
      { c: 'nix' },
    ],
    [
      'query ($c: colors_enum) { users(where: {favorite: {_eq: $c}}) { id } }',
      `${AT}._eq expected an enum value for type 'colors_enum', but found a number`,
      { c: 1 },
    ],
    [
      'query ($c: String) { users(where: {favorite: {_eq: $c}}) { id } }',
      `${AT}._eq variable 'c' is declared as 'String', but used where 'colors_enum' is expected`,
      { c: 'red' },
    ],
    [
      'query ($c: sizes_enum) { users(where: {favorite: {_eq: $c}}) { id } }',
      `${AT}._eq variable 'c' is declared as 'sizes_enum', but used where 'colors_enum' is expected`,
      { c: 's' },
    ],
    [
      '{ users_aggregate { aggregate { max { favorite } } } }',
      "validation-failed $.selectionSet.users_aggregate.selectionSet.aggregate.selectionSet.max.selectionSet.favorite field 'favorite' not found in type: 'users_max_fields'",
    ],
  ])('refuses %s', async (query, error, variables: Record<string, unknown> = {}) => {
    expect(await serve()('admin', query, { variables })).toBe(error);
  });

  test('a plan serves other values, each checked', async () => {
    const ask = serve();
    const query = 'query ($c: colors_enum) { users(where: {favorite: {_eq: $c}}) { id } }';
    expect(await ask('admin', query, { variables: { c: 'red' } })).toEqual({ users: [{ id: 1 }] });
    expect(await ask('admin', query, { variables: { c: 'blue' } })).toEqual({ users: [{ id: 2 }] });
    expect(await ask('admin', query, { variables: { c: 'nix' } })).toBe(`${AT}._eq ${VALUES} 'nix'`);
  });
});

describe('the schema', () => {
  const sdl = (role: string, ...given: Parameters<typeof compiled>): string => {
    const text = printRoleSchema(openArtifact(encodeArtifact(compiled(...given))).role(role));
    expect(validateSchema(buildSchema(text))).toEqual([]);
    return text;
  };

  test('has values in order with their descriptions', async () => {
    sdl('admin');
    const query = '{ __type(name: "colors_enum") { kind description enumValues { name description } } }';
    expect(await serve()('admin', query)).toEqual({
      __type: {
        kind: 'ENUM',
        description: null,
        enumValues: [
          { name: 'Green', description: null },
          { name: 'blue', description: 'with "quotes"' },
          { name: 'red', description: '#FF0000' },
        ],
      },
    });
  });

  test('shows the values to roles that do not see the table, and to nobody else', () => {
    const shown = sdl('user');
    expect(shown).toContain('favorite: colors_enum!');
    expect(shown).not.toMatch(/type colors\b|sizes_enum/);
    expect(sdl('red')).not.toContain('colors_enum');
  });

  test('follows custom name, affixes and schema', () => {
    const tables = [named('colors', { is_enum: true, configuration: { custom_name: 'paint' } }), USERS];
    const schema = sdl('admin', tables, { type_names: { prefix: 'p_', suffix: '_s' } });
    expect(schema).toContain('favorite: p_paint_enum_s!');
    expect(schema).toContain('favorite: p_paint_enum_s_comparison_exp');
  });

  test('a type of the database does not take its name', () => {
    const schema = sdl('admin', [COLORS, named('moods')]);
    expect(schema).toContain('color: colors_enum\n');
    expect(schema).toContain('mood: colors_enum_scalar\n');
  });

  test('a table that is no enum gives text', () => {
    expect(sdl('admin', [named('colors'), SIZES, USERS])).toContain('favorite: String!');
    expect(sdl('admin', [SIZES, USERS])).toContain('favorite: String!');
  });
});

describe('graphql-default', () => {
  const given = [
    TABLES,
    { naming_convention: 'graphql-default' },
    { namingConventions: true },
  ] as const satisfies Parameters<typeof compiled>;

  test('writes values in capital letters, in filters and in answers', async () => {
    const ask = serve(...given);
    expect(
      await ask(
        'admin',
        '{ users(where: {favorite: {_in: [RED, GREEN]}}) { favorite size other __typename } }',
      ),
    ).toEqual({ users: [{ favorite: 'RED', size: 'S', other: 'BLUE', __typename: 'Users' }] });
    expect(await ask('admin', '{ __type(name: "ColorsEnum") { enumValues { name } } }')).toEqual({
      __type: { enumValues: [{ name: 'BLUE' }, { name: 'GREEN' }, { name: 'RED' }] },
    });
    expect(await ask('admin', '{ users(where: {favorite: {_eq: red}}) { id } }')).toBe(
      "validation-failed $.selectionSet.users.args.where.favorite._eq expected one of the values ['BLUE', 'GREEN', 'RED'] for type 'ColorsEnum', but found 'red'",
    );
  });

  test('has no two values of one name', () => {
    const reasons = (...[customization, options]: [SourceCustomization, Partial<CompileOptions>]): string[] =>
      stages
        .compiled(metadataOf({ tables: [named('cases', { is_enum: true })], customization }), options)
        .inconsistencies.map((i) => i.reason);
    expect(reasons({}, {})).toEqual([]);
    expect(reasons(given[1], given[2])).toEqual([
      'Inconsistent object: the table "cases" cannot be used as an enum because the values "A" and "a" would all be called A by the naming convention graphql-default',
    ]);
  });

  test('permissions keep the values of the database', async () => {
    expect(await serve(...given)('red', '{ users { name } }')).toEqual({ users: [{ name: 'Ann' }] });
  });
});

describe('a permission', () => {
  test.each([
    ['red', {}, ['Ann']],
    ['any', { 'x-hasura-colors': '{blue,Green}' }, ['Bob']],
    ['any', { 'x-hasura-colors': '{nix}' }, []],
    ['like', {}, ['Bob']],
    ['same', {}, ['Ann']],
  ])('of role %s with %j', async (role, session: Record<string, string>, names) => {
    expect(await serve()(role, '{ users { name } }', { session })).toEqual({
      users: names.map((name) => ({ name })),
    });
  });

  test('that compares with what is no value is inconsistent, and gives nothing', () => {
    const filter = { favorite: { _in: ['red', 'nix'] } };
    const { inconsistencies, roles } = stages.compiled(
      metadataOf({
        tables: [
          COLORS,
          { ...USERS, select_permissions: [{ role: 'user', permission: { columns: ['id'], filter } }] },
        ],
      }),
    );
    expect(inconsistencies.map((i) => i.reason)).toEqual([
      'Inconsistent object: in table "users": in permission for role "user": expected one of the values "Green", "blue", "red" for type "colors_enum", given "nix"',
    ]);
    expect(roles.find(({ role }) => role === 'user')?.tables).toEqual([]);
  });

  test.each([
    ['Green', []],
    ['x-hasura-color', []],
    [null, []],
    ['nix', ['expected one of the values "Green", "blue", "red" for type "colors_enum", given "nix"']],
  ])('that sets %j', (favorite, reasons) => {
    const permission = { columns: ['name'], check: {}, set: { favorite } };
    const { inconsistencies } = stages.compiled(
      metadataOf({ tables: [COLORS, { ...USERS, insert_permissions: [{ role: 'user', permission }] }] }),
    );
    expect(inconsistencies.map((i) => i.reason)).toEqual(
      reasons.map((r) => `Inconsistent object: in table "users": in permission for role "user": ${r}`),
    );
  });
});

describe('a table that cannot be an enum', () => {
  const reasons = (tables: readonly TableMetadata[]): string[] =>
    stages.compiled(metadataOf({ tables })).inconsistencies.map((i) => i.reason);

  test.each([
    ['no_key', 'because the table must have a primary key'],
    [
      'two_keys',
      'for the following reasons:\n  • the table’s primary key must not span multiple columns (a, b)\n  • the table must have exactly one primary key and optionally one comment column, not 2 columns (a, b)\n',
    ],
    [
      'number_key',
      'for the following reasons:\n  • the table’s primary key ("id") must have type "text", not type "integer"\n  • the table must have exactly one primary key and optionally one comment column, not 2 columns (id, n)\n',
    ],
    ['number_comment', 'because the table’s comment column ("n") must have type "text", not type "_int8"'],
    [
      'empty_comment',
      'for the following reasons:\n  • the table’s comment column ("n") must have type "text", not type "bigint"\n  • the table must have at least one row\n',
    ],
    [
      'wide',
      'for the following reasons:\n  • the table must have exactly one primary key and optionally one comment column, not 2 columns (a, c)\n  • the value "a b" is not a valid GraphQL enum value name\n',
    ],
    [
      'wide_without_key',
      'for the following reasons:\n  • the table must have a primary key\n  • the table must have exactly one primary key and optionally one comment column, not 3 columns (a, c, value)\n',
    ],
    ['empty_one', 'because the table must have at least one row'],
    ['bad_one', 'because the value "a b" is not a valid GraphQL enum value name'],
    ['bad_two', 'because the values 1 and "true" are not valid GraphQL enum value names'],
    ['bad_three', 'because the values , a-b, and "é" are not valid GraphQL enum value names'],
  ])('%s', (name, reason) => {
    expect(reasons([named(name, { is_enum: true })])).toEqual([
      `Inconsistent object: the table "${name}" cannot be used as an enum ${reason}`,
    ]);
  });

  test('a column of two enums makes its table inconsistent', () => {
    expect(reasons([COLORS, SIZES, named('of_both')])).toEqual([
      'Inconsistent object: column "b" in table "of_both" references multiple enum tables ("colors", "sizes")',
    ]);
  });

  test('rows that were not read, or may not be, are no values', async () => {
    const { enumTables: _, ...catalog } = stages.catalog;
    const metadata = metadataOf({ tables: [COLORS, USERS] });
    const reasonsWith = (found: typeof catalog): string[] =>
      compile(metadata, new Map([['default', found]]), DEFAULT_COMPILE_OPTIONS).inconsistencies.map(
        (i) => i.reason,
      );
    const prefix = 'Inconsistent object: the table "colors" cannot be used as an enum because';
    expect(reasonsWith(catalog)).toEqual([
      `${prefix} its rows were not read: build again, or reload the metadata`,
    ]);

    await stages.client.query('begin; create role reader; grant select on sizes to reader');
    try {
      await stages.client.query('savepoint s; set local role reader');
      const run = async (text: string): Promise<string> => {
        await stages.client.query('savepoint statement');
        try {
          const { rows } = await stages.client.query<[string]>({ text, rowMode: 'array' });
          return rows[0]?.[0] ?? '';
        } catch (error) {
          await stages.client.query('rollback to savepoint statement');
          throw error;
        }
      };
      const wanted = [COLORS.table, SIZES.table];
      const read = await addEnumTables(run, catalog, wanted);
      expect(read.enumTables?.map(({ name, values, failure }) => [name, values?.length, failure])).toEqual([
        ['colors', undefined, 'permission denied for table colors'],
        ['sizes', 2, undefined],
      ]);
      expect(reasonsWith(read)).toEqual([`${prefix} postgres error: permission denied for table colors`]);
    } finally {
      await stages.client.query('rollback');
    }
  });
});
