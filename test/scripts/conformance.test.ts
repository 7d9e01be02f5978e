// How a conformance run is cut, and what is made of its results.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { readArguments } from '../../scripts/conformance/arguments.ts';
import {
  type CaseResult,
  readBaseline,
  regressions,
  updatedBaseline,
  writeBaseline,
} from '../../scripts/conformance/baseline.ts';
import { caseFolders } from '../../scripts/conformance/cases.ts';

function result(id: string, status: CaseResult['status'], why?: string): CaseResult {
  return { id, area: id.slice(0, id.lastIndexOf('/')), status, ...(why === undefined ? {} : { why }) };
}

describe('the cases that passed before', () => {
  const before = { areas: ['explain', 'v1/'], passing: ['explain/a', 'v1/x/a', 'v1/x/b', 'v1/y/c'] };

  it('fail the check when one does not pass, with its reason', () => {
    const { failed, untried, unlisted } = regressions(before, [
      result('explain/a', 'passed'),
      result('v1/x/a', 'failed', 'status 400, not 200'),
      result('v1/x/b', 'skipped', 'the database offers no PostGIS'),
      result('v1/x/new', 'passed'),
      result('v1/x/never', 'failed', 'message differs'),
    ]);
    expect(failed).toEqual(['v1/x/a: status 400, not 200']);
    expect(untried).toBe(2);
    expect(unlisted).toEqual(['v1/x/new']);
  });

  it('are replaced for what ran, kept for what was skipped or did not run', () => {
    const after = updatedBaseline(
      before,
      ['v1/x'],
      [result('v1/x/a', 'failed'), result('v1/x/b', 'skipped'), result('v1/x/new', 'passed')],
    );
    expect(after).toEqual({
      areas: ['explain', 'v1/'],
      passing: ['explain/a', 'v1/x/b', 'v1/x/new', 'v1/y/c'],
    });
  });

  it('are dropped when their area ran without them', () => {
    expect(updatedBaseline(before, ['v1/'], [result('v1/x/a', 'passed')]).passing).toEqual([
      'explain/a',
      'v1/x/a',
    ]);
  });

  it('are written one a line and read back', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hedge-baseline-'));
    try {
      const file = join(dir, 'conformance.json');
      expect(await readBaseline(file)).toEqual({ areas: [], passing: [] });
      await writeBaseline(before, file);
      expect(await readFile(file, 'utf8')).toContain('    "v1/x/a",\n');
      expect(await readBaseline(file)).toEqual(before);
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});

describe('runs side by side', () => {
  const suite = (area: string, profile: string, cases: number): unknown => ({
    area,
    profile,
    cases: Array.from({ length: cases }, (_, i) => ({ id: `${area}/${i}` })),
  });

  it('share the suites of the areas, those of one profile together', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hedge-cases-'));
    await writeFile(join(dir, 'profiles.json'), JSON.stringify({ profiles: { cors: { env: {} } } }));
    await writeFile(
      join(dir, 'all.json'),
      JSON.stringify({
        suites: [
          suite('v1/a', 'default', 5),
          suite('v1/b', 'default', 4),
          suite('cors', 'cors', 2),
          suite('cors', 'cors', 2),
          suite('actions', 'default', 50),
        ],
      }),
    );
    const folders = await caseFolders(dir, ['v1/', 'cors'], 3);
    try {
      const shares = await Promise.all(
        folders.dirs.map(async (share) => {
          const { profiles, suites } = JSON.parse(await readFile(join(share, 'cases.json'), 'utf8')) as {
            readonly profiles: unknown;
            readonly suites: readonly { readonly area: string }[];
          };
          expect(profiles).toEqual({ cors: { env: {} } });
          return suites.map(({ area }) => area);
        }),
      );
      expect(new Set(shares.map((areas) => areas.join(' ')))).toEqual(new Set(['cors cors', 'v1/a', 'v1/b']));
    } finally {
      await folders.remove();
      await rm(dir, { recursive: true });
    }
  });
});

describe('arguments', () => {
  it('are handed to the runner but for what this program decides', () => {
    expect(readArguments(['--area', 'v1/', '--transport', 'http', '--verbose'])).toEqual({
      mode: 'run',
      areas: ['v1/'],
      jobs: 2,
      passed: ['--area', 'v1/', '--transport', 'http', '--verbose'],
    });
    expect(readArguments(['--check', '--jobs', '1'])).toMatchObject({ mode: 'check', jobs: 1, passed: [] });
    expect(readArguments(['--list', '--profile', 'all']).mode).toBe('list');
    expect(() => readArguments(['--start', 'x'])).toThrow('--start is set by this program');
    expect(() => readArguments(['--update', '--only', 'v1/x'])).toThrow('whole areas');
    expect(() => readArguments(['--jobs', '0', '--check'])).toThrow('at least 1');
  });
});
