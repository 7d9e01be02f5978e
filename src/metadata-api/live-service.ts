// Vars and secrets of a deployment in live mode -> its engine and its metadata API.

import type { ArtifactView } from '../artifact/decode.ts';
import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Engine } from '../execute/engine.ts';
import { neonDatabase } from '../execute/neon.ts';
import type { Database } from '../execute/types.ts';
import type { WaitUntil } from '../http/types.ts';
import { connectionStringOf } from '../metadata/connection-parameters.ts';
import type { SourceMetadata, UrlConf } from '../metadata/types.ts';
import type { Log } from '../telemetry/log.ts';
import { must } from '../util/assert.ts';
import { handleMetadataRequest } from './handle.ts';
import { createLive } from './live.ts';
import type { MetadataApi } from './metadata-api.ts';
import { metadataStore } from './store/store.ts';
import { createTurns, type InTurn } from './turns.ts';
import type { MetadataEndpoint } from './types.ts';

export interface LiveServiceOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, unknown>>;
  readonly now: () => number;
  readonly log: Log;
  /** How an artifact is served; `database` finds the database of each of its sources. */
  readonly engineOf: (artifact: ArtifactView) => Engine;
  /** Told where SQL ran that may have written anything to a source. */
  readonly written?: Engine['written'];
}

export interface LiveService {
  engine(waitUntil: WaitUntil): Engine | Promise<Engine>;
  newestEngine(): Promise<Engine>;
  metadata(endpoint: MetadataEndpoint, body: unknown, waitUntil: WaitUntil): Promise<unknown>;
}

/** Puts the service together; nothing is asked of a database yet. */
export function createLiveService(options: LiveServiceOptions): LiveService {
  const { config, env, now, log, engineOf } = options;
  const metadataUrl = must(config.metadataDatabaseUrl, 'live mode has a metadata database');
  const databases = new Map<string, Database>();
  const connect = (connectionString: string): Database => {
    let database = databases.get(connectionString);
    if (!database) {
      database = neonDatabase({ connectionString, endpoint: config.neonEndpoint ?? undefined });
      databases.set(connectionString, database);
    }
    return database;
  };
  const urlOf = (source: SourceMetadata): string =>
    connectionString(source.configuration.connection_info.database_url, env);

  const defaultSource = config.databaseUrl === null ? null : DEFAULT_SOURCE;
  const shared = {
    store: metadataStore(connect(metadataUrl), crypto.randomUUID()),
    databaseOf: (source: SourceMetadata) => connect(urlOf(source)),
    compileOptions: config.compileOptions,
    defaultSource,
    stringifyNumericTypes: config.stringifyNumericTypes,
  };
  const live = createLive({ ...shared, engineOf, pollIntervalMs: config.schemaSyncPollInterval, now, log });
  const api: Omit<MetadataApi, 'inTurn'> = {
    ...shared,
    sharesMetadataDatabase: (source) => urlOf(source) === metadataUrl,
    refusal: config.maintenanceMode ? 'metadata cannot be modified in maintenance mode' : null,
    begin: () => live.load(),
    adopt: (version, artifactText) => live.adopt(version, artifactText),
    written: options.written,
  };
  const takeTurn = createTurns({ now, sleep });
  return {
    engine: (waitUntil) => live.engine(waitUntil),
    newestEngine: () => live.newest(),
    metadata: (endpoint, body, waitUntil) => {
      const inTurn: InTurn = (work) => takeTurn(() => goingOn(work(), waitUntil));
      return handleMetadataRequest({ ...api, inTurn }, endpoint, body);
    },
  };
}

/** A client that hangs up does not stop what was begun for it, so that the next one need not wait for nothing. */
function goingOn<T>(work: Promise<T>, waitUntil: WaitUntil): Promise<T> {
  waitUntil(work.catch(() => {}));
  return work;
}

async function sleep(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** The source of a fresh start, as Hasura makes it of HASURA_GRAPHQL_DATABASE_URL. */
const DEFAULT_SOURCE: SourceMetadata = {
  name: 'default',
  kind: 'postgres',
  tables: [],
  configuration: {
    connection_info: {
      database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' },
      isolation_level: 'read-committed',
      pool_settings: { connection_lifetime: 600, idle_timeout: 180, max_connections: 50, retries: 1 },
      use_prepared_statements: true,
    },
  },
};

/** @throws HedgeError naming the environment variable that is not set; the string itself is never shown. */
function connectionString(conf: UrlConf, env: Readonly<Record<string, unknown>>): string {
  if (typeof conf === 'string') return conf;
  if ('from_env' in conf) {
    const value = env[conf.from_env];
    if (typeof value === 'string' && value !== '') return value;
    throw new HedgeError('invalid-configuration', `environment variable '${conf.from_env}' not set`);
  }
  const text = connectionStringOf(conf.connection_parameters);
  if (text !== undefined) return text;
  throw new HedgeError('invalid-configuration', 'connection_parameters of a source are not plain values');
}
