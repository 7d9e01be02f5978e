// The sources of the metadata -> what each of their databases holds, asked at once; a source that cannot be asked is
// left out, with the reason.

import { addChecks, faultOfStatement, type Show } from '../catalog/checks.ts';
import { addEnumTables, readCatalog } from '../catalog/read-catalog.ts';
import type { DatabaseCatalog } from '../catalog/types.ts';
import { nativeQueryChecks } from '../compile/native-queries/native-query-check.ts';
import type { CompileOptions } from '../compile/options.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { databaseError } from '../execute/postgres-error.ts';
import type { Database } from '../execute/types.ts';
import { enumTablesOf } from '../metadata/enum-tables.ts';
import type { SourceMetadata } from '../metadata/types.ts';
import { must } from '../util/assert.ts';

export interface SourceCatalogs {
  readonly catalogs: ReadonlyMap<string, DatabaseCatalog>;
  /** By source: why its database could not be asked, in words that hold no address and no secret. */
  readonly unreachable: ReadonlyMap<string, string>;
}

export const NO_CATALOGS: SourceCatalogs = { catalogs: new Map(), unreachable: new Map() };

/** Finds the database of a source. @throws HedgeError when its connection string is not there or is none. */
export type DatabaseOf = (source: SourceMetadata) => Database;

/** How the databases of sources are found, and what matters of them. */
export interface CatalogAccess {
  readonly databaseOf: DatabaseOf;
  readonly compileOptions: CompileOptions;
}

/** The catalog with what the database says of the source's native queries, unless nobody wants to know. */
export async function withNativeQueryChecks(
  show: Show,
  catalog: DatabaseCatalog,
  source: SourceMetadata,
  { validateNativeQueries }: CompileOptions,
): Promise<DatabaseCatalog> {
  return await addChecks(show, catalog, validateNativeQueries ? nativeQueryChecks(source, catalog) : []);
}

/**
 * Asks the databases of `sources` what is not in `known` yet; gives `known` itself when there is nothing to ask. Never
 * throws for a database that cannot be asked.
 */
export async function readSourceCatalogs(
  sources: readonly SourceMetadata[],
  { databaseOf, compileOptions }: CatalogAccess,
  known: SourceCatalogs = NO_CATALOGS,
): Promise<SourceCatalogs> {
  const catalogs = new Map(known.catalogs);
  const unreachable = new Map(known.unreachable);
  let isSame = true;
  await Promise.all(
    sources.map(async (source) => {
      const { name } = source;
      if (unreachable.has(name)) return;
      try {
        const run = async (sql: string): Promise<string> =>
          must(await databaseOf(source).queryText(sql, []), 'the catalog statement gives a row');
        const before = catalogs.get(name);
        const enums = enumTablesOf(source);
        const read = before ? await addEnumTables(run, before, enums) : await readCatalog(run, enums);
        const show = showTo(databaseOf(source));
        const now = await withNativeQueryChecks(show, read, source, compileOptions);
        isSame &&= now === before;
        catalogs.set(name, now);
      } catch (error) {
        if (!(error instanceof HedgeError)) throw error;
        isSame = false;
        unreachable.set(name, error.message);
      }
    }),
  );
  return isSame ? known : { catalogs, unreachable };
}

function showTo(database: Database): Show {
  return async (sql) => {
    try {
      await database.query({ sql, parameters: [] });
      return null;
    } catch (error) {
      const fault = faultOfStatement(error);
      if (fault !== null) return fault;
      throw databaseError(error, { sql, parameters: [] });
    }
  };
}
