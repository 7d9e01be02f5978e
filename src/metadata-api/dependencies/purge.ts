// Metadata without some of its objects.

import type {
  FunctionMetadata,
  Metadata,
  SourceMetadata,
  TableConfiguration,
  TableMetadata,
} from '../../metadata/types.ts';
import { withModelPermissions } from './logical-models.ts';
import type { SchemaObject } from './types.ts';
import { objectKey, PERMISSION_OPERATIONS } from './types.ts';

/**
 * Removes the objects, and what belongs to them. Of a column that is gone the table's configuration is forgotten.
 * What else uses them stays as it is: give `dependentsOf` along.
 */
export function purge(metadata: Metadata, objects: readonly SchemaObject[]): Metadata {
  if (objects.length === 0) return metadata;
  const keys = new Set(objects.map(objectKey));
  const stays = (object: SchemaObject): boolean => !keys.has(objectKey(object));
  return {
    ...metadata,
    sources: metadata.sources
      .filter(({ name }) => stays({ kind: 'source', source: name }))
      .map((source) => withoutInSource(source, objects, stays)),
    ...(metadata.remote_schemas && {
      remote_schemas: metadata.remote_schemas
        .filter(({ name }) => stays({ kind: 'remote_schema', name }))
        .map((schema) => ({
          ...schema,
          ...(schema.remote_relationships && {
            remote_relationships: schema.remote_relationships.map((type) => ({
              ...type,
              ...kept(type, 'relationships', ({ name }) =>
                stays({
                  kind: 'remote_schema_relationship',
                  remoteSchema: schema.name,
                  type: type.type_name,
                  name,
                }),
              ),
            })),
          }),
        })),
    }),
  };
}

type Stays = (object: SchemaObject) => boolean;

function withoutInSource(
  source: SourceMetadata,
  objects: readonly SchemaObject[],
  stays: Stays,
): SourceMetadata {
  const touched = objects.filter((object) => 'source' in object && object.source === source.name);
  if (touched.length === 0) return source;
  const models = withModelPermissions(source, (model, permissions) =>
    permissions.filter(({ role }) =>
      stays({ kind: 'logical_model_permission', source: source.name, model, role }),
    ),
  );
  return {
    ...models,
    tables: source.tables
      .filter(({ table }) => stays({ kind: 'table', source: source.name, table }))
      .map((table) => withoutInTable(source.name, table, stays)),
    ...(source.functions && {
      functions: source.functions
        .filter((fn) => stays({ kind: 'function', source: source.name, function: fn.function }))
        .map((fn) => withoutPermissions(source.name, fn, stays)),
    }),
    ...kept(models, 'native_queries', (query) =>
      stays({ kind: 'native_query', source: source.name, name: query.root_field_name }),
    ),
  };
}

function withoutInTable(source: string, metadata: TableMetadata, stays: Stays): TableMetadata {
  const { table, configuration } = metadata;
  const named = (kind: 'relationship' | 'computed_field' | 'event_trigger' | 'remote_relationship') => {
    return ({ name }: { readonly name: string }): boolean => stays({ kind, source, table, name });
  };
  const permissions = PERMISSION_OPERATIONS.map((operation) =>
    kept(metadata, `${operation}_permissions`, ({ role }: { readonly role: string }) =>
      stays({ kind: 'permission', source, table, role, operation }),
    ),
  );
  return Object.assign(
    {
      ...metadata,
      ...kept(metadata, 'object_relationships', named('relationship')),
      ...kept(metadata, 'array_relationships', named('relationship')),
      ...kept(metadata, 'computed_fields', named('computed_field')),
      ...kept(metadata, 'event_triggers', named('event_trigger')),
      ...kept(metadata, 'remote_relationships', named('remote_relationship')),
      ...(configuration && {
        configuration: withoutColumns(configuration, (name) =>
          stays({ kind: 'column', source, table, name }),
        ),
      }),
    },
    ...permissions,
  ) as TableMetadata;
}

function withoutColumns(
  configuration: TableConfiguration,
  stays: (column: string) => boolean,
): TableConfiguration {
  const { column_config: config, custom_column_names: names } = configuration;
  const staying = <T>(columns: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(columns).filter(([name]) => stays(name)));
  return {
    ...configuration,
    ...(config && { column_config: staying(config) }),
    ...(names && { custom_column_names: staying(names) }),
  };
}

function withoutPermissions(source: string, fn: FunctionMetadata, stays: Stays): FunctionMetadata {
  return {
    ...fn,
    ...kept(fn, 'permissions', ({ role }) =>
      stays({ kind: 'function_permission', source, function: fn.function, role }),
    ),
  };
}

/** `{[key]: list}` with the items that stay; nothing where the key is not there. */
function kept<T, K extends keyof T>(
  object: T,
  key: K,
  stays: (item: NonNullable<T[K]> extends readonly (infer I)[] ? I : never) => boolean,
): { readonly [P in K]?: T[P] } {
  const list = object[key] as readonly never[] | undefined;
  return list === undefined ? {} : ({ [key]: list.filter(stays) } as { [P in K]: T[P] });
}
