// Hasura's metadata document, version 3, as plain data: what the compiler reads, wherever it came from.
// Keys and spelling are Hasura's, so that a document is exported as it was imported.

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** `"name"` (schema public) and `{schema, name}` both come out as the latter. */
export type FunctionName = TableName;

export interface Metadata {
  readonly version: 3;
  readonly sources: readonly SourceMetadata[];
  readonly inherited_roles?: readonly { readonly role_name: string; readonly role_set: readonly string[] }[];
  /** Sections that are read and kept but not compiled yet: actions, remote_schemas, cron_triggers, … */
  readonly [section: string]: unknown;
}

export type UrlConf =
  | string
  | { readonly from_env: string }
  | { readonly connection_parameters: Readonly<Record<string, unknown>> };

export interface SourceMetadata {
  readonly name: string;
  readonly kind: string;
  readonly configuration: {
    readonly connection_info: { readonly database_url: UrlConf; readonly [key: string]: unknown };
    readonly [key: string]: unknown;
  };
  readonly tables: readonly TableMetadata[];
  readonly functions?: readonly unknown[];
  readonly native_queries?: readonly unknown[];
  readonly logical_models?: readonly unknown[];
  readonly customization?: unknown;
  readonly query_tags?: unknown;
  readonly health_check?: unknown;
}

export interface TableMetadata {
  readonly table: TableName;
  readonly is_enum?: boolean;
  readonly configuration?: TableConfiguration;
  readonly object_relationships?: readonly RelationshipMetadata[];
  readonly array_relationships?: readonly RelationshipMetadata[];
  readonly computed_fields?: readonly ComputedFieldMetadata[];
  readonly select_permissions?: readonly PermissionEntry<SelectPermission>[];
  readonly insert_permissions?: readonly PermissionEntry<unknown>[];
  readonly update_permissions?: readonly PermissionEntry<unknown>[];
  readonly delete_permissions?: readonly PermissionEntry<unknown>[];
  readonly remote_relationships?: readonly unknown[];
  readonly event_triggers?: readonly unknown[];
  readonly logical_model?: string;
  readonly apollo_federation_config?: unknown;
}

export type RootFieldName =
  | 'select'
  | 'select_by_pk'
  | 'select_aggregate'
  | 'select_stream'
  | 'insert'
  | 'insert_one'
  | 'update'
  | 'update_by_pk'
  | 'update_many'
  | 'delete'
  | 'delete_by_pk';

/** A custom name, or name and comment; null and absent mean the default. */
export type CustomRootField =
  | string
  | { readonly name?: string | null; readonly comment?: string | null }
  | null;

export interface TableConfiguration {
  readonly custom_name?: string | null;
  readonly custom_root_fields?: Readonly<Partial<Record<RootFieldName, CustomRootField>>>;
  readonly column_config?: Readonly<
    Record<string, { readonly custom_name?: string | null; readonly comment?: string | null }>
  >;
  /** Deprecated form of `column_config`. */
  readonly custom_column_names?: Readonly<Record<string, string>>;
  /** `""` hides the description. */
  readonly comment?: string | null;
}

export interface RelationshipMetadata {
  readonly name: string;
  readonly comment?: string | null;
  readonly using:
    | { readonly foreign_key_constraint_on: string | readonly string[] | RemoteForeignKey }
    | { readonly manual_configuration: ManualConfiguration };
}

export type RemoteForeignKey =
  | { readonly table: TableName; readonly column: string }
  | { readonly table: TableName; readonly columns: readonly string[] };

export interface ManualConfiguration {
  /** Absent when the relationship leads to a native query. */
  readonly remote_table?: TableName;
  readonly native_query?: string;
  /** The same under the name that Hasura's exports use. */
  readonly remote_native_query?: string;
  readonly column_mapping: Readonly<Record<string, string>>;
  readonly insertion_order?: 'before_parent' | 'after_parent' | null;
}

export interface ComputedFieldMetadata {
  readonly name: string;
  readonly definition: {
    readonly function: FunctionName;
    readonly table_argument?: string | null;
    readonly session_argument?: string | null;
  };
  readonly comment?: string | null;
}

export interface PermissionEntry<P> {
  readonly role: string;
  readonly permission: P;
  readonly comment?: string | null;
}

export interface SelectPermission {
  readonly columns: '*' | readonly string[];
  readonly computed_fields?: readonly string[];
  /** A boolean expression in Hasura's language; `{}` allows every row. Read by the compiler. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly limit?: number | null;
  readonly allow_aggregations?: boolean;
  readonly query_root_fields?: readonly ('select' | 'select_by_pk' | 'select_aggregate')[] | null;
  readonly subscription_root_fields?:
    | readonly ('select' | 'select_by_pk' | 'select_aggregate' | 'select_stream')[]
    | null;
}
