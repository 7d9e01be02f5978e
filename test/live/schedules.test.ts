// Random schedules of comings, goings, writes, nudges and lost deliveries against a poller on a real database: in the end
// everybody has what the table has, and no row of a stream was lost or came twice.

import { setTimeout as sleep } from 'node:timers/promises';

import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import { neonDatabase } from '../../src/execute/neon.ts';
import type { Database } from '../../src/execute/types.ts';
import type { PollerCore } from '../../src/live/poller/core.ts';
import { createPoller } from '../../src/live/poller/core.ts';
import type { Delivery, GroupInfo } from '../../src/live/types.ts';
import { must } from '../../src/util/assert.ts';
import { createTestDatabase, pgClient, type TestDatabase } from '../support/database.ts';
import { cohort, LIVE, POLLED_SQL, receive, STREAM } from './polled.ts';

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];
const STEPS = 60;
const INTERVAL = 20;
const OWNERS = ['a', 'b', 'c'];
/** One less than after which a connection object is given up. */
const MAX_LOST = 4;

/** A stream of ids, which tell rows apart. */
const IDS: GroupInfo = {
  ...STREAM,
  statement: { text: STREAM.statement.text.replace('json_agg(r.n)', 'json_agg(r.id)'), constants: [] },
};

let testDatabase: TestDatabase;
let client: pg.Client;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ sql: POLLED_SQL });
  client = await pgClient(testDatabase.url);
  database = neonDatabase({ connectionString: testDatabase.url, endpoint: inject('neonUrl') });
});
afterAll(async () => {
  await client?.end();
  await testDatabase?.drop();
});

/** Numbers from 0 below 1, the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Stream {
  cursor: readonly (string | null)[];
  readonly from: number;
  readonly ids: number[];
}

/** What a connection object knows of its subscribers: the newest result of a live query, and how far streams are. */
class Connection {
  readonly live = new Map<string, string | null>();
  readonly streams = new Map<string, Stream>();
  lost = 0;

  readonly name: string;
  readonly poller: () => PollerCore;

  constructor(name: string, poller: () => PollerCore) {
    this.name = name;
    this.poller = poller;
  }

  subscribe(owner: string): void {
    const info = cohort(owner);
    this.live.set(info.key, null);
    this.poller().register(this.name, { groups: [LIVE], cohorts: [info] });
  }

  stream(key: string, from: number): void {
    this.streams.set(key, { cursor: [String(from)], from, ids: [] });
    this.goOn(key);
  }

  /** Asks for a stream from where it is. */
  goOn(key: string): void {
    const cursor = this.streams.get(key)?.cursor;
    if (!cursor) return;
    const info = { key, group: IDS.key, values: [], cursor };
    this.poller().register(this.name, { groups: [IDS], cohorts: [info] });
  }

  leave(key: string): void {
    this.live.delete(key);
    this.streams.delete(key);
    this.poller().unregister(this.name, [key]);
  }

  deliver(deliveries: readonly Delivery[]): readonly string[] {
    const refused: string[] = [];
    for (const delivery of deliveries) {
      const { cohort: key } = delivery;
      const stream = this.streams.get(key);
      if (this.live.has(key)) this.live.set(key, delivery.kind === 'result' ? delivery.data : delivery.error);
      else if (!stream) refused.push(key);
      else if (!receive(stream, delivery, stream.ids)) {
        refused.push(key);
        // The poller may hear of it before it hears the answer, as of this one it does, or after.
        if (this.name === 'c1') this.goOn(key);
        else setTimeout(() => this.goOn(key));
      }
    }
    return refused;
  }
}

interface World {
  readonly connections: readonly Connection[];
  readonly poller: PollerCore;
  /** Nothing is lost from now on. */
  calm(): void;
}

function worldOf(random: () => number): World {
  let isCalm = false;
  const connections = ['c1', 'c2', 'c3'].map((name) => new Connection(name, () => poller));
  const poller: PollerCore = createPoller({
    database: () => database,
    settings: {
      liveInterval: INTERVAL,
      streamInterval: INTERVAL,
      liveBatch: 2,
      streamBatch: 2,
      idleInterval: INTERVAL,
      fullInterval: 600_000,
      nudgeGap: 2,
    },
    now: Date.now,
    async deliver(name, deliveries) {
      const connection = connections.find((other) => other.name === name);
      const fate = random();
      await sleep(random() * 4);
      if (isCalm || fate > 0.5 || (connection?.lost ?? 0) >= MAX_LOST) {
        if (connection) connection.lost = 0;
        return connection?.deliver(deliveries) ?? [];
      }
      if (connection) connection.lost += 1;
      // It may have arrived all the same.
      if (fate > 0.35) connection?.deliver(deliveries);
      throw new Error('lost');
    },
    errorText: (error) => error.message,
    mayPoll: () => Promise.resolve(true),
  });
  return { connections, poller, calm: () => void (isCalm = true) };
}

async function run(random: () => number, { connections, poller }: World): Promise<void> {
  const pick = <T>(items: readonly T[]): T =>
    must(items[Math.floor(random() * items.length)], 'there is one');
  let id = 0;
  const steps: readonly (() => unknown)[] = [
    () => pick(connections).subscribe(pick(OWNERS)),
    () => pick(connections).subscribe(pick(OWNERS)),
    () => pick(connections).stream(`s${random()}`, Math.floor(random() * (id + 1))),
    () => {
      const connection = pick(connections);
      const keys = [...connection.live.keys(), ...connection.streams.keys()];
      if (keys.length > 0) connection.leave(pick(keys));
    },
    () => client.query('insert into item values ($1, $2, $1)', [(id += 1), pick(OWNERS)]),
    () => client.query('insert into item values ($1, $2, $1)', [(id += 1), pick(OWNERS)]),
    () => client.query('update item set n = n + 1000 where owner = $1', [pick(OWNERS)]),
    () => client.query('delete from item where id = $1', [Math.ceil(random() * id)]),
    () => poller.nudge('default', random() < 0.3 ? null : [pick(['public.item', 'public.other'])]),
    () => sleep(random() * INTERVAL),
  ];
  for (let n = 0; n < STEPS; n += 1) await pick(steps)();
}

describe('whatever happens', () => {
  it.each(SEEDS)('everybody ends where the table does (schedule %i)', async (seed) => {
    const random = randomOf(seed);
    await client.query('truncate item');
    const world = worldOf(random);
    try {
      await run(random, world);
      // The last commit is not followed by one that would have its results told again.
      await client.query('update item set n = n + 1');
      await sleep(INTERVAL * 3);
      world.calm();
      const { rows } = await client.query<{ id: number; owner: string; n: number }>(
        'select * from item order by id',
      );
      const result = (owner: string): readonly number[] =>
        rows.filter((row) => row.owner === owner).map(({ n }) => n);
      const behind = (from: number): readonly number[] => rows.map(({ id }) => id).filter((id) => id > from);
      await vi.waitFor(
        () => {
          for (const { live, streams } of world.connections) {
            for (const [key, data] of live) {
              const [owner = ''] = key.split('/');
              expect(JSON.parse(data ?? 'null'), key).toEqual(result(owner));
            }
            for (const { from, ids } of streams.values()) {
              expect(ids.filter((id) => rows.some((row) => row.id === id))).toEqual(behind(from));
            }
          }
        },
        { timeout: 5000, interval: 5 },
      );
      for (const { streams } of world.connections)
        for (const { ids } of streams.values())
          expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    } finally {
      // A stream that is about to be asked for again is not.
      for (const { streams } of world.connections) streams.clear();
      world.poller.stop();
    }
  });
});
