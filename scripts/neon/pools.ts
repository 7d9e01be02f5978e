// The connection string that a client names -> a pool of connections to the Postgres that serves it.

import pg from 'pg';

import { parseDatabaseUrl } from '../database/url.ts';
import { UserError } from '../database/user-error.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { RequestError } from './request.ts';

/** Long enough for a queue of slow statements to move on, short enough to tell that a host is gone. */
const CONNECT_TIMEOUT_MS = 15_000;
/** Connection strings are the clients' to invent: more than this many at once are a mistake or an attack. */
const MAX_POOLS = 500;

export interface PoolOptions {
  /** The server that all connection strings are sent to; null to use them as they are. */
  readonly server: URL | null;
  /** What is used instead of a connection string, by `databaseKey`. */
  readonly redirects: ReadonlyMap<string, string>;
  /** Connections per connection string. */
  readonly size: number;
}

export class Pools {
  readonly #options: PoolOptions;
  readonly #pools = new Map<string, pg.Pool>();
  readonly #prepared = new WeakMap<pg.PoolClient, PreparedStatements>();

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** @throws RequestError when there is no connection string, or it is not one of Postgres. */
  get(connectionString: string | undefined): pg.Pool {
    const known = this.#pools.get(connectionString ?? '');
    if (known) return known;
    if (connectionString === undefined || connectionString === '') {
      throw new RequestError('missing header: Neon-Connection-String');
    }
    if (this.#pools.size >= MAX_POOLS) this.#dropIdle();
    const pool = new pg.Pool({
      connectionString: this.#resolve(connectionString),
      max: this.#options.size,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      idleTimeoutMillis: 10_000,
      allowExitOnIdle: true,
      application_name: 'hedge-neon-endpoint',
    });
    // The server ended an idle connection: the pool has dropped it already, and makes another when it is needed.
    pool.on('error', () => {});
    this.#pools.set(connectionString, pool);
    return pool;
  }

  #resolve(connectionString: string): string {
    try {
      const url = parseDatabaseUrl(connectionString, 'Neon-Connection-String');
      const { server, redirects } = this.#options;
      const redirected = redirects.get(databaseKey(url));
      if (redirected !== undefined) return redirected;
      return (server === null ? url : onServer(server, url)).href;
    } catch (error) {
      if (error instanceof UserError) throw new RequestError(error.message);
      throw error;
    }
  }

  #dropIdle(): void {
    for (const [connectionString, pool] of this.#pools) {
      if (pool.totalCount > 0) continue;
      this.#pools.delete(connectionString);
      void pool.end();
    }
  }

  /** What a connection has prepared. */
  preparedOf(client: pg.PoolClient): PreparedStatements {
    let prepared = this.#prepared.get(client);
    if (!prepared) {
      prepared = new PreparedStatements();
      this.#prepared.set(client, prepared);
    }
    return prepared;
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map(async (pool) => await pool.end()));
  }
}

/** `server` with user, password and database of `named`, as whoever asks has to prove who they are. */
function onServer(server: URL, named: URL): URL {
  const url = new URL(server);
  url.username = named.username;
  url.password = named.password;
  url.pathname = named.pathname;
  return url;
}

/** What two connection strings of one database and user have in common, whatever their other settings. */
export function databaseKey(url: URL): string {
  return `${url.username}@${url.hostname}:${url.port === '' ? '5432' : url.port}${url.pathname}`;
}
