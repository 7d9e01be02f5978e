// How deep an operation nests and how many objects it asks for.

import { describe, expect, it } from 'vitest';

import { HedgeError } from '../../src/error/hedge-error.ts';
import { checkShape, shapeOf } from '../../src/limits/shape.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';

const operation = (text: string) => selectOperation(parse(text), undefined);

describe.each([
  ['{ a }', 0, 0],
  ['{ a { b } }', 1, 1],
  ['{ a { ... on T { b } } }', 1, 1],
  ['{ a { b { c } } }', 2, 2],
  ['{ a { b { c } d } e { f } }', 2, 3],
  ['{ a { ...F } } fragment F on T { b { c } }', 2, 2],
  ['{ a { ...F } b { ...F } } fragment F on T { b { c } }', 2, 4],
  ['{ ...R } fragment R on query_root { a { b { c } } }', 2, 2],
  ['{ ... { ... { a { b } } } }', 1, 1],
  ['{ a @skip(if: true) { b { c } } }', 2, 2],
  ['mutation { a { b { c } } }', 2, 2],
  // introspection
  ['{ __schema { types { fields { type { ofType { name } } } } } }', 0, 0],
  ['{ __type(name: "T") { fields { name } } a { b } }', 1, 1],
  ['{ x: __schema { types { name } } }', 0, 0],
  ['{ ...R } fragment R on query_root { __schema { types { name } } }', 0, 0],
  ['{ ... on query_root { __schema { types { name } } } a { b { c } } }', 2, 2],
  // what only bears its name
  ['query __schema { a { b { c } } }', 2, 2],
  ['query IntrospectionQuery { a { b { c } } }', 2, 2],
  ['{ __schema: a { b { c } } }', 2, 2],
  ['{ a { __schema { b { c } } } }', 3, 3],
  ['{ a { ...__schema } } fragment __schema on T { b { c } }', 2, 2],
  ['{ ...R a { ...R } } fragment R on T { __schema { b { c } } }', 3, 3],
  ['mutation { __schema { b { c } } }', 2, 2],
])('%s', (text, depth, nodes) => {
  it(`is ${depth} deep and asks for ${nodes} objects`, () => {
    expect(shapeOf(operation(text))).toMatchObject({ depth, nodes });
  });
});

it('counts every mention of a field', () => {
  expect(shapeOf(operation('{ a { b ...F } c: a { ...F } } fragment F on T { d e { f } }'))).toEqual({
    depth: 2,
    nodes: 4,
    fields: 9,
  });
});

describe('a limit', () => {
  const limits = { depth: { global: 2, roles: { deep: 3 } }, nodes: { global: 3 } };
  const verdict = (role: string, text: string): string => {
    try {
      checkShape(limits, role, operation(text));
    } catch (error) {
      if (error instanceof HedgeError) return `${error.code} ${error.path} ${error.message}`;
      throw error;
    }
    return 'allowed';
  };

  it.each([
    ['user', '{ a { b { c } } }', 'allowed'],
    ['user', '{ a { b { c { d } } } }', 'depth-limit-exceeded $ depth limit of 2 exceeded'],
    ['deep', '{ a { b { c { d } } } }', 'allowed'],
    ['deep', '{ a { b { c { d { e } } } } }', 'depth-limit-exceeded $ depth limit of 3 exceeded'],
    ['user', '{ a { x } b { x } c { x } }', 'allowed'],
    ['user', '{ a { x } b { x } c { x } d { x } }', 'node-limit-exceeded $ node limit of 3 exceeded'],
    ['admin', '{ a { b { c { d { e } } } } }', 'allowed'],
  ])('%s: %s is %s', (role, text, expected) => {
    expect(verdict(role, text)).toBe(expected);
  });
});
