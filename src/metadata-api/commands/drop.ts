// Objects a command drops -> the metadata without them and, when it says cascade, without what depends on them.

import type { Path } from '../../error/path.ts';
import type { Metadata } from '../../metadata/types.ts';
import { dependentsOf, directDependentsOf, refuseDependents } from '../dependencies/dependents.ts';
import { purge } from '../dependencies/purge.ts';
import type { SchemaObject } from '../dependencies/types.ts';
import type { ReduceContext } from '../types.ts';

interface Drop {
  readonly metadata: Metadata;
  readonly context: ReduceContext;
  readonly path: Path;
  readonly cascade: boolean;
}

/**
 * Drops an object with what belongs to it.
 * @throws HedgeError `dependency-error` that lists what else depends on it when `cascade` is not set.
 */
export function drop(object: SchemaObject, { metadata, context, path, cascade }: Drop): Metadata {
  if (!cascade) {
    refuseDependents(directDependentsOf(metadata, context.catalogs, [object]), path);
    return purge(metadata, [object]);
  }
  return purge(metadata, [object, ...dependentsOf(metadata, context.catalogs, [object])]);
}
