// Neon's HTTP protocol in front of any Postgres: what the worker sends `fetch` to in development and tests.
// The protocol is the one @neondatabase/serverless speaks: POST /sql with one query or a batch, raw text back.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'pg';

import { answerError, RequestError } from './errors.ts';
import { runBatch, runQuery } from './query.ts';

export interface NeonEndpointOptions {
  /**
   * Server that every connection string is sent to: its host, port, user and password replace the string's, the
   * string's database stays. Without it connection strings are used as they are.
   */
  readonly databaseUrl?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Sessions kept per connection string; 16 unless told. */
  readonly connections?: number;
}

export interface NeonEndpoint {
  /** Address for `NEON_ENDPOINT`: `http://127.0.0.1:<port>/sql`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Neon takes requests of up to 64 MB. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Starts the endpoint on 127.0.0.1. @throws Error when the port is taken. */
export async function startNeonEndpoint(options: NeonEndpointOptions = {}): Promise<NeonEndpoint> {
  const pools = new Map<string, Pool>();
  const poolOf = (connectionString: string): Pool => {
    const target = targetOf(connectionString, options.databaseUrl);
    let pool = pools.get(target);
    if (!pool) {
      pool = new Pool({ connectionString: target, max: options.connections ?? 16, allowExitOnIdle: true });
      pool.on('error', () => {}); // an idle session that ended; the next request opens another
      pools.set(target, pool);
    }
    return pool;
  };
  const server = createServer((request, response) => {
    void serve(request, response, poolOf);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

function targetOf(connectionString: string, databaseUrl: string | undefined): string {
  if (databaseUrl === undefined) return connectionString;
  const server = new URL(databaseUrl);
  server.pathname = new URL(connectionString).pathname;
  return server.href;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  poolOf: (connectionString: string) => Pool,
): Promise<void> {
  try {
    if (request.method !== 'POST' || !/^\/sql\/?(\?|$)/.test(request.url ?? ''))
      throw new RequestError(404, 'POST /sql');
    const connectionString = request.headers['neon-connection-string'];
    if (typeof connectionString !== 'string' || !URL.canParse(connectionString)) {
      throw new RequestError(400, 'the header Neon-Connection-String holds no connection string');
    }
    const body = readBody(await readText(request));
    const pool = poolOf(connectionString);
    const raw = request.headers['neon-raw-text-output'] === 'true';
    const shape = { raw, arrays: request.headers['neon-array-mode'] === 'true' };
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort();
    });
    const answer =
      'queries' in body
        ? { results: await runBatch(pool, body.queries, shape, batchMode(request), gone.signal) }
        : await runQuery(pool, body, shape, gone.signal);
    send(response, 200, JSON.stringify(answer));
  } catch (error) {
    const { status, body } = answerError(error);
    send(response, status, JSON.stringify(body));
  }
}

function send(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.end(bytes);
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new RequestError(413, `a request holds at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export interface QueryRequest {
  readonly query: string;
  readonly params: readonly unknown[];
}

function readBody(text: string): QueryRequest | { readonly queries: readonly QueryRequest[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new RequestError(400, 'the request body is not JSON');
  }
  if (typeof json === 'object' && json !== null && 'queries' in json && Array.isArray(json.queries)) {
    return { queries: json.queries.map(readQuery) };
  }
  return readQuery(json);
}

function readQuery(json: unknown): QueryRequest {
  if (typeof json === 'object' && json !== null && 'query' in json && typeof json.query === 'string') {
    const params: unknown = 'params' in json ? json.params : [];
    if (Array.isArray(params)) return { query: json.query, params };
  }
  throw new RequestError(400, 'a query is {"query": text, "params": list}');
}

function batchMode(request: IncomingMessage): string {
  const levels: Readonly<Record<string, string>> = {
    ReadUncommitted: 'read uncommitted',
    ReadCommitted: 'read committed',
    RepeatableRead: 'repeatable read',
    Serializable: 'serializable',
  };
  const modes: string[] = [];
  const level = request.headers['neon-batch-isolation-level'];
  if (typeof level === 'string') {
    const text = levels[level];
    if (text === undefined) throw new RequestError(400, 'unknown Neon-Batch-Isolation-Level');
    modes.push(`isolation level ${text}`);
  }
  if (request.headers['neon-batch-read-only'] === 'true') modes.push('read only');
  if (request.headers['neon-batch-deferrable'] === 'true') modes.push('deferrable');
  return modes.join(', ');
}
