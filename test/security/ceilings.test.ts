// What is larger than any real operation is refused before it is parsed, within 10 ms of CPU, whoever sends it.

import { Kind } from 'graphql/language';
import { describe, expect, it } from 'vitest';

import { HedgeError } from '../../src/error/hedge-error.ts';
import { checkIntrospection, introspectionDocument } from '../../src/introspection/check.ts';
import { checkShape, shapeOf } from '../../src/limits/shape.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';

const times = (count: number, text: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');

const BOMBS: readonly (readonly [name: string, text: string, message: string])[] = [
  [
    '10,000 aliases',
    `{ ${times(10_000, (i) => `a${i}: __typename`)} }`,
    'the document has more than 5000 aliases',
  ],
  [
    '10,000 fragments',
    `{ ...F0 } ${times(10_000, (i) => `fragment F${i} on T { ...F${i + 1} }`)}`,
    'the document has more than 1000 operations and fragments',
  ],
  [
    '10,000 spreads of one fragment',
    `{ ${'...F '.repeat(10_000)} } fragment F on T { a }`,
    'the document spreads more than 5000 fragments',
  ],
  [
    '100,000 directives',
    `{ a ${'@skip(if: true)'.repeat(100_000)} }`,
    'the document has more than 1000 directives',
  ],
  [
    '100,000 directives on an operation',
    `query ${'@a '.repeat(100_000)} { a }`,
    'the document has more than 1000 directives',
  ],
  [
    'lists 1,000 deep',
    `{ a(b: ${'['.repeat(1000)}${']'.repeat(1000)}) }`,
    'the document nests deeper than 500 brackets',
  ],
  [
    'selections 1,000 deep',
    '{ a '.repeat(1000) + '}'.repeat(1000),
    'the document nests deeper than 500 brackets',
  ],
  ['1 MB of fields', `{ ${'a '.repeat(500_000)} }`, 'the document has more than 100000 tokens'],
  ['1 MB of numbers', `{ a(b: [${'1.5 '.repeat(250_000)}]) }`, 'the document has more than 100000 tokens'],
  ['0.5 MB of one name', `{ ${'a'.repeat(500_000)} `, 'not a valid graphql query'],
];

const refusal = (text: string): string => {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof HedgeError) return error.message;
    throw error;
  }
  return 'no error';
};

/** CPU of the fastest of some runs, in milliseconds: whatever else goes on in the process only adds to it. */
const fastest = (run: () => void): number => {
  let best = Infinity;
  for (let i = 0; i < 9; i++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
};

describe.each(BOMBS)('%s', (_, text, message) => {
  it('are refused within 10 ms', () => {
    expect(refusal(text)).toBe(message);
    expect(fastest(() => refusal(text))).toBeLessThan(10);
  });
});

describe('what only looks like much', () => {
  it.each([
    ['in a string', `{ a(b: "${'@{[('.repeat(10_000)}") }`],
    ['in a block string', `{ a(b: """${'@{[( \\""" : ...'.repeat(10_000)}""") }`],
    ['in a comment', `{ a # ${'@{[(:...'.repeat(10_000)}\n }`],
    ['as keys of objects', `{ a(b: [${'{c: 1, d: -1.5e+3}'.repeat(4000)}]) }`],
    ['as commas and space', `{ a ${' ,\t\n'.repeat(100_000)} }`],
  ])('is read %s', (_, text) => {
    expect(refusal(text)).toBe('no error');
  });
});

it('fragments that nest deeper than the stack are refused, not fatal', () => {
  const nested = (i: number): string => `${'a { '.repeat(20)}...F${i + 1}${' }'.repeat(20)}`;
  const chain = times(998, (i) => `fragment F${i} on T { ${nested(i)} }`);
  const operation = selectOperation(parse(`{ ...F0 } ${chain} fragment F998 on T { a }`), undefined);
  expect(() => checkShape(undefined, 'admin', operation)).toThrow(/nests deeper than 1500 selection sets/);
});

describe('fragments that spread others twice', () => {
  const diamond = `{ ...F0 } ${times(30, (i) => `fragment F${i} on T { x { ...F${i + 1} } y { ...F${i + 1} } }`)} fragment F30 on T { a }`;

  it('are measured as often as they are written', () => {
    const operation = selectOperation(parse(diamond), undefined);
    expect(shapeOf(operation)).toMatchObject({ depth: 30, nodes: 2 ** 31 - 2 });
    expect(fastest(() => shapeOf(operation))).toBeLessThan(10);
  });

  it('are refused before they are planned', () => {
    const operation = selectOperation(parse(diamond), undefined);
    expect(() => checkShape(undefined, 'admin', operation)).toThrow(
      'the operation selects more than 200000 fields',
    );
  });
});

describe('introspection that is as large as it may be', () => {
  it.each([
    ['fields of one name', `{ __schema { types { ${'fields { type { name } } '.repeat(166)} } } }`],
    ['a name many times', `{ __schema { types { ${'name '.repeat(498)} } } }`],
    [
      'aliases',
      `{ __schema { types { ${Array.from({ length: 498 }, (_, i) => `a${i}: name`).join(' ')} } } }`,
    ],
  ])('is checked in time: %s', (_, text) => {
    const document = parse(text);
    const { node } = selectOperation(document, undefined);
    const request = {
      fields: node.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD),
      fragments: new Map(),
      variableDefinitions: [],
      variables: {},
    };
    const milliseconds = Array.from({ length: 8 }, () => {
      const before = process.cpuUsage();
      checkIntrospection(introspectionDocument(request), request);
      return process.cpuUsage(before).user / 1000;
    });
    expect(Math.min(...milliseconds)).toBeLessThan(30);
  });
});
