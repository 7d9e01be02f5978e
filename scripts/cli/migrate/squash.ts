// `hedge migrate squash`: several migrations -> one that does the same, all ups in order and all downs in the opposite.

import { readFile, rm } from 'node:fs/promises';

import { UserError } from '../../database/user-error.ts';
import {
  compareVersions,
  type MigrationFiles,
  readMigrationFiles,
  shown,
} from '../../migrate/migration-files.ts';
import { createProgress } from '../progress.ts';
import { openProject } from '../project.ts';
import type { ServerFlags } from '../server/flags.ts';
import { writeMigration } from './create.ts';
import { databaseForFiles } from './databases.ts';

export interface SquashFlags extends ServerFlags {
  readonly from: string;
  readonly to?: string;
  readonly name: string;
  readonly databaseName?: string;
  readonly deleteSource?: boolean;
}

/** Writes the new migration; the database's record stays. @throws UserError when there is nothing to squash. */
export async function squashMigrations(flags: SquashFlags): Promise<void> {
  const project = await openProject(flags.project, { allowEmpty: true, envFile: flags.envfile });
  const database = databaseForFiles(flags.databaseName, project);
  for (const [flag, version] of [
    ['from', flags.from],
    ['to', flags.to],
  ] as const) {
    if (version !== undefined && !/^\d+$/.test(version))
      throw new UserError(`--${flag} takes the version of a migration.`);
  }
  const chosen = readMigrationFiles(database.folder).filter(
    ({ version }) =>
      compareVersions(version, flags.from) >= 0 &&
      (flags.to === undefined || compareVersions(version, flags.to) <= 0),
  );
  const [first, last] = [chosen[0], chosen.at(-1)];
  if (!first || !last || first === last) {
    throw new UserError(
      `There are not two migrations of ${database.name} to squash from version ${flags.from}.`,
    );
  }
  const created = await writeMigration(database.folder, flags.name, {
    up: await joined(chosen, 'up'),
    down: await joined(chosen.toReversed(), 'down'),
  });
  const progress = createProgress();
  progress.note(`Created ${shown(created)} after squashing ${first.name} till ${last.name}`);
  const version = created.slice(database.folder.length + 1).replace(/_.*$/, '');
  progress.note(
    'On a database that has them, mark it as applied: ' +
      `hedge migrate apply --skip-execution --version ${version} --database-name ${database.name}`,
  );
  if (flags.deleteSource !== true) return;
  for (const { folder } of chosen) await rm(folder, { recursive: true });
}

/** A file may end without a semicolon, or in a comment. */
async function joined(migrations: readonly MigrationFiles[], direction: 'up' | 'down'): Promise<string> {
  const texts: string[] = [];
  for (const migration of migrations) {
    const file = migration[direction];
    const text = file === null ? '' : (await readFile(file, 'utf8')).trimEnd();
    if (text === '') continue;
    texts.push(`-- ${migration.name}\n${text}${text.endsWith(';') ? '' : '\n;'}\n`);
  }
  return texts.join('\n');
}
