// `hedge migrate status`: files and the server's record -> a table of what is where.

import { compareVersions, readMigrationFiles } from '../../migrate/migration-files.ts';
import { connectProject } from '../server/connect.ts';
import type { ServerFlags } from '../server/flags.ts';
import { tableText } from '../server/table.ts';
import { migrationRecord } from './catalog-state.ts';
import { chosenDatabases, type DatabaseFlags } from './databases.ts';

/** Prints a table for each chosen database, with the words of Hasura's CLI. */
export async function showStatus(flags: ServerFlags & DatabaseFlags): Promise<void> {
  const { project, server } = await connectProject(flags);
  for (const { name, folder } of await chosenDatabases(flags, server, project)) {
    const files = new Map(readMigrationFiles(folder).map((migration) => [migration.version, migration.name]));
    const applied = await migrationRecord(server, name).applied();
    const versions = [...new Set([...files.keys(), ...applied])].sort(compareVersions);
    const rows = versions.map((version) => [
      version,
      (files.get(version) ?? '-').replace(/^\d+_?/, '') || '-',
      presence(files.has(version)),
      presence(applied.has(version)),
    ]);
    console.log(`Database: ${name}`);
    console.log(tableText([['VERSION', 'NAME', 'SOURCE STATUS', 'DATABASE STATUS'], ...rows]));
  }
}

function presence(isPresent: boolean): string {
  return isPresent ? 'Present' : 'Not Present';
}
