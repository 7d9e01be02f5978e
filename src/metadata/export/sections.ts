// The sections beside the sources -> as Hasura exports them: stored queries, schedules, limits, settings.
import type {
  AllowlistEntry,
  ApiLimits,
  InheritedRoleMetadata,
  Limit,
  OpenTelemetryMetadata,
  QueryCollectionMetadata,
  RemoteSchemaDefinition,
  RemoteSchemaMetadata,
  RestEndpointMetadata,
} from '../section-types.ts';
import type { Metadata } from '../types.ts';
import type { CronTriggerMetadata } from '../webhook-types.ts';
import { exportAction, exportCustomTypes } from './actions.ts';
import { alphabetical, filled, object, sortedList, withKeys, type JsonObject } from './json.ts';

/** Every section that says something, in the order of Hasura's exports. */
export function exportSections(metadata: Metadata): JsonObject {
  return object({
    remote_schemas: sortedList(metadata.remote_schemas, (schema) => schema.name, exportRemoteSchema),
    query_collections: sortedList(metadata.query_collections, ({ name }) => name, exportCollection),
    allowlist: sortedList(metadata.allowlist, (entry) => entry.collection, exportAllowlistEntry),
    actions: sortedList(metadata.actions, (action) => action.name, exportAction),
    custom_types: exportCustomTypes(metadata.custom_types),
    cron_triggers: sortedList(metadata.cron_triggers, (trigger) => trigger.name, exportCronTrigger),
    rest_endpoints: sortedList(metadata.rest_endpoints, (endpoint) => endpoint.url, exportEndpoint),
    api_limits: exportApiLimits(metadata.api_limits),
    metrics_config: exportMetricsConfig(metadata.metrics_config),
    inherited_roles: sortedList(metadata.inherited_roles, (role) => role.role_name, exportInheritedRole),
    graphql_schema_introspection:
      filled(metadata.graphql_schema_introspection?.disabled_for_roles) &&
      metadata.graphql_schema_introspection,
    network: filled(metadata.network?.tls_allowlist) && alphabetical(metadata.network),
    opentelemetry: exportOpenTelemetry(metadata.opentelemetry),
    backend_configs:
      withKeys(metadata.backend_configs?.dataconnector) && alphabetical(metadata.backend_configs),
  });
}

function exportRemoteSchema(schema: RemoteSchemaMetadata): JsonObject {
  return object({
    name: schema.name,
    definition: exportRemoteDefinition(schema.definition),
    comment: schema.comment,
    permissions: filled(schema.permissions)?.map(({ role, definition, comment }) =>
      object({ role, definition, comment }),
    ),
    remote_relationships: alphabetical(
      filled(schema.remote_relationships)?.map((type) => ({
        ...type,
        relationships: type.relationships ?? [],
      })),
    ),
  });
}

function exportRemoteDefinition(definition: RemoteSchemaDefinition): JsonObject {
  const { customization, forward_client_headers: forward } = definition;
  const typeNames = customization?.type_names;
  const fieldNames = customization?.field_names;
  return object({
    url: definition.url,
    url_from_env: definition.url_from_env,
    timeout_seconds: definition.timeout_seconds,
    customization: alphabetical(
      customization &&
        object({
          ...customization,
          type_names: typeNames && { mapping: {}, ...typeNames },
          field_names: fieldNames?.map((names) => ({ mapping: {}, ...names })),
        }),
    ),
    headers: alphabetical(filled(definition.headers)),
    forward_client_headers: forward === true ? true : undefined,
  });
}

function exportCollection({ name, definition, comment }: QueryCollectionMetadata): JsonObject {
  return object({ name, definition: alphabetical(definition), comment });
}

function exportAllowlistEntry({ collection, scope }: AllowlistEntry): JsonObject {
  const { global, roles } = scope ?? { global: true };
  return { collection, scope: object({ global, roles: global ? undefined : roles }) };
}

const CRON_RETRY = {
  num_retries: 0,
  retry_interval_seconds: 10,
  timeout_seconds: 60,
  tolerance_seconds: 21_600,
} as const;

function exportCronTrigger(trigger: CronTriggerMetadata): JsonObject {
  const retry = { ...CRON_RETRY, ...trigger.retry_conf };
  const isDefaultRetry = Object.entries(CRON_RETRY).every(
    ([key, value]) => retry[key as keyof typeof CRON_RETRY] === value,
  );
  return object({
    name: trigger.name,
    webhook: trigger.webhook,
    schedule: trigger.schedule,
    include_in_metadata: trigger.include_in_metadata ?? true,
    payload: alphabetical(trigger.payload),
    retry_conf: isDefaultRetry ? undefined : alphabetical(retry),
    headers: alphabetical(filled(trigger.headers)),
    comment: trigger.comment,
    request_transform: alphabetical(trigger.request_transform),
    response_transform: alphabetical(trigger.response_transform),
  });
}

function exportInheritedRole({ role_name, role_set, comment }: InheritedRoleMetadata): JsonObject {
  return object({ role_name, role_set, comment });
}

function exportEndpoint(endpoint: RestEndpointMetadata): unknown {
  // Hasura always writes the comment.
  return alphabetical({ comment: null, ...endpoint });
}

function exportApiLimits(limits: ApiLimits | undefined): unknown {
  if (limits === undefined) return undefined;
  const exported = object({
    rate_limit: exportLimit(limits.rate_limit, (value) => ({ unique_params: null, ...value })),
    depth_limit: exportLimit(limits.depth_limit),
    node_limit: exportLimit(limits.node_limit),
    time_limit: exportLimit(limits.time_limit),
    batch_limit: exportLimit(limits.batch_limit),
    disabled: limits.disabled ?? false,
  });
  const saysNothing = Object.keys(exported).length === 1 && limits.disabled !== true;
  return saysNothing ? undefined : alphabetical(exported);
}

function exportLimit<T>(
  limit: Limit<T> | undefined,
  exported: (value: T) => unknown = (value) => value,
): unknown {
  return (
    limit && {
      ...limit,
      global: limit.global === undefined ? undefined : exported(limit.global),
      per_role: Object.fromEntries(
        Object.entries(limit.per_role ?? {}).map(([role, value]) => [role, exported(value)]),
      ),
    }
  );
}

function exportMetricsConfig(config: Metadata['metrics_config']): unknown {
  const { analyze_query_variables: variables = false, analyze_response_body: body = false } = config ?? {};
  return variables || body ? { analyze_query_variables: variables, analyze_response_body: body } : undefined;
}

const DATA_TYPES = ['traces', 'metrics', 'logs'] as const;

function exportOpenTelemetry(settings: OpenTelemetryMetadata | undefined): unknown {
  if (settings === undefined || JSON.stringify(settings) === '{}') return undefined;
  const { status = 'disabled', data_types: types = [] } = settings;
  return {
    status,
    data_types: DATA_TYPES.filter((type) => types.includes(type)),
    exporter_otlp: alphabetical({
      protocol: 'http/protobuf',
      headers: [],
      resource_attributes: [],
      traces_propagators: ['b3'],
      ...settings.exporter_otlp,
    }),
    batch_span_processor: { max_export_batch_size: 512, ...settings.batch_span_processor },
  };
}
