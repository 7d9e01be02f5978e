// An embedded Postgres or a named one -> a database with the benchmark's data, removed when all is measured.

import { connectDatabase } from '../database/connect.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { parseDatabaseUrl, withDatabase } from '../database/url.ts';
import { DATA_SQL } from './data.ts';
import { wideTablesSql } from './wide-schema.ts';
import { WRITES_SQL } from './writes.ts';

export interface BenchDatabase {
  readonly url: string;
  readonly run: (sql: string) => Promise<void>;
  /** Makes another database beside it with these tables, and gives its URL. */
  add(suffix: string, sql: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Makes the database `hedge_bench_<process>` on the server of `serverUrl`, or on an embedded one of its own.
 * @throws UserError when the server cannot be reached or started.
 */
export async function startBenchDatabase(serverUrl: string | undefined): Promise<BenchDatabase> {
  const embedded = serverUrl === undefined ? await startEmbeddedPostgres() : undefined;
  const server = parseDatabaseUrl(serverUrl ?? embedded?.url ?? '', '--database-url');
  const made: string[] = [];
  const make = async (name: string, sql: string): Promise<string> => {
    const url = withDatabase(server, name).href;
    await execute(server.href, `create database ${name}`);
    made.push(name);
    await execute(url, sql);
    return url;
  };
  const stop = async (): Promise<void> => {
    if (!embedded)
      for (const name of made) await execute(server.href, `drop database if exists ${name} with (force)`);
    await embedded?.stop();
  };
  const name = `hedge_bench_${process.pid}`;
  try {
    const url = await make(name, `${DATA_SQL};${WRITES_SQL};${wideTablesSql(1)}`);
    return {
      url,
      run: (sql) => execute(url, sql),
      add: (suffix, sql) => make(`${name}_${suffix}`, sql),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function execute(url: string, sql: string): Promise<void> {
  const client = await connectDatabase(url, '--database-url');
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
