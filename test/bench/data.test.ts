// The benchmark's data on a real Postgres: as many rows as Chinook has, and every hand-written statement gives data.

import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { CLASSES } from '../../scripts/bench/classes.ts';
import { ROWS } from '../../scripts/bench/data.ts';
import { type BenchDatabase, startBenchDatabase } from '../../scripts/bench/database.ts';
import { METADATA } from '../../scripts/bench/metadata.ts';

let database: BenchDatabase;
let client: Client;

beforeAll(async () => {
  database = await startBenchDatabase(process.env['TEST_DATABASE_URL']);
  client = new Client(database.url);
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await database?.stop();
});

test.each(Object.entries(ROWS))('%s has %d rows and is tracked', async (table, count) => {
  const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from public.${table}`);
  expect(rows).toEqual([{ n: count }]);
  expect(METADATA.sources[0]?.tables.map((t) => t.table.name)).toContain(table);
});

const WITH_SQL = CLASSES.flatMap(({ name, floor, variables }) => (floor ? [{ name, floor, variables }] : []));

test.each(WITH_SQL)(
  'the statement of $name gives JSON of the size the table speaks of',
  async ({ name, floor, variables }) => {
    const sizes: number[] = [];
    for (let i = 0; i < 8; i++) {
      const values = floor.parameters.map((p) => (p === 'user' ? '3' : String(variables(i)[p])));
      const { rows } = await client.query<[string]>({ text: floor.sql, values, rowMode: 'array' });
      const text = rows[0]?.[0] ?? '';
      expect(Object.keys(JSON.parse(text) as object)).toHaveLength(1);
      sizes.push(text.length);
    }
    const largest = Math.max(...sizes);
    expect(largest).toBeGreaterThan(80);
    if (name === 'large') expect(Math.min(...sizes)).toBeGreaterThan(27_000);
    expect(largest).toBeLessThan(33_000);
  },
);
