// `hedge migrate create`: a name and SQL -> a new folder of the project's migrations.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { UserError } from '../../database/user-error.ts';
import { readMigrationFiles, shown } from '../../migrate/migration-files.ts';
import { createProgress } from '../progress.ts';
import { openProject } from '../project.ts';
import type { ServerFlags } from '../server/flags.ts';
import { databaseForFiles } from './databases.ts';

export interface CreateFlags extends ServerFlags {
  readonly databaseName?: string;
  readonly upSql?: string;
  readonly downSql?: string;
  readonly sqlFromFile?: string;
  readonly fromServer?: boolean;
}

/** Writes up.sql and down.sql, empty where no SQL is given. @throws UserError when it cannot. */
export async function createMigration(name: string, flags: CreateFlags): Promise<void> {
  if (flags.fromServer === true) {
    throw new UserError(
      '--from-server needs pg_dump, which the server does not have: pg_dump --schema-only of your own, and --sql-from-file.',
    );
  }
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw new UserError('The name of a migration consists of letters, digits, _ and -.');
  }
  if (flags.upSql !== undefined && flags.sqlFromFile !== undefined) {
    throw new UserError('--up-sql and --sql-from-file exclude each other.');
  }
  const project = await openProject(flags.project, { allowEmpty: true, envFile: flags.envfile });
  const { folder } = databaseForFiles(flags.databaseName, project);
  const up = flags.sqlFromFile === undefined ? flags.upSql : await sqlOfFile(flags.sqlFromFile);
  const created = await writeMigration(folder, name, { up: up ?? '', down: flags.downSql ?? '' });
  createProgress().note(`Created ${shown(created)}`);
  console.log(created.slice(folder.length + 1));
}

/** Makes the folder `<version>_<name>`, the version being the milliseconds since 1970, and gives its path. */
export async function writeMigration(
  folder: string,
  name: string,
  sql: { readonly up: string; readonly down: string },
): Promise<string> {
  const taken = new Set(readMigrationFiles(folder).map(({ version }) => version));
  let version = Date.now();
  while (taken.has(String(version))) version += 1;
  const own = join(folder, `${version}_${name}`);
  await mkdir(own, { recursive: true });
  await writeFile(join(own, 'up.sql'), sql.up);
  await writeFile(join(own, 'down.sql'), sql.down);
  return own;
}

async function sqlOfFile(file: string): Promise<string> {
  try {
    return await readFile(resolve(file), 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read (${String((error as NodeJS.ErrnoException).code)}).`, {
      cause: error,
    });
  }
}
