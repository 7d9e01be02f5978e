// Where the objects of an insert stand in a request -> the objects, one by one, and nested ones below their parents.
// The same walk serves planning, which looks at their keys, and each execution, which reads their values: so a plan
// knows shapes only and holds for any number of rows.

import type { WriteRelationship } from '../../artifact/write-types.ts';
import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import { must } from '../../util/assert.ts';
import type { Input } from '../input.ts';
import type { RequestReader, RequestValueNode } from './request-value.ts';
import { inputOf, isNull, itemsOf, keysOf, memberOf, valueOf } from './request-value.ts';

/** A set of objects for one table, by its place below the argument `objects` or `object`. */
export interface RowsPlace {
  readonly root: Input;
  /** The root is one object; else a list, or one that stands for a list. */
  readonly single: boolean;
  /** Of a root that is one of several nested objects: the place of its parent. */
  readonly parent: number;
  readonly path: Path;
  readonly steps: readonly RowsStep[];
}

/** Each leads from the objects before it to others. */
export type RowsStep =
  /** Those in the `data` of a relationship, a list of them or one. */
  | { readonly kind: 'relationship'; readonly name: string; readonly many: boolean }
  /** Those with just these members, as `keysText` writes them. */
  | { readonly kind: 'keys'; readonly keys: string };

export interface InputRow {
  /** An object, once planning has looked at it. */
  readonly value: RequestValueNode | undefined;
  readonly path: Path;
  /** Of a nested object: the place of its parent among the rows of the step before, from 0. */
  readonly parent: number;
}

/** The place of what the relationship's data holds. */
export function relatedPlace(
  place: RowsPlace,
  { name, kind }: Pick<WriteRelationship, 'name' | 'kind'>,
): RowsPlace {
  return { ...place, steps: [...place.steps, { kind: 'relationship', name, many: kind === 'array' }] };
}

/** The place of one row. */
export function rowPlace({ value, path, parent }: InputRow): RowsPlace {
  return {
    root: inputOf(must(value, 'a row that has been looked at')),
    single: true,
    parent,
    path,
    steps: [],
  };
}

/** The rows at a place; a single value stands for a list of one. */
export function rowsAt(reader: RequestReader, place: RowsPlace): readonly InputRow[] {
  let rows = rootRows(reader, place);
  for (const step of place.steps) rows = nextRows(reader, rows, step);
  return rows;
}

/** The rows that a place's steps begin with. */
export function rootRows(
  reader: RequestReader,
  { root, single, parent, path }: RowsPlace,
): readonly InputRow[] {
  const value = valueOf(reader, root);
  return single ? [{ value, path, parent }] : listed(reader, value, path, parent);
}

/** The rows that a step leads to. */
export function nextRows(
  reader: RequestReader,
  rows: readonly InputRow[],
  step: RowsStep,
): readonly InputRow[] {
  switch (step.kind) {
    case 'relationship':
      return rows.flatMap((row, parent) => relatedRows(reader, row, parent, step));
    case 'keys':
      return rows.filter((row) => keysText(rowKeys(reader, row)) === step.keys);
  }
}

/** The objects that a row has nested in a relationship. */
export function relatedRows(
  reader: RequestReader,
  row: InputRow,
  parent: number,
  { name, many }: { readonly name: string; readonly many: boolean },
): readonly InputRow[] {
  const given = relatedOf(reader, row, name);
  if (!given) return [];
  const value = memberOf(reader, given.value, 'data');
  const path = at(given.path, 'data');
  return many ? listed(reader, value, path, parent) : [{ value, path, parent }];
}

function listed(
  reader: RequestReader,
  value: RequestValueNode | undefined,
  path: Path,
  parent: number,
): readonly InputRow[] {
  const items = value && itemsOf(reader, value);
  // As in Hasura a single value in the place of a list is its first.
  return (items ?? [value]).map((item, i) => ({ value: item, path: at(path, i), parent }));
}

/** What an object says about a relationship: `{data, on_conflict}` and its place; undefined for nothing and null. */
export function relatedOf(
  reader: RequestReader,
  row: InputRow,
  relationship: string,
): { readonly value: RequestValueNode; readonly path: Path } | undefined {
  const value = row.value && memberOf(reader, row.value, relationship);
  return value && !isNull(value) ? { value, path: at(row.path, relationship) } : undefined;
}

/** Names of an object's members; none for what is no object. */
export function rowKeys(reader: RequestReader, { value }: InputRow): readonly string[] {
  return (value && keysOf(reader, value)) ?? [];
}

/** The names as one text. */
export function keysText(keys: readonly string[]): string {
  return keys.join(' ');
}
