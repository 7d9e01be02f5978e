// The objects of an insert as parameters: one array for each column, read anew at each execution.

import { at } from '../../error/path.ts';
import { quotedElement } from '../../sql/quoted.ts';
import type { Sql } from '../../sql/sql.ts';
import { param } from '../../sql/sql.ts';
import type { Leaf } from '../codec.ts';
import { encodeLeaf } from '../codec.ts';
import type { PlanContext } from '../context.ts';
import { describeInput } from '../input.ts';
import type { InputRow, RowsPlace } from './input-rows.ts';
import { keysText, relatedOf, rowKeys } from './input-rows.ts';
import type { RequestReader } from './request-value.ts';
import { inputOf, memberJson, memberOf } from './request-value.ts';

/** Objects that one statement inserts. */
export interface RowSet {
  readonly place: RowsPlace;
  /** What of them the statement takes, by the `part` of its bindings. */
  readonly parts: RowsPart[];
}

export type RowsPart =
  | { readonly kind: 'column'; readonly name: string; readonly leaf: Leaf }
  /** The place of each row's parent, from 1. */
  | { readonly kind: 'parent' }
  /** The place of each row's object among those of a relationship, from 1; null where it has none. */
  | { readonly kind: 'related'; readonly name: string }
  /** The places of the rows, from 1, when they are grouped by their members: by what `keysText` writes, in this order. */
  | { readonly kind: 'grouped'; readonly keys: readonly string[] };

/** Adds a set of rows to the plan and gives its number. */
export function newRowSet(ctx: PlanContext, place: RowsPlace): number {
  return ctx.rowSets.push({ place, parts: [] }) - 1;
}

/** A part of a set as an array parameter of that element type. */
export function rowsParam(ctx: PlanContext, id: number, part: RowsPart, cast: Sql): Sql {
  const set = ctx.rowSets[id];
  if (!set) throw new Error('Invariant broken: the set of rows is the plan’s own');
  return param({ kind: 'rows', id, part: set.parts.push(part) - 1 }, cast);
}

/**
 * The text of a part's array.
 * @throws HedgeError at the value that its type does not take.
 */
export function rowsText(reader: RequestReader, rows: readonly InputRow[], part: RowsPart): string {
  const texts = rowTexts(reader, rows, part);
  return `{${texts.join(',')}}`;
}

function rowTexts(reader: RequestReader, rows: readonly InputRow[], part: RowsPart): readonly string[] {
  switch (part.kind) {
    case 'column':
      return rows.map((row) => cellText(reader, row, part));
    case 'parent':
      return rows.map((row) => String(row.parent + 1));
    case 'related': {
      let place = 0;
      return rows.map((row) => (relatedOf(reader, row, part.name) ? String(++place) : 'NULL'));
    }
    case 'grouped': {
      const groups = new Map(part.keys.map((keys): [string, string[]] => [keys, []]));
      for (const [i, row] of rows.entries()) groups.get(keysText(rowKeys(reader, row)))?.push(String(i + 1));
      return [...groups.values()].flat();
    }
  }
}

function cellText(
  reader: RequestReader,
  row: InputRow,
  { name, leaf }: RowsPart & { kind: 'column' },
): string {
  const { value } = row;
  const json = value && memberJson(reader, value, name);
  if (json === undefined || json === null) return 'NULL';
  const text = encodeLeaf(leaf, json, at(row.path, name), () => {
    const member = value && memberOf(reader, value, name);
    return member ? describeInput(inputOf(member), reader.variables) : 'null';
  });
  // A number has nothing to quote, and most texts nothing to escape.
  if (typeof json === 'number' && leaf.kind === 'scalar' && !leaf.type.array) return text;
  if (!/["\\]/.test(text)) return `"${text}"`;
  return quotedElement(text);
}
