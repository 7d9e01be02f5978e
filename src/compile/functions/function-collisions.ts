// Tracked functions whose root fields or arguments' type would take a name that is already taken -> inconsistencies.

import { computedFieldArgsTypeName } from '../../artifact/type-names.ts';
import type { Inconsistency } from '../../artifact/types.ts';
import { report } from '../inconsistency.ts';
import type { ClaimedField, RootClaims } from '../tables/root-claims.ts';
import { RESERVED_TYPE_NAMES } from '../tables/scalars.ts';
import { tableObject } from '../tables/tables.ts';
import type { TrackedFunction, TrackedSource } from '../tables/tracked.ts';

/** The functions that can be in one schema with the tables and with the functions before them. */
export function withoutCollisions(
  functions: readonly TrackedFunction[],
  sources: readonly TrackedSource[],
  roots: RootClaims,
  inconsistencies: Inconsistency[],
): TrackedFunction[] {
  const types = new Map<string, string>([...RESERVED_TYPE_NAMES].map((name) => [name, 'GraphQL']));
  for (const source of sources) {
    for (const table of source.tables.values()) {
      const { name } = tableObject(source, table.catalog, table.path);
      types.set(table.typeName, name);
      for (const field of table.computedFields.keys())
        types.set(computedFieldArgsTypeName(source.naming, field, table.baseName), name);
    }
  }
  return functions.filter((fn) => {
    const fields = claimedBy(fn);
    const reason = roots.conflict(fn.source, fields, fn.object.name) ?? typeCollision(fn, types);
    if (reason !== null) {
      report(inconsistencies, fn.object, `Inconsistent object: ${reason}`);
      return false;
    }
    roots.take(fn.source, fields, fn.object.name);
    if (fn.arguments.length > 0) types.set(fn.argsTypeName, fn.object.name);
    return true;
  });
}

function typeCollision(fn: TrackedFunction, types: ReadonlyMap<string, string>): string | null {
  const name = fn.argsTypeName;
  const owner = fn.arguments.length > 0 ? (types.get(name) ?? fn.source.typeOwners.get(name)) : undefined;
  if (owner === undefined) return null;
  return (
    `found conflicting definitions for GraphQL type '${fn.argsTypeName}' in [${owner}, ${fn.object.name}]: ` +
    'give one of them a custom_name'
  );
}

function claimedBy({ exposedAs: root, rootFields }: TrackedFunction): readonly ClaimedField[] {
  const { function: rows, function_aggregate: aggregate } = rootFields;
  if (root === 'mutation') return [{ root, name: rows.name }];
  return (['query', 'subscription'] as const).flatMap((one) =>
    [rows, aggregate].map(({ name }) => ({ root: one, name })),
  );
}
