// The rows that a failed statement wrote, with the values of a request -> where in the request its error belongs. A plan
// holds for any number of rows, so that it cannot tell.

import type { Path } from '../../error/path.ts';
import { at } from '../../error/path.ts';
import type { RowsPlace } from './input-rows.ts';
import { nextRows, relatedOf, rootRows } from './input-rows.ts';
import type { RequestReader } from './request-value.ts';

/** Rows that an error may be about. */
export interface RowsPath {
  readonly rows: RowsPlace;
  /** As in Hasura, objects with nested ones are told apart in errors, and others are not. */
  readonly nested: boolean;
  /** The error is about the relationship they are inserted for. */
  readonly ofRelationship?: boolean;
}

/** A place in a request, known or yet to be found; undefined for the request as a whole. */
export type ErrorPath = Path | RowsPath | undefined;

/**
 * The closest place that is certain: the list the rows stand in, the row where there is but one, and a list further out
 * where they are of several parents.
 */
export function errorPath(reader: RequestReader, path: ErrorPath): Path | undefined {
  if (!path || !('rows' in path)) return path;
  const { rows: place, nested, ofRelationship = false } = path;
  let rows = rootRows(reader, place);
  let list = place.path;
  for (const step of place.steps) {
    if (step.kind === 'relationship') {
      const [parent, ...others] = rows.filter((row) => relatedOf(reader, row, step.name));
      if (!parent || others.length > 0) return list;
      const relationship = at(parent.path, step.name);
      if (ofRelationship && step === place.steps.at(-1)) return relationship;
      list = at(relationship, 'data');
    }
    rows = nextRows(reader, rows, step);
  }
  const [only, ...others] = rows;
  return nested && only && others.length === 0 ? only.path : list;
}
