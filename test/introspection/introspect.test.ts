import * as fc from 'fast-check';
import type { FieldNode, GraphQLNamedType, IntrospectionQuery } from 'graphql';
import {
  buildClientSchema,
  executeSync,
  getIntrospectionQuery,
  GraphQLSchema,
  Kind,
  parse,
  printSchema,
  validateSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';

import type { RoleView } from '../../src/artifact/decode.ts';
import { introspect } from '../../src/introspection/introspect.ts';
import { roleSchema } from '../../src/introspection/schema.ts';
import './enum-order.ts';
import { arrayRelationship, blog, column, objectRelationship, openRole, table, typeTable } from './model.ts';

function ask(role: RoleView, query: string, variables: Record<string, unknown> = {}): unknown {
  const { definitions } = parse(query);
  const [operation] = definitions.filter((d) => d.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((d) => d.kind === Kind.FRAGMENT_DEFINITION);
  return introspect(
    role,
    operation?.selectionSet.selections as FieldNode[],
    Object.fromEntries(fragments.map((f) => [f.name.value, f])),
    operation?.variableDefinitions ?? [],
    variables,
  );
}

/** What graphql-js answers from the same schema; it lists types in the order it met them, Hedge sorts them. */
function reference(schema: GraphQLSchema, query: string, variables: Record<string, unknown> = {}): unknown {
  const { data, errors } = executeSync({ schema, document: parse(query), variableValues: variables });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data));
}

function referenceSchema(role: RoleView): GraphQLSchema {
  const config = roleSchema(role).toConfig();
  const kept = ['cached', 'include', 'skip'];
  const schema = new GraphQLSchema({
    ...config,
    directives: kept.flatMap((name) => config.directives.filter((d) => d.name === name)),
  });
  const sorted = Object.create(null) as Record<string, GraphQLNamedType>;
  for (const name of Object.keys(schema.getTypeMap()).sort()) {
    const type = schema.getType(name);
    if (type) sorted[name] = type;
  }
  schema.getTypeMap = () => sorted;
  return schema;
}

const FULL = getIntrospectionQuery({
  descriptions: true,
  directiveIsRepeatable: true,
  experimentalDirectiveDeprecation: true,
  inputValueDeprecation: true,
  oneOf: true,
  schemaDescription: true,
  specifiedByUrl: true,
});

describe('answers as graphql-js does', () => {
  const role = blog();
  const schema = referenceSchema(role);

  type Query = readonly [name: string, query: string, variables: Record<string, unknown>];
  const queries: readonly (readonly [string, string] | Query)[] = [
    ['the standard query of clients of long ago', getIntrospectionQuery({ descriptions: false })],
    ['the standard query', getIntrospectionQuery()],
    ['the standard query with everything', FULL],
    ['the standard query at twice the depth', getIntrospectionQuery({ typeDepth: 18 })],
    ['a type by name', '{ __type(name: "author") { name kind fields { name type { kind name ofType { name } } } } }'],
    ['no type of that name', '{ __type(name: "nobody") { name } }'],
    ['a name of Object.prototype', '{ __type(name: "constructor") { name } }'],
    ['no wrapped type as a name', '{ a: __type(name: "[Int]") { name } b: __type(name: "Int!") { name } }'],
    ['aliases, __proto__ among them', '{ __proto__: __schema { constructor: queryType { __proto__: name __typename } } }'],
    ['a field named twice', '{ __schema { queryType { name } } __schema { queryType { kind } types { kind } } }'],
    ['fragments', '{ __schema { ...S } } fragment S on __Schema { types { ... on __Type { ...T } ...T } } fragment T on __Type { name }'],
    ['a variable', 'query ($n: String!) { __type(name: $n) { name } }', { n: 'article' }],
    ['a default of a variable', 'query ($n: String = "author") { __type(name: $n) { name } }'],
    ['includeDeprecated by variable', 'query ($d: Boolean!) { __type(name: "__TypeKind") { enumValues(includeDeprecated: $d) { name } } }', { d: true }],
    ['@skip and @include', 'query ($y: Boolean!, $n: Boolean!) { __schema @include(if: $y) { queryType { name @skip(if: $y) kind } types @include(if: $n) { name } } }', { y: true, n: false }],
    ['input types and enums', '{ a: __type(name: "article_bool_exp") { inputFields { name type { name kind ofType { name } } defaultValue } fields { name } } b: __type(name: "order_by") { enumValues { name description isDeprecated deprecationReason } possibleTypes { name } interfaces { name } } }'],
  ]; // prettier-ignore

  test.each(queries.map(([name, query, variables = {}]): Query => [name, query, variables]))(
    '%s',
    (_, query, variables) => {
      expect(JSON.stringify(ask(role, query, variables))).toBe(
        JSON.stringify(reference(schema, query, variables)),
      );
    },
  );

  test('any selection', () => {
    fc.assert(
      fc.property(selection('__Schema', 4), (selected) => {
        const query = `{ __schema ${selected} }`;
        expect(ask(role, query)).toEqual(reference(schema, query));
      }),
      { numRuns: 150 },
    );
  });

  test('and clients can build their schema from it', () => {
    const client = buildClientSchema(ask(role, FULL) as IntrospectionQuery);
    expect(validateSchema(client)).toEqual([]);
    expect(printSchema(client)).toContain('type article_aggregate_fields');
    expect(client.getMutationType()).toBeNull();
    expect(client.getSubscriptionType()).toBeNull();
  });
});

/** Random selection sets on an introspection type. */
function selection(typeName: string, depth: number): fc.Arbitrary<string> {
  const type = MEMBERS[typeName];
  if (!type) throw new Error(`no such type: ${typeName}`);
  const field = fc.constantFrom(...Object.keys(type)).chain((name) => {
    const inner = type[name];
    const alias = fc.constantFrom('', '', 'x: ', 'y: ');
    if (!inner) return alias.map((a) => `${name === 'name' || a === '' ? '' : `${name}_${a}`}${name}`);
    if (depth === 0) return fc.constant('__typename');
    return selection(inner, depth - 1).map((s) => `${name} ${s}`);
  });
  return fc
    .array(field, { minLength: 1, maxLength: 4 })
    .map((fields) => `{ ${[...new Set(fields)].join(' ')} }`);
}

/** Fields of introspection types; '' for leaves. Lists that lead to lists of types are left out to stay within limits. */
const MEMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  __Schema: { description: '', types: '__Type', queryType: '__Type', mutationType: '__Type', directives: '__Directive' },
  __Type: {
    kind: '', name: '', description: '', specifiedByURL: '', isOneOf: '',
    fields: '__Field', ofType: '__Named', enumValues: '__EnumValue', inputFields: '__InputValue', interfaces: '__Named',
  },
  __Field: { name: '', description: '', isDeprecated: '', deprecationReason: '', args: '__InputValue', type: '__Named' },
  __InputValue: { name: '', description: '', defaultValue: '', isDeprecated: '', type: '__Named' },
  __Named: { kind: '', name: '', ofType: '__Named' },
  __EnumValue: { name: '', description: '', isDeprecated: '', deprecationReason: '' },
  __Directive: { name: '', description: '', isRepeatable: '', locations: '', args: '__InputValue' },
}; // prettier-ignore

describe('refuses', () => {
  const many = (n: number, text: (i: number) => string): string =>
    Array.from({ length: n }, (_, i) => text(i)).join(' ');
  const diamond = many(30, (i) => `fragment F${i} on __Schema { ...F${i + 1} ...F${i + 1} }`);
  interface Refusal {
    readonly message: string | RegExp;
    readonly path?: string;
  }
  const cases: readonly (readonly [string, string, Refusal] | readonly [string, string, Refusal, Record<string, unknown>])[] = [
    [
      'an unknown field, in the words of other fields',
      '{ __schema { types { nope } } }',
      { message: "field 'nope' not found in type: '__Type'", path: '$.selectionSet.__schema.selectionSet.types.selectionSet.nope' },
    ],
    ['an object without selection', '{ __schema { types } }', { message: "missing selection set for '__Type'", path: '$.selectionSet.__schema.selectionSet.types.selectionSet' }],
    ['a selection on a leaf', '{ __schema { queryType { name { x } } } }', { message: /must not have a selection/ }],
    ['an unknown argument', '{ __type(name: "a", nope: 1) { name } }', { message: /Unknown argument "nope"/ }],
    ['a missing argument', '{ __type { name } }', { message: "missing required field 'name'", path: '$.selectionSet.__type.args.name' }],
    ['an unknown directive', '{ __schema { types @nope { name } } }', { message: /Unknown directive "@nope"/ }],
    ['an unknown fragment', '{ __schema { ...Nope } }', { message: /Unknown fragment "Nope"/ }],
    ['a fragment of another type', '{ __schema { ...F } } fragment F on __Type { name }', { message: /can never be of type/ }],
    ['conflicting fields', '{ __schema { a: queryType { name } a: types { name } } }', { message: /conflict/ }],
    ['a variable of the wrong type', 'query ($n: Int!) { __type(name: $n) { name } }', { message: /Variable "\$n" of type "Int!"/ }, { n: 1 }],
    ['a value of the wrong type', 'query ($n: String!) { __type(name: $n) { name } }', { message: /"\$n"/ }, { n: 1 }],
    ['a fragment cycle', '{ __schema { ...A } } fragment A on __Schema { ...A }', { message: 'the introspection selects more than 500 fields' }],
    ['501 fields', `{ ${many(251, (i) => `a${i}: __schema { __typename }`)} }`, { message: 'the introspection selects more than 500 fields' }],
    ['a fragment diamond of 2^30', `{ __schema { ...F0 } } ${diamond} fragment F30 on __Schema { __typename }`, { message: 'the introspection selects more than 500 fields' }],
    ['a chain of ofType', `{ __schema { types ${many(40, () => '{ ofType')} { name } ${'}'.repeat(42)}`, { message: 'the introspection nests deeper than 30 levels' }],
    ['lists of fields in lists of fields', '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }', { message: /introspection depth/ }],
  ]; // prettier-ignore

  test.each(
    cases.map(([name, query, refusal, variables = {}]) => ({
      name,
      query,
      variables,
      path: '$',
      ...refusal,
    })),
  )('$name', ({ query, variables, message, path }) => {
    expect(() => ask(blog(), query, variables)).toThrow(
      expect.objectContaining({
        name: 'HedgeError',
        code: 'validation-failed',
        path,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );
  });
});

test('refuses an answer many times the schema', () => {
  const types = typeTable();
  const columns = Array.from({ length: 300 }, (_, k) => column(types, `c${k}`, 'int4'));
  const relationships = Array.from({ length: 20 }, (_, k) => arrayRelationship(`r${k}`, 0));
  const role = openRole(types, [table('wide', [...columns, ...relationships])]);
  const query =
    '{ __schema { types { fields { args { type { inputFields { name type { kind name description } } } } } } } }';
  expect(() => ask(role, query)).not.toThrow();
  const bomb = query.replace(
    'type { kind',
    `${'abcdefghij'.replaceAll(/./g, '$&: type { kind name description } ')}type { kind`,
  );
  expect(() => ask(role, bomb)).toThrow(/longer than \d+ characters/);
});

describe('a variable the introspection does not use', () => {
  test('may have a type that only the rest of the operation knows', () => {
    const query = 'query ($w: article_bool_exp!) { __schema { queryType { name } } }';
    expect(ask(blog(), query, { w: {} })).toEqual({ __schema: { queryType: { name: 'query_root' } } });
  });
});

test('one request with other values gets another answer', () => {
  const role = blog();
  const query = 'query ($n: String!) { __type(name: $n) { name } }';
  expect(ask(role, query, { n: 'author' })).toEqual({ __type: { name: 'author' } });
  expect(ask(role, query, { n: 'article' })).toEqual({ __type: { name: 'article' } });
  expect(ask(role, query, { n: 'author' })).toEqual({ __type: { name: 'author' } });
});

test('1,000 tables are introspected whole', { timeout: 60_000 }, () => {
  const types = typeTable();
  const name = (i: number): string => `table_${String(i).padStart(4, '0')}`;
  const tables = Array.from({ length: 1_000 }, (_, i) => {
    const columns = Array.from({ length: 10 }, (_, k) => column(types, `c${k}`, k < 5 ? 'int4!' : 'text'));
    const relationships = [
      objectRelationship('parent', (i + 1) % 1_000),
      arrayRelationship('children', (i + 999) % 1_000),
    ];
    return table(name(i), [...columns, ...relationships], { primaryKey: ['c0'], allowAggregations: true });
  });
  const { __schema } = ask(openRole(types, tables), FULL) as IntrospectionQuery;
  expect(__schema.types.filter((t) => /^table_\d+$/.test(t.name))).toHaveLength(1_000);
  expect(__schema.types.find((t) => t.name === 'query_root')).toMatchObject({
    fields: expect.objectContaining({ length: 3_000 }),
  });
});
