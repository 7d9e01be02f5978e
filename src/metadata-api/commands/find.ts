// Names in args -> the objects of the metadata, or Hasura's error for one that is not there.

import type { CatalogTable, DatabaseCatalog } from '../../catalog/types.ts';
import { nameKey, quotedLabel } from '../../compile/tables/names.ts';
import type { Path } from '../../error/path.ts';
import type {
  FunctionMetadata,
  Metadata,
  SourceMetadata,
  TableMetadata,
  TableName,
} from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import type { ReduceContext } from '../types.ts';
import { fail } from './command.ts';

export function isSameName(a: TableName, b: TableName): boolean {
  return a.schema === b.schema && a.name === b.name;
}

/** @throws HedgeError `not-exists` */
export function findSource(metadata: Metadata, name: string, path: Path): SourceMetadata {
  const source = metadata.sources.find((one) => one.name === name);
  return source ?? fail('not-exists', `source with name ${JSON.stringify(name)} does not exist`, path);
}

/** The tracked table, in whatever state it is. */
export function trackedTable(metadata: Metadata, { source, table }: TableArgs): TableMetadata | undefined {
  return metadata.sources
    .find((one) => one.name === source)
    ?.tables.find((one) => isSameName(one.table, table));
}

/**
 * The tracked table, which must be in its database too where that is known.
 * @throws HedgeError `not-exists`
 */
export function findTable(
  {
    metadata,
    context,
    path,
  }: { readonly metadata: Metadata; readonly context: ReduceContext; readonly path: Path },
  args: TableArgs,
): TableMetadata {
  const found = trackedTable(metadata, args);
  const catalog = context.catalogs.get(args.source);
  if (found && (!catalog || catalogTable(catalog, args.table))) return found;
  return fail(
    'not-exists',
    `table ${quotedLabel(args.table)} does not exist in source: ${args.source}`,
    path,
  );
}

export function catalogTable(catalog: DatabaseCatalog, table: TableName): CatalogTable | undefined {
  return catalog.tables.find((one) => isSameName(one, table));
}

/** The tracked function. @throws HedgeError `not-exists` */
export function findFunction(
  metadata: Metadata,
  { source, function: name }: { readonly source: string; readonly function: TableName },
  path: Path,
): FunctionMetadata {
  const functions = metadata.sources.find((one) => one.name === source)?.functions ?? [];
  return (
    functions.find((one) => isSameName(one.function, name)) ??
    fail('not-exists', `function ${quotedLabel(name)} does not exist in source: ${source}`, path)
  );
}

/** `names` that occur more than once, each once. */
export function duplicates<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...Map.groupBy(items, key).values()].flatMap(([first, ...others]) =>
    first !== undefined && others.length > 0 ? [first] : [],
  );
}

/** A key for maps of tables of all sources. */
export function tableKey({ source, table }: TableArgs): string {
  return JSON.stringify([source, nameKey(table)]);
}
