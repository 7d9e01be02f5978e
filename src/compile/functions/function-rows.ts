// A function that declares its columns (RETURNS TABLE, OUT arguments, a composite type) -> the rows it gives, as if they
// were a table's.

import { tableTypeName } from '../../artifact/type-names.ts';
import type { CatalogColumn, CatalogFunction, CatalogType } from '../../catalog/types.ts';
import { isGraphQLName, label, nameKey, quotedLabel } from '../tables/names.ts';
import { columnFieldName } from '../tables/naming.ts';
import { functionRowsBaseName, rowsTypeNames, typeConflict } from '../tables/row-types.ts';
import { hasValidName, scalarOf } from '../tables/scalars.ts';
import type { TrackedColumn, TrackedRows, TrackedSource } from '../tables/tracked.ts';

/**
 * The rows of a function; null of one that gives rows of a table, or one value. Each function has rows of its own, the
 * same wherever it is used. `typeNames` are those of all tables.
 */
export function functionRows(
  source: TrackedSource,
  fn: CatalogFunction,
  typeNames: ReadonlySet<string>,
): TrackedRows | { readonly problem: string } | null {
  const declared = declaredColumns(source, fn);
  if (!declared) return null;
  const known = source.functionRows.get(nameKey(fn));
  if (known) return known;
  const columns = new Map<string, TrackedColumn>();
  const names = new Set<string>();
  for (const [index, { name, type: catalogType }] of declared.entries()) {
    const type = scalarOf(catalogType, typeNames);
    const own = columnFieldName(source.naming, name);
    const fieldName = isGraphQLName(own) && hasValidName(type) ? own : null;
    if (fieldName !== null && names.has(fieldName)) {
      return { problem: `the function ${quotedLabel(fn)} returns several columns called "${fieldName}"` };
    }
    if (fieldName !== null) names.add(fieldName);
    columns.set(name, {
      catalog: plainColumn(name, index + 1, catalogType),
      fieldName,
      type,
      description: null,
    });
  }
  if (names.size === 0)
    return { problem: `the function ${quotedLabel(fn)} returns no column that GraphQL can name` };
  const baseName = functionRowsBaseName(source, fn);
  const rows: TrackedRows = {
    source,
    path: source.path,
    rowsOf: { kind: 'function', name: label(fn) },
    catalog: { schema: '', name: label(fn), primaryKey: null },
    baseName,
    typeName: tableTypeName(source.naming, baseName),
    description: `columns that function ${quotedLabel(fn)} returns`,
    columns,
    relationships: new Map(),
    computedFields: new Map(),
    selectPermissions: [],
  };
  const owner = `function ${label(fn)} in source ${source.metadata.name}`;
  const types = rowsTypeNames(rows);
  const conflict = typeConflict(source, owner, types);
  if (conflict !== null) return { problem: conflict };
  for (const name of types) source.typeOwners.set(name, owner);
  source.functionRows.set(nameKey(fn), rows);
  return rows;
}

type DeclaredColumns = CatalogFunction['returnsColumns'];

function declaredColumns(
  { catalog }: TrackedSource,
  { returns, returnsColumns, returnsSet }: CatalogFunction,
): DeclaredColumns | null {
  if (returnsColumns.length > 0) {
    // One OUT argument is one value.
    if (returnsColumns.length === 1 && !returnsSet && !isRecord(returns)) return null;
    // As Postgres calls those without a name.
    return returnsColumns.map(({ name, type }, i) => ({ name: name === '' ? `column${i + 1}` : name, type }));
  }
  if (returns.kind !== 'composite' || returns.dimensions > 0) return null;
  return catalog.composites.find((type) => nameKey(type) === nameKey(returns))?.fields ?? null;
}

function isRecord({ schema, name, dimensions }: CatalogType): boolean {
  return schema === 'pg_catalog' && name === 'record' && dimensions === 0;
}

/** What would let a function of `RETURNS record` be used, which Hasura's reason does not say; undefined for others. */
export function columnsMissing(fn: CatalogFunction): string | undefined {
  if (!isRecord(fn.returns) || fn.returnsColumns.length > 0) return undefined;
  return (
    `the function ${quotedLabel(fn)} returns "record" without saying which columns that are: ` +
    'declare them with RETURNS TABLE (…) or OUT arguments'
  );
}

/** A column that nothing is known of but its type; it may hold null. */
export function plainColumn(name: string, position: number, type: CatalogType): CatalogColumn {
  return {
    name,
    position,
    type,
    nullable: true,
    hasDefault: false,
    generated: false,
    identity: null,
    comment: null,
  };
}
