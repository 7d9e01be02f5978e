// A folder -> a running Postgres of our own on a free loopback port, from binaries that npm installed.

import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { findPostgres, type PostgresBinaries } from './binaries.ts';
import {
  checkVersion,
  claimDataFolder,
  clearLock,
  initialiseDataFolder,
  locateDataFolder,
  removeDataFolder,
  serverEnvironment,
  temporaryDataFolder,
} from './data-folder.ts';
import { freePort } from './free-port.ts';
import { type RunAs, runAs } from './reachable.ts';
import { UserError } from './user-error.ts';

export interface EmbeddedPostgresOptions {
  /** Where the data is kept between runs; left out, it is thrown away when the server stops. */
  readonly dataDir?: string | undefined;
  /** Deletes existing data first. */
  readonly fresh?: boolean | undefined;
  /** A free one unless told. */
  readonly port?: number | undefined;
  /** Told in a few words what takes time. */
  readonly onProgress?: ((step: string) => void) | undefined;
}

export interface EmbeddedPostgres {
  /** Superuser `postgres`, database `postgres`, no password. */
  readonly url: string;
  /** Where the data is: not always `dataDir`, see `locateDataFolder`. */
  readonly dataDir: string;
  /** True when the data folder was made by this start, so nothing is in the database yet. */
  readonly created: boolean;
  /** E.g. `18.4`. */
  readonly version: string;
  /** Ends sessions and server; safe to call twice. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
/** After that a server that does not end its sessions is killed; its log brings the data back at the next start. */
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts the embedded Postgres. It listens on 127.0.0.1 only, trusts whoever connects (so nothing but examples and
 * tests belongs into it), uses UTC and the C.UTF-8 collation, and ends when `stop` is called or this process dies.
 * @throws UserError: no package for this platform, data of another major version, data in use, the server's last words.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const progress = options.onProgress ?? (() => {});
  const as = runAs();
  const binaries = await findPostgres(as);
  const throwaway = options.dataDir === undefined;
  const folder =
    options.dataDir === undefined ? temporaryDataFolder() : locateDataFolder(options.dataDir, as);
  if (options.dataDir !== undefined && folder !== resolve(options.dataDir)) {
    progress(
      `data is kept in ${folder}: Postgres does not run as root, and ${options.dataDir} is closed to others`,
    );
  }
  claimDataFolder(folder, as);
  await clearLock(folder);
  if (options.fresh === true) removeDataFolder(folder);
  progress(`preparing PostgreSQL ${binaries.version}`);
  const created = await initialiseDataFolder(folder, binaries, as);
  if (!created) checkVersion(folder, binaries);
  const server = await startServer(binaries, { folder, as, throwaway, port: options.port });
  return {
    url: `postgres://postgres@127.0.0.1:${server.port}/postgres`,
    dataDir: folder,
    created,
    version: binaries.version,
    stop: async () => {
      await server.stop();
      if (throwaway) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface ServerOptions {
  readonly folder: string;
  readonly as: RunAs;
  readonly throwaway: boolean;
  readonly port: number | undefined;
}

interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

async function startServer(
  binaries: PostgresBinaries,
  { folder, as, throwaway, port: wanted }: ServerOptions,
): Promise<Server> {
  // Somebody may take the port between our asking and the server's binding it.
  for (let attempt = 1; ; attempt += 1) {
    const port = wanted ?? (await freePort());
    const child = spawn(binaries.postgres, serverArguments(folder, port, throwaway), {
      ...as,
      cwd: '/',
      env: serverEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // A session of its own: Ctrl-C in the terminal is for us, and we stop the server after its users.
      detached: process.platform !== 'win32',
    });
    const guard = watchParent(child, as, throwaway ? folder : undefined);
    const log = await untilReady(child);
    if (log === null) return { port, stop: async () => await stopServer(child, guard) };
    await stopServer(child, guard);
    if (/could not bind|could not create any TCP/.test(log) && wanted === undefined && attempt < 5) continue;
    throw new UserError(`The embedded Postgres did not start on ${folder}:\n${log}`);
  }
}

function serverArguments(folder: string, port: number, throwaway: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // Errors of statements go to their clients; the log is for the server's own fate.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    // Enough for parallel test files and a benchmark's pools at once.
    max_connections: '200',
    // Nothing is lost when processes die. When the machine does, kept data misses its last moments but is whole.
    synchronous_commit: 'off',
    ...(throwaway ? { fsync: 'off', full_page_writes: 'off' } : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', folder, '-p', String(port), ...flags];
}

/**
 * A small shell beside the server whose input is a pipe to us: when we die, however that comes, the pipe ends and the
 * shell stops the server. Windows ends children with their parent by itself.
 */
function watchParent(
  server: ChildProcess,
  as: RunAs,
  removeAfterwards: string | undefined,
): ChildProcess | null {
  if (process.platform === 'win32' || server.pid === undefined) return null;
  const script =
    'read -r _; kill -INT "$1"; test -n "$2" || exit 0; ' +
    'while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"';
  const guard = spawn('/bin/sh', ['-c', script, 'sh', String(server.pid), removeAfterwards ?? ''], {
    ...as,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.stdin?.on('error', () => {});
  guard.on('error', () => {});
  guard.unref();
  return guard;
}

/** Resolves to null when the server accepts connections, else to the end of its log. */
async function untilReady(child: ChildProcess): Promise<string | null> {
  return await new Promise((resolve) => {
    const lines: string[] = [];
    const fail = (reason: string) => {
      clearTimeout(timer);
      resolve([...lines.slice(-10), reason].join('\n').trim());
    };
    const timer = setTimeout(
      () => fail(`not ready after ${START_TIMEOUT_MS / 1000} seconds`),
      START_TIMEOUT_MS,
    );
    child.once('error', (error) => fail(error.message));
    child.once('exit', () => fail(''));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (lines.length < 100) lines.push(...text.split('\n').filter((line) => line !== ''));
      if (text.includes('ready to accept connections')) {
        clearTimeout(timer);
        resolve(null);
      }
    });
  });
}

async function stopServer(child: ChildProcess, guard: ChildProcess | null): Promise<void> {
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) resolve();
    else child.once('exit', () => resolve());
  });
  // SIGINT is Postgres' fast shutdown: sessions are ended, nothing is waited for.
  child.kill('SIGINT');
  const giveUp = new AbortController();
  await Promise.race([
    ended,
    sleep(STOP_TIMEOUT_MS, undefined, { signal: giveUp.signal })
      .then(() => child.kill('SIGKILL'))
      .catch(() => {}),
  ]);
  giveUp.abort();
  await ended;
  guard?.kill('SIGKILL');
}
