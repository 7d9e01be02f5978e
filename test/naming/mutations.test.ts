// Mutations under `graphql-default`, below a namespace, on columns that reference an enum table.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import type { TableMetadata } from '../../src/metadata/types.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table colors (value text primary key);
insert into colors values ('red'), ('blue');
create table author_local (
  author_id int primary key, full_name text unique, color text references colors, extra jsonb default '{}', n int default 0
);
create table blog_post (post_id int primary key, author_id int references author_local, title text);
`;

const named = (name: string, rest: Omit<TableMetadata, 'table'> = {}): TableMetadata => ({
  table: { schema: 'public', name },
  ...rest,
});
const TABLES = [
  named('colors', { is_enum: true }),
  named('author_local', {
    array_relationships: [
      {
        name: 'blog_posts',
        using: {
          foreign_key_constraint_on: { table: { schema: 'public', name: 'blog_post' }, column: 'author_id' },
        },
      },
    ],
    insert_permissions: [
      {
        role: 'user',
        permission: { columns: ['author_id'], check: { color: { _eq: 'blue' } }, set: { color: 'blue' } },
      },
      { role: 'strict', permission: { columns: ['author_id', 'color'], check: { color: { _neq: 'blue' } } } },
    ],
    select_permissions: [{ role: 'user', permission: { columns: ['author_id', 'color'], filter: {} } }],
  }),
  named('blog_post', {
    object_relationships: [{ name: 'the_author', using: { foreign_key_constraint_on: 'author_id' } }],
  }),
];

let stages: Stages;
let ask: Ask;
beforeAll(async () => {
  stages = await startStages(SQL, [{ schema: 'public', name: 'colors' }]);
  const customization = { naming_convention: 'graphql-default', root_fields: { namespace: 'ns' } } as const;
  const artifact = stages.compiled(metadataOf({ customization, tables: TABLES }), {
    namingConventions: true,
  });
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
});
beforeEach(async () => {
  await stages.client.query(
    "truncate author_local, blog_post; insert into author_local values (1, 'Ann', 'red'), (2, 'Bob', null)",
  );
});
afterAll(async () => await stages.stop());

test.each([
  [
    'insertAuthorLocal(objects: [{authorId: 3, color: RED, blog_posts: {data: [{postId: 1, title: "x"}]}}]) { __typename affectedRows returning { color blog_posts { title } } }',
    {
      __typename: 'AuthorLocalMutationResponse',
      affectedRows: 2,
      returning: [{ color: 'RED', blog_posts: [{ title: 'x' }] }],
    },
  ],
  [
    'insertAuthorLocalOne(object: {authorId: 1, color: BLUE}, onConflict: {constraint: author_local_pkey, updateColumns: [color]}) { color fullName }',
    { color: 'BLUE', fullName: 'Ann' },
  ],
  [
    'insertBlogPostOne(object: {postId: 1, the_author: {data: {authorId: 3, color: RED}}}) { the_author { color } }',
    { the_author: { color: 'RED' } },
  ],
  [
    'updateAuthorLocalByPk(pkColumns: {authorId: 1}, _set: {color: BLUE}, _inc: {n: 2}, _append: {extra: {a: [1]}}) { color n extra }',
    { color: 'BLUE', n: 2, extra: { a: [1] } },
  ],
  [
    'updateAuthorLocal(where: {color: {_isNull: false}}, _deleteAtPath: {extra: ["a"]}) { affectedRows }',
    { affectedRows: 1 },
  ],
  [
    'updateAuthorLocalMany(updates: [{where: {authorId: {_eq: 2}}, _set: {color: RED}}]) { returning { color } }',
    [{ returning: [{ color: 'RED' }] }],
  ],
  [
    'deleteAuthorLocal(where: {color: {_eq: RED}}) { returning { fullName } }',
    { returning: [{ fullName: 'Ann' }] },
  ],
  ['deleteAuthorLocalByPk(authorId: 2) { color }', { color: null }],
])('%s', async (field, answer) => {
  expect(await ask('admin', `mutation { ns { a: ${field} } }`)).toEqual({ ns: { a: answer } });
});

const AT = 'validation-failed $.selectionSet.ns.selectionSet.insertAuthorLocalOne.args.object.color';
test.each([
  ['"RED"', `${AT} expected an enum value for type 'ColorsEnum', but found a string`],
  ['red', `${AT} expected one of the values ['BLUE', 'RED'] for type 'ColorsEnum', but found 'red'`],
  ['$color', `${AT} expected one of the values ['BLUE', 'RED'] for type 'ColorsEnum', but found 'nix'`],
])('an insert refuses %s, and writes nothing', async (value, error) => {
  const query = `mutation ${value === '$color' ? '($color: ColorsEnum)' : ''} { ns { insertAuthorLocalOne(object: {authorId: 9, color: ${value}}) { color } } }`;
  const variables = value === '$color' ? { color: 'nix' } : {};
  expect(await ask('admin', query, { variables })).toBe(error);
  const { rows } = await stages.client.query('select from author_local where author_id = 9');
  expect(rows).toEqual([]);
});

test('presets and checks name values as the database does', async () => {
  expect(
    await ask('user', 'mutation { ns { insertAuthorLocalOne(object: {authorId: 3}) { color } } }'),
  ).toEqual({ ns: { insertAuthorLocalOne: { color: 'BLUE' } } });
  const strict = (color: string): string =>
    `mutation { ns { insertAuthorLocal(objects: {authorId: 4, color: ${color}}) { affectedRows } } }`;
  expect(await ask('strict', strict('BLUE'))).toMatch(/^permission-error /);
  expect(await ask('strict', strict('RED'))).toEqual({ ns: { insertAuthorLocal: { affectedRows: 1 } } });
});

test('a role that may not give the column cannot, whatever the value', async () => {
  expect(
    await ask(
      'user',
      'mutation { ns { insertAuthorLocalOne(object: {authorId: 3, color: RED}) { color } } }',
    ),
  ).toBe(`${AT} field 'color' not found in type: 'AuthorLocalInsertInput'`);
  expect(await ask('stranger', 'mutation { ns { __typename } }')).toMatch(/^validation-failed /);
});
