// A tracked table -> as Hasura exports it.
import type { ComputedFieldMetadata, CustomRootField, TableConfiguration, TableMetadata } from '../types.ts';
import type { EventTriggerMetadata } from '../webhook-types.ts';
import { alphabetical, filled, object, sortedList, withKeys, type JsonObject } from './json.ts';
import {
  exportDeletePermission,
  exportInsertPermission,
  exportPermissions,
  exportSelectPermission,
  exportUpdatePermission,
} from './permission.ts';
import { exportRelationships } from './relationship.ts';

/** The table with what is the default left out, its lists in the order of names and roles. */
export function exportTable(table: TableMetadata): JsonObject {
  return object({
    table: alphabetical(table.table),
    is_enum: table.is_enum === true ? true : undefined,
    configuration: exportConfiguration(table.configuration),
    object_relationships: exportRelationships(table.object_relationships),
    array_relationships: exportRelationships(table.array_relationships),
    computed_fields: sortedList(table.computed_fields, (field) => field.name, exportComputedField),
    remote_relationships: sortedList(table.remote_relationships, ({ name }) => name, alphabetical),
    insert_permissions: exportPermissions(table.insert_permissions, exportInsertPermission),
    select_permissions: exportPermissions(table.select_permissions, exportSelectPermission),
    update_permissions: exportPermissions(table.update_permissions, exportUpdatePermission),
    delete_permissions: exportPermissions(table.delete_permissions, exportDeletePermission),
    event_triggers: sortedList(table.event_triggers, (trigger) => trigger.name, exportEventTrigger),
    apollo_federation_config: table.apollo_federation_config,
    logical_model: table.logical_model,
  });
}

/**
 * Hasura writes a column's name twice, also under the old key. A configuration that says nothing is left out.
 */
function exportConfiguration(configuration: TableConfiguration | undefined): unknown {
  if (configuration === undefined) return undefined;
  const columns = columnConfig(configuration);
  const rootFields = Object.entries(configuration.custom_root_fields ?? {}).flatMap(([name, field]) => {
    const exported = exportRootField(field);
    return exported === null ? [] : [[name, exported] as const];
  });
  const { custom_name: customName, comment } = configuration;
  const saysNothing =
    columns.length === 0 && rootFields.length === 0 && (customName ?? comment ?? null) === null;
  if (saysNothing) return undefined;
  return alphabetical(
    object({
      column_config: Object.fromEntries(columns),
      custom_column_names: Object.fromEntries(
        columns.flatMap(([column, { custom_name: name }]) => (name === undefined ? [] : [[column, name]])),
      ),
      custom_name: customName,
      custom_root_fields: Object.fromEntries(rootFields),
      comment,
    }),
  );
}

/** What both keys for columns say, put together; `column_config` is the one that counts. */
function columnConfig(configuration: TableConfiguration): (readonly [string, { custom_name?: string }])[] {
  const legacy = Object.entries(configuration.custom_column_names ?? {}).map(
    ([column, name]) => [column, { custom_name: name }] as const,
  );
  const merged = new Map<string, Readonly<Record<string, unknown>>>(legacy);
  for (const [column, config] of Object.entries(configuration.column_config ?? {})) {
    const both = { ...merged.get(column), ...object(config) };
    if (Object.keys(both).length > 0) merged.set(column, both);
  }
  return [...merged];
}

/** A name alone is written as a text; null is the default. */
function exportRootField(field: CustomRootField): unknown {
  if (field === null || typeof field === 'string') return field;
  const { name = null, comment = null } = field;
  return comment === null ? name : { name, comment };
}

function exportComputedField({ name, definition, comment }: ComputedFieldMetadata): JsonObject {
  return object({ name, definition: alphabetical(object(definition)), comment });
}

/** The trigger with the defaults of what it says written out. */
export function exportEventTrigger(trigger: EventTriggerMetadata): JsonObject {
  return object({
    name: trigger.name,
    definition: alphabetical(trigger.definition),
    retry_conf: alphabetical({ num_retries: 0, interval_sec: 10, timeout_sec: 60, ...trigger.retry_conf }),
    webhook: trigger.webhook,
    webhook_from_env: trigger.webhook_from_env,
    headers: alphabetical(filled(trigger.headers)),
    request_transform: alphabetical(trigger.request_transform),
    response_transform: alphabetical(trigger.response_transform),
    cleanup_config: alphabetical(
      trigger.cleanup_config && {
        batch_size: 10_000,
        timeout: 60,
        clean_invocation_logs: false,
        paused: false,
        ...withKeys(trigger.cleanup_config),
      },
    ),
    trigger_on_replication: trigger.trigger_on_replication === true ? true : undefined,
  });
}
