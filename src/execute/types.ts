// How the execute stage reaches a database: one small interface, so that it runs on Neon's HTTP protocol or another.

/** A database that answers one statement per call. Parameters are text in Postgres' input syntax, null for NULL. */
export interface Database {
  /**
   * Runs one statement that returns one row of one text column and gives that text; null when it is NULL or no row came.
   * @throws HedgeError mapped from Postgres' error, or `unexpected` when the database cannot be reached.
   */
  queryText(sql: string, parameters: readonly (string | null)[]): Promise<string | null>;
}
