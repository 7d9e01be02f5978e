// The metadata as it was stored last and as it is to be stored -> the statements that keep the event triggers of each
// database in step, and where they are to be run.

import type { DatabaseCatalog } from '../catalog/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { RecordedTrigger } from '../events/recorded-trigger.ts';
import { recordedTriggers } from '../events/recorded-trigger.ts';
import type { TriggerChange } from '../events/trigger-changes.ts';
import { namesToLookUp, triggerChanges } from '../events/trigger-changes.ts';
import { readTriggerState } from '../events/trigger-state.ts';
import { NeonError } from '../execute/neon-error.ts';
import { databaseError, isUnreachable } from '../execute/postgres-error.ts';
import type { Database, Statement } from '../execute/types.ts';
import type { Metadata, SourceMetadata } from '../metadata/types.ts';
import type { MetadataApi } from './metadata-api.ts';

/** What one database is to run. */
export interface DatabaseChange {
  readonly database: Database;
  /** Whether the metadata is stored in the same database, so that it is all one transaction. */
  readonly isShared: boolean;
  readonly statements: readonly Statement[];
}

export interface MetadataStep {
  readonly before: Metadata;
  readonly after: Metadata;
  /** Of the sources of `after`; a source that cannot be asked is missing, and nothing is done to its triggers. */
  readonly catalogs: ReadonlyMap<string, DatabaseCatalog>;
  /** Sources whose triggers are made anew. */
  readonly recreated: ReadonlySet<string>;
}

/**
 * Finds out what is to be done; databases without event triggers are not asked. Sources are told apart by their
 * databases, so that one that is renamed keeps its triggers and one that moves takes them along.
 * @throws HedgeError when a database cannot be asked, or its tables of events are of another version.
 */
export async function eventTriggerChanges(
  api: MetadataApi,
  step: MetadataStep,
): Promise<readonly DatabaseChange[]> {
  const changes = await Promise.all(
    [...groupsOf(api, step)].map(async ([database, group]): Promise<readonly DatabaseChange[]> => {
      try {
        const statements = triggerChanges(group, await readTriggerState(database, namesToLookUp(group)));
        return statements.length === 0 ? [] : [{ database, isShared: group.isShared, statements }];
      } catch (error) {
        // Whoever drops a source whose database is gone shall not be kept from it.
        if (group.after.size === 0 && !(error instanceof HedgeError) && isUnreachable(error)) return [];
        throw eventTriggerError(error);
      }
    }),
  );
  return changes.flat();
}

/** What a client is told about statements of event triggers that failed. */
export function eventTriggerError(error: unknown): HedgeError {
  if (error instanceof HedgeError) return error;
  if (!(error instanceof NeonError) || isUnreachable(error)) {
    return databaseError(error, { sql: 'event triggers', parameters: [] });
  }
  const { code, message, detail, hint } = error;
  return new HedgeError(
    'postgres-error',
    `the event triggers cannot be changed in the database: ${message}`,
    {
      status: 400,
      internal: { status_code: code, message, description: detail ?? null, hint: hint ?? null },
      cause: error,
    },
  );
}

interface Group extends TriggerChange {
  readonly isShared: boolean;
}

function groupsOf(api: MetadataApi, step: MetadataStep): ReadonlyMap<Database, Group> {
  const groups = new Map<Database, GroupUnderWay>();
  const groupOf = (source: SourceMetadata): GroupUnderWay | undefined => {
    const database = databaseOf(api, source);
    if (!database) return undefined;
    let group = groups.get(database);
    if (!group) {
      group = newGroup(api.sharesMetadataDatabase(source));
      groups.set(database, group);
    }
    return group;
  };
  const unknown = new Set<GroupUnderWay>();
  for (const source of step.before.sources.filter(hasTriggers)) {
    const group = groupOf(source);
    for (const [name, text] of definitions(source)) {
      group?.before.add(name);
      group?.definitions.set(name, text);
    }
  }
  for (const source of step.after.sources) {
    const group = groupOf(source);
    const catalog = step.catalogs.get(source.name);
    if (!group) continue;
    if (!catalog) unknown.add(group);
    else if (hasTriggers(source)) {
      const recorded = recordedTriggers(source, catalog, api);
      for (const [name, trigger] of recorded) group.after.set(name, trigger);
      for (const [name, text] of definitions(source)) {
        if (group.definitions.get(name) !== text) group.changed.add(name);
        if (step.recreated.has(source.name)) group.recreated.add(name);
      }
    }
  }
  return new Map(
    [...groups].filter(([, group]) => !unknown.has(group) && (group.before.size > 0 || group.after.size > 0)),
  );
}

interface GroupUnderWay extends Group {
  readonly before: Set<string>;
  readonly after: Map<string, RecordedTrigger | null>;
  readonly changed: Set<string>;
  readonly recreated: Set<string>;
  /** What decides how a trigger records, as it was before, by its name. */
  readonly definitions: Map<string, string>;
}

function newGroup(isShared: boolean): GroupUnderWay {
  return {
    isShared,
    before: new Set(),
    after: new Map(),
    changed: new Set(),
    recreated: new Set(),
    definitions: new Map(),
  };
}

/** Undefined when the environment does not say where it is. */
function databaseOf(api: MetadataApi, source: SourceMetadata): Database | undefined {
  try {
    return api.databaseOf(source);
  } catch (error) {
    if (error instanceof HedgeError) return undefined;
    throw error;
  }
}

function hasTriggers({ tables }: SourceMetadata): boolean {
  return tables.some((table) => (table.event_triggers ?? []).length > 0);
}

function definitions({ tables }: SourceMetadata): readonly (readonly [string, string])[] {
  return tables.flatMap(({ table, event_triggers: triggers = [] }) =>
    triggers.map(({ name, definition, trigger_on_replication: onReplication = false }) => {
      const { insert, update, delete: deleted } = definition;
      return [name, JSON.stringify([table, insert, update, deleted, onReplication])] as const;
    }),
  );
}
