// A database and the moment an operation has to be done -> the same database, which stops what takes longer.

import { limitOf } from '../artifact/limits.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Engine } from '../execute/engine.ts';
import { NeonError } from '../execute/neon-error.ts';
import { databaseError } from '../execute/postgres-error.ts';
import type { Database, Statement, StatementResult, TransactionOptions } from '../execute/types.ts';
import { must } from '../util/assert.ts';

/** SQLSTATE of a statement that was stopped. */
const QUERY_CANCELED = '57014';
/** How much longer than Postgres we wait: it says what became of the transaction. */
const GRACE_MS = 1000;
/** What Postgres' setting can hold, and a timer with the time above. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1 - GRACE_MS;

export interface TimeLimit {
  readonly seconds: number;
  /** When it began, as `now` tells. */
  readonly since: number;
  readonly now: () => number;
}

/** The engine for one operation of the role that begins now; the same one where no limit is set. */
export function timedEngine(engine: Engine, role: string, now: () => number = Date.now): Engine {
  const seconds = limitOf(engine.artifact.header.limits?.time, role);
  if (seconds === undefined) return engine;
  const limit = { seconds, since: now(), now };
  return { ...engine, database: (source) => timedDatabase(engine.database(source), limit) };
}

/**
 * Each call is a transaction whose first statement tells Postgres how long the others may take; that is one request to the
 * database as before. What is sent when the time is up already is not sent.
 * @throws HedgeError `time-limit-exceeded` (every function of the database it gives)
 */
export function timedDatabase(database: Database, limit: TimeLimit): Database {
  const inTime = async (
    statements: readonly Statement[],
    { writes, ...options }: TransactionOptions & { readonly writes: boolean },
  ): Promise<readonly StatementResult[]> => {
    const left = Math.min(Math.ceil(limit.since + limit.seconds * 1000 - limit.now()), MAX_TIMEOUT_MS);
    if (left <= 0) throw exceeded(limit);
    const signal = AbortSignal.timeout(left + GRACE_MS);
    try {
      const results = await database.transaction([stopAfter(left), ...statements], { ...options, signal });
      return results.slice(1);
    } catch (error) {
      if (error instanceof NeonError && error.code === QUERY_CANCELED) throw exceeded(limit, error);
      // Nobody said what became of it.
      throw signal.aborted ? exceeded(limit, error, writes) : error;
    }
  };
  return {
    isReachable: () => database.isReachable(),
    async queryText(sql, parameters) {
      try {
        const [result] = await inTime([{ sql, parameters }], { writes: false });
        return result?.rows[0]?.[0] ?? null;
      } catch (error) {
        throw error instanceof HedgeError ? error : databaseError(error, { sql, parameters });
      }
    },
    async query(statement) {
      return must((await inTime([statement], { writes: true }))[0], 'a statement has a result');
    },
    transaction: (statements, options) => inTime(statements, { ...options, writes: true }),
  };
}

/** Holds for the rest of its transaction. */
function stopAfter(milliseconds: number): Statement {
  return {
    sql: "select set_config('statement_timeout', $1, true)",
    parameters: [String(milliseconds)],
  };
}

function exceeded({ seconds }: TimeLimit, cause?: unknown, isInDoubt = false): HedgeError {
  const message = `time limit of ${seconds} ${seconds === 1 ? 'second' : 'seconds'} exceeded`;
  const doubt = isInDoubt ? ': it is not known whether the mutation took effect' : '';
  return new HedgeError('time-limit-exceeded', `${message}${doubt}`, { cause });
}
