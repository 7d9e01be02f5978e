// SQL that may change what is tracked -> its result, with the metadata in step: what it renamed is renamed, what it
// dropped is gone, and what may not be dropped makes all of it undone.
//
//   try-out   note · statements · difference, catalog · rollback      only where the SQL looks as if it changed names
//   real run  note · statements · check that nothing else differs · what stores the metadata
//
// A real run without a try-out that turns out to change something undoes itself, and a try-out follows.

import { CATALOG_SQL } from '../../catalog/catalog-sql.ts';
import { faultOfStatement } from '../../catalog/checks.ts';
import { addEnumTables, readCatalog } from '../../catalog/read-catalog.ts';
import type { DatabaseCatalog } from '../../catalog/types.ts';
import { nameKey } from '../../compile/tables/names.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import { pathText } from '../../error/path.ts';
import { NeonError } from '../../execute/neon-error.ts';
import type { Statement, StatementResult } from '../../execute/types.ts';
import { enumTablesOf } from '../../metadata/enum-tables.ts';
import type { Metadata, SourceMetadata, TableName } from '../../metadata/types.ts';
import { must } from '../../util/assert.ts';
import { withNativeQueryChecks } from '../catalogs.ts';
import { answerOf } from './answer.ts';
import { readDifference } from './difference.ts';
import { follow } from './follow.ts';
import { CHECK_SQL, DIFFERENCE_SQL, differenceIn, NOTE_SQL } from './schema-state-sql.ts';
import { isLikelyChange, mentions } from './script.ts';
import {
  AS_BEFORE,
  AS_ONESELF,
  ask,
  type Script,
  statementsOf,
  UNDONE,
  withoutParameters,
} from './session.ts';
import type { Next, RunSqlOptions, RunSqlOutcome } from './types.ts';

/**
 * Runs the statements and has the metadata follow them.
 * @throws HedgeError as `runSql` does.
 */
export async function runFollowed(
  options: RunSqlOptions,
  script: Script,
): Promise<Pick<RunSqlOutcome, 'answer' | 'committed'>> {
  if (!isLikelyChange(options.args.sql)) {
    const ran = await runReally(options, script, { difference: null, store: [] });
    if ('result' in ran) return { answer: answerOf(ran.result), committed: null };
    await followed(options, ran.difference); // mostly it is refused, and there is no need to run it again
  }
  const { difference, catalog } = await tryOut(options, script);
  const metadata = await followed(options, difference);
  const rows = await withEnumRows(options, script, { metadata, catalog });
  const next = { metadata, catalog: await withChecks(options, script, { metadata, catalog: rows }) };
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
    ...UNDONE,
  ];
  const results = await ask(options, (database) => database.transaction(statements));
  const [difference, , catalog] = results.slice(before.length + 1).map(({ rows }) => rows[0]?.[0]);
  const catalogText = must(catalog, 'the statement about the schema gives a text');
  return { difference: difference ?? null, catalog: await readCatalog(() => Promise.resolve(catalogText)) };
}

/**
 * The rows of enum tables as the statements leave them. Where the SQL speaks of one they are tried out again, as how it
 * is called then is known only now; else they are what they were.
 */
async function withEnumRows(
  options: RunSqlOptions,
  script: Script,
  { metadata, catalog }: Next,
): Promise<DatabaseCatalog> {
  const run = async (text: string): Promise<string> => {
    const { before } = noted(options, script);
    const statements = [...before, AS_ONESELF, withoutParameters(text), ...UNDONE];
    const results = await ask(options, (database) => database.transaction(statements));
    return must(results[before.length + 1]?.rows[0]?.[0], 'the statement about enum tables gives a text');
  };
  const enums = enumTablesOf(sourceOf(metadata, options.args.source));
  if (enums.length === 0) return catalog;
  const before = (await options.catalogs()).get(options.args.source)?.enumTables ?? [];
  const untouched = before.filter(({ name }) => !mentions(options.args.sql, name));
  return await addEnumTables(run, { ...catalog, enumTables: untouched }, enums);
}

/** What the database says of native queries as the statements leave it: they are tried out again where there are any. */
async function withChecks(
  options: RunSqlOptions,
  script: Script,
  { metadata, catalog }: Next,
): Promise<DatabaseCatalog> {
  const show = async (text: string): Promise<string | null> => {
    const { before } = noted(options, script);
    const statements = [...before, AS_ONESELF, withoutParameters(text), ...UNDONE];
    return await ask(options, async (database) => {
      try {
        await database.transaction(statements);
        return null;
      } catch (error) {
        const fault = faultOfStatement(error);
        if (fault !== null) return fault;
        throw error;
      }
    });
  };
  const source = sourceOf(metadata, options.args.source);
  return await withNativeQueryChecks(show, catalog, source, options.compileOptions);
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
