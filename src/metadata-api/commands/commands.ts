// The commands that change the metadata, by every name they have.

import { COLLECTION_COMMANDS } from './collections.ts';
import type { Commands } from './command.ts';
import { COMPUTED_FIELD_COMMANDS } from './computed-fields.ts';
import { EVENT_TRIGGER_COMMANDS } from './event-triggers.ts';
import { FUNCTION_COMMANDS } from './functions.ts';
import { INHERITED_ROLE_COMMANDS } from './inherited-roles.ts';
import { LIMIT_COMMANDS } from './limits.ts';
import { LOGICAL_MODEL_COMMANDS } from './logical-models.ts';
import { MANY_TABLES_COMMANDS } from './many-tables.ts';
import { METADATA_COMMANDS } from './metadata.ts';
import { NATIVE_QUERY_COMMANDS } from './native-queries.ts';
import { PERMISSION_COMMANDS } from './permissions.ts';
import { RELATIONSHIP_COMMANDS } from './relationships.ts';
import { REST_ENDPOINT_COMMANDS } from './rest-endpoints.ts';
import { ANY_SOURCE_COMMANDS, SOURCE_COMMANDS } from './sources.ts';
import { TABLE_COMMANDS } from './tables.ts';

/** About objects of one source: Hasura puts the kind of its database in front of the name. */
const IN_SOURCE: Commands = {
  ...SOURCE_COMMANDS,
  ...TABLE_COMMANDS,
  ...MANY_TABLES_COMMANDS,
  ...RELATIONSHIP_COMMANDS,
  ...PERMISSION_COMMANDS,
  ...COMPUTED_FIELD_COMMANDS,
  ...FUNCTION_COMMANDS,
  ...EVENT_TRIGGER_COMMANDS,
  ...NATIVE_QUERY_COMMANDS,
  ...LOGICAL_MODEL_COMMANDS,
};

const OTHERS: Commands = {
  ...ANY_SOURCE_COMMANDS,
  ...INHERITED_ROLE_COMMANDS,
  ...COLLECTION_COMMANDS,
  ...REST_ENDPOINT_COMMANDS,
  ...LIMIT_COMMANDS,
  ...METADATA_COMMANDS,
  /** What Hasura 1 called it first. */
  add_existing_table_or_view: TABLE_COMMANDS.track_table,
};

/** `pg_track_table`, `postgres_track_table` and, as /v1/query has it, `track_table`. */
export const COMMANDS: Commands = {
  ...OTHERS,
  ...IN_SOURCE,
  ...prefixed('pg'),
  ...prefixed('postgres'),
};

function prefixed(kind: string): Commands {
  return Object.fromEntries(
    Object.entries(IN_SOURCE).map(([name, definition]) => [`${kind}_${name}`, definition]),
  );
}
