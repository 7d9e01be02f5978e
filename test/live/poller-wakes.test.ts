// A poller that was evicted with subscribers: what it finds in its storage -> all of them again, whoever answers first,
// late or not at all.

import { afterEach, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.ts';
import { HedgeError } from '../../src/error/hedge-error.ts';
import type { Engine } from '../../src/execute/engine.ts';
import type { PollerRuntime, PollerStorage } from '../../src/live/poller/runtime.ts';
import { startPoller } from '../../src/live/poller/runtime.ts';
import type { Connections, Registration } from '../../src/live/types.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { cohort, LIVE } from './polled.ts';

const NAME = 'default/0';
const VERSION = 'v1';
const WHO = ['one', 'two', 'three'];

/** The poller's storage; the object's alarm is set while it is not null. */
class Storage implements PollerStorage {
  readonly rows = new Map<string, unknown>();
  alarm: number | null = null;

  get<T>(key: string): Promise<T | undefined> {
    return Promise.resolve(this.rows.get(key) as T | undefined);
  }

  list({ prefix }: { readonly prefix: string }): Promise<ReadonlyMap<string, unknown>> {
    return Promise.resolve(new Map([...this.rows].filter(([key]) => key.startsWith(prefix))));
  }

  put(entries: Record<string, unknown>): Promise<void> {
    for (const [key, value] of Object.entries(entries)) this.rows.set(key, value);
    return Promise.resolve();
  }

  delete(keys: string[]): Promise<unknown> {
    for (const key of keys) this.rows.delete(key);
    return Promise.resolve();
  }

  deleteAll(): Promise<void> {
    this.rows.clear();
    return Promise.resolve();
  }

  setAlarm(time: number): Promise<void> {
    this.alarm = time;
    return Promise.resolve();
  }

  deleteAlarm(): Promise<void> {
    this.alarm = null;
    return Promise.resolve();
  }
}

const running: { readonly poller: PollerRuntime; readonly cohorts: readonly string[] }[] = [];
afterEach(async () => {
  for (const { poller, cohorts } of running.splice(0))
    for (const connection of WHO) await poller.unregister(connection, cohorts);
});

/** A poller of three connection objects, each with a subscriber of its own; those in `away` cannot be reached. */
async function woken({
  away = [],
  empty = [],
}: { away?: readonly string[]; empty?: readonly string[] } = {}) {
  const storage = new Storage();
  await storage.put({ name: NAME, ...Object.fromEntries(WHO.map((id) => [`connection/${id}`, true])) });
  storage.alarm = Date.now();
  const unreachable = new Set(away);
  const connectionOf = (id: string): Connections => ({
    registrations(poller) {
      if (unreachable.has(id)) return Promise.reject(new Error('not there'));
      const registration: Registration = { poller, version: VERSION, groups: [LIVE], cohorts: [cohort(id)] };
      return Promise.resolve(empty.includes(id) ? null : registration);
    },
    deliver: () => (unreachable.has(id) ? Promise.reject(new Error('not there')) : Promise.resolve([])),
    metadataChanged: () => Promise.resolve(),
    closeSessions: () => Promise.resolve(0),
  });
  const database = (): never => {
    throw new HedgeError('unexpected', 'there is none');
  };
  // Nothing else of an engine is looked at before a statement runs.
  const engine = { artifact: { digest: () => Promise.resolve(VERSION) }, database } as unknown as Engine;
  const start = async (): Promise<PollerRuntime> => {
    const poller = await startPoller({
      storage,
      waitUntil: () => {},
      context: {
        config: readConfig({ HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET }),
        engine: () => engine,
        newestEngine: () => Promise.resolve(engine),
        log: () => {},
      },
      connectionOf,
    });
    running.push({ poller, cohorts: WHO.map((id) => cohort(id).key) });
    return poller;
  };
  return { storage, unreachable, start, poller: await start() };
}

const found = (poller: PollerRuntime): readonly unknown[] =>
  poller.state().groups.flatMap(({ cohorts }) => cohorts.map(({ values }) => values[0]));
const kept = ({ rows }: Storage): readonly string[] => [...rows.keys()].toSorted();
const ALL = ['connection/one', 'connection/three', 'connection/two', 'name'];

describe('a poller that wakes without memory', () => {
  it('finds the subscribers of every connection object again', async () => {
    const { poller, storage, start } = await woken();
    expect(found(poller)).toEqual(WHO);
    expect(kept(storage)).toEqual(ALL);
    expect(found(await start())).toEqual(WHO);
  });

  it.each(WHO)(
    'does not cross out %s, which it does not reach, and finds it when the alarm rings',
    async (id) => {
      const { poller, storage, unreachable } = await woken({ away: [id] });
      expect(found(poller)).toEqual(WHO.filter((other) => other !== id));
      expect(kept(storage)).toEqual(ALL);
      await poller.alarm();
      expect(found(poller)).toHaveLength(2);
      expect(kept(storage)).toEqual(ALL);
      unreachable.clear();
      await poller.alarm();
      expect(new Set(found(poller))).toEqual(new Set(WHO));
      expect(storage.alarm).not.toBe(null);
    },
  );

  it('reaches nobody, is evicted again, and still finds all', async () => {
    const { poller, storage, unreachable, start } = await woken({ away: WHO });
    expect(found(poller)).toEqual([]);
    expect(kept(storage)).toEqual(ALL);
    expect(storage.alarm).not.toBe(null);
    unreachable.clear();
    expect(found(await start())).toEqual(WHO);
  });

  it('forgets whom nobody subscribes behind, and sleeps for good when that is everybody', async () => {
    const { poller, storage } = await woken({ empty: ['two'] });
    expect(kept(storage)).toEqual(['connection/one', 'connection/three', 'name']);
    for (const id of ['one', 'three']) await poller.unregister(id, [cohort(id).key]);
    expect(kept(storage)).toEqual([]);
    expect(storage.alarm).toBe(null);
    const none = await woken({ empty: WHO });
    expect(kept(none.storage)).toEqual([]);
    expect(none.storage.alarm).toBe(null);
  });
});
