// Metadata that follows what was renamed: tables and columns of a database, relationships of the metadata itself.

import type { DatabaseCatalog } from '../../catalog/types.ts';
import { nameKey } from '../../compile/names.ts';
import type {
  Columns,
  ComputedFieldMetadata,
  FunctionMetadata,
  FunctionName,
  Metadata,
  RelationshipMetadata,
  RemoteRelationshipDefinition,
  SourceMetadata,
  TableConfiguration,
  TableMetadata,
  TableName,
} from '../../metadata/types.ts';
import type { EventTriggerMetadata, TriggerOperation } from '../../metadata/webhook-types.ts';
import type { ExpressionVisitor } from './expression.ts';
import { mapExpression } from './expression.ts';
import type { Lookup } from './lookup.ts';
import { lookupIn } from './lookup.ts';

/** New names by old ones, all of them of one source. Where both a table and what it has are renamed, the table's old name is the key. */
export interface Renames {
  /** By `nameKey` of the old name. */
  readonly tables?: ReadonlyMap<string, TableName>;
  /** By `nameKey` of the table's old name, then by the column's old name. */
  readonly columns?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By `nameKey` of the table's old name, then by the relationship's old name. */
  readonly relationships?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** By `nameKey` of the old name. */
  readonly functions?: ReadonlyMap<string, FunctionName>;
}

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
  };
}

/** The new name of a thing, or the one it has. */
interface Names {
  table(name: TableName): TableName;
  column(table: TableName, name: string): string;
  relationship(table: TableName, name: string): string;
  function(name: FunctionName): FunctionName;
}

function namesOf({ tables, columns, relationships, functions }: Renames): Names {
  return {
    table: (name) => tables?.get(nameKey(name)) ?? name,
    column: (table, name) => columns?.get(nameKey(table))?.get(name) ?? name,
    relationship: (table, name) => relationships?.get(nameKey(table))?.get(name) ?? name,
    function: (name) => functions?.get(nameKey(name)) ?? name,
  };
}

function renamedSource(source: SourceMetadata, lookup: Lookup, names: Names): SourceMetadata {
  return {
    ...source,
    tables: source.tables.map((table) => renamedTable(table, lookup, names)),
    ...(source.functions && { functions: source.functions.map((fn) => renamedFunction(fn, names)) }),
  };
}

function renamedFunction(fn: FunctionMetadata, names: Names): FunctionMetadata {
  const response = fn.configuration?.response;
  return {
    ...fn,
    function: names.function(fn.function),
    ...(response?.table && {
      configuration: {
        ...fn.configuration,
        response: { ...response, table: names.table(response.table) },
      },
    }),
  };
}

function renamedTable(metadata: TableMetadata, lookup: Lookup, names: Names): TableMetadata {
  const { table, configuration } = metadata;
  const source = lookup.source.name;
  const relationships = (
    key: 'object_relationships' | 'array_relationships',
  ): { [K in typeof key]?: readonly RelationshipMetadata[] } =>
    metadata[key] === undefined
      ? {}
      : { [key]: metadata[key].map((r) => renamedRelationship(table, r, names)) };
  return {
    ...metadata,
    table: names.table(table),
    ...(configuration && { configuration: renamedConfiguration(table, configuration, names) }),
    ...relationships('object_relationships'),
    ...relationships('array_relationships'),
    ...(metadata.computed_fields && {
      computed_fields: metadata.computed_fields.map((field) => renamedComputedField(field, names)),
    }),
    ...renamedPermissions(metadata, lookup, names),
    ...(metadata.event_triggers && {
      event_triggers: metadata.event_triggers.map((trigger) => renamedTrigger(table, trigger, names)),
    }),
    ...(metadata.remote_relationships && {
      remote_relationships: metadata.remote_relationships.map((relationship) => ({
        ...relationship,
        definition: remoteEnd(ownEnd(relationship.definition, table, names), source, names),
      })),
    }),
  };
}

function renamedConfiguration(
  table: TableName,
  configuration: TableConfiguration,
  names: Names,
): TableConfiguration {
  const { column_config: config, custom_column_names: custom } = configuration;
  return {
    ...configuration,
    ...(config && { column_config: renamedKeys(table, config, names) }),
    ...(custom && { custom_column_names: renamedKeys(table, custom, names) }),
  };
}

function renamedRelationship(
  table: TableName,
  relationship: RelationshipMetadata,
  names: Names,
): RelationshipMetadata {
  return {
    ...relationship,
    name: names.relationship(table, relationship.name),
    using: renamedUsing(table, relationship.using, names),
  };
}

function renamedUsing(
  table: TableName,
  using: RelationshipMetadata['using'],
  names: Names,
): RelationshipMetadata['using'] {
  if ('manual_configuration' in using) {
    const { remote_table: remote, column_mapping: mapping, ...rest } = using.manual_configuration;
    return {
      manual_configuration: {
        ...rest,
        ...(remote && { remote_table: names.table(remote) }),
        column_mapping: Object.fromEntries(
          Object.entries(mapping).map(([own, other]) => [
            names.column(table, own),
            remote ? names.column(remote, other) : other,
          ]),
        ),
      },
    };
  }
  const key = using.foreign_key_constraint_on;
  if (typeof key === 'string') return { foreign_key_constraint_on: names.column(table, key) };
  if (!('table' in key)) return { foreign_key_constraint_on: key.map((name) => names.column(table, name)) };
  return {
    foreign_key_constraint_on:
      'columns' in key
        ? {
            ...key,
            table: names.table(key.table),
            columns: key.columns.map((name) => names.column(key.table, name)),
          }
        : { ...key, table: names.table(key.table), column: names.column(key.table, key.column) },
  };
}

function renamedComputedField(field: ComputedFieldMetadata, names: Names): ComputedFieldMetadata {
  return {
    ...field,
    definition: { ...field.definition, function: names.function(field.definition.function) },
  };
}

function renamedPermissions(
  { table, ...metadata }: TableMetadata,
  lookup: Lookup,
  names: Names,
): Partial<TableMetadata> {
  const visitor: ExpressionVisitor = {
    column: (of, name) => names.column(of, name),
    relationship: (of, name) => names.relationship(of, name),
    computedField: (_, name) => name,
    table: (name) => names.table(name),
  };
  const expression = (exp: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    mapExpression(lookup, table, exp, visitor);
  const columns = (named: Columns): Columns =>
    named === '*' ? named : named.map((name) => names.column(table, name));
  return {
    ...(metadata.select_permissions && {
      select_permissions: metadata.select_permissions.map((entry) => ({
        ...entry,
        permission: {
          ...entry.permission,
          columns: columns(entry.permission.columns),
          filter: expression(entry.permission.filter),
        },
      })),
    }),
    ...(metadata.insert_permissions && {
      insert_permissions: metadata.insert_permissions.map(({ permission, ...entry }) => ({
        ...entry,
        permission: {
          ...permission,
          ...(permission.columns && { columns: columns(permission.columns) }),
          ...(permission.set && { set: renamedKeys(table, permission.set, names) }),
          check: expression(permission.check),
        },
      })),
    }),
    ...(metadata.update_permissions && {
      update_permissions: metadata.update_permissions.map(({ permission, ...entry }) => ({
        ...entry,
        permission: {
          ...permission,
          columns: columns(permission.columns),
          ...(permission.set && { set: renamedKeys(table, permission.set, names) }),
          filter: expression(permission.filter),
          ...(permission.check && { check: expression(permission.check) }),
        },
      })),
    }),
    ...(metadata.delete_permissions && {
      delete_permissions: metadata.delete_permissions.map(({ permission, ...entry }) => ({
        ...entry,
        permission: { ...permission, filter: expression(permission.filter) },
      })),
    }),
  };
}

function renamedTrigger(table: TableName, trigger: EventTriggerMetadata, names: Names): EventTriggerMetadata {
  const columns = (named: Columns): Columns =>
    named === '*' ? named : named.map((name) => names.column(table, name));
  const operation = (of: TriggerOperation): TriggerOperation => ({
    ...of,
    ...(of.columns && { columns: columns(of.columns) }),
    ...(of.payload && { payload: columns(of.payload) }),
  });
  const { insert, update, delete: deleted } = trigger.definition;
  return {
    ...trigger,
    definition: {
      ...trigger.definition,
      ...(insert && { insert: operation(insert) }),
      ...(update && { update: operation(update) }),
      ...(deleted && { delete: operation(deleted) }),
    },
  };
}

/** The fields of its own table that a remote relationship names, in the arguments it gives on as `$field`, too. */
function ownEnd(
  definition: RemoteRelationshipDefinition,
  table: TableName,
  names: Names,
): RemoteRelationshipDefinition {
  if ('to_source' in definition) {
    const { field_mapping: mapping } = definition.to_source;
    return { to_source: { ...definition.to_source, field_mapping: renamedKeys(table, mapping, names) } };
  }
  const fields = (of: readonly string[]): readonly string[] => of.map((name) => names.column(table, name));
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

function withRemoteEnds(source: SourceMetadata, renamed: string, names: Names): SourceMetadata {
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
function remoteEnd(
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

/** An object whose keys are columns of the table. */
function renamedKeys<T>(
  table: TableName,
  object: Readonly<Record<string, T>>,
  names: Names,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [names.column(table, name), value]),
  );
}
