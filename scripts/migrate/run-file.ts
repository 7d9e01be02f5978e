// One SQL file run on a database as a whole, and its error with the line of the file.

import type { Client } from 'pg';
import { DatabaseError } from 'pg';

import { UserError } from '../database/user-error.ts';
import { splitStatements, type Statement } from './statements.ts';

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
  try {
    await client.query('begin');
    // Blanks keep the positions that errors speak of.
    const sent = wrapped ? blanked(text, [whole.at(0), whole.at(-1)]) : text;
    await client.query(sent); // without parameters: the simple protocol, which takes all statements of the file
    await resetSettings(client);
    await record();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {}); // the connection may be gone, and the transaction with it
    throw fileError(error, file, text);
  }
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
      throw fileError(error, file, text, { start: statement.start, note: stays });
    }
  }
}

/** A dump sets search_path and more for its session, which is also that of the next file and of the record. */
async function resetSettings(client: Client): Promise<void> {
  await client.query('reset session authorization; reset all');
}

/** Many a migration written for Hasura begins with BEGIN and ends with COMMIT: that is what happens to it anyway. */
function isWrapped(statements: readonly Statement[]): boolean {
  const opening = statements.at(0)?.words.join(' ') ?? '';
  const closing = statements.at(-1)?.words.join(' ') ?? '';
  return (
    statements.length >= 2 &&
    /^(begin|begin transaction|begin work|start transaction)$/.test(opening) &&
    /^(commit|commit transaction|commit work|end|end transaction)$/.test(closing)
  );
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

function isTransactionControl([first, second, third]: readonly string[]): boolean {
  switch (first) {
    case 'begin':
    case 'commit':
    case 'end':
    case 'abort':
      return true;
    case 'start':
      return second === 'transaction';
    case 'prepare':
      return second === 'transaction';
    case 'rollback':
      // To a savepoint of the file is fine: ROLLBACK [WORK | TRANSACTION] TO …
      return second !== 'to' && third !== 'to';
    default:
      return false;
  }
}

/** `alone` tells of a statement that was sent by itself: where it begins, and what else to say. */
function fileError(
  error: unknown,
  file: string,
  text: string,
  alone?: { readonly start: number; readonly note: string },
): unknown {
  if (!(error instanceof DatabaseError)) return error;
  // Errors of rows and constraints have no position.
  const position = error.position ?? (alone && '1');
  const line = position === undefined ? '' : `:${lineOfPosition(text, alone?.start ?? 0, Number(position))}`;
  const more = [
    error.detail && `Detail: ${error.detail}`,
    error.hint && `Hint: ${error.hint}`,
    error.code === '25001' && 'Put «-- hedge:no-transaction» into the first line of a file of its own.',
    alone?.note,
  ].filter(Boolean);
  return new UserError([`${file}${line}: ${error.message}`, ...more].join('\n'), { cause: error });
}

/** Postgres counts characters from 1; JavaScript counts those beyond U+FFFF twice. */
function lineOfPosition(text: string, start: number, position: number): number {
  let offset = start;
  for (let n = 1; n < position; n += 1) offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  return lineAt(text, offset);
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
