// Tracked native queries + a role -> the root fields that run them.

import type { NativeQueryModel, NativeQueryRootField, TableRef } from '../../artifact/types.ts';
import type { CompiledPermission } from '../permission/select-permission.ts';
import type { TypeTable } from '../tables/scalars.ts';
import type { TrackedNativeQuery, TrackedRows } from '../tables/tracked.ts';

/** A native query as the artifact has it. */
export function nativeModel(
  { name, code, arguments: args }: TrackedNativeQuery,
  types: TypeTable,
): NativeQueryModel {
  return {
    name,
    code,
    arguments: args.map((argument) => ({ ...argument, type: types.refer(argument.type) })),
  };
}

/** The fields of those queries whose rows the role may see. */
export function nativeQueryFields(
  native: readonly TrackedNativeQuery[],
  selectable: readonly { readonly table: TrackedRows; readonly permission: CompiledPermission }[],
  { refs, types }: { readonly refs: ReadonlyMap<TrackedRows, TableRef>; readonly types: TypeTable },
): readonly NativeQueryRootField[] {
  return native.flatMap((query) => {
    const table = refs.get(query.rows);
    const roots = selectable.find((one) => one.table === query.rows)?.permission.queryRootFields ?? null;
    if (table === undefined || (roots !== null && !roots.has('select'))) return [];
    const { name, description, source } = query;
    const { namespace } = source.naming;
    return [{ kind: 'native_query', name, namespace, table, description, native: nativeModel(query, types) }];
  });
}
