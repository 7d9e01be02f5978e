// A bundle, an artifact and an environment -> the worker under bare workerd, listening on loopback.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import { moduleNames } from '../bundle/modules.ts';
import { ARTIFACT_MODULE } from '../bundle/paths.ts';
import { UserError } from '../database/user-error.ts';
import { byLine, printLogLine } from './worker-log.ts';
import { type RuntimeSettings, workerdConfigText } from './workerd-config.ts';

export interface ServeOptions {
  /** Folder with the worker's modules. */
  readonly bundleDir: string;
  readonly artifactText: string;
  readonly settings: RuntimeSettings;
  /** Every entry becomes a binding of the worker, over the settings' vars; nothing else of our environment does. */
  readonly environment: Readonly<Record<string, string>>;
  /** 0 takes a free one. */
  readonly port: number;
  /** Flags of V8; none unless told. */
  readonly v8Flags?: readonly string[];
  /** Where the worker's log goes: `inherit` shows it on standard output, `ignore` drops it. */
  readonly log?: 'inherit' | 'ignore';
}

export interface ServedWorker {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The runtime's process, for measuring it. */
  readonly pid: number;
  /** Resolves when the runtime ends, whoever ended it, to a sentence. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 60_000;

/**
 * Starts `workerd serve`. Secrets are handed over in its environment and are written nowhere.
 * @throws UserError when the runtime does not start: a port in use, a bundle it cannot run.
 */
export async function serveWorker(options: ServeOptions): Promise<ServedWorker> {
  const { log = 'inherit' } = options;
  // Who is not on this machine cannot reach it: it may run without a secret.
  const environment = { ...options.settings.vars, HEDGE_ALLOW_OPEN: 'true', ...options.environment };
  const folder = await mkdtemp(join(tmpdir(), 'hedge-serve-')); // only this user can enter it
  try {
    const modules = await moduleNames(options.bundleDir);
    for (const name of modules) await copyFile(join(options.bundleDir, name), join(folder, name));
    await writeFile(join(folder, ARTIFACT_MODULE), options.artifactText);
    const objectsFolder = join(folder, 'objects');
    await mkdir(objectsFolder);
    await writeFile(
      join(folder, 'workerd.capnp'),
      workerdConfigText({
        settings: options.settings,
        modules,
        environmentNames: Object.keys(environment).sort(),
        address: `127.0.0.1:${options.port}`,
        objectsFolder,
        v8Flags: options.v8Flags,
      }),
    );
    const child = spawn(workerdBinary(), ['serve', join(folder, 'workerd.capnp'), '--control-fd=3'], {
      cwd: folder,
      env: environment,
      // Lines of grave levels come by standard error. For a terminal all are made readable.
      stdio: ['ignore', log === 'inherit' && process.stdout.isTTY ? 'pipe' : log, 'pipe', 'pipe'],
      // A session of its own: Ctrl-C in the terminal is for us, and we stop it.
      detached: process.platform !== 'win32',
    });
    return await untilListening(child, log, folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function untilListening(child: ChildProcess, log: string, folder: string): Promise<ServedWorker> {
  let errors = '';
  if (log === 'inherit')
    for (const output of [child.stdout, child.stderr]) output?.on('data', byLine(printLogLine));
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString()}`.slice(-4000);
  });
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`The runtime (workerd) did not start: ${error.message}`));
    child.on('exit', (code, signal) =>
      resolve(`The runtime (workerd) ended by itself (${signal ?? `exit code ${code}`}).`),
    );
  });
  const end = (): boolean => child.kill('SIGKILL');
  process.on('exit', end);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', end);
    await rm(folder, { recursive: true, force: true });
  };

  const started = new AbortController();
  const timeout = sleep(READY_TIMEOUT_MS, 'The runtime (workerd) did not answer in time.', {
    signal: started.signal,
  }).catch(() => '');
  const port = await Promise.race([listeningPort(child.stdio[3] as Readable), ended, timeout]);
  started.abort();
  if (typeof port === 'string' || child.pid === undefined) {
    await stop();
    throw new UserError(`${port}\n${errors.trim()}`.trim());
  }
  return { url: `http://127.0.0.1:${port}`, pid: child.pid, ended, stop };
}

/** workerd writes a line of JSON for each socket it listens on to the control descriptor. */
function listeningPort(control: Readable): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    control.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (const line of text.split('\n').slice(0, -1)) {
        const event = JSON.parse(line) as { readonly event: string; readonly port?: number };
        if (event.event === 'listen' && event.port !== undefined) resolve(event.port);
      }
    });
  });
}

/** The runtime itself: `node_modules/workerd/bin/workerd` may be a script that starts it. */
function workerdBinary(): string {
  const require = createRequire(import.meta.url);
  const workerd = require('workerd') as { readonly default: string };
  return workerd.default;
}
