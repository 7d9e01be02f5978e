// Relationships to other sources and remote schemas -> the same under the new names of tables and columns.

import type { RemoteRelationshipDefinition, SourceMetadata, TableName } from '../../metadata/types.ts';
import type { Names } from './rename-names.ts';

/** The fields of its own table that a remote relationship names, in the arguments it gives on as `$field`, too. */
export function ownEnd(
  definition: RemoteRelationshipDefinition,
  table: TableName,
  names: Names,
): RemoteRelationshipDefinition {
  if ('to_source' in definition) {
    const { field_mapping: mapping } = definition.to_source;
    return { to_source: { ...definition.to_source, field_mapping: names.keys(table, mapping) } };
  }
  const fields = (of: readonly string[]): readonly string[] => names.columns(table, of);
  const remoteField = <T>(field: T): T => renamedVariables(field, (name) => names.column(table, name)) as T;
  if ('to_remote_schema' in definition) {
    const { lhs_fields: lhs, remote_field: field } = definition.to_remote_schema;
    return {
      to_remote_schema: {
        ...definition.to_remote_schema,
        lhs_fields: fields(lhs),
        remote_field: remoteField(field),
      },
    };
  }
  return {
    ...definition,
    hasura_fields: fields(definition.hasura_fields),
    remote_field: remoteField(definition.remote_field),
  };
}

/** `"$field"` anywhere in the arguments of a remote field stands for the value of a field. */
function renamedVariables(value: unknown, renamed: (name: string) => string): unknown {
  if (typeof value === 'string') return value.startsWith('$') ? `$${renamed(value.slice(1))}` : value;
  if (Array.isArray(value)) return value.map((item) => renamedVariables(item, renamed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, renamedVariables(of, renamed)]));
}

/** The relationships of a source that lead to another one, where something was renamed. */
export function withRemoteEnds(source: SourceMetadata, renamed: string, names: Names): SourceMetadata {
  return {
    ...source,
    tables: source.tables.map((table) =>
      table.remote_relationships
        ? {
            ...table,
            remote_relationships: table.remote_relationships.map((relationship) => ({
              ...relationship,
              definition: remoteEnd(relationship.definition, renamed, names),
            })),
          }
        : table,
    ),
  };
}

/** Table and columns of the source in which something was renamed, where a remote relationship leads to it. */
export function remoteEnd(
  definition: RemoteRelationshipDefinition,
  renamed: string,
  names: Names,
): RemoteRelationshipDefinition {
  if (!('to_source' in definition) || definition.to_source.source !== renamed) return definition;
  const { table, field_mapping: mapping } = definition.to_source;
  return {
    to_source: {
      ...definition.to_source,
      table: names.table(table),
      field_mapping: Object.fromEntries(
        Object.entries(mapping).map(([own, other]) => [own, names.column(table, other)]),
      ),
    },
  };
}
