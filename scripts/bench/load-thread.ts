// A job from the main thread -> what a number of connections saw that asked one request after the other, now of one
// target, now of the next. In a thread of its own, because the main one serves the database's endpoint.

import { parentPort } from 'node:worker_threads';

import { must } from '../../src/util/assert.ts';
import { type Connection, openConnection } from './http-client.ts';
import type { LoadJob, LoadTarget, TargetResult } from './load.ts';

const port = must(parentPort, 'a thread has a parent');
port.on('message', (job: LoadJob) => {
  run(job).then(
    (results) => port.postMessage(results),
    (error: unknown) => port.postMessage({ error: String(error) }),
  );
});

/** A target with its connections and what was seen of it. */
interface Running {
  readonly requests: readonly Buffer[];
  readonly connections: readonly Connection[];
  readonly requestsPerSecond: number[];
  readonly latencies: number[];
  next: number;
  refused: number;
}

async function run(job: LoadJob): Promise<TargetResult[]> {
  const targets = await Promise.all(job.targets.map((target) => open(target, job.connections)));
  for (let round = 0; round < job.rounds; round++) {
    // Who goes first changes, so that what the first leaves behind burdens both alike.
    for (const target of round % 2 === 0 ? targets : targets.toReversed()) await slice(target, job.seconds);
  }
  return targets.map(({ connections, requestsPerSecond, latencies, refused }) => {
    for (const connection of connections) connection.close();
    return { requestsPerSecond, latencies: Float64Array.from(latencies).sort(), refused };
  });
}

async function open(target: LoadTarget, count: number): Promise<Running> {
  const url = new URL(target.url);
  return {
    requests: target.requests.map((bytes) => Buffer.from(bytes)),
    connections: await Promise.all(Array.from({ length: count }, () => openConnection(url))),
    requestsPerSecond: [],
    latencies: [],
    next: 0,
    refused: 0,
  };
}

/** Asks for `seconds`; ends when the last answer is there. */
async function slice(target: Running, seconds: number): Promise<void> {
  const { requests, latencies } = target;
  const before = latencies.length;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    target.connections.map(async (connection) => {
      for (let sent = performance.now(); sent < end;) {
        const request = must(requests[target.next++ % requests.length], 'a target has requests');
        const { status, body } = await connection.send(request);
        const now = performance.now();
        latencies.push(now - sent);
        // An error of GraphQL has status 200.
        if (status !== 200 || body.subarray(0, 8).toString() !== '{"data":') target.refused += 1;
        sent = now;
      }
    }),
  );
  target.requestsPerSecond.push((latencies.length - before) / ((performance.now() - start) / 1000));
}
