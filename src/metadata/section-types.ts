// The sections of Hasura's document beside the sources, as plain data: actions and their types, remote schemas, stored
// queries, roles, limits, settings.
import type { RemoteRelationshipMetadata, TableName } from './types.ts';
import type { Header, RequestTransform, ResponseTransform, TextOrEnv } from './webhook-types.ts';

export interface ActionMetadata {
  readonly name: string;
  readonly definition: ActionDefinition;
  readonly permissions?: readonly { readonly role: string; readonly comment?: string | null }[];
  readonly comment?: string | null;
}

export interface ActionDefinition {
  readonly kind?: 'synchronous' | 'asynchronous';
  readonly type?: 'query' | 'mutation';
  /** A URL template: `{{NAME}}` stands for an environment variable. */
  readonly handler: string;
  readonly arguments?: readonly ActionArgument[];
  /** As GraphQL writes it: `[User!]!`. */
  readonly output_type: string;
  /** Seconds. */
  readonly timeout?: number;
  readonly forward_client_headers?: boolean;
  readonly ignored_client_headers?: readonly string[];
  readonly headers?: readonly Header[];
  readonly request_transform?: RequestTransform;
  readonly response_transform?: ResponseTransform;
}

export interface ActionArgument {
  readonly name: string;
  readonly type: string;
  readonly description?: string | null;
}

export interface CustomTypes {
  readonly input_objects?: readonly InputObjectType[];
  readonly objects?: readonly ObjectType[];
  readonly scalars?: readonly ScalarType[];
  readonly enums?: readonly EnumType[];
}

export interface CustomTypeField {
  readonly name: string;
  readonly type: string;
  readonly description?: string | null;
  /** Hasura reads and keeps it, and does nothing with it. */
  readonly arguments?: unknown;
}

export interface InputObjectType {
  readonly name: string;
  readonly description?: string | null;
  readonly fields: readonly CustomTypeField[];
  /** Empty: the CLI writes the key for every kind of type. */
  readonly relationships?: readonly unknown[];
}

export interface ObjectType {
  readonly name: string;
  readonly description?: string | null;
  readonly fields: readonly CustomTypeField[];
  readonly relationships?: readonly TypeRelationship[];
}

export interface TypeRelationship {
  readonly name: string;
  readonly type: 'object' | 'array';
  readonly source?: string;
  readonly remote_table: TableName;
  readonly field_mapping: Readonly<Record<string, string>>;
}

export interface ScalarType {
  readonly name: string;
  readonly description?: string | null;
  readonly relationships?: readonly unknown[];
}

export interface EnumType {
  readonly name: string;
  readonly description?: string | null;
  readonly values: readonly {
    readonly value: string;
    readonly description?: string | null;
    readonly is_deprecated?: boolean;
  }[];
  readonly relationships?: readonly unknown[];
}

export interface RemoteSchemaMetadata {
  readonly name: string;
  readonly definition: RemoteSchemaDefinition;
  readonly comment?: string | null;
  readonly permissions?: readonly RemoteSchemaPermission[];
  readonly remote_relationships?: readonly {
    readonly type_name: string;
    readonly relationships?: readonly RemoteRelationshipMetadata[];
  }[];
}

/** Exactly one of `url` and `url_from_env` is there. */
export interface RemoteSchemaDefinition {
  readonly url?: string;
  readonly url_from_env?: string;
  readonly headers?: readonly Header[];
  readonly forward_client_headers?: boolean;
  readonly timeout_seconds?: number;
  readonly customization?: {
    readonly root_fields_namespace?: string;
    readonly type_names?: AffixesAndMapping;
    readonly field_names?: readonly (AffixesAndMapping & { readonly parent_type: string })[];
  };
}

export interface AffixesAndMapping {
  readonly prefix?: string;
  readonly suffix?: string;
  readonly mapping?: Readonly<Record<string, string>>;
}

export interface RemoteSchemaPermission {
  readonly role: string;
  readonly definition: { readonly schema: string };
  readonly comment?: string | null;
}

export interface QueryCollectionMetadata {
  readonly name: string;
  readonly definition: { readonly queries: readonly CollectedQuery[] };
  readonly comment?: string | null;
}

export interface CollectedQuery {
  readonly name: string;
  readonly query: string;
}

export interface AllowlistEntry {
  readonly collection: string;
  /** Absent: global. */
  readonly scope?: { readonly global: boolean; readonly roles?: readonly string[] };
}

export interface RestEndpointMetadata {
  readonly name: string;
  readonly url: string;
  readonly methods: readonly RestMethod[];
  readonly definition: {
    readonly query: { readonly collection_name: string; readonly query_name: string };
  };
  readonly comment?: string | null;
}

export type RestMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface InheritedRoleMetadata {
  readonly role_name: string;
  readonly role_set: readonly string[];
  readonly comment?: string | null;
}

export interface ApiLimits {
  readonly disabled?: boolean;
  readonly depth_limit?: Limit<number>;
  readonly node_limit?: Limit<number>;
  /** Seconds. */
  readonly time_limit?: Limit<number>;
  readonly batch_limit?: Limit<number>;
  readonly rate_limit?: Limit<RateLimit>;
}

export interface Limit<T> {
  readonly global?: T;
  readonly per_role?: Readonly<Record<string, T>>;
  readonly state?: 'enabled' | 'disabled';
}

export interface RateLimit {
  readonly max_reqs_per_min: number;
  /** The session variables a client is told apart by, or its address. */
  readonly unique_params?: 'IP' | 'ip' | readonly string[];
}

export interface MetricsConfig {
  readonly analyze_query_variables?: boolean;
  readonly analyze_response_body?: boolean;
}

export interface IntrospectionOptions {
  readonly disabled_for_roles?: readonly string[];
}

export interface NetworkMetadata {
  readonly tls_allowlist?: readonly TlsAllowlistEntry[];
}

export interface TlsAllowlistEntry {
  readonly host: string;
  readonly suffix?: string;
  readonly permissions?: readonly 'self-signed'[];
}

export interface OpenTelemetryMetadata {
  /** `{{NAME}}`: the environment variable that holds the word. */
  readonly status?: 'enabled' | 'disabled' | `{{${string}}}`;
  readonly data_types?: readonly ('traces' | 'metrics' | 'logs')[];
  readonly exporter_otlp?: {
    readonly protocol?: 'http/protobuf';
    readonly otlp_traces_endpoint?: string;
    readonly otlp_metrics_endpoint?: string;
    readonly otlp_logs_endpoint?: string;
    readonly headers?: readonly Header[];
    readonly resource_attributes?: readonly { readonly name: string; readonly value: string }[];
    readonly traces_propagators?: readonly ('b3' | 'tracecontext')[];
  };
  readonly batch_span_processor?: { readonly max_export_batch_size?: number };
}

export interface BackendConfigs {
  readonly dataconnector?: Readonly<
    Record<string, { readonly uri: TextOrEnv; readonly display_name?: string }>
  >;
}
