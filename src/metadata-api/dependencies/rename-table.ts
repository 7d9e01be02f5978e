// A tracked table -> the same under the new names of tables, columns and functions.

import type {
  ComputedFieldMetadata,
  ManualConfiguration,
  RelationshipMetadata,
  TableConfiguration,
  TableMetadata,
  TableName,
} from '../../metadata/types.ts';
import type { EventTriggerMetadata, TriggerOperation } from '../../metadata/webhook-types.ts';
import type { Lookup } from './lookup.ts';
import type { Names } from './rename-names.ts';
import { renamedPermissions } from './rename-permissions.ts';
import { ownEnd, remoteEnd } from './rename-remote.ts';

/** A tracked table under the new names, its own and those of what it leads to. */
export function renamedTable(metadata: TableMetadata, lookup: Lookup, names: Names): TableMetadata {
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
    ...(config && { column_config: names.keys(table, config) }),
    ...(custom && { custom_column_names: names.keys(table, custom) }),
  };
}

function renamedRelationship(
  table: TableName,
  relationship: RelationshipMetadata,
  names: Names,
): RelationshipMetadata {
  return {
    ...relationship,
    using: renamedUsing(table, relationship.using, names),
  };
}

function renamedUsing(
  table: TableName,
  using: RelationshipMetadata['using'],
  names: Names,
): RelationshipMetadata['using'] {
  if ('manual_configuration' in using) {
    return { manual_configuration: renamedManual(table, using.manual_configuration, names) };
  }
  const key = using.foreign_key_constraint_on;
  if (typeof key === 'string') return { foreign_key_constraint_on: names.column(table, key) };
  if (!('table' in key)) return { foreign_key_constraint_on: names.columns(table, key) };
  return {
    foreign_key_constraint_on:
      'columns' in key
        ? {
            ...key,
            table: names.table(key.table),
            columns: names.columns(key.table, key.columns),
          }
        : { ...key, table: names.table(key.table), column: names.column(key.table, key.column) },
  };
}

/** Columns paired by hand. `table`: whose columns are on the left; null when they are none of a table. */
export function renamedManual(
  table: TableName | null,
  { remote_table: remote, column_mapping: mapping, ...rest }: ManualConfiguration,
  names: Names,
): ManualConfiguration {
  return {
    ...rest,
    ...(remote && { remote_table: names.table(remote) }),
    column_mapping: Object.fromEntries(
      Object.entries(mapping).map(([own, other]) => [
        table ? names.column(table, own) : own,
        remote ? names.column(remote, other) : other,
      ]),
    ),
  };
}

function renamedComputedField(field: ComputedFieldMetadata, names: Names): ComputedFieldMetadata {
  return {
    ...field,
    definition: { ...field.definition, function: names.function(field.definition.function) },
  };
}

function renamedTrigger(table: TableName, trigger: EventTriggerMetadata, names: Names): EventTriggerMetadata {
  const operation = (of: TriggerOperation): TriggerOperation => ({
    ...of,
    ...(of.columns && { columns: names.columns(table, of.columns) }),
    ...(of.payload && { payload: names.columns(table, of.payload) }),
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
