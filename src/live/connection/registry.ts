// Which cohorts somebody here subscribes to -> what the pollers are asked for. Changes of a moment go out together, one
// call at a time for each poller, and say what is wanted then: who comes and goes between two calls costs nothing.

import type { Connections, Delivery, Poller, Registration } from '../types.ts';
import type { Store } from './store.ts';
import type { Cohort, Operation, Subscription } from './types.ts';

export interface RegistryOptions {
  readonly store: Store;
  /** The id under which pollers reach this object. */
  readonly connection: string;
  readonly pollerOf: (name: string) => Pick<Poller, 'register' | 'unregister'>;
  /** What the subscriptions were planned with. */
  readonly version: () => string;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** Told when the last cohort is gone and the pollers know. */
  readonly onEmpty: () => void;
}

export interface Registry extends Pick<Connections, 'registrations'> {
  /** The cohort that is known by the key of this one, which else is new. */
  cohort(made: Omit<Cohort, 'members' | 'isPaused'>): Cohort;
  find(key: string): Cohort | undefined;
  /** Has an operation told of its cohort. */
  add(operation: Operation, subscription: Subscription): void;
  remove(operation: Operation): void;
  /** Restores a cohort from the store; its poller knows of it. */
  restore(cohort: Cohort): void;
  /** Has the poller told anew whether a cohort is wanted. */
  touch(cohort: Pick<Cohort, 'info' | 'poller'>): void;
  /** Cohorts of these deliveries that nobody here wants. */
  unwanted(deliveries: readonly Delivery[]): readonly string[];
  hasCohorts(): boolean;
  /** Nothing is subscribed to, and the pollers know. */
  isEmpty(): boolean;
}

const MAX_BACKOFF_MS = 30_000;

export function createRegistry(options: RegistryOptions): Registry {
  const { store, connection } = options;
  const cohorts = new Map<string, Cohort>();
  /** How many cohorts of a group there are. */
  const groupSizes = new Map<string, number>();
  /** By poller: cohorts whose poller is to be told whether they are wanted. */
  const changed = new Map<string, Set<string>>();
  const busy = new Set<string>();
  const failures = new Map<string, number>();

  function isWanted(cohort: Cohort | undefined): cohort is Cohort {
    return cohort !== undefined && cohort.members.size > 0 && !cohort.isPaused;
  }

  function touch({ info, poller }: Pick<Cohort, 'info' | 'poller'>): void {
    const keys = changed.get(poller) ?? new Set();
    changed.set(poller, keys.add(info.key));
    schedule(poller, 0);
  }

  function schedule(poller: string, delay: number): void {
    if (busy.has(poller)) return;
    busy.add(poller);
    options.waitUntil(scheduler.wait(delay).then(() => flush(poller)));
  }

  async function flush(poller: string): Promise<void> {
    const keys = [...(changed.get(poller) ?? [])];
    changed.delete(poller);
    let delay = 0;
    try {
      const wanted = keys.map((key) => cohorts.get(key)).filter(isWanted);
      const gone = keys.filter((key) => !isWanted(cohorts.get(key)));
      const target = options.pollerOf(poller);
      if (gone.length > 0) await target.unregister(connection, gone);
      if (wanted.length > 0) await target.register(connection, registrationOf(poller, wanted));
      failures.delete(poller);
    } catch {
      const again = changed.get(poller) ?? new Set();
      for (const key of keys) again.add(key);
      changed.set(poller, again);
      const times = (failures.get(poller) ?? 0) + 1;
      failures.set(poller, times);
      delay = Math.min(MAX_BACKOFF_MS, 100 * 2 ** times);
    } finally {
      busy.delete(poller);
    }
    if (changed.has(poller)) schedule(poller, delay);
    else if (cohorts.size === 0 && changed.size === 0 && busy.size === 0) options.onEmpty();
  }

  function registrationOf(poller: string, wanted: readonly Cohort[]): Registration {
    return {
      poller,
      version: options.version(),
      groups: [...new Map(wanted.map(({ group }) => [group.key, group])).values()],
      cohorts: wanted.map(({ info, cursor }) => ({ ...info, cursor })),
    };
  }

  function remember(cohort: Cohort): boolean {
    cohorts.set(cohort.info.key, cohort);
    const size = groupSizes.get(cohort.group.key) ?? 0;
    groupSizes.set(cohort.group.key, size + 1);
    return size === 0;
  }

  return {
    cohort: (made) =>
      cohorts.get(made.info.key) ?? { ...made, members: new Set<Operation>(), isPaused: false },
    find: (key) => cohorts.get(key),
    add(operation, subscription) {
      const { cohort } = subscription;
      operation.subscription = subscription;
      if (!cohorts.has(cohort.info.key)) store.putCohort(cohort, remember(cohort));
      cohort.members.add(operation);
      store.putOperation(operation, subscription);
      touch(cohort);
    },
    remove(operation) {
      const { client, id, subscription } = operation;
      if (!subscription) return;
      const { cohort } = subscription;
      operation.subscription = undefined;
      cohort.members.delete(operation);
      if (!client.isClosed) store.deleteOperation(client.id, id);
      if (cohort.members.size > 0) return;
      cohorts.delete(cohort.info.key);
      const size = (groupSizes.get(cohort.group.key) ?? 1) - 1;
      if (size === 0) groupSizes.delete(cohort.group.key);
      else groupSizes.set(cohort.group.key, size);
      store.deleteCohort(cohort.info.key, cohort.group.key, size === 0);
      touch(cohort);
    },
    restore: (cohort) => void remember(cohort),
    touch,
    unwanted: (deliveries) =>
      deliveries.map(({ cohort }) => cohort).filter((key) => !isWanted(cohorts.get(key))),
    hasCohorts: () => cohorts.size > 0,
    isEmpty: () => cohorts.size === 0 && changed.size === 0 && busy.size === 0,
    registrations(poller) {
      const wanted = [...cohorts.values()].filter((cohort) => cohort.poller === poller && isWanted(cohort));
      return Promise.resolve(wanted.length === 0 ? null : registrationOf(poller, wanted));
    },
  };
}
