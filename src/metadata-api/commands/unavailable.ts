// Commands of Hasura whose feature this version does not have -> a refusal that names the feature.

import type { Command } from '../types.ts';
import { fail } from './command.ts';

/** A feature, as the subject of "is not available", and the commands that are about it. */
const UNAVAILABLE: Readonly<Record<string, readonly string[]>> = {
  'Remote schemas are': [
    'add_remote_schema',
    'update_remote_schema',
    'remove_remote_schema',
    'reload_remote_schema',
    'introspect_remote_schema',
    'add_remote_schema_permissions',
    'drop_remote_schema_permissions',
    'create_remote_schema_remote_relationship',
    'update_remote_schema_remote_relationship',
    'delete_remote_schema_remote_relationship',
  ],
  'Remote relationships are': [
    'create_remote_relationship',
    'update_remote_relationship',
    'delete_remote_relationship',
  ],
  'Actions are': [
    'create_action',
    'drop_action',
    'update_action',
    'create_action_permission',
    'drop_action_permission',
    'set_custom_types',
  ],
  'The clean-up of events is': [
    'cleanup_event_trigger_logs',
    'resume_event_trigger_cleanups',
    'pause_event_trigger_cleanups',
  ],
  'Scheduled triggers are': [
    'create_cron_trigger',
    'delete_cron_trigger',
    'get_cron_triggers',
    'create_scheduled_event',
    'delete_scheduled_event',
    'get_scheduled_events',
    'get_scheduled_event_invocations',
  ],
  'Stored procedures are': ['get_stored_procedure', 'track_stored_procedure', 'untrack_stored_procedure'],
  'Connection templates are': ['test_connection_template'],
  'Data connectors are': ['dc_add_agent', 'dc_delete_agent'],
  'The configuration of metrics is': ['set_metrics_config', 'remove_metrics_config'],
  'The TLS allow list is': ['add_host_to_tls_allowlist', 'drop_host_from_tls_allowlist'],
  'Query tags are': ['set_query_tags'],
  'OpenTelemetry is': ['set_opentelemetry_config', 'set_opentelemetry_status'],
  'Feature flags are': ['get_feature_flag'],
};

const FEATURE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(UNAVAILABLE).flatMap(([feature, commands]) =>
    commands.map((name) => [name, feature] as const),
  ),
);

/** What a command's name begins with when it is about a database that is not Postgres. */
const OTHER_KINDS: ReadonlySet<string> = new Set([
  'alloy',
  'athena',
  'bigquery',
  'citus',
  'clickhouse',
  'cockroach',
  'databricks',
  'dataconnector',
  'mariadb',
  'mongo',
  'mssql',
  'mysql',
  'mysql8',
  'mysqlgdc',
  'oracle',
  'redshift',
  'snowflake',
  'sqlite',
  'trino',
]);

/** Whether it is a command of Hasura that this version refuses. */
export function isUnavailable(type: string): boolean {
  return FEATURE_OF.has(baseName(type)) || otherKind(type) !== undefined;
}

/** @throws HedgeError `not-supported`, always. */
export function refuseUnavailable({ type, path }: Command): never {
  const kind = otherKind(type);
  if (kind !== undefined) {
    return fail(
      'not-supported',
      `${type}: sources of kind "${kind}" are not available, only those of kind "postgres" are`,
      path,
    );
  }
  return fail(
    'not-supported',
    `${type}: ${FEATURE_OF.get(baseName(type)) ?? 'This command is'} not available in this version`,
    path,
  );
}

function otherKind(type: string): string | undefined {
  const end = type.indexOf('_');
  const prefix = type.slice(0, Math.max(end, 0));
  return OTHER_KINDS.has(prefix) ? prefix : undefined;
}

/** The command without the kind of database in front: `pg_track_table` is `track_table`. */
export function baseName(type: string): string {
  return type.replace(/^(?:pg|postgres)_/, '');
}
