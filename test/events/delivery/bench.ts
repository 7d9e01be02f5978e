// A database with the tables of events, a webhook beside it, and the steps of a delivery on both.

import type pg from 'pg';

import { claimEvents } from '../../../src/events/delivery/claim.ts';
import type { DeliveryContext } from '../../../src/events/delivery/deliver.ts';
import type { Claim, DeliveryTrigger } from '../../../src/events/delivery/types.ts';
import { CREATE_SOURCE_CATALOG } from '../../../src/events/source-catalog.ts';
import type { Database } from '../../../src/execute/types.ts';
import { must } from '../../../src/util/assert.ts';
import { createTestDatabase, pgClient } from '../../support/database.ts';
import { pgDatabase } from '../../support/pg-database.ts';
import type { Webhook } from '../../support/webhook.ts';
import { startWebhook } from '../../support/webhook.ts';

export const NAME = 'order_changed';

export interface Bench {
  /** For clients of its own. */
  readonly url: string;
  readonly client: pg.Client;
  readonly database: Database;
  readonly webhook: Webhook;
  /** Statements that went through `database` since `reset`. */
  statements(): number;
  /** A trigger of the webhook. */
  trigger(changes?: Partial<DeliveryTrigger>): DeliveryTrigger;
  context(triggers: readonly DeliveryTrigger[], changes?: Partial<DeliveryContext>): DeliveryContext;
  /** Records events, the first being the oldest, and gives their ids. */
  record(
    count: number,
    event?: { readonly trigger?: string; readonly data?: unknown },
  ): Promise<readonly string[]>;
  /** Claims what is due. */
  claim(triggers: readonly DeliveryTrigger[], limit?: number): Promise<Claim>;
  /** Lets the lease of everything that is claimed be over, as if an hour had passed. */
  endLeases(): Promise<void>;
  /** What the table says of each event. */
  states(): Promise<readonly string[]>;
  invocations(): Promise<readonly InvocationRow[]>;
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export interface InvocationRow {
  readonly trigger_name: string;
  readonly event_id: string;
  readonly status: number | null;
  readonly request: unknown;
  readonly response: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

export async function startBench(): Promise<Bench> {
  const testDatabase = await createTestDatabase({ sql: CREATE_SOURCE_CATALOG.join(';\n') });
  const client = await pgClient(testDatabase.url);
  const webhook = await startWebhook();
  const inner = pgDatabase(client);
  let statements = 0;
  const database: Database = {
    ...inner,
    async query(statement) {
      statements += 1;
      return await inner.query(statement);
    },
    async queryText(sql, parameters) {
      statements += 1;
      return await inner.queryText(sql, parameters);
    },
  };

  return {
    url: testDatabase.url,
    client,
    database,
    webhook,
    statements: () => statements,
    trigger: (changes = {}) => ({
      name: NAME,
      webhook: { text: `${webhook.url}/hook` },
      headers: [],
      retries: 0,
      intervalSeconds: 10,
      timeoutSeconds: 5,
      concurrency: 100,
      transformRequest: undefined,
      ...changes,
    }),
    context: (triggers, changes = {}) => ({
      database,
      triggers: byName(triggers),
      environment: () => undefined,
      signer: undefined,
      concurrency: 100,
      now: Date.now,
      ...changes,
    }),
    async record(count, { trigger = NAME, data = { old: null, new: { id: 1 } } } = {}) {
      const { rows } = await client.query<{ id: string }>(
        `insert into hdb_catalog.event_log (schema_name, table_name, trigger_name, payload, created_at)
         select 'public', 'order', $1, json_build_object('op', 'INSERT', 'data', $2::json, 'session_variables', null, 'trace_context', null),
           now() at time zone 'UTC' - interval '1 minute' + n * interval '1 millisecond'
         from generate_series(1, $3::int) n returning id`,
        [trigger, JSON.stringify(data), count],
      );
      return rows.map(({ id }) => id);
    },
    async claim(triggers, limit = 100) {
      return must(await claimEvents(database, byName(triggers), limit), 'something is due');
    },
    async endLeases() {
      await client.query(`update hdb_catalog.event_log set locked = locked - interval '1 hour'`);
    },
    async states() {
      const { rows } = await client.query<{ state: string }>(
        `select concat_ws(' ', trigger_name, case when delivered then 'delivered' end, case when error then 'error' end,
           'tries ' || tries, case when locked is not null then 'locked' end,
           'again in ' || round(extract(epoch from next_retry_at - now() at time zone 'UTC'))) as state
         from hdb_catalog.event_log order by created_at, trigger_name`,
      );
      return rows.map(({ state }) => state);
    },
    async invocations() {
      const { rows } = await client.query<InvocationRow>(
        `select trigger_name, event_id, status, request, response from hdb_catalog.event_invocation_logs order by created_at`,
      );
      return rows;
    },
    async reset() {
      await client.query('truncate hdb_catalog.event_log, hdb_catalog.event_invocation_logs');
      webhook.reset();
      statements = 0;
    },
    async stop() {
      await client.end();
      await webhook.stop();
      await testDatabase.drop();
    },
  };
}

export function byName(triggers: readonly DeliveryTrigger[]): ReadonlyMap<string, DeliveryTrigger> {
  return new Map(triggers.map((trigger) => [trigger.name, trigger]));
}
