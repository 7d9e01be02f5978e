// Native queries -> expressions that Postgres has to understand to take them, and that run nothing: they tell whether
// each query can be run and gives the columns that its logical model promises.

import type { CatalogType, DatabaseCatalog } from '../../catalog/types.ts';
import type { LogicalModelMetadata, NativeQueryMetadata, SourceMetadata } from '../../metadata/types.ts';
import { parseQueryCode } from '../../sql/query-code.ts';
import { andSql, codeSql, emit, ident, type Sql, sql } from '../../sql/sql.ts';
import { attempt, refuse } from '../inconsistency.ts';
import { scalarText } from './logical-models.ts';
import { typeOfText } from './type-text.ts';

/**
 * `(case when false then (select 'x' from (select … (null)::"pg_catalog"."int4" …) as "hello"
 * where array["hello"."id"] = array[null::"pg_catalog"."int4"]) end)`
 *
 * Postgres looks at all of it, as it does to prepare a statement, and then drops what comes after «when false» before it
 * plans anything. Arrays are equal only to arrays of just the same type: that is how the columns' types are compared.
 * @throws a refusal for a type that is not there.
 */
export function nativeQueryCheck(
  catalog: DatabaseCatalog,
  query: NativeQueryMetadata,
  model: Pick<LogicalModelMetadata, 'fields'>,
): string {
  const code = parseQueryCode(query.code);
  if ('problem' in code) return refuse(code.problem);
  const alias = ident(query.root_field_name);
  const parts = code.parts.map((part) => {
    if (typeof part === 'string') return codeSql(part);
    const type = query.arguments?.[part.argument]?.type ?? refuse(`there is no argument "${part.argument}"`);
    return nullSql(typeOfText(catalog, type));
  });
  const columns = model.fields.flatMap(({ name, type }) => {
    const scalar = scalarText(type);
    return scalar ? [sameTypeSql(sql`${alias}.${ident(name)}`, typeOfText(catalog, scalar.text))] : [];
  });
  const body = parts.reduce((all, part) => sql`${all}${part}`, sql``);
  return emit(
    sql`(case when false then (select 'x' from (${body}) as ${alias} where ${andSql(columns)}) end)`,
  ).text;
}

/** The checks of all native queries of a source that can be checked at all. */
export function nativeQueryChecks(source: SourceMetadata, catalog: DatabaseCatalog): readonly string[] {
  return (source.native_queries ?? []).flatMap((query) => {
    const model = modelOf(source, query);
    const object = { type: 'native_query', name: query.root_field_name, definition: null, path: [] };
    return (model && attempt([], object, () => nativeQueryCheck(catalog, query, model))) ?? [];
  });
}

/** The logical model of a query: its own, which is called as the query, or one of the source. */
export function modelOf(
  source: SourceMetadata,
  query: NativeQueryMetadata,
): LogicalModelMetadata | undefined {
  const { returns, root_field_name: name, description } = query;
  if (typeof returns === 'string') return source.logical_models?.find((model) => model.name === returns);
  return { ...returns, name, ...(description != null && { description }) };
}

/** What was found out about a query: why it cannot be run; null when it can, or nobody asked. */
export function failureOf(catalog: DatabaseCatalog, check: string): string | null {
  return catalog.checks?.find((known) => known.sql === check)?.failure ?? null;
}

function nullSql(type: CatalogType): Sql {
  return sql`(null)::${typeSql(type)}`;
}

function sameTypeSql(column: Sql, type: CatalogType): Sql {
  if (type.dimensions > 0) return sql`${column} = null::${typeSql(type)}`;
  return sql`array[${column}] = array[null::${typeSql(type)}]`;
}

function typeSql({ schema, name, dimensions }: CatalogType): Sql {
  return dimensions > 0 ? sql`${ident(schema, name)}[]` : ident(schema, name);
}

/**
 * What Postgres says of arrays of different types, in the words of a column: `Return column 'a' has a type mismatch.
 * The expected type is 'integer', but the actual type is 'bigint'.` Other messages stay as they are.
 */
export function readableFailure(
  catalog: DatabaseCatalog,
  failure: string,
  model: LogicalModelMetadata,
): string {
  const [, actual, expected] = /^operator does not exist: (.+?)(?:\[\])? = (.+?)\[\]$/.exec(failure) ?? [];
  if (actual === undefined || expected === undefined) return failure;
  const wanted = JSON.stringify(attempt([], NOTHING, () => typeOfText(catalog, expected)));
  const fields = model.fields.filter(({ type }) => {
    const text = scalarText(type)?.text ?? '';
    return JSON.stringify(attempt([], NOTHING, () => typeOfText(catalog, text))) === wanted;
  });
  const [only] = fields;
  const column = only && fields.length === 1 ? `Return column '${only.name}'` : 'A return column';
  return `${column} has a type mismatch. The expected type is '${expected}', but the actual type is '${actual}'.`;
}

const NOTHING = { type: '', name: '', definition: null, path: [] };
