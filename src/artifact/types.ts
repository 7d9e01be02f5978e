// The seam between compiling and serving: plain JSON, deterministic, no code, one self-contained part per role.
// Permission expressions arrive here fully resolved (physical names and types), so that serving looks nothing up.

import type { CatalogType, QualifiedName } from '../catalog/types.ts';
import type { RequestLimits } from './limits.ts';
import type { SourceNaming } from './type-names.ts';
import type { MutationField, WriteModel } from './write-types.ts';

/** Raised whenever a worker built earlier could misread an artifact. */
export const ARTIFACT_VERSION = 7;

export interface Artifact {
  readonly version: typeof ARTIFACT_VERSION;
  readonly sources: readonly SourceModel[];
  /** Sorted by name; `admin` is always among them. */
  readonly roles: readonly RoleModel[];
  readonly inconsistencies: readonly Inconsistency[];
  /** What of the query collections is served; absent when nothing is. */
  readonly storedQueries?: StoredQueries;
  readonly limits?: RequestLimits;
  /** Roles that are not told of their schema: neither `__schema` nor `__type`. Sorted. */
  readonly noIntrospection?: readonly string[];
}

/** Operations of query collections, for the uses they are put to. */
export interface StoredQueries {
  /** Sorted by name. */
  readonly endpoints: readonly RestEndpoint[];
  readonly allowlist: Allowlist;
}

/** `GET /api/rest/users/:id` -> an operation. */
export interface RestEndpoint {
  readonly name: string;
  /** The URL behind `/api/rest/`, cut at its slashes; a segment `:id` takes any text as the variable `id`. */
  readonly segments: readonly string[];
  readonly methods: readonly string[];
  /** The operation's text, as the collection has it. */
  readonly query: string;
  /** Absent when there is none. */
  readonly comment?: string;
}

/** Documents, normalised by `allowlistText`, that roles may send: every role, and each role beyond those. */
export interface Allowlist {
  readonly global: readonly string[];
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

/** A source and where its connection string is found; the string itself is never in an artifact unless the metadata spells it out. */
export interface SourceModel {
  readonly name: string;
  readonly databaseUrl: { readonly fromEnv: string } | { readonly literal: string };
  /** Of the transactions of mutations; absent: the database's own. */
  readonly isolationLevel?: IsolationLevel;
  /** How names of its types are made: see `type-names.ts`. */
  readonly naming: SourceNaming;
  /** The field all root fields of the source stand below; null: they stand in the roots themselves. */
  readonly namespace: string | null;
  /** Absent: as a deployment without experimental features has them. */
  readonly features?: SchemaFeatures;
}

/** Parts of the schema that a deployment may have or not. */
export interface SchemaFeatures {
  /** `<relationship>_aggregate` in filters. */
  readonly aggregatePredicates: boolean;
  /** `group_by` beside `aggregate` and `nodes`. */
  readonly groupBy: boolean;
}

export type IsolationLevel = 'read-committed' | 'repeatable-read' | 'serializable';

/** What the metadata asks for and the database does not give, named as Hasura names it. */
export interface Inconsistency {
  /** `table`, `object_relation`, `array_relation`, `select_permission`, `computed_field`, `function`, … */
  readonly type: string;
  /** E.g. `table public.users in source default`. */
  readonly name: string;
  readonly definition: unknown;
  /** E.g. `Inconsistent object: no such table/view exists in source: "public.users"`. */
  readonly reason: string;
  /** What is behind the reason, in the database's words. */
  readonly message?: string;
  /** Where the object stands in the metadata document: keys and indexes from its root. */
  readonly path: readonly (string | number)[];
}

/** A type as the API shows it and Postgres knows it. Named by index (`TypeRef`) to keep tables small. */
export interface ScalarType {
  /** Postgres' name of the element, always schema-qualified when emitted in a cast. */
  readonly pg: QualifiedName;
  readonly array: boolean;
  /** Kind of the element, as in the catalog. */
  readonly kind: CatalogType['kind'];
  /** GraphQL name of the element: `Int`, `String`, `timestamptz`, … */
  readonly graphql: string;
  /** Of columns that reference an enum table: what they can hold, by name. Never empty. */
  readonly enumValues?: readonly EnumValue[];
}

/** A row of an enum table. */
export interface EnumValue {
  /** As clients write it: `red`, or `RED` under the naming convention `graphql-default`. */
  readonly name: string;
  /** As it stands in the database. */
  readonly value: string;
  readonly description: string | null;
}

/** Index into `RoleModel.types`. */
export type TypeRef = number;
/** Index into `RoleModel.tables`. */
export type TableRef = number;

/** Everything one role may see and do. */
export interface RoleModel {
  readonly role: string;
  readonly types: readonly ScalarType[];
  /** Tables this role may select from, sorted by type name. */
  readonly tables: readonly TableModel[];
  /** By GraphQL name, sorted. */
  readonly queryFields: readonly RootField[];
  /** By GraphQL name, sorted: what of the query root can be subscribed to, and streams. */
  readonly subscriptionFields: readonly RootField[];
  /** Tables this role may write to, sorted by type name. */
  readonly writes: readonly WriteModel[];
  /** By GraphQL name, sorted. */
  readonly mutationFields: readonly MutationField[];
}

export type RootField = TableRootField | FunctionRootField | NativeQueryRootField;

interface RootFieldBase {
  readonly name: string;
  /** The field it stands below, `SourceModel.namespace`. */
  readonly namespace: string | null;
  readonly table: TableRef;
  /** null hides it (an explicit empty comment). */
  readonly description: string | null;
}

export interface TableRootField extends RootFieldBase {
  readonly kind: 'select' | 'select_by_pk' | 'select_aggregate' | 'select_stream';
}

/** A tracked function: gives rows of a table the role may select from, under that table's permission. */
export interface FunctionRootField extends RootFieldBase {
  readonly kind: 'function' | 'function_aggregate';
  readonly function: FunctionModel;
}

/** A native query: gives the rows of its SQL, under the permission of the logical model they are of. */
export interface NativeQueryRootField extends RootFieldBase {
  readonly kind: 'native_query';
  readonly native: NativeQueryModel;
}

export interface NativeQueryModel {
  /** Its root field. */
  readonly name: string;
  /** SQL of the metadata's author, and in between the arguments whose values stand there: indexes into `arguments`. */
  readonly code: readonly (string | number)[];
  /** What a client gives under `args`, sorted by name. */
  readonly arguments: readonly NativeQueryArgumentModel[];
}

export interface NativeQueryArgumentModel {
  readonly name: string;
  readonly type: TypeRef;
  readonly nullable: boolean;
  readonly description: string | null;
}

export interface FunctionModel {
  /** GraphQL name of the function, whatever its root fields are called. */
  readonly name: string;
  readonly call: FunctionCall;
  /** Arguments a client gives under `args`. */
  readonly arguments: readonly FunctionArgument[];
  /** The input type of `args`. */
  readonly argsTypeName: string;
  /** Not SETOF: an object, or null, where others give a list. */
  readonly single: boolean;
}

/** A table or view, as one role may select from it; or rows of another kind, where `rowsOf` is there. */
export interface TableModel {
  /** Name in `Artifact.sources`. */
  readonly source: string;
  /** Where `rowsOf` is there, its schema is empty: nothing can be read from a table of that name. */
  readonly table: QualifiedName;
  readonly rowsOf?: RowsOf;
  /** GraphQL name of the object type. */
  readonly typeName: string;
  /** The same without the source's affixes: what the names of the other types are made from, see `type-names.ts`. */
  readonly baseName: string;
  readonly description: string | null;
  /** By GraphQL name, sorted: exactly what the role may see. */
  readonly fields: readonly FieldModel[];
  /** Fields (GraphQL names) of the primary key, in its order; null when there is none or not all of it is visible. */
  readonly primaryKey: readonly string[] | null;
  /** The role's row filter; `{kind:'true'}` for no restriction. Required: a table without permission is not here at all. */
  readonly filter: BoolExp;
  /** The permission's row limit. */
  readonly limit: number | null;
  readonly allowAggregations: boolean;
  /** What the Relay API makes of the table; absent when it has no primary key. */
  readonly relay?: RelayTable;
}

/** Rows that no table has: those that fields with a query or a function of their own give. */
export type RowsOf =
  | { readonly kind: 'logical_model'; readonly name: string }
  /** A function that declares its columns. */
  | { readonly kind: 'function'; readonly name: string };

/** A table with a primary key: its rows have ids, and pages. */
export interface RelayTable {
  /** The root field that gives its pages: `author_connection`. */
  readonly connection: string;
  /** The columns of the primary key in its order, whether the role sees them or not: as in Hasura, every id holds them. */
  readonly key: readonly RelayKeyColumn[];
}

export interface RelayKeyColumn {
  /** Physical name. */
  readonly column: string;
  readonly type: TypeRef;
}

export type FieldModel = ColumnField | ObjectRelationshipField | ArrayRelationshipField | ComputedField;

export interface ColumnField {
  readonly kind: 'column';
  readonly name: string;
  /** Physical name. */
  readonly column: string;
  readonly type: TypeRef;
  readonly nullable: boolean;
  readonly description: string | null;
  /** Of inherited roles: the rows whose value the role sees; it is null in others, for filters and orders too. */
  readonly visible?: BoolExp;
}

/** Pairs [column of this table, column of the other table], physical names. */
export type ColumnMapping = readonly (readonly [string, string])[];

export interface ObjectRelationshipField extends RelationshipEnd {
  readonly kind: 'object_relationship';
  readonly name: string;
  readonly mapping: ColumnMapping;
  readonly nullable: boolean;
  readonly description: string | null;
}

interface RelationshipEnd {
  readonly table: TableRef;
  /** What gives the rows of `table` where that is no table. */
  readonly native?: NativeQueryModel;
  /** Neither filters nor orders go over it, nor has it aggregates: it leads from or to a native query. */
  readonly selectOnly?: true;
}

/** The field `name`, and `<name>_aggregate` where the remote table allows aggregations. */
export interface ArrayRelationshipField extends RelationshipEnd {
  readonly kind: 'array_relationship';
  readonly name: string;
  readonly mapping: ColumnMapping;
  readonly description: string | null;
}

/** A function over the table's row type. */
export interface ComputedField {
  readonly kind: 'computed_field';
  readonly name: string;
  readonly call: FunctionCall;
  /** Arguments a client gives under `args`. */
  readonly arguments: readonly FunctionArgument[];
  readonly returns:
    | { readonly kind: 'scalar'; readonly type: TypeRef }
    /**
     * SETOF a table the role may select from: takes a list's arguments and has `<name>_aggregate` too. `single`: an
     * object, or null, in the place of a list.
     */
    | { readonly kind: 'table'; readonly table: TableRef; readonly single?: true };
  readonly description: string | null;
  /** As of a column; never where it returns the rows of a table, which has a permission of its own. */
  readonly visible?: BoolExp;
}

/** How to call a function: its positional arguments in order. */
export interface FunctionCall {
  readonly function: QualifiedName;
  readonly arguments: readonly (
    | { readonly kind: 'row' }
    /** `sqlName` is for named notation, where arguments before it are left to their defaults. */
    | { readonly kind: 'session'; readonly sqlName?: string }
    /** Index into the field's `arguments`. */
    | { readonly kind: 'client'; readonly index: number }
  )[];
}

export interface FunctionArgument {
  readonly name: string;
  /** Postgres' argument name for named notation; null forces positional. */
  readonly sqlName: string | null;
  readonly type: TypeRef;
  readonly hasDefault: boolean;
}

// ------------------------------------------------------------------ boolean expressions

/** A right-hand side in a permission: a literal of the metadata, or a session variable (lower-case name). */
export type PermissionScalar =
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'session'; readonly name: string };

/** A list is emitted only where the metadata's list has a session variable among its items; others are one literal. */
export type PermissionValue =
  | PermissionScalar
  | { readonly kind: 'list'; readonly items: readonly PermissionScalar[] };

/**
 * A resolved row filter of a permission. Column names are physical. An `and` without members is true, an `or`
 * without members is false. Types are indexes into the role's `types`.
 */
export type BoolExp =
  | { readonly kind: 'true' }
  | { readonly kind: 'and'; readonly exps: readonly BoolExp[] }
  | { readonly kind: 'or'; readonly exps: readonly BoolExp[] }
  | { readonly kind: 'not'; readonly exp: BoolExp }
  /** column <op> value; `op` is the operator's GraphQL name without aliases (`_eq`, `_in`, `_is_null`, `_st_d_within`, …). */
  | {
      readonly kind: 'compare';
      readonly column: string;
      readonly type: TypeRef;
      readonly op: string;
      readonly value: PermissionValue;
    }
  /** jsonb `_cast: {String: …}`, `geometry_cast`: the comparisons inside apply to the column cast to `to`. */
  | {
      readonly kind: 'cast';
      readonly column: string;
      readonly type: TypeRef;
      readonly to: TypeRef;
      readonly op: string;
      readonly value: PermissionValue;
    }
  /** column <op> other column; `op` one of _ceq _cne _cgt _clt _cgte _clte; `root` when the other column is the permission's own table's. */
  | {
      readonly kind: 'compare_columns';
      readonly column: string;
      readonly op: string;
      readonly other: string;
      /** Relationships walked from this table (or from the root table) to the one that has `other`. */
      readonly via: readonly { readonly table: QualifiedName; readonly mapping: ColumnMapping }[];
      readonly root: boolean;
    }
  /** exists (select 1 from table where mapping and exp). No permission of that table is applied. */
  | {
      readonly kind: 'relationship';
      readonly table: QualifiedName;
      readonly mapping: ColumnMapping;
      readonly exp: BoolExp;
    }
  /** exists (select 1 from table where exp), uncorrelated but for root column comparisons. */
  | { readonly kind: 'exists'; readonly table: QualifiedName; readonly exp: BoolExp }
  /** A scalar computed field compared as a column would be. */
  | {
      readonly kind: 'computed_field';
      readonly call: FunctionCall;
      readonly type: TypeRef;
      readonly op: string;
      readonly value: PermissionValue;
    }
  /** A computed field returning a table: exists (select 1 from fn(row) where exp). */
  | { readonly kind: 'computed_table'; readonly call: FunctionCall; readonly exp: BoolExp };
