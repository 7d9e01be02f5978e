// A table -> `<table>_order_by`, `<table>_aggregate_order_by` and the inputs of each aggregate function.

import type { TableView } from '../artifact/decode.ts';
import { aggregateFieldName, enumWord, fieldWord, typeWord } from '../artifact/type-names.ts';
import type { NamingConvention } from '../metadata/types.ts';
import { columnAggregatesOf } from './aggregate-functions.ts';
import { isSortable } from './reach.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** Defines `<table>_order_by`. Ask `isSortable` first: it must have a member. */
export function orderBy(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('order_by');
  return registry.define(name, 'the order_by', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `Ordering options when selecting data from "${describedTable(table)}".`,
    inputFields: sortedByName(orderByFields(registry, table)),
  }));
}

function orderByFields(registry: TypeRegistry, table: TableView): readonly InputValueDef[] {
  const { role } = registry;
  const { convention } = table.naming;
  const own: InputValueDef[] = [];
  const aggregates: InputValueDef[] = [];
  for (const field of table.fields) {
    if (field.kind === 'column') {
      own.push(inputValue(field.name, null, orderByEnum(registry, convention)));
    } else if ('selectOnly' in field && field.selectOnly) {
      continue;
    } else if (field.kind === 'object_relationship') {
      const remote = role.table(field.table);
      if (isSortable(role, remote)) own.push(inputValue(field.name, null, orderBy(registry, remote)));
    } else if (field.kind === 'array_relationship') {
      const remote = role.table(field.table);
      if (remote.allowAggregations) {
        aggregates.push(
          inputValue(aggregateFieldName(convention, field.name), null, aggregateOrderBy(registry, remote)),
        );
      }
    } else if (field.arguments.length === 0) {
      if (field.returns.kind === 'scalar')
        own.push(inputValue(field.name, null, orderByEnum(registry, convention)));
      else {
        const remote = role.table(field.returns.table);
        if (remote.allowAggregations) {
          aggregates.push(
            inputValue(aggregateFieldName(convention, field.name), null, aggregateOrderBy(registry, remote)),
          );
        }
      }
    }
  }
  return [...own, ...aggregates];
}

/** An order tells values apart, so it is offered only where the role may aggregate the table. */
function aggregateOrderBy(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('aggregate_order_by');
  const { convention } = table.naming;
  return registry.define(name, 'the aggregate order_by', table, () => {
    const functions = columnAggregatesOf(registry.role, table).flatMap(({ fn, fields }) => {
      const columns = fields.filter((f) => f.kind === 'column');
      if (columns.length === 0) return [];
      const inputName = table.typeOf(`${fn}_order_by`);
      const type = registry.define(inputName, `the order_by of ${fn}`, table, () => ({
        kind: 'INPUT_OBJECT',
        name: inputName,
        description: `order by ${fieldWord(convention, fn)}() on columns of table "${describedTable(table)}"`,
        inputFields: columns.map((c) => inputValue(c.name, c.description, orderByEnum(registry, convention))),
      }));
      return [inputValue(fieldWord(convention, fn), null, type)];
    });
    return {
      kind: 'INPUT_OBJECT',
      name,
      description: `order by aggregate values of table "${describedTable(table)}"`,
      inputFields: sortedByName([inputValue('count', null, orderByEnum(registry, convention)), ...functions]),
    };
  });
}

function orderByEnum(registry: TypeRegistry, convention: NamingConvention): TypeText {
  const typeName = typeWord(convention, 'order_by');
  return registry.define(typeName, 'the enum of orders', null, () => ({
    kind: 'ENUM',
    name: typeName,
    description: 'column ordering options',
    values: [
      { name: 'asc', description: 'in ascending order, nulls last' },
      { name: 'asc_nulls_first', description: 'in ascending order, nulls first' },
      { name: 'asc_nulls_last', description: 'in ascending order, nulls last' },
      { name: 'desc', description: 'in descending order, nulls first' },
      { name: 'desc_nulls_first', description: 'in descending order, nulls first' },
      { name: 'desc_nulls_last', description: 'in descending order, nulls last' },
    ].map(({ name, description }) => ({ name: enumWord(convention, name), description })),
  }));
}
