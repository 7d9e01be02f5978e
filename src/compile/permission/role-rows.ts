// A role + what has no table -> the rows of native queries and of functions that it may see.

import { type FunctionAccess, mayCall } from '../functions/function-fields.ts';
import type { TrackedNativeQuery, TrackedRows, TrackedSource, TrackedTable } from '../tables/tracked.ts';
import type { CompiledPermission } from './select-permission.ts';
import { adminPermission } from './select-permission.ts';

/** A table a role may select from, or other rows it may see. */
export interface Selectable {
  readonly table: TrackedRows;
  readonly permission: CompiledPermission;
}

/**
 * Rows of native queries, under the permission of their logical models. Models that no query returns are asked for their
 * permission, too: one that cannot be read is to be told.
 */
export function rowsOfQueries(
  sources: readonly TrackedSource[],
  native: readonly TrackedNativeQuery[],
  permissionOf: (model: TrackedRows) => CompiledPermission | null,
): readonly Selectable[] {
  const models = new Set([
    ...sources.flatMap((source) => [...source.logicalModels.values()]),
    ...native.map(({ model }) => model),
  ]);
  return [...models].flatMap((model) => {
    const permission = permissionOf(model);
    if (!permission) return [];
    const rows = new Set(native.filter((query) => query.model === model).map((query) => query.rows));
    return [...rows].map((table) => ({ table, permission }));
  });
}

/** Rows of functions that the role may call: as computed fields that its permissions list, or as root fields. */
export function rowsOfFunctions(
  role: string,
  access: FunctionAccess,
  ofTables: readonly { readonly table: TrackedTable; readonly permission: CompiledPermission }[],
): readonly Selectable[] {
  const computed = ofTables.flatMap(({ table, permission }) =>
    [...table.computedFields.values()].flatMap(({ name, returns }) =>
      returns.kind === 'table' && returns.table.rowsOf && permission.computedFields.has(name)
        ? [returns.table]
        : [],
    ),
  );
  const called = access.functions.flatMap((fn) =>
    fn.returns.rowsOf && mayCall(access, fn, role) ? [fn.returns] : [],
  );
  return [...new Set([...computed, ...called])].map((table) => ({
    table,
    permission: adminPermission(table),
  }));
}
