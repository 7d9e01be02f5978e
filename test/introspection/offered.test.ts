// What a role's schema offers, planning and Postgres take: random queries that graphql-js finds valid are answered.

import * as fc from 'fast-check';
import type { GraphQLField, GraphQLInputType, GraphQLOutputType, GraphQLSchema } from 'graphql';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  parse,
  validate,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import type { Ask, Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const SQL = `
create table author (id int primary key, name text, secret text, age int, doc jsonb);
create table article (id int primary key, title text, author_id int references author, published boolean, rating float8);
insert into author values (1, 'Ann', 'a', 30, '{"x": 1}'), (2, 'Bob', 'b', null, null);
insert into article values (1, 'one', 1, true, 1), (2, null, 1, false, 2), (3, 'three', 2, true, null);
create function found(word text default '%') returns setof author language sql stable as
  $$ select * from author where name like word $$;
create function first_one() returns author language sql stable as $$ select * from author limit 1 $$;
create function upper_name(a author) returns text language sql stable as $$ select upper(a.name) $$;
create function older(a author, by int default 1) returns int language sql stable as $$ select a.age + by $$;
create function works(a author, lowest int default 0) returns setof article language sql stable as
  $$ select * from article where author_id = a.id and id >= lowest $$;
create function stats(a author) returns table (n bigint, best float8) language sql stable as
  $$ select count(*), max(rating) from article where author_id = a.id $$;
`;

const named = (name: string) => ({ schema: 'public', name });
const computed = (name: string) => ({ name, definition: { function: named(name) } });
const toArticles = { column_mapping: { id: 'author_id' }, remote_table: named('article') };

const METADATA: Metadata = metadataOf(
  {
    tables: [
      {
        table: named('author'),
        array_relationships: [
          {
            name: 'articles',
            using: { foreign_key_constraint_on: { table: named('article'), column: 'author_id' } },
          },
          {
            name: 'alike',
            using: {
              manual_configuration: { column_mapping: { id: 'id' }, remote_native_query: 'named_like' },
            },
          },
        ],
        computed_fields: ['upper_name', 'older', 'works', 'stats'].map(computed),
        select_permissions: [
          {
            role: 'open',
            permission: { columns: ['id', 'name'], computed_fields: ['upper_name'], filter: {} },
          },
          {
            role: 'own',
            permission: {
              columns: ['id', 'secret', 'age', 'doc'],
              computed_fields: ['older', 'stats'],
              filter: { id: { _eq: 1 } },
              limit: 2,
              allow_aggregations: true,
            },
          },
        ],
      },
      {
        table: named('article'),
        object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
        select_permissions: [
          { role: 'open', permission: { columns: ['id', 'title'], filter: {}, allow_aggregations: true } },
          { role: 'own', permission: { columns: ['id', 'rating'], filter: { published: { _eq: true } } } },
        ],
      },
    ],
    functions: [{ function: named('found') }, { function: named('first_one') }],
    logical_models: ['row', 'writer'].map((name) => ({
      name,
      fields: [
        { name: 'id', type: 'integer' },
        { name: 'name', type: { scalar: 'text', nullable: true } },
      ],
      select_permissions: [{ role: 'own', permission: { columns: ['id'], filter: {} } }],
    })),
    native_queries: [
      {
        root_field_name: 'named_like',
        code: 'select id, name from author where name like {{word}}',
        arguments: { word: { type: 'text' } },
        returns: 'row',
      },
      {
        root_field_name: 'writers',
        code: 'select id, name from author',
        returns: 'writer',
        array_relationships: [{ name: 'articles', using: toArticles }],
      },
    ],
  },
  { inherited_roles: [{ role_name: 'both', role_set: ['open', 'own'] }] },
);

/** What no schema can say: these are refused although the query is valid. */
const UNSAID =
  /"distinct_on" columns must match initial "order_by" columns|exactly one predicate should be specified/;

const VALUES: Readonly<Record<string, readonly string[]>> = {
  Int: ['0', '1', '2'],
  Float: ['0.5', '2'],
  float8: ['1', '2.5'],
  bigint: ['1', '"2"'],
  Boolean: ['true', 'false'],
  String: ['"A%"', '"one"', '"x"'],
  jsonb: ['{x: 1}', '[1]'],
};

let stages: Stages;
let ask: Ask;
let schemaOf: (role: string) => GraphQLSchema;
beforeAll(async () => {
  stages = await startStages(SQL);
  const artifact = stages.compiled(METADATA, { groupBy: true });
  expect(artifact.inconsistencies).toEqual([]);
  ask = stages.serve(artifact);
  const opened = openArtifact(encodeArtifact(artifact));
  schemaOf = (role) => buildSchema(printRoleSchema(opened.role(role)));
});
afterAll(() => stages?.stop());

/** Chooses by a stream of numbers, which fast-check makes and shrinks; zeros give the smallest query. */
function chooser(numbers: readonly number[]): (below: number) => number {
  let next = 0;
  return (below) => (below === 0 ? 0 : (numbers[next++] ?? 0) % below);
}

function randomQuery(schema: GraphQLSchema, numbers: readonly number[]): string {
  const choose = chooser(numbers);
  const pick = <T>(from: readonly T[]): T => must(from[choose(from.length)], 'a choice');
  const some = <T>(from: readonly T[], most: number): T[] =>
    from.length === 0 ? [] : [...new Set(Array.from({ length: choose(most + 1) }, () => pick(from)))];

  const value = (type: GraphQLInputType, depth: number): string => {
    if (isNonNullType(type)) return value(type.ofType, depth);
    if (isListType(type)) {
      const items = Array.from({ length: depth > 4 ? 0 : choose(3) }, () => value(type.ofType, depth + 1));
      return `[${items.join(', ')}]`;
    }
    if (isEnumType(type)) return pick(type.getValues()).name;
    if (!isInputObjectType(type)) return pick(must(VALUES[type.name], `values of ${type.name}`));
    const fields = Object.values(type.getFields());
    const optional = fields.filter((f) => !isRequiredInputField(f));
    const chosen = [...fields.filter(isRequiredInputField), ...some(optional, depth > 4 ? 0 : 2)];
    return `{${chosen.map((f) => `${f.name}: ${value(f.type, depth + 1)}`).join(', ')}}`;
  };
  const selection = (type: GraphQLOutputType, depth: number): string => {
    const row = getNamedType(type);
    if (!isObjectType(row)) return '';
    const fields = Object.values(row.getFields()).filter(
      (f) => depth < 5 || !isObjectType(getNamedType(f.type)),
    );
    const members = some(fields, 4).map((f, i) => `f${i}: ${field(f, depth + 1)}`);
    return ` { ${members.length > 0 ? members.join(' ') : '__typename'} }`;
  };
  const field = (f: GraphQLField<unknown, unknown>, depth: number): string => {
    const given = f.args.filter((a) => isRequiredArgument(a) || (a.name !== 'path' && choose(3) === 1));
    const args = given.map((a) => `${a.name}: ${value(a.type, 1)}`).join(', ');
    return `${f.name}${args === '' ? '' : `(${args})`}${selection(f.type, depth)}`;
  };
  return `{ ${field(pick(Object.values(must(schema.getQueryType(), 'a query root').getFields())), 0)} }`;
}

test.each(['admin', 'open', 'own', 'both'])('of %s', async (role) => {
  const schema = schemaOf(role);
  const numbers = fc.array(fc.nat(999), { minLength: 5, maxLength: 120, size: 'max' });
  await fc.assert(
    fc.asyncProperty(numbers, async (stream) => {
      const query = randomQuery(schema, stream);
      expect(validate(schema, parse(query))).toEqual([]);
      const answer = await ask(role, query);
      if (typeof answer === 'string') expect(`${query}: ${answer}`).toMatch(UNSAID);
    }),
    { numRuns: 150 },
  );
});
