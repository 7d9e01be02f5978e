// Databases of the run's server, one per test file.

import { randomBytes } from 'node:crypto';

import pg from 'pg';
import { inject } from 'vitest';

/** A database made for a test. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Run in it. */
  readonly sql?: string;
  /** Name of a database to copy, which nobody may be connected to. */
  readonly template?: string;
  /** A name of one's own, for templates. */
  readonly name?: string;
}

/** Creates a database; `drop` ends its sessions and removes it. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = options.name ?? `test_${randomBytes(6).toString('hex')}`;
  const template = options.template ?? 'template0';
  const [quoted, quotedTemplate] = [pg.escapeIdentifier(name), pg.escapeIdentifier(template)];
  await onServer((client) => client.query(`create database ${quoted} template ${quotedTemplate}`));
  const url = new URL(inject('serverUrl'));
  url.pathname = `/${name}`;
  if (options.sql !== undefined) {
    const client = await pgClient(url.href);
    try {
      await client.query(options.sql);
    } finally {
      await client.end();
    }
  }
  return {
    url: url.href,
    async drop() {
      await onServer((client) => client.query(`drop database if exists ${quoted} with (force)`));
    },
  };
}

/**
 * The name of a database of this run to use as a template: the first test file to ask makes it and runs `fill` on its
 * URL, others wait for that. Global setup removes it.
 */
export async function sharedTemplate(name: string, fill: (url: string) => Promise<void>): Promise<string> {
  const template = inject('sharedPrefix') + name;
  return await onServer(async (client) => {
    // Held by this connection: it ends with it.
    await client.query('select pg_advisory_lock(hashtext($1))', [template]);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [template]);
    if (rowCount !== 0) return template;
    const database = await createTestDatabase({ name: template });
    try {
      await fill(database.url);
    } catch (error) {
      await database.drop();
      throw error;
    }
    return template;
  });
}

/** Runs `work` on the server's maintenance database. */
export async function onServer<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await pgClient(inject('serverUrl'));
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A connected client; the caller ends it. */
export async function pgClient(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // a database dropped under it
  await client.connect();
  return client;
}
