// The flags and settings of `hedge dev` -> the databases of the project's sources, migrated, and that of the metadata.

import { join } from 'node:path';

import type { Metadata } from '../../../src/metadata/types.ts';
import { parseDatabaseUrl } from '../../database/url.ts';
import {
  databasesIn,
  migrateAll,
  namedDatabases,
  seedAll,
  seedMarker,
  type SourceDatabase,
  startEmbeddedServer,
} from '../databases.ts';
import type { Environment } from '../environment.ts';
import type { Progress } from '../progress.ts';
import type { Project } from '../project.ts';
import type { Shutdown } from '../shutdown.ts';

export interface DatabaseFlags {
  readonly databaseUrl?: string;
  readonly fresh?: boolean;
  readonly seed?: boolean;
}

export interface DevDatabases {
  /** Of the source `default`, or of the only one there is; it holds the metadata, too. */
  readonly mainUrl: string;
  /** Gives each source of a metadata its database. @throws UserError for a source whose database nobody names. */
  forSources(metadata: Metadata): Promise<readonly SourceDatabase[]>;
}

/** The variable that makes a source `default` where there is no metadata yet, as in Hasura. */
export const DEFAULT_URL_VARIABLE = 'HASURA_GRAPHQL_DATABASE_URL';

/** What a project without metadata is served as. */
export const DEFAULT_METADATA: Metadata = {
  version: 3,
  sources: [
    {
      name: 'default',
      kind: 'postgres',
      tables: [],
      configuration: { connection_info: { database_url: { from_env: DEFAULT_URL_VARIABLE } } },
    },
  ],
};

/** Finds or starts the databases, applies migrations, and loads seeds into a new embedded one. */
export async function prepareDatabases(
  flags: DatabaseFlags,
  project: Project,
  metadata: Metadata,
  context: { readonly progress: Progress; readonly shutdown: Shutdown },
): Promise<DevDatabases> {
  const { progress, shutdown } = context;
  const main = namedMain(flags, project.environment);
  if (main) {
    const databases = namedDatabases(metadata, main, project.environment);
    await migrateAll(project, databases, progress);
    if (flags.seed === true) await seedAll(project, databases, progress);
    return {
      mainUrl: parseDatabaseUrl(main.url, main.name).href,
      forSources: async (changed) => namedDatabases(changed, main, project.environment),
    };
  }
  const options = { dataDir: join(project.workDir, 'postgres'), fresh: flags.fresh === true };
  const server = await startEmbeddedServer(options, progress, shutdown);
  const databases = await databasesIn(server, metadata);
  const marker = seedMarker(project);
  if (server.created) await marker.clear();
  await migrateAll(project, databases, progress);
  if (flags.seed === true || !(await marker.isSet())) {
    await seedAll(project, databases, progress);
    await marker.set();
  }
  return { mainUrl: server.url, forSources: async (changed) => await databasesIn(server, changed) };
}

function namedMain(
  flags: DatabaseFlags,
  environment: Environment,
): { readonly url: string; readonly name: string } | undefined {
  if (flags.databaseUrl !== undefined) return { url: flags.databaseUrl, name: '--database-url' };
  for (const name of ['DATABASE_URL', DEFAULT_URL_VARIABLE]) {
    const url = environment[name];
    if (url !== undefined) return { url, name };
  }
  return undefined;
}
