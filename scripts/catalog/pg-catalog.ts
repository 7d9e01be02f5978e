// A connection string -> DatabaseCatalog, over the Postgres protocol: what the build and the tests use.

import { addChecks, faultOfStatement } from '../../src/catalog/checks.ts';
import { readCatalog } from '../../src/catalog/read-catalog.ts';
import type { DatabaseCatalog, QualifiedName } from '../../src/catalog/types.ts';
import { must } from '../../src/util/assert.ts';
import { connectDatabase } from '../database/connect.ts';

/**
 * Describes the database at `url`; `name` is what messages call that URL, `enumTables` whose rows to read, `checksOf`
 * gives the statements to show it once the rest is known.
 * @throws UserError when it cannot be reached or refuses the login.
 */
export async function readCatalogFromUrl(
  url: string,
  name?: string,
  enumTables: readonly QualifiedName[] = [],
  checksOf: (catalog: DatabaseCatalog) => readonly string[] = () => [],
): Promise<DatabaseCatalog> {
  const client = await connectDatabase(url, name);
  try {
    const catalog = await readCatalog(async (text) => {
      const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
      return must(rows[0], 'the catalog statement gives one row')[0];
    }, enumTables);
    const show = async (text: string): Promise<string | null> => {
      try {
        await client.query(text);
        return null;
      } catch (error) {
        const fault = faultOfStatement(error);
        if (fault === null) throw error;
        return fault;
      }
    };
    return await addChecks(show, catalog, checksOf(catalog));
  } finally {
    await client.end();
  }
}
