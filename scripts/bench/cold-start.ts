// A worker's folder -> the time from starting the runtime to its first answer. Differences between two workers are
// what counts: the runtime's own start is in every sample. The configuration is compiled before, as its parser copies
// every module several times: 7 ms for each megabyte, which no other way of running a worker has to pay.

import { execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

import { moduleNames } from '../bundle/modules.ts';
import { ARTIFACT_MODULE } from '../bundle/paths.ts';
import { type RuntimeSettings, workerdConfigText } from '../serve/workerd-config.ts';
import { openConnection, requestBytes } from './http-client.ts';
import { median } from './load.ts';

const run = promisify(execFile);
const MAX_CONFIG_BYTES = 100_000_000;

/** A worker that is ready to be started, again and again. */
export interface ColdWorker {
  /** The compiled configuration, all modules in it. */
  readonly config: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface ColdWorkerOptions {
  readonly folder: string;
  /** Folder with the worker's modules. */
  readonly bundleDir: string;
  readonly artifactText: string;
  readonly settings: RuntimeSettings;
  readonly environment: Readonly<Record<string, string>>;
}

/** Writes what `workerd serve` needs, so that no sample has to. */
export async function prepareColdWorker(options: ColdWorkerOptions): Promise<ColdWorker> {
  const environment = { ...options.settings.vars, HEDGE_ALLOW_OPEN: 'true', ...options.environment };
  await mkdir(options.folder, { recursive: true });
  const modules = await moduleNames(options.bundleDir);
  for (const name of modules) await copyFile(join(options.bundleDir, name), join(options.folder, name));
  await writeFile(join(options.folder, ARTIFACT_MODULE), options.artifactText);
  const objectsFolder = join(options.folder, 'objects');
  await mkdir(objectsFolder, { recursive: true });
  await writeFile(
    join(options.folder, 'workerd.capnp'),
    workerdConfigText({
      settings: options.settings,
      modules,
      environmentNames: Object.keys(environment).sort(),
      address: '127.0.0.1:0',
      objectsFolder,
    }),
  );
  const { stdout } = await run(
    workerdBinary(),
    ['compile', '--config-only', join(options.folder, 'workerd.capnp')],
    {
      encoding: 'buffer',
      maxBuffer: MAX_CONFIG_BYTES,
    },
  );
  const config = join(options.folder, 'workerd.bin');
  await writeFile(config, stdout);
  return { config, environment };
}

function workerdBinary(): string {
  const { default: binary } = createRequire(import.meta.url)('workerd') as { readonly default: string };
  return binary;
}

/** What the first request is. */
export interface FirstRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** From the start of the runtime to its first answer. */
export interface ColdStartTimes {
  readonly ms: number;
  /** Of all its threads; NaN where the system does not tell. Depends less than the other on what else the machine does. */
  readonly cpuMs: number;
}

/**
 * Times of each worker: the medians of `rounds` starts, taken in turn.
 * @throws Error when an answer is not data.
 */
export async function measureColdStarts(
  workers: readonly ColdWorker[],
  request: FirstRequest,
  rounds: number,
): Promise<ColdStartTimes[]> {
  const times: ColdStartTimes[][] = workers.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, worker] of workers.entries()) {
      const sample = await firstAnswer(worker, request);
      if (round > 0) times[i]?.push(sample); // the first round brings files into memory
    }
  }
  return times.map((samples) => ({
    ms: median(samples.map((sample) => sample.ms)),
    cpuMs: median(samples.map((sample) => sample.cpuMs)),
  }));
}

async function firstAnswer(worker: ColdWorker, request: FirstRequest): Promise<ColdStartTimes> {
  const start = performance.now();
  const child = spawn(workerdBinary(), ['serve', '--binary', worker.config, '--control-fd=3'], {
    env: worker.environment,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error('The runtime (workerd) ended before it answered.')));
  });
  ended.catch(() => {}); // expected once it has answered
  try {
    const port = await Promise.race([listeningPort(child.stdio[3] as Readable), ended]);
    const url = new URL(`http://127.0.0.1:${port}/v1/graphql`);
    const connection = await openConnection(url);
    const answer = await connection.send(requestBytes(url, request.headers, request.body));
    const ms = performance.now() - start;
    const cpuMs = scheduledMs(child.pid);
    connection.close();
    const text = answer.body.toString();
    if (!text.startsWith('{"data":')) throw new Error(`A fresh worker answered ${text.slice(0, 500)}`);
    return { ms, cpuMs };
  } finally {
    child.kill('SIGKILL');
    await ended.catch(() => {});
  }
}

/** CPU time of a process to the microsecond, where Linux's scheduler tells: /proc/…/stat counts in hundredths of a second. */
function scheduledMs(pid: number | undefined): number {
  try {
    const threads = `/proc/${pid}/task`;
    const nanoseconds = readdirSync(threads).map((thread) =>
      Number(readFileSync(join(threads, thread, 'schedstat'), 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, ns) => sum + ns, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}

/** The runtime tells its port on the control descriptor, in a line of JSON. */
function listeningPort(control: Readable): Promise<number> {
  return new Promise((resolve) => {
    control.on('data', (chunk: Buffer) => {
      const port = /"port":(\d+)/.exec(chunk.toString())?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
