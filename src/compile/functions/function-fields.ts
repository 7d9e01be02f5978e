// Tracked functions + a role -> the root fields that call them.

import type { FunctionRootField, TableModel, TableRef } from '../../artifact/types.ts';
import type { CompileOptions } from '../options.ts';
import { ADMIN, type Roles } from '../roles.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedFunction, TrackedRows } from '../tables/tracked.ts';

/** What decides which functions a role may call. */
export interface FunctionAccess {
  readonly functions: readonly TrackedFunction[];
  readonly roles: Roles;
  readonly options: CompileOptions;
}

/** A role's model as far as it is built. */
export interface RoleTables {
  readonly role: string;
  readonly types: TypeTable;
  readonly refs: ReadonlyMap<TrackedRows, TableRef>;
  readonly tables: readonly TableModel[];
}

/**
 * The fields of the functions in one root: those that give rows of a table the role may select from, and that it may
 * call. Functions of the query root have an aggregate too where the table allows it.
 */
export function functionFields(
  access: FunctionAccess,
  root: TrackedFunction['exposedAs'],
  { role, types, refs, tables }: RoleTables,
): FunctionRootField[] {
  return access.functions.flatMap((fn): FunctionRootField[] => {
    const table = refs.get(fn.returns);
    if (fn.exposedAs !== root || table === undefined || !mayCall(access, fn, role)) return [];
    const { name, call, argsTypeName, single, rootFields } = fn;
    const args = fn.arguments.map((argument) => ({ ...argument, type: types.refer(argument.type) }));
    const common = {
      namespace: fn.source.naming.namespace,
      table,
      function: { name, call, arguments: args, argsTypeName, single },
    };
    const rows: FunctionRootField = { ...rootFields.function, kind: 'function', ...common };
    if (root === 'mutation' || tables[table]?.allowAggregations !== true) return [rows];
    return [rows, { ...rootFields.function_aggregate, kind: 'function_aggregate', ...common }];
  });
}

/**
 * Whoever sees the rows may ask a query for them, unless the deployment wants each function allowed by name. Rows of no
 * table have no permission to infer that from.
 */
export function mayCall({ roles, options }: FunctionAccess, fn: TrackedFunction, role: string): boolean {
  if (role === ADMIN) return true;
  if (fn.exposedAs === 'query' && options.inferFunctionPermissions && !fn.returns.rowsOf) return true;
  return hasPermission(roles, fn, role);
}

/** Of its own, or inherited from any of its parents, each of which is looked at once: roles may share them. */
function hasPermission(
  roles: Roles,
  fn: TrackedFunction,
  role: string,
  seen: Set<string> = new Set(),
): boolean {
  if (seen.has(role)) return false;
  seen.add(role);
  return fn.roles.has(role) || roles.parents(role).some((parent) => hasPermission(roles, fn, parent, seen));
}
