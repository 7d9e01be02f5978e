// The time of an operation, on databases that answer late or not at all.

import { expect, it } from 'vitest';

import { NeonError } from '../../src/execute/neon-error.ts';
import type { Database, Statement, TransactionOptions } from '../../src/execute/types.ts';
import { timedDatabase } from '../../src/limits/time-limit.ts';

const SELECT: Statement = { sql: 'select 1', parameters: [] };
const RESULT = { command: 'SELECT', rowCount: 1, columns: ['x'], rows: [['1']] };

/** A database that does `answer` with every transaction, under a limit of which `spent` milliseconds are over. */
const timed = (answer: Database['transaction'], spent = 0, seconds = 2) => {
  const sent: (readonly Statement[])[] = [];
  const refuse = (): never => {
    throw new Error('not within a transaction');
  };
  const database: Database = {
    isReachable: () => true,
    queryText: refuse,
    query: refuse,
    transaction(statements, options) {
      sent.push(statements);
      return answer(statements, options);
    },
  };
  return { sent, database: timedDatabase(database, { seconds, since: 1000, now: () => 1000 + spent }) };
};
const answering: Database['transaction'] = async (statements) => statements.map(() => RESULT);
/** Ends when the one who asks does not wait any longer. */
const silent = async (_: readonly Statement[], options?: TransactionOptions): Promise<never> =>
  await new Promise((_resolve, reject) => {
    options?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
  });

it('is told to Postgres in the transaction of the statement', async () => {
  const { database, sent } = timed(answering, 500);
  expect(await database.queryText(SELECT.sql, [])).toBe('1');
  expect(await database.query(SELECT)).toBe(RESULT);
  expect(await database.transaction([SELECT, SELECT])).toEqual([RESULT, RESULT]);
  const before = { sql: "select set_config('statement_timeout', $1, true)", parameters: ['1500'] };
  expect(sent).toEqual([
    [before, SELECT],
    [before, SELECT],
    [before, SELECT, SELECT],
  ]);
});

it('has Postgres’ number at most', async () => {
  const { database, sent } = timed(answering, 0, 1e12);
  await database.query(SELECT);
  expect(Number(sent[0]?.[0]?.parameters[0])).toBeLessThan(2 ** 31);
});

it('that is over sends nothing', async () => {
  const { database, sent } = timed(answering, 2000);
  for (const asked of [
    database.queryText(SELECT.sql, []),
    database.query(SELECT),
    database.transaction([SELECT]),
  ])
    await expect(asked).rejects.toMatchObject({
      code: 'time-limit-exceeded',
      message: 'time limit of 2 seconds exceeded',
    });
  expect(sent).toEqual([]);
});

it('of a mutation that nobody answers is over, and what became of it unknown', async () => {
  const { database } = timed(silent, 1900);
  await expect(database.transaction([SELECT])).rejects.toMatchObject({
    code: 'time-limit-exceeded',
    message: 'time limit of 2 seconds exceeded: it is not known whether the mutation took effect',
  });
  await expect(database.queryText(SELECT.sql, [])).rejects.toMatchObject({
    message: 'time limit of 2 seconds exceeded',
  });
});

it('leaves other errors as they are', async () => {
  const unique = new NeonError('duplicate key', { code: '23505' });
  const { database } = timed(async () => {
    throw unique;
  });
  await expect(database.transaction([SELECT])).rejects.toBe(unique);
  await expect(database.query(SELECT)).rejects.toBe(unique);
  await expect(database.queryText(SELECT.sql, [])).rejects.toMatchObject({ code: 'constraint-violation' });
});
