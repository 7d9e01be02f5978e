// Templates of the grammar, for tests of what holds for each of them.

import fc from 'fast-check';

const FUNCTIONS =
  'empty size inverse head tail toCaseFold toLower toUpper toTitle escapeUri fromPairs toPairs removeNulls concat not other';
const OPERATORS = '== != < <= > >= && || in ??';

const name = fc.constantFrom('a', 'b', 'constructor', '__proto__', 'toString', 'length');

/** Any template: JSON, expressions and what makes an error when it is evaluated. */
export const arbitraryTemplate: fc.Arbitrary<string> = fc.letrec<{ expression: string; path: string }>(
  (tie) => {
    const inner = tie('expression');
    const inBraces = inner.map((expression) => `{{ ${expression} }}`);
    const step = fc.oneof(
      fc.constantFrom('a', 'b', 'length').map((key) => `.${key}`),
      name.map((key) => `['${key}']`),
      fc.integer({ min: -1, max: 2 }).map((index) => `[${index}]`),
      inner.map((key) => `[${key}]`),
    );
    const optional = fc.tuple(fc.constantFrom('', '?'), step).map((parts) => parts.join(''));
    return {
      path: fc
        .tuple(fc.constantFrom('$body', 'x', 'i', '$nowhere'), fc.array(optional, { maxLength: 4 }))
        .map(([base, steps]) => base + steps.join('')),
      expression: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom('1', '-2.5', 'true', 'false', 'null', '"text"', '[]', '{}', '"é\\n"'),
        tie('path'),
        inBraces,
        inner.map((expression) => `(${expression})`),
        fc.array(inner, { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
        fc.array(fc.tuple(name, inner), { maxLength: 3 }).map((fields) => {
          return `{${fields.map(([key, value]) => `"${key}": ${value}`).join(', ')} }`;
        }),
        fc
          .array(fc.oneof(inBraces, fc.constantFrom('some text', '{', '\\"', ' ')))
          .map((parts) => `"${parts.join('')}"`),
        fc
          .tuple(inner, fc.constantFrom(...OPERATORS.split(' ')), inner)
          .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
        fc
          .tuple(fc.constantFrom(...FUNCTIONS.split(' ')), inner)
          .map(([called, argument]) => `${called}(${argument})`),
        fc
          .tuple(inner, inner, inner)
          .map(([condition, yes, no]) => `{{ if ${condition} }} ${yes} {{ else }} ${no} {{ end }}`),
        fc
          .tuple(fc.constantFrom('_', 'i'), inner, inner)
          .map(([index, list, body]) => `{{ range ${index}, x := ${list} }} ${body} {{ end }}`),
      ),
    };
  },
).expression;
