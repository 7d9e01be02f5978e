// A template as its parser leaves it: JSON in which any value may be an expression.

import type { ExactNumber } from '../util/exact-number.ts';
import type { Span } from './error.ts';

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';
export type Connective = '&&' | '||' | '??';

export type Expression = { readonly span: Span } & (
  | { readonly kind: 'constant'; readonly value: string | number | ExactNumber | boolean | null }
  /** A text with expressions in it. */
  | { readonly kind: 'text'; readonly parts: readonly Expression[] }
  | { readonly kind: 'array'; readonly items: readonly Expression[] }
  /** Each key once. */
  | { readonly kind: 'object'; readonly fields: readonly (readonly [key: string, value: Expression])[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'access'; readonly base: Expression; readonly steps: readonly Step[] }
  | { readonly kind: 'call'; readonly name: string; readonly argument: Expression }
  | {
      readonly kind: 'comparison';
      readonly operator: Comparison;
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `a && b && c`: two operands or more. */
  | { readonly kind: 'connective'; readonly operator: Connective; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: Expression; readonly value: Expression }[];
      readonly otherwise: Expression;
    }
  | {
      readonly kind: 'range';
      /** Null where `_` stands. */
      readonly index: string | null;
      readonly item: string;
      readonly list: Expression;
      readonly body: Expression;
    }
);

/** One link of `a.b`, `a['b']`, `a[0]`; with `?` in front it and those behind it give null where there is nothing. */
export interface Step {
  readonly isOptional: boolean;
  /** A text where a name stands behind a dot. */
  readonly key: string | Expression;
  /** From where the whole path begins to the end of this link. */
  readonly span: Span;
}

/** The names of the variables that the value of an expression may depend on, those that it binds itself too. */
export function variablesOf(expression: Expression, into = new Set<string>()): ReadonlySet<string> {
  if (expression.kind === 'variable') into.add(expression.name);
  // A function may look at more than its argument: a session variable.
  if (expression.kind === 'call') into.add(`${expression.name}()`);
  for (const child of childrenOf(expression)) variablesOf(child, into);
  return into;
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'variable':
      return [];
    case 'text':
      return expression.parts;
    case 'array':
      return expression.items;
    case 'object':
      return expression.fields.map(([, value]) => value);
    case 'access': {
      const keys = expression.steps.map(({ key }) => key).filter((key) => typeof key !== 'string');
      return [expression.base, ...keys];
    }
    case 'call':
      return [expression.argument];
    case 'comparison':
      return [expression.left, expression.right];
    case 'connective':
      return expression.operands;
    case 'if':
      return [
        ...expression.branches.flatMap(({ condition, value }) => [condition, value]),
        expression.otherwise,
      ];
    case 'range':
      return [expression.list, expression.body];
    default:
      return expression satisfies never;
  }
}
