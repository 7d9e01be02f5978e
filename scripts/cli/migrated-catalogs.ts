// A project's migrations -> what a database that has them looks like, told by a temporary embedded Postgres.

import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import { databasesIn, migrateAll, readCatalogs, startEmbeddedServer } from './databases.ts';
import type { Progress } from './progress.ts';
import type { Project } from './project.ts';
import type { Shutdown } from './shutdown.ts';

/** By source. The server is stopped, and its data removed, with everything else of the command. */
export async function catalogsOfMigrations(
  metadata: Metadata,
  context: { readonly project: Project; readonly progress: Progress; readonly shutdown: Shutdown },
): Promise<ReadonlyMap<string, DatabaseCatalog>> {
  const { project, progress, shutdown } = context;
  const databases = await databasesIn(await startEmbeddedServer({}, progress, shutdown), metadata);
  await migrateAll(project, databases, progress);
  return await readCatalogs(databases);
}
