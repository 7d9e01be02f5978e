// What introspecting one Postgres database gives: everything the compiler needs to know, as plain sorted data.

/** A name inside a database. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/**
 * A Postgres type as a column, argument or result has it. For arrays `name` is the element's type and
 * `dimensions` is 1 (Postgres does not enforce the declared number of dimensions).
 */
export interface CatalogType extends QualifiedName {
  readonly dimensions: 0 | 1;
  /** pg_type.typtype of the element: base, composite, domain, enum, pseudo, range, multirange. */
  readonly kind: 'base' | 'composite' | 'domain' | 'enum' | 'pseudo' | 'range' | 'multirange';
}

export interface CatalogColumn {
  readonly name: string;
  /** pg_attribute.attnum. */
  readonly position: number;
  readonly type: CatalogType;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  /** GENERATED ALWAYS AS (expression). */
  readonly generated: boolean;
  readonly identity: 'always' | 'by default' | null;
  readonly comment: string | null;
}

export interface CatalogKey {
  /** Name of the constraint, or of the unique index that has no constraint. */
  readonly name: string;
  readonly columns: readonly string[];
}

export interface CatalogForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly referencedTable: QualifiedName;
  /** In the order of `columns`. */
  readonly referencedColumns: readonly string[];
}

export interface CatalogTable extends QualifiedName {
  readonly kind: 'table' | 'view' | 'materialized view' | 'partitioned table' | 'foreign table';
  readonly comment: string | null;
  /** By position; dropped columns left out. */
  readonly columns: readonly CatalogColumn[];
  readonly primaryKey: CatalogKey | null;
  /** Unique constraints and unique indexes over plain columns without a predicate, by name; not the primary key. */
  readonly uniqueKeys: readonly CatalogKey[];
  readonly foreignKeys: readonly CatalogForeignKey[];
  /** From pg_relation_is_updatable with triggers counted. */
  readonly insertable: boolean;
  readonly updatable: boolean;
  readonly deletable: boolean;
  /** What else runs when a statement writes to it; absent: anything, such as policies, rules, the query of a view. */
  readonly unseen?: UnseenCode;
}

/**
 * `nothing`: inserting a row runs no code of the user's, but for the triggers that record events. `functions`: triggers,
 * and functions in defaults, constraints and domains, as rows are written; what is read is what the statement says.
 */
export type UnseenCode = 'nothing' | 'functions';

export interface CatalogFunctionArgument {
  /** null for an argument without a name. */
  readonly name: string | null;
  readonly type: CatalogType;
  readonly hasDefault: boolean;
}

export interface CatalogFunction extends QualifiedName {
  readonly volatility: 'immutable' | 'stable' | 'volatile';
  readonly returnsSet: boolean;
  readonly returns: CatalogType;
  /** Columns of RETURNS TABLE (…) or of OUT arguments; empty for others. */
  readonly returnsColumns: readonly { readonly name: string; readonly type: CatalogType }[];
  /** IN and INOUT arguments. */
  readonly arguments: readonly CatalogFunctionArgument[];
  readonly variadic: boolean;
  /** True when it is an aggregate, a window function or a procedure: never trackable. */
  readonly special: boolean;
  readonly comment: string | null;
}

export interface CatalogEnum extends QualifiedName {
  readonly values: readonly string[];
}

export interface CatalogDomain extends QualifiedName {
  readonly baseType: CatalogType;
  readonly notNull: boolean;
}

export interface CatalogComposite extends QualifiedName {
  readonly fields: readonly { readonly name: string; readonly type: CatalogType }[];
}

/** The rows of a table that the metadata calls an enum. */
export interface CatalogEnumTable extends QualifiedName {
  /** By value. Absent when they could not be read. */
  readonly values?: readonly { readonly value: string; readonly comment: string | null }[];
  /** Why not, in the database's words. */
  readonly failure?: string;
}

/** A statement that the database was shown without running it. */
export interface CatalogCheck {
  readonly sql: string;
  /** Why it cannot be run, in the database's words; absent when it can. */
  readonly failure?: string;
}

/** One database. Every list is sorted by schema and name, so that equal databases give equal bytes. */
export interface DatabaseCatalog {
  /** server_version_num, e.g. 180004. */
  readonly serverVersion: number;
  readonly tables: readonly CatalogTable[];
  readonly functions: readonly CatalogFunction[];
  readonly enums: readonly CatalogEnum[];
  readonly domains: readonly CatalogDomain[];
  readonly composites: readonly CatalogComposite[];
  /** Types beside Postgres' own that are neither enums, domains nor rows: those of extensions; absent when there are none. */
  readonly baseTypes?: readonly CatalogType[];
  /** Of those asked for, the ones whose columns make an enum; absent when none was asked for. */
  readonly enumTables?: readonly CatalogEnumTable[];
  /** Statements that were shown to the database, and what it said; absent when none was. */
  readonly checks?: readonly CatalogCheck[];
}
