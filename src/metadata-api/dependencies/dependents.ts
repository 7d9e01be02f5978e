// Objects of the metadata or the database -> what of the metadata uses them.

import type { DatabaseCatalog } from '../../catalog/types.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import { pathText } from '../../error/path.ts';
import type { Metadata } from '../../metadata/types.ts';
import type { SchemaObject } from './types.ts';
import { describeObjects, objectKey } from './types.ts';
import { visitUses } from './uses.ts';

export type Catalogs = ReadonlyMap<string, DatabaseCatalog>;

/**
 * What uses one of the objects itself: this is what Hasura lists. A table stands for everything in it, a source for all
 * its tables and functions. What belongs to one of the objects is not counted among the dependents.
 */
export function directDependentsOf(
  metadata: Metadata,
  catalogs: Catalogs,
  objects: readonly SchemaObject[],
): readonly SchemaObject[] {
  return dependents(metadata, catalogs, objects, false);
}

/** What holds values of the type that a column has, and so keeps the type from being changed. */
export function typeDependentsOf(
  metadata: Metadata,
  catalogs: Catalogs,
  column: SchemaObject,
): readonly SchemaObject[] {
  return dependents(metadata, catalogs, [column], true);
}

/**
 * What uses one of the objects itself or through others: a permission whose filter goes over a relationship that goes
 * with a column. This is what has to go along when they go.
 */
export function dependentsOf(
  metadata: Metadata,
  catalogs: Catalogs,
  objects: readonly SchemaObject[],
): readonly SchemaObject[] {
  const found: SchemaObject[] = [];
  const belongsTo = memberOf(objects);
  const known = new Set<string>();
  let next = objects;
  while (next.length > 0) {
    const fresh = directDependentsOf(metadata, catalogs, next).filter(
      (object) => !known.has(objectKey(object)) && !belongsTo(object),
    );
    for (const object of fresh) known.add(objectKey(object));
    found.push(...fresh);
    next = fresh;
  }
  return found;
}

/** @throws HedgeError `dependency-error` in Hasura's words when there are dependents. */
export function refuseDependents(dependents: readonly SchemaObject[], path: Path | undefined): void {
  if (dependents.length === 0) return;
  throw new HedgeError(
    'dependency-error',
    `cannot drop due to the following dependent objects: ${describeObjects(dependents)}`,
    { path: pathText(path) },
  );
}

function dependents(
  metadata: Metadata,
  catalogs: Catalogs,
  objects: readonly SchemaObject[],
  onlyTyped: boolean,
): readonly SchemaObject[] {
  const found: SchemaObject[] = [];
  if (objects.length === 0) return found;
  const isOne = memberOf(objects);
  visitUses(metadata, catalogs, (object, uses) => {
    if (isOne(object)) return;
    let isDependent = false;
    uses((used, typed = false) => {
      if (!isDependent && (typed || !onlyTyped) && isOne(used)) isDependent = true;
    });
    if (isDependent) found.push(object);
  });
  return found;
}

/** Whether something is one of the objects, or belongs to a table, function or source among them. */
function memberOf(objects: readonly SchemaObject[]): (object: SchemaObject) => boolean {
  const keys = new Set(objects.map(objectKey));
  const kinds = new Set(objects.map(({ kind }) => kind));
  const has = (object: SchemaObject): boolean => kinds.has(object.kind) && keys.has(objectKey(object));
  return (object) => {
    if (has(object)) return true;
    if ('table' in object && has({ kind: 'table', source: object.source, table: object.table })) return true;
    if (
      object.kind === 'function_permission' &&
      has({ kind: 'function', source: object.source, function: object.function })
    ) {
      return true;
    }
    return 'source' in object && has({ kind: 'source', source: object.source });
  };
}
