// What was renamed -> the name that a thing has now.

import { nameKey } from '../../compile/tables/names.ts';
import type { Columns, FunctionName, TableName } from '../../metadata/types.ts';

/**
 * New names by old ones, all of them of one source. Where both a table and its columns are renamed, the table's old name
 * is the key of the columns.
 */
export interface Renames {
  /** By `nameKey` of the old name. */
  readonly tables: ReadonlyMap<string, TableName>;
  /** By `nameKey` of the table's old name, then by the column's old name. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By `nameKey` of the old name. */
  readonly functions: ReadonlyMap<string, FunctionName>;
}

/** The new name of a thing, or the one it has. */
export interface Names {
  /** The same object where the name stays. */
  table(name: TableName): TableName;
  column(table: TableName, name: string): string;
  columns<C extends Columns>(table: TableName, names: C): C | readonly string[];
  /** An object whose keys are columns of the table. */
  keys<T>(table: TableName, object: Readonly<Record<string, T>>): Record<string, T>;
  function(name: FunctionName): FunctionName;
}

export function namesOf({ tables, columns, functions }: Renames): Names {
  const names: Names = {
    table: (name) => tables.get(nameKey(name)) ?? name,
    column: (table, name) => columns.get(nameKey(table))?.get(name) ?? name,
    columns: (table, list) => (list === '*' ? list : list.map((name) => names.column(table, name))),
    keys: (table, object) =>
      Object.fromEntries(Object.entries(object).map(([name, value]) => [names.column(table, name), value])),
    function: (name) => functions.get(nameKey(name)) ?? name,
  };
  return names;
}
