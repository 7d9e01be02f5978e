// The benchmark's data, metadata and statements on a real Postgres: as many rows as Chinook has, everything tracked, and
// the engine's answer to each class is that of the SQL written by hand.

import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import { CLASSES, parameterText } from '../../scripts/bench/classes.ts';
import { ROWS } from '../../scripts/bench/data.ts';
import { type BenchDatabase, startBenchDatabase } from '../../scripts/bench/database.ts';
import { METADATA, ROLE } from '../../scripts/bench/metadata.ts';
import { measurePlanning } from '../../scripts/bench/planning.ts';
import { WIDE_QUERY, WIDE_ROLES, wideSchema, wideTablesSql } from '../../scripts/bench/wide-schema.ts';
import { WRITE_CLASSES } from '../../scripts/bench/writes.ts';
import { readCatalogFromUrl } from '../../scripts/catalog/pg-catalog.ts';
import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { sessionOf } from '../../src/auth/session.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Engine } from '../../src/execute/engine.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import { runOperation } from '../../src/execute/run.ts';
import { pgClient } from '../support/database.ts';
import { pgDatabase } from '../support/pg-database.ts';

let database: BenchDatabase;
let client: pg.Client;
let artifactText: string;

beforeAll(async () => {
  database = await startBenchDatabase(inject('serverUrl'));
  client = await pgClient(database.url);
  const artifact = compile(METADATA, new Map([['default', await readCatalogFromUrl(database.url)]]));
  expect(artifact.inconsistencies).toEqual([]);
  artifactText = encodeArtifact(artifact);
});

afterAll(async () => {
  await client?.end();
  await database?.stop();
});

async function queryText(text: string, values: readonly (string | null)[]): Promise<string | null> {
  return await pgDatabase(client).queryText(text, values);
}

function engineOf(text: string): Engine {
  return {
    artifact: openArtifact(text),
    database: () => pgDatabase(client),
    settings: { stringifyNumericTypes: false, booleanNullCollapse: false, enableAllowlist: false },
    plans: planCache(),
    environment: () => undefined,
  };
}

const SESSION = sessionOf(ROLE, new Map([['x-hasura-user-id', '3']]), true);

it.each(Object.entries(ROWS))('%s has %d rows and is tracked', async (table, count) => {
  const { rows } = await client.query<{ n: number }>(`select count(*)::int as n from public.${table}`);
  expect(rows).toEqual([{ n: count }]);
  expect(METADATA.sources[0]?.tables.map((t) => t.table.name)).toContain(table);
});

const WITH_SQL = [...CLASSES, ...WRITE_CLASSES].flatMap((c) => (c.floor ? [{ ...c, floor: c.floor }] : []));

describe('each class', () => {
  it.each(WITH_SQL)('$name: engine and hand-written SQL agree', async (queryClass) => {
    const { query, variables, floor, prepare } = queryClass;
    const engine = engineOf(artifactText);
    for (let i = 0; i < 8; i++) {
      const given = variables(i);
      const values = floor.parameters.map((name) => (name === 'user' ? '3' : parameterText(given[name])));
      if (prepare !== undefined) await client.query(prepare);
      const expected = JSON.parse((await queryText(floor.sql, values)) ?? '') as object;
      if (prepare !== undefined) await client.query(prepare);
      const answer = await runOperation(engine, SESSION, { query, variables: given });
      expect(JSON.parse(answer)).toEqual({ data: expected });
      expect(Object.keys(expected)).toHaveLength(1);
    }
  });

  it('of an answer of 30 kB keeps to that size', async () => {
    const large = WITH_SQL.find(({ name }) => name === 'large');
    for (let i = 0; i < 64; i++) {
      const text = await queryText(large?.floor.sql ?? '', [String(large?.variables(i)['after'])]);
      expect(text?.length).toBeGreaterThan(27_000);
      expect(text?.length).toBeLessThan(33_000);
    }
  });
});

it('planning is measured in positive times', () => {
  const { firstMs, medianMs } = measurePlanning(artifactText);
  expect(firstMs).toBeGreaterThan(0);
  expect(medianMs).toBeGreaterThan(0);
});

it('the tables made for a wide schema are those it describes', async () => {
  const url = await database.add('wide', wideTablesSql(4));
  const { tables } = await readCatalogFromUrl(url);
  expect(tables).toEqual(wideSchema(4).catalog.tables);
});

it('a wide schema is consistent, and the row that cold starts ask for is there', async () => {
  const { metadata, catalog } = wideSchema(10);
  const artifact = compile(metadata, new Map([['default', catalog]]));
  expect(artifact.inconsistencies).toEqual([]);
  expect(artifact.roles.map((r) => r.role)).toEqual(['admin', ...WIDE_ROLES].sort());
  expect(artifact.roles.map((r) => r.tables.length)).toEqual([10, 10, 10, 10, 10, 10]);
  const answer = await runOperation(engineOf(encodeArtifact(artifact)), SESSION, { query: WIDE_QUERY });
  expect(JSON.parse(answer)).toEqual({ data: { wide_0_by_pk: { id: 1, name: 'first' } } });
});
