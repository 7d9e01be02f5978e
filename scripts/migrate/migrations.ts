// migrations/<database>/<version>_<name>/up.sql -> applied to a database in order, each wholly or not at all.

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { connectDatabase } from '../database/connect.ts';
import { UserError } from '../database/user-error.ts';
import { readMigrationFiles, shown } from './migration-files.ts';
import { runFile } from './run-file.ts';
import { appliedVersions, prepareState, recordVersion } from './state.ts';

interface Migration {
  readonly version: string;
  readonly name: string;
  readonly file: string;
}

/** Key of the advisory lock that lets one run at a time touch a database: «hedge» in ASCII. */
const LOCK = 0x6865646765;

/**
 * Applies what is pending in `folder`, whose name is the database's in the record. `onFile` is told each name.
 * @returns the names applied.
 * @throws UserError naming file, line and Postgres' message; earlier migrations stay applied.
 */
export async function applyMigrations(
  url: string,
  folder: string,
  onFile: (name: string) => void,
): Promise<string[]> {
  const database = basename(folder);
  const migrations = readMigrations(folder);
  const client = await connectDatabase(url);
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await prepareState(client);
    const applied = await appliedVersions(client, database);
    const done: string[] = [];
    for (const migration of migrations) {
      if (applied.has(migration.version)) continue;
      onFile(migration.name);
      await runFile(client, shown(migration.file), readFileSync(migration.file, 'utf8'), () =>
        recordVersion(client, database, migration.version),
      );
      done.push(migration.name);
    }
    return done;
  } finally {
    await client.end();
  }
}

/** All of them have to lead up. */
function readMigrations(folder: string): readonly Migration[] {
  return readMigrationFiles(folder).map(({ version, name, folder: own, up }) => {
    if (up === null) throw new UserError(`${shown(own)}: there is no up.sql in this migration.`);
    return { version, name, file: up };
  });
}
