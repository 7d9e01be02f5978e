// Tables whose GraphQL types or root fields would take a name that is already taken -> inconsistencies.

import { COMPARABLE_AGGREGATES, NUMERIC_AGGREGATES } from '../../artifact/operators.ts';
import { derivedTypeName, type TableTypeKind } from '../../artifact/type-names.ts';
import type { Inconsistency } from '../../artifact/types.ts';
import { report } from '../inconsistency.ts';
import { label, nameKey } from './names.ts';
import type { ClaimedField, RootClaims } from './root-claims.ts';
import { RESERVED_TYPE_NAMES } from './scalars.ts';
import { tableObject } from './tables.ts';
import type { TrackedSource, TrackedTable } from './tracked.ts';

/** The types that belong to a table, beside its object type. */
const DERIVED_TYPES: readonly TableTypeKind[] = [
  'aggregate',
  'aggregate_fields',
  'aggregate_order_by',
  'bool_exp',
  'order_by',
  'select_column',
  'update_column',
  'constraint',
  'insert_input',
  'obj_rel_insert_input',
  'arr_rel_insert_input',
  'on_conflict',
  'mutation_response',
  'pk_columns_input',
  'set_input',
  'inc_input',
  'append_input',
  'prepend_input',
  'delete_key_input',
  'delete_elem_input',
  'delete_at_path_input',
  'updates',
  'stream_cursor_input',
  'stream_cursor_value_input',
  ...[...NUMERIC_AGGREGATES, ...COMPARABLE_AGGREGATES].flatMap(
    (fn) => [`${fn}_fields`, `${fn}_order_by`] as const,
  ),
];

/**
 * Takes out of every source the tables that cannot be in one schema with the tables before them: the first to claim a
 * name keeps it.
 */
export function dropCollidingTables(
  sources: readonly TrackedSource[],
  roots: RootClaims,
  inconsistencies: Inconsistency[],
): void {
  for (const source of sources) {
    const types = source.typeOwners;
    for (const table of source.tables.values()) {
      const object = tableObject(source, table.catalog, table.path);
      const fields = rootFieldsOf(table);
      const names = typesOf(table);
      const reason =
        typeCollision(table, names, types, object.name) ?? roots.conflict(source, fields, object.name);
      if (reason === null) {
        for (const name of names) types.set(name, object.name);
        roots.take(source, fields, object.name);
      } else {
        report(inconsistencies, object, `Inconsistent object: ${reason}`);
        source.tables.delete(nameKey(table.catalog));
      }
    }
  }
}

function typeCollision(
  table: TrackedTable,
  names: readonly string[],
  types: ReadonlyMap<string, string>,
  objectName: string,
): string | null {
  if (RESERVED_TYPE_NAMES.has(table.typeName)) {
    return `the type name "${table.typeName}" is reserved: give table "${label(table.catalog)}" a custom_name`;
  }
  for (const name of names) {
    const owner = types.get(name);
    if (owner === undefined) continue;
    return (
      `found conflicting definitions for GraphQL type '${name}' in [${owner}, ${objectName}]: ` +
      'give one of them a custom_name'
    );
  }
  return null;
}

function typesOf({ typeName, baseName, source, metadata }: TrackedTable): readonly string[] {
  const kinds = metadata.is_enum === true ? [...DERIVED_TYPES, 'enum' as const] : DERIVED_TYPES;
  return [typeName, ...kinds.map((kind) => derivedTypeName(source.naming, baseName, kind))];
}

/** Those the administrator has. */
function rootFieldsOf({ rootFields, mutationFields, catalog }: TrackedTable): readonly ClaimedField[] {
  const hasKey = catalog.primaryKey !== null;
  const { insertable, updatable, deletable } = catalog;
  const exists = (kind: string): boolean =>
    (hasKey || !kind.endsWith('_by_pk')) &&
    (insertable || !kind.startsWith('insert')) &&
    (updatable || !kind.startsWith('update')) &&
    (deletable || !kind.startsWith('delete'));
  return (['query', 'mutation', 'subscription'] as const).flatMap((root) =>
    Object.entries(root === 'mutation' ? mutationFields : rootFields).flatMap(([kind, { name }]) =>
      exists(kind) && (kind !== 'select_stream' || root === 'subscription') ? [{ root, name }] : [],
    ),
  );
}
