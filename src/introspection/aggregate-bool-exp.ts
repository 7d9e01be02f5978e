// A table -> `<table>_aggregate_bool_exp` and the inputs of each aggregate that filters may compare.

import type { PredicateOfTable } from '../artifact/aggregate-predicates.ts';
import { aggregatePredicatesOf } from '../artifact/aggregate-predicates.ts';
import type { TableView } from '../artifact/decode.ts';
import { aggregatePredicateTypeName } from '../artifact/type-names.ts';
import { unreachable } from '../util/assert.ts';
import { comparisonExp } from './comparison-exp.ts';
import { scalar } from './scalar.ts';
import { selectColumn } from './select-column.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** Defines `<table>_aggregate_bool_exp`. `filter` is the table's bool_exp. Ask `aggregatePredicatesOf` first: it must have a member. */
export function aggregateBoolExp(registry: TypeRegistry, table: TableView, filter: TypeText): TypeText {
  const name = table.typeOf('aggregate_bool_exp');
  return registry.define(name, 'the aggregate bool_exp', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: null,
    inputFields: sortedByName(
      aggregatePredicatesOf(registry.role, table).map((predicate) =>
        inputValue(predicate.predicate.fn, null, predicateInput(registry, table, predicate, filter)),
      ),
    ),
  }));
}

/** `<table>_aggregate_bool_exp_count` and the like. */
function predicateInput(
  registry: TypeRegistry,
  table: TableView,
  of: PredicateOfTable,
  filter: TypeText,
): TypeText {
  const { fn, returns } = of.predicate;
  const name = aggregatePredicateTypeName(table.naming, table.baseName, fn, 'predicate');
  return registry.define(name, `the predicate on ${fn}`, table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: null,
    inputFields: sortedByName([
      predicateArguments(registry, table, of),
      inputValue('distinct', null, scalar(registry, 'Boolean')),
      inputValue('filter', null, filter),
      inputValue('predicate', null, `${comparisonExp(registry, table.naming, returns)}!`),
    ]),
  }));
}

function predicateArguments(registry: TypeRegistry, table: TableView, of: PredicateOfTable): InputValueDef {
  const { fn, takes } = of.predicate;
  switch (takes) {
    case 'rows':
      return inputValue('arguments', null, `[${selectColumn(registry, table)}!]`);
    case 'column':
      return inputValue('arguments', null, `${columnEnum(registry, table, of)}!`);
    case 'pair': {
      const name = aggregatePredicateTypeName(table.naming, table.baseName, fn, 'arguments');
      const type = registry.define(name, `the arguments of ${fn}`, table, () => ({
        kind: 'INPUT_OBJECT',
        name,
        description: null,
        inputFields: ['X', 'Y'].map((member) =>
          inputValue(member, null, `${columnEnum(registry, table, of)}!`),
        ),
      }));
      return inputValue('arguments', null, `${type}!`);
    }
    default:
      return unreachable(takes);
  }
}

/** The columns of the type a function takes. */
function columnEnum(
  registry: TypeRegistry,
  table: TableView,
  { predicate, columns }: PredicateOfTable,
): TypeText {
  const { naming, baseName } = table;
  const name = aggregatePredicateTypeName(naming, baseName, predicate.fn, 'columns');
  return registry.define(name, `the columns of ${predicate.fn}`, table, () => {
    const separator = naming.convention === 'graphql-default' ? 'ArgumentsColumns' : '_arguments_columns';
    const inner = aggregatePredicateTypeName(
      { ...naming, typePrefix: '', typeSuffix: '' },
      baseName,
      predicate.fn,
      'predicate',
    );
    return {
      kind: 'ENUM',
      name,
      description: `select "${inner}${separator}" columns of table "${describedTable(table)}"`,
      values: columns.map((column) => ({ name: column.name, description: 'column name' })),
    };
  });
}
