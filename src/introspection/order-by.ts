// A table -> `<table>_order_by`, `<table>_aggregate_order_by` and the inputs of each aggregate function.

import type { TableView } from '../artifact/decode.ts';
import { columnAggregatesOf } from './aggregate-functions.ts';
import { isSortable } from './reach.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** Defines `<table>_order_by`. Ask `isSortable` first: it must have a member. */
export function orderBy(registry: TypeRegistry, table: TableView): TypeText {
  const name = `${table.typeName}_order_by`;
  return registry.define(name, 'the order_by', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `Ordering options when selecting data from "${describedTable(table)}".`,
    inputFields: sortedByName(orderByFields(registry, table)),
  }));
}

function orderByFields(registry: TypeRegistry, table: TableView): readonly InputValueDef[] {
  const { role } = registry;
  const own: InputValueDef[] = [];
  const aggregates: InputValueDef[] = [];
  for (const field of table.fields) {
    if (field.kind === 'column') {
      own.push(inputValue(field.name, null, orderByEnum(registry)));
    } else if (field.kind === 'object_relationship') {
      const remote = role.table(field.table);
      if (isSortable(role, remote)) own.push(inputValue(field.name, null, orderBy(registry, remote)));
    } else if (field.kind === 'array_relationship') {
      const remote = role.table(field.table);
      if (remote.allowAggregations) {
        aggregates.push(inputValue(`${field.name}_aggregate`, null, aggregateOrderBy(registry, remote)));
      }
    } else if (field.arguments.length === 0) {
      if (field.returns.kind === 'scalar') own.push(inputValue(field.name, null, orderByEnum(registry)));
      else {
        const remote = role.table(field.returns.table);
        if (remote.allowAggregations) {
          aggregates.push(inputValue(`${field.name}_aggregate`, null, aggregateOrderBy(registry, remote)));
        }
      }
    }
  }
  return [...own, ...aggregates];
}

/** An order tells values apart, so it is offered only where the role may aggregate the table. */
function aggregateOrderBy(registry: TypeRegistry, table: TableView): TypeText {
  const name = `${table.typeName}_aggregate_order_by`;
  return registry.define(name, 'the aggregate order_by', table, () => {
    const functions = columnAggregatesOf(registry.role, table).flatMap(({ fn, fields }) => {
      const columns = fields.filter((f) => f.kind === 'column');
      if (columns.length === 0) return [];
      const inputName = `${table.typeName}_${fn}_order_by`;
      const type = registry.define(inputName, `the order_by of ${fn}`, table, () => ({
        kind: 'INPUT_OBJECT',
        name: inputName,
        description: `order by ${fn}() on columns of table "${describedTable(table)}"`,
        inputFields: columns.map((c) => inputValue(c.name, c.description, orderByEnum(registry))),
      }));
      return [inputValue(fn, null, type)];
    });
    return {
      kind: 'INPUT_OBJECT',
      name,
      description: `order by aggregate values of table "${describedTable(table)}"`,
      inputFields: sortedByName([inputValue('count', null, orderByEnum(registry)), ...functions]),
    };
  });
}

function orderByEnum(registry: TypeRegistry): TypeText {
  return registry.define('order_by', 'the enum of orders', null, () => ({
    kind: 'ENUM',
    name: 'order_by',
    description: 'column ordering options',
    values: [
      { name: 'asc', description: 'in ascending order, nulls last' },
      { name: 'asc_nulls_first', description: 'in ascending order, nulls first' },
      { name: 'asc_nulls_last', description: 'in ascending order, nulls last' },
      { name: 'desc', description: 'in descending order, nulls first' },
      { name: 'desc_nulls_first', description: 'in descending order, nulls first' },
      { name: 'desc_nulls_last', description: 'in descending order, nulls last' },
    ],
  }));
}
