// The metadata database -> metadata by version, and back: every write names the version it builds on, so that two
// writers can never mix their changes.

import { desc, eq, ne, type SQL, sql } from 'drizzle-orm';

import { HedgeError } from '../../error/hedge-error.ts';
import { at, pathText } from '../../error/path.ts';
import { NeonError } from '../../execute/neon-error.ts';
import { databaseError } from '../../execute/postgres-error.ts';
import type { Database, Statement, StatementResult } from '../../execute/types.ts';
import { sha256Hex } from '../../util/sha256.ts';
import {
  CATALOG_VERSION,
  CREATE_METADATA_CATALOG,
  hdbMetadata,
  hdbSchemaNotifications,
  hdbVersion,
  hedgeArtifact,
} from './hdb-catalog.ts';
import { catalogDb, statementOf } from './statement.ts';

/** Hasura's id of the one row of hdb_metadata. */
const ROW = 1;
/** Key of the advisory lock under which the tables are made: «hedgemd» in ASCII. */
const PREPARE_LOCK = '29384879483743588';
/** SQLSTATEs of a table or a schema that is not there. */
const MISSING: ReadonlySet<string> = new Set(['42P01', '3F000']);
/** The name that cannot exist, by reading which a transaction gives itself up when the version is not the expected. */
const CONFLICT = 'hedge/conflict';
const CONFLICT_MESSAGE = /unrecognized configuration parameter "hedge\/conflict\/\d+"/;

/** Larger documents are not kept; 1,000 tables with five permissions each have 1.2 million. */
const MAX_KEPT_CHARS = 4_000_000;

/** The document of a version, as it stands in the database. */
export interface StoredMetadata {
  readonly resourceVersion: number;
  readonly metadata: unknown;
}

export interface StoredArtifact {
  readonly resourceVersion: number;
  readonly artifact: string;
}

export interface NewVersion {
  /** The version this one follows; another one in the database makes the write fail as a whole. */
  readonly after: number;
  /** JSON text of the document. */
  readonly metadata: string;
  /** Text of the artifact, and by which compiler and options it was made. */
  readonly artifact: string;
  readonly format: string;
}

/** What is done in the transaction that stores a version, before it is stored. */
export interface Along {
  readonly statements: readonly Statement[];
  /** What it means that the transaction failed, other than by another version. */
  readonly errorOf: (error: unknown) => HedgeError;
}

export interface MetadataStore {
  /** The number of the current version. @throws HedgeError when the database cannot be asked. */
  version(): Promise<number>;
  /** The current document; null where no metadata was ever stored. */
  load(): Promise<StoredMetadata | null>;
  /** The newest version and its artifact in this format; null when that version has none. */
  loadArtifact(format: string): Promise<StoredArtifact | null>;
  /** Stores a version and gives its number. @throws HedgeError `conflict` when another one came first. */
  save(version: NewVersion, along?: Along): Promise<number>;
  /** The statements of `save`, for a transaction that does more; `conflictOf` reads its error. */
  saveStatements(version: NewVersion): readonly Statement[];
  /** Adds the artifact of a version that has none in this format. */
  saveArtifact(artifact: {
    readonly resourceVersion: number;
    readonly artifact: string;
    readonly format: string;
  }): Promise<void>;
  catalogState(): Promise<{
    readonly id: string;
    readonly cli_state: unknown;
    readonly console_state: unknown;
  }>;
  setCatalogState(type: 'cli' | 'console', state: unknown): Promise<void>;
}

/**
 * Opens the store in a database; its tables are made when something is asked and they are not there.
 * @throws (its functions) HedgeError `invalid-configuration` when the catalog is of a Hasura version other than the one we read, and
 * `postgres-error` when the role may not use or make it.
 */
export function metadataStore(database: Database, instanceId: string): MetadataStore {
  /** Does something with the tables, and makes them first where that shows that there are none. */
  const withTables = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof NeonError) || !MISSING.has(error.code ?? '')) throw error;
      await prepare(database);
      return await ask();
    }
  };
  const run = async (statement: Statement): Promise<StatementResult> => {
    try {
      return await withTables(() => database.query(statement));
    } catch (error) {
      throw storeError(error, statement);
    }
  };

  /** The document that was read or written last: it is asked for again only when the database has another one. */
  let kept: KeptDocument | undefined;

  const store: MetadataStore = {
    async version() {
      const { rows } = await run(
        statementOf(catalogDb.select({ version: hdbMetadata.resource_version }).from(hdbMetadata)),
      );
      return Number(rows[0]?.[0] ?? 0);
    },
    async load() {
      const known = kept;
      const metadata = known ? otherThanSql(known) : hdbMetadata.metadata;
      const { rows } = await run(
        statementOf(catalogDb.select({ version: hdbMetadata.resource_version, metadata }).from(hdbMetadata)),
      );
      const [version, other] = rows[0] ?? [];
      const text = other ?? known?.text;
      if (version === undefined || text === undefined) return null;
      if (text !== known?.text) kept = await keptDocument(text);
      return { resourceVersion: Number(version), metadata: JSON.parse(text) as unknown };
    },
    async loadArtifact(format) {
      const { rows } = await run(
        statementOf(
          catalogDb
            .select({ version: hdbMetadata.resource_version, artifact: hedgeArtifact.artifact })
            .from(hdbMetadata)
            .innerJoin(hedgeArtifact, eq(hedgeArtifact.resource_version, hdbMetadata.resource_version))
            .where(eq(hedgeArtifact.format, ofStoredDocument(format)))
            .orderBy(desc(hdbMetadata.resource_version))
            .limit(1),
        ),
      );
      const [version, artifact] = rows[0] ?? [];
      if (version === undefined || artifact === undefined || artifact === null) return null;
      return { resourceVersion: Number(version), artifact };
    },
    async save(version, along) {
      const statements = [...(along?.statements ?? []), ...store.saveStatements(version)];
      try {
        await withTables(() => database.transaction(statements));
      } catch (error) {
        if (isLost(error)) throw versionConflict(version.after);
        throw (
          conflictOf(error, version.after) ??
          along?.errorOf(error) ??
          storeError(error, { sql: 'save metadata', parameters: [] })
        );
      }
      kept = await keptDocument(version.metadata);
      return version.after + 1;
    },
    saveStatements: (version) => saveStatements(version, instanceId),
    async saveArtifact({ resourceVersion, artifact, format }) {
      await run(
        statementOf(
          catalogDb
            .insert(hedgeArtifact)
            .values({ resource_version: resourceVersion, format: ofStoredDocument(format), artifact })
            .onConflictDoUpdate({
              target: [hedgeArtifact.resource_version, hedgeArtifact.format],
              set: { artifact, compiled_at: sql`now()` },
            }),
        ),
      );
    },
    async catalogState() {
      const { rows } = await run(
        statementOf(
          catalogDb
            .select({
              id: hdbVersion.hasura_uuid,
              cli: hdbVersion.cli_state,
              console: hdbVersion.console_state,
            })
            .from(hdbVersion),
        ),
      );
      const [id, cli, console] = rows[0] ?? [];
      return {
        id: id ?? '',
        cli_state: JSON.parse(cli ?? '{}') as unknown,
        console_state: JSON.parse(console ?? '{}') as unknown,
      };
    },
    async setCatalogState(type, state) {
      const json = sql`${JSON.stringify(state)}::jsonb`;
      await run(
        statementOf(
          catalogDb.update(hdbVersion).set(type === 'cli' ? { cli_state: json } : { console_state: json }),
        ),
      );
    },
  };
  return store;
}

/**
 * A format, and the document of which the artifact was made: metadata that was restored from a backup and counts its
 * versions up again has an artifact of its own.
 */
function ofStoredDocument(format: string): SQL {
  return sql`${format} || ' ' || (select md5(metadata::text) from hdb_catalog.hdb_metadata)`;
}

function saveStatements({ after, metadata, artifact, format }: NewVersion, instanceId: string): Statement[] {
  const next = after + 1;
  return [
    // Locks the row first: of two writers the second waits here, and then finds a version it did not expect.
    {
      sql: `select case when found = $1::int then '' else current_setting('${CONFLICT}/' || found) end
from (select coalesce((select resource_version from hdb_catalog.hdb_metadata where id = ${ROW} for update), 0) as found) as current`,
      parameters: [String(after)],
    },
    // There is nothing to lock before the first version: of two first writers the second fails at the primary key.
    statementOf(
      after === 0
        ? catalogDb
            .insert(hdbMetadata)
            .values({ id: ROW, metadata: sql`${metadata}::json`, resource_version: next })
        : catalogDb.update(hdbMetadata).set({ metadata: sql`${metadata}::json`, resource_version: next }),
    ),
    statementOf(catalogDb.delete(hedgeArtifact).where(ne(hedgeArtifact.resource_version, after))),
    statementOf(
      catalogDb
        .insert(hedgeArtifact)
        .values({ resource_version: next, format: ofStoredDocument(format), artifact })
        .onConflictDoUpdate({
          target: [hedgeArtifact.resource_version, hedgeArtifact.format],
          set: { artifact: sql`excluded.artifact`, compiled_at: sql`now()` },
        }),
    ),
    statementOf(
      catalogDb
        .insert(hdbSchemaNotifications)
        .values({
          id: ROW,
          notification: { metadata: true, remote_schemas: [], sources: [], data_connectors: [] },
          resource_version: next,
          instance_id: instanceId,
        })
        .onConflictDoUpdate({
          target: hdbSchemaNotifications.id,
          set: {
            notification: sql`excluded.notification`,
            resource_version: sql`excluded.resource_version`,
            instance_id: sql`excluded.instance_id`,
            updated_at: sql`now()`,
          },
        }),
    ),
  ];
}

/** A document that is asked for at each command, and what tells whether the database has the same one. */
interface KeptDocument {
  readonly text: string;
  readonly digest: string;
}

/** Keeps a document in the isolate's memory unless it is large. */
async function keptDocument(text: string): Promise<KeptDocument | undefined> {
  if (text.length > MAX_KEPT_CHARS) return undefined;
  return { text, digest: await sha256Hex(text) };
}

/** The document, or NULL when it is this one. By digest: after a restored backup another one may have its number. */
function otherThanSql({ digest }: KeptDocument): SQL {
  const { metadata } = hdbMetadata;
  return sql`case when encode(sha256(convert_to(${metadata}::text, 'UTF8')), 'hex') = ${digest} then null else ${metadata} end`;
}

/** The `conflict` that an error of a transaction with `saveStatements` means, if it means one. */
export function conflictOf(error: unknown, expected: number): HedgeError | undefined {
  const isConflict = error instanceof NeonError && CONFLICT_MESSAGE.test(error.message);
  return isConflict ? versionConflict(expected) : undefined;
}

/** Two first writers both find no row, and one of them loses at the primary key; or Postgres gives up one of two. */
function isLost(error: unknown): boolean {
  return error instanceof NeonError && ['40001', '40P01', '23505'].includes(error.code ?? '');
}

/** Hasura's answer to a write that builds on a version which is not the current one. */
export function versionConflict(referenced: number): HedgeError {
  return new HedgeError(
    'conflict',
    `metadata resource version referenced (${referenced}) did not match current version`,
    { path: pathText(at(undefined, 'args')) },
  );
}

/** Makes the tables that are missing, unless the database belongs to another version of Hasura. */
async function prepare(database: Database): Promise<void> {
  const { rows: found } = await database.query({
    sql: `select to_regclass('hdb_catalog.hdb_version') is not null`,
    parameters: [],
  });
  if (found[0]?.[0] === 't') await checkVersion(database);
  // `if not exists` does not keep two that create at once from failing at each other: one waits for the other.
  const statements = [`select pg_advisory_xact_lock(${PREPARE_LOCK})`, ...CREATE_METADATA_CATALOG];
  await database.transaction(statements.map((sql) => ({ sql, parameters: [] })));
}

async function checkVersion(database: Database): Promise<void> {
  const { rows } = await database.query(
    statementOf(catalogDb.select({ version: hdbVersion.version }).from(hdbVersion)),
  );
  const version = rows[0]?.[0];
  if (version === undefined || version === CATALOG_VERSION) return;
  throw new HedgeError(
    'invalid-configuration',
    `the metadata database has Hasura's catalog in version ${version}, which is not ${CATALOG_VERSION}: ` +
      'start the newest Hasura v2 on it once, which upgrades the catalog, or name another database in HASURA_GRAPHQL_METADATA_DATABASE_URL',
    { status: 500 },
  );
}

function storeError(error: unknown, statement: Statement): HedgeError {
  if (error instanceof HedgeError) return error;
  if (error instanceof NeonError && error.code === '42501') {
    return new HedgeError(
      'postgres-error',
      'the database role may not use the schema hdb_catalog, where the metadata is kept: grant it all privileges on that schema',
      { internal: error.message, cause: error },
    );
  }
  return databaseError(error, statement);
}
