// Hasura's metadata document, version 3, as plain data: what the compiler reads, wherever it came from.
// Keys and spelling are Hasura's, so that a document is exported as it was imported.

import type {
  ActionMetadata,
  AllowlistEntry,
  ApiLimits,
  BackendConfigs,
  CustomTypes,
  InheritedRoleMetadata,
  IntrospectionOptions,
  MetricsConfig,
  NetworkMetadata,
  OpenTelemetryMetadata,
  QueryCollectionMetadata,
  RemoteSchemaMetadata,
  RestEndpointMetadata,
} from './section-types.ts';
import type { CronTriggerMetadata, EventTriggerMetadata, TextOrEnv, ValidateInput } from './webhook-types.ts';

export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** `"name"` (schema public) and `{schema, name}` both come out as the latter. */
export type FunctionName = TableName;

export interface Metadata {
  readonly version: 3;
  readonly sources: readonly SourceMetadata[];
  readonly remote_schemas?: readonly RemoteSchemaMetadata[];
  readonly query_collections?: readonly QueryCollectionMetadata[];
  readonly allowlist?: readonly AllowlistEntry[];
  readonly actions?: readonly ActionMetadata[];
  readonly custom_types?: CustomTypes;
  readonly cron_triggers?: readonly CronTriggerMetadata[];
  readonly rest_endpoints?: readonly RestEndpointMetadata[];
  readonly api_limits?: ApiLimits;
  readonly metrics_config?: MetricsConfig;
  readonly inherited_roles?: readonly InheritedRoleMetadata[];
  readonly graphql_schema_introspection?: IntrospectionOptions;
  readonly network?: NetworkMetadata;
  readonly opentelemetry?: OpenTelemetryMetadata;
  readonly backend_configs?: BackendConfigs;
}

export type UrlConf =
  | string
  | { readonly from_env: string }
  | { readonly connection_parameters: Readonly<Record<string, unknown>> };

export interface SourceMetadata {
  readonly name: string;
  readonly kind: string;
  readonly configuration: SourceConfiguration;
  readonly tables: readonly TableMetadata[];
  readonly functions?: readonly FunctionMetadata[];
  readonly native_queries?: readonly NativeQueryMetadata[];
  readonly logical_models?: readonly LogicalModelMetadata[];
  /** Hasura has none for Postgres: never anything but an empty list. */
  readonly stored_procedures?: readonly unknown[];
  readonly customization?: SourceCustomization;
  readonly query_tags?: QueryTags;
  readonly health_check?: HealthCheck;
}

export interface SourceConfiguration {
  readonly connection_info: ConnectionInfo;
  readonly extensions_schema?: string;
  readonly read_replicas?: readonly ConnectionInfo[];
  readonly connection_template?: { readonly version?: number; readonly template: string };
  readonly connection_set?: readonly { readonly name: string; readonly connection_info: ConnectionInfo }[];
}

export interface ConnectionInfo {
  readonly database_url: UrlConf;
  readonly pool_settings?: PoolSettings;
  readonly use_prepared_statements?: boolean;
  readonly isolation_level?: 'read-committed' | 'repeatable-read' | 'serializable';
  readonly ssl_configuration?: SslConfiguration;
}

/** Times in seconds. */
export interface PoolSettings {
  readonly max_connections?: number;
  readonly total_max_connections?: number;
  readonly idle_timeout?: number;
  readonly retries?: number;
  readonly pool_timeout?: number;
  readonly connection_lifetime?: number;
}

export interface SslConfiguration {
  readonly sslmode: 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly sslrootcert?: TextOrEnv;
  readonly sslcert?: TextOrEnv;
  readonly sslkey?: TextOrEnv;
  readonly sslpassword?: TextOrEnv;
}

export interface SourceCustomization {
  readonly root_fields?: {
    readonly namespace?: string;
    readonly prefix?: string;
    readonly suffix?: string;
  };
  readonly type_names?: { readonly prefix?: string; readonly suffix?: string };
  readonly naming_convention?: NamingConvention;
}

export type NamingConvention = 'hasura-default' | 'graphql-default';

export interface QueryTags {
  readonly disabled?: boolean;
  readonly format?: 'standard' | 'standard_prepended' | 'sqlcommenter';
  readonly omit_request_id?: boolean;
}

/** Times in seconds. */
export interface HealthCheck {
  readonly test?: { readonly sql?: string };
  readonly interval: number;
  readonly timeout?: number;
  readonly retries?: number;
  readonly retry_interval?: number;
}

export interface FunctionMetadata {
  readonly function: FunctionName;
  readonly configuration?: FunctionConfiguration;
  readonly permissions?: readonly { readonly role: string }[];
  readonly comment?: string | null;
}

export interface FunctionConfiguration {
  readonly custom_name?: string | null;
  readonly custom_root_fields?: {
    readonly function?: string | null;
    readonly function_aggregate?: string | null;
  };
  readonly session_argument?: string | null;
  /** Absent: a query when stable or immutable, a mutation when volatile. */
  readonly exposed_as?: 'query' | 'mutation' | null;
  readonly response?: { readonly type: 'table'; readonly table?: TableName } | null;
}

export interface NativeQueryMetadata {
  readonly root_field_name: string;
  readonly code: string;
  /** The name of a logical model, or one of the query's own, which is called as the query. */
  readonly returns: string | InlineLogicalModel;
  readonly type?: 'query';
  readonly arguments?: Readonly<Record<string, NativeQueryArgument>>;
  readonly object_relationships?: readonly NativeQueryRelationship[];
  readonly array_relationships?: readonly NativeQueryRelationship[];
  readonly description?: string | null;
}

export interface InlineLogicalModel {
  readonly fields: readonly LogicalModelField[];
  readonly select_permissions?: readonly PermissionEntry<SelectPermission>[];
}

export interface NativeQueryArgument {
  readonly type: string;
  readonly nullable?: boolean;
  readonly description?: string | null;
}

export interface NativeQueryRelationship {
  readonly name: string;
  /** Exports leave `manual_configuration` out here, the documentation writes it. */
  readonly using: { readonly manual_configuration: ManualConfiguration } | ManualConfiguration;
  readonly comment?: string | null;
}

export interface LogicalModelMetadata {
  readonly name: string;
  readonly fields: readonly LogicalModelField[];
  readonly select_permissions?: readonly PermissionEntry<SelectPermission>[];
  readonly description?: string | null;
}

export interface LogicalModelField {
  readonly name: string;
  readonly type: LogicalModelType;
  readonly nullable?: boolean;
  readonly description?: string | null;
}

/** Exactly one of `scalar`, `logical_model` and `array` is there. */
export type LogicalModelType =
  | string
  | {
      readonly scalar?: string;
      readonly logical_model?: string;
      readonly array?: LogicalModelType;
      readonly nullable?: boolean;
    };

export interface TableMetadata {
  readonly table: TableName;
  readonly is_enum?: boolean;
  readonly configuration?: TableConfiguration;
  readonly object_relationships?: readonly RelationshipMetadata[];
  readonly array_relationships?: readonly RelationshipMetadata[];
  readonly computed_fields?: readonly ComputedFieldMetadata[];
  readonly select_permissions?: readonly PermissionEntry<SelectPermission>[];
  readonly insert_permissions?: readonly PermissionEntry<InsertPermission>[];
  readonly update_permissions?: readonly PermissionEntry<UpdatePermission>[];
  readonly delete_permissions?: readonly PermissionEntry<DeletePermission>[];
  readonly remote_relationships?: readonly RemoteRelationshipMetadata[];
  readonly event_triggers?: readonly EventTriggerMetadata[];
  readonly logical_model?: string;
  readonly apollo_federation_config?: { readonly enable: 'v1' };
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

export interface RemoteRelationshipMetadata {
  readonly name: string;
  readonly definition: RemoteRelationshipDefinition;
}

export type RemoteRelationshipDefinition =
  | { readonly to_source: ToSource }
  | { readonly to_remote_schema: ToRemoteSchema }
  | LegacyToRemoteSchema;

export interface ToSource {
  readonly source: string;
  readonly table: TableName;
  readonly relationship_type: 'object' | 'array';
  readonly field_mapping: Readonly<Record<string, string>>;
}

export interface ToRemoteSchema {
  readonly remote_schema: string;
  readonly lhs_fields: readonly string[];
  readonly remote_field: Readonly<Record<string, RemoteField>>;
}

/** The form of Hasura before 2.0, still valid. */
export interface LegacyToRemoteSchema {
  readonly remote_schema: string;
  readonly hasura_fields: readonly string[];
  readonly remote_field: Readonly<Record<string, RemoteField>>;
}

export interface RemoteField {
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly field?: Readonly<Record<string, RemoteField>>;
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

/** A boolean expression in Hasura's language; `{}` is true of every row. Read by the compiler. */
export type BooleanExpression = Readonly<Record<string, unknown>>;

/** `*`: all columns there are, also those that come later. */
export type Columns = '*' | readonly string[];

export interface SelectPermission {
  readonly columns: Columns;
  readonly computed_fields?: readonly string[];
  readonly filter: BooleanExpression;
  readonly limit?: number | null;
  readonly allow_aggregations?: boolean;
  readonly query_root_fields?: readonly ('select' | 'select_by_pk' | 'select_aggregate')[] | null;
  readonly subscription_root_fields?:
    | readonly ('select' | 'select_by_pk' | 'select_aggregate' | 'select_stream')[]
    | null;
}

/** Column -> value: a session variable (`x-hasura-…`) or any JSON value. */
export type Presets = Readonly<Record<string, unknown>>;

export interface InsertPermission {
  readonly check: BooleanExpression;
  /** Absent means all columns. */
  readonly columns?: Columns;
  readonly set?: Presets;
  readonly backend_only?: boolean;
  readonly validate_input?: ValidateInput;
}

export interface UpdatePermission {
  readonly columns: Columns;
  readonly filter: BooleanExpression;
  /** Absent: the filter is not checked again after the update. */
  readonly check?: BooleanExpression | null;
  readonly set?: Presets;
  readonly backend_only?: boolean;
  readonly validate_input?: ValidateInput;
}

export interface DeletePermission {
  readonly filter: BooleanExpression;
  readonly backend_only?: boolean;
  readonly validate_input?: ValidateInput;
}
