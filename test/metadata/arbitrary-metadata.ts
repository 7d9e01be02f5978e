// Random metadata: every kind of object with and without its optional keys, and names and texts that are hard on files.
import * as fc from 'fast-check';

import type { Metadata } from '../../src/metadata/types.ts';

/** Texts that YAML, file systems or the include syntax could take for something else. */
const HOSTILE = [
  'users',
  'Users',
  'Order Items',
  'a/b',
  '..',
  '.hidden',
  'x.',
  'C:\\x',
  'true',
  'null',
  '~',
  'y',
  '007',
  '1e3',
  '12:30',
  '2020-01-01',
  '<<',
  '!include x.yaml',
  '"quoted"',
  "it's",
  'a: b',
  'a #b',
  '- x',
  '*',
  '{{$body}}',
  ' lead',
  'trail ',
  'two\nlines\n',
  'two\nlines',
  'a \nb',
  '\n',
  '  indented\nmore',
  'tab\there',
  'naïve 表 😀',
  '\u2028',
  '\u0000',
  'constructor',
];

const text = fc.oneof(
  fc.constantFrom(...HOSTILE, ''),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const name = text.filter((value) => value !== '' && value !== '__proto__');
const word = fc.constantFrom('id', 'name', 'a_b', 'UserId', '_x', 'n', 'on');
const count = fc.nat(1000);

type Keys = Record<string, fc.Arbitrary<unknown>>;

/** An object that has all the required keys and any of the optional ones. */
function object(required: Keys, optional: Keys = {}): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    { ...required, ...optional },
    { requiredKeys: Object.keys(required), noNullPrototype: true },
  );
}

function list(item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> {
  return fc.array(item, { maxLength: 3 });
}

/** A list whose items have different names. */
function named(
  key: string,
  keys: Keys,
  optional: Keys = {},
  names: fc.Arbitrary<unknown> = name,
): fc.Arbitrary<unknown[]> {
  return fc.uniqueArray(object({ [key]: names, ...keys }, optional), {
    maxLength: 3,
    selector: (item) => JSON.stringify(item[key]),
  });
}

function dictionary(value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true });
}

const { json } = fc.letrec<{ json: unknown; list: unknown[]; object: Record<string, unknown> }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    text,
    count,
    fc.boolean(),
    fc.constant(null),
    fc.constant(1.5),
    tie('list'),
    tie('object'),
  ),
  list: list(tie('json')),
  object: dictionary(tie('json')),
}));
const expression = dictionary(json);

const table = fc.record({ schema: fc.oneof(fc.constant('public'), name), name }, { noNullPrototype: true });
const columns = fc.oneof(fc.constant('*'), list(name));
const header = fc.oneof(object({ name, value: text }), object({ name, value_from_env: text }));
const headers = list(header);
/** A text that is a template as it stands. */
const plain = text.filter((value) => !/["\\]|\{\{/.test(value));
const template = fc.constantFrom('{}', '{{ $body }}', '"a \\"quote\\"\n{{$body.id}}"');

const transform = object(
  {},
  {
    version: fc.constantFrom(1, 2),
    template_engine: fc.constant('Kriti'),
    url: plain,
    body: fc.oneof(
      object({ action: fc.constant('transform'), template }),
      object({ action: fc.constant('remove') }, { template }),
      template,
    ),
    query_params: fc.oneof(plain, dictionary(fc.oneof(plain, fc.constant(null)))),
    request_headers: object({}, { add_headers: dictionary(plain), remove_headers: list(text) }),
  },
);

const manual = object(
  { remote_table: table, column_mapping: dictionary(name) },
  { insertion_order: fc.constantFrom('before_parent', 'after_parent', null) },
);
const foreignKey = fc.oneof(
  object({ table, column: name }),
  object({ table, columns: fc.array(name, { minLength: 1, maxLength: 2 }) }),
);
const byHand = object({ manual_configuration: manual });
const objectUsing = fc.oneof(
  byHand,
  object({
    foreign_key_constraint_on: fc.oneof(name, fc.array(name, { minLength: 1, maxLength: 2 }), foreignKey),
  }),
);
const arrayUsing = fc.oneof(byHand, object({ foreign_key_constraint_on: foreignKey }));
const remoteDefinition = fc.oneof(
  object({
    to_source: object({
      source: name,
      table,
      relationship_type: fc.constantFrom('object', 'array'),
      field_mapping: dictionary(name),
    }),
  }),
  object({
    to_remote_schema: object({
      remote_schema: name,
      lhs_fields: list(name),
      remote_field: dictionary(object({ arguments: expression })),
    }),
  }),
);

/** Fields of one table have different names, whatever they are. */
const fields = fc
  .tuple(
    named('name', { using: objectUsing }, { comment: text }),
    named('name', { using: arrayUsing }, { comment: text }),
    named('name', { definition: object({ function: table }, { session_argument: name }) }, { comment: text }),
    named('name', { definition: remoteDefinition }),
  )
  .map((lists) => {
    const taken = new Set<unknown>();
    const free = lists.map((items) =>
      items.filter((item) => {
        const { name: own } = item as { name: unknown };
        return !taken.has(own) && taken.add(own);
      }),
    );
    const [object_relationships, array_relationships, computed_fields, remote_relationships] = free;
    return { object_relationships, array_relationships, computed_fields, remote_relationships };
  });

const validateInput = object({
  type: fc.constant('http'),
  definition: object({ url: text }, { headers, forward_client_headers: fc.boolean(), timeout: count }),
});
const mutationRules = { backend_only: fc.boolean(), validate_input: validateInput };
const permissions = (required: Keys, optional: Keys): fc.Arbitrary<unknown[]> =>
  named('role', { permission: object(required, optional) }, { comment: text });
const rootField = fc.oneof(word, object({}, { name: word, comment: text }), fc.constant(null));

const trackedTable = fc
  .tuple(
    object(
      { table },
      {
        is_enum: fc.boolean(),
        configuration: object(
          {},
          {
            custom_name: word,
            comment: text,
            custom_root_fields: object({}, { select: rootField, insert: rootField }),
            column_config: dictionary(object({}, { custom_name: word, comment: text })),
            custom_column_names: dictionary(word),
          },
        ),
        select_permissions: permissions(
          { columns, filter: expression },
          {
            computed_fields: list(name),
            limit: count,
            allow_aggregations: fc.boolean(),
            query_root_fields: fc.subarray(['select', 'select_by_pk']),
          },
        ),
        insert_permissions: permissions(
          { check: expression },
          { columns, set: expression, ...mutationRules },
        ),
        update_permissions: permissions(
          { columns, filter: expression },
          { check: expression, set: expression, ...mutationRules },
        ),
        delete_permissions: permissions({ filter: expression }, mutationRules),
        event_triggers: named(
          'name',
          {
            definition: object({}, { insert: object({ columns }), enable_manual: fc.boolean() }),
            webhook: text,
          },
          {
            retry_conf: object({}, { num_retries: count }),
            headers,
            request_transform: transform,
            cleanup_config: object({ schedule: text, clear_older_than: count }, { paused: fc.boolean() }),
            trigger_on_replication: fc.boolean(),
          },
        ),
        apollo_federation_config: fc.constant({ enable: 'v1' }),
      },
    ),
    fields,
  )
  .map(([own, lists]) => ({ ...own, ...lists }));

const qualified = (key: string, item: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> =>
  fc.uniqueArray(item, {
    maxLength: 4,
    selector: (one) => JSON.stringify((one as Record<string, { schema: string; name: string }>)[key]),
    // `a.b` and schema `a` with table `b` are the same in messages.
    comparator: 'IsStrictlyEqual',
  });

const databaseUrl = fc.oneof(text, object({ from_env: text }));
const source = {
  kind: fc.constant('postgres'),
  configuration: object(
    { connection_info: object({ database_url: databaseUrl }, { use_prepared_statements: fc.boolean() }) },
    { extensions_schema: text },
  ),
  tables: qualified('table', trackedTable),
};
const sourceOptions = {
  functions: qualified(
    'function',
    object(
      { function: table },
      {
        configuration: object(
          {},
          {
            custom_name: word,
            exposed_as: fc.constantFrom('query', 'mutation'),
            custom_root_fields: object({}, { function: word }),
          },
        ),
        permissions: named('role', {}),
        comment: text,
      },
    ),
  ),
  logical_models: named('name', { fields: named('name', { type: text }) }, { description: text }),
  native_queries: named(
    'root_field_name',
    { code: text, returns: name },
    { arguments: dictionary(object({ type: text })) },
  ),
  customization: object(
    {},
    { root_fields: object({}, { prefix: text }), naming_convention: fc.constant('graphql-default') },
  ),
  query_tags: object({}, { disabled: fc.boolean() }),
  health_check: object({ interval: count }, { test: object({ sql: text }) }),
};

const typeText = fc.constantFrom('String!', '[Token!]!', 'Int', 'Color');
const typeFields = fc.array(object({ name: word, type: typeText }, { description: text }), {
  minLength: 1,
  maxLength: 3,
});
const typeNames = (prefix: string): fc.Arbitrary<string> =>
  fc.constantFrom('A', 'B', 'C').map((letter) => prefix + letter);

const sections = {
  inherited_roles: named('role_name', { role_set: list(name) }),
  query_collections: named(
    'name',
    { definition: object({ queries: named('name', { query: text }) }) },
    { comment: text },
  ),
  allowlist: named('collection', {}, { scope: object({ global: fc.boolean() }, { roles: list(name) }) }),
  rest_endpoints: fc.uniqueArray(
    object(
      {
        name,
        url: name,
        methods: fc.subarray(['GET', 'POST'], { minLength: 1 }),
        definition: object({ query: object({ collection_name: name, query_name: name }) }),
      },
      { comment: text },
    ),
    { maxLength: 3, selector: ({ name: own }) => own, comparator: 'IsStrictlyEqual' },
  ),
  cron_triggers: named(
    'name',
    { webhook: fc.oneof(text, object({ from_env: text })), schedule: text },
    {
      payload: json,
      headers,
      retry_conf: object({}, { num_retries: count }),
      comment: text,
      request_transform: transform,
    },
  ),
  remote_schemas: named(
    'name',
    {
      definition: object(
        { url: text },
        { headers, timeout_seconds: count, forward_client_headers: fc.boolean() },
      ),
    },
    {
      comment: text,
      permissions: named('role', { definition: object({ schema: text }) }, { comment: text }),
    },
  ),
  actions: named(
    'name',
    {
      definition: object(
        { handler: text, output_type: typeText },
        {
          type: fc.constantFrom('query', 'mutation'),
          kind: fc.constantFrom('synchronous', 'asynchronous'),
          arguments: list(object({ name: word, type: typeText }, { description: text })),
          headers,
          timeout: count,
          request_transform: transform,
        },
      ),
    },
    { comment: text, permissions: named('role', {}) },
    fc.oneof(word, fc.constant('login')),
  ),
  custom_types: object(
    {},
    {
      enums: named(
        'name',
        {
          values: fc.array(object({ value: word }, { description: text, is_deprecated: fc.boolean() }), {
            minLength: 1,
            maxLength: 2,
          }),
        },
        { description: text },
        typeNames('E'),
      ),
      input_objects: named('name', { fields: typeFields }, { description: text }, typeNames('I')),
      objects: named(
        'name',
        { fields: typeFields },
        {
          description: text,
          relationships: named('name', {
            type: fc.constant('object'),
            remote_table: table,
            field_mapping: dictionary(name),
          }),
        },
        typeNames('O'),
      ),
      scalars: named('name', {}, { description: text }, typeNames('S')),
    },
  ),
  api_limits: object(
    {},
    { disabled: fc.boolean(), depth_limit: object({ global: count }, { per_role: dictionary(count) }) },
  ),
  graphql_schema_introspection: object({ disabled_for_roles: list(name) }),
  network: object({ tls_allowlist: list(object({ host: text }, { suffix: text })) }),
  opentelemetry: object(
    {},
    { status: fc.constantFrom('enabled', 'disabled'), data_types: fc.subarray(['logs', 'traces']) },
  ),
  metrics_config: object({}, { analyze_query_variables: fc.boolean() }),
  backend_configs: object({ dataconnector: dictionary(object({ uri: text })) }),
};

/** Any valid metadata, as JSON would bring it. */
export const arbitraryMetadata: fc.Arbitrary<Metadata> = object(
  { version: fc.constant(3), sources: named('name', source, sourceOptions) },
  sections,
) as fc.Arbitrary<unknown> as fc.Arbitrary<Metadata>;
