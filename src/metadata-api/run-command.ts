// One command on the working copy -> its answer. Commands that only change metadata are reducers; the others are here.

import { HedgeError } from '../error/hedge-error.ts';
import { pathText } from '../error/path.ts';
import { must } from '../util/assert.ts';
import { readCommands } from './envelope.ts';
import { type MetadataApi, refuseChange } from './metadata-api.ts';
import { OPERATIONS } from './operations.ts';
import { findQuery, type Query } from './queries/queries.ts';
import { isReducible, reduce, unknownCommand } from './reduce.ts';
import { runSqlCommand } from './run-sql-command.ts';
import type { Command } from './types.ts';
import type { Work } from './work.ts';

/** How deep bulks may stand in bulks. */
const MAX_BULK_DEPTH = 8;

const SUCCESS = { message: 'success' };

/** What a command works with. */
export interface CommandContext {
  readonly api: MetadataApi;
  readonly work: Work;
}

/**
 * Runs a command and gives its answer, plain JSON. Metadata is changed in the working copy only.
 * @throws HedgeError in Hasura's words; what the command did to the working copy is taken back by the caller.
 */
export async function runCommand(context: CommandContext, command: Command, depth = 0): Promise<unknown> {
  const { type } = command;
  if (BULKS.has(type)) {
    if (depth >= MAX_BULK_DEPTH) {
      throw new HedgeError('bad-request', `a bulk may not be nested deeper than ${MAX_BULK_DEPTH}`, {
        path: pathText(command.path),
      });
    }
    return await runBulk(context, command, depth + 1);
  }
  if (RUN_SQL.has(type)) return await runSqlCommand(context, command);
  const operation = Object.hasOwn(OPERATIONS, type) ? OPERATIONS[type] : undefined;
  if (operation) return await operation(context, command);
  const query = findQuery(type);
  if (query) return await answerQuery(context, query, command);
  if (!isReducible(type)) throw unknownCommand(command);
  return await applyReducer(context, command);
}

const BULKS: ReadonlySet<string> = new Set(['bulk', 'bulk_keep_going', 'bulk_atomic', 'concurrent_bulk']);
const RUN_SQL: ReadonlySet<string> = new Set(['run_sql', 'pg_run_sql']);

async function answerQuery({ work }: CommandContext, query: Query, command: Command): Promise<unknown> {
  const inconsistencies = await work.settle();
  const { catalogs } = await work.catalogs();
  return query(command, { metadata: work.metadata(), catalogs, inconsistencies });
}

async function applyReducer({ api, work }: CommandContext, command: Command): Promise<unknown> {
  refuseChange(api);
  const { catalogs } = await work.catalogs();
  const change = reduce(work.metadata(), command, { catalogs, defaultSource: api.defaultSource });
  work.apply(command, change);
  // Other answers do not depend on what comes out: many changes are compiled once.
  return change.answer ? change.answer(await work.settle()) : SUCCESS;
}

async function runBulk(context: CommandContext, bulk: Command, depth: number): Promise<unknown> {
  const commands = readCommands(bulk);
  switch (bulk.type) {
    case 'bulk_keep_going':
      return await keepGoing(context, commands, depth);
    case 'concurrent_bulk':
      return await concurrently(context, commands);
    default: {
      const answers: unknown[] = [];
      for (const command of commands) answers.push(await runCommand(context, command, depth));
      return answers;
    }
  }
}

/** Each command stands or falls by itself; an error is the answer in its place. */
async function keepGoing(
  context: CommandContext,
  commands: readonly Command[],
  depth: number,
): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  await context.work.settle();
  for (const command of commands) {
    const before = context.work.snapshot();
    try {
      const answer = await runCommand(context, command, depth);
      await context.work.settle();
      answers.push(answer);
    } catch (error) {
      if (!(error instanceof HedgeError) || error.code === 'conflict') throw error;
      context.work.restore(before);
      const { code, message, path, internal } = error;
      answers.push({ code, error: message, path, ...(internal === undefined ? {} : { internal }) });
    }
  }
  return answers;
}

/** Statements that change nothing, side by side. @throws HedgeError for any other command. */
async function concurrently(
  context: CommandContext,
  commands: readonly Command[],
): Promise<readonly unknown[]> {
  for (const { type, args, path } of commands) {
    const isReading = RUN_SQL.has(type) && (args as Record<string, unknown> | null)?.['read_only'] === true;
    if (!isReading) {
      throw new HedgeError('bad-request', 'Only read-only queries are allowed in a concurrent_bulk', {
        path: pathText(must(path.parent, 'a command of a bulk has a place in it')),
      });
    }
  }
  return await Promise.all(commands.map((command) => runSqlCommand(context, command)));
}
