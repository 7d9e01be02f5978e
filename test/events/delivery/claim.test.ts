// Which events are claimed, by whom, in which order; and when the next one is due.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { claimEvents, loadEvents } from '../../../src/events/delivery/claim.ts';
import { dueInMs } from '../../../src/events/delivery/due.ts';
import { leaseSeconds } from '../../../src/events/delivery/lease.ts';
import type { DeliveryTrigger } from '../../../src/events/delivery/types.ts';
import { ADD_DUE_INDEX } from '../../../src/events/source-catalog.ts';
import { pgClient } from '../../support/database.ts';
import { pgDatabase } from '../../support/pg-database.ts';
import type { Bench } from './bench.ts';
import { byName, NAME, startBench } from './bench.ts';

let bench: Bench;
let trigger: DeliveryTrigger;

beforeAll(async () => {
  bench = await startBench();
  trigger = bench.trigger();
});
afterAll(async () => {
  await bench.stop();
});
beforeEach(async () => {
  await bench.reset();
});

const set = async (change: string, ids: readonly (string | undefined)[]): Promise<void> => {
  await bench.client.query(`update hdb_catalog.event_log set ${change} where id = any($1)`, [ids]);
};

describe('a claim', () => {
  it('takes the oldest first, up to its limit, and each event once', async () => {
    const ids = await bench.record(5);
    expect((await bench.claim([trigger], 3)).ids).toEqual(ids.slice(0, 3));
    expect((await bench.claim([trigger])).ids).toEqual(ids.slice(3));
    expect(await claimEvents(bench.database, byName([trigger]), 100)).toBeUndefined();
  });

  it('leaves alone what is done, archived, waiting for its retry, or of a trigger that is not asked for', async () => {
    const [due, retry, ...others] = await bench.record(6);
    const [delivered, failed, archived, later] = others;
    await set('delivered = true', [delivered]);
    await set('error = true', [failed]);
    await set('archived = true', [archived]);
    await set(`next_retry_at = now() at time zone 'UTC' + interval '1 minute'`, [later]);
    await set(`next_retry_at = now() at time zone 'UTC' - interval '1 second'`, [retry]);
    await bench.record(1, { trigger: 'gone' });
    expect((await bench.claim([trigger])).ids).toEqual([due, retry]);
  });

  it('knows whether a retry is due in a session of any time zone', async () => {
    const ids = await bench.record(2);
    await set(`next_retry_at = now() at time zone 'UTC' + interval '1 minute'`, ids.slice(1));
    await bench.client.query(`set timezone = 'Asia/Tokyo'`);
    const claim = await bench.claim([trigger]);
    await bench.client.query(`set timezone = 'America/New_York'`);
    const load = await loadEvents(bench.database, claim);
    await bench.client.query(`set timezone = 'UTC'`);
    expect(load?.events.map(({ id }) => id)).toEqual(ids.slice(0, 1));
  });

  it('gives a trigger no more than it may have under way, and others their turn', async () => {
    const [slow, fast] = [bench.trigger({ name: 'slow', concurrency: 2 }), bench.trigger({ name: 'fast' })];
    await bench.record(50, { trigger: 'slow' });
    const ids = await bench.record(2, { trigger: 'fast' });
    expect((await bench.claim([slow, fast], 10)).ids).toHaveLength(4);
    expect(await claimEvents(bench.database, byName([slow, fast]), 10)).toBeUndefined();
    await set('delivered = true, locked = null', ids);
    await bench.client.query(
      `update hdb_catalog.event_log set delivered = true, locked = null
       where id = (select id from hdb_catalog.event_log where locked is not null limit 1)`,
    );
    expect((await bench.claim([slow, fast], 10)).ids).toHaveLength(1);
  });

  it('ends with its lease, which is that of the trigger', async () => {
    const ids = await bench.record(2);
    const lease = leaseSeconds(trigger);
    expect(lease).toBe(trigger.timeoutSeconds + 120);
    const first = await bench.claim([trigger]);
    await set(`locked = locked - interval '${lease - 5} seconds'`, ids);
    expect(await claimEvents(bench.database, byName([trigger]), 100)).toBeUndefined();
    await set(`locked = locked - interval '6 seconds'`, ids);
    const second = await bench.claim([trigger]);
    expect(second.ids).toEqual(ids);
    expect(second.token).not.toBe(first.token);
    expect(await loadEvents(bench.database, first)).toBeUndefined();
  });

  it('of two at once has no event of the other, and waits for nobody', async () => {
    await bench.record(60);
    const clients = await Promise.all([1, 2, 3].map(async () => await anotherClient()));
    try {
      const claims = await Promise.all(
        clients.map(async (client) => await claimEvents(pgDatabase(client), byName([trigger]), 20)),
      );
      const ids = claims.flatMap((claim) => claim?.ids ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.length).toBeGreaterThanOrEqual(20);
      // Rows that somebody else is writing to are passed over.
      await bench.client.query('update hdb_catalog.event_log set locked = null');
      const [holder, other] = clients;
      await holder?.query('begin');
      await holder?.query('select from hdb_catalog.event_log for update');
      if (other) expect(await claimEvents(pgDatabase(other), byName([trigger]), 20)).toBeUndefined();
      await holder?.query('rollback');
    } finally {
      await Promise.all(clients.map(async (client) => await client.end()));
    }
  });

  it('never has an event of a transaction that was rolled back, or is not over', async () => {
    const client = await anotherClient();
    try {
      const insert = `insert into hdb_catalog.event_log (schema_name, table_name, trigger_name, payload) values ('public', 'order', '${NAME}', '{}')`;
      await client.query('begin');
      await client.query(insert);
      expect(await claimEvents(bench.database, byName([trigger]), 100)).toBeUndefined();
      await client.query('rollback');
      expect(await claimEvents(bench.database, byName([trigger]), 100)).toBeUndefined();
    } finally {
      await client.end();
    }
  });
});

it('a catalog that Hasura made has no index of ours: claims work without, and it can be added', async () => {
  await bench.client.query('drop index hdb_catalog.hedge_event_log_due');
  const ids = await bench.record(2);
  expect((await bench.claim([trigger], 1)).ids).toEqual(ids.slice(0, 1));
  for (let times = 0; times < 2; times++) await bench.database.query({ sql: ADD_DUE_INDEX, parameters: [] });
  const { rows } = await bench.client.query(
    `select indisvalid from pg_index where indexrelid = 'hdb_catalog.hedge_event_log_due'::regclass`,
  );
  expect(rows).toEqual([{ indisvalid: true }]);
  expect((await bench.claim([trigger])).ids).toEqual(ids.slice(1));
});

describe('a load', () => {
  it('begins the lease anew: of a message that comes twice, one copy delivers', async () => {
    const ids = await bench.record(3);
    const claim = await bench.claim([trigger]);
    const load = await loadEvents(bench.database, claim);
    expect(load?.events.map(({ id }) => id)).toEqual(ids);
    expect(load?.rest).toBeUndefined();
    expect(await loadEvents(bench.database, claim)).toBeUndefined();
  });

  it('is no larger than a worker can hold; an event that is larger comes alone', async () => {
    const text = 'x'.repeat(3 * 1024 * 1024);
    const ids = await bench.record(3, { data: { old: null, new: { text } } });
    const seen: string[][] = [];
    for (let rest = await bench.claim([trigger]); ;) {
      const load = await loadEvents(bench.database, rest);
      seen.push((load?.events ?? []).map(({ id }) => id));
      if (!load?.rest) break;
      rest = load.rest;
    }
    expect(seen).toEqual([ids.slice(0, 2), ids.slice(2)]);
  });

  it('takes hostile ids and triggers as the texts they are', async () => {
    const name = `o'"; drop table hdb_catalog.event_log; --`;
    await bench.record(1, { trigger: name });
    const claim = await bench.claim([bench.trigger({ name })]);
    expect(await loadEvents(bench.database, { ...claim, ids: [name] })).toBeUndefined();
    expect((await loadEvents(bench.database, claim))?.events).toHaveLength(1);
  });
});

describe('the next due time', () => {
  const due = async (): Promise<number | undefined> => await dueInMs(bench.database, byName([trigger]));

  it('is none when nothing waits, whatever waits of other triggers', async () => {
    expect(await due()).toBeUndefined();
    const ids = await bench.record(3);
    await set('delivered = true', ids.slice(0, 1));
    await set('error = true', ids.slice(1, 2));
    await set('archived = true', ids.slice(2));
    await bench.record(1, { trigger: 'gone' });
    expect(await due()).toBeUndefined();
    expect(await dueInMs(bench.database, new Map())).toBeUndefined();
  });

  it('of a new event is the time it was recorded: the gauge of the oldest one', async () => {
    await bench.record(2);
    expect(await due()).toBeCloseTo(-60_000, -4);
  });

  it('of one from a clock that is ahead is now', async () => {
    const ids = await bench.record(1);
    await set(`created_at = created_at + interval '9 hours'`, ids);
    expect(await due()).toBe(0);
  });

  it('is that of the first retry, or of the end of the first lease', async () => {
    const ids = await bench.record(3);
    await set(`next_retry_at = now() at time zone 'UTC' + interval '500 seconds'`, ids.slice(0, 2));
    await set(`next_retry_at = now() at time zone 'UTC' + interval '300 seconds'`, ids.slice(1, 2));
    await set('locked = now()', ids.slice(2));
    expect(await due()).toBeCloseTo(leaseSeconds(trigger) * 1000, -4);
    await set('delivered = true', ids.slice(2));
    expect(await due()).toBeCloseTo(300_000, -4);
  });
});

async function anotherClient(): ReturnType<typeof pgClient> {
  return await pgClient(bench.url);
}
