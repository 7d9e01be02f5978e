// Values that stand in a query's text under masked names.

import { expect, it } from 'vitest';

import { maskText } from '../../src/telemetry/mask-text.ts';

const NAMES = new Set(['password', 'card']);

it.each([
  ['{ login(password: "canary", name: "kept") { id } }', '{ login(password: "***", name: "kept") { id } }'],
  ['{ login(Password:"canary \\" canary") }', '{ login(Password:"***") }'],
  ['{ login(password: """canary " \\""" canary""", a: 1) }', '{ login(password: "***", a: 1) }'],
  ['{ a(card: -12.5e3, b: 2) }', '{ a(card: "***", b: 2) }'],
  ['{ a(card: CANARY b: 2) }', '{ a(card: "***" b: 2) }'],
  [
    '{ a(where: {card: {_eq: "canary", _in: ["canary"]}, id: {_eq: 1}}) }',
    '{ a(where: {card: {_eq: "***", _in: ["***"]}, id: {_eq: 1}}) }',
  ],
  [
    'query ($password: String!, $n: Int) { a(password: $password, n: $n) }',
    'query ($password: String!, $n: Int) { a(password: $password, n: $n) }',
  ],
  ['query ($card: [Int!] = [1], $n: Int = 1) { a }', 'query ($card: [Int!] = ["***"], $n: Int = 1) { a }'],
  [
    '{ a(b: "password: kept") # password: kept\n password }',
    '{ a(b: "password: kept") # password: kept\n password }',
  ],
  ['{ a(password: "canary', '{ a(password: "***"'],
])('%s', (given, masked) => {
  expect(maskText(given, NAMES)).toEqual({ text: masked, holdsMasked: masked.includes('***') });
});

it('is quick about long texts', () => {
  const text = `{ a(card: [${'"x", '.repeat(50_000)}]) }`;
  const begun = performance.now();
  expect(maskText(text, NAMES).text).not.toContain('"x"');
  expect(maskText(`{ a(b: ${'"""'.repeat(50_000)}`, NAMES).holdsMasked).toBe(false);
  expect(performance.now() - begun).toBeLessThan(5_000);
});
