// A worker in live mode and a client of its database beside it, which writes rows and looks at what was recorded of them.

import type pg from 'pg';
import { expect } from 'vitest';

import { pgClient } from '../support/database.ts';
import type { CommandOptions, Live, LiveOptions } from '../support/live.ts';
import { startLive } from '../support/live.ts';

export const SUCCESS = { status: 200, body: { message: 'success' } };

export interface Recording {
  readonly live: Live;
  readonly client: pg.Client;
  /** Sends a command that has to succeed. */
  readonly done: (type: string, args: unknown, options?: CommandOptions) => Promise<void>;
  /** Runs SQL over the API, which has to succeed. */
  readonly runSql: (sql: string, args?: Readonly<Record<string, unknown>>) => Promise<void>;
  /** Runs SQL in the database and gives what was recorded of it. */
  readonly recorded: (run: string) => Promise<readonly RecordedEvent[]>;
  /** Functions and triggers of event triggers that the database has. */
  readonly objects: () => Promise<readonly string[]>;
  stop(): Promise<void>;
}

export interface RecordedEvent {
  readonly trigger: string;
  readonly op: string;
  readonly old: unknown;
  readonly new: unknown;
}

export async function startRecording(options: LiveOptions): Promise<Recording> {
  const live = await startLive(options);
  const client = await pgClient(live.database.url);
  return {
    live,
    client,
    async done(type, args, commandOptions) {
      expect(await live.command(type, args, commandOptions)).toEqual(SUCCESS);
    },
    async runSql(sql, args = {}) {
      expect(await live.command('run_sql', { sql, ...args }, { path: '/v2/query' })).toMatchObject({
        status: 200,
      });
    },
    recorded: (run) => recordedBy(client, run),
    objects: () => objectsIn(client),
    async stop() {
      await client.end();
      await live.stop();
    },
  };
}

/** Runs SQL and gives what was recorded of it. */
export async function recordedBy(client: pg.Client, run: string): Promise<readonly RecordedEvent[]> {
  await client.query('delete from hdb_catalog.event_log');
  await client.query(run);
  const { rows } = await client.query<RecordedEvent>(
    `select trigger_name as trigger, payload ->> 'op' as op, payload -> 'data' -> 'old' as old, payload -> 'data' -> 'new' as new
     from hdb_catalog.event_log order by created_at, trigger_name, payload ->> 'op'`,
  );
  return rows;
}

/** `notify_hasura_author_INSERT on public.author`, and ` always` for those that replication fires. */
export async function objectsIn(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select p.proname || coalesce(' on ' || n.nspname || '.' || c.relname || case t.tgenabled when 'A' then ' always' else '' end, '') as name
     from pg_proc p left join pg_trigger t on t.tgfoid = p.oid and t.tgname = p.proname
     left join pg_class c on c.oid = t.tgrelid left join pg_namespace n on n.oid = c.relnamespace
     where p.pronamespace = to_regnamespace('hdb_catalog') and p.proname like 'notify_hasura_%' order by 1`,
  );
  return rows.map(({ name }) => name);
}
