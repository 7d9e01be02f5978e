// Object and array relationships of the metadata -> which table they lead to and over which columns.

import type { ColumnMapping, Inconsistency } from '../../artifact/types.ts';
import type { CatalogForeignKey } from '../../catalog/types.ts';
import type {
  ManualConfiguration,
  RelationshipMetadata,
  RemoteForeignKey,
  TableName,
} from '../../metadata/types.ts';
import { must } from '../../util/assert.ts';
import { attempt, type MetadataObject, refuse, within } from '../inconsistency.ts';
import { manualEnd } from '../native-queries/native-relationships.ts';
import { invalidNameReason, isGraphQLName, nameKey, quotedLabel } from './names.ts';
import { describe } from './root-fields.ts';
import { tableMemberObject } from './tables.ts';
import type { TrackedRelationship, TrackedTable } from './tracked.ts';

/** A relationship that compiles, with what the list of inconsistencies would call it. */
export interface CompiledRelationship {
  readonly object: MetadataObject;
  readonly relationship: TrackedRelationship;
}

/** Compiles the relationships of one table. Tables they lead to must have been tracked before. */
export function compileRelationships(
  table: TrackedTable,
  inconsistencies: Inconsistency[],
): CompiledRelationship[] {
  const all = (['object', 'array'] as const).flatMap((kind) =>
    (table.metadata[`${kind}_relationships`] ?? []).map((metadata, index) => ({ kind, metadata, index })),
  );
  return all.flatMap(({ kind, metadata, index }) => {
    const object = tableMemberObject(table, {
      type: `${kind}_relation`,
      name: metadata.name,
      definition: { name: metadata.name, using: metadata.using, comment: metadata.comment ?? null },
      path: [`${kind}_relationships`, index],
    });
    const relationship = attempt(inconsistencies, object, () => {
      const context = `in table ${quotedLabel(table.catalog)}: in relationship "${metadata.name}"`;
      return compileRelationship(table, kind, metadata, context);
    });
    return relationship ? [{ object, relationship }] : [];
  });
}

/** Some of Hasura's reasons carry the relationship as their context, those about the other table's tracking do not. */
function compileRelationship(
  table: TrackedTable,
  kind: 'object' | 'array',
  { name, using, comment }: RelationshipMetadata,
  context: string,
): TrackedRelationship {
  const description = describe(comment, null, `An ${kind} relationship`);
  within(context, () => {
    if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  });
  if ('manual_configuration' in using) {
    const { manual_configuration: configuration } = using;
    const end = leadsToTable(configuration)
      ? manual(table, configuration, context)
      : within(context, () => manualEnd(table.source, table, configuration));
    return { kind, name, description, nullable: true, ...end };
  }
  const key = using.foreign_key_constraint_on;
  if (typeof key === 'object' && 'table' in key) {
    return { kind, name, description, nullable: true, ...overRemoteKey(table, key, context) };
  }
  if (kind === 'array') {
    return within(context, () =>
      refuse('an array relationship over a foreign key names the table that has it: {table, columns}'),
    );
  }
  return { kind, name, description, ...overOwnKey(table, typeof key === 'string' ? [key] : key, context) };
}

type Leads = Pick<TrackedRelationship, 'remote' | 'mapping'>;

function overOwnKey(
  table: TrackedTable,
  columns: readonly string[],
  context: string,
): Leads & Pick<TrackedRelationship, 'nullable'> {
  const key = within(context, () => onlyKey(table.catalog.foreignKeys, columns));
  const remote = tracked(table, key.referencedTable);
  const nullable = key.columns.some(
    (c) => must(table.columns.get(c), 'a foreign key has columns of its table').catalog.nullable,
  );
  return { remote, mapping: pairs(key.columns, key.referencedColumns), nullable };
}

function overRemoteKey(table: TrackedTable, using: RemoteForeignKey, context: string): Leads {
  return within(context, () => {
    const remote =
      table.source.tables.get(nameKey(using.table)) ??
      refuse(`table ${quotedLabel(using.table)} does not exist in source: ${table.source.metadata.name}`);
    const here = nameKey(table.catalog);
    const towardsHere = remote.catalog.foreignKeys.filter((k) => nameKey(k.referencedTable) === here);
    const key = onlyKey(towardsHere, ['columns' in using ? using.columns : using.column].flat());
    return { remote, mapping: pairs(key.referencedColumns, key.columns) };
  });
}

type ToTable = ManualConfiguration & { readonly remote_table: TableName };

function leadsToTable(using: ManualConfiguration): using is ToTable {
  return using.remote_table !== undefined;
}

function manual(table: TrackedTable, using: ToTable, context: string): Leads {
  const mapping = Object.entries(using.column_mapping);
  within(context, () => {
    if (mapping.length === 0) refuse('column_mapping is empty: it would pair every row with every row');
  });
  const remote = tracked(table, using.remote_table);
  for (const [own, other] of mapping) {
    checkColumn(table, own);
    checkColumn(remote, other);
  }
  return { remote, mapping };
}

function tracked(table: TrackedTable, name: TableName): TrackedTable {
  return table.source.tables.get(nameKey(name)) ?? refuse(`table ${quotedLabel(name)} is not tracked`);
}

function checkColumn(table: TrackedTable, column: string): void {
  if (!table.columns.has(column)) {
    refuse(`table ${quotedLabel(table.catalog)} has no field named "${column}"`);
  }
}

/** The one foreign key over just these columns, in whatever order they are given. */
function onlyKey(keys: readonly CatalogForeignKey[], columns: readonly string[]): CatalogForeignKey {
  const wanted = new Set(columns);
  const [key, ...others] = keys.filter(
    (k) => k.columns.length === wanted.size && k.columns.every((c) => wanted.has(c)),
  );
  if (!key) return refuse('no foreign constraint exists on the given column(s)');
  if (others.length > 0) refuse('more than one foreign key constraint exists on the given column(s)');
  return key;
}

function pairs(own: readonly string[], other: readonly string[]): ColumnMapping {
  return own.map((column, i) => [column, must(other[i], 'a foreign key pairs its columns')]);
}
