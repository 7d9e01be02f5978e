// `@cached` and hashes on workerd without Cloudflare, which has no cache: the memory of the process takes its place.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { type ServedWorker, serveWorker } from '../../scripts/serve/serve-worker.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { DEFAULT_NAMING } from '../../src/artifact/type-names.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';

let worker: ServedWorker;

beforeAll(async () => {
  worker = await serveWorker({
    bundleDir: inject('bundleDir'),
    artifactText: encodeArtifact({
      version: ARTIFACT_VERSION,
      sources: [
        { name: 'default', databaseUrl: { fromEnv: 'DATABASE' }, naming: DEFAULT_NAMING, namespace: null },
      ],
      roles: [],
      inconsistencies: [],
    }),
    settings: { compatibilityDate: '2026-11-01', compatibilityFlags: [], vars: {} },
    environment: {
      HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES: 'true',
      HASURA_GRAPHQL_PERSISTED_QUERIES_TTL: '60',
    },
    port: 0,
    log: 'ignore',
  });
});
afterAll(() => worker?.stop());

const post = async (path: string, body: unknown = {}) =>
  await fetch(worker.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

it('keeps answers, says how long they stay, and clears them', async () => {
  const control = async () =>
    (await post('/v1/graphql', { query: 'query @cached(ttl: 30) { __typename }' })).headers.get(
      'cache-control',
    );
  expect(await control()).toBe('max-age=30');
  await sleep(1100);
  expect(await control()).toMatch(/^max-age=2[89]$/);
  expect((await post('/pro/cache/clear')).status).toBe(200);
  expect(await control()).toBe('max-age=30');
});

it('keeps texts', async () => {
  const query = '{ kept: __typename }';
  const sha256Hash = createHash('sha256').update(query).digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const ask = async (body: unknown) => (await (await post('/v1/graphql', body)).json()) as unknown;
  expect(await ask({ extensions })).toMatchObject({ errors: [{ message: 'PersistedQueryNotFound' }] });
  expect(await ask({ query, extensions })).toEqual({ data: { kept: 'query_root' } });
  expect(await ask({ extensions })).toEqual({ data: { kept: 'query_root' } });
});
