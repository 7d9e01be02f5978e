// A table of a source's database -> its columns and keys, as consoles want to show them.

import type { CatalogColumn, CatalogTable } from '../../catalog/types.ts';
import { qualifiedName } from '../args/names.ts';
import { object, sourceName } from '../args/parse.ts';
import { readArgs } from '../commands/command.ts';
import { catalogTable } from '../commands/find.ts';
import type { Command } from '../types.ts';
import type { QueryContext } from './queries.ts';
import { catalogOf } from './source-tables.ts';

const infoArgs = object('GetTableInfo_', (fields) => ({
  source: fields.required('source', sourceName),
  table: fields.required('table', qualifiedName),
}));

/** The table, tracked or not; null when the database does not have it. */
export function tableInfo(command: Command, context: QueryContext): unknown {
  const { source, table } = readArgs(infoArgs, command.args, command);
  const found = catalogTable(catalogOf(source, command, context), table);
  return found ? infoOf(found) : null;
}

function infoOf(table: CatalogTable) {
  const { schema, name, kind, comment, insertable, updatable, deletable } = table;
  return {
    name: { schema, name },
    type: kind === 'view' || kind === 'materialized view' ? 'view' : 'table',
    columns: table.columns.map((column) => columnInfo(column, table)),
    ...(table.primaryKey && { primary_key: table.primaryKey.columns }),
    foreign_keys: Object.fromEntries(
      table.foreignKeys.map((key) => [
        key.name,
        {
          foreign_table: { schema: key.referencedTable.schema, name: key.referencedTable.name },
          column_mapping: Object.fromEntries(
            key.columns.map((column, index) => [column, key.referencedColumns[index]]),
          ),
        },
      ]),
    ),
    ...(comment === null ? {} : { description: comment }),
    insertable,
    updatable,
    deletable,
  };
}

function columnInfo(column: CatalogColumn, { insertable, updatable }: CatalogTable) {
  const { name, type, nullable, comment, generated, identity } = column;
  const isWritable = !generated && identity !== 'always';
  return {
    name,
    type: type.dimensions === 1 ? `_${type.name}` : type.name,
    nullable,
    ...(comment === null ? {} : { description: comment }),
    insertable: insertable && isWritable,
    updatable: updatable && isWritable,
  };
}
