// Commands that create, replace and delete event triggers. What they are in a database follows when the metadata is
// stored.

import { duplicateNamesReason, duplicateTriggerNames } from '../../compile/event-triggers.ts';
import type { Path } from '../../error/path.ts';
import type { Metadata, TableMetadata } from '../../metadata/types.ts';
import type { CreateEventTriggerArgs, EventTriggerArgs } from '../args/event-triggers.ts';
import {
  createEventTriggerArgs,
  deleteEventTriggerArgs,
  isLegalTriggerName,
} from '../args/event-triggers.ts';
import { about, command, type Commands, fail, type Input, noneNew } from './command.ts';
import { withList, withTable } from './edit.ts';
import { catalogTable, findTable, isSameName } from './find.ts';
import { tableMemberId } from './ids.ts';
import { fieldKind } from './members.ts';
import { type Warning, warning } from './warnings.ts';

export const EVENT_TRIGGER_COMMANDS = {
  create_event_trigger: command(createEventTriggerArgs, (input) => {
    const { metadata, args, path } = input;
    const { source, trigger, replace } = args;
    const { name } = trigger;
    const table = findTable(input, args);
    const owner = tableOfTrigger(metadata, { source, name });
    if (replace && !owner) fail('not-exists', `event trigger "${name}" does not exist`, path);
    if (replace && owner && !isSameName(owner.table, table.table)) {
      fail('not-supported', 'cannot replace table or schema for trigger', path);
    }
    checkListenedColumns(input, table);
    if (!replace && owner) fail('already-exists', `Event trigger with name "${name}" already exists`, path);
    const changed = withTable(metadata, args, (one) =>
      withList(one, 'event_triggers', (others) =>
        replace ? others.map((other) => (other.name === name ? trigger : other)) : [...others, trigger],
      ),
    );
    return about(changed, tableMemberId(args, 'event_trigger', name));
  }),
  delete_event_trigger: command(deleteEventTriggerArgs, ({ metadata, args, path }) => {
    const { source, name } = args;
    const { table } =
      tableOfTrigger(metadata, args) ?? fail('not-exists', `event trigger "${name}" does not exist`, path);
    const changed = withTable(metadata, { source, table }, (one) =>
      withList(one, 'event_triggers', (others) => others.filter((other) => other.name !== name)),
    );
    return noneNew(changed);
  }),
} satisfies Commands;

/** The table that has the trigger: names are unique in a source. */
export function tableOfTrigger(
  metadata: Metadata,
  { source, name }: EventTriggerArgs,
): TableMetadata | undefined {
  return metadata.sources
    .find((one) => one.name === source)
    ?.tables.find((table) => table.event_triggers?.some((trigger) => trigger.name === name));
}

/** @throws HedgeError `not-supported` when two triggers of a source have one name: they would be one in the database. */
export function checkTriggerNames({ sources }: Metadata, path: Path): void {
  for (const source of sources) {
    const twice = duplicateTriggerNames(source);
    if (twice.size > 0) fail('not-supported', duplicateNamesReason([...twice]), path);
  }
}

/** A warning for each trigger that is new and that no command would create under its name. */
export function newIllegalTriggerNames(before: Metadata, after: Metadata): readonly Warning[] {
  return after.sources.flatMap(({ name: source, tables }) =>
    tables.flatMap(({ table, event_triggers: triggers = [] }) =>
      triggers
        .filter(({ name }) => !isLegalTriggerName(name) && !tableOfTrigger(before, { source, name }))
        .map(({ name }) =>
          warning(
            'illegal-event-trigger-name',
            `The event trigger with name "${name}" may not work as expected, hasura suggests to use only alphanumeric, underscore and hyphens in an event trigger name`,
            tableMemberId({ source, table }, 'event_trigger', name),
          ),
        ),
    ),
  );
}

/** Payload columns that are not there make the trigger inconsistent; of these Hasura tells right away. */
function checkListenedColumns(
  { args, context, path }: Input<CreateEventTriggerArgs>,
  table: TableMetadata,
): void {
  const catalog = context.catalogs.get(args.source);
  if (!catalog) return;
  const existing = new Set(catalogTable(catalog, args.table)?.columns.map(({ name }) => name));
  const { insert, update, delete: deleted } = args.trigger.definition;
  for (const operation of [insert, update, deleted]) {
    const columns = operation?.columns ?? '*';
    for (const column of columns === '*' ? [] : columns) {
      if (existing.has(column)) continue;
      const kind = fieldKind(table, args, column, context);
      if (kind === undefined) fail('not-exists', `column "${column}" does not exist`, path);
      fail(
        'unexpected-payload',
        `expecting a postgres column; but, "${column}" is a ${kind.replace(/^(?:object|array) /, '')}; `,
        path,
      );
    }
  }
}
