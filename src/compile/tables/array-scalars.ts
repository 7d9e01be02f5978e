// A catalog -> the same with every array type under Postgres' own name for it, `_text`, so that it becomes a scalar:
// what Hasura made of arrays before 2.16 (experimental feature disable_postgres_arrays).

import type { CatalogFunction, CatalogTable, CatalogType, DatabaseCatalog } from '../../catalog/types.ts';

/** Columns, arguments and results alike. */
export function arraysAsScalars(catalog: DatabaseCatalog): DatabaseCatalog {
  return {
    ...catalog,
    tables: catalog.tables.map((table): CatalogTable => ({
      ...table,
      columns: table.columns.map(scalarTyped),
    })),
    functions: catalog.functions.map((fn): CatalogFunction => ({
      ...fn,
      returns: arrayAsScalar(fn.returns),
      returnsColumns: fn.returnsColumns.map(scalarTyped),
      arguments: fn.arguments.map(scalarTyped),
    })),
  };
}

function scalarTyped<T extends { readonly type: CatalogType }>(typed: T): T {
  return { ...typed, type: arrayAsScalar(typed.type) };
}

/** Postgres puts an underscore before the element's name, and cuts the result at 63 bytes. */
function arrayAsScalar(type: CatalogType): CatalogType {
  if (type.dimensions === 0) return type;
  return { schema: type.schema, name: cut(`_${type.name}`), kind: 'base', dimensions: 0 };
}

const MAX_NAME_BYTES = 63;

function cut(name: string): string {
  const { read } = new TextEncoder().encodeInto(name, new Uint8Array(MAX_NAME_BYTES));
  return name.slice(0, read);
}
