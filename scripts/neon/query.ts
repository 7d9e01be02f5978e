// Queries of Neon's protocol -> Postgres' extended protocol through `pg`, and its results in Neon's shape.

import type pg from 'pg';

import type { QueryRequest } from './endpoint.ts';

/** What the client asked results to look like. */
export interface Shape {
  /** Values as the text Postgres sends; without it json comes parsed. */
  readonly raw: boolean;
  /** Rows as lists instead of objects. */
  readonly arrays: boolean;
}

const RAW = { getTypeParser: () => (value: string | Buffer) => String(value) };

/** Runs one statement. @throws what `pg` throws. */
export async function runQuery(
  pool: pg.Pool,
  query: QueryRequest,
  shape: Shape,
  gone: AbortSignal,
): Promise<unknown> {
  return withClient(pool, gone, (client) => runOn(client, query, shape));
}

/** Runs statements as one transaction. */
export async function runBatch(
  pool: pg.Pool,
  queries: readonly QueryRequest[],
  shape: Shape,
  mode: string,
  gone: AbortSignal,
): Promise<unknown[]> {
  return withClient(pool, gone, async (client) => {
    await client.query(`begin ${mode}`);
    try {
      const results: unknown[] = [];
      for (const query of queries) results.push(await runOn(client, query, shape));
      await client.query('commit');
      return results;
    } catch (error) {
      await client.query('rollback');
      throw error;
    }
  });
}

async function withClient<T>(
  pool: pg.Pool,
  gone: AbortSignal,
  run: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const cancel = (): void => {
    const pid = (client as unknown as { readonly processID: number }).processID;
    void pool.query('select pg_cancel_backend($1)', [pid]).catch(() => {}); // the statement may be over by then
  };
  gone.addEventListener('abort', cancel);
  let broken = false;
  client.on('error', onError);
  function onError(): void {
    broken = true;
  }
  try {
    return await run(client);
  } catch (error) {
    broken ||= !(error instanceof Error && 'severity' in error && error.severity === 'ERROR');
    throw error;
  } finally {
    gone.removeEventListener('abort', cancel);
    client.off('error', onError);
    client.release(broken);
  }
}

async function runOn(client: pg.PoolClient, query: QueryRequest, shape: Shape): Promise<unknown> {
  const config = {
    text: query.query,
    values: query.params.map(parameterText),
    rowMode: 'array' as const,
    // Without values `pg` would use the simple protocol, which takes several statements at once; Neon does not.
    queryMode: 'extended',
    ...(shape.raw ? { types: RAW } : {}),
  };
  const result = await client.query<unknown[]>(config);
  const { fields } = result;
  return {
    command: result.command,
    rowCount: result.rowCount,
    rowAsArray: shape.arrays,
    rows: shape.arrays
      ? result.rows
      : result.rows.map((row) => Object.fromEntries(fields.map((f, i) => [f.name, row[i]]))),
    fields,
  };
}

/** Parameters travel as JSON; Postgres takes text. */
function parameterText(value: unknown): unknown {
  return value === null || typeof value === 'string' ? value : JSON.stringify(value);
}
