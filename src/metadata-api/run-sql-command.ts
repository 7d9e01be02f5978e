// run_sql -> its result: the SQL runs at once, and the working copy of the metadata follows what it renamed and dropped.

import { readArgs } from './commands/command.ts';
import { findSource } from './commands/find.ts';
import { checkConsistency } from './consistency.ts';
import { refuseChange } from './metadata-api.ts';
import type { CommandContext } from './run-command.ts';
import { runSqlArgs } from './run-sql/args.ts';
import { runSql } from './run-sql/run-sql.ts';
import { conflictOf } from './store/store.ts';
import type { Command } from './types.ts';

/**
 * Runs the SQL of the command. Where it changes what is tracked, the changed metadata is stored with it: in the same
 * transaction when both are in one database, else right after it.
 * @throws HedgeError; nothing was committed then, but by `no_transaction`.
 */
export async function runSqlCommand({ api, work }: CommandContext, command: Command): Promise<unknown> {
  const args = readArgs(runSqlArgs, command.args, command);
  if (!args.readOnly) refuseChange(api);
  const source = findSource(work.metadata(), args.source, command.path);
  const isShared = !args.readOnly && api.sharesMetadataDatabase(source);
  // Commands of the same request before this one are checked while they can still be refused.
  if (work.isChanged() && !args.readOnly) await work.settle();
  const before = work.snapshot();
  const database = api.databaseOf(source);

  const outcome = await runSql({
    args,
    database,
    metadata: work.metadata(),
    compileOptions: api.compileOptions,
    catalogs: async () => (await work.catalogs()).catalogs,
    path: command.path,
    async commit({ metadata, catalog }) {
      const known = await work.settle();
      work.follow(metadata, source.name, catalog);
      work.touch();
      const after = await work.settle();
      checkConsistency({ kind: 'none new' }, known, after, command.path);
      return isShared ? await work.storeStatements() : await work.eventTriggerStatements(database);
    },
    storeError: (error) => conflictOf(error, work.resourceVersion),
  }).catch((error: unknown) => {
    work.restore(before);
    throw error;
  });

  if (!args.readOnly) {
    api.written?.(source.name, null);
    work.noteEffect();
    work.forget(source.name); // what it created is there for the commands after it
  }
  if (outcome.committed !== null) {
    if (isShared) work.stored();
    else await work.store();
  } else if (outcome.schemaChanged) {
    work.touch();
  }
  return outcome.answer;
}
