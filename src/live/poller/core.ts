// Registrations of connection objects -> polls of their sources, and the results back to those who wait for them.

import type { HedgeError } from '../../error/hedge-error.ts';
import type { Database } from '../../execute/types.ts';
import { must } from '../../util/assert.ts';
import type { Delivery, GroupInfo, Poller, PollerState, Registration } from '../types.ts';
import type { Cohort, Group } from './cohort.ts';
import { createCohort, createGroup } from './cohort.ts';
import type { Loop } from './loop.ts';
import { createLoop } from './loop.ts';
import type { Outcome } from './run-group.ts';
import type { PollSettings } from './settings.ts';

export interface PollerOptions {
  /** The database of a source. @throws HedgeError when it is not configured. */
  readonly database: (source: string) => Database;
  readonly settings: PollSettings;
  readonly now: () => number;
  /**
   * Gives results to a connection object, and back the cohorts that nobody there wants.
   * @throws when the object cannot be reached; it is tried again at the next poll.
   */
  readonly deliver: (connection: string, deliveries: readonly Delivery[]) => Promise<readonly string[]>;
  /** An error as the JSON that subscribers of a role may see. */
  readonly errorText: (error: HedgeError, role: string) => string;
  /** Asked before each poll; false ends it. */
  readonly mayPoll: () => Promise<boolean>;
}

/** A poller without the object around it. */
export interface PollerCore extends Omit<Poller, 'register' | 'unregister' | 'state'> {
  register(connection: string, registration: Pick<Registration, 'groups' | 'cohorts'>): void;
  unregister(connection: string, cohorts: readonly string[]): void;
  state(): PollerState;
  /** The connection objects that have subscribers here. */
  connections(): ReadonlySet<string>;
  /** Forgets everything. */
  stop(): void;
}

/** Polls in a row in which a connection object could not be reached, before its subscribers are given up. */
const MAX_LOST_DELIVERIES = 5;

/** A poller that knows of nobody yet. */
export function createPoller(options: PollerOptions): PollerCore {
  const { settings } = options;
  const loops = new Map<string, Loop>();
  const cohorts = new Map<string, Cohort>();
  /** By connection object, how many cohorts it has subscribers of. */
  const wanted = new Map<string, number>();
  /** By connection object, how often in a row it was not reached. */
  const lost = new Map<string, number>();

  function loopOf({ source, kind }: GroupInfo): Loop {
    const key = `${kind}\n${source}`;
    const known = loops.get(key);
    if (known) return known;
    const isLive = kind === 'live';
    const interval = isLive ? settings.liveInterval : settings.streamInterval;
    const loop = createLoop({
      database: () => options.database(source),
      interval,
      idleInterval: Math.max(interval, settings.idleInterval),
      fullInterval: settings.fullInterval,
      nudgeGap: settings.nudgeGap,
      batch: isLive ? settings.liveBatch : settings.streamBatch,
      now: options.now,
      deliver,
      mayPoll: options.mayPoll,
    });
    loops.set(key, loop);
    return loop;
  }

  async function deliver(outcomes: readonly Outcome[]): Promise<void> {
    const posts = new Map<string, { readonly cohort: Cohort; readonly delivery: Delivery }[]>();
    for (const outcome of outcomes) {
      const { cohort } = outcome;
      const delivery = deliveryOf(outcome, options.errorText);
      if (!delivery) continue;
      for (const connection of recipientsOf(outcome)) {
        const post = posts.get(connection) ?? [];
        post.push({ cohort, delivery });
        posts.set(connection, post);
      }
      if (outcome.kind === 'error') cohort.failed = true;
      else if (outcome.kind === 'result') {
        cohort.failed = false;
        if (cohort.info.cursor === null) cohort.hash = outcome.hash;
      }
    }
    await Promise.all([...posts].map(([connection, post]) => send(connection, post)));
  }

  async function send(
    connection: string,
    post: readonly { readonly cohort: Cohort; readonly delivery: Delivery }[],
  ): Promise<void> {
    // Who asks from now on, while this is on its way, is told what comes next.
    for (const { cohort } of post) cohort.waiting.delete(connection);
    try {
      const unwanted = await options.deliver(
        connection,
        post.map(({ delivery }) => delivery),
      );
      lost.delete(connection);
      const refused = new Set(unwanted);
      for (const { cohort, delivery } of post) if (!refused.has(delivery.cohort)) arrived(cohort, delivery);
      unregister(
        connection,
        unwanted.filter((key) => cohorts.get(key)?.waiting.has(connection) !== true),
      );
    } catch {
      const times = (lost.get(connection) ?? 0) + 1;
      lost.set(connection, times);
      // Told again at the next interval, whatever comes then; a stream does not go on without it.
      for (const { cohort } of post) cohort.failed = true;
      if (times >= MAX_LOST_DELIVERIES) forget(connection);
    }
  }

  function forget(connection: string): void {
    lost.delete(connection);
    unregister(connection, [...cohorts.keys()]);
  }

  function count(connection: string, change: number): void {
    const cohortCount = (wanted.get(connection) ?? 0) + change;
    if (cohortCount === 0) wanted.delete(connection);
    else wanted.set(connection, cohortCount);
  }

  function unregister(connection: string, keys: readonly string[]): void {
    for (const key of keys) {
      const cohort = cohorts.get(key);
      if (!cohort) continue;
      if (cohort.connections.delete(connection)) count(connection, -1);
      cohort.waiting.delete(connection);
      if (cohort.connections.size > 0) continue;
      cohorts.delete(key);
      const { group } = cohort;
      group.cohorts.delete(key);
      if (group.cohorts.size === 0) loopOf(group.info).groups.delete(group.info.key);
    }
  }

  return {
    register(connection, { groups, cohorts: added }) {
      const woken = new Set<Loop>();
      const infos = new Map(groups.map((group) => [group.key, group]));
      for (const info of added) {
        const groupInfo = must(infos.get(info.group), 'a registration names the group of a cohort');
        const loop = loopOf(groupInfo);
        const group = loop.groups.get(groupInfo.key) ?? createGroup(groupInfo);
        loop.groups.set(groupInfo.key, group);
        const cohort = cohorts.get(info.key) ?? createCohort(info, group);
        cohorts.set(info.key, cohort);
        // Whoever sends the rows knows best which ones were sent.
        cohort.cursor = info.cursor;
        cohort.group.cohorts.set(info.key, cohort);
        if (!cohort.connections.has(connection)) count(connection, 1);
        cohort.connections.add(connection);
        cohort.waiting.add(connection);
        woken.add(loop);
      }
      for (const loop of woken) loop.wake();
    },
    unregister,
    nudge(source, tables) {
      const touched = tables && new Set(tables);
      for (const loop of loops.values()) {
        let any = false;
        for (const group of loop.groups.values()) {
          if (group.info.source !== source || !isTouched(group, touched)) continue;
          group.touched = true;
          any = true;
        }
        if (any) loop.wake();
      }
      return Promise.resolve(cohorts.size);
    },
    state: () => stateOf([...loops.values()]),
    connections: () => new Set(wanted.keys()),
    stop() {
      for (const loop of loops.values()) loop.stop();
      loops.clear();
      cohorts.clear();
      wanted.clear();
      lost.clear();
    },
  };
}

function isTouched({ info }: Group, tables: ReadonlySet<string> | null): boolean {
  return tables === null || info.tables === null || info.tables.some((table) => tables.has(table));
}

/** Those who are told: everybody of what is new, else those who wait. */
function recipientsOf(outcome: Outcome): Iterable<string> {
  const { connections, waiting } = outcome.cohort;
  return isNew(outcome) ? [...connections] : [...waiting];
}

function isNew(outcome: Outcome): boolean {
  const { failed, info, hash } = outcome.cohort;
  if (outcome.kind === 'error') return !failed;
  return failed || info.cursor !== null || (outcome.kind === 'result' && outcome.hash !== hash);
}

function deliveryOf(outcome: Outcome, errorText: PollerOptions['errorText']): Delivery | undefined {
  const { info, group } = outcome.cohort;
  const cohort = info.key;
  switch (outcome.kind) {
    case 'unchanged':
      return undefined;
    case 'error':
      return { kind: 'error', cohort, error: errorText(outcome.error, group.info.role) };
    case 'result': {
      const { data, hash, cursor, from } = outcome;
      return {
        kind: 'result',
        cohort,
        data,
        hash,
        cursor,
        from,
        ...(!isNew(outcome) && { isRepeat: true }),
      };
    }
  }
}

/** What a delivery that arrived changes. */
function arrived(cohort: Cohort, delivery: Delivery): void {
  if (cohort.info.cursor === null || delivery.kind === 'error') return;
  cohort.hash = 'told';
  if (delivery.cursor === null) return;
  cohort.cursor = delivery.cursor;
  cohort.more = true;
}

function stateOf(loops: readonly Loop[]): PollerState {
  const sum = (of: (loop: Loop) => number): number => loops.reduce((total, loop) => total + of(loop), 0);
  return {
    groups: loops.flatMap((loop) =>
      [...loop.groups.values()].map(({ info, cohorts, polls, changes, failures, lastPollMs }) => {
        const { statement, ...rest } = info;
        return {
          ...rest,
          sql: statement.text,
          cohorts: [...cohorts.values()].map((cohort) => ({
            values: cohort.info.values,
            connections: cohort.connections.size,
            hash: cohort.hash,
          })),
          polls,
          changes,
          failures,
          lastPollMs,
        };
      }),
    ),
    statements: { probes: sum((loop) => loop.counters.probes), polls: sum((loop) => loop.counters.polls) },
  };
}
