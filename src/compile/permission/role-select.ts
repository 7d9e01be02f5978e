// A table, or a logical model, + a role -> its select permission: the one given to it by name, else what it inherits.

import type { Inconsistency } from '../../artifact/types.ts';
import { attempt, refuse, report, within } from '../inconsistency.ts';
import { ADMIN, type Roles } from '../roles.ts';
import { quotedLabel } from '../tables/names.ts';
import type { TypeTable } from '../tables/scalars.ts';
import { rowsMemberObject } from '../tables/tables.ts';
import type { TrackedRows } from '../tables/tracked.ts';
import { combinePermissions } from './inherited-select.ts';
import { type CompiledPermission, compileSelectPermission } from './select-permission.ts';

/**
 * The permission of a role on a table; null when it has none, or one that cannot be read, which goes on the list.
 * Types are added to `types`.
 */
export function selectPermissionOf(
  role: string,
  { roles, types, table }: { readonly roles: Roles; readonly types: TypeTable; readonly table: TrackedRows },
  inconsistencies: Inconsistency[],
): CompiledPermission | null {
  const known = new Map<string, CompiledPermission | null>();
  const of = (name: string, list: Inconsistency[]): CompiledPermission | null => {
    let permission = known.get(name);
    if (permission === undefined) {
      const own = ownPermission(name, types, table, list);
      // What keeps a parent's permission out is on the list once, of the parent.
      permission = own.given
        ? own.permission
        : combinePermissions(roles.parents(name).flatMap((parent) => of(parent, []) ?? []));
      known.set(name, permission);
    }
    return permission;
  };
  return of(role, inconsistencies);
}

/** The permission given to the role by name; one that cannot be read is given, and null. */
function ownPermission(
  role: string,
  types: TypeTable,
  table: TrackedRows,
  inconsistencies: Inconsistency[],
): { readonly given: boolean; readonly permission: CompiledPermission | null } {
  const entries = table.selectPermissions;
  const index = entries.findIndex((e) => e.role === role);
  const entry = entries[index];
  if (!entry) return { given: false, permission: null };
  const object = rowsMemberObject(table, {
    type: 'select_permission',
    name: role,
    definition: { role, permission: entry.permission, comment: entry.comment ?? null },
    path: ['select_permissions', index, 'permission'],
  });
  if (entries.some((e, i) => e.role === role && i > index)) {
    report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
    return { given: true, permission: null };
  }
  const permission = attempt(inconsistencies, object, () =>
    within(
      `in ${table.rowsOf ? 'logical model' : 'table'} ${quotedLabel(table.catalog)}: in permission for role "${role}"`,
      () => {
        if (role === ADMIN) refuse('cannot define permission for admin role');
        return types.attempt(() => compileSelectPermission(types, table, entry.permission));
      },
    ),
  );
  return { given: true, permission };
}
