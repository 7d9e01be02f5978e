// Permissions -> as Hasura exports them: what is the default is left out, expressions have their keys in order.
import type {
  DeletePermission,
  InsertPermission,
  PermissionEntry,
  SelectPermission,
  UpdatePermission,
} from '../types.ts';
import { alphabetical, filled, object, sortedList, withKeys, type JsonObject } from './json.ts';

/** A kind of permission of one table, in the order of the roles. */
export function exportPermissions<P>(
  entries: readonly PermissionEntry<P>[] | undefined,
  exported: (permission: P) => JsonObject,
): readonly unknown[] | undefined {
  return sortedList(
    entries,
    (entry) => entry.role,
    (entry) => object({ role: entry.role, permission: exported(entry.permission), comment: entry.comment }),
  );
}

export function exportSelectPermission(permission: SelectPermission): JsonObject {
  return object({
    columns: permission.columns,
    computed_fields: filled(permission.computed_fields),
    filter: alphabetical(permission.filter),
    limit: permission.limit,
    allow_aggregations: permission.allow_aggregations === true ? true : undefined,
    // Empty lists say something here: no root field at all.
    query_root_fields: permission.query_root_fields,
    subscription_root_fields: permission.subscription_root_fields,
  });
}

export function exportInsertPermission(permission: InsertPermission): JsonObject {
  return object({
    check: alphabetical(permission.check),
    set: alphabetical(withKeys(permission.set)),
    columns: permission.columns,
    ...exportMutationRules(permission),
  });
}

export function exportUpdatePermission(permission: UpdatePermission): JsonObject {
  return {
    columns: permission.columns,
    filter: alphabetical(permission.filter),
    // Hasura always writes this key.
    check: alphabetical(permission.check ?? null),
    ...object({ set: alphabetical(withKeys(permission.set)), ...exportMutationRules(permission) }),
  };
}

export function exportDeletePermission(permission: DeletePermission): JsonObject {
  return object({ filter: alphabetical(permission.filter), ...exportMutationRules(permission) });
}

function exportMutationRules({
  backend_only: backendOnly,
  validate_input: validateInput,
}: Pick<DeletePermission, 'backend_only' | 'validate_input'>): JsonObject {
  return {
    backend_only: backendOnly === true ? true : undefined,
    validate_input: alphabetical(validateInput),
  };
}
