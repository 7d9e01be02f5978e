// What compiling the tracked tables of the metadata against the catalog gives, before any role is looked at.

import type {
  ColumnMapping,
  FunctionCall,
  FunctionRootField,
  NativeQueryModel,
  RowsOf,
  ScalarType,
  TableRootField,
} from '../../artifact/types.ts';
import type { WriteKind } from '../../artifact/write-types.ts';
import type {
  CatalogColumn,
  CatalogFunction,
  CatalogTable,
  DatabaseCatalog,
  QualifiedName,
} from '../../catalog/types.ts';
import type {
  NativeQueryMetadata,
  PermissionEntry,
  SelectPermission,
  SourceMetadata,
  TableMetadata,
} from '../../metadata/types.ts';
import type { MetadataObject, MetadataPath } from '../inconsistency.ts';
import type { RootNaming } from './naming.ts';

/** A source whose catalog is at hand. */
export interface TrackedSource {
  readonly metadata: SourceMetadata;
  readonly catalog: DatabaseCatalog;
  /** By `nameKey`. */
  readonly catalogTables: ReadonlyMap<string, CatalogTable>;
  /** By `nameKey`; more than one when overloaded. Aggregates, window functions and procedures left out. */
  readonly catalogFunctions: ReadonlyMap<string, readonly CatalogFunction[]>;
  readonly path: MetadataPath;
  readonly naming: RootNaming;
  /** Of all sources together: by the name of a GraphQL type, the object that has it. */
  readonly typeOwners: Map<string, string>;
  /** The consistent ones, by `nameKey`, in the metadata's order. */
  readonly tables: Map<string, TrackedTable>;
  /** The consistent ones, by name. */
  readonly logicalModels: Map<string, TrackedRows>;
  /** The consistent ones, by root field, in the metadata's order. */
  readonly nativeQueries: Map<string, TrackedNativeQuery>;
  /** Rows of functions that declare their columns, by `nameKey`. Filled as functions are looked at. */
  readonly functionRows: Map<string, TrackedRows>;
}

/** Rows with named columns that fields give: those of a table, or others where `rowsOf` is there. */
export interface TrackedRows {
  readonly source: TrackedSource;
  /** Where the metadata says what they are. */
  readonly path: MetadataPath;
  /** Absent: a table's. */
  readonly rowsOf?: RowsOf;
  /** Of what is no table, the schema is empty. */
  readonly catalog: QualifiedName & Pick<CatalogTable, 'primaryKey'>;
  /** The object type's name without the source's affixes: see `derivedTypeName`. */
  readonly baseName: string;
  readonly typeName: string;
  readonly description: string | null;
  /** By physical name, by position. */
  readonly columns: ReadonlyMap<string, TrackedColumn>;
  /** By name. Filled after all tables are known. */
  readonly relationships: Map<string, TrackedRelationship>;
  /** By name. Filled after all tables are known. */
  readonly computedFields: Map<string, TrackedComputedField>;
  readonly selectPermissions: readonly PermissionEntry<SelectPermission>[];
}

/** A native query whose rows can be selected. */
export interface TrackedNativeQuery {
  readonly object: MetadataObject;
  readonly source: TrackedSource;
  readonly metadata: NativeQueryMetadata;
  readonly path: MetadataPath;
  readonly name: string;
  readonly description: string | null;
  readonly code: NativeQueryModel['code'];
  readonly arguments: readonly TrackedNativeArgument[];
  /** Its logical model's; its own where it has relationships, of which other queries of the model know nothing. */
  readonly rows: TrackedRows;
  /** The logical model's, which say who may see them. */
  readonly model: TrackedRows;
}

export interface TrackedNativeArgument {
  readonly name: string;
  readonly type: ScalarType;
  readonly nullable: boolean;
  readonly description: string | null;
}

export interface TrackedTable extends TrackedRows {
  readonly metadata: TableMetadata;
  readonly catalog: CatalogTable;
  readonly rootFields: Readonly<Record<TableRootField['kind'], RootFieldName>>;
  readonly mutationFields: Readonly<Record<WriteKind, RootFieldName>>;
  /** The Relay API's root field: it has no custom name. */
  readonly connectionField: string;
}

export interface RootFieldName {
  readonly name: string;
  readonly description: string | null;
}

export interface TrackedColumn {
  readonly catalog: CatalogColumn;
  /** null when the column, or its type, has no name GraphQL allows: then no role sees it. */
  readonly fieldName: string | null;
  readonly type: ScalarType;
  readonly description: string | null;
}

export interface TrackedRelationship {
  readonly kind: 'object' | 'array';
  readonly name: string;
  readonly remote: TrackedRows;
  /** Present where it leads to a native query, whose rows `remote` are. */
  readonly native?: TrackedNativeQuery;
  readonly mapping: ColumnMapping;
  /** Of object relationships: whether a row may have none. */
  readonly nullable: boolean;
  readonly description: string | null;
}

export interface TrackedComputedField {
  readonly name: string;
  readonly call: FunctionCall;
  readonly arguments: readonly TrackedArgument[];
  readonly returns:
    | { readonly kind: 'scalar'; readonly type: ScalarType }
    | { readonly kind: 'table'; readonly table: TrackedRows; readonly single: boolean };
  readonly description: string | null;
}

export interface TrackedArgument {
  readonly name: string;
  readonly sqlName: string | null;
  readonly type: ScalarType;
  readonly hasDefault: boolean;
}

export interface TrackedFunction {
  /** What the list of inconsistencies calls it. */
  readonly object: MetadataObject;
  readonly source: TrackedSource;
  readonly exposedAs: 'query' | 'mutation';
  /** GraphQL name, from which those of root fields and of the arguments' type are made. */
  readonly name: string;
  readonly call: FunctionCall;
  readonly arguments: readonly TrackedArgument[];
  readonly argsTypeName: string;
  readonly returns: TrackedRows;
  readonly single: boolean;
  readonly rootFields: Readonly<Record<FunctionRootField['kind'], RootFieldName>>;
  /** Those with a permission of their own for the function. */
  readonly roles: ReadonlySet<string>;
}
