// Flags, a server and a project -> the databases that a migration command is about.

import { readdirSync } from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { UserError } from '../../database/user-error.ts';
import type { Project } from '../project.ts';
import type { Server } from '../server/server.ts';

export interface DatabaseFlags {
  readonly databaseName?: string;
  readonly allDatabases?: boolean;
}

/** A source of the server, and where the project keeps its migrations. */
export interface MigratedDatabase {
  readonly name: string;
  readonly folder: string;
}

/** Kinds of sources whose migrations are SQL of Postgres. */
const MIGRATED_KINDS = new Set(['postgres', 'citus', 'cockroach', 'alloy']);

/**
 * The database that is named, all that the server has and the project has migrations for, or the only one of the server.
 * @throws UserError when it is not clear which is meant.
 */
export async function chosenDatabases(
  flags: DatabaseFlags,
  server: Server,
  project: Project,
): Promise<readonly MigratedDatabase[]> {
  if (flags.databaseName !== undefined && flags.allDatabases === true) {
    throw new UserError('--database-name and --all-databases exclude each other.');
  }
  const sources = await sourceNames(server);
  if (flags.databaseName !== undefined) {
    if (!sources.includes(flags.databaseName)) {
      throw new UserError(
        `The server has no database "${flags.databaseName}"; it has: ${sources.join(', ') || 'none'}.`,
      );
    }
    return [databaseOf(project, flags.databaseName)];
  }
  if (flags.allDatabases === true) {
    return sources.map((name) => databaseOf(project, name)).filter(({ folder }) => existsSync(folder));
  }
  const [only] = sources;
  if (only === undefined)
    throw new UserError('The server has no database: track one with pg_add_source first.');
  if (sources.length > 1) {
    throw new UserError(
      `The server has several databases (${sources.join(', ')}): choose with --database-name NAME or --all-databases.`,
    );
  }
  return [databaseOf(project, only)];
}

/** The database whose files a command writes, without asking a server: the named one, or the only one with a folder. */
export function databaseForFiles(name: string | undefined, project: Project): MigratedDatabase {
  if (name !== undefined) return databaseOf(project, name);
  const folders = existsSync(project.migrationsDir)
    ? readdirSync(project.migrationsDir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  const [only] = folders;
  if (only !== undefined && folders.length === 1) return databaseOf(project, only.name);
  throw new UserError('Name the database the migration is for: --database-name default');
}

function databaseOf(project: Project, name: string): MigratedDatabase {
  if (name === '' || /[/\\]|^\.+$/.test(name)) throw new UserError(`"${name}" is no name of a database.`);
  return { name, folder: join(project.migrationsDir, name) };
}

async function sourceNames(server: Server): Promise<readonly string[]> {
  const answer = await server.metadata({ type: 'export_metadata', args: {} });
  const { sources = [] } = answer as {
    readonly sources?: readonly { readonly name: string; readonly kind?: string }[];
  };
  return sources.filter(({ kind = 'postgres' }) => MIGRATED_KINDS.has(kind)).map(({ name }) => name);
}
