// Random permissions × random mutations against the model in memory: each leaves the rows that the model says and
// answers as it does, or fails with the model's code and leaves all as it was.
// RANDOM_RUNS and RANDOM_SEED widen or repeat a run; a failure prints its seed and the smallest case.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { Metadata } from '../../src/metadata/types.ts';
import { type Ask, metadataOf, type Stages, startStages } from '../support/stages.ts';
import { SESSION } from './generate.ts';
import { tablesMetadata } from './metadata.ts';
import { request } from './mutation-generate.ts';
import { outcomes } from './mutation-model.ts';
import { printMutations } from './mutation-print.ts';
import { RESET, ROWS_NOW, SCHEMA, START } from './mutation-schema.ts';
import { TRIGGERS } from './mutation-triggers.ts';
import type { Mutation, Outcome, Rows } from './mutation-types.ts';
import { inheritedWorlds, plainWorlds, type World, written } from './mutation-worlds.ts';

/** Permission sets; each is asked `REQUESTS` times, and each request is sent twice. */
const RUNS = Number(process.env['RANDOM_RUNS'] ?? 25);
const REQUESTS = 5;

const MOOD = [{ schema: 'public', name: 'mood' }];

let plain: Stages;
let withTriggers: Stages;
beforeAll(async () => {
  plain = await startStages(SCHEMA, MOOD);
  withTriggers = await startStages(SCHEMA + TRIGGERS, MOOD);
});
afterAll(async () => {
  await plain?.stop();
  await withTriggers?.stop();
});

interface Case {
  readonly world: World;
  readonly requests: readonly (readonly Mutation[])[];
  readonly coins: readonly boolean[];
  readonly backend: boolean;
  readonly triggers: boolean;
}

function metadataFor({ select, writes, inherits }: World): Metadata {
  const roles = inherits ? ['one', 'two', 'three'] : [];
  const tables = tablesMetadata(select, true, (table) => {
    const of = (kind: 'insert' | 'update' | 'delete') =>
      Object.entries(writes).flatMap(([role, tablesOf]) => {
        const right = tablesOf[table]?.[kind];
        return right ? [{ role, permission: written(right) }] : [];
      });
    return {
      insert_permissions: of('insert'),
      update_permissions: of('update'),
      delete_permissions: of('delete'),
    };
  });
  // A role without any permission would not be there to inherit from.
  const known = {
    table: { schema: 'public', name: 'nothing' },
    delete_permissions: roles.map((role) => ({ role, permission: { filter: {} } })),
  };
  return metadataOf(
    { tables: [...tables, known] },
    inherits
      ? {
          inherited_roles: [
            { role_name: 'user', role_set: ['one', 'between'] },
            { role_name: 'between', role_set: ['two', 'three'] },
          ],
        }
      : {},
  );
}

async function rowsNow({ client }: Stages): Promise<Rows> {
  const { rows } = await client.query<{ rows: Rows }>(ROWS_NOW);
  return rows[0]?.rows ?? {};
}

async function run({ world, requests, coins, backend, triggers }: Case): Promise<void> {
  const stages = triggers ? withTriggers : plain;
  const artifact = stages.compiled(metadataFor(world), { groupBy: true });
  for (const { type } of artifact.inconsistencies as readonly { readonly type?: string }[])
    expect(type).toBe('inherited role permission inconsistency');
  const ask = stages.serve(artifact);
  let nextId = 100;
  let tossed = 0;
  for (const mutations of requests) {
    const text = printMutations(mutations, () => coins[tossed++ % coins.length] ?? false);
    let rows: Rows = START;
    for (const pass of ['planned', 'from the cache']) {
      if (pass === 'planned' || coins[0]) {
        await stages.client.query(RESET);
        rows = START;
      }
      nextId += 50;
      await stages.client.query(
        Object.keys(START)
          .map((table) => `select setval('${table}_id_seq', ${nextId}, false)`)
          .join(';'),
      );
      const asking = { rights: world.rights, session: SESSION, backend, triggers, nextId };
      const allowed = outcomes(asking, rows, mutations);
      const got = await answerOf(ask, text, backend);
      const after = await rowsNow(stages);
      const what = `${pass}: ${text.query} ${JSON.stringify(text.variables)}\non ${JSON.stringify(rows)}`;
      rows = agree(mutations, { got, after, before: rows }, allowed, what);
    }
  }
}

async function answerOf(ask: Ask, { query, variables }: ReturnType<typeof printMutations>, backend: boolean) {
  return await ask('user', query, { session: SESSION, variables, backend });
}

/** Holds an answer and the rows it leaves against what may come of the request; the rows that are there then. */
function agree(
  mutations: readonly Mutation[],
  { got, after, before }: { readonly got: unknown; readonly after: Rows; readonly before: Rows },
  allowed: readonly Outcome[],
  what: string,
): Rows {
  if (typeof got === 'string') {
    expect([...new Set(allowed.flatMap(({ codes }) => codes))], `${got}\n${what}`).toContain(
      got.split(' ')[0],
    );
    expect(after, what).toEqual(sorted(before));
    return before;
  }
  const done = allowed.flatMap((outcome) => outcome.done ?? []);
  expect(
    done.length,
    `${JSON.stringify(got)} instead of ${JSON.stringify(allowed)}\n${what}`,
  ).toBeGreaterThan(0);
  const actual = { data: unordered(mutations, Object.values(got as object)), rows: after };
  const expected = done.map(({ data, rows }) => ({ data: unordered(mutations, data), rows: sorted(rows) }));
  const match = expected.findIndex((candidate) => JSON.stringify(candidate.rows) === JSON.stringify(after));
  expect(actual, what).toEqual(expected[Math.max(match, 0)]);
  return after;
}

function sorted(rows: Rows): Rows {
  return Object.fromEntries(
    Object.keys(START).map((table) => [
      table,
      [...(rows[table] ?? [])].sort((a, b) => Number(a['id']) - Number(b['id'])),
    ]),
  );
}

/** Postgres updates and deletes rows in an order of its own. */
function unordered(mutations: readonly Mutation[], data: readonly unknown[]): readonly unknown[] {
  const sort = (response: unknown): unknown => {
    const rows = (response as { readonly returning?: readonly unknown[] } | null)?.returning;
    return rows
      ? { ...(response as object), returning: rows.map((r) => JSON.stringify(r)).sort() }
      : response;
  };
  return data.map((response, i) => {
    switch (mutations[i]?.kind) {
      case 'update':
      case 'delete':
        return sort(response);
      case 'update_many':
        return (response as unknown[]).map(sort);
      default:
        return response;
    }
  });
}

const asking = (world: World): fc.Arbitrary<Case> =>
  fc.constantFrom(false, false, true).chain((backend) =>
    fc.record({
      world: fc.constant(world),
      requests: fc.array(request(world.rights, backend), { minLength: REQUESTS, maxLength: REQUESTS }),
      coins: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
      backend: fc.constant(backend),
      triggers: fc.boolean(),
    }),
  );

const seed = process.env['RANDOM_SEED'];
const parameters = { numRuns: RUNS, ...(seed ? { seed: Number(seed) } : {}) };

test.each([
  ['a role', plainWorlds],
  ['an inherited role', inheritedWorlds],
] as const)(
  `%s writes what its permissions allow (${RUNS} random permission sets, ${REQUESTS * 2} requests each)`,
  { timeout: 1_800_000 },
  async (_, worlds) => {
    await fc.assert(fc.asyncProperty(worlds.chain(asking), run), parameters);
  },
);
