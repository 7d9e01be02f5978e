// The settings of live queries and streams, with the words of the environment behind them.

/** Milliseconds, unless said otherwise. */
export interface PollSettings {
  /** Between two looks at the database, for live queries. */
  readonly liveInterval: number;
  /** For streams. */
  readonly streamInterval: number;
  /** Cohorts of one statement. */
  readonly liveBatch: number;
  readonly streamBatch: number;
  /** What an interval grows to while nothing changes; the interval itself keeps it as it is. */
  readonly idleInterval: number;
  /** After this long queries run although nothing was committed: they may read the time, or what is outside of tables. */
  readonly fullInterval: number;
  /** Between two runs that writes through this service cause: those in between are answered together. */
  readonly nudgeGap: number;
}

export const DEFAULT_POLL_SETTINGS: PollSettings = {
  liveInterval: 1000,
  streamInterval: 1000,
  liveBatch: 100,
  streamBatch: 100,
  idleInterval: 5000,
  fullInterval: 30_000,
  nudgeGap: 40,
};

/** A poller's alarm wakes it where it was evicted with subscribers; while it is awake its timers do the work. */
export const WATCHDOG_MS = 30_000;
