// Cases and a Postgres server -> one run of the conformance runner, with a worker that it starts for each profile.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { ROOT } from '../bundle/paths.ts';
import type { Shutdown } from '../cli/shutdown.ts';
import { freePort } from '../database/free-port.ts';
import { createFreshDatabases } from './databases.ts';

export interface RunnerOptions {
  /** The folder of run.mjs. */
  readonly conformanceDir: string;
  /** Postgres server on which the run makes databases of its own. */
  readonly serverUrl: string;
  readonly bundleDir: string;
  /** Flags of the runner. */
  readonly args: readonly string[];
}

/** The metadata's database, and two more sources. */
const DATABASES = 3;
/** Ports of the auxiliary servers. */
const AUXILIARY_PORTS = 10;
const PORT_ATTEMPTS = 50;

/** Resolves to the runner's exit code. Everything it needs is made before and removed afterwards. */
export async function runConformance(options: RunnerOptions, shutdown: Shutdown): Promise<number> {
  const { conformanceDir, serverUrl, bundleDir, args } = options;
  const databases = await createFreshDatabases(serverUrl, DATABASES);
  let dropped: Promise<void> | undefined;
  const drop = (): Promise<void> => (dropped ??= databases.drop());
  shutdown.onStop(drop);
  const [main = '', second = '', third = ''] = databases.urls;
  const port = await freePort();
  const flags = ['--endpoint', `http://127.0.0.1:${port}`, '--base-port', String(await freePorts())];
  const server = `exec "${process.execPath}" "${join(import.meta.dirname, 'server.ts')}"`;
  try {
    return await spawnRunner(
      conformanceDir,
      [...flags, '--modules', join(ROOT, 'node_modules'), '--start', server, ...args],
      {
        CONFORMANCE_PORT: String(port),
        CONFORMANCE_BUNDLE_DIR: bundleDir,
        HASURA_GRAPHQL_DATABASE_URL: main,
        HASURA_GRAPHQL_PG_SOURCE_URL_1: second,
        HASURA_GRAPHQL_PG_SOURCE_URL_2: third,
      },
      shutdown,
    );
  } finally {
    await drop();
  }
}

/** Runs run.mjs with what it prints shown, and resolves to its exit code. A shutdown ends it, and waits until it has cleaned up. */
export async function spawnRunner(
  conformanceDir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  shutdown?: Shutdown,
): Promise<number> {
  const child = spawn(process.execPath, [join(conformanceDir, 'run.mjs'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  shutdown?.onStop(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return await ended;
}

/** The first of as many free ports in a row as the auxiliary servers take. */
async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt += 1) {
    const first = 20_000 + Math.floor(Math.random() * 1000) * AUXILIARY_PORTS;
    const ports = Array.from({ length: AUXILIARY_PORTS }, (_, i) => first + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
  throw new Error(`no ${AUXILIARY_PORTS} free ports in a row were found`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
