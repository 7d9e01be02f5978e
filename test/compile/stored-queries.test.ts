// Query collections -> what is served of them, and what is wrong with them, word for word as in Hasura.

import { describe, expect, it } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { RestEndpointMetadata } from '../../src/metadata/section-types.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { CATALOG } from './catalog.ts';

const BASE: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      configuration: { connection_info: { database_url: { from_env: 'DATABASE' } } },
      tables: [{ table: { schema: 'public', name: 'author' } }],
    },
  ],
};

const collection = (queries: Readonly<Record<string, string>>, name = 'c') => ({
  name,
  definition: { queries: Object.entries(queries).map(([query_, text]) => ({ name: query_, query: text })) },
});

const endpoint = (
  name: string,
  url: string,
  more: Partial<RestEndpointMetadata> = {},
): RestEndpointMetadata => ({
  name,
  url,
  methods: ['GET'],
  definition: { query: { collection_name: 'c', query_name: 'q' } },
  ...more,
});

function compiled(more: Partial<Metadata>): Artifact {
  return compile({ ...BASE, ...more }, new Map([['default', CATALOG]]));
}

const reasons = (more: Partial<Metadata>) => compiled(more).inconsistencies.map(({ reason }) => reason);
const QUERY = 'query { author { id } }';

describe('what is served', () => {
  it('is nothing without a use, and takes no place in the text', () => {
    const without = compiled({});
    const unused = compiled({ query_collections: [collection({ q: QUERY })] });
    expect(unused).toEqual(without);
    expect(encodeArtifact(unused)).toBe(encodeArtifact(without));
    expect(openArtifact(encodeArtifact(without)).storedQueries()).toBeUndefined();
  });

  it('survives the artifact’s text: endpoints by name, each scope of the allow list', () => {
    const artifact = compiled({
      query_collections: [
        collection({ q: QUERY, again: '{ author { __typename id } }' }),
        collection({ p: '{ author { name } }', broken: '{' }, 'd'),
        collection({ m: '{ author { name id } }' }, 'e'),
      ],
      rest_endpoints: [endpoint('z', 'a/:id'), endpoint('a', 'b', { methods: ['POST', 'GET'] })],
      allowlist: [
        { collection: 'c' },
        { collection: 'd', scope: { global: false, roles: ['two', 'one'] } },
        { collection: 'e', scope: { global: true } },
        { collection: 'missing', scope: { global: false, roles: ['one'] } },
      ],
    });
    expect(openArtifact(encodeArtifact(artifact)).storedQueries()).toEqual({
      endpoints: [
        { name: 'a', segments: ['b'], methods: ['POST', 'GET'], query: QUERY },
        { name: 'z', segments: ['a', ':id'], methods: ['GET'], query: QUERY },
      ],
      allowlist: {
        global: ['{\n  author {\n    id\n  }\n}', '{\n  author {\n    name\n    id\n  }\n}'],
        roles: { one: ['{\n  author {\n    name\n  }\n}'], two: ['{\n  author {\n    name\n  }\n}'] },
      },
    });
  });

  it('an allow list without any query that exists is still a list', () => {
    expect(compiled({ allowlist: [{ collection: 'missing' }] }).storedQueries).toEqual({
      endpoints: [],
      allowlist: { global: [], roles: {} },
    });
  });
});

describe('an endpoint that cannot be served', () => {
  const of = (...endpoints: RestEndpointMetadata[]) => ({
    query_collections: [collection({ q: QUERY })],
    rest_endpoints: endpoints,
  });

  it.each([
    ['foo/:id/bar/:id', ['Duplicate variables found in endpoint path: foo/:id/bar/:id']],
    ['foo//bar', ['Empty segments or unnamed variables are not allowed: foo//bar']],
    ['/foo', ['Empty segments or unnamed variables are not allowed: /foo']],
    ['foo/', ['Empty segments or unnamed variables are not allowed: foo/']],
    ['foo/:', ['Empty segments or unnamed variables are not allowed: foo/:']],
    [
      ':a//:a',
      [
        'Duplicate variables found in endpoint path: :a//:a',
        'Empty segments or unnamed variables are not allowed: :a//:a',
      ],
    ],
    ['foo/:id/bar/:other', []],
  ])('%s', (url, expected) => {
    const artifact = compiled(of(endpoint('x', url)));
    expect(artifact.inconsistencies.map(({ reason }) => reason)).toEqual(expected);
    expect(artifact.storedQueries === undefined).toBe(expected.length > 0);
  });

  it('is listed as it stands in the metadata', () => {
    expect(compiled(of(endpoint('ok', 'ok'), endpoint('x', 'foo//bar'))).inconsistencies).toEqual([
      {
        type: 'rest_endpoint',
        name: 'rest_endpoint x',
        definition: {
          definition: { query: { collection_name: 'c', query_name: 'q' } },
          url: 'foo//bar',
          methods: ['GET'],
          name: 'x',
          comment: null,
        },
        reason: 'Empty segments or unnamed variables are not allowed: foo//bar',
        path: ['rest_endpoints', 1],
      },
    ]);
  });

  it.each([
    [
      { collection_name: 'gone', query_name: 'q' },
      'Inconsistent object: collection with name "gone" does not exist',
    ],
    [
      { collection_name: 'c', query_name: 'gone' },
      'Inconsistent object: query with name "gone" does not exist in collection "c"',
    ],
  ])('for want of %o', (query, reason) => {
    expect(reasons(of(endpoint('x', 'x', { definition: { query } })))).toEqual([reason]);
  });

  it.each([
    ['subscription { author { id } }', 'is a subscription'],
    ['query a { author { id } } query b { author { id } }', 'has multiple definitions.'],
    ['fragment f on author { id }', 'has no definitions.'],
  ])('for %s, and is not served', (text, what) => {
    const artifact = compiled({
      query_collections: [collection({ q: text })],
      rest_endpoints: [endpoint('x', 'x')],
    });
    const { reason } = must(
      artifact.inconsistencies.find(({ type }) => type === 'rest_endpoint'),
      'it',
    );
    expect(reason).toBe(`Inconsistent object: query with name "q" ${what}`);
    expect(artifact.storedQueries).toBeUndefined();
  });

  it.each<[string, RestEndpointMetadata[], string[]]>([
    ['the same path', [endpoint('x', 'a'), endpoint('y', 'a')], ['a, a', 'a, a']],
    ['a variable', [endpoint('x', 'a/:b'), endpoint('y', ':a/b')], ['a/:b, :a/b', 'a/:b, :a/b']],
    [
      'a literal',
      [endpoint('x', 'a'), endpoint('y', ':b'), endpoint('z', 'c')],
      ['a, :b', 'a, :b, c', ':b, c'],
    ],
    ['no: other lengths', [endpoint('x', ':a'), endpoint('y', ':a/:b')], []],
    ['no: other methods', [endpoint('x', ':a'), endpoint('y', 'a', { methods: ['POST'] })], []],
    ['no: other literals', [endpoint('x', 'a/:b/c'), endpoint('y', 'a/:b/d')], []],
  ])('because of another, %s', (_, endpoints, urls) => {
    const artifact = compiled(of(...endpoints));
    expect(artifact.inconsistencies.map(({ reason }) => reason)).toEqual(
      urls.map((list) => `Ambiguous URL paths: ${list}`),
    );
    expect(artifact.storedQueries?.endpoints).toHaveLength(endpoints.length);
  });
});

describe('a query that the schema does not answer', () => {
  const invalid = (errors: string, more = '') =>
    `Inconsistent object: In query collection "c" the query "q" is invalid with the following error(s): ${errors}${more}`;

  it.each([
    ['query { gone { id } }', `"$.gone: field 'gone' not found in object 'query_root'"`],
    [
      '{ author { id gone also } }',
      `"$.author.also: field 'also' not found in object 'author'", "$.author.gone: field 'gone' not found in object 'author'"`,
    ],
    ['{ x: author { y: gone } }', `"$.author.gone: field 'gone' not found in object 'author'"`],
    ['{ author }', `"$.author: object of type 'author' must have a selection set"`],
    ['{ author { id { x } } }', `"$.author.id: scalar 'Int' does not accept a selection set"`],
    ['{ ...f } fragment f on query_root { gone }', `"$.gone: field 'gone' not found in object 'query_root'"`],
    ['{ ...f }', `"$: reference to undefined fragment "f""`],
    ['{ author { ... on author { gone } } }', `"$.author.gone: field 'gone' not found in object 'author'"`],
    ['query ($a: gone) { author { id } }', `"$.a: type 'gone' not found in the schema"`],
    ['query ($a: [author!]) { author { id } }', `"$.a: object 'author' cannot be used in an input type"`],
    [
      'mutation { insert_author(objects: []) { x } gone }',
      `"$.gone: field 'gone' not found in object 'mutation_root'", "$.insert_author.x: field 'x' not found in object 'author_mutation_response'"`,
    ],
    ['{', '"not a valid graphql query"'],
    [
      'query a { author { id } } query b { author { id } }',
      '"exactly one operation has to be present in the document when operationName is not specified"',
    ],
    [
      '{ author { ...f } } fragment f on author { id ...f }',
      '"$.author.f: the fragment definition(s) f form a cycle"',
    ],
    ['{ __typename author { __typename } __schema { queryType { name } } __type(name: "x") { name } }', null],
    [
      'query ($w: author_bool_exp, $l: [Int!]) { author(where: $w) { id } author_aggregate { aggregate { count } } }',
      null,
    ],
    ['subscription { author { id } }', null],
  ])('%s', (query, errors) => {
    expect(reasons({ query_collections: [collection({ q: query })] })).toEqual(
      errors === null ? [] : [invalid(errors)],
    );
  });

  it('is listed with those who use it', () => {
    const query = 'query { gone { id } }';
    expect(
      compiled({
        query_collections: [collection({ fine: QUERY, q: query })],
        rest_endpoints: [endpoint('b', 'b'), endpoint('a', 'a')],
        allowlist: [{ collection: 'c', scope: { global: false, roles: ['x'] } }],
      }).inconsistencies,
    ).toEqual([
      {
        type: 'query_collections',
        name: 'query_collections q in c',
        definition: { name: 'q', query },
        reason: invalid(
          `"$.gone: field 'gone' not found in object 'query_root'"`,
          '. This query is being used in the following REST endpoint(s): "a", "b". This query is in allowlist.',
        ),
        path: ['query_collections', 0, 'definition', 'queries', 1],
      },
    ]);
  });
});
