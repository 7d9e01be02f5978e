// A schema and its metadata -> answers of every stage from the catalog to Postgres, without a worker around them.

import type pg from 'pg';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { readCatalog } from '../../src/catalog/read-catalog.ts';
import type { DatabaseCatalog, QualifiedName } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import { type CompileOptions, DEFAULT_COMPILE_OPTIONS } from '../../src/compile/options.ts';
import { HedgeError } from '../../src/error/hedge-error.ts';
import type { EngineSettings } from '../../src/execute/engine.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import { runOperation } from '../../src/execute/run.ts';
import type { Metadata, SourceMetadata } from '../../src/metadata/types.ts';
import { createTestDatabase, pgClient } from './database.ts';
import { pgDatabase } from './pg-database.ts';

/** A database whose catalog was read. */
export interface Stages {
  readonly client: pg.Client;
  readonly catalog: DatabaseCatalog;
  /** Compiles metadata against the catalog, which every source gets. */
  compiled(metadata: Metadata, options?: Partial<CompileOptions>): Artifact;
  /** Sends queries as roles; the artifact goes through its text. */
  serve(artifact: Artifact, settings?: Partial<EngineSettings>): Ask;
  stop(): Promise<void>;
}

/** `data` of the answer, or of an error `<code> <path> <message>`. */
export type Ask = (
  role: string,
  query: string,
  more?: {
    readonly session?: Readonly<Record<string, string>>;
    readonly variables?: Record<string, unknown>;
    /** Whether permissions for backends count. */
    readonly backend?: boolean;
  },
) => Promise<unknown>;

/** Metadata of one source, `default`. */
export function metadataOf(source: Partial<SourceMetadata>, rest: Partial<Metadata> = {}): Metadata {
  return {
    version: 3,
    sources: [
      {
        name: 'default',
        kind: 'postgres',
        configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
        tables: [],
        ...source,
      },
    ],
    ...rest,
  };
}

/** Creates a database with `sql` in it; the rows of `enumTables` are read too. */
export async function startStages(sql: string, enumTables: readonly QualifiedName[] = []): Promise<Stages> {
  const database = await createTestDatabase({ sql });
  const client = await pgClient(database.url);
  const catalog = await readCatalog(
    async (text) => (await client.query<[string]>({ text, rowMode: 'array' })).rows[0]?.[0] ?? '',
    enumTables,
  );
  return {
    client,
    catalog,
    compiled: (metadata, options = {}) =>
      compile(metadata, new Map(metadata.sources.map(({ name }) => [name, catalog])), {
        ...DEFAULT_COMPILE_OPTIONS,
        ...options,
      }),
    serve(artifact, settings = {}) {
      const engine = {
        artifact: openArtifact(encodeArtifact(artifact)),
        database: () => pgDatabase(client),
        settings: {
          stringifyNumericTypes: false,
          booleanNullCollapse: false,
          enableAllowlist: false,
          ...settings,
        },
        plans: planCache(),
        environment: () => undefined,
      };
      return async (role, query, { session = {}, variables = {}, backend = false } = {}) => {
        const known = new Map(Object.entries({ 'x-hasura-role': role, ...session }));
        try {
          const text = await runOperation(
            engine,
            { role, variables: known, trusted: true, backend, expiresAt: null },
            { query, variables },
          );
          return (JSON.parse(text) as { data: unknown }).data;
        } catch (error) {
          if (!(error instanceof HedgeError)) throw error;
          return `${error.code} ${error.path} ${error.message}`;
        }
      };
    },
    async stop() {
      await client.end();
      await database.drop();
    },
  };
}
