import { describe, expect, test } from 'vitest';

import type { ScalarType } from '../../src/artifact/types.ts';
import type { Leaf } from '../../src/plan/codec.ts';
import { encodeLeaf } from '../../src/plan/codec.ts';
import { ExactNumber } from '../../src/util/exact-number.ts';

const type = (name: string, graphql = name, array = false): ScalarType => ({
  pg: { schema: 'pg_catalog', name },
  array,
  kind: 'base',
  graphql,
});
const scalar = (name: string, graphql = name): Leaf => ({ kind: 'scalar', type: type(name, graphql) });
const INT = scalar('int4', 'Int');
const SMALL = scalar('int2', 'smallint');
const BIG = scalar('int8', 'bigint');
const TEXT = scalar('text', 'String');
const path = { parent: undefined, key: 'arg' };
const encode = (leaf: Leaf, value: unknown) => encodeLeaf(leaf, value, path, () => 'a thing');
const failure = (leaf: Leaf, value: unknown) => {
  try {
    encode(leaf, value);
  } catch (error) {
    const { code, path, message } = error as { code: string; path: string; message: string };
    return `${code} ${path} ${message}`;
  }
  return 'no error';
};

describe('encodeLeaf', () => {
  test.each<[Leaf, unknown, string]>([
    [INT, 1, '1'],
    [INT, -2147483648, '-2147483648'],
    [scalar('float4', 'Float'), 1.5, '1.5'],
    [scalar('float8'), -0, '-0'],
    [scalar('bool', 'Boolean'), true, 'true'],
    [TEXT, `"; drop table users; -- '`, `"; drop table users; -- '`],
    [scalar('int8', 'bigint'), '9007199254740993', '9007199254740993'],
    [scalar('int8', 'bigint'), new ExactNumber('9007199254740993'), '9007199254740993'],
    [scalar('numeric'), new ExactNumber('0.10000000000000000001'), '0.10000000000000000001'],
    [scalar('jsonb'), { a: [1, null, 'x'] }, '{"a":[1,null,"x"]}'],
    [scalar('jsonb'), 'text', '"text"'],
    [scalar('jsonb'), { n: new ExactNumber('12345678901234567890') }, '{"n":12345678901234567890}'],
    [
      { kind: 'array', type: type('text', 'String') },
      ['a', 'b"c\\d', '{e}', ''],
      '{"a","b\\"c\\\\d","{e}",""}',
    ],
    [INT, -2147483648, '-2147483648'],
    [INT, new ExactNumber('1.0e3'), '1000'],
    [SMALL, 32767, '32767'],
    [BIG, new ExactNumber('9223372036854775807'), '9223372036854775807'],
    [BIG, new ExactNumber('-9223372036854775808'), '-9223372036854775808'],
    [BIG, new ExactNumber('9007199254740993.0'), '9007199254740993'],
    [BIG, '9223372036854775808', '9223372036854775808'],
    [BIG, 0, '0'],
    [{ kind: 'array', type: type('int4', 'Int') }, [], '{}'],
    [{ kind: 'array', type: type('int4', 'Int') }, 7, '{7}'],
    [{ kind: 'scalar', type: type('text', 'String', true) }, '{a,b}', '{a,b}'],
    [{ kind: 'count', bits: 32 }, 0, '0'],
    [{ kind: 'count', bits: 64 }, '9223372036854775807', '9223372036854775807'],
    [{ kind: 'json_path' }, 'a.b[0]', '{"a","b",0}'],
    [{ kind: 'json_path' }, "$.a['b c'][1]", '{"a","b c",1}'],
    [{ kind: 'json_path' }, '$', '{}'],
  ])('%j %j', (leaf, value, text) => {
    expect(encode(leaf, value)).toBe(text);
  });

  test.each<[Leaf, unknown, string]>([
    [INT, '1x', "validation-failed $.arg expected a 32-bit integer for type 'Int', but found a thing"],
    [
      INT,
      '2147483648',
      'parse-failed $.arg The value 2.147483648e9 lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?',
    ],
    [
      INT,
      2147483648,
      'parse-failed $.arg The value 2.147483648e9 lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?',
    ],
    [
      INT,
      1.5,
      'parse-failed $.arg The value 1.5 lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?',
    ],
    ...(
      [
        [INT, -2147483649, '-2.147483649e9'],
        [INT, 1e300, '1.0e300'],
        [INT, 0.05, '5.0e-2'],
        [INT, -0.5, '-0.5'],
        [SMALL, 32768, '32768.0'],
        [SMALL, -32769, '-32769.0'],
        [SMALL, 9999999, '9999999.0'],
        [SMALL, 10000000, '1.0e7'],
        [BIG, 1.5, '1.5'],
        [BIG, new ExactNumber('9223372036854775808'), '9.223372036854775808e18'],
        [BIG, new ExactNumber('-9223372036854775809'), '-9.223372036854775809e18'],
        [BIG, new ExactNumber('9223372036854775807.25'), '9.22337203685477580725e18'],
        [BIG, new ExactNumber('1e99999999'), '1.0e99999999'],
      ] as const
    ).map(([leaf, value, shown]): [Leaf, unknown, string] => [
      leaf,
      value,
      `parse-failed $.arg The value ${shown} lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?`,
    ]),
    [INT, null, "validation-failed $.arg unexpected null value for type 'Int'"],
    [TEXT, 1, "validation-failed $.arg expected a string for type 'String', but found a thing"],
    [TEXT, 'a\0b', 'data-exception $.arg a text value holds the character NUL, which Postgres cannot store'],
    [
      TEXT,
      'a\ud800b',
      'data-exception $.arg a text value holds an unpaired surrogate, which Postgres cannot store',
    ],
    [
      scalar('bool', 'Boolean'),
      'yes',
      "validation-failed $.arg expected a boolean for type 'Boolean', but found a thing",
    ],
    [
      scalar('uuid'),
      { a: 1 },
      "validation-failed $.arg expected a string for type 'uuid', but found a thing",
    ],
    [
      { kind: 'array', type: type('int4', 'Int') },
      [1, null],
      "validation-failed $.arg[1] unexpected null value for type 'Int'",
    ],
    [
      { kind: 'array', type: type('int4', 'Int') },
      [1, 'x'],
      "validation-failed $.arg[1] expected a 32-bit integer for type 'Int', but found a string",
    ],
    [
      { kind: 'count', bits: 32 },
      -1,
      "validation-failed $.arg expected a non-negative 32-bit integer for type 'Int', but found a thing",
    ],
    [
      { kind: 'count', bits: 32 },
      2147483648,
      "validation-failed $.arg expected a non-negative 32-bit integer for type 'Int', but found a thing",
    ],
    [
      { kind: 'json_path' },
      'a..b',
      'parse-failed $.arg parse json path error: "a..b" is not a path such as a.b[0]',
    ],
  ])('%j refuses %j', (leaf, value, message) => {
    expect(failure(leaf, value)).toBe(message);
  });
});
