// Statements of a user -> statements for a connection that others get next, and what Postgres says to them.

import type { Database, Statement } from '../../execute/types.ts';
import type { readScript } from './script.ts';
import { sqlError } from './sql-error.ts';
import type { RunSqlOptions } from './types.ts';

export type Script = ReturnType<typeof readScript>;

const UNLOCK = 'select pg_catalog.pg_advisory_unlock_all()';
/** Neon gives connections to whoever comes next: nothing of a session may be left on one. */
export const AS_BEFORE: readonly Statement[] = [
  'reset all',
  'discard temp',
  'close all',
  'unlisten *',
  UNLOCK,
].map(withoutParameters);
/**
 * Ends the transaction with nothing done; the commit after it finds none. Locks of the session outlive that, and on
 * another connection the same SQL would wait for them.
 */
export const UNDONE: readonly Statement[] = [UNLOCK, 'rollback'].map(withoutParameters);
/** Before our own statements, which another role might not be allowed. */
export const AS_ONESELF = withoutParameters('reset session authorization');

/** Asks the database; what it says about the SQL is told as Hasura tells it. */
export async function ask<T>(
  { database, args, path }: RunSqlOptions,
  question: (database: Database) => Promise<T>,
): Promise<T> {
  try {
    return await question(database);
  } catch (error) {
    throw sqlError(error, args.sql, path);
  }
}

export function statementsOf(script: Script): readonly Statement[] {
  return script.map(({ text }) => withoutParameters(text));
}

export function withoutParameters(sql: string): Statement {
  return { sql, parameters: [] };
}
