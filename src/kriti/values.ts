// The JSON values of an evaluation: their kinds, their order, and how long they are when written. Objects are read by their own
// keys only and made without a prototype, so that no key means anything but itself.

import { jsonKind } from '../error/json-kind.ts';
import { ExactNumber } from '../util/exact-number.ts';
import { type Budget, LimitError, MAX_OUTPUT, MAX_VALUE_DEPTH } from './budget.ts';
import type { Span } from './error.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** `Null`, `Array`, `Object`, `String`, `Number` or `Boolean`. */
export function kindOf(value: unknown): string {
  return value instanceof ExactNumber ? 'Number' : jsonKind(value);
}

export function isObject(value: unknown): value is JsonObject {
  return kindOf(value) === 'Object';
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

export function isNumber(value: unknown): value is number | ExactNumber {
  return kindOf(value) === 'Number';
}

/** As near as a JavaScript number comes. */
export function numeric(value: number | ExactNumber): number {
  return typeof value === 'number' ? value : Number(value.text);
}

export function objectFrom(entries: Iterable<readonly [string, unknown]>): JsonObject {
  const object = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of entries) object[key] = value;
  return object;
}

/** Hasura orders values of different kinds too. */
const ORDER = ['Object', 'Array', 'String', 'Number', 'Boolean', 'Null'];

/** What a comparison works with. */
export interface Comparing {
  readonly budget: Budget;
  readonly span: Span;
}

/** Negative, zero or positive as `left` comes before, is equal to or comes after `right`. */
export function compare(left: unknown, right: unknown, context: Comparing, depth = 0): number {
  context.budget.spend(1, context.span);
  checkDepth(depth, context.span);
  const kind = kindOf(left);
  if (kind !== kindOf(right)) return ORDER.indexOf(kind) - ORDER.indexOf(kindOf(right));
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string') {
    context.budget.spend(Math.min(left.length, right.length), context.span);
    return compareTexts(left, right);
  }
  if (isArray(left) && isArray(right)) return compareArrays(left, right, context, depth);
  if (isObject(left) && isObject(right)) {
    return compareArrays(sortedEntries(left, context), sortedEntries(right, context), context, depth);
  }
  return Number(left) - Number(right);
}

function compareArrays(
  left: readonly unknown[],
  right: readonly unknown[],
  context: Comparing,
  depth: number,
): number {
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = compare(left[index], right[index], context, depth + 1);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function sortedEntries(object: JsonObject, { budget, span }: Comparing): readonly unknown[] {
  const entries = Object.entries(object);
  budget.spend(entries.length, span);
  return entries.toSorted(([one], [other]) => compareTexts(one, other));
}

function compareNumbers(left: number | ExactNumber, right: number | ExactNumber): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const one = comparable(left);
  const other = comparable(right);
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Digits that a comparison of big numbers is worth. */
const MAX_DIGITS = 100;

/** Beyond 2^53 numbers that differ may be the same JavaScript number; a whole one is compared digit by digit. */
function comparable(value: number | ExactNumber): number | bigint {
  const isWhole =
    value instanceof ExactNumber && value.text.length <= MAX_DIGITS && /^-?[0-9]+$/.test(value.text);
  return isWhole ? BigInt(value.text) : numeric(value);
}

/** By code points. UTF-16 code units would put what is beyond U+FFFF before the end of what is not. */
function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const one = left[Symbol.iterator]();
  const other = right[Symbol.iterator]();
  for (;;) {
    const a = one.next();
    const b = other.next();
    if (a.done || b.done) return Number(b.done ?? false) - Number(a.done ?? false);
    const order = (a.value.codePointAt(0) ?? 0) - (b.value.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
}

/**
 * A value as JSON. Its length is measured before it is written: a value may stand in itself many times.
 * @throws LimitError
 */
export function jsonText(value: unknown, span: Span): string {
  measure(value, span);
  return JSON.stringify(value);
}

/**
 * Refuses what is longer than anything that may come out, or nested too deep to be written.
 * @throws LimitError
 */
export function measure(value: unknown, span: Span): void {
  let left = MAX_OUTPUT;
  const visit = (inner: unknown, depth: number): void => {
    checkDepth(depth, span);
    left -= 2;
    if (typeof inner === 'string') left -= inner.length;
    else if (inner instanceof ExactNumber) left -= inner.text.length;
    if (left < 0) throw new LimitError(`what comes out is longer than ${MAX_OUTPUT} characters`, span);
    if (isArray(inner)) for (const item of inner) visit(item, depth + 1);
    else if (isObject(inner)) {
      for (const key of Object.keys(inner)) {
        left -= key.length;
        visit(inner[key], depth + 1);
      }
    }
  };
  visit(value, 0);
}

function checkDepth(depth: number, span: Span): void {
  if (depth > MAX_VALUE_DEPTH) {
    throw new LimitError(`a value is nested deeper than ${MAX_VALUE_DEPTH} levels`, span);
  }
}
