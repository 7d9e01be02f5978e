// A poller on a real database: who is told what, when, and what it asks the database for.

import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import { HedgeError } from '../../src/error/hedge-error.ts';
import { neonDatabase } from '../../src/execute/neon.ts';
import type { Database } from '../../src/execute/types.ts';
import type { PollerCore } from '../../src/live/poller/core.ts';
import { createPoller } from '../../src/live/poller/core.ts';
import type { CohortInfo, Delivery } from '../../src/live/types.ts';
import { createTestDatabase, pgClient, type TestDatabase } from '../support/database.ts';
import { cohort, LIVE, POLLED_SQL, receive, STREAM } from './polled.ts';

let testDatabase: TestDatabase;
let client: pg.Client;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ sql: POLLED_SQL });
  client = await pgClient(testDatabase.url);
  database = neonDatabase({ connectionString: testDatabase.url, endpoint: inject('neonUrl') });
});

afterAll(async () => {
  await client.end();
  await testDatabase.drop();
});

const INTERVAL = 60;

let poller: PollerCore;
/** Deliveries by connection, oldest first. */
let told: Map<string, Delivery[]>;
/** Set to have deliveries refused, or answered with what is unwanted. */
let onDeliver: (connection: string, deliveries: readonly Delivery[]) => readonly string[];
let isAway: boolean;
/** What the database was asked for: snapshots as they came, and polls. */
let asked: string[];

beforeEach(async () => {
  await client.query("truncate item, other; insert into item values (1, 'a', 1), (2, 'b', 1), (3, 'a', 1)");
  told = new Map();
  onDeliver = () => [];
  isAway = false;
  asked = [];
  const watched: Database = {
    ...database,
    async queryText(...args) {
      const text = await database.queryText(...args);
      asked.push(String(text));
      return text;
    },
    query(statement) {
      asked.push('poll');
      return database.query(statement);
    },
  };
  poller = createPoller({
    database: () => {
      if (isAway) throw new HedgeError('unexpected', 'away');
      return watched;
    },
    settings: {
      liveInterval: INTERVAL,
      streamInterval: INTERVAL,
      liveBatch: 3,
      streamBatch: 3,
      idleInterval: INTERVAL,
      fullInterval: 600_000,
      nudgeGap: 5,
    },
    now: Date.now,
    deliver: async (connection, deliveries) => {
      const unwanted = onDeliver(connection, deliveries);
      told.set(connection, [...(told.get(connection) ?? []), ...deliveries]);
      return unwanted;
    },
    errorText: (error) => `${error.code}: ${error.message}`,
    mayPoll: async () => true,
  });
});

afterEach(() => poller.stop());

function subscribe(connection: string, ...cohorts: readonly CohortInfo[]): void {
  poller.register(connection, { groups: [LIVE], cohorts });
}

function stream(connection: string, from: string): void {
  const info = { key: `${connection} stream`, group: 'stream', values: [], cursor: [from] };
  poller.register(connection, { groups: [STREAM], cohorts: [info] });
}

/** What a connection was told of a cohort: JSON of results, texts of errors. */
function seen(connection: string, key?: string): readonly unknown[] {
  return (told.get(connection) ?? [])
    .filter((delivery) => key === undefined || delivery.cohort === key)
    .map((delivery) =>
      delivery.kind === 'result' ? (JSON.parse(delivery.data) as unknown) : delivery.error,
    );
}

const soon = { timeout: 3000, interval: 5 };
const statements = (): { readonly probes: number; readonly polls: number } => poller.state().statements;

describe('live queries', () => {
  it('tell who comes at once, and then what changes', async () => {
    subscribe('c1', cohort('a'), cohort('b'), cohort('nobody'), cohort('c'));
    await vi.waitFor(() => expect(told.get('c1')).toHaveLength(4), soon);
    expect(seen('c1', 'a/1')).toEqual([[1, 1]]);
    expect(seen('c1', 'nobody/1')).toEqual([[]]);
    await client.query('update item set n = 2 where id = 3');
    await vi.waitFor(
      () =>
        expect(seen('c1', 'a/1')).toEqual([
          [1, 1],
          [1, 2],
        ]),
      soon,
    );
    expect(told.get('c1')).toHaveLength(5);
  });

  it('ask for nothing but what was committed while nothing is', async () => {
    subscribe('c1', cohort('a'), cohort('b'));
    // Other tests commit on the same server, which is seen here, too.
    const quiet = (): number => asked.filter((what, n) => what === asked[n - 1] && what !== 'poll').length;
    await vi.waitFor(() => expect(quiet()).toBeGreaterThan(3), soon);
    const afterEqual = asked.filter((what, n) => what === 'poll' && n > 2 && asked[n - 1] === asked[n - 2]);
    expect(afterEqual).toEqual([]);
  });

  it('are one statement for a batch of cohorts', async () => {
    subscribe('c1', ...Array.from({ length: 7 }, (_, n) => cohort(`o${n}`)));
    await vi.waitFor(() => expect(told.get('c1')).toHaveLength(7), soon);
    const { polls } = statements();
    expect(polls).toBe(3);
  });

  it('tell a later subscriber what the others know, and only that one', async () => {
    subscribe('c1', cohort('a'));
    await vi.waitFor(() => expect(seen('c1')).toHaveLength(1), soon);
    subscribe('c2', cohort('a'));
    await vi.waitFor(() => expect(seen('c2')).toEqual([[1, 1]]), soon);
    await sleep(INTERVAL * 2);
    expect(seen('c1')).toHaveLength(1);
    await client.query('delete from item where id = 1');
    await vi.waitFor(
      () =>
        expect([seen('c1'), seen('c2')]).toEqual([
          [[1, 1], [1]],
          [[1, 1], [1]],
        ]),
      soon,
    );
  });

  it('run at once after a write through the service, if they read what it wrote', async () => {
    poller.stop();
    poller = createPoller({
      database: () => database,
      settings: {
        liveInterval: 60_000,
        streamInterval: 60_000,
        liveBatch: 10,
        streamBatch: 10,
        idleInterval: 60_000,
        fullInterval: 600_000,
        nudgeGap: 20,
      },
      now: Date.now,
      deliver: async (connection, deliveries) => {
        told.set(connection, [...(told.get(connection) ?? []), ...deliveries]);
        return [];
      },
      errorText: String,
      mayPoll: async () => true,
    });
    subscribe('c1', cohort('a'));
    await vi.waitFor(() => expect(seen('c1')).toHaveLength(1), soon);
    await client.query('update item set n = 5 where id = 1');
    expect(await poller.nudge('default', ['public.other'])).toBe(1);
    expect(await poller.nudge('elsewhere', ['public.item'])).toBe(1);
    await sleep(100);
    expect(seen('c1')).toHaveLength(1);
    for (let n = 6; n < 16; n += 1) {
      await client.query('update item set n = $1 where id = 1', [n]);
      await poller.nudge('default', ['public.item']);
    }
    await vi.waitFor(() => expect(seen('c1').at(-1)).toEqual([15, 1]), soon);
    expect(statements().polls).toBeLessThan(10);
  });

  it('fail alone: a cohort whose values Postgres cannot use does not hurt the others of its batch', async () => {
    subscribe('c1', cohort('a'), cohort('b', '0'), cohort('b'));
    await vi.waitFor(() => expect(told.get('c1')).toHaveLength(3), soon);
    expect(seen('c1', 'b/0')).toEqual(['data-exception: division by zero']);
    expect(seen('c1', 'a/1')).toEqual([[1, 1]]);
    await sleep(INTERVAL * 4);
    expect(seen('c1', 'b/0')).toHaveLength(1);
    await client.query("delete from item where owner = 'b'");
    await vi.waitFor(() => expect(seen('c1', 'b/0').at(-1)).toEqual([]), soon);
    expect(seen('c1', 'b/0')).toHaveLength(2);
  });

  it('tell of a database that is away once, and go on by themselves', async () => {
    subscribe('c1', cohort('a'), cohort('b'));
    await vi.waitFor(() => expect(told.get('c1')).toHaveLength(2), soon);
    isAway = true;
    await vi.waitFor(() => expect(told.get('c1')).toHaveLength(4), soon);
    expect(seen('c1', 'a/1').at(-1)).toMatch(/^unexpected: /);
    await sleep(INTERVAL * 5);
    expect(told.get('c1')).toHaveLength(4);
    isAway = false;
    await vi.waitFor(() => expect(told.get('c1')).toHaveLength(6), soon);
    expect(seen('c1', 'a/1').at(-1)).toEqual([1, 1]);
  });

  it('are forgotten with their last subscriber, and leave no poll behind', async () => {
    subscribe('c1', cohort('a'), cohort('b'));
    subscribe('c2', cohort('a'));
    await vi.waitFor(() => expect(told.get('c2')).toHaveLength(1), soon);
    poller.unregister('c1', ['a/1', 'b/1', 'unknown']);
    expect([...poller.connections()]).toEqual(['c2']);
    expect(poller.state().groups[0]?.cohorts).toHaveLength(1);
    poller.unregister('c2', ['a/1']);
    expect(poller.state().groups).toEqual([]);
    await sleep(INTERVAL * 2);
    const before = statements();
    await sleep(INTERVAL * 3);
    expect(statements()).toEqual(before);
  });

  it('are taken back where a connection object does not want them', async () => {
    onDeliver = (connection) => (connection === 'c1' ? ['a/1'] : []);
    subscribe('c1', cohort('a'), cohort('b'));
    await vi.waitFor(() => expect(poller.state().groups[0]?.cohorts).toHaveLength(1), soon);
    expect(seen('c1', 'b/1')).toHaveLength(1);
  });

  it('reach a connection object that was away for a moment, and give up one that is gone', async () => {
    let failures = 0;
    onDeliver = (connection) => {
      if (connection === 'gone' || (connection === 'c1' && ++failures < 3)) throw new Error('not there');
      return [];
    };
    subscribe('c1', cohort('a'));
    subscribe('gone', cohort('b'));
    await vi.waitFor(() => expect(seen('c1')).toEqual([[1, 1]]), soon);
    await vi.waitFor(() => expect([...poller.connections()]).toEqual(['c1']), soon);
  });

  it('miss nothing and end where the table does, however fast it is written to', async () => {
    const owners = ['a', 'b', 'c', 'd', 'e'];
    subscribe('c1', ...owners.map((owner) => cohort(owner)));
    for (let i = 0; i < 150; i += 1) {
      const owner = owners[i % owners.length];
      if (i % 3 === 0) await client.query('insert into item values ($1, $2, $3)', [100 + i, owner, i]);
      else await client.query('update item set n = n + 1 where owner = $1', [owner]);
      if (i % 4 === 0) await poller.nudge('default', ['public.item']);
      if (i % 10 === 0) await sleep(10);
    }
    const { rows } = await client.query<{ owner: string; list: number[] }>(
      'select owner, json_agg(n order by id) as list from item group by owner',
    );
    await vi.waitFor(() => {
      for (const { owner, list } of rows) expect(seen('c1', `${owner}/1`).at(-1)).toEqual(list);
    }, soon);
    for (const owner of owners) {
      const results = seen('c1', `${owner}/1`).map((result) => JSON.stringify(result));
      expect(results.filter((result, n) => result === results[n - 1])).toEqual([]);
    }
  });
});

describe('streams', () => {
  it('give every row once, in order, also those that look like the ones before', async () => {
    await client.query("insert into item select n, 'z', 1 from generate_series(4, 9) n");
    stream('c1', '0');
    await vi.waitFor(() => expect(seen('c1').flat()).toHaveLength(9), soon);
    await client.query("insert into item values (10, 'z', 7)");
    await vi.waitFor(() => expect(seen('c1').flat()).toHaveLength(10), soon);
    expect(seen('c1')).toEqual([[1, 1], [1, 1], [1, 1], [1, 1], [1], [7]]);
  });

  it('begin with an empty batch where there is nothing yet, and are silent after it', async () => {
    stream('c1', '50');
    await vi.waitFor(() => expect(seen('c1')).toEqual([[]]), soon);
    await client.query('insert into other values (1)');
    await sleep(INTERVAL * 4);
    expect(seen('c1')).toEqual([[]]);
  });

  it('go on at a batch that did not arrive', async () => {
    let n = 0;
    onDeliver = () => {
      if (++n === 2) throw new Error('not there');
      return [];
    };
    await client.query('insert into item select n, $1, n from generate_series(4, 7) n', ['z']);
    stream('c1', '0');
    await vi.waitFor(() => expect(seen('c1').flat()).toEqual([1, 1, 1, 4, 5, 6, 7]), soon);
  });

  it('repeat no row where a batch arrived and nobody heard of it', async () => {
    const rows: number[] = [];
    const at = { cursor: ['0'] as readonly (string | null)[] };
    let n = 0;
    onDeliver = (_, deliveries) => {
      const refused = deliveries.filter((delivery) => !receive(at, delivery, rows));
      n += 1;
      if (n === 2) throw new Error('the answer was lost');
      if (refused.length > 0) queueMicrotask(() => stream('c1', at.cursor[0] ?? ''));
      return refused.map(({ cohort: key }) => key);
    };
    await client.query('delete from item where id = 3');
    await client.query('insert into item select n, $1, n from generate_series(4, 4) n', ['z']);
    stream('c1', '0');
    await vi.waitFor(() => expect(rows).toEqual([1, 1, 4]), soon);
    // The batch behind the first grew since it was sent.
    await client.query('insert into item select n, $1, n from generate_series(5, 9) n', ['z']);
    await vi.waitFor(() => expect(rows.length).toBeGreaterThanOrEqual(8), soon);
    await sleep(INTERVAL * 3);
    expect(rows).toEqual([1, 1, 4, 5, 6, 7, 8, 9]);
  });
});
