// Event triggers of the metadata × the tables of the catalog -> what is wrong with them. An artifact has none: what they
// record is a matter of the database.

import type { Inconsistency } from '../artifact/types.ts';
import type { CatalogTable } from '../catalog/types.ts';
import { exportEventTrigger } from '../metadata/export/table.ts';
import type { SourceMetadata } from '../metadata/types.ts';
import type { EventTriggerMetadata } from '../metadata/webhook-types.ts';
import { attempt, type MetadataObject, refuse, report, within } from './inconsistency.ts';
import { label, quotedLabel } from './tables/names.ts';
import type { TrackedSource, TrackedTable } from './tables/tracked.ts';

/** Postgres cuts names at 63 bytes, and `notify_hasura_` and `_INSERT` stand around that of the trigger. */
export const MAX_TRIGGER_NAME_BYTES = 42;

/** Secrets of the service itself are not to be sent to webhooks. As in Hasura. */
const OWN_VARIABLES = 'HASURA_GRAPHQL_';

/** Lists the event triggers that cannot be, of the tables that can. Tables must have been tracked before. */
export function checkEventTriggers(
  sources: readonly TrackedSource[],
  inconsistencies: Inconsistency[],
): void {
  for (const source of sources) {
    const twice = duplicateTriggerNames(source.metadata);
    for (const table of source.tables.values()) {
      for (const [index, trigger] of (table.metadata.event_triggers ?? []).entries()) {
        const object = eventTriggerObject(table, trigger, index);
        if (twice.has(trigger.name)) {
          report(inconsistencies, object, `Duplicate objects: ${duplicateNamesReason([trigger.name])}`);
          continue;
        }
        attempt(inconsistencies, object, () =>
          within(`in table ${quotedLabel(table.catalog)}: in event trigger "${trigger.name}"`, () => {
            const problem = eventTriggerProblem(trigger, table.catalog);
            if (problem !== undefined) refuse(problem);
          }),
        );
      }
    }
  }
}

/** Why a table cannot have this event trigger; undefined when it can. */
export function eventTriggerProblem(trigger: EventTriggerMetadata, table: CatalogTable): string | undefined {
  const { name, definition, headers } = trigger;
  if (table.kind === 'view' || table.kind === 'materialized view') {
    return `event triggers need the rows of a table, and ${quotedLabel(table)} is a ${table.kind}`;
  }
  if (new TextEncoder().encode(name).length > MAX_TRIGGER_NAME_BYTES) {
    return `event trigger name can be at most ${MAX_TRIGGER_NAME_BYTES} characters`;
  }
  if (name.includes('\0')) return 'event trigger name must not hold NUL';
  const columns = new Set(table.columns.map((column) => column.name));
  const missing = namedColumns(definition).find((column) => !columns.has(column));
  if (missing !== undefined) return `column "${missing}" does not exist`;
  const own = headers?.find(({ value_from_env: variable }) => variable?.startsWith(OWN_VARIABLES));
  return own && ownVariableReason(own.value_from_env ?? '');
}

/** What Hasura says to a header whose value would be a secret of the service. */
export function ownVariableReason(variable: string): string {
  return `env variables starting with "${OWN_VARIABLES}" are not allowed in value_from_env: ${variable}`;
}

/** Names that more than one event trigger of a source has: the database keeps the functions of all tables in one place. */
export function duplicateTriggerNames({ tables }: SourceMetadata): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { name } of tables.flatMap((table) => table.event_triggers ?? [])) {
    if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  return twice;
}

/** What Hasura says to names of event triggers that are not unique. */
export function duplicateNamesReason(names: readonly string[]): string {
  return `Event trigger with duplicate names not allowed: ${names.map((name) => `"${name}"`).join(', ')}`;
}

/** The columns that a definition names, for whatever purpose. */
function namedColumns({
  insert,
  update,
  delete: deleted,
}: EventTriggerMetadata['definition']): readonly string[] {
  return [insert, update, deleted].flatMap((operation) =>
    [operation?.columns, operation?.payload].flatMap((columns) =>
      columns === undefined || columns === '*' ? [] : columns,
    ),
  );
}

/** The trigger as Hasura lists it when something is wrong with it. */
function eventTriggerObject(
  { source, catalog, path }: TrackedTable,
  trigger: EventTriggerMetadata,
  index: number,
): MetadataObject {
  return {
    type: 'event_trigger',
    name: `event_trigger ${trigger.name} in table ${label(catalog)} in source ${source.metadata.name}`,
    definition: {
      table: { schema: catalog.schema, name: catalog.name },
      configuration: exportEventTrigger(trigger),
    },
    path: [...path, 'event_triggers', index],
  };
}
