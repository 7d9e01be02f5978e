// Two workers on one metadata database, as isolates of one deployment are: what one stores the other serves soon, and
// what both change at once is neither lost nor mixed.

import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { must } from '../../src/util/assert.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase } from '../support/database.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

const TABLES = Array.from({ length: 12 }, (_, i) => `t${String(i).padStart(2, '0')}`);
const POLL_MS = 200;
const SUCCESS = { status: 200, body: { message: 'success' } };

let database: TestDatabase;
let workers: readonly [Live, Live];

beforeAll(async () => {
  database = await createTestDatabase({
    sql: TABLES.map(
      (name) => `create table ${name} (id int primary key); insert into ${name} values (1);`,
    ).join('\n'),
  });
  const env = { HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: String(POLL_MS) };
  workers = await Promise.all([startLive({ database, env }), startLive({ database, env })]);
});
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await database.drop();
});

async function tracked(worker: Live): Promise<readonly string[]> {
  const { body } = await worker.command('export_metadata', {});
  const { sources } = body as { sources: { tables: { table: { name: string } }[] }[] };
  return sources.flatMap((source) => source.tables.map(({ table }) => table.name));
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('it did not come to be within ten seconds');
    await sleep(POLL_MS / 4);
  }
}

it('serves what the other one stored, without being told', async () => {
  const [first, second] = workers;
  const query = '{ t00 { id } }';
  expect((await second.graphql(query)).body).toHaveProperty('errors');
  expect(await first.command('pg_track_table', { table: 't00' })).toEqual(SUCCESS);
  await eventually(
    async () => JSON.stringify((await second.graphql(query)).body) === '{"data":{"t00":[{"id":1}]}}',
  );
  expect(await second.command('pg_untrack_table', { table: 't00' })).toEqual(SUCCESS);
  await eventually(async () => JSON.stringify((await first.graphql(query)).body).includes('errors'));
});

it('loses no change when both are changed at once', { timeout: 60_000 }, async () => {
  const answers = await Promise.all(
    TABLES.map((table, i) => must(workers[i % 2], 'there are two').command('pg_track_table', { table })),
  );
  // A change is made again on top of another one's, but not for ever: who is told of a conflict asks again.
  for (const [i, answer] of answers.entries()) {
    if (answer.status === 200) continue;
    expect(answer).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await workers[0].command('pg_track_table', { table: TABLES[i] })).toEqual(SUCCESS);
  }
  for (const worker of workers) expect(await tracked(worker)).toEqual(TABLES);
});

it('lets one of two writers through that both build on the version they saw', async () => {
  const before = await workers[0].command('export_metadata', {}, { version: 2 });
  const { resource_version: resourceVersion } = before.body as { resource_version: number };
  const answers = await Promise.all(
    workers.map((worker, i) => worker.command('pg_untrack_table', { table: TABLES[i] }, { resourceVersion })),
  );
  expect(answers.map(({ status }) => status)).toSatisfy(
    (statuses: readonly number[]) => statuses.includes(200) && statuses.includes(409),
  );
  const winner = answers.findIndex(({ status }) => status === 200);
  expect(await tracked(workers[0])).toEqual(TABLES.filter((_, i) => i !== winner));
});

it('never answers a request from two versions', { timeout: 60_000 }, async () => {
  const [first, second] = workers;
  const rename = async (prefix: string): Promise<void> => {
    const bulk = TABLES.slice(2).map((table) => ({
      type: 'pg_set_table_customization',
      args: { table, configuration: { custom_name: `${prefix}_${table}` } },
    }));
    expect((await first.command('bulk', bulk)).status).toBe(200);
  };
  await rename('a');
  const fields = (prefix: string): string =>
    TABLES.slice(2)
      .map((table) => `${prefix}_${table} { id }`)
      .join(' ');
  await eventually(async () => 'data' in ((await second.graphql(`{ ${fields('a')} }`)).body as object));

  const over = new AbortController();
  const seen = new Set<string>();
  const asking = (async () => {
    while (!over.signal.aborted) {
      // Whichever version answers, it has all of its own fields or none.
      const answers = await Promise.all(['a', 'b'].map((prefix) => second.graphql(`{ ${fields(prefix)} }`)));
      for (const { body } of answers) seen.add('data' in (body as object) ? 'data' : firstMissing(body));
    }
  })();
  for (const prefix of ['b', 'a', 'b']) {
    await rename(prefix);
    await sleep(POLL_MS * 2);
  }
  over.abort();
  await asking;
  expect([...seen].sort()).toEqual(['a_t02', 'b_t02', 'data']);
});

/** The field that was not found: of a version without any of them it is the first. */
function firstMissing(body: unknown): string {
  const [, field] = /field '(\w+)' not found/.exec(JSON.stringify(body)) ?? [];
  return field ?? JSON.stringify(body);
}
