// Postgres -> DatabaseCatalog: runs one statement, then resolves oids and column numbers to names and sorts.

import { must } from '../util/assert.ts';
import { CATALOG_SQL } from './catalog-sql.ts';
import { readEnumTables } from './enum-tables.ts';
import type { RawCatalog, RawFunction, RawTable } from './raw-catalog.ts';
import { parseRawCatalog } from './raw-catalog.ts';
import type {
  CatalogFunction,
  CatalogFunctionArgument,
  CatalogTable,
  CatalogType,
  DatabaseCatalog,
  QualifiedName,
} from './types.ts';

const TYPE_KINDS = {
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  p: 'pseudo',
  r: 'range',
  m: 'multirange',
} as const;
const TABLE_KINDS = {
  r: 'table',
  v: 'view',
  m: 'materialized view',
  p: 'partitioned table',
  f: 'foreign table',
} as const;
const VOLATILITIES = { i: 'immutable', s: 'stable', v: 'volatile' } as const;
const IDENTITIES = { a: 'always', d: 'by default' } as const;

/** Bits of pg_relation_is_updatable: 1 << CmdType. */
const CAN_UPDATE = 4;
const CAN_INSERT = 8;
const CAN_DELETE = 16;

/** By oid. */
type Types = ReadonlyMap<number, CatalogType>;

/**
 * Describes the database that `run` reaches. `run` gets one SELECT and returns its single value, a text; it is called
 * once, and once more when the rows of `enumTables` are wanted: see `enumTablesOf`.
 * Equal databases give equal catalogs, whatever their oids and collations.
 * @throws what `run` throws; Error when the answer is not a catalog.
 */
export async function readCatalog(
  run: (sql: string) => Promise<string>,
  enumTables: readonly QualifiedName[] = [],
): Promise<DatabaseCatalog> {
  return await addEnumTables(run, toCatalog(parseRawCatalog(await run(CATALOG_SQL))), enumTables);
}

/** The catalog with the rows of those of `enumTables` that it has no rows of yet; `run` is called when there are any. */
export async function addEnumTables(
  run: (sql: string) => Promise<string>,
  catalog: DatabaseCatalog,
  enumTables: readonly QualifiedName[],
): Promise<DatabaseCatalog> {
  const known = catalog.enumTables ?? [];
  const wanted = enumTables.filter((t) => !known.some((k) => k.schema === t.schema && k.name === t.name));
  const read = await readEnumTables(run, catalog.tables, wanted);
  return read.length === 0 ? catalog : { ...catalog, enumTables: [...known, ...read].sort(byName) };
}

function toCatalog(raw: RawCatalog): DatabaseCatalog {
  const types: Types = new Map(
    raw.types.map(([oid, schema, name, kind, array]) => [
      oid,
      { schema, name, dimensions: array ? 1 : 0, kind: TYPE_KINDS[kind] },
    ]),
  );
  const tablesByOid = new Map(raw.tables.map((t) => [t.oid, t]));
  const baseTypes = [...types.values()].filter(isForeignBase).sort(byName);
  return {
    serverVersion: raw.serverVersion,
    tables: raw.tables.map((t) => toTable(t, types, tablesByOid)).sort(byName),
    functions: raw.functions.map((f) => toFunction(f, types)).sort(byNameAndArguments),
    enums: raw.enums.sort(byName),
    domains: raw.domains
      .map(({ schema, name, base, notNull }) => ({ schema, name, baseType: typeOf(base, types), notNull }))
      .sort(byName),
    composites: raw.composites
      .map(({ schema, name, fields }) => ({
        schema,
        name,
        fields: fields.map((f) => ({ name: f.name, type: typeOf(f.type, types) })),
      }))
      .sort(byName),
    ...(baseTypes.length > 0 && { baseTypes }),
  };
}

function isForeignBase({ schema, kind, dimensions }: CatalogType): boolean {
  const isOwn = schema === 'pg_catalog' || schema === 'information_schema';
  return !isOwn && dimensions === 0 && (kind === 'base' || kind === 'range' || kind === 'multirange');
}

function toTable(raw: RawTable, types: Types, tables: ReadonlyMap<number, RawTable>): CatalogTable {
  const keys = raw.keys.map((k) => ({ ...k, columns: columnNames(raw, k.columns) }));
  const primary = keys.find((k) => k.primary);
  return {
    schema: raw.schema,
    name: raw.name,
    kind: TABLE_KINDS[raw.kind],
    comment: raw.comment,
    columns: raw.columns
      .map((c) => ({
        name: c.name,
        position: c.position,
        type: typeOf(c.type, types),
        nullable: c.nullable,
        hasDefault: c.hasDefault,
        generated: c.generated,
        identity: c.identity && IDENTITIES[c.identity],
        comment: c.comment,
      }))
      .sort((a, b) => a.position - b.position),
    primaryKey: primary ? { name: primary.name, columns: primary.columns } : null,
    uniqueKeys: keys
      .filter((k) => !k.primary)
      .map(({ name, columns }) => ({ name, columns }))
      .sort((a, b) => compare(a.name, b.name)),
    foreignKeys: raw.foreignKeys
      .flatMap((k) => {
        const referenced = tables.get(k.referenced);
        if (!referenced) return []; // into a schema that is left out
        return {
          name: k.name,
          columns: columnNames(raw, k.columns),
          referencedTable: { schema: referenced.schema, name: referenced.name },
          referencedColumns: columnNames(referenced, k.referencedColumns),
        };
      })
      .sort((a, b) => compare(a.name, b.name)),
    insertable: (raw.updatable & CAN_INSERT) !== 0,
    updatable: (raw.updatable & CAN_UPDATE) !== 0,
    deletable: (raw.updatable & CAN_DELETE) !== 0,
    ...(raw.unseen && { unseen: raw.unseen }),
  };
}

function toFunction(raw: RawFunction, types: Types): CatalogFunction {
  const all = raw.types.map((type, i) => ({
    mode: raw.modes?.[i] ?? 'i',
    name: raw.names?.[i] ?? '',
    type: typeOf(type, types),
  }));
  const inputs = all.filter(({ mode }) => mode !== 'o' && mode !== 't');
  const firstDefault = inputs.length - raw.defaults; // Postgres: defaults belong to the last input arguments
  return {
    schema: raw.schema,
    name: raw.name,
    volatility: VOLATILITIES[raw.volatility],
    returnsSet: raw.returnsSet,
    returns: typeOf(raw.returns, types),
    returnsColumns: all
      .filter(({ mode }) => mode === 'o' || mode === 't' || mode === 'b')
      .map(({ name, type }) => ({ name, type })),
    arguments: inputs.map(({ name, type }, i): CatalogFunctionArgument => ({
      name: name === '' ? null : name,
      type,
      hasDefault: i >= firstDefault,
    })),
    variadic: raw.variadic,
    special: raw.kind !== 'f',
    comment: raw.comment,
  };
}

function typeOf(oid: number, types: Types): CatalogType {
  return must(types.get(oid), 'every type a column or function uses is in pg_type');
}

function columnNames(table: RawTable, positions: readonly number[]): string[] {
  return positions.map(
    (position) =>
      must(
        table.columns.find((c) => c.position === position),
        'a key names columns of its table',
      ).name,
  );
}

/** By UTF-16 units, which unlike a collation are the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byName(a: QualifiedName, b: QualifiedName): number {
  return compare(a.schema, b.schema) || compare(a.name, b.name);
}

/** Overloads share a name, so their argument types decide. */
function byNameAndArguments(a: CatalogFunction, b: CatalogFunction): number {
  return byName(a, b) || compare(JSON.stringify(a.arguments), JSON.stringify(b.arguments));
}
