// What a plan saw of the objects of an insert -> a guard: another request's objects must look the same. Their values
// never count, and their number only where planning looked at each.

import type { VariableValues } from '../../parse/operation.ts';
import type { Guard } from '../input.ts';
import type { InputRow, RowsPlace } from './input-rows.ts';
import { keysText, relatedOf, rowsAt } from './input-rows.ts';
import type { RequestReader } from './request-value.ts';
import { isNull, itemsOf, jsonText, keysOf, memberOf } from './request-value.ts';

/** What is looked at. */
export interface RowsLook {
  readonly place: RowsPlace;
  /** Names that are relationships: null there is as good as nothing. */
  readonly relationships: ReadonlySet<string>;
  /** Which members all rows have and which some; or those of each row, and its parent. */
  readonly depth: 'union' | 'each';
}

/** The guard of a look at the request that is being planned. */
export function rowsGuard(reader: RequestReader, look: RowsLook): Guard {
  // Not the reader itself: a plan that is kept would keep the variables it was made for, megabytes of rows.
  const { operation } = reader;
  const observe = (variables: VariableValues): string => seenRows({ operation, variables }, look);
  return { observe, seen: observe(reader.variables) };
}

function seenRows(reader: RequestReader, { place, relationships, depth }: RowsLook): string {
  const rows = rowsAt(reader, place);
  if (depth === 'each')
    return rows.map((row) => `${row.parent}: ${seenRow(reader, row, relationships)}`).join('\n');
  const counts = new Map<string, number>();
  // Rows like the one before, as those of a program are, take no more than the comparison of their keys.
  let last: { readonly keys: readonly string[]; readonly seen: string } | undefined;
  for (const row of rows) {
    const keys = row.value && keysOf(reader, row.value);
    let seen = last && keys && equal(last.keys, keys) ? last.seen : undefined;
    if (seen === undefined) {
      seen = seenRow(reader, row, relationships);
      last = keys && !keys.some((name) => relationships.has(name)) ? { keys, seen } : undefined;
    }
    counts.set(seen, (counts.get(seen) ?? 0) + 1);
  }
  // Rows with the same members in another order of keys or rows are the same to a plan that knows only unions.
  const names = new Map<string, number>();
  for (const [seen, count] of counts)
    for (const name of seen.split(' ')) names.set(name, (names.get(name) ?? 0) + count);
  const texts = [...names].map(([name, count]) => (count === rows.length ? name : `${name}?`)).sort();
  return `${rows.length === 0 ? 0 : 'some'} ${texts.join(' ')}`;
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Names of members, each with what of its relationship matters; `!` for what is no object. */
function seenRow(reader: RequestReader, row: InputRow, relationships: ReadonlySet<string>): string {
  const keys = row.value && keysOf(reader, row.value);
  if (!keys) return '!';
  return keysText(
    keys.flatMap((name) => {
      if (!relationships.has(name)) return [nameText(name)];
      const given = relatedOf(reader, row, name);
      return given ? [`${name}${seenRelated(reader, given.value)}`] : [];
    }),
  );
}

/** The members beside `data`, whole: what they say shapes a statement. Whether `data` is a list, an object or null. */
function seenRelated(reader: RequestReader, value: NonNullable<InputRow['value']>): string {
  const keys = keysOf(reader, value);
  if (!keys) return '!';
  const others = keys.filter((key) => key !== 'data');
  const data = memberOf(reader, value, 'data');
  const shape = !data || isNull(data) ? '!' : itemsOf(reader, data) ? '[]' : '{}';
  const texts = others.map((key) => {
    const member = memberOf(reader, value, key);
    return `${nameText(key)}:${member ? unspaced(jsonText(reader, member)) : ''}`;
  });
  return [shape, ...texts].join(',');
}

/** Spaces separate members from each other. */
function nameText(name: string): string {
  return /^\w+$/.test(name) ? name : unspaced(JSON.stringify(name));
}

function unspaced(json: string): string {
  return json.replaceAll(' ', '\\u0020');
}
