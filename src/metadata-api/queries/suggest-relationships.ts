// The foreign keys between tracked tables -> the relationships that could be made of them.

import type { CatalogForeignKey, CatalogTable } from '../../catalog/types.ts';
import { nameKey } from '../../compile/tables/names.ts';
import type { TableName } from '../../metadata/types.ts';
import { qualifiedName, sourceField } from '../args/names.ts';
import { bool, list, object } from '../args/parse.ts';
import { readArgs } from '../commands/command.ts';
import { findSource } from '../commands/find.ts';
import { type Lookup, lookupIn } from '../dependencies/lookup.ts';
import type { Command } from '../types.ts';
import type { QueryContext } from './queries.ts';
import { catalogOf } from './source-tables.ts';

const suggestArgs = object('SuggestRels', (fields) => ({
  source: sourceField(fields),
  tables: fields.optional('tables', list(qualifiedName)),
  omitTracked: fields.optional('omit_tracked', bool) ?? false,
}));

interface End {
  readonly table: TableName;
  readonly columns: readonly string[];
  /** Of the side that has the foreign key. */
  readonly constraint_name?: string;
}

interface Suggestion {
  readonly type: 'object' | 'array';
  readonly from: End;
  readonly to: End;
}

/**
 * `{"relationships": [{"type", "from", "to"}]}`: for each foreign key an object relationship along it, and one back,
 * which is an array relationship unless the key's columns are unique. Only between tracked tables; with `tables`, where
 * at least one of the two is listed; with `omit_tracked`, without those that are there.
 */
export function suggestRelationships(command: Command, context: QueryContext): unknown {
  const { source: name, tables, omitTracked } = readArgs(suggestArgs, command.args, command);
  const catalog = catalogOf(name, command, context);
  const source = findSource(context.metadata, name, command.path);
  const lookup = lookupIn(source, catalog);
  const listed = tables && new Set(tables.map(nameKey));
  const isWanted = (...ends: readonly TableName[]): boolean =>
    listed === undefined || ends.some((table) => listed.has(nameKey(table)));
  const relationships = source.tables.flatMap(({ table }) => {
    const found = lookup.catalogTable(table);
    return (found?.foreignKeys ?? [])
      .filter(({ referencedTable: to }) => lookup.table(to) && isWanted(table, to))
      .flatMap((key) => (found ? suggestionsOf(found, key) : []))
      .filter((suggestion) => !omitTracked || !isTracked(lookup, suggestion));
  });
  return { relationships };
}

function suggestionsOf(table: CatalogTable, key: CatalogForeignKey): Suggestion[] {
  const holder: End = {
    table: { schema: table.schema, name: table.name },
    columns: key.columns,
    constraint_name: key.name,
  };
  const { schema, name } = key.referencedTable;
  const referenced: End = { table: { schema, name }, columns: key.referencedColumns };
  return [
    { type: 'object', from: holder, to: referenced },
    { type: isUnique(table, key.columns) ? 'object' : 'array', from: referenced, to: holder },
  ];
}

function isUnique({ primaryKey, uniqueKeys }: CatalogTable, columns: readonly string[]): boolean {
  const wanted = new Set(columns);
  return [...(primaryKey ? [primaryKey] : []), ...uniqueKeys].some(
    (key) => key.columns.length === wanted.size && key.columns.every((column) => wanted.has(column)),
  );
}

/** Whether the table has a relationship over the same columns to the same table, whatever its name and kind. */
function isTracked(lookup: Lookup, { from, to }: Suggestion): boolean {
  const table = lookup.table(from.table);
  const wanted = pairsKey(from.columns.map((column, index) => [column, to.columns[index] ?? '']));
  return [...(table?.object_relationships ?? []), ...(table?.array_relationships ?? [])].some((one) => {
    const link = lookup.link(from.table, one);
    return (
      link !== undefined && nameKey(link.target) === nameKey(to.table) && pairsKey(link.columns) === wanted
    );
  });
}

function pairsKey(pairs: readonly (readonly [string, string])[]): string {
  return JSON.stringify(pairs.map((pair) => JSON.stringify(pair)).sort());
}
