// What the encoders of an artifact's parts share: numbers for equal values, ASCII JSON on one line, root fields.

import { assert } from '../util/assert.ts';
import type { SharedRootField } from './layout.ts';
import { ROOT_FIELD_KINDS } from './layout.ts';
import type { Renumbering } from './renumber.ts';
import { renumberArguments, renumberNative } from './renumber.ts';
import type { RootField } from './types.ts';

/** Values by number; equal values have the same one. */
export interface Numbering<T> {
  readonly values: readonly T[];
  number(value: T): number;
}

/**
 * A numbering without values. `nameOf` gives a text that equal values share and few others have: only values of one name
 * are compared, which takes less than writing each as JSON to look it up.
 */
export function numbering<T>(nameOf: (value: T) => string): Numbering<T> {
  const values: T[] = [];
  const named = new Map<string, number[]>();
  return {
    values,
    number(value) {
      const name = nameOf(value);
      let numbers = named.get(name);
      if (!numbers) named.set(name, (numbers = []));
      let n = numbers.find((known) => isSameJson(values[known], value));
      if (n === undefined) numbers.push((n = values.push(value) - 1));
      return n;
    },
  };
}

/** Whether two values give the same JSON, the order of keys aside: a key that is undefined is one that is not there. */
function isSameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, i) => isSameJson(item, b[i]));
  }
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  for (const key in left) if (!isSameJson(left[key], right[key])) return false;
  for (const key in right) if (left[key] === undefined && right[key] !== undefined) return false;
  return true;
}

/** A root field as several roles may know it. */
export function sharedRootField(field: RootField, type: Renumbering['type']): SharedRootField {
  const { name, kind, description, namespace } = field;
  const common = [name, ROOT_FIELD_KINDS.indexOf(kind), description] as const;
  if ('native' in field) {
    return [...common, namespace, undefined, renumberNative(field.native, type)];
  }
  if (!('function' in field)) return namespace === null ? common : [...common, namespace];
  const { function: fn } = field;
  return [...common, namespace, { ...fn, arguments: renumberArguments(fn.arguments, type) }];
}

/** JSON on one line, in ASCII, so that V8 keeps it at one byte a character. */
export function asciiJson(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  assert(!text.includes('\n'), 'JSON on one line');
  return text;
}
