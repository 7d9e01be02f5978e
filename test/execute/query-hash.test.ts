// Which operations share a hash: those that differ in values only.

import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { RoleView } from '../../src/artifact/decode.ts';
import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { knownQueryHash, normalForm, queryHash } from '../../src/execute/query-hash.ts';
import type { VariableValues } from '../../src/parse/operation.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import { metadataOf, type Stages, startStages } from '../support/stages.ts';

let stages: Stages;
let admin: RoleView;

beforeAll(async () => {
  stages = await startStages('create table author (id int primary key, name text, info jsonb)');
  const tables = [{ table: { schema: 'public', name: 'author' } }];
  const artifact = stages.compiled(metadataOf({ tables }));
  admin = openArtifact(encodeArtifact(artifact)).role('admin', false);
});
afterAll(() => stages?.stop());

const SETTINGS = { stringifyNumericTypes: false, booleanNullCollapse: false };

function planOf(query: string, variables: VariableValues = {}): Plan {
  return plan(admin, selectOperation(parse(query), undefined), variables, SETTINGS);
}

type Given = readonly [query: string, variables?: VariableValues];

const BY_ID = 'query{author(where:{id:{_eq:?}}){id name}}';

describe('the normal form', () => {
  test.each<{ name: string; given: readonly Given[]; form: string }>([
    {
      name: 'literals, variables and whole conditions',
      given: [
        ['{ author(where: {id: {_eq: 2}}) { id name } }'],
        ['query Named { author(where: {id: {_eq: 203943}}) { id name } }'],
        ['query ($id: Int) { author(where: {id: {_eq: $id}}) { id name } }', { id: 3 }],
        ['query ($w: author_bool_exp) { author(where: $w) { id name } }', { w: { id: { _eq: 1 } } }],
        ['query ($w: author_bool_exp = {id: {_eq: 1}}) { author(where: $w) { id name } }'],
      ],
      form: BY_ID,
    },
    {
      name: 'lists of any length, keys and arguments in any order',
      given: [
        ['{ author(limit: 1, where: {name: {_eq: "a"}, id: {_in: [1, 2]}}) { id } }'],
        ['{ author(where: {id: {_in: [3]}, name: {_eq: "b"}}, limit: 7) { id } }'],
        [
          'query ($n: Int!) { author(where: {id: {_in: [$n]}, name: {_eq: "b"}}, limit: $n) { id } }',
          { n: 1 },
        ],
      ],
      form: 'query{author(limit:?,where:{id:{_in:[?]},name:{_eq:?}}){id}}',
    },
    {
      name: 'fragments of any name',
      given: [
        ['{ author { ...a } } fragment a on author { id ...b } fragment b on author { name }'],
        ['{ author { ...x } } fragment y on author { name } fragment x on author { id ...y }'],
      ],
      form: 'query{author{...#0}}#0 author{id ...#1}#1 author{name}',
    },
    {
      name: 'JSON in a variable, which is a value',
      given: [
        ['query ($j: jsonb) { author(where: {info: {_contains: $j}}) { id } }', { j: { a: 1 } }],
        ['query ($j: jsonb) { author(where: {info: {_contains: $j}}) { id } }', { j: [1] }],
      ],
      form: 'query{author(where:{info:{_contains:?}}){id}}',
    },
    {
      name: 'aliases and directives',
      given: [
        ['query ($b: Boolean!) { a: author { id @include(if: $b) } }', { b: true }],
        ['{ a: author { id @include(if: false) } }'],
      ],
      form: 'query{a:author{id@include(if:?)}}',
    },
    {
      name: 'mutations',
      given: [
        ['mutation { insert_author_one(object: {id: 1, name: "a"}) { id } }'],
        ['mutation ($i: Int!) { insert_author_one(object: {name: "b", id: $i}) { id } }', { i: 7 }],
      ],
      form: 'mutation{insert_author_one(object:{id:?,name:?}){id}}',
    },
  ])('is one for $name', ({ given, form }) => {
    expect(given.map(([query, variables]) => normalForm(planOf(query, variables)))).toEqual(
      given.map(() => form),
    );
  });

  test.each([
    '{ author(where: {id: {_gt: 2}}) { id name } }',
    '{ author(where: {id: {_eq: 2}}) { name id } }',
    '{ author(where: {id: {_eq: 2}}, limit: 1) { id name } }',
    '{ a: author(where: {id: {_eq: 2}}) { id name } }',
  ])('is another one for %s', (query) => {
    expect(normalForm(planOf(query))).not.toBe(BY_ID);
  });
});

test('has no place for a variable that counts as not written', () => {
  const operation = selectOperation(parse('query ($l: Int) { author(limit: $l) { id } }'), undefined, {
    unboundIsNull: false,
    nullInNonNull: false,
  });
  expect(normalForm(plan(admin, operation, {}, SETTINGS))).toBe('query{author{id}}');
});

test('is hashed once per plan', async () => {
  const one = planOf('{ author(where: {id: {_eq: 2}}) { id name } }');
  expect(knownQueryHash(one)).toBeUndefined();
  const hash = await queryHash(one);
  expect(hash).toBe(await queryHash(planOf('{ author(where: {id: {_eq: 3}}) { id name } }')));
  expect(knownQueryHash(one)).toBe(hash);
  expect(hash).toBe(createHash('sha1').update(BY_ID).digest('hex'));
});
