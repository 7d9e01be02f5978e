// A table -> `<table>_aggregate_fields` and `<table>_<function>_fields`.

import type { TableView } from '../artifact/decode.ts';
import { fieldWord } from '../artifact/type-names.ts';
import { must } from '../util/assert.ts';
import type { ColumnAggregate } from './aggregate-functions.ts';
import { columnAggregatesOf, scalarTypeOf } from './aggregate-functions.ts';
import { functionArguments } from './arguments.ts';
import { scalar, scalarType } from './scalar.ts';
import { selectColumn } from './select-column.ts';
import type { FieldDef, InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** Defines `<table>_aggregate_fields`. */
export function aggregateFields(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('aggregate_fields');
  return registry.define(name, 'the aggregate fields', table, () => ({
    kind: 'OBJECT',
    name,
    description: `aggregate fields of "${describedTable(table)}"`,
    fields: sortedByName([
      countField(registry, table),
      ...columnAggregatesOf(registry.role, table).map((aggregate) => ({
        name: fieldWord(table.naming.convention, aggregate.fn),
        description: null,
        args: [],
        type: functionFields(registry, table, aggregate),
      })),
    ]),
  }));
}

function countField(registry: TypeRegistry, table: TableView): FieldDef {
  const columns = selectColumn(registry, table);
  const args: InputValueDef[] = columns ? [inputValue('columns', null, `[${columns}!]`)] : [];
  args.push(inputValue('distinct', null, scalar(registry, 'Boolean')));
  return { name: 'count', description: null, args, type: `${scalar(registry, 'Int')}!` };
}

function functionFields(registry: TypeRegistry, table: TableView, { fn, fields }: ColumnAggregate): TypeText {
  const name = table.typeOf(`${fn}_fields`);
  return registry.define(name, `the fields of ${fn}`, table, () => ({
    kind: 'OBJECT',
    name,
    description: `aggregate ${fieldWord(table.naming.convention, fn)} on columns`,
    fields: fields.map((field) => {
      const type = must(
        scalarTypeOf(registry.role, field),
        'aggregates take columns and scalar computed fields',
      );
      // As in Hasura a computed field keeps its type whatever is made of its values.
      const isComputed = field.kind === 'computed_field';
      const keepsType = isComputed || fn === 'sum' || fn === 'min' || fn === 'max';
      return {
        name: field.name,
        description: field.description,
        args: isComputed ? functionArguments(registry, table, field) : [],
        type: keepsType ? scalarType(registry, type) : scalar(registry, 'Float'),
      };
    }),
  }));
}
