// A job from the main thread -> sockets that each subscribe to the messages of a tenant, and what they are told.

import { parentPort, workerData } from 'node:worker_threads';

import { WebSocket } from 'ws';

import { must } from '../../../src/util/assert.ts';
import type { ThreadAnswer, ThreadData, ThreadJob } from './clients.ts';
import { headersOf, SUBSCRIPTION } from './world.ts';

const port = must(parentPort, 'a thread has a parent');
const { first } = workerData as ThreadData;

/** Sockets that are being opened at once: a server accepts so many before it answers. */
const OPENING = 64;
const OPEN_TIMEOUT_MS = 120_000;

let results: number[] = [];
let duplicates = 0;
let faults: string[] = [];

function answer(message: ThreadAnswer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  port.postMessage(message);
}

port.on('message', (job: ThreadJob) => {
  if (job.kind === 'open') void open(job.url, job.tenants);
  else take();
});

async function open(url: string, tenants: readonly number[]): Promise<void> {
  await openAll(url, tenants);
  results = [];
  duplicates = 0;
  answer({ kind: 'opened' });
}

function take(): void {
  answer({ kind: 'seen', results: Float64Array.from(results), duplicates, faults });
  results = [];
  duplicates = 0;
  faults = [];
}

async function openAll(url: string, tenants: readonly number[]): Promise<void> {
  const queue = tenants.entries();
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  const openSome = async (): Promise<void> => {
    for (const [n, tenant] of queue) {
      if (performance.now() > deadline) throw new Error(`after ${OPEN_TIMEOUT_MS} ms ${n} sockets were open`);
      await subscribe(url, first + n, tenant);
    }
  };
  await Promise.all(Array.from({ length: OPENING }, openSome));
}

/** Resolves with the first result. */
async function subscribe(url: string, socket: number, tenant: number): Promise<void> {
  const client = new WebSocket(url, 'graphql-transport-ws', { perMessageDeflate: false });
  let last = '';
  await new Promise<void>((resolve, reject) => {
    client.on('open', () => {
      client.send(JSON.stringify({ type: 'connection_init', payload: { headers: headersOf(tenant) } }));
      client.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: SUBSCRIPTION } }));
    });
    client.on('message', (data: Buffer) => {
      const now = performance.timeOrigin + performance.now();
      const text = data.toString();
      if (text.startsWith('{"type":"ping"')) {
        client.send('{"type":"pong"}');
        return;
      }
      if (text.startsWith('{"type":"connection_ack"')) return;
      const newest = newestWrite(text);
      if (newest === undefined) {
        faults.push(text);
        reject(new Error(`a subscriber was told ${text}`));
        return;
      }
      if (text === last) duplicates += 1;
      last = text;
      results.push(socket, newest, now);
      resolve();
    });
    client.on('error', reject);
    client.on('close', (code, reason) => {
      faults.push(`closed: ${code} ${reason.toString()}`);
      reject(new Error(`a socket was closed: ${code} ${reason.toString()}`));
    });
  });
}

/** The highest number of a write in a result, which is found without reading it as JSON: this thread shares the cores. */
function newestWrite(text: string): number | undefined {
  let newest: number | undefined;
  for (const [, digits] of text.matchAll(/"write"\s*:\s*(\d+)/g)) {
    const write = Number(digits);
    if (newest === undefined || write > newest) newest = write;
  }
  return newest;
}
