// How the execute stage reaches a database: one small interface, so that it runs on Neon's HTTP protocol or another.

import type { IsolationLevel } from '../artifact/types.ts';

/** One statement with its parameters: text in Postgres' input syntax, null for NULL. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
}

/** What a statement gave, every value the text that Postgres sent. */
export interface StatementResult {
  /** The first word of Postgres' command tag: `SELECT`, `INSERT`, `CREATE`, … */
  readonly command: string;
  /** The rows it returned or touched; null for commands without a count. */
  readonly rowCount: number | null;
  /** Names of the columns; empty when it returns no rows. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface TransactionOptions {
  readonly isolationLevel?: IsolationLevel | undefined;
  readonly readOnly?: boolean | undefined;
  /** Ends the waiting; what the database does then is its own affair. */
  readonly signal?: AbortSignal | undefined;
}

/** A database reached over HTTP: one call, one round trip; nothing of a session stays behind. */
export interface Database {
  /** Whether the last call reached it; true before the first. */
  isReachable(): boolean;
  /**
   * Runs one statement that returns one row of one text column and gives that text; null when it is NULL or no row came.
   * @throws HedgeError mapped from Postgres' error, or `unexpected` when the database cannot be reached.
   */
  queryText(sql: string, parameters: readonly (string | null)[]): Promise<string | null>;
  /**
   * Runs one statement outside of a transaction block (as `vacuum` wants it).
   * @throws NeonError with Postgres' fields as they came, see `databaseError`.
   */
  query(statement: Statement): Promise<StatementResult>;
  /**
   * Runs statements in order in one transaction: all of them, or none and an error.
   * @throws NeonError with Postgres' fields as they came, see `databaseError`.
   */
  transaction(
    statements: readonly Statement[],
    options?: TransactionOptions,
  ): Promise<readonly StatementResult[]>;
}
