// A connection string -> a Database over Neon's HTTP protocol: one statement, one `fetch`, raw text back.
// Neon's own driver speaks it too, at a price that docs/decisions/2026-11-25-neon-protocol.md gives.

import { HedgeError } from '../error/hedge-error.ts';
import { neonErrorOf } from './neon-error.ts';
import { databaseError, isUnreachable } from './postgres-error.ts';
import type { Database, Statement, StatementResult, TransactionOptions } from './types.ts';

export interface NeonOptions {
  /** `postgresql://user:password@host/database`. */
  readonly connectionString: string;
  /** URL of the SQL endpoint, where it does not follow from the host. */
  readonly endpoint?: string | undefined;
}

/** What of an answer is read: rows as lists, every value the text that Postgres sent. */
interface Answer {
  readonly command: string;
  readonly rowCount: number | null;
  readonly fields: readonly { readonly name: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const ISOLATION_LEVELS = {
  'read-committed': 'ReadCommitted',
  'repeatable-read': 'RepeatableRead',
  serializable: 'Serializable',
} as const;

/**
 * A database at the end of Neon's HTTP protocol.
 * @throws HedgeError `invalid-configuration` when the connection string has not the form of one; it is not shown.
 */
export function neonDatabase({ connectionString, endpoint }: NeonOptions): Database {
  const url = readConnectionString(connectionString);
  const address = endpoint ?? sqlAddress(url.hostname);
  const headers = {
    'Neon-Connection-String': namedConnectionString(url),
    'Neon-Raw-Text-Output': 'true',
    'Neon-Array-Mode': 'true',
  };

  let isReachable = true;

  async function ask(
    body: string,
    own?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<unknown> {
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: own ? { ...headers, ...own } : headers,
        body,
        ...(signal && { signal }),
      });
      const text = await response.text();
      if (!response.ok) throw neonErrorOf(response.status, text);
      isReachable = true;
      return JSON.parse(text);
    } catch (error) {
      if (!signal?.aborted) isReachable = !isUnreachable(error);
      throw error;
    }
  }

  return {
    isReachable: () => isReachable,
    async queryText(sql, parameters) {
      try {
        const { rows } = (await ask(JSON.stringify({ query: sql, params: parameters }))) as Answer;
        return rows[0]?.[0] ?? null;
      } catch (error) {
        throw databaseError(error, { sql, parameters });
      }
    },
    async query(statement) {
      return resultOf((await ask(JSON.stringify(queryOf(statement)))) as Answer);
    },
    async transaction(statements, options = {}) {
      const body = JSON.stringify({ queries: statements.map(queryOf) });
      const { results } = (await ask(body, transactionHeaders(options), options.signal)) as {
        results: readonly Answer[];
      };
      return results.map(resultOf);
    },
  };
}

function queryOf({ sql, parameters }: Statement): { query: string; params: readonly (string | null)[] } {
  return { query: sql, params: parameters };
}

function resultOf({ command, rowCount, fields, rows }: Answer): StatementResult {
  return { command, rowCount, columns: fields.map((field) => field.name), rows };
}

function transactionHeaders({ isolationLevel, readOnly }: TransactionOptions): Record<string, string> {
  return {
    ...(isolationLevel && { 'Neon-Batch-Isolation-Level': ISOLATION_LEVELS[isolationLevel] }),
    ...(readOnly !== undefined && { 'Neon-Batch-Read-Only': String(readOnly) }),
  };
}

/** @throws HedgeError that does not repeat the string, password and all. */
function readConnectionString(text: string): URL {
  const url = URL.parse(text.replace(/^postgres(?:ql)?:/, 'http:'));
  if (
    url !== null &&
    /^postgres(?:ql)?:/.test(text) &&
    url.username !== '' &&
    url.hostname !== '' &&
    url.pathname.length > 1
  )
    return url;
  throw new HedgeError(
    'invalid-configuration',
    'the connection string is not of the form postgresql://user:password@host/database',
    { status: 500 },
  );
}

/** The connection string with a name under which Postgres lists our sessions, unless it has one. */
function namedConnectionString(url: URL): string {
  if (!url.searchParams.has('application_name')) url.searchParams.set('application_name', 'hedge');
  return `postgresql:${url.href.slice(url.protocol.length)}`;
}

/** Neon answers SQL for `ep-….region.aws.neon.tech` at `api.region.aws.neon.tech`. */
function sqlAddress(host: string): string {
  return `https://${host.replace(/^[^.]+\./, 'api.')}/sql`;
}
