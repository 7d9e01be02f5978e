// migrations/<database>/ -> the migrations in it, in the order of their versions.

import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

import { UserError } from '../database/user-error.ts';

export interface MigrationFiles {
  /** Digits; Hasura's CLI takes the milliseconds since 1970. */
  readonly version: string;
  /** The folder's name: `1642531200000_init`. */
  readonly name: string;
  readonly folder: string;
  /** The files, null where there is none. */
  readonly up: string | null;
  readonly down: string | null;
}

/**
 * Finds the migrations of a database; a folder that is not there has none.
 * @throws UserError for two of the same version, and for the YAML migrations of Hasura v1.
 */
export function readMigrationFiles(folder: string): readonly MigrationFiles[] {
  if (!existsSync(folder)) return [];
  const migrations: MigrationFiles[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const version = /^(\d+)(?:_|$)/.exec(entry.name)?.[1];
    if (!entry.isDirectory() || version === undefined) continue;
    const own = join(folder, entry.name);
    const file = (name: string): string | null => (existsSync(join(own, name)) ? join(own, name) : null);
    if (file('up.yaml') !== null || file('down.yaml') !== null) {
      throw new UserError(
        `${shown(own)}: migrations in YAML are of Hasura v1; "hasura scripts update-project-v2" of Hasura's CLI turns them into SQL.`,
      );
    }
    migrations.push({ version, name: entry.name, folder: own, up: file('up.sql'), down: file('down.sql') });
  }
  migrations.sort((a, b) => compareVersions(a.version, b.version));
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

/** By number: versions may have different lengths. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [BigInt(a), BigInt(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A file or folder as messages call it. */
export function shown(path: string): string {
  return relative(process.cwd(), path);
}
