// A source of the metadata -> its enum tables, whose rows belong to what is read of its database.

import type { SourceMetadata, TableName } from './types.ts';

/** The tables with `is_enum`, in the metadata's order. */
export function enumTablesOf(source: SourceMetadata): readonly TableName[] {
  return source.tables.filter((table) => table.is_enum === true).map(({ table }) => table);
}
