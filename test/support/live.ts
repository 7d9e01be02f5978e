// The built worker in live mode on a database of its own: metadata starts empty and is changed over HTTP.

import { inject } from 'vitest';

import { type RunningWorker, runWorker } from '../../scripts/bundle/run-worker.ts';
import type { TestDatabase } from './database.ts';
import { createTestDatabase } from './database.ts';
import { ADMIN_SECRET } from './hedge.ts';

export interface LiveOptions {
  /** Run in the database before the worker starts. */
  readonly sql?: string;
  /** A database to use instead of a new one; it is not dropped at the end. */
  readonly database?: TestDatabase;
  /** Vars of the worker over the usual ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its Durable Objects keep what they do. */
  readonly objectsDir?: string;
  /** Receives each line of the worker's log. */
  readonly onLine?: (line: string) => void;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface CommandOptions {
  /** `/v1/metadata` unless told. */
  readonly path?: string;
  readonly version?: number;
  readonly resourceVersion?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Live {
  readonly url: string;
  readonly database: TestDatabase;
  readonly worker: RunningWorker;
  /** What the worker was started with. */
  readonly vars: Readonly<Record<string, string>>;
  /** Sends one command as the administrator. */
  command(type: string, args: unknown, options?: CommandOptions): Promise<Answer>;
  graphql(query: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Anything else, as the administrator. */
  request(path: string, init?: RequestInit): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a worker in live mode; stop it in `afterAll`. */
export async function startLive(options: LiveOptions = {}): Promise<Live> {
  const database =
    options.database ?? (await createTestDatabase(options.sql === undefined ? {} : { sql: options.sql }));
  const vars = {
    HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
    HASURA_GRAPHQL_DATABASE_URL: database.url,
    HEDGE_METADATA: 'live',
    NEON_ENDPOINT: inject('neonUrl'),
    ...options.env,
  };
  const worker = await runWorker({
    bundleDir: inject('bundleDir'),
    artifactText: '',
    vars,
    ...(options.objectsDir !== undefined && { objectsDir: options.objectsDir }),
    onLog: ({ message }) => options.onLine?.(message),
  });
  const request: Live['request'] = async (path, init = {}) => {
    const response = await fetch(worker.url + path, {
      ...init,
      headers: {
        'content-type': 'application/json',
        'x-hasura-admin-secret': ADMIN_SECRET,
        ...(init.headers as Record<string, string> | undefined),
      },
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  };
  return {
    url: worker.url,
    database,
    worker,
    vars,
    ...(options.objectsDir !== undefined && { objectsDir: options.objectsDir }),
    request,
    command(type, args, { path = '/v1/metadata', version, resourceVersion, headers = {} } = {}) {
      const body = JSON.stringify({ type, version, resource_version: resourceVersion, args });
      return request(path, { method: 'POST', body, headers });
    },
    graphql: (query, headers = {}) =>
      request('/v1/graphql', { method: 'POST', body: JSON.stringify({ query }), headers }),
    async stop() {
      await worker.stop();
      if (!options.database) await database.drop();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
