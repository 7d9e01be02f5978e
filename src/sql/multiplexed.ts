// A query that one subscriber would run -> the statement that runs it for many at once, and gives only what changed.

import { quotedElement } from './quoted.ts';
import type { Binding, Sql } from './sql.ts';
import { bindingKey, writeOut } from './sql.ts';

/** What of a query is asked of each cohort: fragments that read its rows. */
export interface CohortQuery {
  /** The JSON of the result as text: one row of one column. */
  readonly root: Sql;
  /**
   * Of a stream: a query of two columns, the result's JSON as text and that of the next cursor, or null where there was
   * no row. It takes the place of `root` and finds where it goes on by `cursorText`.
   */
  readonly isStream: boolean;
}

export interface Multiplexed {
  /**
   * `$1`: a `json[]` with the list of a cohort's texts at its place, `$2`: a `text[]` with the hash of what it was sent
   * last, or null; `$3`, …: `constants`. A row for each cohort whose result has another hash: its number from 1, the hash
   * and the result. Of a stream, a row for each cohort with a batch, or with null in `$2`: its number, null, the batch and
   * the next cursor, which is null where the batch is empty.
   */
  readonly text: string;
  /** Texts that are the same for all. */
  readonly constants: readonly string[];
  /** What a cohort's list of texts holds, in its order. A stream's cursor comes behind them, a text for each column. */
  readonly bindings: readonly Binding[];
}

/** Behind how many parameters the constants begin. */
const OWN_PARAMETERS = 2;
const VALUES = '"s:"."vars"';

/**
 * Writes the statement. Laterals are fenced with `offset 0`: Postgres would else run a query once for each mention.
 * `cursorLength`: how many columns the cursor of a stream has.
 */
export function multiplexed({ root, isStream }: CohortQuery): Multiplexed {
  const constants: string[] = [];
  const bindings: Binding[] = [];
  const numbers = new Map<string, number>();
  const query = writeOut(root, (binding) => {
    if (binding.kind === 'cursor') return `(${VALUES} #>> '{-1,${binding.column}}')`;
    const key = bindingKey(binding);
    let n = numbers.get(key);
    if (binding.kind === 'constant') {
      n ??= OWN_PARAMETERS + constants.push(binding.text);
      numbers.set(key, n);
      return `($${n})`;
    }
    n ??= bindings.push(binding) - 1;
    numbers.set(key, n);
    return `(${VALUES} ->> ${n})`;
  });
  const from =
    ' from unnest(($1)::json[], ($2)::text[]) with ordinality as "s:"("vars", "hash", "n")' +
    ` cross join lateral (${query} offset 0) as "f:"`;
  const text = isStream
    ? // Batches that look alike are different rows; of those without any the first is told.
      `select "s:"."n", null, "f:"."root", "f:"."cursor"${from}("root", "cursor")` +
      ' where "f:"."cursor" is not null or "s:"."hash" is null'
    : `select "s:"."n", "h:"."hash", "f:"."root"${from}("root")` +
      ` cross join lateral (select encode(sha256(convert_to("f:"."root", 'UTF8')), 'hex') as "hash" offset 0) as "h:"` +
      ' where "h:"."hash" is distinct from "s:"."hash"';
  return {
    text,
    constants,
    bindings,
  };
}

/** One cohort's part in a run of the statement. */
export interface CohortValues {
  /** In the order of `bindings`. */
  readonly values: readonly string[];
  /** Where a stream goes on; null of a live query. */
  readonly cursor: readonly (string | null)[] | null;
  /** Of what it was sent last; null sends the result whatever it is. */
  readonly hash: string | null;
}

/** The parameters of a run: `$1`, `$2`, and the constants. */
export function multiplexedParameters(
  constants: readonly string[],
  cohorts: readonly CohortValues[],
): readonly string[] {
  const values = cohorts.map((c) => JSON.stringify(c.cursor ? [...c.values, c.cursor] : c.values));
  return [arrayText(values), arrayText(cohorts.map((c) => c.hash)), ...constants];
}

/** A list of texts in Postgres' input syntax for arrays. */
function arrayText(items: readonly (string | null)[]): string {
  return `{${items.map((item) => (item === null ? 'NULL' : quotedElement(item))).join(',')}}`;
}
