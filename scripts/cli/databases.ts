// Metadata's sources -> a database for each: in the embedded Postgres, or the ones the user names.

import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { escapeIdentifier } from 'pg';

import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { nativeQueryChecks } from '../../src/compile/native-queries/native-query-check.ts';
import { POSTGRES_KINDS } from '../../src/compile/sources.ts';
import { enumTablesOf } from '../../src/metadata/enum-tables.ts';
import type { Metadata, SourceMetadata, TableName } from '../../src/metadata/types.ts';
import { readCatalogFromUrl } from '../catalog/pg-catalog.ts';
import { connectDatabase } from '../database/connect.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { databaseLabel, parseDatabaseUrl, withDatabase } from '../database/url.ts';
import { UserError } from '../database/user-error.ts';
import { applyMigrations } from '../migrate/migrations.ts';
import { applySeeds } from '../migrate/seeds.ts';
import type { Environment } from './environment.ts';
import type { Progress } from './progress.ts';
import type { Project } from './project.ts';
import type { Shutdown } from './shutdown.ts';

/** The database of one source. */
export interface SourceDatabase {
  readonly source: string;
  readonly url: string;
  /** What messages call the URL: the flag or variable it came from. */
  readonly urlName: string;
  /** The environment variable the metadata names for it; null when the metadata spells the URL out. */
  readonly environmentName: string | null;
  /** The URL the metadata spells out, which need not be the one of this run. */
  readonly literalUrl: string | null;
  /** Tables whose rows belong to its description. */
  readonly enumTables: readonly TableName[];
  /** Statements that show whether it can run the native queries. */
  readonly checksOf: (catalog: DatabaseCatalog) => readonly string[];
}

export interface EmbeddedOptions {
  /** Kept between runs when given, else thrown away at the end. */
  readonly dataDir?: string;
  readonly fresh?: boolean;
}

const MAIN_SOURCE = 'default';

/** A started Postgres of our own. */
export interface EmbeddedServer {
  /** Of its database `postgres`. */
  readonly url: string;
  /** True when nothing is in it yet. */
  readonly created: boolean;
}

/** Starts the embedded Postgres; the end of the command stops it. */
export async function startEmbeddedServer(
  options: EmbeddedOptions,
  progress: Progress,
  shutdown: Shutdown,
): Promise<EmbeddedServer> {
  return await progress.step('Starting the embedded Postgres', async (detail) => {
    const server = await startEmbeddedPostgres({ ...options, onProgress: detail });
    shutdown.onStop(() => server.stop());
    detail(`${server.version}, ${databaseLabel(parseDatabaseUrl(server.url))}`);
    return server;
  });
}

/** Gives each source a database in the embedded server; the source `default` gets `postgres`. */
export async function databasesIn(
  { url: serverUrl }: EmbeddedServer,
  metadata: Metadata,
): Promise<readonly SourceDatabase[]> {
  const databases: SourceDatabase[] = [];
  for (const source of postgresSources(metadata)) {
    const url = source.name === MAIN_SOURCE ? serverUrl : await ensureDatabase(serverUrl, source.name);
    databases.push({ ...spelt(source), source: source.name, url, urlName: 'the embedded Postgres' });
  }
  return databases;
}

async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  const client = await connectDatabase(serverUrl);
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
  return withDatabase(parseDatabaseUrl(serverUrl), name).href;
}

/**
 * The databases a user named: `mainUrl` is that of the source `default`, or of the only source there is. Further
 * sources are found where the metadata says, in the environment or in itself.
 * @throws UserError for a source without a URL, and for URLs that are none.
 */
export function namedDatabases(
  metadata: Metadata,
  main: { readonly url: string; readonly name: string },
  environment: Environment,
): readonly SourceDatabase[] {
  const sources = postgresSources(metadata);
  const mainSource = sources.find((s) => s.name === MAIN_SOURCE) ?? sources[0];
  return sources.map((source) => {
    const named = { ...spelt(source), source: source.name };
    const { environmentName } = named;
    if (source === mainSource) {
      return { ...named, url: parseDatabaseUrl(main.url, main.name).href, urlName: main.name };
    }
    const conf = source.configuration.connection_info.database_url;
    if (environmentName !== null) {
      const value = environment[environmentName];
      if (value === undefined) {
        throw new UserError(
          `The source ${source.name} has no database: set ${environmentName}, which its metadata names, to a Postgres URL.`,
        );
      }
      const url = parseDatabaseUrl(value, environmentName).href;
      return { ...named, url, urlName: environmentName };
    }
    const urlName = `database_url of the source ${source.name}`;
    if (typeof conf !== 'string') {
      throw new UserError(
        `The ${urlName} has connection_parameters, which are not available in this version: use from_env.`,
      );
    }
    return { ...named, url: parseDatabaseUrl(conf, urlName).href, urlName };
  });
}

/** Applies what is pending of each source's migrations. @throws UserError naming file, line and Postgres' message. */
export async function migrateAll(
  project: Project,
  databases: readonly SourceDatabase[],
  progress: Progress,
): Promise<void> {
  for (const { source, url } of databases) {
    const folder = join(project.migrationsDir, source);
    if (!existsSync(folder)) continue;
    await progress.step(
      `Applying migrations${databases.length > 1 ? ` of ${source}` : ''}`,
      async (detail) => {
        const applied = await applyMigrations(url, folder, (name) => detail(name));
        detail(applied.length === 0 ? 'none pending' : `${applied.length} applied`);
      },
    );
  }
}

/** Loads each source's seeds: every SQL file of `seeds/<source>/`, in order. */
export async function seedAll(
  project: Project,
  databases: readonly SourceDatabase[],
  progress: Progress,
): Promise<void> {
  for (const { source, url } of databases) {
    const folder = join(project.seedsDir, source);
    if (!existsSync(folder)) continue;
    await progress.step(`Loading seeds${databases.length > 1 ? ` of ${source}` : ''}`, async (detail) => {
      const files = await applySeeds(url, folder, (name) => detail(name));
      detail(`${files.length} ${files.length === 1 ? 'file' : 'files'}`);
    });
  }
}

/** Describes every database, by source. @throws UserError when one cannot be reached. */
export async function readCatalogs(
  databases: readonly SourceDatabase[],
): Promise<ReadonlyMap<string, DatabaseCatalog>> {
  const catalogs = new Map<string, DatabaseCatalog>();
  for (const { source, url, urlName, enumTables, checksOf } of databases)
    catalogs.set(source, await readCatalogFromUrl(url, urlName, enumTables, checksOf));
  return catalogs;
}

/** Remembers beside an embedded database that its seeds are loaded, so that an interrupted first start is made up for. */
export function seedMarker(project: Project): {
  isSet(): Promise<boolean>;
  set(): Promise<void>;
  clear(): Promise<void>;
} {
  const file = join(project.workDir, 'seeded');
  return {
    isSet: async () => (await readFile(file, 'utf8').catch(() => '')) !== '',
    set: () => writeFile(file, 'yes\n'),
    clear: () => rm(file, { force: true }),
  };
}

function postgresSources(metadata: Metadata): readonly SourceMetadata[] {
  return metadata.sources.filter((source) => POSTGRES_KINDS.has(source.kind));
}

function spelt(
  source: SourceMetadata,
): Pick<SourceDatabase, 'environmentName' | 'literalUrl' | 'enumTables' | 'checksOf'> {
  const conf = source.configuration.connection_info.database_url;
  return {
    environmentName: typeof conf === 'object' && 'from_env' in conf ? conf.from_env : null,
    literalUrl: typeof conf === 'string' ? conf : null,
    enumTables: enumTablesOf(source),
    checksOf: (catalog) => nativeQueryChecks(source, catalog),
  };
}
