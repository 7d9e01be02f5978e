// A project that uses every key of the format once.
import type { FileMap } from './memory-files.ts';

const TRANSFORMS = (indent: string): string =>
  `request_transform:
  version: 2
  template_engine: Kriti
  method: POST
  url: '{{$base_url}}/x'
  content_type: application/json
  query_params:
    page: '1'
  request_headers:
    add_headers:
      x-a: b
    remove_headers: [content-type]
  body:
    action: transform
    template: '{}'
response_transform:
  version: 2
  template_engine: Kriti
  body:
    action: transform
    template: '{}'
`.replaceAll(/^(?=.)/gm, indent);

const VALIDATE_INPUT = `      validate_input:
        type: http
        definition:
          url: https://example.com
          timeout: 5
          forward_client_headers: true
          headers:
            - name: x-a
              value: b
`;

const CONNECTION = (indent: string): string =>
  `database_url:
  from_env: URL
pool_settings:
  max_connections: 50
  total_max_connections: 100
  idle_timeout: 180
  retries: 1
  pool_timeout: 5
  connection_lifetime: 600
use_prepared_statements: true
isolation_level: read-committed
ssl_configuration:
  sslmode: verify-full
  sslrootcert:
    from_env: A
  sslcert:
    from_env: B
  sslkey:
    from_env: C
  sslpassword:
    from_env: D
`.replaceAll(/^(?=.)/gm, indent);

const ROOT_FIELDS = [
  'select',
  'select_by_pk',
  'select_aggregate',
  'select_stream',
  'insert',
  'insert_one',
  'update',
  'update_by_pk',
  'update_many',
  'delete',
  'delete_by_pk',
];

export const USERS = 'databases/default/tables/public_users.yaml';

export const WHOLE_FORMAT: FileMap = {
  'version.yaml': 'version: 3\n',
  'databases/databases.yaml': `- name: default
  kind: postgres
  configuration:
    extensions_schema: extensions
    connection_info:
${CONNECTION('      ')}    read_replicas:
      - database_url: postgres://replica
    connection_template:
      version: 1
      template: '{{$.request}}'
    connection_set:
      - name: other
        connection_info:
          database_url:
            connection_parameters:
              host: h
              port: 5432
              username: u
              password: p
              database: d
  customization:
    root_fields:
      namespace: n
      prefix: p
      suffix: s
    type_names:
      prefix: p
      suffix: s
    naming_convention: graphql-default
  query_tags:
    disabled: false
    format: standard
    omit_request_id: true
  health_check:
    test:
      sql: SELECT 1
    interval: 60
    timeout: 10
    retries: 3
    retry_interval: 10
  tables: "!include default/tables/tables.yaml"
  functions: !include default/functions/functions.yaml
  native_queries:
    - root_field_name: nq
      type: query
      code: SELECT 1 WHERE {{a}}
      returns: lm
      arguments:
        a:
          type: integer
          nullable: true
          description: d
      object_relationships:
        - name: owner
          comment: c
          using:
            remote_table: users
            column_mapping:
              a: b
            insertion_order: null
      array_relationships:
        - name: others
          using:
            manual_configuration:
              remote_native_query: nq
              column_mapping:
                a: b
      description: d
  logical_models:
    - name: lm
      description: d
      fields:
        - name: a
          type: integer
          nullable: true
          description: d
        - name: b
          type:
            scalar: text
            nullable: true
        - name: c
          type:
            array:
              logical_model: lm
      select_permissions:
        - role: user
          permission:
            columns: '*'
            filter: {}
`,
  'databases/default/tables/tables.yaml': '- "!include public_users.yaml"\n- !include public_posts.yaml\n',
  'databases/default/tables/public_posts.yaml': 'table: posts\n',
  [USERS]: `table:
  schema: public
  name: users
is_enum: true
logical_model: lm
apollo_federation_config:
  enable: v1
configuration:
  custom_name: People
  comment: c
  custom_column_names:
    id: ID
  column_config:
    id:
      custom_name: ID
      comment: c
  custom_root_fields:
${ROOT_FIELDS.map((field) => `    ${field}:\n      name: my_${field}\n      comment: c\n`).join('')}object_relationships:
  - name: org
    comment: c
    using:
      foreign_key_constraint_on: org_id
  - name: composite
    using:
      foreign_key_constraint_on: [a, b]
  - name: profile
    using:
      foreign_key_constraint_on:
        table: profiles
        column: user_id
  - name: manual
    using:
      manual_configuration:
        remote_table:
          schema: other
          name: t
        column_mapping:
          id: user_id
        insertion_order: before_parent
  - name: native
    using:
      manual_configuration:
        native_query: nq
        column_mapping:
          id: user_id
array_relationships:
  - name: posts
    comment: c
    using:
      foreign_key_constraint_on:
        table: posts
        columns: [user_id]
computed_fields:
  - name: full_name
    comment: c
    definition:
      function:
        schema: public
        name: full_name
      table_argument: u
      session_argument: s
remote_relationships:
  - name: remote
    definition:
      to_remote_schema:
        remote_schema: pay
        lhs_fields: [id]
        remote_field:
          transactions:
            arguments:
              id: $id
            field:
              list:
                arguments: {}
  - name: legacy
    definition:
      remote_schema: pay
      hasura_fields: [id]
      remote_field:
        transactions:
          arguments: {}
  - name: other
    definition:
      to_source:
        source: default
        table: posts
        relationship_type: array
        field_mapping:
          id: user_id
select_permissions:
  - role: user
    comment: c
    permission:
      columns: [id, name]
      computed_fields: [full_name]
      filter:
        id:
          _eq: X-Hasura-User-Id
      limit: 10
      allow_aggregations: true
      query_root_fields: [select]
      subscription_root_fields: [select_stream]
insert_permissions:
  - role: user
    comment: c
    permission:
      check: {}
      columns: '*'
      set:
        id: x-hasura-user-id
      backend_only: true
${VALIDATE_INPUT}update_permissions:
  - role: user
    comment: c
    permission:
      columns: [name]
      filter: {}
      check: {}
      set:
        name: x
      backend_only: true
${VALIDATE_INPUT}delete_permissions:
  - role: user
    comment: c
    permission:
      filter: {}
      backend_only: true
${VALIDATE_INPUT}event_triggers:
  - name: t
    definition:
      enable_manual: true
      insert:
        columns: '*'
      update:
        columns: [name]
        payload: [id]
      delete:
        columns: '*'
    webhook: https://example.com
    retry_conf:
      num_retries: 0
      interval_sec: 10
      timeout_sec: 60
    headers:
      - name: x-a
        value_from_env: A
    cleanup_config:
      schedule: 0 0 * * *
      clear_older_than: 168
      batch_size: 10000
      timeout: 60
      clean_invocation_logs: true
      paused: false
    trigger_on_replication: true
${TRANSFORMS('    ')}  - name: t2
    definition:
      enable_manual: false
    webhook_from_env: HOOK
`,
  'databases/default/functions/functions.yaml': '- !include public_f.yaml\n',
  'databases/default/functions/public_f.yaml': `function:
  schema: public
  name: f
configuration:
  custom_name: g
  custom_root_fields:
    function: g
    function_aggregate: g_aggregate
  session_argument: s
  exposed_as: query
  response:
    type: table
    table: users
permissions:
  - role: user
comment: c
`,
  'actions.yaml': `actions:
  - name: login
    definition:
      kind: synchronous
      handler: https://example.com
      timeout: 30
      forward_client_headers: true
      ignored_client_headers: [x-a]
      headers:
        - name: x-a
          value: b
${TRANSFORMS('      ')}    permissions:
      - role: anonymous
        comment: c
    comment: c
custom_types:
  enums:
    - name: Color
  input_objects:
    - name: Credentials
  objects:
    - name: Token
      description: d
      relationships:
        - name: user
          type: object
          source: default
          remote_table: users
          field_mapping:
            id: id
  scalars:
    - name: Stamp
`,
  'actions.graphql': `type Mutation {
  "Signs in"
  login(credentials: Credentials!): Token
}

input Credentials {
  name: String!
}

type Token {
  id: uuid!
  color: Color
}

enum Color {
  "warm"
  RED
  BLUE @deprecated
}

scalar Stamp
`,
  'remote_schemas.yaml': `- name: pay
  comment: c
  definition:
    url: https://example.com
    headers:
      - name: x-a
        value: b
    forward_client_headers: true
    timeout_seconds: 60
    customization:
      root_fields_namespace: pay
      type_names:
        prefix: Pay
        suffix: X
        mapping:
          A: B
      field_names:
        - parent_type: Query
          prefix: p
          suffix: s
          mapping:
            a: b
  permissions:
    - role: user
      comment: c
      definition:
        schema: "!include remote_schemas/pay/permissions/user.graphql"
  remote_relationships:
    - type_name: Payment
      relationships:
        - name: user
          definition:
            to_source:
              source: default
              table: users
              relationship_type: object
              field_mapping:
                id: id
- name: pay2
  definition:
    url_from_env: PAY
`,
  'remote_schemas/pay/permissions/user.graphql': 'type Query { a: Int }\n',
  'query_collections.yaml': `- name: allowed
  comment: c
  definition:
    queries:
      - name: q
        query: query q { users { id } }
`,
  'allow_list.yaml': `- collection: allowed
  scope:
    global: false
    roles: [user]
`,
  'cron_triggers.yaml': `- name: nightly
  webhook:
    from_env: HOOK
  schedule: 0 0 * * *
  payload:
    anything: [1]
  headers:
    - name: x-a
      value: b
  retry_conf:
    num_retries: 0
    retry_interval_seconds: 10
    timeout_seconds: 60
    tolerance_seconds: 21600
  include_in_metadata: true
  comment: c
${TRANSFORMS('  ')}`,
  'rest_endpoints.yaml': `- name: users
  url: users/:id
  methods: [GET]
  comment: c
  definition:
    query:
      collection_name: allowed
      query_name: q
`,
  'inherited_roles.yaml': '- role_name: both\n  role_set: [user, editor]\n  comment: c\n',
  'api_limits.yaml': `disabled: false
depth_limit:
  global: 5
  state: enabled
  per_role:
    user: 3
node_limit:
  global: 5
time_limit:
  global: 1.5
batch_limit:
  global: 5
rate_limit:
  global:
    max_reqs_per_min: 60
    unique_params: IP
  per_role:
    user:
      max_reqs_per_min: 60
      unique_params: [x-hasura-user-id]
`,
  'metrics_config.yaml': 'analyze_query_variables: true\nanalyze_response_body: true\n',
  'graphql_schema_introspection.yaml': 'disabled_for_roles: [anonymous]\n',
  'network.yaml': `tls_allowlist:
  - host: example.com
    suffix: '443'
    permissions: [self-signed]
`,
  'opentelemetry.yaml': `status: enabled
data_types: [traces, metrics, logs]
exporter_otlp:
  protocol: http/protobuf
  otlp_traces_endpoint: https://example.com
  otlp_metrics_endpoint: https://example.com
  otlp_logs_endpoint: https://example.com
  headers:
    - name: x-a
      value: b
  resource_attributes:
    - name: a
      value: b
  traces_propagators: [b3]
batch_span_processor:
  max_export_batch_size: 512
`,
  'backend_configs.yaml': 'dataconnector:\n  lite:\n    uri: http://example.com\n    display_name: Lite\n',
};
