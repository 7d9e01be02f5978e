// A relationship's new name -> the metadata with the relationship renamed, and every permission whose expressions go over it.

import type { BooleanExpression, Metadata, TableMetadata } from '../../metadata/types.ts';
import type { TableArgs } from '../args/names.ts';
import type { Catalogs } from '../dependencies/dependents.ts';
import { mapExpression } from '../dependencies/expression.ts';
import { type Lookup, lookupIn } from '../dependencies/lookup.ts';
import { withList, withSource } from './edit.ts';
import { isSameName } from './find.ts';

interface Renaming extends TableArgs {
  readonly name: string;
  readonly newName: string;
}

/** Without a source's catalog, expressions are followed over relationships that are configured by hand only. */
export function renameRelationship(metadata: Metadata, catalogs: Catalogs, renaming: Renaming): Metadata {
  return withSource(metadata, renaming.source, (source) => {
    const lookup = lookupIn(source, catalogs.get(source.name));
    return { ...source, tables: source.tables.map((table) => renamedIn(table, lookup, renaming)) };
  });
}

function renamedIn(table: TableMetadata, lookup: Lookup, renaming: Renaming): TableMetadata {
  const rename = (expression: BooleanExpression): BooleanExpression =>
    renamedExpression(expression, table, lookup, renaming);
  const isOwner = isSameName(table.table, renaming.table);
  return permissionsRenamed(isOwner ? ownRenamed(table, renaming) : table, rename);
}

function ownRenamed(table: TableMetadata, { name, newName }: Renaming): TableMetadata {
  const renamed = <R extends { readonly name: string }>(relationships: readonly R[]): readonly R[] =>
    relationships.map((one) => (one.name === name ? { ...one, name: newName } : one));
  return withList(withList(table, 'object_relationships', renamed), 'array_relationships', renamed);
}

/** The expression itself where it does not go over the relationship, so that what is written stays as it was written. */
function renamedExpression(
  expression: BooleanExpression,
  { table }: TableMetadata,
  lookup: Lookup,
  renaming: Renaming,
): BooleanExpression {
  let isUsed = false;
  const renamed = mapExpression(lookup, table, expression, {
    column: (_, name) => name,
    computedField: (_, name) => name,
    table: (name) => name,
    relationship: (owner, name) => {
      if (name !== renaming.name || !isSameName(owner, renaming.table)) return name;
      isUsed = true;
      return renaming.newName;
    },
  });
  return isUsed ? renamed : expression;
}

type Rename = (expression: BooleanExpression) => BooleanExpression;

function permissionsRenamed(table: TableMetadata, rename: Rename): TableMetadata {
  const selects = withList(table, 'select_permissions', (entries) =>
    entries.map((entry) => ({ ...entry, permission: filterRenamed(entry.permission, rename) })),
  );
  const inserts = withList(selects, 'insert_permissions', (entries) =>
    entries.map((entry) => ({
      ...entry,
      permission: { ...entry.permission, check: rename(entry.permission.check) },
    })),
  );
  const updates = withList(inserts, 'update_permissions', (entries) =>
    entries.map((entry) => {
      const permission = filterRenamed(entry.permission, rename);
      const { check } = permission;
      return { ...entry, permission: check ? { ...permission, check: rename(check) } : permission };
    }),
  );
  return withList(updates, 'delete_permissions', (entries) =>
    entries.map((entry) => ({ ...entry, permission: filterRenamed(entry.permission, rename) })),
  );
}

function filterRenamed<P extends { readonly filter: BooleanExpression }>(permission: P, rename: Rename): P {
  return { ...permission, filter: rename(permission.filter) };
}
