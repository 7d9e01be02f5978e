// What a URL and a body say -> values of variables.

import { describe, expect, it } from 'vitest';

import { HedgeError } from '../../src/error/hedge-error.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';
import type { GivenVariables } from '../../src/rest/variables.ts';
import { readRestVariables } from '../../src/rest/variables.ts';

/** `json` is compared as text, so that digits count. */
function read(type: string, given: Partial<Record<keyof GivenVariables, Record<string, unknown>>>): string {
  const operation = selectOperation(parse(`query ($v: ${type}, $other: String) { a }`), undefined);
  const maps = {
    query: new Map(Object.entries(given.query ?? {})) as Map<string, string>,
    body: new Map(Object.entries(given.body ?? {})),
    path: new Map(Object.entries(given.path ?? {})) as Map<string, string>,
  };
  return JSON.stringify(readRestVariables(operation, maps));
}

function refusal(type: string, given: Parameters<typeof read>[1]): string {
  try {
    return read(type, given);
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    return `${error.status} ${error.code}: ${error.message}`;
  }
}

describe('a text of a URL', () => {
  it.each([
    ['Int', '1', '{"v":1}'],
    ['Int!', '-1', '{"v":-1}'],
    ['Int', '1x', '{"v":"1x"}'],
    ['Int', '', '{}'],
    ['Int!', '', '{"v":""}'],
    ['Int', 'null', '{"v":"null"}'],
    ['Float', '1e3', '{"v":1000}'],
    ['float8', '1.25', '{"v":1.25}'],
    ['numeric', '123456789012345678901234567890.5', '{"v":123456789012345678901234567890.5}'],
    ['bigint', '9007199254740993', '{"v":"9007199254740993"}'],
    ['String', '1', '{"v":"1"}'],
    ['String', '', '{}'],
    ['String!', '', '{"v":""}'],
    ['String', 'true', '{"v":"true"}'],
    ['Boolean', 'true', '{"v":true}'],
    ['Boolean!', 'false', '{"v":false}'],
    ['Boolean', '', '{"v":true}'],
    ['Boolean!', '', '{"v":true}'],
    ['Boolean', 'yes', '{"v":"yes"}'],
    ['uuid', '0a', '{"v":"0a"}'],
    ['jsonb', '{"a":1.5}', '{"v":{"a":1.5}}'],
    ['jsonb!', 'plain', '{"v":"plain"}'],
    ['jsonb!', '1,2', '{"v":"1,2"}'],
    ['jsonb!', '', '{"v":""}'],
    ['jsonb', 'null', '{"v":null}'],
    ['json', '12345678901234567890', '{"v":12345678901234567890}'],
    ['geometry!', '{"type":"Point","coordinates":[1,2]}', '{"v":{"type":"Point","coordinates":[1,2]}}'],
    ['geography', 'POINT(1 2)', '{"v":"POINT(1 2)"}'],
    ['date', '2020', '{"v":"2020"}'],
    ['ID', '7', '{"v":"7"}'],
  ])('for %s, %j gives %s', (type, text, values) => {
    expect(read(type, { query: { v: text } })).toBe(values);
    expect(read(type, { path: { v: text } })).toBe(values);
  });

  it('is never a list', () => {
    expect(refusal('[Int!]', { query: { v: '1' } })).toBe(
      '400 bad-request: List variables are not currently supported in URL or Query parameters. (Variable v, with value "1")',
    );
  });
});

describe('a member of a body', () => {
  it.each([
    ['Int', 1],
    ['Int', '1'],
    ['[uuid!]!', ['a', 'b']],
    ['jsonb', { a: [null] }],
    ['Int', null],
  ])('for %s, %j stays as it is', (type, value) => {
    expect(read(type, { body: { v: value } })).toBe(JSON.stringify({ v: value }));
  });
});

describe('a name', () => {
  it('given twice is the path’s, then the body’s', () => {
    const given = { query: { v: '1' }, body: { v: 2 }, path: { v: '3' } };
    expect(read('Int', given)).toBe('{"v":3}');
    expect(read('Int', { query: given.query, body: given.body })).toBe('{"v":2}');
  });

  it('that the operation does not have is refused, wherever it stands', () => {
    const message = '400 bad-request: Unexpected variable w';
    expect(refusal('Int', { query: { w: '1' } })).toBe(message);
    expect(refusal('Int', { body: { w: 1 } })).toBe(message);
    expect(refusal('Int', { path: { w: '1' } })).toBe(message);
  });

  it('that no variable can have is ignored', () => {
    expect(read('Int', { query: { 'a-b': '1', '': '2', '1': '3' } })).toBe('{}');
  });

  it('that objects have by themselves is a name as others', () => {
    const operation = selectOperation(parse('query ($__proto__: Int, $constructor: Int) { a }'), undefined);
    const body = new Map<string, unknown>([['__proto__', { a: 1 }]]);
    const values = readRestVariables(operation, { query: new Map(), body, path: new Map() });
    expect(Object.getPrototypeOf(values)).toBeNull();
    expect(Object.keys(values)).toEqual(['__proto__']);
  });
});
