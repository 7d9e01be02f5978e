import { describe, expect, test } from 'vitest';

import { parseJson } from '../../src/util/exact-number.ts';

describe('parseJson', () => {
  test.each([
    '[9007199254740993]',
    '{"a":-9007199254740993}',
    '{"a":0.10000000000000000001}',
    '[1e400]',
    '[1,{"a":123456789012345678}]',
  ])('%s comes out as it went in', (text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  test.each([
    ['1', 1],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['9007199254740991', 9007199254740991],
    ['"9007199254740993"', '9007199254740993'],
    ['{"__proto__":1}', JSON.parse('{"__proto__":1}')],
  ])('%s is what JSON.parse gives', (text, value) => {
    expect(parseJson(text)).toEqual(value);
  });

  test('refuses what is not JSON', () => {
    expect(() => parseJson('{"a": 1234567890123456789,}')).toThrow(SyntaxError);
  });
});
