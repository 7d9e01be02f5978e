// A poller's storage, alarm and neighbours -> the poller at work. It keeps no more than which connection objects have
// subscribers here: should it wake without memory, these tell it the rest.
//
//   asleep --register--> polling --the last one leaves--> asleep
//   polling --evicted--> (alarm, or any call) --registrations of the connection objects--> polling

import type { HedgeError } from '../../error/hedge-error.ts';
import { graphqlError } from '../../error/hedge-error.ts';
import type { Engine } from '../../execute/engine.ts';
import { showsInternal } from '../../http/respond.ts';
import type { AppContext, WaitUntil } from '../../http/types.ts';
import type { Connections, Delivery, PollerState, Registration } from '../types.ts';
import type { PollerCore } from './core.ts';
import { createPoller } from './core.ts';
import { WATCHDOG_MS } from './settings.ts';

/** What the object's methods do. */
export interface PollerRuntime {
  register(connection: string, registration: Registration): Promise<void>;
  unregister(connection: string, cohorts: readonly string[]): Promise<void>;
  nudge(source: string, tables: readonly string[] | null): Promise<number>;
  state(): PollerState;
  /** The next alarm is set already. */
  alarm(): Promise<void>;
}

/** In storage: the object's own name, and the connection objects with subscribers. */
const NAME = 'name';
const CONNECTION = 'connection/';

/** Of the object's storage what a poller needs. */
export interface PollerStorage {
  get<T>(key: string): Promise<T | undefined>;
  list(options: { readonly prefix: string }): Promise<ReadonlyMap<string, unknown>>;
  put(entries: Record<string, unknown>): Promise<void>;
  delete(keys: string[]): Promise<unknown>;
  deleteAll(): Promise<void>;
  setAlarm(time: number): Promise<void>;
  deleteAlarm(): Promise<void>;
}

export interface PollerParts {
  readonly storage: PollerStorage;
  readonly waitUntil: WaitUntil;
  readonly context: Pick<AppContext, 'config' | 'engine' | 'newestEngine' | 'log'>;
  /** The connection object with this id. */
  readonly connectionOf: (id: string) => Connections;
}

/** Starts the poller, with the subscribers it had before it was evicted. */
export async function startPoller(parts: PollerParts): Promise<PollerRuntime> {
  const { storage, waitUntil, context, connectionOf } = parts;
  let name = (await storage.get<string>(NAME)) ?? '';
  const kept = new Set((await storage.list({ prefix: CONNECTION })).keys());
  /** Connection objects that were not reached: asked again when the alarm rings, until they answer. */
  const lost = new Set<string>();
  let engine = await context.newestEngine();
  let version = await engine.artifact.digest();
  let core = newCore();

  function newCore(): PollerCore {
    return createPoller({
      database: (source) => engine.database(source),
      settings: context.config.live,
      now: Date.now,
      deliver: async (connection, deliveries) => await deliver(connection, deliveries),
      errorText: (error, role) => errorText(context, error, role),
      mayPoll: async () => isCurrent(await context.engine(waitUntil)),
    });
  }

  async function deliver(connection: string, deliveries: readonly Delivery[]): Promise<readonly string[]> {
    let unwanted: readonly string[];
    try {
      unwanted = await connectionOf(connection).deliver(name, deliveries);
    } catch (error) {
      lost.add(connection);
      throw error;
    }
    if (lost.delete(connection) || unwanted.length > 0) waitUntil(Promise.resolve().then(keep));
    return unwanted;
  }

  /** Whether the engine's metadata is what the subscriptions were planned with; tells everybody where it is not. */
  async function isCurrent(newest: Engine): Promise<boolean> {
    if (newest === engine) return true;
    engine = newest;
    const now = await newest.artifact.digest();
    if (now === version) return true;
    version = now;
    const connections = [...core.connections()];
    core.stop();
    core = newCore();
    for (const connection of connections) lost.add(connection);
    const tell = async (connection: string): Promise<void> => {
      await connectionOf(connection).metadataChanged(now);
      lost.delete(connection);
    };
    await Promise.allSettled(connections.map(tell));
    await keep();
    return false;
  }

  /** Writes down who has subscribers here, and whether the object has to wake by itself. */
  async function keep(): Promise<void> {
    const wanted = new Set([...core.connections(), ...lost].map((connection) => CONNECTION + connection));
    const gone = [...kept].filter((key) => !wanted.has(key));
    const added = [...wanted].filter((key) => !kept.has(key));
    if (gone.length === 0 && added.length === 0) return;
    const wasEmpty = kept.size === 0;
    for (const key of gone) kept.delete(key);
    for (const key of added) kept.add(key);
    if (kept.size === 0) {
      await storage.deleteAlarm();
      await storage.deleteAll();
      return;
    }
    if (gone.length > 0) await storage.delete(gone);
    await storage.put(Object.fromEntries([[NAME, name], ...added.map((key) => [key, true])]));
    if (wasEmpty) await storage.setAlarm(Date.now() + WATCHDOG_MS);
  }

  async function register(connection: string, registration: Registration): Promise<void> {
    name = registration.poller;
    if (registration.version !== version) await isCurrent(await context.newestEngine());
    if (registration.version !== version) {
      await connectionOf(connection).metadataChanged(version);
      return;
    }
    core.register(connection, registration);
    await keep();
  }

  /** Asks a connection object what it wants. */
  async function findAgain(connection: string): Promise<void> {
    try {
      const registration = await connectionOf(connection).registrations(name);
      if (registration) await register(connection, registration);
      lost.delete(connection);
    } catch (error) {
      context.log({
        type: 'livequery-poller-log',
        level: 'warn',
        detail: { message: `subscribers of a connection object were not found again: ${String(error)}` },
      });
    }
  }

  // All of them before the first is asked: none may be crossed out for another's answer.
  for (const key of kept) lost.add(key.slice(CONNECTION.length));
  for (const connection of lost) await findAgain(connection);
  await keep();

  return {
    register,
    async unregister(connection, cohorts) {
      core.unregister(connection, cohorts);
      await keep();
    },
    nudge: async (source, tables) => await core.nudge(source, tables),
    state: () => core.state(),
    async alarm() {
      for (const connection of lost) await findAgain(connection);
      await keep();
      // The object set the next one before it asked.
      if (kept.size === 0) await storage.deleteAlarm();
    },
  };
}

/** `{message, extensions}` as who has the role may see it. */
function errorText({ config }: Pick<AppContext, 'config'>, error: HedgeError, role: string): string {
  const session = {
    role,
    variables: new Map<string, string>(),
    trusted: false,
    backend: false,
    expiresAt: null,
  };
  return JSON.stringify(graphqlError(error, showsInternal(config, { session })));
}
