// The event triggers of a source's metadata × its catalog -> what the database is to record for each: of which table, on
// which operations, when, and which values.

import type { CatalogColumn, CatalogTable, CatalogType, DatabaseCatalog } from '../catalog/types.ts';
import { duplicateTriggerNames, eventTriggerProblem } from '../compile/event-triggers.ts';
import { nameKey } from '../compile/tables/names.ts';
import type { SourceMetadata, TableName } from '../metadata/types.ts';
import type { TriggerOperation } from '../metadata/webhook-types.ts';
import { must } from '../util/assert.ts';

export type RecordedOperationName = 'INSERT' | 'UPDATE' | 'DELETE';

export const RECORDED_OPERATIONS: readonly RecordedOperationName[] = ['INSERT', 'UPDATE', 'DELETE'];

export interface RecordedTrigger {
  readonly name: string;
  readonly table: TableName;
  /** Whether it records what replication writes, too. */
  readonly onReplication: boolean;
  readonly operations: readonly RecordedOperation[];
}

export interface RecordedOperation {
  readonly operation: RecordedOperationName;
  /** Of an update: the columns of which one must have another value for it to be recorded. */
  readonly listen: '*' | readonly string[];
  /** `*`: the row as Postgres makes JSON of it. */
  readonly payload: '*' | readonly PayloadColumn[];
}

/** A column of an event, and the form in which its value goes into JSON. */
export interface PayloadColumn {
  readonly name: string;
  readonly form: PayloadForm;
}

export type PayloadForm =
  | { readonly kind: 'value' }
  | { readonly kind: 'text' }
  | { readonly kind: 'text list' }
  /** `schema` is where PostGIS is. */
  | { readonly kind: 'geojson'; readonly schema: string };

export interface RecordingOptions {
  /** `HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES`. */
  readonly stringifyNumericTypes: boolean;
}

/**
 * The triggers of a source, sorted as in the metadata. Those that cannot be are null: whatever the database has under
 * their names is left as it is.
 */
export function recordedTriggers(
  source: SourceMetadata,
  catalog: DatabaseCatalog,
  options: RecordingOptions,
): ReadonlyMap<string, RecordedTrigger | null> {
  const tables = new Map(catalog.tables.map((table) => [nameKey(table), table]));
  const twice = duplicateTriggerNames(source);
  return new Map(
    source.tables.flatMap(({ table: name, event_triggers: triggers = [] }) =>
      triggers.map((trigger) => {
        const table = tables.get(nameKey(name));
        const isPossible =
          table !== undefined &&
          !twice.has(trigger.name) &&
          eventTriggerProblem(trigger, table) === undefined;
        if (!isPossible) return [trigger.name, null] as const;
        const { insert, update, delete: deleted } = trigger.definition;
        const recorded: RecordedTrigger = {
          name: trigger.name,
          table: name,
          onReplication: trigger.trigger_on_replication ?? false,
          operations: [
            ...recordedOperation('INSERT', insert, table, options),
            ...recordedOperation('UPDATE', update, table, options),
            ...recordedOperation('DELETE', deleted, table, options),
          ],
        };
        return [trigger.name, recorded] as const;
      }),
    ),
  );
}

function recordedOperation(
  operation: RecordedOperationName,
  definition: TriggerOperation | undefined,
  { columns }: CatalogTable,
  options: RecordingOptions,
): readonly RecordedOperation[] {
  if (definition === undefined) return [];
  const { columns: listen = '*', payload = '*' } = definition;
  const named = payload === '*' ? columns : payload.map((name) => columnCalled(columns, name));
  const wanted = named.map(({ name, type }) => ({ name, form: payloadForm(type, options) }));
  // Without a list, columns that come later are recorded from then on, and those that go break nothing.
  const isPlain = payload === '*' && wanted.every(({ form }) => form.kind === 'value');
  return [{ operation, listen, payload: isPlain ? '*' : wanted }];
}

function columnCalled(columns: readonly CatalogColumn[], name: string): CatalogColumn {
  return must(
    columns.find((column) => column.name === name),
    'the columns of the trigger were checked',
  );
}

const STRINGIFIED: ReadonlySet<string> = new Set(['int8', 'numeric', 'float8']);

/** The same forms as in answers to queries. */
function payloadForm(
  { schema, name, kind, dimensions }: CatalogType,
  { stringifyNumericTypes }: RecordingOptions,
): PayloadForm {
  if (kind !== 'base') return { kind: 'value' };
  const isList = dimensions === 1;
  if (!isList && (name === 'geometry' || name === 'geography')) return { kind: 'geojson', schema };
  if (!stringifyNumericTypes || !STRINGIFIED.has(name)) return { kind: 'value' };
  return { kind: isList ? 'text list' : 'text' };
}
