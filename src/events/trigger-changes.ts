// The event triggers that a database shall have × what it has -> the statements that bring it there, to be run in one
// transaction.

import { nameKey } from '../compile/tables/names.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Statement } from '../execute/types.ts';
import type { RecordedTrigger } from './recorded-trigger.ts';
import { CREATE_SOURCE_CATALOG, SOURCE_CATALOG_VERSION } from './source-catalog.ts';
import type { TriggerObjects } from './trigger-sql.ts';
import { dropFunction, objectNames, triggerObjects } from './trigger-sql.ts';
import type { FunctionState, TriggerState } from './trigger-state.ts';

export interface TriggerChange {
  /** Names that triggers had until now. */
  readonly before: ReadonlySet<string>;
  /** By name; null where the trigger cannot be, and the database is left as it is. */
  readonly after: ReadonlyMap<string, RecordedTrigger | null>;
  /** Those whose definition is another than before: what stands in their way is an error, not something to live with. */
  readonly changed: ReadonlySet<string>;
  /** Those that are made anew even where the database has just what they need. */
  readonly recreated: ReadonlySet<string>;
}

/** Key of the advisory lock under which triggers are changed, as two that replace a function at once fail: «hedgeev». */
const LOCK = '29384879483741558';

/**
 * The statements; none where all is as it shall be. Events of triggers that are gone are archived.
 * @throws HedgeError `invalid-configuration` when the tables of events are of another version.
 */
export function triggerChanges(change: TriggerChange, state: TriggerState): readonly Statement[] {
  const { before, after } = change;
  const gone = [...before].filter((name) => !after.has(name));
  const statements = [
    ...(after.size > 0 ? catalogStatements(state) : []),
    ...gone.flatMap(objectNames).flatMap((name) => (state.functions.has(name) ? [dropFunction(name)] : [])),
    ...[...after.values()].flatMap((trigger) => (trigger ? triggerStatements(trigger, change, state) : [])),
  ].map((sql): Statement => ({ sql, parameters: [] }));
  const all = [...statements, ...(state.catalog === 'ready' ? archiving(gone) : [])];
  return all.length === 0
    ? []
    : [{ sql: `select pg_catalog.pg_advisory_xact_lock(${LOCK})`, parameters: [] }, ...all];
}

/** Everything that `triggerChanges` needs to know of a database. */
export function namesToLookUp({ before, after }: TriggerChange): readonly string[] {
  return [...new Set([...before, ...after.keys()])].flatMap(objectNames);
}

function catalogStatements({ catalog }: TriggerState): readonly string[] {
  if (catalog === 'foreign') {
    throw new HedgeError(
      'invalid-configuration',
      `the tables of events in hdb_catalog are not those of version ${SOURCE_CATALOG_VERSION}: ` +
        'start the newest Hasura v2 on the source once, which upgrades them',
    );
  }
  return catalog === 'missing' ? CREATE_SOURCE_CATALOG : [];
}

function triggerStatements(
  trigger: RecordedTrigger,
  { changed, recreated }: TriggerChange,
  { functions }: TriggerState,
): readonly string[] {
  const { name } = trigger;
  const wanted = triggerObjects(trigger);
  const isWanted = new Set(wanted.map((objects) => objects.name));
  const others = objectNames(name).filter((object) => !isWanted.has(object) && functions.has(object));
  return [
    ...others.map(dropFunction),
    ...wanted.flatMap((objects) => {
      const found = functions.get(objects.name);
      const isForced = changed.has(name) || recreated.has(name);
      if (found && !found.isOurs && !isForced) return [];
      const hasFunction = found?.body === objects.body && !recreated.has(name);
      const hasTrigger = found !== undefined && isInPlace(trigger, objects, found) && !recreated.has(name);
      return [
        // One on another table goes with the function.
        ...(found?.triggers.some((other) => !isOn(trigger, other)) === true
          ? [dropFunction(objects.name), objects.createFunction]
          : hasFunction
            ? []
            : [objects.createFunction]),
        ...(hasTrigger ? [] : objects.createTrigger),
      ];
    }),
  ];
}

type TriggerFound = FunctionState['triggers'][number];

function isOn({ table }: RecordedTrigger, found: TriggerFound): boolean {
  return nameKey(table) === nameKey({ schema: found.schema, name: found.table });
}

function isInPlace(trigger: RecordedTrigger, { name }: TriggerObjects, { triggers }: FunctionState): boolean {
  const [found, ...others] = triggers;
  return (
    found !== undefined &&
    others.length === 0 &&
    found.name === name &&
    isOn(trigger, found) &&
    found.isAlways === trigger.onReplication
  );
}

function archiving(gone: readonly string[]): readonly Statement[] {
  if (gone.length === 0) return [];
  return [
    {
      sql: `update hdb_catalog.event_log set archived = true
where trigger_name in (select pg_catalog.json_array_elements_text($1::json)) and not archived`,
      parameters: [JSON.stringify(gone)],
    },
  ];
}
