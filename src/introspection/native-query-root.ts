// A root field over a native query -> its definition in the schema.

import type { NativeQueryRootField } from '../artifact/types.ts';
import { listArguments } from './arguments.ts';
import { nativeQueryArgs } from './native-query-args.ts';
import { isSelectable } from './reach.ts';
import { tableType } from './table-type.ts';
import type { FieldDef, TypeRegistry } from './types.ts';

/** The field, with the query's own arguments and those of a list; nothing where its rows would have no field. */
export function nativeQueryRootField(
  registry: TypeRegistry,
  { name, description, native, table: ref }: NativeQueryRootField,
): readonly FieldDef[] {
  const table = registry.role.table(ref);
  if (!isSelectable(registry.role, table)) return [];
  const args = [...nativeQueryArgs(registry, native), ...listArguments(registry, table)];
  return [{ name, description, args, type: `[${tableType(registry, table)}!]!` }];
}
