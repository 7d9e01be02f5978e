// SQL of an administrator -> its result, with the metadata in step: what it renamed is renamed, what it dropped is gone,
// and what may not be dropped makes all of it undone.
//
//   try-out   note · statements · difference, catalog · rollback      only where the SQL looks as if it changed names
//   real run  note · statements · check that nothing else differs · what stores the metadata
//
// A real run without a try-out that turns out to change something undoes itself, and a try-out follows.

import { CATALOG_SQL } from '../../catalog/catalog-sql.ts';
import { addEnumTables, readCatalog } from '../../catalog/read-catalog.ts';
import type { DatabaseCatalog } from '../../catalog/types.ts';
import { nameKey } from '../../compile/names.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import type { Path } from '../../error/path.ts';
import { pathText } from '../../error/path.ts';
import { NeonError } from '../../execute/neon-error.ts';
import type { Database, Statement, StatementResult } from '../../execute/types.ts';
import { enumTablesOf } from '../../metadata/enum-tables.ts';
import type { Metadata, SourceMetadata, TableName } from '../../metadata/types.ts';
import { must } from '../../util/assert.ts';
import type { Catalogs } from '../dependencies/dependents.ts';
import { changesSchema, type RunSqlArgs } from './args.ts';
import { readDifference } from './difference.ts';
import { follow } from './follow.ts';
import { CHECK_SQL, DIFFERENCE_SQL, differenceIn, NOTE_SQL } from './schema-state-sql.ts';
import { isLikelyChange, mayEndTransactions, readScript, runsOutside } from './script.ts';
import { sqlError } from './sql-error.ts';

export interface RunSqlOptions {
  readonly args: RunSqlArgs;
  /** The database of the source. */
  readonly database: Database;
  readonly metadata: Metadata;
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

/**
 * Runs the statements, in one transaction unless told otherwise, and answers with the result of the last one.
 * @throws HedgeError `postgres-error` (400) with what Postgres said, `dependency-error` and others of `follow`,
 * `not-supported` for what cannot be run over HTTP; whatever it throws, nothing was done, except with `noTransaction`.
 */
export async function runSql(options: RunSqlOptions): Promise<RunSqlOutcome> {
  const { args, path } = options;
  const script = readScript(args.sql, path);
  const schemaChanged = changesSchema(args);
  const [only] = script;
  if (!only) return { answer: COMMAND_OK, schemaChanged: false, committed: null };
  if (args.readOnly) return { ...(await runReading(options, script)), schemaChanged: false };
  if (args.noTransaction && args.checkMetadataConsistency === true) {
    throw new HedgeError(
      'not-supported',
      'check_metadata_consistency needs a transaction, as what it refuses is to be undone: leave it or no_transaction out',
      { path: pathText(path) },
    );
  }
  if (args.noTransaction || (script.length === 1 && runsOutside(only))) {
    return { ...(await runSingly(options, script)), schemaChanged };
  }
  if (!schemaChanged) return { ...(await runPlain(options, script)), schemaChanged };
  return { ...(await runFollowed(options, script)), schemaChanged };
}

type Outcome = Omit<RunSqlOutcome, 'schemaChanged'>;
type Script = ReturnType<typeof readScript>;

/** Neon gives connections to whoever comes next: nothing of a session may be left on one. */
const AS_BEFORE: readonly Statement[] = [
  'reset all',
  'discard temp',
  'close all',
  'unlisten *',
  'select pg_catalog.pg_advisory_unlock_all()',
].map(withoutParameters);
/** Before our own statements, which another role might not be allowed. */
const AS_ONESELF = withoutParameters('reset session authorization');

async function runReading(options: RunSqlOptions, script: Script): Promise<Outcome> {
  // After a first query Postgres lets nobody make the transaction one that writes.
  const first = withoutParameters('select');
  const statements = [first, ...statementsOf(script), AS_ONESELF, ...AS_BEFORE];
  const results = await ask(options, (database) => database.transaction(statements, { readOnly: true }));
  return { answer: answerOf(results[script.length]), committed: null };
}

async function runPlain(options: RunSqlOptions, script: Script): Promise<Outcome> {
  const statements = [...statementsOf(script), AS_ONESELF, ...AS_BEFORE];
  const results = await ask(options, (database) => database.transaction(statements));
  return { answer: answerOf(results[script.length - 1]), committed: null };
}

/** One transaction per statement, so that none leaves anything in its session, and none at all where it must be so. */
async function runSingly(options: RunSqlOptions, script: Script): Promise<Outcome> {
  let last: StatementResult | undefined;
  for (const statement of script) {
    const sent = withoutParameters(statement.text);
    const isOutside = runsOutside(statement) || mayEndTransactions(statement);
    last = await ask(options, async (database) =>
      isOutside
        ? await database.query(sent)
        : (await database.transaction([sent, AS_ONESELF, ...AS_BEFORE]))[0],
    );
  }
  return { answer: answerOf(last), committed: null };
}

async function runFollowed(options: RunSqlOptions, script: Script): Promise<Outcome> {
  if (!isLikelyChange(options.args.sql)) {
    const ran = await runReally(options, script, { difference: null, store: [] });
    if ('result' in ran) return { answer: answerOf(ran.result), committed: null };
    await followed(options, ran.difference); // mostly it is refused, and there is no need to run it again
  }
  const { difference, catalog } = await tryOut(options, script);
  const metadata = await followed(options, difference);
  const next = { metadata, catalog: await withEnumRows(options, script, { metadata, catalog }) };
  const ran = await runReally(options, script, { difference, store: await options.commit(next) });
  if ('result' in ran) return { answer: answerOf(ran.result), committed: next };
  throw new HedgeError(
    'conflict',
    'the database was changed by others while the SQL was looked at; nothing was done: run it again',
    { path: pathText(options.path) },
  );
}

interface Expected {
  /** JSON of what may differ afterwards; null for nothing. */
  readonly difference: string | null;
  readonly store: readonly Statement[];
}

/** Commits, or does nothing and gives the difference that is there instead. */
async function runReally(
  options: RunSqlOptions,
  script: Script,
  { difference, store }: Expected,
): Promise<{ readonly result: StatementResult | undefined } | { readonly difference: string | null }> {
  const { before, result } = noted(options, script);
  const statements = [
    ...before,
    AS_ONESELF,
    { sql: CHECK_SQL, parameters: [difference] },
    ...AS_BEFORE,
    ...store,
  ];
  return await ask(options, async (database) => {
    try {
      const results = await database.transaction(statements);
      return { result: results[result] };
    } catch (error) {
      const other = error instanceof NeonError ? differenceIn(error.message) : undefined;
      if (other !== undefined) return { difference: other };
      throw (store.length > 0 && options.storeError?.(error)) || error;
    }
  });
}

/** Runs the statements and undoes them, to see how it would be. */
async function tryOut(
  options: RunSqlOptions,
  script: Script,
): Promise<{ readonly difference: string | null; readonly catalog: DatabaseCatalog }> {
  const { before } = noted(options, script);
  const statements = [
    ...before,
    AS_ONESELF,
    withoutParameters(DIFFERENCE_SQL),
    withoutParameters('reset all'),
    withoutParameters(CATALOG_SQL),
    // Ends the transaction; the commit after it finds none.
    withoutParameters('rollback'),
  ];
  const results = await ask(options, (database) => database.transaction(statements));
  const [difference, , catalog] = results.slice(before.length + 1).map(({ rows }) => rows[0]?.[0]);
  const catalogText = must(catalog, 'the statement about the schema gives a text');
  return { difference: difference ?? null, catalog: await readCatalog(() => Promise.resolve(catalogText)) };
}

/** The rows of enum tables as the statements leave them: tried out again, as what they are called is known only now. */
async function withEnumRows(
  options: RunSqlOptions,
  script: Script,
  { metadata, catalog }: Next,
): Promise<DatabaseCatalog> {
  const run = async (text: string): Promise<string> => {
    const { before } = noted(options, script);
    const statements = [...before, AS_ONESELF, withoutParameters(text), withoutParameters('rollback')];
    const results = await ask(options, (database) => database.transaction(statements));
    return must(results[before.length + 1]?.rows[0]?.[0], 'the statement about enum tables gives a text');
  };
  return await addEnumTables(run, catalog, enumTablesOf(sourceOf(metadata, options.args.source)));
}

/** Asks the database; what it says about the SQL is told as Hasura tells it. */
async function ask<T>(
  { database, args, path }: RunSqlOptions,
  question: (database: Database) => Promise<T>,
): Promise<T> {
  try {
    return await question(database);
  } catch (error) {
    throw sqlError(error, args.sql, path);
  }
}

async function followed(
  { args, metadata, catalogs, path }: RunSqlOptions,
  text: string | null,
): Promise<Metadata> {
  if (text === null) return metadata;
  const difference = readDifference(text);
  if (difference === null) {
    throw new HedgeError(
      'not-supported',
      'RESET ALL makes Postgres forget how the schema was before: leave it out, the session is reset anyway',
      { path: pathText(path) },
    );
  }
  const { source, cascade } = args;
  return follow({ metadata, catalogs: await catalogs(), source, cascade, path }, difference);
}

/** The note comes first, but for what Postgres takes before the first query of a transaction alone. */
function noted(
  { metadata, args }: RunSqlOptions,
  script: Script,
): { readonly before: readonly Statement[]; readonly result: number } {
  const note = noteOf(sourceOf(metadata, args.source));
  const statements = statementsOf(script);
  const query = script.findIndex(({ words }) => words[0] !== 'set' || words[1] !== 'transaction');
  if (query < 0) return { before: [...statements, note], result: statements.length - 1 };
  return {
    before: [...statements.slice(0, query), note, ...statements.slice(query)],
    result: statements.length,
  };
}

/** Names of what the metadata tracks, for `NOTE_SQL`. */
function noteOf({ tables, functions }: SourceMetadata): Statement {
  const computed = tables.flatMap(({ computed_fields: fields }) => fields ?? []);
  const called = [
    ...(functions ?? []).map((fn) => fn.function),
    ...computed.map(({ definition }) => definition.function),
  ];
  const names = {
    tables: distinct(tables.map(({ table }) => table)),
    functions: distinct(called),
  };
  return { sql: NOTE_SQL, parameters: [JSON.stringify(names)] };
}

function distinct(names: readonly TableName[]): readonly (readonly [string, string])[] {
  return [...new Map(names.map((of) => [nameKey(of), [of.schema, of.name] as const])).values()];
}

function sourceOf(metadata: Metadata, name: string): SourceMetadata {
  return must(
    metadata.sources.find((source) => source.name === name),
    'SQL runs on a source of the metadata',
  );
}

const COMMAND_OK: RunSqlAnswer = { result_type: 'CommandOk', result: null };

function answerOf(result: StatementResult | undefined): RunSqlAnswer {
  if (!result || result.columns.length === 0) return COMMAND_OK;
  const rows = result.rows.map((row) => row.map((value) => value ?? 'NULL'));
  return { result_type: 'TuplesOk', result: [result.columns, ...rows] };
}

function statementsOf(script: Script): readonly Statement[] {
  return script.map(({ text }) => withoutParameters(text));
}

function withoutParameters(sql: string): Statement {
  return { sql, parameters: [] };
}
