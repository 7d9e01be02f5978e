// The words after `npm run conformance --` -> what to do, and the words that are the runner's own.

import { UserError } from '../database/user-error.ts';

/** What one call is to do. */
export interface Arguments {
  /** `run`: as the runner would; `list`: no server is needed; `check` and `update`: against test/conformance.json. */
  readonly mode: 'run' | 'list' | 'check' | 'update' | 'help';
  /** The values of `--area`. */
  readonly areas: readonly string[];
  /** How many runs go on at the same time, in `check` and `update`. */
  readonly jobs: number;
  /** In order, for the runner. */
  readonly passed: readonly string[];
}

const MODES = new Map<string, Arguments['mode']>([
  ['--check', 'check'],
  ['--update', 'update'],
  ['--list', 'list'],
  ['--profiles', 'list'],
  ['--print-env', 'list'],
  ['--help', 'help'],
  ['-h', 'help'],
]);

/** What this program decides, so that the caller cannot. */
const OURS = new Set(['--start', '--endpoint', '--base-port', '--modules']);

const DEFAULT_JOBS = 2;

/** @throws UserError for a flag that this program sets itself, or one it knows without its value. */
export function readArguments(words: readonly string[]): Arguments {
  let mode: Arguments['mode'] = 'run';
  let jobs = DEFAULT_JOBS;
  const areas: string[] = [];
  const passed: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    const value = words[i + 1];
    if (OURS.has(word)) throw new UserError(`${word} is set by this program, for each server it starts.`);
    mode = MODES.get(word) ?? mode;
    if (word === '--check' || word === '--update') continue;
    if (word === '--jobs') {
      jobs = Number(value);
      if (!Number.isInteger(jobs) || jobs < 1) throw new UserError('--jobs takes a number of at least 1.');
      i += 1;
      continue;
    }
    if (word === '--area') {
      if (value === undefined) throw new UserError('--area takes the beginning of an area, such as v1/');
      areas.push(value);
    }
    passed.push(word);
  }
  if (
    (mode === 'check' || mode === 'update') &&
    passed.some((word) => !/^--(area|verbose)$/.test(word) && word.startsWith('--'))
  ) {
    throw new UserError(
      `--${mode} takes --area, --jobs and --verbose only: it runs whole areas, in all profiles.`,
    );
  }
  return { mode, areas, jobs, passed };
}
