// The code of native queries as parts: what is an argument, and what is refused.

import { describe, expect, test } from 'vitest';

import { parseQueryCode } from '../../src/sql/query-code.ts';

const argument = (name: string) => ({ argument: name });

describe('parts', () => {
  test.each<[string, readonly unknown[]]>([
    ['select 1', ['select 1\n']],
    ['select {{a}}', ['select ', argument('a'), '\n']],
    ['{{a}}{{ b }}', [argument('a'), argument('b'), '\n']],
    ['select 1 ; -- the end\n ; ', ['select 1  -- the end\n']],
    ['select 1 -- {{no argument}}', ['select 1 -- {{no argument}}\n']],
    ['select 1 /* {{a}} /* nested */ ( */', ['select 1 /* {{a}} /* nested */ ( */\n']],
    ["select '{{1,2},{3,4}}'::int[]", ["select '{{1,2},{3,4}}'::int[]\n"]],
    [
      "select 'a;)', \"b;(\", $x$ ;) $x$, e'\\'(' from t",
      ["select 'a;)', \"b;(\", $x$ ;) $x$, e'\\'(' from t\n"],
    ],
    ['select a$1, {x', ['select a$1, {x\n']],
    ['select (1), (select (2))', ['select (1), (select (2))\n']],
  ])('%j', (code, parts) => {
    expect(parseQueryCode(code)).toEqual({ parts });
  });
});

describe('refused', () => {
  test.each([
    ['select {{a', "Found '{{' without a matching closing '}}'"],
    ['select {{a} }', "Found '{{' without a matching closing '}}'"],
    ["select '{{a}}'", 'the argument "a" stands inside quotes, where it has no value'],
    ['select "x{{ a }}y"', 'the argument "a" stands inside quotes, where it has no value'],
    ['select $$ {{a}} $$', 'the argument "a" stands inside quotes, where it has no value'],
    ["select e'\\'{{a}}'", 'the argument "a" stands inside quotes, where it has no value'],
    ['select 1) as t, (select 2', 'the query closes a parenthesis it did not open'],
    ['select (1', 'the query opens a parenthesis it does not close'],
    ['select 1; select 2', 'the query has more than one statement'],
    ['select 1; {{a}}', 'the query has more than one statement'],
    ["select 'a", 'the query has a quote without end'],
    ['select "a', 'the query has a quote without end'],
    ['select 1 /* a', 'the query has a comment without end'],
    ['select $1', 'the query has a $ that is not in quotes: arguments are written {{name}}'],
    ['select $x$ a', 'the query has a $ that is not in quotes: arguments are written {{name}}'],
    ['select 1\0', 'the query holds the character NUL'],
    ['', 'the query is empty'],
    [' ; ', 'the query is empty'],
  ])('%j', (code, problem) => {
    expect(parseQueryCode(code)).toEqual({ problem });
  });
});
