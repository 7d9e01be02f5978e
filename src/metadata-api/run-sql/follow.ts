// Changes of tracked tables and functions -> the metadata that follows them, or Hasura's reason why they may not be.

import { nameKey, quotedLabel, label } from '../../compile/tables/names.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import { pathText } from '../../error/path.ts';
import type { FunctionName, Metadata, SourceMetadata, TableName } from '../../metadata/types.ts';
import { must } from '../../util/assert.ts';
import type { Catalogs } from '../dependencies/dependents.ts';
import {
  dependentsOf,
  directDependentsOf,
  refuseDependents,
  typeDependentsOf,
} from '../dependencies/dependents.ts';
import { purge } from '../dependencies/purge.ts';
import type { Renames } from '../dependencies/rename-names.ts';
import { rename } from '../dependencies/rename.ts';
import type { SchemaObject } from '../dependencies/types.ts';
import { describeObjects } from '../dependencies/types.ts';
import type { AlteredFunction, AlteredTable, Difference } from './difference.ts';
import { columnAt } from './difference.ts';

export interface Following {
  readonly metadata: Metadata;
  /** As they were before. */
  readonly catalogs: Catalogs;
  /** Where the SQL ran. */
  readonly source: string;
  /** Drops what depends on what is gone. */
  readonly cascade: boolean;
  readonly path: Path | undefined;
}

/**
 * The metadata under the new names, without what is gone.
 * @throws HedgeError `dependency-error` when something gone or retyped is used and `cascade` is not set, `not-supported`
 * when a tracked function would be overloaded or volatile, `already-exists` when a column takes a relationship's name.
 */
export function follow(following: Following, difference: Difference): Metadata {
  const { metadata, catalogs, cascade, path } = following;
  const source = must(
    metadata.sources.find(({ name }) => name === following.source),
    'SQL runs on a source of the metadata',
  );
  refuseOverloads(source, difference.alteredFunctions, path);
  const { gone, dependents } = goneWith(following, source, difference);
  if (!cascade) refuseDependents(dependents, path);
  refuseVolatile(source, difference.alteredFunctions, path);
  for (const table of difference.alteredTables) {
    refuseNames(source, table, path);
    refuseTypes(following, table);
  }
  const all = [...gone, ...dependents];
  const purged = purge(metadata, [...all, ...dependentsOf(metadata, catalogs, all)]);
  return rename(purged, {
    source: source.name,
    catalog: catalogs.get(source.name),
    renames: renamesOf(difference),
  });
}

/**
 * What is gone, and what hinders that: objects of tables that stay. Functions that return a dropped table are gone
 * themselves.
 */
function goneWith(
  { metadata, catalogs }: Following,
  { name: source, tables }: SourceMetadata,
  difference: Difference,
): { readonly gone: readonly SchemaObject[]; readonly dependents: readonly SchemaObject[] } {
  const catalog = catalogs.get(source);
  const catalogTable = (name: TableName) => catalog?.tables.find((table) => nameKey(table) === nameKey(name));
  const parts = difference.alteredTables.flatMap(
    ({ table, droppedColumns, droppedForeignKeys }): SchemaObject[] => [
      ...droppedColumns.map((name) => ({ kind: 'column', source, table, name }) as const),
      ...droppedForeignKeys.map(
        ({ references, positions }) =>
          ({
            kind: 'foreign_key',
            source,
            table,
            references,
            columns: positions.map(
              ([own, other]) =>
                [columnAt(catalogTable(table), own), columnAt(catalogTable(references), other)] as const,
            ),
          }) as const,
      ),
    ],
  );
  const dropped = difference.droppedTables.map((table) => ({ kind: 'table', source, table }) as const);
  const functions = new Set(difference.droppedFunctions.map(nameKey));
  const computed = tables.flatMap(({ table, computed_fields: fields }) =>
    (fields ?? [])
      .filter(({ definition }) => functions.has(nameKey(definition.function)))
      .map(({ name }) => ({ kind: 'computed_field', source, table, name }) as const),
  );
  const droppedTables = new Set(difference.droppedTables.map(nameKey));
  const hinders = (object: SchemaObject): boolean =>
    'table' in object
      ? !(object.source === source && droppedTables.has(nameKey(object.table)))
      : object.kind === 'remote_schema_relationship';
  return {
    gone: [
      ...dropped,
      ...parts,
      ...difference.droppedFunctions.map((fn) => ({ kind: 'function', source, function: fn }) as const),
    ],
    dependents: [...directDependentsOf(metadata, catalogs, [...dropped, ...parts]), ...computed].filter(
      hinders,
    ),
  };
}

function refuseOverloads(
  { functions, tables }: SourceMetadata,
  altered: readonly AlteredFunction[],
  path: Path | undefined,
): void {
  const overloaded = altered.filter(({ becameOverloaded }) => becameOverloaded);
  const tracked = overloaded.filter(({ function: fn }) => isTracked(functions, fn));
  if (tracked.length > 0) {
    notSupported(
      `the following tracked function(s) cannot be overloaded: ${tracked.map((fn) => label(fn.name)).join(', ')}`,
      path,
    );
  }
  for (const { function: fn } of overloaded) {
    for (const { table, name } of computedFieldsOver(tables, fn)) {
      notSupported(
        `The function ${quotedLabel(fn)} associated with computed field "${name}" of table ${quotedLabel(table)} is being overloaded`,
        path,
      );
    }
  }
}

function refuseVolatile(
  { functions, tables }: SourceMetadata,
  altered: readonly AlteredFunction[],
  path: Path | undefined,
): void {
  for (const { function: fn, becameVolatile } of altered) {
    if (!becameVolatile) continue;
    if (isTracked(functions, fn)) {
      notSupported(
        `type of function ${quotedLabel(fn)} is altered to "VOLATILE" which is not supported now`,
        path,
      );
    }
    for (const { table, name } of computedFieldsOver(tables, fn)) {
      notSupported(
        `The type of function ${quotedLabel(fn)} associated with computed field "${name}" of table ${quotedLabel(table)} is being altered to "VOLATILE"`,
        path,
      );
    }
  }
}

function isTracked(functions: SourceMetadata['functions'], fn: FunctionName): boolean {
  return functions?.some((tracked) => nameKey(tracked.function) === nameKey(fn)) ?? false;
}

function computedFieldsOver(
  tables: SourceMetadata['tables'],
  fn: FunctionName,
): readonly { readonly table: TableName; readonly name: string }[] {
  return tables.flatMap(({ table, computed_fields: fields }) =>
    (fields ?? [])
      .filter(({ definition }) => nameKey(definition.function) === nameKey(fn))
      .map(({ name }) => ({ table, name })),
  );
}

function notSupported(message: string, path: Path | undefined): never {
  throw new HedgeError('not-supported', message, { path: pathText(path) });
}

function refuseNames(
  { tables }: SourceMetadata,
  { table, columns }: AlteredTable,
  path: Path | undefined,
): void {
  const metadata = tables.find((other) => nameKey(other.table) === nameKey(table));
  const relationships = new Set(
    [...(metadata?.object_relationships ?? []), ...(metadata?.array_relationships ?? [])].map(
      ({ name }) => name,
    ),
  );
  for (const { name, newName } of columns) {
    if (name === newName || !relationships.has(newName)) continue;
    throw new HedgeError(
      'already-exists',
      `cannot rename column "${name}" to "${newName}" in table ${quotedLabel(table)} as a relationship with the name already exists`,
      { path: pathText(path) },
    );
  }
}

function refuseTypes(
  { metadata, catalogs, source, path }: Following,
  { table, columns }: AlteredTable,
): void {
  for (const { name, isRetyped } of columns) {
    if (!isRetyped) continue;
    const users = typeDependentsOf(metadata, catalogs, { kind: 'column', source, table, name });
    if (users.length === 0) continue;
    throw new HedgeError(
      'dependency-error',
      `cannot change type of column "${name}" in table ${quotedLabel(table)} because of the following dependencies: ${describeObjects(users)}`,
      { path: pathText(path) },
    );
  }
}

function renamesOf({ alteredTables, alteredFunctions }: Difference): Renames {
  const isRenamed = (from: TableName, to: TableName): boolean => nameKey(from) !== nameKey(to);
  return {
    tables: new Map(
      alteredTables
        .filter(({ table, name }) => isRenamed(table, name))
        .map(({ table, name }) => [nameKey(table), name]),
    ),
    columns: new Map(
      alteredTables.map(({ table, columns }) => [
        nameKey(table),
        new Map(columns.map(({ name, newName }) => [name, newName])),
      ]),
    ),
    functions: new Map(
      alteredFunctions
        .filter(({ function: fn, name }) => isRenamed(fn, name))
        .map(({ function: fn, name }) => [nameKey(fn), name]),
    ),
  };
}
