// What Postgres said to a statement of run_sql -> the error as Hasura shows it.

import { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import { pathText } from '../../error/path.ts';
import { NeonError } from '../../execute/neon-error.ts';
import { databaseError } from '../../execute/postgres-error.ts';

/** SQLSTATEs that are not about the SQL: the connection, the authorization, a database that is gone or shuts down. */
const NOT_ABOUT_SQL = /^(08...|28...|3D000|53300|57P0[1-5])$/;

/** "query execution failed" with Postgres' fields for the administrator, or the database's own trouble. */
export function sqlError(error: unknown, sql: string, path: Path | undefined): HedgeError {
  if (error instanceof HedgeError) return error;
  if (!(error instanceof NeonError) || error.code === undefined || NOT_ABOUT_SQL.test(error.code)) {
    return databaseError(error, { sql, parameters: [] });
  }
  return new HedgeError('postgres-error', 'query execution failed', {
    status: 400,
    path: pathText(path),
    internal: {
      statement: sql,
      prepared: false,
      error: {
        exec_status: 'FatalError',
        status_code: error.code,
        message: error.message,
        description: error.detail ?? null,
        hint: error.hint ?? null,
      },
      arguments: [],
    },
    cause: error,
  });
}
