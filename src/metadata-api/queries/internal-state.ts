// The metadata in numbers, for `dump_internal_state`: no connection strings, no permissions.

import type { SourceMetadata } from '../../metadata/types.ts';
import { anything } from '../args/parse.ts';
import { readArgs } from '../commands/command.ts';
import { consistencyJson } from '../commands/metadata.ts';
import { PERMISSION_OPERATIONS } from '../dependencies/types.ts';
import type { Command } from '../types.ts';
import type { QueryContext } from './queries.ts';

/** A summary; Hasura prints its whole cache, which nobody else has. */
export function internalState(
  command: Command,
  { metadata, catalogs, inconsistencies }: QueryContext,
): unknown {
  readArgs(anything, command.args, command);
  return {
    sources: metadata.sources.map((source) => ({
      ...sourceState(source),
      reachable: catalogs.has(source.name),
    })),
    inherited_roles: metadata.inherited_roles?.length ?? 0,
    query_collections: metadata.query_collections?.length ?? 0,
    allowlist: metadata.allowlist?.length ?? 0,
    rest_endpoints: metadata.rest_endpoints?.length ?? 0,
    ...consistencyJson(inconsistencies),
  };
}

function sourceState({ name, kind, tables, functions = [] }: SourceMetadata) {
  const roles = tables.flatMap((table) =>
    PERMISSION_OPERATIONS.flatMap((operation) =>
      (table[`${operation}_permissions`] ?? []).map(({ role }) => role),
    ),
  );
  return {
    name,
    kind,
    tables: tables.length,
    functions: functions.length,
    relationships: count(tables, 'object_relationships') + count(tables, 'array_relationships'),
    computed_fields: count(tables, 'computed_fields'),
    permissions: roles.length,
    roles: new Set(roles).size,
  };
}

function count(
  tables: SourceMetadata['tables'],
  key: 'object_relationships' | 'array_relationships' | 'computed_fields',
): number {
  return tables.reduce((sum, table) => sum + (table[key]?.length ?? 0), 0);
}
