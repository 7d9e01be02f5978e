// The template language: what its templates give, how it says what is wrong, and that nothing gets out of hand.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { MAX_OUTPUT, MAX_STEPS } from '../../src/kriti/budget.ts';
import { KritiError } from '../../src/kriti/error.ts';
import { evaluate } from '../../src/kriti/evaluate.ts';
import { jsonTemplate } from '../../src/kriti/template.ts';
import { parseJson } from '../../src/util/exact-number.ts';
import { arbitraryTemplate } from './arbitrary-template.ts';
import { ERRORS, VALUES, VARIABLES } from './cases.ts';

function render(template: string, variables: Readonly<Record<string, unknown>> = VARIABLES): unknown {
  return evaluate(jsonTemplate(template), { variables });
}

function errorOf(work: () => unknown): KritiError {
  try {
    work();
  } catch (error) {
    if (error instanceof KritiError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

for (const [name, cases] of Object.entries(VALUES)) {
  describe(name, () => {
    test.each(cases)('%s', (template, value) => {
      expect(render(template)).toEqual(value);
    });
  });
}

for (const [name, cases] of Object.entries(ERRORS)) {
  describe(name, () => {
    test.each(cases)('%s', (template, code, message, [startLine, startColumn, endLine, endColumn]) => {
      expect(errorOf(() => render(template)).toJSON()).toEqual({
        error_code: code,
        message,
        source_position: {
          start_line: startLine,
          start_column: startColumn,
          end_line: endLine,
          end_column: endColumn,
        },
      });
    });
  });
}

test('a mistake is known where it is, though Hasura tells another place', () => {
  const { span } = errorOf(() => jsonTemplate('{"a": }\n\n{{ $body.x }}'));
  expect(span).toEqual({ start: { line: 0, column: 7 }, end: { line: 0, column: 8 } });
});

test('a number keeps its digits', () => {
  const variables = { $body: parseJson('{"id": 12345678901234567890}') };
  const value = render(
    '{"id": {{ $body.id }}, "text": "{{ $body.id }}", "own": 0.12345678901234567890}',
    variables,
  );
  expect(JSON.stringify(value)).toBe(
    '{"id":12345678901234567890,"text":"12345678901234567890","own":0.12345678901234567890}',
  );
});

test('a key that JavaScript has a meaning for is a key', () => {
  const value = render('{{ fromPairs([["__proto__", {"admin": true}], ["constructor", 1]]) }}');
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
  expect((value as { admin?: unknown }).admin).toBeUndefined();
  expect(({} as { admin?: unknown }).admin).toBeUndefined();
  expect(JSON.stringify(render('{"__proto__": {"admin": true}}'))).toBe('{"__proto__":{"admin":true}}');
});

describe('limits', () => {
  const many = Array.from({ length: 2000 }, (_, index) => index);
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));

  test.each([
    [
      'loops in loops',
      '{{ range _, x := $body }} {{ range _, y := $body }} {{ y }} {{ end }} {{ end }}',
      many,
    ],
    [
      'a value in itself again and again',
      '{{ range _, x := $body }} {{ $body }} {{ end }}',
      many.map((n) => `${n}`.repeat(9)),
    ],
    ['texts that grow', `"${'{{ $body }}'.repeat(200)}"`, 'x'.repeat(100_000)],
    ['texts of texts', '{{ range _, x := $body }} "{{ $body }}" {{ end }}', many],
    ['comparing', '{{ range _, x := $body }} {{ $body == $body }} {{ end }}', many],
    ['searching', '{{ range _, x := $body }} {{ -1 in $body }} {{ end }}', many],
    ['functions', '{{ range _, x := $body }} {{ concat([$body, $body]) }} {{ end }}', many],
    ['values that are deep', '{{ $body }}', nested(5000)],
    ['comparing values that are deep', '{{ $body == $body }}', nested(5000)],
    ['parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`, null],
    ['arrays', '['.repeat(5000), null],
    ['texts in texts', '"{{'.repeat(5000), null],
    ['negations', `{{ ${'not '.repeat(5000)} true }}`, null],
    ['a long template', ' '.repeat(300_000), null],
  ])('%s end with an error', (_, template, $body) => {
    const begin = performance.now();
    const error = errorOf(() => render(template, { $body }));
    expect(error.code).toBe('Limit Error');
    expect(performance.now() - begin).toBeLessThan(2000);
  });

  test('a limit is not null behind a question mark', () => {
    const deep = { list: many };
    const template = '{{ (range(1))?.x }}';
    expect(errorOf(() => render(template, { $body: deep })).code).toBe('Parse Error');
    const loops =
      '{{ [{{ range _, x := $body }} {{ range _, y := $body }} {{ y }} {{ end }} {{ end }}]?[0] }}';
    expect(errorOf(() => render(loops, { $body: many })).code).toBe('Limit Error');
  });

  test('long paths and chains of operators are no depth', () => {
    const path = '.a'.repeat(20_000);
    expect(render(`{{ $body?${path} }}`, { $body: {} })).toBeNull();
    expect(render(`{{ ${'true && '.repeat(20_000)} true }}`)).toBe(true);
  });

  test('what is allowed is enough for a payload of a thousand rows', () => {
    const rows = Array.from({ length: 1000 }, (_, id) => ({ id, name: `name ${id}` }));
    const value = render(
      '{{ range i, x := $body }} {"i": {{i}}, "id": {{x.id}}, "n": "{{x.name}}"} {{ end }}',
      { $body: rows },
    );
    expect(value).toHaveLength(1000);
    expect(MAX_STEPS).toBeGreaterThan(100_000);
    expect(MAX_OUTPUT).toBeGreaterThan(1_000_000);
  });
});

describe('any template', () => {
  const json = fc.jsonValue({ maxDepth: 3 });

  test('gives JSON or an error of its own, the same each time', () => {
    fc.assert(
      fc.property(arbitraryTemplate, json, (template, $body) => {
        const outcome = (): string => {
          try {
            return JSON.stringify(render(template, { $body }));
          } catch (error) {
            if (error instanceof KritiError) return JSON.stringify(error);
            throw error;
          }
        };
        const first = outcome();
        expect(typeof first).toBe('string');
        expect(outcome()).toBe(first);
      }),
      { numRuns: 1500 },
    );
  });

  test('that is any text gives JSON or an error of its own', () => {
    const words = [
      '{{',
      '}}',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '\\',
      '$body',
      '.',
      '?',
      '??',
      'if',
      'else',
      'end',
      'range',
      '#',
      '\n',
      '1',
      ',',
      ':',
      ':=',
      '_',
      'in',
      'not',
      '(',
      ')',
      '&&',
      '"a"',
      ' ',
    ];
    const text = fc
      .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...words) }, fc.string()))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (template) => {
        try {
          expect(JSON.stringify(render(template))).toBeTypeOf('string');
        } catch (error) {
          expect(error).toBeInstanceOf(KritiError);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('that is JSON gives that JSON', () => {
    fc.assert(
      fc.property(json, (value) => {
        // `{{` in a text begins an expression.
        const text = JSON.stringify(value).replaceAll('{{', '{ {');
        fc.pre(!JSON.stringify(Object.keys(value ?? {})).includes('{'));
        expect(JSON.stringify(render(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      { numRuns: 500 },
    );
  });

  test('can name any value it sees', () => {
    fc.assert(
      fc.property(json, ($body) => {
        expect(JSON.stringify(render('{"a": {{ $body }}}', { $body }))).toBe(JSON.stringify({ a: $body }));
      }),
    );
  });
});
