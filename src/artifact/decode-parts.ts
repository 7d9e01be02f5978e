// What the decoders of an artifact's parts share: a head line with the blocks behind it, root fields.

import { assert, must } from '../util/assert.ts';
import type { SharedRootField } from './layout.ts';
import { ROOT_FIELD_KINDS } from './layout.ts';
import type { RootField, TableRef } from './types.ts';

/** A line of JSON, and a function that parses the `i`th of the blocks that follow it. */
export interface Blocks<Head> {
  readonly head: Head;
  readonly block: (i: number) => unknown;
}

/** Opens a part of the text; only its head is parsed. */
export function openBlocks<Head>(
  text: string,
  start: number,
  lengths: (head: Head) => readonly number[],
): Blocks<Head> {
  const lineEnd = text.indexOf('\n', start);
  assert(lineEnd > start, 'a part of an artifact begins with its head line');
  const head = JSON.parse(text.slice(start, lineEnd)) as Head;
  const offsets: number[] = [lineEnd + 1];
  let offset = lineEnd + 1;
  for (const length of lengths(head)) offsets.push((offset += length));
  return { head, block: (i) => JSON.parse(text.slice(offsets[i], offsets[i + 1])) as unknown };
}

/** A root field of one role, whose number for the table is `table`. */
export function rootFieldOf(packed: SharedRootField, table: TableRef): RootField {
  const [name, kindNumber, description, namespace = null, fn, native] = packed;
  const kind = must(ROOT_FIELD_KINDS[kindNumber], 'a kind of root field');
  const common = { name, namespace, table, description };
  if (kind === 'native_query') return { ...common, kind, native: must(native, 'a query to run') };
  return kind === 'function' || kind === 'function_aggregate'
    ? { ...common, kind, function: must(fn, 'a function to call') }
    : { ...common, kind };
}
