// Metadata that follows what was renamed in a database: tables, columns and functions, wherever they are named.

import type { DatabaseCatalog } from '../../catalog/types.ts';
import type { CustomTypes } from '../../metadata/section-types.ts';
import type {
  FunctionMetadata,
  Metadata,
  NativeQueryMetadata,
  SourceMetadata,
} from '../../metadata/types.ts';
import { mapModelFilter, withModelPermissions } from './logical-models.ts';
import type { Lookup } from './lookup.ts';
import { lookupIn } from './lookup.ts';
import { type Names, namesOf, type Renames } from './rename-names.ts';
import { renaming } from './rename-permissions.ts';
import { remoteEnd, withRemoteEnds } from './rename-remote.ts';
import { renamedManual, renamedTable } from './rename-table.ts';

/** `catalog`: the source's as it was before, under the old names. */
export interface RenamedSource {
  readonly source: string;
  readonly catalog: DatabaseCatalog | undefined;
  readonly renames: Renames;
}

/** Writes the new names wherever the metadata says the old ones. */
export function rename(metadata: Metadata, { source, catalog, renames }: RenamedSource): Metadata {
  const names = namesOf(renames);
  return {
    ...metadata,
    sources: metadata.sources.map((other) =>
      other.name === source
        ? renamedSource(other, lookupIn(other, catalog), names)
        : withRemoteEnds(other, source, names),
    ),
    ...(metadata.remote_schemas && {
      remote_schemas: metadata.remote_schemas.map((schema) => ({
        ...schema,
        ...(schema.remote_relationships && {
          remote_relationships: schema.remote_relationships.map((type) => ({
            ...type,
            ...(type.relationships && {
              relationships: type.relationships.map((relationship) => ({
                ...relationship,
                definition: remoteEnd(relationship.definition, source, names),
              })),
            }),
          })),
        }),
      })),
    }),
    ...(metadata.custom_types && {
      custom_types: renamedCustomTypes(metadata.custom_types, source, names),
    }),
  };
}

function renamedSource(whole: SourceMetadata, lookup: Lookup, names: Names): SourceMetadata {
  const visitor = renaming(names);
  const source = withModelPermissions(whole, (model, permissions) =>
    permissions.map(({ permission, ...entry }) => ({
      ...entry,
      permission: { ...permission, filter: mapModelFilter(lookup, model, permission.filter, visitor) },
    })),
  );
  return {
    ...source,
    tables: source.tables.map((table) => renamedTable(table, lookup, names)),
    ...(source.functions && { functions: source.functions.map((fn) => renamedFunction(fn, names)) }),
    ...(source.native_queries && {
      native_queries: source.native_queries.map((query) => renamedNativeQuery(query, names)),
    }),
  };
}

function renamedFunction(fn: FunctionMetadata, names: Names): FunctionMetadata {
  const response = fn.configuration?.response;
  return {
    ...fn,
    function: names.function(fn.function),
    ...(response?.table && {
      configuration: { ...fn.configuration, response: { ...response, table: names.table(response.table) } },
    }),
  };
}

/** What its code says stays: that is the administrator's SQL. */
function renamedNativeQuery(query: NativeQueryMetadata, names: Names): NativeQueryMetadata {
  const relationships = (key: 'object_relationships' | 'array_relationships'): Partial<NativeQueryMetadata> =>
    query[key] === undefined
      ? {}
      : {
          [key]: query[key].map(({ using, ...relationship }) => ({
            ...relationship,
            using:
              'manual_configuration' in using
                ? { manual_configuration: renamedManual(null, using.manual_configuration, names) }
                : renamedManual(null, using, names),
          })),
        };
  return { ...query, ...relationships('object_relationships'), ...relationships('array_relationships') };
}

/** The relationships that types of actions have to tables. */
function renamedCustomTypes(types: CustomTypes, source: string, names: Names): CustomTypes {
  if (!types.objects) return types;
  return {
    ...types,
    objects: types.objects.map((type) => ({
      ...type,
      ...(type.relationships && {
        relationships: type.relationships.map((relationship) => {
          const { remote_table: table, field_mapping: mapping } = relationship;
          if ((relationship.source ?? 'default') !== source) return relationship;
          return {
            ...relationship,
            remote_table: names.table(table),
            field_mapping: Object.fromEntries(
              Object.entries(mapping).map(([field, column]) => [field, names.column(table, column)]),
            ),
          };
        }),
      }),
    })),
  };
}
