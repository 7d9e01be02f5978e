// A Postgres -> an HTTP server that speaks Neon's SQL-over-HTTP protocol in front of it, so that the worker cannot tell it from Neon.
// It sits in every local request and every measurement: no framework, one round trip to Postgres per request.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import pg from 'pg';

import { parseDatabaseUrl } from '../database/url.ts';
import { errorAnswer } from './errors.ts';
import { Exchange, type Outcome } from './exchange.ts';
import { Pools } from './pools.ts';
import { readSqlRequest, RequestError, type SqlRequest } from './request.ts';

export interface NeonEndpointOptions {
  /**
   * The server that every connection string is sent to: its host, port and settings replace the string's, whose user,
   * password and database stay. Without it connection strings are used as they are.
   */
  readonly databaseUrl?: string;
  /** Connection strings to use instead of others, by `databaseKey` of those; read at each new connection string. */
  readonly redirects?: ReadonlyMap<string, string>;
  /** A free port unless told. */
  readonly port?: number;
  /** `127.0.0.1` unless told. Whoever reaches the port reaches the database. */
  readonly host?: string;
  /** Keeps statements prepared on their connections, which Neon's proxy does not; false unless told. */
  readonly prepare?: boolean;
  /** Sessions kept per connection string; 16 unless told. */
  readonly connections?: number;
  /** Told the statements of each request, for counting them. */
  readonly onStatements?: (texts: readonly string[]) => void;
}

export interface NeonEndpoint {
  /** What the driver's `fetchEndpoint` is set to: `http://127.0.0.1:<port>/sql`. */
  readonly url: string;
  readonly port: number;
  /** Ends requests, connections and server. */
  stop(): Promise<void>;
}

/** What Neon accepts, too. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/**
 * Starts the endpoint. `POST /sql` takes `{query, params}` or `{queries: […]}`, the latter run as one transaction.
 * Protocol: https://github.com/neondatabase/neon/blob/main/proxy/README.md, and the driver's own code.
 * @throws UserError for a wrong `databaseUrl`; the system's error when the port is taken.
 */
export async function startNeonEndpoint(options: NeonEndpointOptions = {}): Promise<NeonEndpoint> {
  const { databaseUrl, host = '127.0.0.1' } = options;
  const pools = new Pools({
    server: databaseUrl === undefined ? null : parseDatabaseUrl(databaseUrl),
    redirects: options.redirects ?? new Map(),
    size: options.connections ?? 16,
  });
  const prepare = options.prepare ?? false;
  // No Nagle, no keep-alive timeout: a runtime that re-uses a socket the moment we close it would see a lost request.
  const server = createServer(
    { noDelay: true, keepAliveTimeout: 0, requestTimeout: 0 },
    (request, response) => {
      handle({ pools, prepare, onStatements: options.onStatements }, request, response);
    },
  );
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(options.port ?? 0, host, () => {
      server.off('error', failed);
      listening();
    });
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/sql`,
    port,
    stop: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await Promise.all([closed, pools.end()]);
    },
  };
}

interface Context {
  readonly pools: Pools;
  readonly prepare: boolean;
  readonly onStatements: NeonEndpointOptions['onStatements'];
}

function handle(context: Context, request: IncomingMessage, response: ServerResponse): void {
  if (request.url !== '/sql' || request.method !== 'POST') {
    request.resume();
    sendError(response, new RequestError('not found: this is POST /sql', { status: 404 }));
    return;
  }
  // Browsers send Origin with every POST, workers never: a web page must not talk to a database on the visitor's machine.
  if (request.headers.origin !== undefined) {
    request.resume();
    sendError(response, new RequestError('requests from web pages are refused', { status: 403 }));
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  });
  request.on('end', () => {
    try {
      if (size > MAX_BODY_BYTES) throw new RequestError('the request is larger than 64 MiB', { status: 413 });
      const body = (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString('utf8') ?? '';
      const header = request.headers['neon-connection-string'];
      const pool = context.pools.get(typeof header === 'string' ? header : undefined);
      const sql = readSqlRequest(body, request.headers);
      context.onStatements?.(sql.statements.map(({ text }) => text));
      run(context, pool, sql, response);
    } catch (error) {
      sendError(response, error);
    }
  });
}

/** Runs the request on a connection of the pool and answers. When the client leaves before, the running statement is cancelled. */
function run(
  context: Context,
  pool: pg.Pool,
  request: SqlRequest,
  response: ServerResponse,
  isRetry = false,
): void {
  pool.connect((failure, client, release) => {
    if (failure || !client) {
      sendError(response, failure);
      return;
    }
    if (response.destroyed) {
      release();
      return;
    }
    let cancelled = false;
    const cancel = (): void => {
      cancelled = true;
      void cancelBackend(pool, client);
    };
    // A connection lost while in use is reported through the exchange, too; unheard, the event would end the process.
    client.on('error', ignore);
    const finish = (outcome: Outcome): void => {
      response.off('close', cancel);
      releaseClean(client, request, outcome, cancelled, (destroy) => {
        client.off('error', ignore);
        release(destroy);
      });
      if (cancelled) return;
      if (outcome.kind === 'results') {
        send(response, 200, outcome.body);
      } else if (context.prepare && !isRetry && isStale(outcome.error)) {
        run(context, pool, request, response, true);
      } else {
        sendError(response, outcome.error);
      }
    };
    response.once('close', cancel);
    client.query(new Exchange(request, context.prepare ? context.pools.preparedOf(client) : null, finish));
  });
}

function ignore(): void {}

/** Gives a connection back outside of any transaction, or not at all. */
function releaseClean(
  client: pg.PoolClient,
  request: SqlRequest,
  outcome: Outcome,
  cancelled: boolean,
  release: (destroy?: boolean) => void,
): void {
  // The cancel request may still be on its way and would hit the next statement.
  if (cancelled) release(true);
  else if (outcome.kind === 'results') release(client.getTransactionStatus() !== 'I');
  // FATAL ends the session, ERROR does not; a server that speaks another language costs a reconnect.
  else if (!(outcome.error instanceof pg.DatabaseError) || outcome.error.severity !== 'ERROR') release(true);
  else if (request.begin === null) release();
  else {
    client.query('rollback').then(
      () => release(),
      () => release(true),
    );
  }
}

/** A prepared statement that Postgres no longer has (somebody ran DISCARD), or whose result a migration changed. */
function isStale(error: Error): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
}

async function cancelBackend(pool: pg.Pool, client: pg.PoolClient): Promise<void> {
  const { processID } = client as unknown as { readonly processID: number };
  // Not from the pool, whose connections may all be busy with statements nobody waits for.
  const other = new pg.Client(pool.options);
  other.on('error', ignore);
  try {
    await other.connect();
    await other.query('select pg_cancel_backend($1)', [processID]);
    await other.end();
  } catch {
    // Then the statement runs to its end, and its result goes nowhere.
  }
}

function send(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
}

function sendError(response: ServerResponse, error: unknown): void {
  const { status, body } = errorAnswer(error);
  send(response, status, Buffer.from(body));
}
