// A table -> `<table>_select_column`, the enum of the columns a role sees.

import type { TableView } from '../artifact/decode.ts';
import type { TypeRegistry, TypeText } from './types.ts';
import { describedTable } from './types.ts';

/** Defines `<table>_select_column`; null when the role sees no column. */
export function selectColumn(registry: TypeRegistry, table: TableView): TypeText | null {
  const columns = table.fields.filter((f) => f.kind === 'column');
  if (columns.length === 0) return null;
  const name = table.typeOf('select_column');
  return registry.define(name, 'the enum of columns', table, () => ({
    kind: 'ENUM',
    name,
    description: selectColumnDescription(table),
    values: columns.map((c) => ({ name: c.name, description: 'column name' })),
  }));
}

function selectColumnDescription(table: TableView): string | null {
  switch (table.rowsOf?.kind) {
    case undefined:
      return `select columns of table "${describedTable(table)}"`;
    case 'logical_model':
      return null;
    case 'function':
      return `select columns of function "${describedTable(table)}"`;
  }
}
