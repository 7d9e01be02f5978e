// SQL as it was sent -> the statements to run: split, as Neon's protocol takes one at a time, and without those that
// cannot work there.

import { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import { pathText } from '../../error/path.ts';
import type { Statement } from '../../sql/statements.ts';
import { splitStatements } from '../../sql/statements.ts';
import { isTransactionControl, isWrapped } from '../../sql/transaction-control.ts';

/**
 * The statements of the SQL. A BEGIN and COMMIT around all of them are left out: a transaction is around them anyway.
 * @throws HedgeError `not-supported` for commands of psql, COPY from or to the client, and transactions in between.
 */
export function readScript(sql: string, path: Path | undefined): readonly Statement[] {
  const all = splitStatements(sql);
  const statements = isWrapped(all) ? all.slice(1, -1) : all;
  for (const statement of statements) {
    const reason = refusalOf(statement);
    if (reason === null) continue;
    const line = sql.slice(0, statement.start).split('\n').length;
    throw new HedgeError('not-supported', `line ${line}: ${reason}`, { path: pathText(path) });
  }
  return statements;
}

function refusalOf({ text, words }: Statement): string | null {
  if (text.startsWith('\\')) {
    return `${/^\\\S*/.exec(text)?.[0] ?? ''} is a command of psql, not of Postgres: leave it out`;
  }
  if (words[0] === 'copy' && /\b(from\s+stdin|to\s+stdout)\b/i.test(text)) {
    return 'COPY from STDIN or to STDOUT needs a connection of its own, which run_sql has not: use insert and select, or psql';
  }
  if (isTransactionControl(words)) {
    return (
      'SQL runs in one transaction, which it may neither begin nor end itself: leave out begin, commit and rollback. ' +
      'With no_transaction each statement runs by itself'
    );
  }
  return null;
}

const OUTSIDE =
  /^(vacuum\b|(create\s+(unique\s+)?|drop\s+)index\s+concurrently\b|reindex\s.*\bconcurrently\b|reindex\s+(\(.*\)\s*)?(schema|database|system)\b|(create|drop)\s+(database|tablespace|subscription)\b|alter\s+system\b|alter\s+table\s.*\bdetach\s+partition\s.*\bconcurrently\b|discard\s+all\b)/is;

/** Whether Postgres runs the statement outside of a transaction alone. */
export function runsOutside({ text }: Statement): boolean {
  return OUTSIDE.test(text);
}

/** Whether what the statement runs may end transactions itself, where it is not in one. */
export function mayEndTransactions({ words: [first] }: Statement): boolean {
  return first === 'call' || first === 'do';
}

/** SQL with these words probably changes what is tracked, so that it is tried before it counts. */
const LIKELY_CHANGE = /\b(drop|rename|type|set\s+schema)\b/i;

export function isLikelyChange(sql: string): boolean {
  return LIKELY_CHANGE.test(sql);
}

/** Whether the SQL may speak of something with this name. */
export function mentions(sql: string, name: string): boolean {
  return sql.toLowerCase().includes(name.toLowerCase());
}
