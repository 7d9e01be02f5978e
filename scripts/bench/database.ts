// An embedded Postgres or a named one -> a database with the benchmark's data, removed when all is measured.

import { connectDatabase } from '../database/connect.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { parseDatabaseUrl, withDatabase } from '../database/url.ts';
import { DATA_SQL } from './data.ts';
import { WIDE_TABLE_SQL } from './wide-schema.ts';

export interface BenchDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Makes the database `hedge_bench_<process>` on the server of `serverUrl`, or on an embedded one of its own.
 * @throws UserError when the server cannot be reached or started.
 */
export async function startBenchDatabase(serverUrl: string | undefined): Promise<BenchDatabase> {
  const embedded = serverUrl === undefined ? await startEmbeddedPostgres() : undefined;
  const server = parseDatabaseUrl(serverUrl ?? embedded?.url ?? '', '--database-url');
  const name = `hedge_bench_${process.pid}`;
  const url = withDatabase(server, name).href;
  const stop = async (): Promise<void> => {
    if (!embedded) await execute(server.href, `drop database if exists ${name} with (force)`);
    await embedded?.stop();
  };
  try {
    await execute(server.href, `create database ${name}`);
    await execute(url, DATA_SQL);
    await execute(url, WIDE_TABLE_SQL);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}

async function execute(url: string, sql: string): Promise<void> {
  const client = await connectDatabase(url, '--database-url');
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
