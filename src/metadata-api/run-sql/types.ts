// What run_sql takes and gives.

import type { DatabaseCatalog } from '../../catalog/types.ts';
import type { CompileOptions } from '../../compile/options.ts';
import type { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import type { Database, Statement } from '../../execute/types.ts';
import type { Metadata } from '../../metadata/types.ts';
import type { Catalogs } from '../dependencies/dependents.ts';
import type { RunSqlArgs } from './args.ts';

export interface RunSqlOptions {
  readonly args: RunSqlArgs;
  /** The database of the source. */
  readonly database: Database;
  readonly metadata: Metadata;
  readonly compileOptions: CompileOptions;
  /** What the databases hold now; asked only when something tracked changes. */
  readonly catalogs: () => Promise<Catalogs>;
  /** Where the args stand in the request. */
  readonly path: Path | undefined;
  /**
   * Called before anything is committed, when the SQL was tried out: checks what comes of it, and gives the statements
   * that store the metadata, if it is in the same database. What it throws undoes everything.
   */
  readonly commit: (next: Next) => Promise<readonly Statement[]>;
  /** The error that one of these statements means with what it threw; undefined when it was not one of them. */
  readonly storeError?: (error: unknown) => HedgeError | undefined;
}

/** How things will be when the SQL is committed. */
export interface Next {
  /** Follows the SQL; the same object as before when nothing in it changes. */
  readonly metadata: Metadata;
  /** Of the source the SQL ran on. */
  readonly catalog: DatabaseCatalog;
}

export interface RunSqlOutcome {
  readonly answer: RunSqlAnswer;
  /** What is known of the database is old: it is to be read again and compiled with the metadata. */
  readonly schemaChanged: boolean;
  /** What `commit` was called with, now committed; null when it was not called. */
  readonly committed: Next | null;
}

export type RunSqlAnswer =
  | { readonly result_type: 'TuplesOk'; readonly result: readonly (readonly string[])[] }
  | { readonly result_type: 'CommandOk'; readonly result: null };
