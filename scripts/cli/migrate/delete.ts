// `hedge migrate delete`: versions -> gone from the server's record, and their files from the project.

import { rm } from 'node:fs/promises';

import { UserError } from '../../database/user-error.ts';
import { readMigrationFiles, shown } from '../../migrate/migration-files.ts';
import { createProgress } from '../progress.ts';
import { connectProject } from '../server/connect.ts';
import type { ServerFlags } from '../server/flags.ts';
import { migrationRecord } from './catalog-state.ts';
import { chosenDatabases } from './databases.ts';

export interface DeleteFlags extends ServerFlags {
  readonly databaseName?: string;
  readonly version?: string;
  readonly all?: boolean;
  readonly server?: boolean;
  readonly force?: boolean;
}

/** Nothing is undone in the database itself. @throws UserError when it is not clear what is meant. */
export async function deleteMigrations(flags: DeleteFlags): Promise<void> {
  if ((flags.version === undefined) === (flags.all !== true)) {
    throw new UserError('Say which to delete: --version V or --all.');
  }
  if (flags.all === true && flags.force !== true) {
    throw new UserError(
      '--all deletes the record of every migration, and the files unless --server is given: add --force.',
    );
  }
  const { project, server } = await connectProject(flags);
  const progress = createProgress();
  for (const { name, folder } of await chosenDatabases(flags, server, project)) {
    const record = migrationRecord(server, name);
    const files = readMigrationFiles(folder);
    const versions =
      flags.version === undefined
        ? [...new Set([...(await record.applied()), ...files.map(({ version }) => version)])]
        : [flags.version];
    for (const version of versions) {
      await record.set(version, 'absent');
      const own = files.find((migration) => migration.version === version);
      if (own === undefined || flags.server === true) continue;
      await rm(own.folder, { recursive: true });
      progress.note(`Deleted ${shown(own.folder)}`);
    }
    progress.note(`Database ${name}: ${versions.length} no longer recorded.`);
  }
}
