// Changing metadata in live mode is measured on the real worker, with tables of its own.

import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { type BenchDatabase, startBenchDatabase } from '../../scripts/bench/database.ts';
import { measureLiveChanges } from '../../scripts/bench/live.ts';

let database: BenchDatabase;

beforeAll(async () => {
  database = await startBenchDatabase(inject('serverUrl'));
});
afterAll(async () => {
  await database?.stop();
});

function context() {
  return {
    database,
    bundleDir: inject('bundleDir'),
    settings: { compatibilityDate: '2026-11-17', compatibilityFlags: [], vars: {} },
    environment: { NEON_ENDPOINT: inject('neonUrl') },
  };
}

it('gives times of changes to a schema, its document as large as wanted', async () => {
  const small = await measureLiveChanges(context(), { tables: 5, runs: 2 });
  expect(small).toMatchObject({ tables: 5 });
  expect(small.documentBytes).toBeLessThan(10_000);
  expect(small.replaceMs).toBeGreaterThan(0);
  expect(small.trackMs).toBeGreaterThan(0);
  expect(small.atOnceMs).toBeGreaterThan(small.trackMs / 2);
  const large = await measureLiveChanges(context(), { tables: 5, documentBytes: 50_000, runs: 1 });
  expect(large.documentBytes).toBeGreaterThan(50_000);
  expect(large.documentBytes).toBeLessThan(60_000);
});

it('says what a command was refused for', async () => {
  const refusing = {
    ...context(),
    environment: { ...context().environment, HASURA_GRAPHQL_ADMIN_SECRET: 'x' },
  };
  await expect(measureLiveChanges(refusing, { tables: 1, runs: 1 })).rejects.toThrow(
    /^export_metadata was answered .*access-denied/,
  );
});
