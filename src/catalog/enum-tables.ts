// Enum tables of a described database -> one statement that reads their rows, and its answer as values.

import { emit, ident, integer, join, sql, type Sql } from '../sql/sql.ts';
import { must } from '../util/assert.ts';
import type { CatalogColumn, CatalogEnumTable, CatalogTable, CatalogType, QualifiedName } from './types.ts';

/** Values of one enum that are read; a schema with more of them would be of no use to anyone. */
export const MAX_ENUM_VALUES = 5_000;

/** The columns of an enum table: its primary key, and what describes its values. */
interface EnumColumns {
  readonly value: CatalogColumn;
  readonly comment: CatalogColumn | null;
}

/**
 * The columns of a table with a text primary key of one column. Other columns may be there that no enum table has: as
 * in Hasura, what is wrong with the rows is told beside them.
 */
function enumColumns(table: CatalogTable): EnumColumns | null {
  const [key, ...others] = table.primaryKey?.columns ?? [];
  const value = table.columns.find((column) => column.name === key);
  if (!value || others.length > 0 || !isText(value.type)) return null;
  const [comment, ...rest] = table.columns.filter((column) => column !== value);
  return { value, comment: comment && rest.length === 0 && isText(comment.type) ? comment : null };
}

export function isText(type: CatalogType): boolean {
  return type.schema === 'pg_catalog' && type.name === 'text' && type.dimensions === 0;
}

/**
 * Reads the rows of those of `wanted` that have the key of an enum, with one statement; when that fails, table by table, so that
 * one the role may not read does not take the others along. `run` is as in `readCatalog`.
 */
export async function readEnumTables(
  run: (sql: string) => Promise<string>,
  tables: readonly CatalogTable[],
  wanted: readonly QualifiedName[],
): Promise<readonly CatalogEnumTable[]> {
  const enums = tables.filter(
    (table) =>
      enumColumns(table) !== null &&
      wanted.some(({ schema, name }) => schema === table.schema && name === table.name),
  );
  if (enums.length === 0) return [];
  try {
    return await readRows(run, enums);
  } catch (error) {
    if (enums.length === 1) return enums.map((table) => ({ ...nameOf(table), failure: messageOf(error) }));
    const read: CatalogEnumTable[] = [];
    for (const table of enums) read.push(...(await readEnumTables(run, [table], [table])));
    return read;
  }
}

async function readRows(
  run: (sql: string) => Promise<string>,
  tables: readonly CatalogTable[],
): Promise<readonly CatalogEnumTable[]> {
  const { text } = emit(sql`select json_build_array(${join(tables.map(rowsSql))})::text`);
  const lists = JSON.parse(await run(text)) as readonly (readonly (readonly [string, string | null])[])[];
  return tables.map((table, i) => ({
    ...nameOf(table),
    values: must(lists[i], 'a list for each table')
      .map(([value, comment]) => ({ value, comment }))
      .sort((a, b) => (a.value < b.value ? -1 : 1)),
  }));
}

/** `(select coalesce(json_agg(json_build_array("value", "comment")), '[]') from (select … from "colors" limit 5001) as "r")` */
function rowsSql(table: CatalogTable): Sql {
  const { value, comment } = must(enumColumns(table), 'only tables with such a key are read');
  const described = comment === null ? sql`null` : ident(comment.name);
  const limit = integer(MAX_ENUM_VALUES + 1);
  return sql`(select coalesce(json_agg(json_build_array(r.v, r.c)), '[]') from (select ${ident(value.name)} as v, ${described} as c from ${ident(table.schema, table.name)} limit ${limit}) as r)`;
}

function nameOf({ schema, name }: CatalogTable): QualifiedName {
  return { schema, name };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
