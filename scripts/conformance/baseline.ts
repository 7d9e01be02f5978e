// The cases that passed once (test/conformance.json), and a run's results -> what passes no longer, and the file after it.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ROOT } from '../bundle/paths.ts';

/** What test/conformance.json holds. */
export interface Baseline {
  /** Prefixes of the areas that are watched. */
  readonly areas: readonly string[];
  /** Ids of the cases that pass, sorted. */
  readonly passing: readonly string[];
}

/** One case in the runner's `--json`. */
export interface CaseResult {
  readonly id: string;
  readonly area: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly why?: string;
}

export const BASELINE_FILE: string = join(ROOT, 'test', 'conformance.json');

/** An absent file is an empty baseline. */
export async function readBaseline(file: string = BASELINE_FILE): Promise<Baseline> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Baseline;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { areas: [], passing: [] };
  }
}

/** Writes one id a line, so that a change shows which cases it brought. */
export async function writeBaseline(baseline: Baseline, file: string = BASELINE_FILE): Promise<void> {
  await writeFile(file, `${JSON.stringify(baseline, null, 2)}\n`);
}

/**
 * The baseline after a run of `areas`: what ran says itself whether it passes, what was skipped for want of an
 * extension or was not run stays as it was. A listed case that the runner does not know any more is dropped.
 */
export function updatedBaseline(
  before: Baseline,
  areas: readonly string[],
  results: readonly CaseResult[],
): Baseline {
  const ran = new Map(results.map((result) => [result.id, result]));
  const inAreas = (id: string): boolean => {
    const area = ran.get(id)?.area;
    return area === undefined ? areas.some((prefix) => id.startsWith(prefix)) : true;
  };
  const kept = before.passing.filter((id) => ran.get(id)?.status === 'skipped' || !inAreas(id));
  const passing = results.filter(({ status }) => status === 'passed').map(({ id }) => id);
  return {
    areas: withoutCovered([...before.areas, ...areas]),
    passing: [...new Set([...kept, ...passing])].sort(),
  };
}

/**
 * Listed cases that did not pass, each with its reason, and how many were not tried: for want of an extension, or as
 * these cases do not have them.
 */
export function regressions(
  baseline: Baseline,
  results: readonly CaseResult[],
): {
  readonly failed: readonly string[];
  readonly untried: number;
  readonly unlisted: readonly string[];
} {
  const ran = new Map(results.map((result) => [result.id, result]));
  const failed: string[] = [];
  let untried = 0;
  for (const id of baseline.passing) {
    const result = ran.get(id);
    if (result === undefined || result.status === 'skipped') untried += 1;
    else if (result.status === 'failed') failed.push(`${id}: ${result.why ?? 'failed'}`);
  }
  const listed = new Set(baseline.passing);
  const unlisted = results.filter(({ id, status }) => status === 'passed' && !listed.has(id));
  return { failed, untried, unlisted: unlisted.map(({ id }) => id) };
}

/** `v1/` makes `v1/basic` superfluous. */
function withoutCovered(areas: readonly string[]): readonly string[] {
  const unique = [...new Set(areas)].sort();
  return unique.filter((area) => !unique.some((other) => other !== area && area.startsWith(other)));
}
