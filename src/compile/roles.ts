// The metadata's roles -> their names, and for inherited roles the roles they are made of.

import type { Inconsistency } from '../artifact/types.ts';
import type { Metadata } from '../metadata/types.ts';
import { attempt, type MetadataObject, refuse, report } from './inconsistency.ts';
import { compareNames } from './tables/names.ts';

export const ADMIN = 'admin';

/** Every role of the metadata. */
export interface Roles {
  /** Those any permission names, inherited ones and `admin`, sorted. */
  readonly names: readonly string[];
  /** The roles an inherited role is made of, in the metadata's order; none for others. Never leads back to `role`. */
  readonly parents: (role: string) => readonly string[];
}

type InheritedRole = NonNullable<Metadata['inherited_roles']>[number];

/**
 * Reads the roles. An inherited role that is made of roles nobody defines, or of itself, is inconsistent: it keeps
 * only the permissions given to it by name.
 */
export function resolveRoles(metadata: Metadata, inconsistencies: Inconsistency[]): Roles {
  const inherited = metadata.inherited_roles ?? [];
  const named = new Set([...permissionRoles(metadata), ...inherited.map((r) => r.role_name)]);
  const counts = Map.groupBy(inherited, (r) => r.role_name);
  const cycles = roleCycles(inherited);
  const parents = new Map<string, readonly string[]>();
  for (const [index, role] of inherited.entries()) {
    const object = inheritedRoleObject(role, index);
    if ((counts.get(role.role_name)?.length ?? 0) > 1) {
      report(inconsistencies, object, `Duplicate objects: multiple definitions for ${object.name}`);
      continue;
    }
    const found = attempt(inconsistencies, object, () => parentsOf(role, named, cycles));
    if (found) parents.set(role.role_name, found);
  }
  return {
    names: [...new Set([ADMIN, ...named])].sort(compareNames),
    parents: (role) => parents.get(role) ?? [],
  };
}

function parentsOf(
  { role_name: role, role_set: set }: InheritedRole,
  named: ReadonlySet<string>,
  cycles: readonly (readonly string[])[],
): readonly string[] {
  if (role === ADMIN) refuse('cannot define an inherited role for admin, which may do everything');
  const cycle = cycles.find((c) => c.includes(role));
  if (cycle) refuse(cycleMessage([cycle]));
  const missing = set.filter((parent) => !named.has(parent) || parent === ADMIN);
  if (missing.length > 0) {
    refuse(
      `the following parent role(s) are not found: ${missing.join(', ')} which are required to construct ` +
        `the inherited role: "${role}"`,
    );
  }
  return [...new Set(set)];
}

function inheritedRoleObject(role: InheritedRole, index: number): MetadataObject {
  return {
    type: 'inherited_role',
    name: `inherited_role inherited role ${role.role_name}`,
    definition: { role_name: role.role_name, role_set: role.role_set },
    path: ['inherited_roles', index],
  };
}

/**
 * Groups of inherited roles that are made of each other, each from its first role by name along the roles it is made
 * of. Metadata with any is refused as a whole by Hasura: see `cycleMessage`.
 */
export function roleCycles(inherited: readonly InheritedRole[]): string[][] {
  const edges = new Map(inherited.map((r) => [r.role_name, [...r.role_set].sort(compareNames)]));
  const reach = new Map([...edges.keys()].map((role) => [role, reachable(edges, role)]));
  const cycles: string[][] = [];
  const done = new Set<string>();
  for (const role of [...edges.keys()].sort(compareNames)) {
    if (done.has(role) || !reach.get(role)?.has(role)) continue;
    const group = [role, ...(reach.get(role) ?? [])].filter((other) => reach.get(other)?.has(role));
    const cycle = [...new Set(group)];
    for (const other of cycle) done.add(other);
    cycles.push(cycle);
  }
  return cycles;
}

/** Hasura's message, of the code `cyclic-dependency`. */
export function cycleMessage(cycles: readonly (readonly string[])[]): string {
  const texts = cycles.map((cycle) => JSON.stringify([...cycle, cycle[0]]));
  return `found cycle(s) in roles: ${texts.join(', ')}`;
}

/** What can be come to from `start`, in the order of a walk that goes deep first. */
function reachable(edges: ReadonlyMap<string, readonly string[]>, start: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const stack = (edges.get(start) ?? []).toReversed();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    stack.push(...(edges.get(next) ?? []).toReversed());
  }
  return seen;
}

/** Roles that the permissions of tables, functions, actions and remote schemas name. */
function permissionRoles(metadata: Metadata): string[] {
  const roles: string[] = [];
  const add = (entries: readonly { readonly role: string }[] | undefined): void => {
    for (const { role } of entries ?? []) roles.push(role);
  };
  for (const source of metadata.sources) {
    for (const table of source.tables) {
      add(table.select_permissions);
      add(table.insert_permissions);
      add(table.update_permissions);
      add(table.delete_permissions);
    }
    for (const { permissions } of source.functions ?? []) add(permissions);
    for (const model of source.logical_models ?? []) add(model.select_permissions);
    for (const { returns } of source.native_queries ?? [])
      if (typeof returns !== 'string') add(returns.select_permissions);
  }
  for (const { permissions } of metadata.actions ?? []) add(permissions);
  for (const { permissions } of metadata.remote_schemas ?? []) add(permissions);
  return roles;
}
