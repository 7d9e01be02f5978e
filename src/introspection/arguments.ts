// A table or field -> the arguments a query may give it.

import type { TableView } from '../artifact/decode.ts';
import { computedFieldArgsTypeName, fieldWord } from '../artifact/type-names.ts';
import type { ComputedField, FieldModel, FunctionArgument, ScalarType } from '../artifact/types.ts';
import { boolExp } from './bool-exp.ts';
import { orderBy } from './order-by.ts';
import { isSortable } from './reach.ts';
import { isJsonType, scalar, scalarType } from './scalar.ts';
import { selectColumn } from './select-column.ts';
import type { InputValueDef, TypeRegistry } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** `distinct_on`, `limit`, `offset`, `order_by` and `where`, as far as the role's columns give them a meaning. */
export function listArguments(registry: TypeRegistry, table: TableView): readonly InputValueDef[] {
  const columns = selectColumn(registry, table);
  const { convention } = table.naming;
  const args: InputValueDef[] = [];
  if (columns)
    args.push(
      inputValue(fieldWord(convention, 'distinct_on'), 'distinct select on columns', `[${columns}!]`),
    );
  args.push(
    inputValue('limit', 'limit the number of rows returned', scalar(registry, 'Int')),
    inputValue('offset', 'skip the first n rows. Use only with order_by', scalar(registry, 'Int')),
  );
  if (isSortable(registry.role, table)) {
    args.push(
      inputValue(
        fieldWord(convention, 'order_by'),
        'sort the rows by one or more columns',
        `[${orderBy(registry, table)}!]`,
      ),
    );
  }
  args.push(inputValue('where', 'filter the rows returned', boolExp(registry, table)));
  return args;
}

/** The arguments of a column or scalar computed field: `args` and, on json and jsonb, `path`. */
export function scalarArguments(
  registry: TypeRegistry,
  table: TableView,
  field: FieldModel,
  type: ScalarType,
): readonly InputValueDef[] {
  const args = field.kind === 'computed_field' ? [...functionArguments(registry, table, field)] : [];
  if (isJsonType(type)) args.push(inputValue('path', 'JSON select path', scalar(registry, 'String')));
  return args;
}

/** The `args` of a computed field whose function takes more than the row and the session. */
export function functionArguments(
  registry: TypeRegistry,
  table: TableView,
  field: ComputedField,
): readonly InputValueDef[] {
  return argsArgument(registry, field.arguments, {
    typeName: computedFieldArgsTypeName(table.naming, field.name, table.baseName),
    what: `the arguments of computed field ${field.name}`,
    table,
    description: `input parameters for computed field "${field.name}" defined on table "${describedTable(table)}"`,
  });
}

/** The argument `args` and its input type, named and described by `as`; nothing for a function without arguments. */
export function argsArgument(
  registry: TypeRegistry,
  args: readonly FunctionArgument[],
  as: {
    readonly typeName: string;
    readonly what: string;
    readonly table: TableView;
    readonly description: string;
  },
): readonly InputValueDef[] {
  if (args.length === 0) return [];
  const { typeName: name } = as;
  const input = registry.define(name, as.what, as.table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: null,
    inputFields: sortedByName(
      args.map((arg) => inputValue(arg.name, null, scalarType(registry, registry.role.type(arg.type)))),
    ),
  }));
  const required = args.some((arg) => !arg.hasDefault);
  return [inputValue('args', as.description, required ? `${input}!` : input)];
}
