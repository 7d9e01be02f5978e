// One SQL file run on a database as a whole, and its error with the line of the file.

import type { Client } from 'pg';
import { DatabaseError } from 'pg';

import { UserError } from '../database/user-error.ts';

/** A first line that asks for statements outside of a transaction, as CREATE INDEX CONCURRENTLY needs. */
const NO_TRANSACTION = /^\s*--\s*hedge:no-transaction\b/;

/**
 * Runs `text`, the content of `file`, and then `record`, in one transaction: both or neither.
 * A file that begins with `-- hedge:no-transaction` runs without one, and is recorded after it.
 * @throws UserError with file, line and Postgres' message.
 */
export async function runFile(
  client: Client,
  file: string,
  text: string,
  record: () => Promise<void>,
): Promise<void> {
  const alone = NO_TRANSACTION.test(text);
  try {
    if (!alone) await client.query('begin');
    // The simple protocol runs all statements of the file; one that ends the transaction would break «both or neither».
    await client.query(text);
    if (!alone && !(await inTransaction(client))) {
      throw new UserError(
        `${file}: the file ends the transaction it runs in: leave out begin, commit and rollback.`,
      );
    }
    await record();
    if (!alone) await client.query('commit');
  } catch (error) {
    if (!alone) await client.query('rollback').catch(() => {}); // the connection may be gone, and the transaction with it
    throw fileError(file, text, error);
  }
}

async function inTransaction(client: Client): Promise<boolean> {
  // Inside a transaction the id of a second look is the same; outside each statement is a transaction of its own.
  const read = async (): Promise<string | undefined> =>
    (await client.query<{ readonly id: string }>('select pg_current_xact_id()::text as id')).rows[0]?.id;
  return (await read()) === (await read());
}

function fileError(file: string, text: string, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const line =
    error.position === undefined ? '' : `:${text.slice(0, Number(error.position) - 1).split('\n').length}`;
  const more = [error.detail && `Detail: ${error.detail}`, error.hint && `Hint: ${error.hint}`].filter(
    Boolean,
  );
  if (error.code === '25001') {
    more.push('Put «-- hedge:no-transaction» into the first line of a file of its own.');
  }
  return new UserError([`${file}${line}: ${error.message}`, ...more].join('\n'));
}
