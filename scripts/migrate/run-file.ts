// One SQL file run on a database as a whole, and its error with the line of the file.

import type { EventEmitter } from 'node:events';

import type { Client } from 'pg';
import { DatabaseError } from 'pg';

import { splitStatements, type Statement } from '../../src/sql/statements.ts';
import { isTransactionControl, isWrapped } from '../../src/sql/transaction-control.ts';
import { UserError } from '../database/user-error.ts';

/** A first line that asks for statements outside of a transaction, as CREATE INDEX CONCURRENTLY needs. */
const NO_TRANSACTION = /^\s*--\s*hedge:no-transaction\b/;

/**
 * Runs `text`, the content of `file`, and then `record`, in one transaction: both or neither.
 * A file that begins with `-- hedge:no-transaction` runs statement by statement without one, and is recorded after it.
 * @throws UserError with file, line and Postgres' message.
 */
export async function runFile(
  client: Client,
  file: string,
  text: string,
  record: () => Promise<void>,
): Promise<void> {
  const whole = splitStatements(text);
  const wrapped = !NO_TRANSACTION.test(text) && isWrapped(whole);
  const statements = wrapped ? whole.slice(1, -1) : whole;
  refuseTransactionControl(file, text, statements);
  if (NO_TRANSACTION.test(text)) {
    await runAlone(client, file, text, statements);
    await resetSettings(client);
    await record();
    return;
  }
  const progress = countCompleted(client);
  try {
    await client.query('begin');
    progress.completed = 0;
    // Blanks keep the positions that errors speak of.
    const sent = wrapped ? blanked(text, [whole.at(0), whole.at(-1)]) : text;
    await client.query(sent); // without parameters: the simple protocol, which takes all statements of the file
    await resetSettings(client);
    await record();
    await client.query('commit');
  } catch (error) {
    const failed = statements[progress.completed];
    await client.query('rollback').catch(() => {}); // the connection may be gone, and the transaction with it
    throw fileError(error, file, text, { failed });
  } finally {
    progress.stop();
  }
}

/** Postgres answers each statement of a file: how many it has done tells which one failed. */
function countCompleted(client: Client): { completed: number; stop(): void } {
  const { connection } = client as unknown as { readonly connection: EventEmitter };
  const count = (): void => {
    progress.completed += 1;
  };
  const progress = { completed: 0, stop: () => void connection.off('commandComplete', count) };
  connection.on('commandComplete', count);
  return progress;
}

/** Each statement in a query of its own: several in one are a transaction, also without BEGIN. */
async function runAlone(
  client: Client,
  file: string,
  text: string,
  statements: readonly Statement[],
): Promise<void> {
  for (const [i, statement] of statements.entries()) {
    try {
      await client.query(statement.text);
    } catch (error) {
      const stays = i === 0 ? '' : `The ${i === 1 ? 'statement' : `${i} statements`} before it stay done.`;
      throw fileError(error, file, text, { failed: statement, sentFrom: statement.start, note: stays });
    }
  }
}

/** A dump sets search_path and more for its session, which is also that of the next file and of the record. */
async function resetSettings(client: Client): Promise<void> {
  await client.query('reset session authorization; reset all');
}

function blanked(text: string, statements: readonly (Statement | undefined)[]): string {
  let result = text;
  for (const statement of statements) {
    if (!statement) continue;
    const end = statement.start + statement.text.length;
    result = result.slice(0, statement.start) + ' '.repeat(statement.text.length) + result.slice(end);
  }
  return result;
}

/** Looked for before anything runs: a commit within the file would keep a part of it when the rest fails. */
function refuseTransactionControl(file: string, text: string, statements: readonly Statement[]): void {
  const found = statements.find(({ words }) => isTransactionControl(words));
  if (!found) return;
  throw new UserError(
    `${file}:${lineAt(text, found.start)}: the file ends or begins a transaction itself: leave out ` +
      'begin, commit and rollback, as each file runs in one transaction.\n' +
      'For statements outside of a transaction put «-- hedge:no-transaction» into the first line.',
  );
}

/** What is known of the statement that failed. */
interface Failure {
  readonly failed: Statement | undefined;
  /** Index in the file of what was sent, from which Postgres counts; 0 for the whole file. */
  readonly sentFrom?: number;
  /** What else to say. */
  readonly note?: string;
}

function fileError(error: unknown, file: string, text: string, failure: Failure): unknown {
  if (!(error instanceof DatabaseError)) return error;
  // Errors of rows and constraints have no position: the line is that of their statement.
  const offset =
    error.position === undefined
      ? failure.failed?.start
      : offsetOfPosition(text, failure.sentFrom ?? 0, Number(error.position));
  const line = offset === undefined ? '' : `:${lineAt(text, offset)}`;
  const more = [
    error.detail && `Detail: ${error.detail}`,
    error.hint && `Hint: ${error.hint}`,
    error.code === '25001' && 'Put «-- hedge:no-transaction» into the first line of a file of its own.',
    failure.note,
  ].filter(Boolean);
  return new UserError([`${file}${line}: ${error.message}`, ...more].join('\n'), { cause: error });
}

/** Postgres counts characters from 1; JavaScript counts those beyond U+FFFF twice. */
function offsetOfPosition(text: string, start: number, position: number): number {
  let offset = start;
  for (let n = 1; n < position; n += 1) offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return offset;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
