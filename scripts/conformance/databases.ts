// A Postgres server -> the empty databases of one run, dropped at its end.

import { randomBytes } from 'node:crypto';

import pg from 'pg';

import { connectDatabase } from '../database/connect.ts';
import { parseDatabaseUrl, withDatabase } from '../database/url.ts';

/** Databases of a run; `urls` in the order they were made. */
export interface FreshDatabases {
  readonly urls: readonly string[];
  /** Ends their connections and removes them. */
  drop(): Promise<void>;
}

/**
 * Creates `count` databases on the server of `serverUrl`, whose user must be allowed to.
 * @throws UserError when the server cannot be reached; Postgres' own error when a database cannot be made.
 */
export async function createFreshDatabases(serverUrl: string, count: number): Promise<FreshDatabases> {
  const prefix = `conformance_${randomBytes(4).toString('hex')}`;
  const names = Array.from({ length: count }, (_, i) => `${prefix}_${i}`);
  await onServer(serverUrl, async (client) => {
    for (const name of names) {
      await client.query(`create database ${pg.escapeIdentifier(name)} template template0`);
    }
  });
  return {
    urls: names.map((name) => withDatabase(parseDatabaseUrl(serverUrl), name).href),
    drop: () =>
      onServer(serverUrl, async (client) => {
        for (const name of names) {
          await client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
        }
      }),
  };
}

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await connectDatabase(url);
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
