// A table -> `<table>_bool_exp`: what `where` may say about its rows.

import { aggregatePredicatesOf } from '../artifact/aggregate-predicates.ts';
import type { TableView } from '../artifact/decode.ts';
import { aggregateFieldName } from '../artifact/type-names.ts';
import { unreachable } from '../util/assert.ts';
import { aggregateBoolExp } from './aggregate-bool-exp.ts';
import { comparisonExp } from './comparison-exp.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** Defines `<table>_bool_exp`. */
export function boolExp(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('bool_exp');
  return registry.define(name, 'the bool_exp', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `Boolean expression to filter rows from the ${rowsOrigin(table)}. All fields are combined with a logical 'AND'.`,
    inputFields: sortedByName([
      inputValue('_and', null, `[${name}!]`),
      inputValue('_not', null, name),
      inputValue('_or', null, `[${name}!]`),
      ...table.fields.flatMap((field) => boolExpField(registry, table, field)),
      ...table.fields.flatMap((field) => aggregateSibling(registry, table, field)),
    ]),
  }));
}

/** Hasura says «for» of logical models. */
function rowsOrigin(table: TableView): string {
  const name = `"${describedTable(table)}"`;
  switch (table.rowsOf?.kind) {
    case undefined:
      return `table ${name}`;
    case 'logical_model':
      return `logical model for ${name}`;
    case 'function':
      return `function ${name}`;
  }
}

function boolExpField(
  registry: TypeRegistry,
  { naming }: TableView,
  field: TableView['fields'][number],
): readonly InputValueDef[] {
  const { role } = registry;
  switch (field.kind) {
    case 'column':
      return [inputValue(field.name, null, comparisonExp(registry, naming, role.type(field.type)))];
    case 'object_relationship':
    case 'array_relationship':
      if (field.selectOnly) return [];
      return [inputValue(field.name, null, boolExp(registry, role.table(field.table)))];
    case 'computed_field': {
      if (field.arguments.length > 0) return []; // `where` has no place for them
      const { returns } = field;
      const type =
        returns.kind === 'scalar'
          ? comparisonExp(registry, naming, role.type(returns.type))
          : boolExp(registry, role.table(returns.table));
      return [inputValue(field.name, null, type)];
    }
    default:
      return unreachable(field);
  }
}

/** `<relationship>_aggregate`, where the role may aggregate what the relationship leads to. */
function aggregateSibling(
  registry: TypeRegistry,
  { naming }: TableView,
  field: TableView['fields'][number],
): readonly InputValueDef[] {
  if (field.kind !== 'array_relationship' || field.selectOnly) return [];
  const remote = registry.role.table(field.table);
  if (aggregatePredicatesOf(registry.role, remote).length === 0) return [];
  const name = aggregateFieldName(naming.convention, field.name);
  return [inputValue(name, null, aggregateBoolExp(registry, remote, boolExp(registry, remote)))];
}
