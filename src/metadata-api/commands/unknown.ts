// A command nobody knows -> what each endpoint of Hasura says to it.

import { HedgeError } from '../../error/hedge-error.ts';
import { at, type Path, pathText } from '../../error/path.ts';
import type { Command } from '../types.ts';
import { withoutArgs } from './command.ts';
import { baseName } from './unavailable.ts';

/** The commands of /v1/query in the order in which Hasura lists them when it does not know one. */
const V1_QUERY_COMMANDS: readonly string[] = [
  'add_existing_table_or_view',
  'track_table',
  'untrack_table',
  'set_table_is_enum',
  'set_table_customization',
  'track_function',
  'untrack_function',
  'create_object_relationship',
  'create_array_relationship',
  'drop_relationship',
  'set_relationship_comment',
  'rename_relationship',
  'add_computed_field',
  'drop_computed_field',
  'create_remote_relationship',
  'update_remote_relationship',
  'delete_remote_relationship',
  'create_insert_permission',
  'create_select_permission',
  'create_update_permission',
  'create_delete_permission',
  'drop_insert_permission',
  'drop_select_permission',
  'drop_update_permission',
  'drop_delete_permission',
  'set_permission_comment',
  'get_inconsistent_metadata',
  'drop_inconsistent_metadata',
  'insert',
  'select',
  'update',
  'delete',
  'count',
  'bulk',
  'add_remote_schema',
  'update_remote_schema',
  'remove_remote_schema',
  'reload_remote_schema',
  'introspect_remote_schema',
  'create_event_trigger',
  'delete_event_trigger',
  'redeliver_event',
  'invoke_event_trigger',
  'create_cron_trigger',
  'delete_cron_trigger',
  'create_scheduled_event',
  'create_query_collection',
  'rename_query_collection',
  'drop_query_collection',
  'add_query_to_collection',
  'drop_query_from_collection',
  'add_collection_to_allowlist',
  'drop_collection_from_allowlist',
  'run_sql',
  'replace_metadata',
  'export_metadata',
  'clear_metadata',
  'reload_metadata',
  'create_action',
  'drop_action',
  'update_action',
  'create_action_permission',
  'drop_action_permission',
  'create_rest_endpoint',
  'drop_rest_endpoint',
  'dump_internal_state',
  'set_custom_types',
];

/** The error for a command whose type is not known, at the place of the command. */
export function unknownCommand({ type, path, endpoint = 'v1/metadata' }: Command): HedgeError {
  const { parent } = path;
  switch (endpoint) {
    case 'v1/metadata':
      return parseFailed(unknownMetadataCommand(type), parent);
    case 'v1/query':
      return parseFailed(
        'parsing Hasura.Server.API.Query.RQLQueryV1 failed, expected tag field "type" to be one of ' +
          `[${V1_QUERY_COMMANDS.map((name) => JSON.stringify(name)).join(',')}], but found tag ${JSON.stringify(type)}`,
        at(withoutArgs(parent), 'type'),
      );
    case 'v2/query':
      return parseFailed(`unknown query command ${JSON.stringify(type)}`, parent);
  }
}

/** A name that begins with the kind of database is looked for among that kind's commands. */
function unknownMetadataCommand(type: string): string {
  const base = baseName(type);
  if (base !== type) return `unknown metadata command ${JSON.stringify(base)} for backend postgres`;
  const [prefix] = type.split('_');
  return (
    `unknown metadata command ${JSON.stringify(type)}; ` +
    `${JSON.stringify(prefix)} was not recognized as a valid backend name`
  );
}

function parseFailed(message: string, path: Path | undefined): HedgeError {
  return new HedgeError('parse-failed', message, { path: pathText(path) });
}
