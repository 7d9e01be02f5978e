// A connection string -> a Database over Neon's HTTP protocol: one statement, one `fetch`, raw text back.

import { neon, neonConfig } from '@neondatabase/serverless';

import { HedgeError } from '../error/hedge-error.ts';
import { databaseError } from './postgres-error.ts';
import type { Database } from './types.ts';

export interface NeonOptions {
  /** `postgresql://user:password@host/database`. */
  readonly connectionString: string;
  /** URL of the SQL endpoint, where it does not follow from the host. The driver keeps one for the whole isolate. */
  readonly endpoint?: string | undefined;
}

/** Values stay the text Postgres sent: the driver would parse JSON that goes out as it came. */
const RAW_TEXT = { getTypeParser: () => (value: string) => value };

/**
 * A database at the end of Neon's HTTP protocol.
 * @throws HedgeError `invalid-configuration` when the connection string has not the form of one; it is not shown.
 */
export function neonDatabase({ connectionString, endpoint }: NeonOptions): Database {
  if (!isConnectionString(connectionString))
    throw new HedgeError(
      'invalid-configuration',
      'the connection string is not of the form postgresql://user:password@host/database',
      { status: 500 },
    );
  if (endpoint !== undefined) neonConfig.fetchEndpoint = endpoint;
  const sql = neon<true>(connectionString, { arrayMode: true });
  const options = { types: RAW_TEXT };
  return {
    async queryText(statement, parameters) {
      try {
        const rows = (await sql.query(statement, parameters as (string | null)[], options)) as (
          | string
          | null
        )[][];
        return rows[0]?.[0] ?? null;
      } catch (error) {
        throw databaseError(error, { sql: statement, parameters });
      }
    },
  };
}

/** The driver refuses the rest in a message that repeats it, password and all. */
function isConnectionString(text: string): boolean {
  const url = URL.parse(text.replace(/^postgres(?:ql)?:/, 'http:'));
  return (
    /^postgres(?:ql)?:/.test(text) &&
    url !== null &&
    url.username !== '' &&
    url.hostname !== '' &&
    url.pathname.length > 1
  );
}
