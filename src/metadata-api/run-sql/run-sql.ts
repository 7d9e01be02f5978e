// SQL of an administrator -> its result, by the way that its args ask for.

import { HedgeError } from '../../error/hedge-error.ts';
import { pathText } from '../../error/path.ts';
import type { StatementResult } from '../../execute/types.ts';
import { answerOf, COMMAND_OK } from './answer.ts';
import { changesSchema } from './args.ts';
import { runFollowed } from './run-followed.ts';
import { mayEndTransactions, readScript, runsOutside } from './script.ts';
import { AS_BEFORE, AS_ONESELF, ask, type Script, statementsOf, withoutParameters } from './session.ts';
import type { RunSqlAnswer, RunSqlOptions, RunSqlOutcome } from './types.ts';

/**
 * Runs the statements, in one transaction unless told otherwise, and answers with the result of the last one.
 * @throws HedgeError `postgres-error` (400) with what Postgres said, `dependency-error` and others of `follow`,
 * `not-supported` for what cannot be run over HTTP; whatever it throws, nothing was done, except with `noTransaction`.
 */
export async function runSql(options: RunSqlOptions): Promise<RunSqlOutcome> {
  const { args, path } = options;
  const script = readScript(args.sql, path);
  const schemaChanged = changesSchema(args);
  const [only] = script;
  const alone = (answer: RunSqlAnswer, changed: boolean): RunSqlOutcome => ({
    answer,
    schemaChanged: changed,
    committed: null,
  });
  if (!only) return alone(COMMAND_OK, false);
  if (args.readOnly) return alone(await runReading(options, script), false);
  if (args.noTransaction && args.checkMetadataConsistency === true) {
    throw new HedgeError(
      'not-supported',
      'check_metadata_consistency needs a transaction, as what it refuses is to be undone: leave it or no_transaction out',
      { path: pathText(path) },
    );
  }
  if (args.noTransaction || (script.length === 1 && runsOutside(only))) {
    return alone(await runSingly(options, script), schemaChanged);
  }
  if (!schemaChanged) return alone(await runPlain(options, script), false);
  return { ...(await runFollowed(options, script)), schemaChanged };
}

async function runReading(options: RunSqlOptions, script: Script): Promise<RunSqlAnswer> {
  // After a first query Postgres lets nobody make the transaction one that writes.
  const first = withoutParameters('select');
  const statements = [first, ...statementsOf(script), AS_ONESELF, ...AS_BEFORE];
  const results = await ask(options, (database) => database.transaction(statements, { readOnly: true }));
  return answerOf(results[script.length]);
}

async function runPlain(options: RunSqlOptions, script: Script): Promise<RunSqlAnswer> {
  const statements = [...statementsOf(script), AS_ONESELF, ...AS_BEFORE];
  const results = await ask(options, (database) => database.transaction(statements));
  return answerOf(results[script.length - 1]);
}

/** One transaction per statement, so that none leaves anything in its session, and none at all where it must be so. */
async function runSingly(options: RunSqlOptions, script: Script): Promise<RunSqlAnswer> {
  let last: StatementResult | undefined;
  for (const statement of script) {
    const sent = withoutParameters(statement.text);
    const isOutside = runsOutside(statement) || mayEndTransactions(statement);
    last = await ask(options, async (database) =>
      isOutside
        ? await database.query(sent)
        : (await database.transaction([sent, AS_ONESELF, ...AS_BEFORE]))[0],
    );
  }
  return answerOf(last);
}
