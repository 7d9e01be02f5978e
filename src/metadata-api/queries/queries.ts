// Commands that only show what there is: the metadata, what its databases hold, what is inconsistent.

import type { Inconsistency } from '../../artifact/types.ts';
import type { DatabaseCatalog } from '../../catalog/types.ts';
import type { Metadata } from '../../metadata/types.ts';
import { anything } from '../args/parse.ts';
import { readArgs } from '../commands/command.ts';
import { consistencyJson } from '../commands/metadata.ts';
import { baseName } from '../commands/unavailable.ts';
import type { Command } from '../types.ts';
import { internalState } from './internal-state.ts';
import { getLogicalModels, getNativeQueries } from './native-queries.ts';
import { listSourceKinds, sourceKindCapabilities } from './source-kinds.ts';
import { sourceTables, sourceTrackables } from './source-tables.ts';
import { suggestRelationships } from './suggest-relationships.ts';
import { tableInfo } from './table-info.ts';

/** What a query may look at. */
export interface QueryContext {
  readonly metadata: Metadata;
  /** By source; a source whose database could not be asked is missing. */
  readonly catalogs: ReadonlyMap<string, DatabaseCatalog>;
  /** Everything that is inconsistent now. */
  readonly inconsistencies: readonly Inconsistency[];
}

/** @throws HedgeError in Hasura's words. */
export type Query = (command: Command, context: QueryContext) => unknown;

const IN_SOURCE: Readonly<Record<string, Query>> = {
  get_source_tables: sourceTables,
  get_source_trackables: sourceTrackables,
  get_table_info: tableInfo,
  suggest_relationships: suggestRelationships,
  get_native_query: getNativeQueries,
  get_logical_model: getLogicalModels,
  get_logical_models: getLogicalModels,
};

const OTHERS: Readonly<Record<string, Query>> = {
  list_source_kinds: listSourceKinds,
  get_source_kind_capabilities: sourceKindCapabilities,
  get_inconsistent_metadata: (command, { inconsistencies }) => {
    readArgs(anything, command.args, command);
    return consistencyJson(inconsistencies);
  },
  dump_internal_state: internalState,
};

/** The query behind a command's type, undefined when it is none: `get_table_info`, `pg_get_table_info`. */
export function findQuery(type: string): Query | undefined {
  if (Object.hasOwn(OTHERS, type)) return OTHERS[type];
  const name = baseName(type);
  return Object.hasOwn(IN_SOURCE, name) ? IN_SOURCE[name] : undefined;
}
