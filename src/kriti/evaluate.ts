// A template's expression and the values of its variables -> JSON. Nothing outside of these can be reached, the same always gives
// the same, and how much is done is counted.

import type { Comparison, Connective, Expression, Step } from './ast.ts';
import { Budget, LimitError, MAX_OUTPUT } from './budget.ts';
import { KritiError, type Span } from './error.ts';
import { FunctionRefusal, FUNCTIONS, type KritiFunctions } from './functions.ts';
import {
  compare,
  isArray,
  isNumber,
  isObject,
  jsonText,
  kindOf,
  measure,
  numeric,
  objectFrom,
} from './values.ts';

/** What a template may name. */
export interface Environment {
  /** By name, `$` included. JSON values. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Beside those every template has. */
  readonly functions?: KritiFunctions;
}

/** A name and what it stands for; the innermost is the first. */
interface Scope {
  readonly name: string;
  readonly value: unknown;
  readonly outer: Scope | null;
}

interface Context {
  readonly environment: Environment;
  readonly budget: Budget;
  readonly scope: Scope | null;
}

/**
 * Evaluates a template.
 * @throws KritiError in Hasura's words; they tell kinds and names, no values.
 */
export function evaluate(expression: Expression, environment: Environment): unknown {
  const value = valueOf(expression, { environment, budget: new Budget(), scope: null });
  measure(value, expression.span);
  return value;
}

function valueOf(expression: Expression, context: Context): unknown {
  context.budget.spend(1, expression.span);
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'text':
      return textValue(expression.parts, expression.span, context);
    case 'array':
      return expression.items.map((item) => valueOf(item, context));
    case 'object':
      return objectFrom(expression.fields.map(([key, value]) => [key, valueOf(value, context)] as const));
    case 'variable':
      return variableValue(expression.name, expression.span, context);
    case 'access':
      return accessValue(expression.base, expression.steps, context);
    case 'call':
      return callValue(expression.name, expression.argument, expression.span, context);
    case 'comparison': {
      const { operator, left, right, span } = expression;
      return compared(operator, valueOf(left, context), valueOf(right, context), { ...context, span });
    }
    case 'connective':
      return connected(expression.operator, expression.operands, expression.span, context);
    case 'if': {
      for (const { condition, value } of expression.branches) {
        if (boolean(valueOf(condition, context), expression.span)) return valueOf(value, context);
      }
      return valueOf(expression.otherwise, context);
    }
    case 'range': {
      const { index, item, list, body, span } = expression;
      const items = valueOf(list, context);
      if (!isArray(items)) return mismatch(items, 'Array', span);
      return items.map((value, position) => {
        const outer = index === null ? context.scope : { name: index, value: position, outer: context.scope };
        return valueOf(body, { ...context, scope: { name: item, value, outer } });
      });
    }
    default:
      return expression satisfies never;
  }
}

function mismatch(value: unknown, expected: string, span: Span): never {
  // The slip is Hasura's.
  const message = `Couldn't matche expected type '${expected}' with actual type '${kindOf(value)}'`;
  throw new KritiError('Type Error', message, span);
}

function boolean(value: unknown, span: Span): boolean {
  return typeof value === 'boolean' ? value : mismatch(value, 'Boolean', span);
}

/** A text as it is, everything else as JSON. */
function textValue(parts: readonly Expression[], span: Span, context: Context): string {
  let text = '';
  for (const part of parts) {
    const value = valueOf(part, context);
    const piece = typeof value === 'string' ? value : jsonText(value, part.span);
    context.budget.spend(piece.length, part.span);
    text += piece;
    if (text.length > MAX_OUTPUT)
      throw new LimitError(`a text is longer than ${MAX_OUTPUT} characters`, span);
  }
  return text;
}

function variableValue(name: string, span: Span, { scope, environment }: Context): unknown {
  for (let at = scope; at !== null; at = at.outer) if (at.name === name) return at.value;
  if (Object.hasOwn(environment.variables, name)) return environment.variables[name];
  throw new KritiError('Name Error', `Variable '${name}' not in scope`, span);
}

/**
 * Follows a path. What fails before a `?.` or `?[` is null there; what is not there behind it is null too, up to the end of the
 * path or the next of them.
 */
function accessValue(base: Expression, steps: readonly Step[], context: Context): unknown {
  let current = attempt(() => valueOf(base, context));
  let before = base.span;
  let isOptional = false;
  for (const step of steps) {
    if (step.isOptional) {
      current = optional(current, before);
      isOptional = true;
    }
    const from = current;
    const around = before;
    const gentle = isOptional;
    if (!('error' in from)) {
      current = attempt(() => {
        const key = typeof step.key === 'string' ? step.key : valueOf(step.key, context);
        context.budget.spend(1, step.span);
        return gentle ? (member(from.value, key) ?? null) : requiredMember(from.value, key, step, around);
      });
    }
    before = step.span;
  }
  if ('error' in current) throw current.error;
  return current.value;
}

type Outcome = { readonly value: unknown } | { readonly error: KritiError };

function attempt(work: () => unknown): Outcome {
  try {
    return { value: work() };
  } catch (error) {
    if (error instanceof KritiError && !(error instanceof LimitError)) return { error };
    throw error;
  }
}

function optional(current: Outcome, span: Span): Outcome {
  if ('error' in current) return { value: null };
  const { value } = current;
  if (value === null || isObject(value) || isArray(value)) return current;
  return attempt(() => mismatch(value, 'Object', span));
}

/** Undefined where there is none. */
function member(value: unknown, key: unknown): unknown {
  if (isObject(value) && typeof key === 'string') return Object.hasOwn(value, key) ? value[key] : undefined;
  return isArray(value) && isNumber(key) ? value[numeric(key)] : undefined;
}

function requiredMember(value: unknown, key: unknown, { span, key: written }: Step, around: Span): unknown {
  const found = member(value, key);
  if (found !== undefined) return found;
  if (isObject(value)) {
    if (typeof key !== 'string') return mismatch(key, 'String', around);
    // The slip is Hasura's.
    throw new KritiError('Attribute Error', `'Object' has no attritubte '${key}'.`, span);
  }
  if (!isArray(value) || typeof written === 'string') return mismatch(value, 'Object', around);
  if (!isNumber(key) || !Number.isInteger(numeric(key))) return mismatch(key, 'Integer', span);
  // Hasura says this of an index beyond the end.
  throw new KritiError('Index Error', 'Can only range over an array', span);
}

function callValue(name: string, argument: Expression, span: Span, context: Context): unknown {
  const value = valueOf(argument, context);
  const { functions = {} } = context.environment;
  const called = [functions, FUNCTIONS].find((known) => Object.hasOwn(known, name))?.[name];
  if (!called) throw new KritiError('Name Error', `Variable '${name}' not in scope`, span);
  context.budget.spend(weight(value), span);
  try {
    return called(value);
  } catch (error) {
    if (error instanceof FunctionRefusal)
      throw new KritiError('Function Error', error.message, argument.span);
    throw error;
  }
}

/** What a function goes through at most: of an array its items and theirs. */
function weight(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (isArray(value)) return value.reduce((sum: number, item) => sum + 1 + ownWeight(item), 0);
  return ownWeight(value);
}

function ownWeight(value: unknown): number {
  if (typeof value === 'string' || isArray(value)) return value.length;
  return isObject(value) ? Object.keys(value).length : 0;
}

interface ComparisonContext extends Context {
  readonly span: Span;
}

function compared(operator: Comparison, left: unknown, right: unknown, context: ComparisonContext): boolean {
  switch (operator) {
    case '==':
      return compare(left, right, context) === 0;
    case '!=':
      return compare(left, right, context) !== 0;
    case '<':
      return compare(left, right, context) < 0;
    case '<=':
      return compare(left, right, context) <= 0;
    case '>':
      return compare(left, right, context) > 0;
    case '>=':
      return compare(left, right, context) >= 0;
    case 'in': {
      if (isArray(right)) return right.some((item) => compare(left, item, context) === 0);
      if (!isObject(right)) return mismatch(right, 'Array', context.span);
      return typeof left === 'string' ? Object.hasOwn(right, left) : mismatch(left, 'String', context.span);
    }
    default:
      return operator satisfies never;
  }
}

function connected(
  operator: Connective,
  operands: readonly Expression[],
  span: Span,
  context: Context,
): unknown {
  if (operator === '??') {
    let value: unknown = null;
    for (const operand of operands) {
      value = valueOf(operand, context);
      if (value !== null) break;
    }
    return value;
  }
  // As in Hasura the right side is evaluated too where the left one decides, so that a mistake in it shows at once.
  const values = operands.map((operand) => boolean(valueOf(operand, context), span));
  return operator === '&&' ? values.every(Boolean) : values.some(Boolean);
}
