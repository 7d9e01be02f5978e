// A table that can be streamed -> the arguments of its stream, and the types of the place where it begins.

import type { TableView } from '../artifact/decode.ts';
import { fieldWord, typeWord } from '../artifact/type-names.ts';
import { boolExp } from './bool-exp.ts';
import { scalar, scalarType } from './scalar.ts';
import type { InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** `batch_size`, `cursor` and `where`. */
export function streamArguments(registry: TypeRegistry, table: TableView): readonly InputValueDef[] {
  const { convention } = table.naming;
  return [
    inputValue(
      fieldWord(convention, 'batch_size'),
      'maximum number of rows returned in a single batch',
      `${scalar(registry, 'Int')}!`,
    ),
    inputValue(
      'cursor',
      'cursor to stream the results returned by the query',
      `[${cursorInput(registry, table)}]!`,
    ),
    inputValue('where', 'filter the rows returned', boolExp(registry, table)),
  ];
}

function cursorInput(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('stream_cursor_input');
  const { convention } = table.naming;
  return registry.define(name, 'the cursor of a stream', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `Streaming cursor of the table "${describedTable(table)}"`,
    inputFields: sortedByName([
      inputValue(
        fieldWord(convention, 'initial_value'),
        'Stream column input with initial value',
        `${valueInput(registry, table)}!`,
      ),
      inputValue('ordering', 'cursor ordering', ordering(registry, table)),
    ]),
  }));
}

function valueInput(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('stream_cursor_value_input');
  return registry.define(name, 'the beginning of a stream', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: 'Initial value of the column from where the streaming should start',
    inputFields: sortedByName(
      table.fields.flatMap((field) =>
        field.kind === 'column'
          ? [inputValue(field.name, field.description, scalarType(registry, registry.role.type(field.type)))]
          : [],
      ),
    ),
  }));
}

function ordering(registry: TypeRegistry, table: TableView): TypeText {
  const name = typeWord(table.naming.convention, 'cursor_ordering');
  return registry.define(name, 'the order of a cursor', null, () => ({
    kind: 'ENUM',
    name,
    description: 'ordering argument of a cursor',
    values: [
      { name: 'ASC', description: 'ascending ordering of the cursor' },
      { name: 'DESC', description: 'descending ordering of the cursor' },
    ],
  }));
}
