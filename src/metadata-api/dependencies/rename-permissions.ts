// Permissions of a table -> the same under the new names of tables and columns.

import type { BooleanExpression, TableMetadata } from '../../metadata/types.ts';
import type { ExpressionVisitor } from './expression.ts';
import { mapExpression } from './expression.ts';
import type { Lookup } from './lookup.ts';
import type { Names } from './rename-names.ts';

/** Gives every name of an expression its new one. */
export function renaming(names: Names): ExpressionVisitor {
  return {
    column: (of, name) => names.column(of, name),
    relationship: (_, name) => name,
    computedField: (_, name) => name,
    table: (name) => names.table(name),
  };
}

/** A table's permissions with the columns and tables they name under their new names. */
export function renamedPermissions(
  { table, ...metadata }: TableMetadata,
  lookup: Lookup,
  names: Names,
): Partial<TableMetadata> {
  const visitor = renaming(names);
  const expression = (exp: BooleanExpression): BooleanExpression =>
    mapExpression(lookup, table, exp, visitor);
  return {
    ...(metadata.select_permissions && {
      select_permissions: metadata.select_permissions.map((entry) => ({
        ...entry,
        permission: {
          ...entry.permission,
          columns: names.columns(table, entry.permission.columns),
          filter: expression(entry.permission.filter),
        },
      })),
    }),
    ...(metadata.insert_permissions && {
      insert_permissions: metadata.insert_permissions.map(({ permission, ...entry }) => ({
        ...entry,
        permission: {
          ...permission,
          ...(permission.columns && { columns: names.columns(table, permission.columns) }),
          ...(permission.set && { set: names.keys(table, permission.set) }),
          check: expression(permission.check),
        },
      })),
    }),
    ...(metadata.update_permissions && {
      update_permissions: metadata.update_permissions.map(({ permission, ...entry }) => ({
        ...entry,
        permission: {
          ...permission,
          columns: names.columns(table, permission.columns),
          ...(permission.set && { set: names.keys(table, permission.set) }),
          filter: expression(permission.filter),
          ...(permission.check && { check: expression(permission.check) }),
        },
      })),
    }),
    ...(metadata.delete_permissions && {
      delete_permissions: metadata.delete_permissions.map(({ permission, ...entry }) => ({
        ...entry,
        permission: { ...permission, filter: expression(permission.filter) },
      })),
    }),
  };
}
