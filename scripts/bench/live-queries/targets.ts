// What is measured, engine and floor -> the same handle for both: where sockets go, how to write, what Postgres was asked.

import { fork } from 'node:child_process';
import { once } from 'node:events';

import { must } from '../../../src/util/assert.ts';
import type { ServeOptions } from '../../serve/serve-worker.ts';
import { serveWorker } from '../../serve/serve-worker.ts';
import { MUTATION } from './world.ts';
import type { Writer } from './writes.ts';

/** Statements that were sent to Postgres for subscribers so far. */
export interface Statements {
  readonly probes: number;
  readonly polls: number;
}

export interface Target {
  readonly name: 'engine' | 'floor';
  readonly pid: number;
  readonly socketUrl: string;
  /** Writes through the target. */
  readonly write: Writer;
  readonly statements: () => Promise<Statements>;
  stop(): Promise<void>;
}

/** The engine, under bare workerd. `statements` counts what its endpoint is sent. */
export async function startEngine(options: ServeOptions, statements: () => Statements): Promise<Target> {
  const worker = await serveWorker(options);
  const write: Writer = async (id, number) => {
    const response = await fetch(`${worker.url}/v1/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: MUTATION, variables: { id, write: number } }),
    });
    const text = await response.text();
    const { data } = JSON.parse(text) as {
      readonly data?: { readonly update_message_by_pk: { at: number } };
    };
    return must(data, `a write was answered ${text}`).update_message_by_pk.at;
  };
  return {
    name: 'engine',
    pid: worker.pid,
    socketUrl: `${worker.url.replace('http', 'ws')}/v1/graphql`,
    write,
    statements: () => Promise.resolve(statements()),
    stop: () => worker.stop(),
  };
}

export interface FloorOptions {
  readonly databaseUrl: string;
  readonly interval: number;
  readonly batch: number;
}

/** The floor, in a process of its own. */
export async function startFloor({ databaseUrl, interval, batch }: FloorOptions): Promise<Target> {
  const child = fork(new URL('./floor-server.ts', import.meta.url), [
    databaseUrl,
    String(interval),
    String(batch),
  ]);
  const ended = once(child, 'exit');
  const port: unknown = await Promise.race([
    once(child, 'message').then(([first]) => first as unknown),
    ended,
  ]);
  if (typeof port !== 'number') throw new Error('the floor did not start');
  const url = `http://127.0.0.1:${port}`;
  const text = async (path: string): Promise<string> => await (await fetch(url + path)).text();
  return {
    name: 'floor',
    pid: must(child.pid, 'a running process has a number'),
    socketUrl: `ws://127.0.0.1:${port}`,
    write: async (id, number) => Number(await text(`/write?id=${id}&write=${number}`)),
    statements: async () => ({ probes: 0, polls: Number(await text('/statements')) }),
    async stop() {
      child.kill();
      await ended;
    },
  };
}
