// A target with its subscribers, and a rate of changes -> what was measured of it.

import { setTimeout as sleep } from 'node:timers/promises';

import { cpuTimeMs } from '../load.ts';
import type { Clients } from './clients.ts';
import { openClients } from './clients.ts';
import { type Latency, latencyOf } from './latency.ts';
import type { Target } from './targets.ts';
import { writeAll, type Writer } from './writes.ts';

/** Subscribers: so many sockets over so many cohorts. */
export interface Size {
  readonly sockets: number;
  readonly cohorts: number;
}

/** `own` goes through what is measured, `outside` past it. */
export type WriteWay = 'own' | 'outside' | 'none';

export interface Load {
  readonly way: WriteWay;
  readonly perSecond: number;
  readonly seconds: number;
}

export interface Measured {
  readonly target: Target['name'];
  readonly size: Size;
  readonly load: Load;
  readonly latency: Latency;
  readonly probesPerSecond: number;
  readonly pollsPerSecond: number;
  /** CPU time of the process in a second; undefined where the system does not tell. */
  readonly cpuMsPerSecond: number | undefined;
}

export interface MeasureOptions {
  readonly size: Size;
  readonly loads: readonly Load[];
  readonly interval: number;
  readonly outside: Writer;
  /** Gives numbers of writes that were not used before: so many. */
  readonly numbers: (count: number) => number;
  readonly onMeasured: (measured: Measured) => void;
}

/** Beside an interval: how long the last results may take to come. */
const SETTLE_MS = 1500;

/** Opens the subscribers, and measures one load after the other. @throws Error when one is told an error or is closed, or something is left of them. */
export async function measure(target: Target, options: MeasureOptions): Promise<void> {
  const { size } = options;
  const clients = await openClients(target.socketUrl, size.sockets, size.cohorts);
  try {
    for (const load of options.loads) options.onMeasured(await measureLoad(target, clients, load, options));
  } finally {
    await clients.close();
  }
  await expectSilence(target, options.interval);
}

/** The sockets are gone without a word. @throws Error when Postgres is still asked for what they subscribed to. */
async function expectSilence(target: Target, interval: number): Promise<void> {
  await sleep(interval + SETTLE_MS);
  const before = await target.statements();
  await sleep(interval * 2);
  const after = await target.statements();
  if (after.polls > before.polls || after.probes > before.probes)
    throw new Error(`${target.name}: without subscribers the database is still asked`);
}

async function measureLoad(
  target: Target,
  clients: Clients,
  load: Load,
  options: MeasureOptions,
): Promise<Measured> {
  const { size, interval } = options;
  // What the load before set off.
  await sleep(interval + SETTLE_MS);
  await takeAll(clients);
  const before = { ...(await target.statements()), cpu: cpuTimeMs(target.pid), at: performance.now() };
  const job = { cohorts: size.cohorts, perSecond: load.perSecond, seconds: load.seconds };
  const [writes] = await Promise.all([
    load.way === 'none'
      ? []
      : writeAll({
          ...job,
          writer: load.way === 'own' ? target.write : options.outside,
          first: options.numbers(Math.round(load.perSecond * load.seconds)),
        }),
    sleep(load.seconds * 1000),
  ]);
  const after = { ...(await target.statements()), cpu: cpuTimeMs(target.pid), at: performance.now() };
  await sleep(interval + SETTLE_MS);
  const seconds = (after.at - before.at) / 1000;
  return {
    target: target.name,
    size,
    load,
    latency: latencyOf(writes, clients.tenants, await takeAll(clients)),
    probesPerSecond: (after.probes - before.probes) / seconds,
    pollsPerSecond: (after.polls - before.polls) / seconds,
    cpuMsPerSecond:
      before.cpu === undefined || after.cpu === undefined ? undefined : (after.cpu - before.cpu) / seconds,
  };
}

async function takeAll(clients: Clients): ReturnType<Clients['take']> {
  const seen = await clients.take();
  const [fault] = seen.flatMap(({ faults }) => faults);
  if (fault !== undefined) throw new Error(`a subscriber was told: ${fault}`);
  return seen;
}
