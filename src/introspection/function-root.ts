// A root field that calls a function -> its definition in the schema.

import type { TableView } from '../artifact/decode.ts';
import type { FunctionModel, FunctionRootField } from '../artifact/types.ts';
import { argsArgument, listArguments } from './arguments.ts';
import { isSelectable } from './reach.ts';
import { aggregateType, tableType } from './table-type.ts';
import type { FieldDef, InputValueDef, TypeRegistry } from './types.ts';

/** The field, with the function's own arguments and those of a list; nothing where its rows would have no field. */
export function functionRootField(registry: TypeRegistry, field: FunctionRootField): readonly FieldDef[] {
  const { name, description, kind, function: fn } = field;
  const table = registry.role.table(field.table);
  const args = [...functionArgs(registry, fn, table), ...listArguments(registry, table)];
  if (kind === 'function_aggregate') {
    return [{ name, description, args, type: `${aggregateType(registry, table)}!` }];
  }
  if (!isSelectable(registry.role, table)) return [];
  const row = tableType(registry, table);
  return [{ name, description, args, type: fn.single ? row : `[${row}!]!` }];
}

/** The argument `args` of a function with arguments; `table` is the one whose rows it gives. */
export function functionArgs(
  registry: TypeRegistry,
  fn: FunctionModel,
  table: TableView,
): readonly InputValueDef[] {
  return argsArgument(registry, fn.arguments, {
    typeName: fn.argsTypeName,
    what: `the arguments of function ${fn.name}`,
    table,
    description: `input parameters for function "${fn.name}"`,
  });
}
