// The args of run_sql -> what is to run, and how.

import { sourceField } from '../args/names.ts';
import { bool, object, type Parser, text } from '../args/parse.ts';

export interface RunSqlArgs {
  readonly sql: string;
  readonly source: string;
  /** What depends on something that the SQL drops goes with it. */
  readonly cascade: boolean;
  readonly readOnly: boolean;
  /** Whether the metadata follows the SQL; by the look of the SQL when undefined, see `changesSchema`. */
  readonly checkMetadataConsistency: boolean | undefined;
  /** Each statement by itself, for those that Postgres does not run in a transaction. */
  readonly noTransaction: boolean;
}

/** `{"sql", "source", "cascade", "read_only", "check_metadata_consistency", "no_transaction"}` */
export const runSqlArgs: Parser<RunSqlArgs> = object('RunSQL', (fields) => ({
  sql: fields.required('sql', text),
  source: sourceField(fields),
  cascade: fields.optional('cascade', bool) ?? false,
  checkMetadataConsistency: fields.optional('check_metadata_consistency', bool),
  readOnly: fields.optional('read_only', bool) ?? false,
  noTransaction: fields.optional('no_transaction', bool) ?? false,
}));

/**
 * Hasura's guess at which SQL may change what is tracked; and what decides how mutations are written, as the catalog says
 * under `unseen`.
 */
const SCHEMA_WORDS =
  /\balter\b|\bdrop\b|\breplace\b|\bcreate function\b|\bcomment on\b|\bcreate\s+(?:constraint\s+)?(?:trigger|policy|rule)\b/i;

/**
 * Whether the metadata has to be compared with the database after this SQL; also whether the schema served by then is
 * to be made anew. `insert` into an enum table does not count, as in Hasura: reload_metadata does that.
 */
export function changesSchema({ sql, readOnly, checkMetadataConsistency }: RunSqlArgs): boolean {
  return !readOnly && (checkMetadataConsistency ?? SCHEMA_WORDS.test(sql));
}
