// A source: its connection, and the functions, native queries and logical models beside its tables.
import * as v from 'valibot';

import type { LogicalModelType, NativeQueryRelationship, SourceMetadata, UrlConf } from '../types.ts';
import {
  checked,
  count,
  dictionary,
  flag,
  isMapping,
  list,
  name,
  number,
  object,
  oneOf,
  optional,
  qualifiedName,
  text,
  textOr,
  variant,
  type Schema,
} from './common.ts';
import { selectPermissions } from './permission.ts';
import { manualConfiguration } from './relationship.ts';
import { table } from './table.ts';

const noFiles = v.never(
  'left out: a worker has no files to read the address from; use from_env and a secret',
);

const databaseUrl: Schema<UrlConf> = textOr(
  variant<Exclude<UrlConf, string>>({
    from_env: object({ from_env: text }),
    connection_parameters: object({
      connection_parameters: object({
        host: text,
        port: optional(count),
        username: text,
        password: optional(text),
        database: text,
      }),
    }),
    dynamic_from_file: v.object({ dynamic_from_file: noFiles }) as unknown as Schema<never>,
  }),
);

const certificate = textOr(object({ from_env: text }));

const connectionInfo = object({
  database_url: databaseUrl,
  pool_settings: optional(
    object({
      max_connections: optional(count),
      total_max_connections: optional(count),
      idle_timeout: optional(count),
      retries: optional(count),
      pool_timeout: optional(number),
      connection_lifetime: optional(number),
    }),
  ),
  use_prepared_statements: optional(flag),
  isolation_level: optional(oneOf('read-committed', 'repeatable-read', 'serializable')),
  ssl_configuration: optional(
    object({
      sslmode: oneOf('disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'),
      sslrootcert: optional(certificate),
      sslcert: optional(certificate),
      sslkey: optional(certificate),
      sslpassword: optional(certificate),
    }),
  ),
});

const configuration = object({
  connection_info: connectionInfo,
  extensions_schema: optional(text),
  read_replicas: optional(list(connectionInfo)),
  connection_template: optional(object({ version: optional(count), template: text })),
  connection_set: optional(list(object({ name: text, connection_info: connectionInfo }))),
});

const trackedFunction = object({
  function: qualifiedName,
  configuration: optional(
    object({
      custom_name: optional(text),
      custom_root_fields: optional(object({ function: optional(text), function_aggregate: optional(text) })),
      session_argument: optional(text),
      exposed_as: optional(oneOf('query', 'mutation')),
      response: optional(object({ type: oneOf('table'), table: optional(qualifiedName) })),
    }),
  ),
  permissions: optional(list(object({ role: name }))),
  comment: optional(text),
});

const argument = object({ type: text, nullable: optional(flag), description: optional(text) });

const nativeQueryRelationships = list(
  object({
    name,
    // Exports leave `manual_configuration` out here, the documentation writes it.
    using: variant<NativeQueryRelationship['using']>({
      manual_configuration: object({ manual_configuration: manualConfiguration }),
      remote_table: manualConfiguration,
      remote_native_query: manualConfiguration,
      native_query: manualConfiguration,
    }),
    comment: optional(text),
  }),
);

/** `integer`, `{scalar}`, `{logical_model}`, or `{array}` of one of these. */
const fieldType: Schema<LogicalModelType> = v.lazy((input): Schema<LogicalModelType> =>
  typeof input === 'string'
    ? text
    : checked(
        object({
          scalar: optional(text),
          logical_model: optional(text),
          array: optional(fieldType),
          nullable: optional(flag),
        }),
        (type) =>
          [type.scalar, type.logical_model, type.array].filter((kind) => kind !== undefined).length === 1
            ? undefined
            : 'needs exactly one of "scalar", "logical_model" and "array"',
      ),
);

const logicalModelFields = list(
  object({ name: text, type: fieldType, nullable: optional(flag), description: optional(text) }),
);

const nativeQuery = object({
  root_field_name: text,
  code: text,
  returns: textOr(object({ fields: logicalModelFields, select_permissions: optional(selectPermissions) })),
  type: optional(oneOf('query')),
  arguments: optional(dictionary(argument)),
  object_relationships: optional(nativeQueryRelationships),
  array_relationships: optional(nativeQueryRelationships),
  description: optional(text),
});

const logicalModel = object({
  name: text,
  fields: logicalModelFields,
  select_permissions: optional(selectPermissions),
  description: optional(text),
});

const affixes = object({ prefix: optional(text), suffix: optional(text) });

const postgresSource = object({
  name,
  kind: v.pipe(
    oneOf('postgres', 'pg'),
    v.transform(() => 'postgres'),
  ),
  tables: list(table),
  functions: optional(list(trackedFunction)),
  native_queries: optional(list(nativeQuery)),
  logical_models: optional(list(logicalModel)),
  stored_procedures: optional(
    v.pipe(
      v.array(v.unknown(), 'a list'),
      v.maxLength(
        0,
        'left out: Postgres sources have no stored procedures in Hasura; track a function instead',
      ),
    ),
  ),
  configuration,
  customization: optional(
    object({
      root_fields: optional(
        object({ namespace: optional(text), prefix: optional(text), suffix: optional(text) }),
      ),
      type_names: optional(affixes),
      naming_convention: optional(oneOf('hasura-default', 'graphql-default')),
    }),
  ),
  query_tags: optional(
    object({
      disabled: optional(flag),
      format: optional(oneOf('standard', 'standard_prepended', 'sqlcommenter')),
      omit_request_id: optional(flag),
    }),
  ),
  health_check: optional(
    object({
      test: optional(object({ sql: optional(text) })),
      interval: count,
      timeout: optional(count),
      retries: optional(count),
      retry_interval: optional(count),
    }),
  ),
});

/** Only Postgres is read: of a source of another kind nothing but its kind is reported. */
export const source: Schema<SourceMetadata> = v.lazy((input): Schema<SourceMetadata> => {
  const kind = isMapping(input) ? input['kind'] : undefined;
  if (typeof kind !== 'string' || kind === 'postgres' || kind === 'pg') return postgresSource;
  const otherKind = v.never(
    `"postgres": Hedge does not serve sources of kind ${kind}; remove the source from databases.yaml`,
  );
  return v.looseObject({ kind: otherKind }) as unknown as Schema<SourceMetadata>;
});
