// The commands about events: what was recorded, what became of it, once more, and by hand. None changes the metadata.

import { HedgeError } from '../error/hedge-error.ts';
import type { Path } from '../error/path.ts';
import { readEvent, readEvents, readInvocations, recordManualEvent, redeliver } from '../events/event-log.ts';
import { NeonError } from '../execute/neon-error.ts';
import { databaseError } from '../execute/postgres-error.ts';
import type { Database } from '../execute/types.ts';
import type { TableMetadata } from '../metadata/types.ts';
import {
  type EventTriggerArgs,
  getEventByIdArgs,
  getEventInvocationLogsArgs,
  getEventLogsArgs,
  invokeEventTriggerArgs,
  redeliverEventArgs,
} from './args/event-triggers.ts';
import { fail, readArgs } from './commands/command.ts';
import { tableOfTrigger } from './commands/event-triggers.ts';
import { findSource } from './commands/find.ts';
import type { CommandContext } from './run-command.ts';
import type { Command } from './types.ts';

type Operation = (context: CommandContext, command: Command) => Promise<unknown>;

const IN_SOURCE: Readonly<Record<string, Operation>> = {
  async invoke_event_trigger(context, command) {
    const args = readArgs(invokeEventTriggerArgs, command.args, command);
    const { api, work } = context;
    const { table, event_triggers: triggers } = ownerOf(context, args, command.path);
    const trigger = triggers?.find(({ name }) => name === args.name);
    if (trigger?.definition.enable_manual !== true) {
      fail('not-supported', 'manual mode is not enabled for event trigger', command.path);
    }
    // What records the event is made when the metadata is stored.
    if (work.isChanged()) await work.store();
    const database = api.databaseOf(findSource(work.metadata(), args.source, command.path));
    const event = {
      table,
      trigger: args.name,
      payload: args.payload,
      sessionVariables: { 'x-hasura-role': 'admin' },
    };
    const id = await asked(database, (one) => recordManualEvent(one, event), args.source);
    work.noteEffect();
    return { event_id: id };
  },

  async redeliver_event(context, command) {
    const { source, eventId } = readArgs(redeliverEventArgs, command.args, command);
    const outcome = await asked(
      databaseIn(context, source, command.path),
      (database) => redeliver(database, eventId),
      source,
    );
    if (outcome === 'not found') fail('not-exists', 'event not found', command.path);
    if (outcome === 'being delivered') fail('busy', 'event is already being processed', command.path);
    context.work.noteEffect();
    return { message: 'success' };
  },

  async get_event_logs(context, command) {
    const args = readArgs(getEventLogsArgs, command.args, command);
    const database = databaseIn(context, args.source, command.path);
    ownerOf(context, args, command.path);
    return await asked(database, (one) => readEvents(one, args.name, args), args.source);
  },

  async get_event_invocation_logs(context, command) {
    const args = readArgs(getEventInvocationLogsArgs, command.args, command);
    const database = databaseIn(context, args.source, command.path);
    ownerOf(context, args, command.path);
    return await asked(database, (one) => readInvocations(one, args.name, args), args.source);
  },

  async get_event_by_id(context, command) {
    const { source, eventId, ...page } = readArgs(getEventByIdArgs, command.args, command);
    const database = databaseIn(context, source, command.path);
    const found = await asked(database, (one) => readEvent(one, eventId, page), source);
    return found ?? fail('not-exists', `event id ${eventId} does not exist`, command.path);
  },
};

/** `pg_get_event_logs`, `postgres_get_event_logs` and, as /v1/query has it, `get_event_logs`. */
export const EVENT_OPERATIONS: Readonly<Record<string, Operation>> = Object.fromEntries(
  Object.entries(IN_SOURCE).flatMap(([name, operation]) =>
    ['', 'pg_', 'postgres_'].map((prefix) => [`${prefix}${name}`, operation] as const),
  ),
);

/** @throws HedgeError `not-exists` */
function databaseIn({ api, work }: CommandContext, source: string, path: Path): Database {
  return api.databaseOf(findSource(work.metadata(), source, path));
}

/** The table of the trigger. @throws HedgeError `not-exists` */
function ownerOf({ work }: CommandContext, args: EventTriggerArgs, path: Path): TableMetadata {
  findSource(work.metadata(), args.source, path);
  return (
    tableOfTrigger(work.metadata(), args) ??
    fail('not-exists', `event trigger "${args.name}" does not exist`, path)
  );
}

/** SQLSTATEs of a function or a schema that is not there. */
const MISSING: ReadonlySet<string> = new Set(['42883', '3F000']);

async function asked<T>(
  database: Database,
  question: (database: Database) => Promise<T>,
  source: string,
): Promise<T> {
  try {
    return await question(database);
  } catch (error) {
    if (error instanceof NeonError && MISSING.has(error.code ?? '')) {
      throw new HedgeError(
        'not-supported',
        `the database of source "${source}" does not record events yet: store its event triggers in live mode once`,
        { cause: error },
      );
    }
    throw databaseError(error, { sql: 'events', parameters: [] });
  }
}
