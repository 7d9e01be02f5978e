// A connection string -> DatabaseCatalog, over the Postgres protocol: what the build and the tests use.

import { readCatalog } from '../../src/catalog/read-catalog.ts';
import type { DatabaseCatalog, QualifiedName } from '../../src/catalog/types.ts';
import { must } from '../../src/util/assert.ts';
import { connectDatabase } from '../database/connect.ts';

/**
 * Describes the database at `url`; `name` is what messages call that URL, `enumTables` whose rows to read.
 * @throws UserError when it cannot be reached or refuses the login.
 */
export async function readCatalogFromUrl(
  url: string,
  name?: string,
  enumTables: readonly QualifiedName[] = [],
): Promise<DatabaseCatalog> {
  const client = await connectDatabase(url, name);
  try {
    return await readCatalog(async (text) => {
      const { rows } = await client.query<[string]>({ text, rowMode: 'array' });
      return must(rows[0], 'the catalog statement gives one row')[0];
    }, enumTables);
  } finally {
    await client.end();
  }
}
