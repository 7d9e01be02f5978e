// A root field that calls a function -> its definition in the schema.

import type { FunctionRootField } from '../artifact/types.ts';
import { argsArgument, listArguments } from './arguments.ts';
import { isSelectable } from './reach.ts';
import { aggregateType, tableType } from './table-type.ts';
import type { FieldDef, TypeRegistry } from './types.ts';

/** The field, with the function's own arguments and those of a list; nothing where its rows would have no field. */
export function functionRootField(registry: TypeRegistry, field: FunctionRootField): readonly FieldDef[] {
  const { name, description, kind, function: fn } = field;
  const table = registry.role.table(field.table);
  const args = [
    ...argsArgument(registry, fn.arguments, {
      typeName: fn.argsTypeName,
      what: `the arguments of function ${fn.name}`,
      table,
      description: `input parameters for function "${fn.name}"`,
    }),
    ...listArguments(registry, table),
  ];
  if (kind === 'function_aggregate') {
    return [{ name, description, args, type: `${aggregateType(registry, table)}!` }];
  }
  if (!isSelectable(registry.role, table)) return [];
  const row = tableType(registry, table);
  return [{ name, description, args, type: fn.single ? row : `[${row}!]!` }];
}
