// Relationships of the metadata + foreign keys of the catalog -> relationships with their column pairs.

import type { ColumnMapping, Inconsistency } from '../artifact/types.ts';
import type { CatalogForeignKey, CatalogTable, QualifiedName } from '../catalog/types.ts';
import type { ManualConfiguration, RelationshipMetadata } from '../metadata/types.ts';
import { attempt, refuse, within } from './inconsistency.ts';
import { invalidNameReason, isGraphQLName, label, nameKey, quotedLabel } from './names.ts';
import { tableMemberObject } from './tables.ts';
import type { TrackedRelationship, TrackedSource, TrackedTable } from './tracked.ts';

/** Fills the relationships of every table. Those that lead to what is not there are inconsistent. */
export function trackRelationships(
  sources: readonly TrackedSource[],
  inconsistencies: Inconsistency[],
): void {
  for (const source of sources) {
    for (const table of source.tables.values()) {
      for (const kind of ['object', 'array'] as const) {
        const key = `${kind}_relationships` as const;
        for (const [index, metadata] of (table.metadata[key] ?? []).entries()) {
          // Not available in this version; the metadata's reader has said so.
          if ('manual_configuration' in metadata.using && !metadata.using.manual_configuration.remote_table)
            continue;
          const object = tableMemberObject(table, {
            type: `${kind}_relation`,
            name: metadata.name,
            definition: { name: metadata.name, using: metadata.using, comment: metadata.comment ?? null },
            path: [key, index],
          });
          const relationship = attempt(inconsistencies, object, () =>
            within(`in table ${quotedLabel(table.catalog)}: in relationship "${metadata.name}"`, () =>
              trackRelationship(table, kind, metadata),
            ),
          );
          if (relationship) table.relationships.set(metadata.name, relationship);
        }
      }
    }
  }
}

function trackRelationship(
  table: TrackedTable,
  kind: 'object' | 'array',
  metadata: RelationshipMetadata,
): TrackedRelationship {
  const { name, using } = metadata;
  if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  if (table.relationships.has(name)) refuse(`field definitions have conflicting names: ["${name}"]`);
  for (const column of table.columns.values()) {
    if (column.fieldName !== name) continue;
    refuse(`field definition conflicts with custom field name for postgres column "${column.catalog.name}"`);
  }
  if ('manual_configuration' in using) return manual(table, kind, name, using.manual_configuration);
  const on = using.foreign_key_constraint_on;
  if (typeof on === 'string' || isList(on)) {
    if (kind === 'array') refuse('an array relationship needs the table that has the foreign key');
    return byOwnKey(table, name, typeof on === 'string' ? [on] : on);
  }
  const columns = ['columns' in on ? on.columns : on.column].flat();
  const remote = trackedTable(table.source, on.table);
  const key = foreignKey(remote.catalog, columns, table.catalog);
  const mapping = key.referencedColumns.map((mine, i) => [mine, key.columns[i] ?? ''] as const);
  return { kind, name, remote, mapping, nullable: true };
}

function isList(on: unknown): on is readonly string[] {
  return Array.isArray(on);
}

function manual(
  table: TrackedTable,
  kind: 'object' | 'array',
  name: string,
  configuration: ManualConfiguration,
): TrackedRelationship {
  const remote = trackedTable(
    table.source,
    configuration.remote_table ?? refuse('the relationship names no remote table'),
  );
  const mapping: ColumnMapping = Object.entries(configuration.column_mapping).map(([mine, theirs]) => {
    columnOf(table, mine);
    columnOf(remote, theirs);
    return [mine, theirs] as const;
  });
  if (mapping.length === 0) refuse('the column mapping of the relationship is empty');
  return { kind, name, remote, mapping, nullable: true };
}

function byOwnKey(table: TrackedTable, name: string, columns: readonly string[]): TrackedRelationship {
  for (const column of columns) columnOf(table, column);
  const key = foreignKey(table.catalog, columns, null);
  const remote = trackedTable(table.source, key.referencedTable);
  return {
    kind: 'object',
    name,
    remote,
    mapping: key.columns.map((mine, i) => [mine, key.referencedColumns[i] ?? ''] as const),
    nullable: key.columns.some((column) => table.columns.get(column)?.catalog.nullable ?? true),
  };
}

/** The one foreign key of `table` over exactly these columns, to `target` where that is given. */
function foreignKey(
  table: CatalogTable,
  columns: readonly string[],
  target: QualifiedName | null,
): CatalogForeignKey {
  const wanted = columns.toSorted().join('\0');
  const found = table.foreignKeys.filter(
    (key) =>
      key.columns.toSorted().join('\0') === wanted &&
      (target === null || nameKey(key.referencedTable) === nameKey(target)),
  );
  const [first] = found;
  if (!first) refuse('no foreign constraint exists on the given column(s)');
  if (found.length > 1) refuse('more than one foreign key constraint exists on the given column(s)');
  return first;
}

function trackedTable(source: TrackedSource, name: QualifiedName): TrackedTable {
  const table = source.tables.get(nameKey(name));
  if (table) return table;
  if (source.catalogTables.has(nameKey(name))) refuse(`table ${quotedLabel(name)} is not tracked`);
  return refuse(`table ${quotedLabel(name)} does not exist in source: ${source.metadata.name}`);
}

function columnOf(table: TrackedTable, name: string): void {
  if (!table.columns.has(name)) refuse(`table "${label(table.catalog)}" has no column named "${name}"`);
}
