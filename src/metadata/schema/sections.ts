// The sections beside the sources: actions and their types, remote schemas, stored queries, limits, settings.
import * as v from 'valibot';

import type { OpenTelemetryMetadata } from '../section-types.ts';
import {
  anything,
  checked,
  count,
  dictionary,
  flag,
  list,
  name,
  number,
  object,
  oneOf,
  optional,
  qualifiedName,
  text,
  textOr,
  type Schema,
} from './common.ts';
import { remoteRelationships } from './relationship.ts';
import { cronTrigger, headers, requestTransform, responseTransform } from './webhook.ts';

/** The CLI writes an empty kind for actions that are queries, which always wait for their answer. */
const actionKind = v.pipe(
  v.picklist(['synchronous', 'asynchronous', ''], 'one of synchronous, asynchronous'),
  v.transform((kind) => (kind === '' ? ('synchronous' as const) : kind)),
);

const action = object({
  name: text,
  definition: object({
    kind: optional(actionKind),
    type: optional(oneOf('query', 'mutation')),
    handler: text,
    arguments: optional(list(object({ name: text, type: text, description: optional(text) }))),
    output_type: text,
    timeout: optional(count),
    forward_client_headers: optional(flag),
    ignored_client_headers: optional(list(text)),
    headers: optional(headers),
    request_transform: optional(requestTransform),
    response_transform: optional(responseTransform),
  }),
  permissions: optional(list(object({ role: name, comment: optional(text) }))),
  comment: optional(text),
});

const typeField = object({
  name: text,
  type: text,
  description: optional(text),
  arguments: optional(anything),
});

const typeRelationship = object({
  name: text,
  type: oneOf('object', 'array'),
  source: optional(text),
  remote_table: qualifiedName,
  field_mapping: dictionary(text),
});

/** Hasura's CLI writes an empty list of relationships for kinds of types that have none. */
const noRelationships = optional(list(anything));

const customTypes = object({
  input_objects: optional(
    list(
      object({
        name: text,
        description: optional(text),
        fields: list(typeField),
        relationships: noRelationships,
      }),
    ),
  ),
  objects: optional(
    list(
      object({
        name: text,
        description: optional(text),
        fields: list(typeField),
        relationships: optional(list(typeRelationship)),
      }),
    ),
  ),
  scalars: optional(
    list(object({ name: text, description: optional(text), relationships: noRelationships })),
  ),
  enums: optional(
    list(
      object({
        name: text,
        description: optional(text),
        values: list(object({ value: text, description: optional(text), is_deprecated: optional(flag) })),
        relationships: noRelationships,
      }),
    ),
  ),
});

const affixesAndMapping = {
  prefix: optional(text),
  suffix: optional(text),
  mapping: optional(dictionary(text)),
};

const remoteSchema = object({
  name,
  definition: checked(
    object({
      url: optional(text),
      url_from_env: optional(text),
      headers: optional(headers),
      forward_client_headers: optional(flag),
      timeout_seconds: optional(count),
      customization: optional(
        object({
          root_fields_namespace: optional(text),
          type_names: optional(object(affixesAndMapping)),
          field_names: optional(list(object({ parent_type: text, ...affixesAndMapping }))),
        }),
      ),
    }),
    ({ url, url_from_env: fromEnv }) =>
      (url === undefined) === (fromEnv === undefined)
        ? 'needs exactly one of "url" and "url_from_env"'
        : undefined,
  ),
  comment: optional(text),
  permissions: optional(
    list(object({ role: name, definition: object({ schema: text }), comment: optional(text) })),
  ),
  remote_relationships: optional(
    list(object({ type_name: text, relationships: optional(remoteRelationships) })),
  ),
});

const queryCollection = object({
  name,
  definition: object({ queries: list(object({ name, query: text })) }),
  comment: optional(text),
});

const allowlistEntry = object({
  collection: name,
  scope: optional(object({ global: flag, roles: optional(list(name)) })),
});

const restEndpoint = object({
  name,
  url: name,
  methods: list(oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
  definition: object({ query: object({ collection_name: name, query_name: name }) }),
  comment: optional(text),
});

function limit<T>(value: Schema<T>) {
  return optional(
    object({
      global: optional(value),
      per_role: optional(dictionary(value)),
      state: optional(oneOf('enabled', 'disabled')),
    }),
  );
}

const rateLimit = object({
  max_reqs_per_min: count,
  unique_params: optional(
    v.lazy((input): Schema<'IP' | 'ip' | string[]> =>
      Array.isArray(input) ? list(text) : oneOf('IP', 'ip'),
    ),
  ),
});

/** The word, or a template for the environment variable that holds it. */
const openTelemetryStatus: Schema<Exclude<OpenTelemetryMetadata['status'], undefined>> = v.lazy((input) =>
  typeof input === 'string' && /^\{\{.+\}\}$/.test(input)
    ? v.custom<`{{${string}}}`>(() => true)
    : oneOf('enabled', 'disabled'),
);

const openTelemetry = object({
  status: optional(openTelemetryStatus),
  data_types: optional(list(oneOf('traces', 'metrics', 'logs'))),
  exporter_otlp: optional(
    object({
      protocol: optional(oneOf('http/protobuf')),
      otlp_traces_endpoint: optional(text),
      otlp_metrics_endpoint: optional(text),
      otlp_logs_endpoint: optional(text),
      headers: optional(headers),
      resource_attributes: optional(list(object({ name: text, value: text }))),
      traces_propagators: optional(list(oneOf('b3', 'tracecontext'))),
    }),
  ),
  batch_span_processor: optional(object({ max_export_batch_size: optional(count) })),
});

/** Every key of a version 3 document but `version` and `sources`, in the order of an export. */
export const sections = {
  remote_schemas: optional(list(remoteSchema)),
  query_collections: optional(list(queryCollection)),
  allowlist: optional(list(allowlistEntry)),
  actions: optional(list(action)),
  custom_types: optional(customTypes),
  cron_triggers: optional(list(cronTrigger)),
  rest_endpoints: optional(list(restEndpoint)),
  api_limits: optional(
    object({
      disabled: optional(flag),
      depth_limit: limit(count),
      node_limit: limit(count),
      time_limit: limit(v.pipe(number, v.minValue(0, 'a number from 0 on'))),
      batch_limit: limit(count),
      rate_limit: limit(rateLimit),
    }),
  ),
  metrics_config: optional(
    object({ analyze_query_variables: optional(flag), analyze_response_body: optional(flag) }),
  ),
  inherited_roles: optional(list(object({ role_name: name, role_set: list(name), comment: optional(text) }))),
  graphql_schema_introspection: optional(object({ disabled_for_roles: optional(list(name)) })),
  network: optional(
    object({
      tls_allowlist: optional(
        list(
          object({ host: text, suffix: optional(text), permissions: optional(list(oneOf('self-signed'))) }),
        ),
      ),
    }),
  ),
  opentelemetry: optional(openTelemetry),
  backend_configs: optional(
    object({
      dataconnector: optional(
        dictionary(object({ uri: textOr(object({ from_env: text })), display_name: optional(text) })),
      ),
    }),
  ),
};
