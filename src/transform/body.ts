// A body transform of the metadata -> its templates, and what they make of a body.

import type { Expression } from '../kriti/ast.ts';
import { type Environment, evaluate } from '../kriti/evaluate.ts';
import { jsonTemplate, textTemplate } from '../kriti/template.ts';
import { isArray } from '../kriti/values.ts';
import type { BodyTransform } from '../metadata/webhook-types.ts';
import { type Problems, refuse } from './error.ts';
import { encodePairs, type Pair } from './form.ts';
import type { TransformedBody } from './types.ts';

/** A name and a value that are templates of texts. */
export type PairTemplate = readonly [name: Expression, value: Expression | null];

export type CompiledBody =
  | { readonly kind: 'json'; readonly template: Expression }
  | { readonly kind: 'form'; readonly pairs: readonly PairTemplate[] }
  /** A form that one template writes whole. */
  | { readonly kind: 'form text'; readonly template: Expression }
  | { readonly kind: 'remove' };

/** Parses the templates; mistakes go to `problems`, and the answer is undefined. */
export function compileBody(body: BodyTransform, problems: Problems): CompiledBody | undefined {
  const action = typeof body === 'string' ? { action: 'transform' as const, template: body } : body;
  switch (action.action) {
    case 'transform': {
      const { template } = action;
      return problems.of(() =>
        template === undefined
          ? refuse('a body that is transformed needs a template')
          : { kind: 'json', template: jsonTemplate(template) },
      );
    }
    case 'x_www_form_urlencoded': {
      const { form_template: form } = 'form_template' in action ? action : {};
      if (typeof form === 'string') {
        return problems.of(() => ({ kind: 'form text', template: textTemplate(form) }));
      }
      return { kind: 'form', pairs: compilePairs(form ?? {}, problems) };
    }
    case 'remove':
      return { kind: 'remove' };
    default:
      return action.action satisfies never;
  }
}

/** Both names and values may have `{{ }}`. */
export function compilePairs(
  pairs: Readonly<Record<string, string | null>>,
  problems: Problems,
): readonly PairTemplate[] {
  return Object.entries(pairs).flatMap(([name, value]) => {
    const key = problems.of(() => textTemplate(name));
    const template = value === null ? null : problems.of(() => textTemplate(value));
    return key && template !== undefined ? [[key, template] as const] : [];
  });
}

/** @throws KritiError */
export function renderBody(body: CompiledBody, environment: Environment): TransformedBody {
  switch (body.kind) {
    case 'json':
      return { kind: 'json', value: evaluate(body.template, environment) };
    case 'form':
      return { kind: 'text', text: encodePairs(renderPairs(body.pairs, environment)) };
    case 'form text':
      return { kind: 'text', text: renderText(body.template, environment) };
    case 'remove':
      return { kind: 'none' };
    default:
      return body satisfies never;
  }
}

/** @throws KritiError */
export function renderText(template: Expression, environment: Environment): string {
  return String(evaluate(template, environment));
}

/** @throws KritiError */
export function renderPairs(pairs: readonly PairTemplate[], environment: Environment): readonly Pair[] {
  const [first] = pairs;
  if (!first) return [];
  // One evaluation, so that one budget counts.
  const items = pairs.flatMap(([name, value]): readonly Expression[] => [name, value ?? NOTHING]);
  const values = evaluate({ kind: 'array', items, span: first[0].span }, environment);
  const at = (index: number): unknown => (isArray(values) ? values[index] : null);
  return pairs.map(([, value], index): Pair => [
    String(at(index * 2)),
    value === null ? null : String(at(index * 2 + 1)),
  ]);
}

const START = { line: 0, column: 1 } as const;
const NOTHING: Expression = { kind: 'constant', value: null, span: { start: START, end: START } };
