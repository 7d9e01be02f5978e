// Outcomes as they come -> written together: when all have come, or every now and then.

import type { Database } from '../../execute/types.ts';
import { endsWithin } from '../../util/within.ts';
import { recordOutcomes } from './record.ts';
import type { Outcome } from './types.ts';

/** How many events each thing happened to. */
export interface Deliveries {
  readonly delivered: number;
  readonly failed: number;
  readonly retry: number;
  /** Not tried: their trigger is unknown here, or there was no time left. */
  readonly released: number;
  /** Tried, but another worker had claimed them meanwhile: that one's outcome counts. */
  readonly late: number;
}

/** A slow webhook keeps what others answered from being written for this long. */
const RECORD_EVERY_MS = 2000;

/** How often outcomes are written when all have come, and the wait before the next time, times the tries there were. */
const WRITE_TRIES = 4;
const WRITE_AGAIN_MS = 250;

export interface OutcomeRecorder {
  readonly add: (outcome: Outcome) => void;
  /** Writes what is added until `all` has ended and everything is written. @throws what the last try threw */
  readonly recordAll: (all: Promise<void>) => Promise<void>;
}

/** Records outcomes of one load, and counts them. */
export function outcomeRecorder(
  database: Database,
  token: string,
  total: { -readonly [kind in keyof Deliveries]: number },
): OutcomeRecorder {
  let outcomes: readonly Outcome[] = [];

  async function write(): Promise<void> {
    const written = outcomes;
    if (written.length === 0) return;
    outcomes = [];
    try {
      const recorded = await recordOutcomes(database, token, written);
      for (const { id, kind } of written) total[recorded.has(id) ? kind : 'late'] += 1;
    } catch (error) {
      outcomes = [...written, ...outcomes];
      throw error;
    }
  }

  return {
    add(outcome) {
      outcomes = [...outcomes, outcome];
    },
    async recordAll(all) {
      // What cannot be written now is written with the next.
      while (!(await endsWithin(all, RECORD_EVERY_MS))) await write().catch(() => {});
      for (let tries = 1; outcomes.length > 0; tries++) {
        try {
          await write();
        } catch (error) {
          if (tries === WRITE_TRIES) throw error;
          await new Promise((resolve) => setTimeout(resolve, WRITE_AGAIN_MS * tries));
        }
      }
    },
  };
}
