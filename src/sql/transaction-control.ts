// Statements -> which of them begin and end transactions, where that is not theirs to do.

import type { Statement } from './statements.ts';

/** Many a migration written for Hasura begins with BEGIN and ends with COMMIT: that is what happens to it anyway. */
export function isWrapped(statements: readonly Pick<Statement, 'words'>[]): boolean {
  const opening = statements.at(0)?.words.join(' ') ?? '';
  const closing = statements.at(-1)?.words.join(' ') ?? '';
  return (
    statements.length >= 2 &&
    /^(begin|begin transaction|begin work|start transaction)$/.test(opening) &&
    /^(commit|commit transaction|commit work|end|end transaction)$/.test(closing)
  );
}

/** Whether a statement with these first words begins or ends a transaction; savepoints do not. */
export function isTransactionControl([first, second, third]: readonly string[]): boolean {
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
      // To a savepoint is fine: ROLLBACK [WORK | TRANSACTION] TO …
      return second !== 'to' && third !== 'to';
    default:
      return false;
  }
}
