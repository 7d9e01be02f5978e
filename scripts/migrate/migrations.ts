// migrations/<database>/<version>_<name>/up.sql -> applied to a database in order, each wholly or not at all.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

import { connectDatabase } from '../database/connect.ts';
import { UserError } from '../database/user-error.ts';
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
      const shown = relative(process.cwd(), migration.file);
      await runFile(client, shown, readFileSync(migration.file, 'utf8'), () =>
        recordVersion(client, database, migration.version),
      );
      done.push(migration.name);
    }
    return done;
  } finally {
    await client.end();
  }
}

function readMigrations(folder: string): Migration[] {
  const migrations: Migration[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const version = /^(\d+)(?:_|$)/.exec(entry.name)?.[1];
    if (!entry.isDirectory() || version === undefined) continue;
    const file = join(folder, entry.name, 'up.sql');
    if (!existsSync(file)) {
      throw new UserError(
        `${relative(process.cwd(), join(folder, entry.name))}: there is no up.sql in this migration.`,
      );
    }
    migrations.push({ version, name: entry.name, file });
  }
  migrations.sort((a, b) => (BigInt(a.version) < BigInt(b.version) ? -1 : 1));
  for (const [i, migration] of migrations.entries()) {
    const next = migrations[i + 1];
    if (next?.version === migration.version) {
      throw new UserError(
        `The migrations ${migration.name} and ${next.name} have the same version: rename one.`,
      );
    }
  }
  return migrations;
}
