// Tracked tables of the metadata + catalog -> tables with their GraphQL names, descriptions and columns.

import { tableTypeName } from '../../artifact/type-names.ts';
import type { Inconsistency, ScalarType } from '../../artifact/types.ts';
import type { CatalogColumn, CatalogTable, QualifiedName } from '../../catalog/types.ts';
import type { TableConfiguration, TableMetadata } from '../../metadata/types.ts';
import { attempt, type MetadataObject, type MetadataPath, refuse, report } from '../inconsistency.ts';
import { compileEnums, enumTypeOf, type TableEnum } from './enums.ts';
import { mutationFieldNames } from './mutation-fields.ts';
import { invalidNameReason, isGraphQLName, label, nameKey, quotedLabel } from './names.ts';
import { type BaseName, baseNameOf, columnFieldName, rootFieldName } from './naming.ts';
import { describe, rootFieldNames } from './root-fields.ts';
import { otherTypeNames } from './row-types.ts';
import { hasValidName, scalarOf } from './scalars.ts';
import type { TrackedColumn, TrackedRows, TrackedSource, TrackedTable } from './tracked.ts';

/**
 * Fills the tables of every source. Missing tables, tables tracked twice and tables whose names cannot be in a schema
 * are inconsistent, and stay out with everything the metadata says below them.
 */
export function trackTables(sources: readonly TrackedSource[], inconsistencies: Inconsistency[]): void {
  const enumsOf = new Map(sources.map((source) => [source, compileEnums(source)]));
  const typeNames = new Set([
    ...sources.flatMap((source) =>
      source.metadata.tables.map((table) => tableTypeName(source.naming, baseOf(source, table).text)),
    ),
    ...otherTypeNames(sources),
  ]);
  for (const found of [...enumsOf.values()].flatMap((enums) => [...enums.values()]))
    if (found.kind === 'enum') typeNames.add(found.type.graphql);
  for (const [source, enums] of enumsOf) {
    const counts = Map.groupBy(source.metadata.tables, (t) => nameKey(t.table));
    for (const [index, metadata] of source.metadata.tables.entries()) {
      const path = [...source.path, 'tables', index];
      const object = tableObject(source, metadata.table, path);
      const key = nameKey(metadata.table);
      if ((counts.get(key)?.length ?? 0) > 1) {
        report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
        continue;
      }
      if (isWithoutName(source, metadata)) continue;
      const table = attempt(inconsistencies, object, () =>
        trackTable(source, metadata, path, { typeNames, enums }),
      );
      if (table) source.tables.set(key, table);
    }
  }
}

/**
 * Whether a table is left out because GraphQL cannot name it: as in Hasura it may be tracked all the same, and shows up
 * once it has a `custom_name`.
 */
function isWithoutName(source: TrackedSource, metadata: TableMetadata): boolean {
  const isNamed = typeof metadata.configuration?.custom_name === 'string';
  return (
    !isNamed &&
    source.catalogTables.has(nameKey(metadata.table)) &&
    !isGraphQLName(tableTypeName(source.naming, baseOf(source, metadata).text))
  );
}

/** A table as the list of inconsistencies names it. */
export function tableObject(source: TrackedSource, table: QualifiedName, path: MetadataPath): MetadataObject {
  return {
    type: 'table',
    name: `table ${label(table)} in source ${source.metadata.name}`,
    definition: { schema: table.schema, name: table.name },
    path,
  };
}

interface Member {
  readonly type: string;
  readonly name: string;
  readonly definition: object;
  readonly path: MetadataPath;
}

/** An object that belongs to a table, or to the logical model of other rows. */
export function rowsMemberObject(rows: TrackedRows, member: Member): MetadataObject {
  if (!rows.rowsOf) return tableMemberObject(rows, member);
  const { source, rowsOf, path } = rows;
  return {
    type: member.type,
    name: `${member.type} ${member.name} in ${rowsOf.kind} ${rowsOf.name} in source ${source.metadata.name}`,
    definition: { ...member.definition, source: source.metadata.name, name: rowsOf.name },
    path: [...path, ...member.path],
  };
}

/** An object that belongs to a table: `object_relation author in table article in source default`. */
export function tableMemberObject(
  table: Pick<TrackedRows, 'source' | 'catalog' | 'path'>,
  member: Member,
): MetadataObject {
  const { source, catalog } = table;
  return {
    type: member.type,
    name: `${member.type} ${member.name} in table ${label(catalog)} in source ${source.metadata.name}`,
    definition: {
      ...member.definition,
      source: source.metadata.name,
      table: { schema: catalog.schema, name: catalog.name },
    },
    path: [...table.path, ...member.path],
  };
}

/** What columns are made of beside the database's own types. */
interface KnownTypes {
  /** Of the object types and enums of all sources. */
  readonly typeNames: ReadonlySet<string>;
  /** Of the source. */
  readonly enums: ReadonlyMap<string, TableEnum>;
}

function trackTable(
  source: TrackedSource,
  metadata: TableMetadata,
  path: MetadataPath,
  known: KnownTypes,
): TrackedTable {
  const { configuration } = metadata;
  const catalog =
    source.catalogTables.get(nameKey(metadata.table)) ??
    refuse(`no such table/view exists in source: ${quotedLabel(metadata.table)}`);
  const base = baseOf(source, metadata);
  const typeName = tableTypeName(source.naming, base.text);
  if (!isGraphQLName(typeName)) refuse(invalidNameReason(typeName));
  const ownEnum = known.enums.get(nameKey(metadata.table));
  if (ownEnum?.kind === 'refused') refuse(ownEnum.reason);
  return {
    source,
    metadata,
    path,
    catalog,
    baseName: base.text,
    typeName,
    description: describe(
      configuration?.comment,
      catalog.comment,
      `columns and relationships of ${quotedLabel(catalog)}`,
    ),
    rootFields: rootFieldNames(catalog, source.naming, base, configuration),
    mutationFields: mutationFieldNames(catalog, source.naming, base, configuration),
    connectionField: rootFieldName(source.naming, base, { after: 'connection' }),
    columns: trackColumns(source, catalog, configuration, known),
    relationships: new Map(),
    computedFields: new Map(),
    selectPermissions: metadata.select_permissions ?? [],
  };
}

function baseOf({ naming }: TrackedSource, { table, configuration }: TableMetadata): BaseName {
  return baseNameOf(naming, table, configuration?.custom_name);
}

function trackColumns(
  source: TrackedSource,
  table: CatalogTable,
  configuration: TableConfiguration | undefined,
  { typeNames, enums }: KnownTypes,
): ReadonlyMap<string, TrackedColumn> {
  checkCustomNames(table, configuration);
  const columns = new Map<string, TrackedColumn>();
  const byFieldName = new Map<string, string>();
  for (const column of table.columns) {
    const type = { ...scalarOf(column.type, typeNames), ...enumTypeOf(enums, table, column) };
    const fieldName = fieldNameOf(source, column, type, configuration);
    const comment = own(configuration?.column_config, column.name)?.comment;
    columns.set(column.name, {
      catalog: column,
      fieldName,
      type,
      description: describe(comment, column.comment, null),
    });
    if (fieldName === null) continue;
    const other = byFieldName.get(fieldName);
    if (other !== undefined) {
      refuse(
        `the definitions of columns "${other}" and "${column.name}" are in conflict: ` +
          `they are mapped to the same field name, "${fieldName}"`,
      );
    }
    byFieldName.set(fieldName, column.name);
  }
  return columns;
}

function checkCustomNames(table: CatalogTable, configuration: TableConfiguration | undefined): void {
  const existing = new Set(table.columns.map((c) => c.name));
  const named = new Set([
    ...Object.keys(configuration?.column_config ?? {}),
    ...Object.keys(configuration?.custom_column_names ?? {}),
  ]);
  for (const column of named) {
    const name = customName(column, configuration);
    if (name === undefined) continue;
    if (!existing.has(column)) {
      refuse(
        `the custom field name "${name}" was given for the column "${column}", but no such column exists`,
      );
    }
    if (!isGraphQLName(name)) refuse(invalidNameReason(name));
  }
}

function customName(column: string, configuration: TableConfiguration | undefined): string | undefined {
  return (
    own(configuration?.column_config, column)?.custom_name ?? own(configuration?.custom_column_names, column)
  );
}

/** As Hasura: a column that GraphQL cannot name is left out, without complaint, until it gets a custom name. */
function fieldNameOf(
  { naming }: TrackedSource,
  column: CatalogColumn,
  type: ScalarType,
  configuration: TableConfiguration | undefined,
): string | null {
  if (!hasValidName(type)) return null;
  const name = customName(column.name, configuration) ?? columnFieldName(naming, column.name);
  return isGraphQLName(name) ? name : null;
}

/** A record's own value: a column may be called `constructor`. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
