// The metadata database -> a call whenever its metadata has another version, whoever wrote it.

import type { Client } from 'pg';

import { connectDatabase } from '../../database/connect.ts';

const INTERVAL_MS = 500;

/** A poll that can be ended. */
export interface VersionPoll {
  stop(): Promise<void>;
}

/**
 * Asks for the version on a connection of its own, one at a time; `seen` is called with every answer. While the database
 * cannot be reached it keeps trying.
 */
export function pollVersion(url: string, seen: (version: number) => Promise<void>): VersionPoll {
  let client: Client | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let running = Promise.resolve();

  async function ask(): Promise<void> {
    try {
      if (client === undefined) {
        client = await connectDatabase(url);
        client.on('error', () => (client = undefined)); // the database ended the connection
      }
      const { rows } = await client.query<{ readonly resource_version: number }>(
        'select resource_version from hdb_catalog.hdb_metadata',
      );
      const [row] = rows;
      if (row !== undefined && !stopped) await seen(row.resource_version);
    } catch {
      await client?.end().catch(() => {});
      client = undefined;
    }
    if (!stopped) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      running = ask();
    }, INTERVAL_MS);
  }

  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      await client?.end().catch(() => {});
    },
  };
}
