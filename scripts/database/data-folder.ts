// A wished-for data folder -> one that the embedded Postgres can start on: reachable, initialised, of its version, not in use.

import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { PostgresBinaries } from './binaries.ts';
import { isReachable, type RunAs } from './reachable.ts';
import { UserError } from './user-error.ts';

const run = promisify(execFile);

/** How long a server whose parent has just died may take to finish its shutdown. */
const SHUTDOWN_GRACE_MS = 10_000;
/** How long after its parent's death it may take to begin with that. */
const NOTICE_MS = 700;

/**
 * Where the data wished for in `dataDir` can be kept: there, or, when Postgres runs as `nobody` and cannot enter
 * a folder above it, in the folder for temporary files under a name made from the path, so that the next run finds it.
 */
export function locateDataFolder(dataDir: string, as: RunAs): string {
  const wished = resolve(dataDir);
  if (isReachable(wished, as)) return wished;
  const key = createHash('sha256').update(wished).digest('hex').slice(0, 12);
  return join(tmpdir(), `hedge-data-${key}`);
}

/** A new empty folder for data that is thrown away when the server stops. */
export function temporaryDataFolder(): string {
  return join(tmpdir(), basename(mkdtempSync(join(tmpdir(), 'hedge-data-'))));
}

/**
 * Deletes what `--fresh` deletes.
 * @throws UserError when the folder holds something that is not a Postgres data folder.
 */
export function removeDataFolder(folder: string): void {
  if (!existsSync(folder)) return;
  if (!existsSync(join(folder, 'PG_VERSION')) && readdirSync(folder).length > 0) {
    throw new UserError(`${folder} is not a Postgres data folder: it is left as it is. Move it away first.`);
  }
  rmSync(folder, { recursive: true, force: true });
}

/** Initialises the folder when it is not there yet; gives true when it did. Either it is whole afterwards or not there. */
export async function initialiseDataFolder(
  folder: string,
  binaries: PostgresBinaries,
  as: RunAs,
): Promise<boolean> {
  if (existsSync(join(folder, 'PG_VERSION'))) return false;
  removeDataFolder(folder);
  // Under another name until it is whole: a run broken off halfway leaves nothing that looks like data.
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(draft, { mode: 0o700 });
  if (as.uid !== undefined && as.gid !== undefined) chownSync(draft, as.uid, as.gid);
  try {
    await initdb(binaries, draft, as, process.platform === 'linux' ? 'C.UTF-8' : 'C');
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw new UserError(`The embedded Postgres could not prepare ${folder}: ${stderrOf(error)}`, {
      cause: error,
    });
  }
  renameSync(draft, folder);
  return true;
}

/**
 * Postgres' own collation, the same on every platform. A few extensions (pg_trgm) ask the system's locale all the
 * same; where `libcLocale` is unknown to the system it is `C`, which knows no letters beyond ASCII.
 */
async function initdb(
  binaries: PostgresBinaries,
  folder: string,
  as: RunAs,
  libcLocale: string,
): Promise<void> {
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', `--locale=${libcLocale}`];
  const flags = ['-D', folder, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', ...locale];
  try {
    await run(binaries.initdb, flags, { ...as, cwd: '/', env: serverEnvironment() });
  } catch (error) {
    if (libcLocale === 'C' || !/invalid locale/.test(stderrOf(error))) throw error;
    await initdb(binaries, folder, as, 'C');
  }
}

function stderrOf(error: unknown): string {
  if (error instanceof Error && 'stderr' in error && error.stderr !== '') return String(error.stderr).trim();
  return String(error);
}

/** Without PGDATA, PGOPTIONS and the like, which the server programs would obey. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PG|LC_|LANG)/.test(name)));
}

/**
 * Checks that an existing folder is of the programs' major version.
 * @throws UserError naming both versions and the ways out.
 */
export function checkVersion(folder: string, binaries: PostgresBinaries): void {
  const found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  if (found === binaries.major) return;
  throw new UserError(
    `The data in ${folder} is of PostgreSQL ${found}, and the embedded server is PostgreSQL ${binaries.version}. ` +
      `Start with --fresh to delete it and begin anew, or keep it in a PostgreSQL ${found} of your own and name that with --database-url.`,
  );
}

/**
 * Sees to it that a folder, where there is one, belongs to the user that Postgres runs as, who alone can read it.
 * @throws UserError when it is another's and not ours to give.
 */
export function claimDataFolder(folder: string, as: RunAs): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (!stats || stats.uid === (as.uid ?? process.getuid?.() ?? stats.uid)) return;
  if (as.uid !== undefined && as.gid !== undefined) {
    // What holds no data of Postgres is not touched here. Data that an ordinary user made and root now uses is handed
    // over. Not, though, in the folder for temporary files: there anybody could have prepared it.
    if (!existsSync(join(folder, 'PG_VERSION'))) return;
    if (dirname(folder) !== tmpdir()) {
      giveTo(folder, as.uid, as.gid);
      return;
    }
  }
  throw new UserError(
    `The data folder ${folder} belongs to another user (id ${stats.uid}), perhaps from a run as root: ` +
      'remove it, or give it to yourself, as that user or as root.',
  );
}

function giveTo(folder: string, uid: number, gid: number): void {
  const result = spawnSync('chown', ['-R', `${uid}:${gid}`, folder], { encoding: 'utf8' });
  if (result.status !== 0)
    throw new UserError(`${folder} could not be given to the Postgres user: ${result.stderr}`);
}

/**
 * Deals with the lock file of an earlier server: waits while that one shuts down, removes the file when its process
 * is gone or is, after a restart of the machine or container, some other program.
 * @throws UserError when a server still runs on the folder.
 */
export async function clearLock(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid');
  const begin = Date.now();
  while (existsSync(lock)) {
    const [pidLine = '', , , portLine = ''] = readFileSync(lock, 'utf8').split('\n');
    const pid = Number(pidLine);
    if (!Number.isInteger(pid) || pid <= 0 || !isPostgres(pid)) {
      rmSync(lock, { force: true });
      return;
    }
    if (Date.now() - begin > (isShuttingDown(lock) ? SHUTDOWN_GRACE_MS : NOTICE_MS)) {
      throw new UserError(
        `Another Hedge already runs a database on ${folder} (process ${pid}, port ${portLine}): ` +
          'stop that one, or work on another database with --database-url.',
      );
    }
    await sleep(50);
  }
}

/** The last line of the lock file says what the server is at. */
function isShuttingDown(lock: string): boolean {
  try {
    return /\bstopping\b/.test(readFileSync(lock, 'utf8').split('\n')[7] ?? '');
  } catch {
    return true;
  }
}

/** Whether a process of that id runs and is a Postgres server; true where that cannot be found out. */
function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
  }
  if (process.platform === 'win32') return true;
  try {
    return /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    const listed = spawnSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
    return listed.error !== undefined || /postgres/.test(listed.stdout);
  }
}
