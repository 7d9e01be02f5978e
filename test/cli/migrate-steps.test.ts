// Which files `hedge migrate apply` runs, by what is applied and by its flags.

import { describe, expect, it } from 'vitest';

import { migrationSteps, type StepFlags } from '../../scripts/cli/migrate/steps.ts';
import type { MigrationFiles } from '../../scripts/migrate/migration-files.ts';

const migrations: readonly MigrationFiles[] = ['1', '2', '3', '10'].map((version) => ({
  version,
  name: `${version}_m`,
  folder: `/m/${version}_m`,
  up: `/m/${version}_m/up.sql`,
  down: version === '1' ? null : `/m/${version}_m/down.sql`,
}));

function steps(applied: readonly string[], flags: StepFlags): readonly string[] {
  return migrationSteps(migrations, new Set(applied), flags).map(
    ({ direction, version }) => `${direction} ${version}`,
  );
}

describe('steps', () => {
  it.each<[readonly string[], StepFlags, readonly string[]]>([
    [[], {}, ['up 1', 'up 2', 'up 3', 'up 10']],
    [['1', '3'], {}, ['up 2', 'up 10']],
    [['1'], { up: '2' }, ['up 2', 'up 3']],
    [['1'], { up: 'all' }, ['up 2', 'up 3', 'up 10']],
    [['1', '2', '3', '10'], { down: '2' }, ['down 10', 'down 3']],
    [['1', '2'], { down: 'all' }, ['down 2', 'down 1']],
    [['1', '10'], { goto: '3' }, ['down 10', 'up 2', 'up 3']],
    [['1', '2', '3'], { goto: '1' }, ['down 3', 'down 2']],
    [['1'], { version: '3' }, ['up 3']],
    [['1', '2', '3'], { version: '2', type: 'down' }, ['down 2']],
    [['1', '2', '3', '10'], {}, []],
  ])('with %j applied, %j: %j', (applied, flags, expected) => {
    expect(steps(applied, flags)).toEqual(expected);
  });

  it.each<[readonly string[], StepFlags, string]>([
    [[], { up: '1', goto: '2' }, 'Only one migration operation can be applied at a time: --up or --goto.'],
    [[], { up: '0' }, '--up takes a number of at least 1, or all.'],
    [[], { goto: '7' }, 'no migration of version 7'],
    [[], { goto: 'x' }, '--goto takes the version'],
    [['1'], { version: '1' }, '1_m is applied already.'],
    [['1'], { version: '2', type: 'down' }, '2_m is not applied.'],
    [[], { version: '1', type: 'sideways' }, '--type takes up or down.'],
    [['1', '5'], { down: '1' }, 'no migration of version 5'],
  ])('with %j applied, %j is refused', (applied, flags, message) => {
    expect(() => steps(applied, flags)).toThrow(message);
  });
});
