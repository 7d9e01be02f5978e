// The migrations of a project, the versions a database has, and flags -> what to run, in order.

import { UserError } from '../../database/user-error.ts';
import { compareVersions, type MigrationFiles } from '../../migrate/migration-files.ts';

/** The flags that choose, as Hasura's CLI has them; without any, all that is pending runs. */
export interface StepFlags {
  /** A number, or `all`. */
  readonly up?: string;
  readonly down?: string;
  readonly goto?: string;
  readonly version?: string;
  readonly type?: string;
}

/** One file to run, and how the record changes with it. */
export interface Step {
  readonly direction: 'up' | 'down';
  readonly version: string;
  readonly name: string;
  /** The SQL file; null where the migration has none in this direction. */
  readonly file: string | null;
}

/** @throws UserError for flags that contradict one another, and for versions that are not there. */
export function migrationSteps(
  migrations: readonly MigrationFiles[],
  applied: ReadonlySet<string>,
  flags: StepFlags,
): readonly Step[] {
  const chosen = (['up', 'down', 'goto', 'version'] as const).filter((name) => flags[name] !== undefined);
  if (chosen.length > 1) {
    throw new UserError(
      `Only one migration operation can be applied at a time: ${chosen.map((name) => `--${name}`).join(' or ')}.`,
    );
  }
  const pending = migrations.filter(({ version }) => !applied.has(version)).map(up);
  const done = migrations
    .filter(({ version }) => applied.has(version))
    .map(down)
    .toReversed();
  if (flags.up !== undefined) return pending.slice(0, countOf(flags.up, 'up'));
  if (flags.down !== undefined) {
    // Also versions whose files are gone: they cannot be passed over.
    const newest = [...applied].sort((a, b) => compareVersions(b, a));
    return newest.slice(0, countOf(flags.down, 'down')).map((version) => known(migrations, version, down));
  }
  if (flags.goto !== undefined) {
    const target = versionOf(flags.goto, 'goto');
    known(migrations, target, up);
    return [
      ...done.filter(({ version }) => compareVersions(version, target) > 0),
      ...pending.filter(({ version }) => compareVersions(version, target) <= 0),
    ];
  }
  if (flags.version !== undefined) return [single(migrations, applied, flags)];
  return pending;
}

function single(
  migrations: readonly MigrationFiles[],
  applied: ReadonlySet<string>,
  { version: text = '', type = 'up' }: StepFlags,
): Step {
  const version = versionOf(text, 'version');
  if (type !== 'up' && type !== 'down') throw new UserError('--type takes up or down.');
  const step = known(migrations, version, type === 'up' ? up : down);
  if (type === 'up' && applied.has(version)) throw new UserError(`${step.name} is applied already.`);
  if (type === 'down' && !applied.has(version)) throw new UserError(`${step.name} is not applied.`);
  return step;
}

function known(
  migrations: readonly MigrationFiles[],
  version: string,
  step: (migration: MigrationFiles) => Step,
): Step {
  const migration = migrations.find((m) => m.version === version);
  if (!migration) throw new UserError(`The project has no migration of version ${version}.`);
  return step(migration);
}

function up(migration: MigrationFiles): Step {
  return { direction: 'up', version: migration.version, name: migration.name, file: migration.up };
}

function down(migration: MigrationFiles): Step {
  return { direction: 'down', version: migration.version, name: migration.name, file: migration.down };
}

function countOf(text: string, flag: string): number {
  if (text === 'all') return Number.POSITIVE_INFINITY;
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1)
    throw new UserError(`--${flag} takes a number of at least 1, or all.`);
  return count;
}

function versionOf(text: string, flag: string): string {
  if (/^\d+$/.test(text)) return text;
  throw new UserError(`--${flag} takes the version of a migration: the digits its folder begins with.`);
}
