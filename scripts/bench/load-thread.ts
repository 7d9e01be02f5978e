// A job from the main thread -> what a number of connections saw that asked one request after the other for a while.
// In a thread of its own, because the main one serves the database's endpoint.

import { parentPort } from 'node:worker_threads';

import { must } from '../../src/util/assert.ts';
import { openConnection } from './http-client.ts';
import type { LoadJob, LoadResult } from './load.ts';

const port = must(parentPort, 'a thread has a parent');
port.on('message', (job: LoadJob) => {
  run(job).then(
    (result) => port.postMessage(result),
    (error: unknown) => port.postMessage({ error: String(error) }),
  );
});

async function run(job: LoadJob): Promise<LoadResult> {
  const url = new URL(job.url);
  const requests = job.requests.map((bytes) => Buffer.from(bytes));
  const connections = await Promise.all(Array.from({ length: job.connections }, () => openConnection(url)));
  const latencies: number[] = [];
  let next = job.first;
  let refused = 0;
  const start = performance.now();
  const end = start + job.seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      for (let sent = performance.now(); sent < end;) {
        const answer = await connection.send(must(requests[next++ % requests.length], 'a job has requests'));
        const now = performance.now();
        latencies.push(now - sent);
        // An error of GraphQL has status 200.
        if (answer.status !== 200 || answer.body.subarray(0, 8).toString() !== '{"data":') refused += 1;
        sent = now;
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  for (const connection of connections) connection.close();
  return { seconds, latencies: Float64Array.from(latencies).sort(), refused };
}
