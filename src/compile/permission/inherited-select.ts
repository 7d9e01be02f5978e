// The select permissions of the roles an inherited role is made of -> the one it has itself.

import type { BoolExp } from '../../artifact/types.ts';
import type { CompiledPermission } from './select-permission.ts';

/**
 * Combines permissions of one table: a row is seen when any of them allows it, and of the row the values which one
 * that allows it shows. The limit is the largest of those given; null without any permission.
 */
export function combinePermissions(permissions: readonly CompiledPermission[]): CompiledPermission | null {
  const [only] = permissions;
  if (!only || permissions.length === 1) return only ?? null;
  const limits = permissions.flatMap(({ limit }) => (limit === null ? [] : [limit]));
  return {
    columns: combineVisible(permissions, (p) => p.columns),
    computedFields: combineVisible(permissions, (p) => p.computedFields),
    filter: anyOf(permissions.map((p) => p.filter)),
    limit: limits.length > 0 ? Math.max(...limits) : null,
    allowAggregations: permissions.some((p) => p.allowAggregations),
    queryRootFields: together(permissions.map((p) => p.queryRootFields)),
    subscriptionRootFields: together(permissions.map((p) => p.subscriptionRootFields)),
  };
}

/** What any of the sets has; null stands for all there is. */
function together(sets: readonly (ReadonlySet<string> | null)[]): ReadonlySet<string> | null {
  return sets.includes(null) ? null : new Set(sets.flatMap((set) => [...(set ?? [])]));
}

/** In which rows each value is seen; `true` where it is seen in every row that is. */
function combineVisible(
  permissions: readonly CompiledPermission[],
  of: (permission: CompiledPermission) => ReadonlyMap<string, BoolExp>,
): ReadonlyMap<string, BoolExp> {
  const names = new Set(permissions.flatMap((p) => [...of(p).keys()]));
  return new Map(
    [...names].map((name) => {
      const rows = permissions.flatMap((permission): BoolExp[] => {
        const visible = of(permission).get(name);
        if (!visible) return [];
        // What a permission shows in some rows only, it shows in none beyond its own.
        return [visible.kind === 'true' ? permission.filter : visible];
      });
      const everywhere = permissions.every((p) => of(p).get(name)?.kind === 'true');
      return [name, everywhere ? { kind: 'true' } : anyOf(rows)];
    }),
  );
}

/** `or`, without what is in it twice. */
function anyOf(exps: readonly BoolExp[]): BoolExp {
  const members = new Map<string, BoolExp>();
  for (const exp of exps.flatMap((e) => (e.kind === 'or' ? e.exps : [e]))) {
    if (exp.kind === 'true') return exp;
    members.set(JSON.stringify(exp), exp);
  }
  const [only, ...others] = members.values();
  return only && others.length === 0 ? only : { kind: 'or', exps: [...members.values()] };
}
