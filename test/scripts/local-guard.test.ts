// A worker of this machine that asks for no secret, and who may send it requests.

import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { type RunningWorker, runWorker } from '../../scripts/bundle/run-worker.ts';

let worker: RunningWorker;
beforeAll(async () => {
  worker = await runWorker({
    bundleDir: inject('bundleDir'),
    artifactText: '',
    vars: {
      HEDGE_METADATA: 'live',
      HASURA_GRAPHQL_DATABASE_URL: inject('serverUrl'),
      NEON_ENDPOINT: inject('neonUrl'),
    },
    guarded: true,
    onLog: () => {},
  });
});
afterAll(() => worker.stop());

/** With headers that `fetch` would not send. */
async function status(headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return await new Promise((resolve, reject) => {
    const sent = request(`${worker.url}/v1/version`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a guarded worker', () => {
  it.each([
    {},
    { origin: 'http://localhost:3000' },
    { origin: 'http://127.0.0.1:8080' },
    { origin: 'https://app.localhost' },
    { host: 'localhost:8080', origin: 'http://[::1]:5173' },
  ])('answers %j', async (headers) => {
    expect(await status(headers)).toBe(200);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'http://127.0.0.1.evil.example:8080' },
    { origin: 'null' },
    { host: 'evil.example:8080' },
    { host: 'evil.example:8080', origin: 'http://localhost:3000' },
  ])('refuses %j', async (headers) => {
    expect(await status(headers)).toBe(403);
  });
});
