// Statements with their values written out.

import { describe, expect, it } from 'vitest';

import { explainText, inlinedText } from '../../src/sql/explain.ts';

const inlined = (text: string, ...parameters: string[]) => inlinedText({ text, bindings: [] }, parameters);

describe('a statement to read', () => {
  it.each([
    ['where a = ($1)::int', ['7'], "where a = ('7')::int"],
    ['($2)::a, ($1)::b, ($2)::a', ['x', 'y'], "('y')::a, ('x')::b, ('y')::a"],
    ['($1)::text ($10)::text', Array.from({ length: 10 }, (_, i) => `v${i}`), "('v0')::text ('v9')::text"],
    ['($1)::text', ["it's"], "('it''s')::text"],
    ['($1)::text', ["\\'; drop table x; --"], "( E'\\\\''; drop table x; --')::text"],
    ['($1)::text', ['$1 $2 "'], `('$1 $2 "')::text`],
    ['"a$1""$1" = ($1)::int', ['7'], `"a$1""$1" = ('7')::int`],
    ["'$1''$1' = ($1)::int", ['7'], "'$1''$1' = ('7')::int"],
  ])('%s with %j', (text, parameters, expected) => {
    expect(inlined(text, ...parameters)).toBe(expected);
  });

  it('is not what is sent', () => {
    expect(explainText({ text: 'select ($1)::int', bindings: [] })).toBe(
      'explain (format text) select ($1)::int',
    );
  });
});
