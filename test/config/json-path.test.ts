// The JSONPath subset of JWT settings.

import { describe, expect, it } from 'vitest';

import { followJsonPath, readJsonPath } from '../../src/config/json-path.ts';

const ROOT = { a: { 'b c': [{ d: 1 }, null], "it's": true }, list: [1, 2], empty: {} };

describe('a path', () => {
  it.each([
    ['$', []],
    ['$.a', ['a']],
    ['$.a.b-c', ['a', 'b-c']],
    ["$['a']['b c'][0].d", ['a', 'b c', 0, 'd']],
    ['$["a"].x', ['a', 'x']],
    ["$.['https://x.io/y'].role", ['https://x.io/y', 'role']],
    [String.raw`$['it\'s']`, ["it's"]],
    ['$[12]', [12]],
  ])('%s has these steps', (text, steps) => {
    expect(readJsonPath(text)?.steps).toEqual(steps);
  });

  it.each(['', 'a', '$a', '$.', '$..a', "$['a", '$[a]', '$[-1]', '$.a b', '$.a[', '$[]'])(
    '%j is none',
    (text) => {
      expect(readJsonPath(text)).toBeUndefined();
    },
  );

  it.each<[string, unknown]>([
    ['$', ROOT],
    ["$.a['b c'][0].d", 1],
    ["$.a['b c'][1]", null],
    ["$.a['b c'][1].d", undefined],
    ['$.list[2]', undefined],
    ['$.list.length', undefined],
    ['$.a[0]', undefined],
    ['$.empty.constructor', undefined],
    ['$.__proto__', undefined],
    ['$.a.missing', undefined],
  ])('%s leads to its value', (text, value) => {
    const path = readJsonPath(text);
    expect(path && followJsonPath(path, ROOT)).toEqual(value);
  });
});
