// A table -> the types of its pages in the Relay API, and what all rows with an id have in common.

import type { TableView } from '../artifact/decode.ts';
import { relayTypeName } from '../artifact/type-names.ts';
import { listArguments } from './arguments.ts';
import { scalar } from './scalar.ts';
import type { FieldDef, InputValueDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue, sortedByName } from './types.ts';

/** The interface of rows with an id. */
export const NODE = 'Node';

/** `id: ID!` */
export function idField(registry: TypeRegistry): FieldDef {
  return {
    name: 'id',
    description: 'A globally unique identifier',
    args: [],
    type: `${scalar(registry, 'ID')}!`,
  };
}

/** The arguments of a page: those of a list without `limit` and `offset`, and where the page begins and ends. */
export function connectionArguments(registry: TypeRegistry, table: TableView): readonly InputValueDef[] {
  const shared = listArguments(registry, table).filter(({ name }) => name !== 'limit' && name !== 'offset');
  const ends = (['first', 'last'] as const).map((name) => inputValue(name, null, scalar(registry, 'Int')));
  const cursors = (['after', 'before'] as const).map((name) =>
    inputValue(name, null, scalar(registry, 'String')),
  );
  return sortedByName([...shared, ...ends, ...cursors]);
}

/** Defines `<table>Connection` and its edges; `row` defines the table's object type. */
export function connectionType(registry: TypeRegistry, table: TableView, row: () => TypeText): TypeText {
  const { naming, baseName } = table;
  const name = relayTypeName(naming, baseName, 'Connection');
  return registry.define(name, 'the pages', table, () => ({
    kind: 'OBJECT',
    name,
    description: `A Relay connection object on "${describedTable(table)}"`,
    fields: [
      { name: 'edges', description: null, args: [], type: `[${edgeType(registry, table, row)}!]!` },
      { name: 'pageInfo', description: null, args: [], type: `${pageInfo(registry)}!` },
    ],
  }));
}

function edgeType(registry: TypeRegistry, table: TableView, row: () => TypeText): TypeText {
  const name = relayTypeName(table.naming, table.baseName, 'Edge');
  return registry.define(name, 'the edges of pages', table, () => ({
    kind: 'OBJECT',
    name,
    description: null,
    fields: [
      { name: 'cursor', description: null, args: [], type: `${scalar(registry, 'String')}!` },
      { name: 'node', description: null, args: [], type: `${row()}!` },
    ],
  }));
}

function pageInfo(registry: TypeRegistry): TypeText {
  const name = 'PageInfo';
  return registry.define(name, "Relay's page info", null, () => ({
    kind: 'OBJECT',
    name,
    description: null,
    fields: (['endCursor', 'hasNextPage', 'hasPreviousPage', 'startCursor'] as const).map((field) => ({
      name: field,
      description: null,
      args: [],
      type: `${scalar(registry, field.startsWith('has') ? 'Boolean' : 'String')}!`,
    })),
  }));
}
