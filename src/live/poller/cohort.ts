// A group of subscriptions and its cohorts, as a poller remembers them between polls.

import type { CohortInfo, GroupInfo } from '../types.ts';

/** Subscribers with the same values. */
export interface Cohort {
  readonly info: CohortInfo;
  readonly group: Group;
  /** Connection objects that have subscribers of it. */
  readonly connections: Set<string>;
  /** Those that must be told the next result even where nothing changed, and soon. */
  readonly waiting: Set<string>;
  /** Of the result that was delivered last; of a stream, whether anything was. */
  hash: string | null;
  /** Of a stream: where it goes on. */
  cursor: readonly (string | null)[] | null;
  /** The last poll failed, and its error was delivered: the next result is, too, whatever it is. */
  failed: boolean;
  /** Of a stream: there may be another batch already. */
  more: boolean;
}

/** Cohorts that one statement answers. */
export interface Group {
  readonly info: GroupInfo;
  readonly cohorts: Map<string, Cohort>;
  /** Something was written that may concern it. */
  touched: boolean;
  polls: number;
  changes: number;
  failures: number;
  lastPollMs: number | null;
}

export function createGroup(info: GroupInfo): Group {
  return {
    info,
    cohorts: new Map(),
    touched: false,
    polls: 0,
    changes: 0,
    failures: 0,
    lastPollMs: null,
  };
}

export function createCohort(info: CohortInfo, group: Group): Cohort {
  return {
    info,
    group,
    connections: new Set(),
    waiting: new Set(),
    hash: null,
    cursor: info.cursor,
    failed: false,
    more: false,
  };
}

/** The hash to compare with: null where somebody waits for the result whatever it is. */
export function knownHash({ waiting, failed, hash }: Cohort): string | null {
  return waiting.size > 0 || failed ? null : hash;
}

/** Whether it should not wait for the next interval. */
export function isUrgent({ waiting, more }: Cohort): boolean {
  return more || waiting.size > 0;
}
