// The result of a statement -> the answer, in the words of Postgres' client library as Hasura gives them.

import type { StatementResult } from '../../execute/types.ts';
import type { RunSqlAnswer } from './types.ts';

export const COMMAND_OK: RunSqlAnswer = { result_type: 'CommandOk', result: null };

/** NULL is a word among the others, as in Hasura. */
export function answerOf(result: StatementResult | undefined): RunSqlAnswer {
  if (!result || result.columns.length === 0) return COMMAND_OK;
  const rows = result.rows.map((row) => row.map((value) => value ?? 'NULL'));
  return { result_type: 'TuplesOk', result: [result.columns, ...rows] };
}
