// A source of the metadata and its catalog -> where its relationships and computed fields lead, without compiling.

import type { CatalogForeignKey, CatalogTable, DatabaseCatalog } from '../../catalog/types.ts';
import { nameKey } from '../../compile/tables/names.ts';
import type {
  RelationshipMetadata,
  RemoteForeignKey,
  SourceMetadata,
  TableMetadata,
  TableName,
} from '../../metadata/types.ts';

/** What leads from one table to another: a foreign key, or columns paired by hand. */
export interface Link {
  readonly target: TableName;
  /** Pairs of a column of the relationship's own table and a column of the target. */
  readonly columns: readonly (readonly [string, string])[];
  /** The table that has the foreign key; null for columns paired by hand. */
  readonly keyIn: TableName | null;
}

export interface Lookup {
  readonly source: SourceMetadata;
  table(name: TableName): TableMetadata | undefined;
  catalogTable(name: TableName): CatalogTable | undefined;
  relationship(table: TableName, name: string): RelationshipMetadata | undefined;
  /** Where a relationship leads; undefined when that is no table, or its foreign key is not there. */
  link(table: TableName, relationship: RelationshipMetadata): Link | undefined;
  isComputedField(table: TableName, name: string): boolean;
  /** The table of the rows that a function returns. */
  returnedTable(fn: TableName): TableName | undefined;
  /** The table whose rows a computed field gives. */
  computedTable(table: TableName, name: string): TableName | undefined;
}

/** Without a catalog, foreign keys and functions lead nowhere. */
export function lookupIn(source: SourceMetadata, catalog: DatabaseCatalog | undefined): Lookup {
  const tables = new Map(source.tables.map((t) => [nameKey(t.table), t]));
  const catalogTables = new Map(catalog?.tables.map((t) => [nameKey(t), t]));
  const functions = new Map(catalog?.functions.map((f) => [nameKey(f), f]));
  const relationships = new Map(
    source.tables.map((t) => [
      nameKey(t.table),
      new Map([...(t.object_relationships ?? []), ...(t.array_relationships ?? [])].map((r) => [r.name, r])),
    ]),
  );
  const lookup: Lookup = {
    source,
    table: (name) => tables.get(nameKey(name)),
    catalogTable: (name) => catalogTables.get(nameKey(name)),
    relationship: (table, name) => relationships.get(nameKey(table))?.get(name),
    link: (table, { using }) => {
      if ('manual_configuration' in using) {
        const { remote_table: target, column_mapping: mapping } = using.manual_configuration;
        return target && { target, columns: Object.entries(mapping), keyIn: null };
      }
      const key = using.foreign_key_constraint_on;
      return typeof key === 'object' && 'table' in key
        ? overRemoteKey(lookup, table, key)
        : overOwnKey(lookup, table, [key].flat());
    },
    isComputedField: (table, name) =>
      lookup.table(table)?.computed_fields?.some((field) => field.name === name) ?? false,
    returnedTable: (name) => {
      const returns = functions.get(nameKey(name))?.returns;
      return returns?.kind === 'composite' && catalogTables.has(nameKey(returns))
        ? { schema: returns.schema, name: returns.name }
        : undefined;
    },
    computedTable: (table, name) => {
      const field = lookup.table(table)?.computed_fields?.find((f) => f.name === name);
      return field && lookup.returnedTable(field.definition.function);
    },
  };
  return lookup;
}

function overOwnKey(lookup: Lookup, table: TableName, columns: readonly string[]): Link | undefined {
  const key = keyOver(lookup.catalogTable(table)?.foreignKeys ?? [], columns);
  if (!key) return undefined;
  const pairs = key.columns.map((own, i) => [own, key.referencedColumns[i] ?? ''] as const);
  return { target: key.referencedTable, columns: pairs, keyIn: table };
}

function overRemoteKey(lookup: Lookup, table: TableName, using: RemoteForeignKey): Link | undefined {
  const here = nameKey(table);
  const towardsHere = lookup
    .catalogTable(using.table)
    ?.foreignKeys.filter((k) => nameKey(k.referencedTable) === here);
  const key = keyOver(towardsHere ?? [], 'columns' in using ? using.columns : [using.column]);
  if (!key) return undefined;
  const pairs = key.columns.map((own, i) => [key.referencedColumns[i] ?? '', own] as const);
  return { target: using.table, columns: pairs, keyIn: using.table };
}

/** The foreign key over just these columns, in whatever order they are given. */
function keyOver(
  keys: readonly CatalogForeignKey[],
  columns: readonly string[],
): CatalogForeignKey | undefined {
  const wanted = new Set(columns);
  return keys.find((k) => k.columns.length === wanted.size && k.columns.every((c) => wanted.has(c)));
}
