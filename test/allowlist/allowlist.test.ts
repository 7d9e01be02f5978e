// Which documents are one document to the allow list, and who may send what.

import { describe, expect, it } from 'vitest';

import { checkAllowlist } from '../../src/allowlist/check.ts';
import { allowlistText } from '../../src/allowlist/normalize.ts';
import { parse } from '../../src/parse/parse.ts';

const text = (query: string) => allowlistText(parse(query));

describe('one document', () => {
  it.each([
    ['layout, commas and comments', '{ a { b c } }', '# x\nquery{a{b,\n c}}'],
    ['__typename anywhere', '{ a { b } }', '{ __typename a { t: __typename b __typename @skip(if: true) } }'],
    [
      '__typename in fragments',
      'query { a { ...f ... on x { b } } } fragment f on y { c }',
      'query { a { ...f ... on x { b __typename } } } fragment f on y { __typename c }',
    ],
    [
      'the order of arguments and keys',
      '{ a(x: 1, y: {p: 1, q: [{r: 1, s: 2}]}) @include(if: true) { b } }',
      '{ a(y: {q: [{s: 2, r: 1}], p: 1}, x: 1) @include(if: true) { b } }',
    ],
    ['block strings', '{ a(x: "p") { b } }', '{ a(x: """p""") { b } }'],
  ])('whatever %s', (_, one, other) => {
    expect(text(one)).toBe(text(other));
  });
});

describe('two documents', () => {
  it.each([
    ['another field', '{ a { b } }', '{ a { b c } }'],
    ['the order of fields', '{ a { b c } }', '{ a { c b } }'],
    ['an alias', '{ a { b } }', '{ a { x: b } }'],
    ['a name', 'query q { a }', 'query r { a }'],
    ['no name', 'query q { a }', 'query { a }'],
    ['a value', '{ a(x: 1) }', '{ a(x: 2) }'],
    ['a kind of value', '{ a(x: "p") }', '{ a(x: p) }'],
    ['the order of a list', '{ a(x: [1, 2]) }', '{ a(x: [2, 1]) }'],
    ['a variable', 'query ($x: Int) { a(x: $x) }', 'query ($y: Int) { a(x: $y) }'],
    ['a default', 'query ($x: Int) { a(x: $x) }', 'query ($x: Int = 1) { a(x: $x) }'],
    ['a directive', '{ a }', '{ a @skip(if: false) }'],
    ['a fragment’s type', '{ ...f } fragment f on a { b }', '{ ...f } fragment f on c { b }'],
    ['another operation', 'query q { a }', 'query q { a } query r { b }'],
    ['a leaf, and an object of which only the type is asked', '{ a }', '{ a { __typename } }'],
    ['a mutation', 'query { a }', 'mutation { a }'],
  ])('by %s', (_, one, other) => {
    expect(text(one)).not.toBe(text(other));
  });
});

describe('who may send what', () => {
  const stored = {
    endpoints: [],
    allowlist: { global: [text('{ a }')], roles: { editor: [text('{ b }')] } },
  };
  const mayRun = (role: string, query: string): boolean => {
    try {
      checkAllowlist(stored, role, parse(query));
      return true;
    } catch {
      return false;
    }
  };

  it.each([
    ['admin', '{ c }', true],
    ['user', '{ a }', true],
    ['user', '{ b }', false],
    ['editor', '{ a }', true],
    ['editor', '{ b }', true],
    ['editor', '{ c }', false],
    ['constructor', '{ b }', false],
    ['', '{ b }', false],
  ])('%s, %s: %s', (role, query, may) => {
    expect(mayRun(role, query)).toBe(may);
  });

  it('nothing where there is no list, but for admin', () => {
    expect(() => checkAllowlist(undefined, 'user', parse('{ a }'))).toThrow('query is not allowed');
    expect(() => checkAllowlist(undefined, 'admin', parse('{ a }'))).not.toThrow();
  });
});
