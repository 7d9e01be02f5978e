// A table -> the field `group_by` of its aggregate, and its types.

import type { TableView } from '../artifact/decode.ts';
import { fieldWord } from '../artifact/type-names.ts';
import { aggregateFields } from './aggregate-fields.ts';
import { scalarType } from './scalar.ts';
import { selectColumn } from './select-column.ts';
import type { FieldDef, TypeRegistry, TypeText } from './types.ts';
import { describedTable, inputValue } from './types.ts';

/** Nothing where the deployment does not have it, or the role sees no column to group by. */
export function groupByField(registry: TypeRegistry, table: TableView): readonly FieldDef[] {
  if (!table.features.groupBy) return [];
  const columns = selectColumn(registry, table);
  if (columns === null) return [];
  const keys = `[${groupByKey(registry, table, columns)}!]!`;
  return [
    {
      name: fieldWord(table.naming.convention, 'group_by'),
      description: 'Groups the table by the specified keys',
      args: [inputValue('keys', 'The keys on which to group by', keys)],
      type: `[${groupBy(registry, table)}!]!`,
    },
  ];
}

function groupByKey(registry: TypeRegistry, table: TableView, columns: TypeText): TypeText {
  const name = table.typeOf('group_by_key');
  return registry.define(name, 'the group key', table, () => ({
    kind: 'INPUT_OBJECT',
    name,
    description: `Allows the selection of a grouping key from "${describedTable(table)}"`,
    inputFields: [inputValue('column', 'A column grouping key', `${columns}!`)],
  }));
}

function groupBy(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('group_by');
  return registry.define(name, 'the groups', table, () => ({
    kind: 'OBJECT',
    name,
    description: `Group by fields of "${describedTable(table)}"`,
    fields: [
      { name: 'aggregate', description: null, args: [], type: `${aggregateFields(registry, table)}!` },
      {
        name: fieldWord(table.naming.convention, 'group_key'),
        description: null,
        args: [],
        type: `${groupKeyFields(registry, table)}!`,
      },
    ],
  }));
}

/** A column that is no key is null. */
function groupKeyFields(registry: TypeRegistry, table: TableView): TypeText {
  const name = table.typeOf('group_by_key_fields');
  return registry.define(name, 'the fields of the group key', table, () => ({
    kind: 'OBJECT',
    name,
    description: `Allows the selection of fields from the grouping key of "${describedTable(table)}"`,
    fields: table.fields
      .filter((field) => field.kind === 'column')
      .map(({ name: field, description, type }) => ({
        name: field,
        description,
        args: [],
        type: scalarType(registry, registry.role.type(type)),
      })),
  }));
}
