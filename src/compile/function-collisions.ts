// Tracked functions whose root fields or arguments' type would take a name that is already taken -> inconsistencies.

import { computedFieldArgsTypeName } from '../artifact/type-names.ts';
import type { Inconsistency } from '../artifact/types.ts';
import { report } from './inconsistency.ts';
import { RESERVED_TYPE_NAMES } from './scalars.ts';
import { tableObject } from './tables.ts';
import type { TrackedFunction, TrackedSource } from './tracked.ts';

/** The functions that can be in one schema with the tables and with the functions before them. */
export function withoutCollisions(
  functions: readonly TrackedFunction[],
  sources: readonly TrackedSource[],
  inconsistencies: Inconsistency[],
): TrackedFunction[] {
  const roots = new Map<string, string>();
  const types = new Map<string, string>([...RESERVED_TYPE_NAMES].map((name) => [name, 'GraphQL']));
  for (const source of sources) {
    for (const table of source.tables.values()) {
      const { name } = tableObject(source, table.catalog, table.path);
      types.set(table.typeName, name);
      for (const field of table.computedFields.keys())
        types.set(computedFieldArgsTypeName(source.naming, field, table.baseName), name);
      for (const root of Object.values(table.rootFields))
        roots.set(rootKey(source, 'query', root.name), name);
    }
  }
  return functions.filter((fn) => {
    const reason = collision(fn, roots, types);
    if (reason !== null) {
      report(inconsistencies, fn.object, `Inconsistent object: ${reason}`);
      return false;
    }
    for (const name of rootNames(fn)) roots.set(rootKey(fn.source, fn.exposedAs, name), fn.object.name);
    if (fn.arguments.length > 0) types.set(fn.argsTypeName, fn.object.name);
    return true;
  });
}

function collision(
  fn: TrackedFunction,
  roots: ReadonlyMap<string, string>,
  types: ReadonlyMap<string, string>,
): string | null {
  const names = rootNames(fn);
  for (const [i, name] of names.entries()) {
    const owner =
      names.indexOf(name) < i ? fn.object.name : roots.get(rootKey(fn.source, fn.exposedAs, name));
    if (owner === undefined) continue;
    return (
      `encountered conflicting definitions in the selection set for ${fn.exposedAs}_root for field '${name}' ` +
      `defined in [${owner}, ${fn.object.name}]. Fields must not be defined more than once across all sources.`
    );
  }
  const owner = fn.arguments.length > 0 ? types.get(fn.argsTypeName) : undefined;
  if (owner === undefined) return null;
  return (
    `found conflicting definitions for GraphQL type '${fn.argsTypeName}' in [${owner}, ${fn.object.name}]: ` +
    'give one of them a custom_name'
  );
}

function rootNames({ exposedAs, rootFields }: TrackedFunction): string[] {
  const { function: rows, function_aggregate: aggregate } = rootFields;
  return exposedAs === 'query' ? [rows.name, aggregate.name] : [rows.name];
}

/** Fields below different namespaces may have one name. */
function rootKey({ naming }: TrackedSource, root: TrackedFunction['exposedAs'], name: string): string {
  return JSON.stringify([naming.namespace, root, name]);
}
