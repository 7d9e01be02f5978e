// Relationships -> as Hasura exports them.
import type {
  ManualConfiguration,
  NativeQueryRelationship,
  RelationshipMetadata,
  RemoteForeignKey,
} from '../types.ts';
import { alphabetical, object, sortedList, type JsonObject } from './json.ts';

/** The object or the array relationships of a table, in the order of their names. */
export function exportRelationships(
  relationships: readonly RelationshipMetadata[] | undefined,
): readonly unknown[] | undefined {
  return sortedList(
    relationships,
    (relationship) => relationship.name,
    ({ name, using, comment }) => object({ name, using: alphabetical(exportUsing(using)), comment }),
  );
}

/** The same of a native query; `manual_configuration` may be left out around the configuration, and stays so. */
export function exportNativeQueryRelationships(
  relationships: readonly NativeQueryRelationship[] | undefined,
): readonly unknown[] | undefined {
  return sortedList(
    relationships,
    (relationship) => relationship.name,
    ({ name, using, comment }) =>
      object({
        name,
        using:
          'manual_configuration' in using
            ? { manual_configuration: exportManual(using.manual_configuration) }
            : exportManual(using),
        comment,
      }),
  );
}

function exportUsing(using: RelationshipMetadata['using']): JsonObject {
  return 'manual_configuration' in using
    ? { manual_configuration: exportManual(using.manual_configuration) }
    : { foreign_key_constraint_on: exportForeignKey(using.foreign_key_constraint_on) };
}

/** One column is written as a text, whichever way it came. */
function exportForeignKey(key: string | readonly string[] | RemoteForeignKey): unknown {
  if (typeof key === 'string') return key;
  if ('table' in key) {
    const columns = exportForeignKey('column' in key ? key.column : key.columns);
    return typeof columns === 'string'
      ? { table: key.table, column: columns }
      : { table: key.table, columns };
  }
  return key.length === 1 ? key[0] : key;
}

function exportManual(to: ManualConfiguration): JsonObject {
  return {
    remote_table: to.remote_table,
    remote_native_query: to.remote_native_query ?? to.native_query,
    column_mapping: to.column_mapping,
    // Hasura always writes this key.
    insertion_order: to.insertion_order ?? null,
  };
}
