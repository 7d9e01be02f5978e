import { describe, expect, test } from 'vitest';

import { checkVariables, selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';

function errorOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    const { code, path, message } = error as { code: string; path: string; message: string };
    return { code, path, message };
  }
  return 'no error';
}

describe('parse', () => {
  test.each([
    '',
    '{',

    'query ($x Int) { a }',
    '{ a(b: ) }',
    'nonsense',
    '{ a(s: "\u0000") ',
    '{ "a" }',
    '{ a(x: {b: 1, b: 1}) }',
    '{ a { ... { b { c(x: [1, {d: [{e: {f: 1, g: 2, f: 3}}]}]) } } } }',
    '{ a @include(if: {b: 1, b: 2}) }',
    'query ($x: X = {a: 1, a: 2}) { a }',
    'query @a(x: {b: 1, b: 2}) { a }',
    '{ ...F } fragment F on T { a(x: {b: 1, b: 2}) }',
  ])('refuses what is not GraphQL: %j', (text) => {
    expect(errorOf(() => parse(text))).toEqual({
      code: 'validation-failed',
      path: '$.query',
      message: 'not a valid graphql query',
    });
  });

  test.each([
    '{ a(x: {b: 1, c: {b: 1}}, y: {b: 1}) }',
    '{ a(x: [{b: 1}, {b: 1}]) b: a(x: {b: 1}) }',
    'query ($x: X = {a: {a: 1}}) { a(x: $x) }',
  ])('takes names that are given once in each object: %s', (text) => {
    expect(errorOf(() => parse(text))).toBe('no error');
  });

  test('remembers a document by its text', () => {
    expect(parse('{ remembered }')).toBe(parse('{ remembered }'));
  });

  test.each([
    ['braces', `${'{a'.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['brackets', `{ a(x: ${'['.repeat(10_000)}${']'.repeat(10_000)}) }`],
    ['objects', `{ a(x: ${'{b:'.repeat(10_000)}1${'}'.repeat(10_000)}) }`],
  ])('refuses 10,000 nested %s before the parser recurses', (_, text) => {
    expect(errorOf(() => parse(text))).toMatchObject({
      code: 'validation-failed',
      message: 'the document nests deeper than 500 brackets',
    });
  });

  test('brackets inside strings and comments do not count', () => {
    const brackets = '('.repeat(2000);
    expect(() =>
      parse(`{ a(s: "${brackets}\\"${brackets}", t: """${brackets}\\"""${brackets}""") # ${brackets}\n }`),
    ).not.toThrow();
  });

  test('refuses a document of too many tokens', () => {
    expect(errorOf(() => parse(`{ ${'a '.repeat(100_001)} }`))).toMatchObject({
      message: 'the document has more than 100000 tokens',
    });
  });
});

describe('selectOperation', () => {
  const two = parse('query A { a } query B { b }');

  test('the name picks', () => {
    expect(selectOperation(two, 'B').node.name?.value).toBe('B');
  });

  test.each([
    [
      undefined,
      'exactly one operation has to be present in the document when operationName is not specified',
    ],
    ['C', 'no such operation found in the document: "C"'],
  ])('operationName %j is refused', (name, message) => {
    expect(errorOf(() => selectOperation(two, name))).toEqual({
      code: 'validation-failed',
      path: '$',
      message,
    });
  });

  test('fragments alone are no operation', () => {
    expect(errorOf(() => selectOperation(parse('fragment F on T { a }'), undefined))).toMatchObject({
      code: 'validation-failed',
    });
  });
});

describe('fragments', () => {
  const refused = (text: string) => errorOf(() => selectOperation(parse(text), undefined));

  test.each([
    ['{ f { ...A } } fragment A on T { f { ...A } }', '.f.selectionSet.A.selectionSet.f.selectionSet', 'A'],
    [
      '{ ...A } fragment A on T { ...B } fragment B on T { ...A }',
      '.A.selectionSet.B.selectionSet',
      'A and B',
    ],
    [
      '{ ...A } fragment A on T { ...B } fragment B on T { f { ...C } } fragment C on T { ... on T { ...B } }',
      '.A.selectionSet.B.selectionSet.f.selectionSet.C.selectionSet',
      'B and C',
    ],
    [
      '{ ...A } fragment A on T { ...B } fragment B on T { ...C } fragment C on T { ...A }',
      '.A.selectionSet.B.selectionSet.C.selectionSet',
      'A, B, and C',
    ],
    ['{ ...A @skip(if: true) } fragment A on T { ...A }', '.A.selectionSet', 'A'],
  ])('%s go in a circle', (text, place, names) => {
    expect(refused(text)).toEqual({
      code: 'validation-failed',
      path: `$.selectionSet${place}`,
      message: `the fragment definition(s) ${names} form a cycle`,
    });
  });

  test('must be defined, where they are spread', () => {
    expect(refused('{ f { ... on T { ...A } } } fragment A on T { g { ...B } }')).toEqual({
      code: 'validation-failed',
      path: '$.selectionSet.f.selectionSet.A.selectionSet.g.selectionSet',
      message: 'reference to undefined fragment "B"',
    });
  });

  test('may be spread many times, in long chains', () => {
    expect(refused('{ ...A f { ...A ...B } } fragment A on T { ...B } fragment B on T { g }')).toBe(
      'no error',
    );
    expect(refused('{ f } fragment A on T { ...A }')).toBe('no error');
    const chain = Array.from({ length: 998 }, (_, i) => `fragment F${i} on T { ...F${i + 1} }`).join(' ');
    expect(refused(`{ ...F0 } ${chain} fragment F998 on T { g }`)).toBe('no error');
  });
});

describe('checkVariables', () => {
  const check = (text: string, values: Record<string, unknown>) =>
    errorOf(() => checkVariables(selectOperation(parse(text), undefined), values));

  test.each([
    ['query ($a: Int!) { f(a: $a) }', {}, 'expecting a value for non-nullable variable: "a"'],
    ['query ($a: Int! = 1) { f(a: $a) }', { a: null }, 'null value found for non-nullable type: "Int!"'],
    ['query ($a: [Int!]!) { f(a: $a) }', { a: null }, 'null value found for non-nullable type: "[Int!]!"'],
    ['{ f }', { a: 1, b: 2 }, 'unexpected variables in variableValues: a, b'],
    ['query ($a: Int) { f }', { a: 1 }, 'unexpected variables in variableValues: a'],
  ])('%s with %j is refused', (text, values, message) => {
    expect(check(text, values)).toEqual({ code: 'validation-failed', path: '$', message });
  });

  test.each([
    ['query ($a: Int) { f }', {}],
    ['query ($a: Int! = 1) { f(a: $a) }', {}],
    ['query ($a: Boolean!) { f @skip(if: $a) }', { a: true }],
    ['query ($a: Int) { ...F } fragment F on T { f { g(x: [{y: $a}]) } }', { a: null }],
  ])('%s with %j is accepted', (text, values) => {
    expect(check(text, values)).toBe('no error');
  });
});
