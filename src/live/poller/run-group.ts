// Cohorts of a group -> their results, by one statement for a batch of them. One that Postgres cannot answer fails alone.

import type { HedgeError } from '../../error/hedge-error.ts';
import { databaseError, isUnreachable } from '../../execute/postgres-error.ts';
import type { Database } from '../../execute/types.ts';
import { multiplexedParameters } from '../../sql/multiplexed.ts';
import { must } from '../../util/assert.ts';
import type { Cohort, Group } from './cohort.ts';
import { knownHash } from './cohort.ts';

/** What a poll found for a cohort; nothing where its result is what it was. */
export type Outcome =
  | {
      readonly kind: 'result';
      readonly cohort: Cohort;
      readonly data: string;
      readonly hash: string | null;
      readonly cursor: readonly (string | null)[] | null;
      /** The cursor it was asked with. */
      readonly from: readonly (string | null)[] | null;
    }
  | { readonly kind: 'unchanged'; readonly cohort: Cohort }
  | { readonly kind: 'error'; readonly cohort: Cohort; readonly error: HedgeError };

/**
 * Runs the group's statement for these cohorts.
 * @throws the error of a database that cannot be reached: then nothing is known of any cohort.
 */
export async function runBatch(
  database: Database,
  group: Group,
  cohorts: readonly Cohort[],
  onStatement: () => void,
): Promise<readonly Outcome[]> {
  const { text, constants } = group.info.statement;
  const cursors = cohorts.map(({ cursor }) => cursor);
  const parameters = multiplexedParameters(
    constants,
    cohorts.map((cohort) => ({
      values: cohort.info.values,
      cursor: cohort.cursor,
      hash: knownHash(cohort),
    })),
  );
  try {
    onStatement();
    const { rows } = await database.query({ sql: text, parameters });
    const found = new Map(rows.map((row) => [Number(row[0]) - 1, row]));
    return cohorts.map((cohort, n): Outcome => {
      const row = found.get(n);
      if (!row) return { kind: 'unchanged', cohort };
      const [, hash = null, data = null, cursor = null] = row;
      return {
        kind: 'result',
        cohort,
        data: must(data, 'a result is JSON'),
        hash,
        from: cursors[n] ?? null,
        cursor: cursor === null ? null : (JSON.parse(cursor) as readonly (string | null)[]),
      };
    });
  } catch (error) {
    if (isUnreachable(error)) throw error;
    const [only] = cohorts;
    if (cohorts.length === 1 && only) {
      return [{ kind: 'error', cohort: only, error: databaseError(error, { sql: text, parameters }) }];
    }
    const middle = cohorts.length >> 1;
    const halves = [cohorts.slice(0, middle), cohorts.slice(middle)];
    const outcomes: Outcome[] = [];
    for (const half of halves) outcomes.push(...(await runBatch(database, group, half, onStatement)));
    return outcomes;
  }
}
