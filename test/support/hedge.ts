// The built worker over HTTP, on a database of its own with a schema and metadata.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { inject } from 'vitest';

import { ROOT } from '../../scripts/bundle/paths.ts';
import { runWorker } from '../../scripts/bundle/run-worker.ts';
import { readCatalogFromUrl } from '../../scripts/catalog/pg-catalog.ts';
import { nodeFiles } from '../../scripts/metadata/node-files.ts';
import { applyMigrations } from '../../scripts/migrate/migrations.ts';
import { applySeeds } from '../../scripts/migrate/seeds.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact } from '../../src/artifact/types.ts';
import { compile } from '../../src/compile/compile.ts';
import { nativeQueryChecks } from '../../src/compile/native-queries/native-query-check.ts';
import { readConfig } from '../../src/config/config.ts';
import { enumTablesOf } from '../../src/metadata/enum-tables.ts';
import { readMetadata } from '../../src/metadata/metadata.ts';
import { formatProblem } from '../../src/metadata/problem.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import type { TestDatabase } from './database.ts';
import { createTestDatabase, pgClient, sharedTemplate } from './database.ts';

export const ADMIN_SECRET = 'test-admin-secret';

/** A schema: `example` is the repository's own project, others are folders of test/schemas. */
export interface HedgeOptions {
  readonly schema?: string;
  /** Run after the schema's own, if one is named. */
  readonly sql?: string;
  /** Instead of the schema's own. */
  readonly metadata?: Metadata;
  /** Vars of the worker over the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lets inconsistent metadata through, for tests of what then is served. */
  readonly allowInconsistent?: boolean;
}

export interface GraphqlOptions {
  readonly role?: string;
  readonly session?: Readonly<Record<string, string>>;
  readonly variables?: unknown;
  readonly operationName?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GraphqlAnswer {
  readonly status: number;
  readonly text: string;
  /** Keys in the order they came in. */
  readonly body: unknown;
}

export interface Hedge {
  readonly url: string;
  readonly database: TestDatabase;
  readonly artifact: Artifact;
  /** Sent with the admin secret. */
  graphql(query: string, options?: GraphqlOptions): Promise<GraphqlAnswer>;
  /** Anything else: `body` goes out as it is. */
  post(path: string, body: string, headers?: Readonly<Record<string, string>>): Promise<GraphqlAnswer>;
  stop(): Promise<void>;
}

/** Starts a worker; stop it in `afterAll`. */
export async function startHedge(options: HedgeOptions): Promise<Hedge> {
  const { schema, sql } = options;
  const database = await createTestDatabase({
    ...(schema === undefined
      ? {}
      : { template: await sharedTemplate(schema, (url) => loadSchema(schema, url)) }),
    ...(sql === undefined ? {} : { sql }),
  });
  try {
    return await serve(options, database);
  } catch (error) {
    await database.drop();
    throw error;
  }
}

async function serve(options: HedgeOptions, database: TestDatabase): Promise<Hedge> {
  const metadata = options.metadata ?? (await metadataOf(options.schema ?? 'example'));
  const enums = metadata.sources.flatMap(enumTablesOf);
  const catalog = await readCatalogFromUrl(database.url, undefined, enums, (known) =>
    metadata.sources.flatMap((source) => nativeQueryChecks(source, known)),
  );
  const artifact = compile(
    metadata,
    new Map(metadata.sources.map((s) => [s.name, catalog])),
    readConfig({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET, ...options.env }).compileOptions,
  );
  if (artifact.inconsistencies.length > 0 && options.allowInconsistent !== true) {
    throw new Error(
      `inconsistent: ${artifact.inconsistencies.map((i) => `${i.name}: ${i.reason}`).join('; ')}`,
    );
  }
  const worker = await runWorker({
    bundleDir: inject('bundleDir'),
    artifactText: encodeArtifact(artifact),
    vars: {
      HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
      HASURA_GRAPHQL_DATABASE_URL: database.url,
      NEON_ENDPOINT: inject('neonUrl'),
      ...options.env,
    },
    onLog: () => {},
  });
  const post: Hedge['post'] = async (path, body, headers = {}) => {
    const response = await fetch(worker.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    const text = await response.text();
    return { status: response.status, text, body: parsed(text) };
  };
  return {
    url: worker.url,
    database,
    artifact,
    post,
    graphql(query, { role, session, variables, operationName, headers } = {}) {
      return post('/v1/graphql', JSON.stringify({ query, variables, operationName }), {
        'x-hasura-admin-secret': ADMIN_SECRET,
        ...(role === undefined ? {} : { 'x-hasura-role': role }),
        ...session,
        ...headers,
      });
    },
    async stop() {
      await worker.stop();
      await database.drop();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const schemaFolder = (schema: string): string => join(ROOT, 'test', 'schemas', schema);

async function loadSchema(schema: string, url: string): Promise<void> {
  if (schema === 'example') {
    await applyMigrations(url, join(ROOT, 'migrations', 'default'), () => {});
    await applySeeds(url, join(ROOT, 'seeds', 'default'), () => {});
    return;
  }
  const client = await pgClient(url);
  try {
    await client.query(readFileSync(join(schemaFolder(schema), 'schema.sql'), 'utf8'));
  } finally {
    await client.end();
  }
}

async function metadataOf(schema: string): Promise<Metadata> {
  const folder = schema === 'example' ? join(ROOT, 'metadata') : join(schemaFolder(schema), 'metadata');
  if (!existsSync(folder)) throw new Error(`there is no ${folder}`);
  const result = await readMetadata(nodeFiles(folder));
  if (result.problems.length > 0) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.metadata;
}
