// The cohorts of one source -> deliveries, poll by poll: at an interval, where something was committed; at once, for who
// just came, and after writes through this service. One poll at a time, so that no result overtakes a newer one.

import { HedgeError } from '../../error/hedge-error.ts';
import { databaseError } from '../../execute/postgres-error.ts';
import type { Database } from '../../execute/types.ts';
import type { Cohort, Group } from './cohort.ts';
import { isUrgent } from './cohort.ts';
import type { Outcome } from './run-group.ts';
import { runBatch } from './run-group.ts';

export interface LoopOptions {
  readonly database: () => Database;
  readonly interval: number;
  readonly idleInterval: number;
  readonly fullInterval: number;
  readonly nudgeGap: number;
  readonly batch: number;
  readonly now: () => number;
  /** Gives the outcomes of one poll on; it is awaited, so that a slow reader slows its polls. */
  readonly deliver: (outcomes: readonly Outcome[]) => Promise<void>;
  /** Asked before each poll; false ends it (the metadata changed). */
  readonly mayPoll: () => Promise<boolean>;
}

/** What a loop did so far. */
export interface LoopCounters {
  probes: number;
  polls: number;
}

export interface Loop {
  readonly groups: Map<string, Group>;
  readonly counters: LoopCounters;
  /** Has those who wait told, and what was touched polled, soon. */
  wake(): void;
  stop(): void;
}

/** Statements that are under way at once: an object may have six connections open. */
const PARALLEL = 4;
/** How long nothing must change before the interval grows. */
const QUIET_BEFORE_IDLE_MS = 60_000;
const IDLE_GROWTH = 1.5;
const MAX_BACKOFF_MS = 30_000;
/** A longer one would end at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Part of the interval that is left to others where a poll takes longer than it. */
const MIN_PAUSE = 0.1;

const SNAPSHOT = 'select pg_current_snapshot()::text';

/** A loop without groups; it sleeps until it has some and is woken. */
export function createLoop(options: LoopOptions): Loop {
  const { interval, now } = options;
  const groups = new Map<string, Group>();
  const counters: LoopCounters = { probes: 0, polls: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let running = false;
  let stopped = false;
  /** What was committed when all were polled last, in Postgres' words. */
  let snapshot: string | null = null;
  let lastFull = Number.NEGATIVE_INFINITY;
  let lastChange = now();
  let lastStart = Number.NEGATIVE_INFINITY;
  let nextTick = now() + interval;
  let pause = interval;
  let failures = 0;

  function schedule(at: number): void {
    if (stopped || groups.size === 0 || (timer !== undefined && timerAt <= at)) return;
    if (timer !== undefined) clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(() => void pass(), Math.min(MAX_TIMEOUT_MS, Math.max(0, at - now())));
  }

  const urgent = (): boolean =>
    [...groups.values()].some((group) => group.touched || [...group.cohorts.values()].some(isUrgent));

  async function pass(): Promise<void> {
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    if (running || stopped || groups.size === 0) return;
    running = true;
    lastStart = now();
    try {
      if (await options.mayPoll()) await poll();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!stopped) await options.deliver(failedOutcomes(groups, asHedgeError(error)));
    } finally {
      running = false;
    }
    if (failures > 0) {
      // Somewhat apart from other objects that lost the same database.
      const backoff = Math.min(MAX_BACKOFF_MS, interval * 2 ** Math.min(failures, 10));
      nextTick = now() + backoff * (0.75 + Math.random() / 2);
      schedule(nextTick);
      return;
    }
    schedule(nextTick);
    if (urgent()) schedule(lastStart + options.nudgeGap);
  }

  async function poll(): Promise<void> {
    const at = now();
    const isTick = at >= nextTick;
    const isFull = at - lastFull >= options.fullInterval;
    let changed = false;
    if (isTick) {
      const seen = await probe();
      changed = seen !== snapshot;
      snapshot = seen;
      if (changed) lastChange = at;
      pause =
        at - lastChange < QUIET_BEFORE_IDLE_MS
          ? interval
          : Math.min(options.idleInterval, pause * IDLE_GROWTH);
      pause = Math.max(pause, interval);
      if (changed || isFull) lastFull = at;
    }
    const all = isTick && (changed || isFull);
    const due = [...groups.values()].flatMap((group) => {
      const whole = all || group.touched;
      group.touched = false;
      const cohorts = [...group.cohorts.values()].filter(
        (cohort) => whole || isUrgent(cohort) || (isTick && cohort.failed),
      );
      for (const cohort of cohorts) cohort.more = false;
      return batchesOf(cohorts, options.batch).map((batch) => ({ group, batch }));
    });
    await inParallel(due, ({ group, batch }) => runAndDeliver(group, batch));
    if (isTick) nextTick = Math.max(at + pause, now() + pause * MIN_PAUSE);
  }

  async function probe(): Promise<string | null> {
    counters.probes += 1;
    return await options.database().queryText(SNAPSHOT, []);
  }

  async function runAndDeliver(group: Group, batch: readonly Cohort[]): Promise<void> {
    const start = now();
    const outcomes = await runBatch(options.database(), group, batch, () => (counters.polls += 1));
    group.polls += 1;
    group.lastPollMs = now() - start;
    if (stopped) return;
    const told = outcomes.filter(({ kind }) => kind !== 'unchanged');
    if (told.some(({ kind }) => kind === 'error')) group.failures += 1;
    if (told.length === 0) return;
    group.changes += 1;
    lastChange = now();
    // The database is awake and others may write, too: not the time for long pauses.
    pause = interval;
    nextTick = Math.min(nextTick, lastChange + interval);
    await options.deliver(told);
  }

  return {
    groups,
    counters,
    wake() {
      // Who comes first begins the rhythm; who comes later joins it.
      if (timer === undefined && !running) nextTick = Math.max(nextTick, now());
      schedule(Math.max(now(), failures > 0 ? nextTick : lastStart + options.nudgeGap));
    },
    stop() {
      stopped = true;
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
    },
  };
}

function asHedgeError(error: unknown): HedgeError {
  return error instanceof HedgeError ? error : databaseError(error, { sql: SNAPSHOT, parameters: [] });
}

/** The error for everybody who was not told of one yet. */
function failedOutcomes(groups: ReadonlyMap<string, Group>, error: HedgeError): readonly Outcome[] {
  return [...groups.values()].flatMap((group) => {
    group.failures += 1;
    return [...group.cohorts.values()]
      .filter(({ failed, waiting }) => !failed || waiting.size > 0)
      .map((cohort): Outcome => ({ kind: 'error', cohort, error }));
  });
}

function batchesOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

/** Works through a list with a few at a time. @throws the first error, when all that was begun has ended. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (errors.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  if (errors.length > 0) throw errors[0];
}
