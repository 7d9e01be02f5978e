// What the encoders of an artifact's parts share: numbers for equal values, ASCII JSON on one line, root fields.

import { assert } from '../util/assert.ts';
import type { SharedRootField } from './layout.ts';
import { ROOT_FIELD_KINDS } from './layout.ts';
import type { Renumbering } from './renumber.ts';
import { renumberArguments } from './renumber.ts';
import type { RootField } from './types.ts';

/** Values by number; equal values have the same one. */
export interface Numbering<T> {
  readonly values: readonly T[];
  number(value: T): number;
}

/** A numbering without values. */
export function numbering<T>(): Numbering<T> {
  const values: T[] = [];
  const numbers = new Map<string, number>();
  return {
    values,
    number(value) {
      const key = JSON.stringify(value);
      let n = numbers.get(key);
      if (n === undefined) numbers.set(key, (n = values.push(value) - 1));
      return n;
    },
  };
}

/** A root field as several roles may know it. */
export function sharedRootField(field: RootField, type: Renumbering['type']): SharedRootField {
  const { name, kind, description, namespace } = field;
  const common = [name, ROOT_FIELD_KINDS.indexOf(kind), description] as const;
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
