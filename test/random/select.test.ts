// Random permissions × random queries against the naive evaluator: not one row or column more or less than allowed.
// RANDOM_RUNS and RANDOM_SEED widen or repeat a run; a failure prints its seed and the smallest case.

import fc from 'fast-check';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { readCatalog } from '../../src/catalog/read-catalog.ts';
import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import { DEFAULT_COMPILE_OPTIONS } from '../../src/compile/options.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import { runOperation } from '../../src/execute/run.ts';
import type { Metadata } from '../../src/metadata/types.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';
import { pgDatabase } from '../support/pg-database.ts';
import { metadataOf as metadataFor } from '../support/stages.ts';
import type { Query } from './generate.ts';
import { families, inheritedPermissions, permissions, query, SESSION } from './generate.ts';
import { FUNCTIONS, logicalModels, NATIVE_QUERIES, tablesMetadata } from './metadata.ts';
import type { Row } from './model.ts';
import { databaseSql, ROWS, rowOfView } from './model.ts';
import type { Permissions } from './naive.ts';
import { evaluateAggregate, evaluateByPk, evaluateList } from './naive.ts';
import { printQuery } from './print.ts';

const RUNS = Number(process.env['RANDOM_RUNS'] ?? 300);
const QUERIES_PER_WORLD = 6;

let database: TestDatabase;
let client: pg.Client;
let catalog: DatabaseCatalog;

beforeAll(async () => {
  database = await createTestDatabase({ sql: databaseSql() });
  client = await pgClient(database.url);
  catalog = await readCatalog(
    async (sql) => (await client.query<[string]>({ text: sql, rowMode: 'array' })).rows[0]?.[0] ?? '',
    [{ schema: 'public', name: 'mood' }],
  );
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

function metadataOf(roles: Readonly<Record<string, Permissions>>): Metadata {
  return metadataFor({
    // A role without any permission would not be there to inherit from.
    tables: tablesMetadata(roles, false, () => ({
      delete_permissions: Object.keys(roles).map((role) => ({ role, permission: { filter: {} } })),
    })),
    functions: FUNCTIONS,
    native_queries: NATIVE_QUERIES,
    logical_models: logicalModels(roles),
  });
}

/** The rows that a root field finds among those of its table. */
function found({ table, ...query }: Query): readonly Row[] {
  const { name, args } = (query.kind === 'by_pk' ? undefined : query.called) ?? {};
  const { lowest = 0, highest = 0 } = args ?? {};
  const articles = ROWS['article'] ?? [];
  const rating = ({ rating: of }: Row): number => (typeof of === 'number' ? of : NaN);
  switch (name) {
    case undefined:
      return ROWS[table] ?? [];
    case 'search':
      return articles.filter((row) => rating(row) >= lowest);
    case 'rated':
      return articles.filter((row) => rating(row) <= highest).map((row) => rowOfView('scored', row));
  }
}

async function answers(metadata: Metadata, { world, queries, coins }: Case): Promise<void> {
  const artifact = compile(metadata, new Map([['default', catalog]]), {
    ...DEFAULT_COMPILE_OPTIONS,
    groupBy: true,
  });
  expect(artifact.inconsistencies).toEqual([]);
  const engine = {
    artifact: openArtifact(encodeArtifact(artifact)),
    database: () => pgDatabase(client),
    settings: { stringifyNumericTypes: false, booleanNullCollapse: false, enableAllowlist: false },
    plans: planCache(),
    environment: () => undefined,
  };
  const session = {
    role: 'user',
    variables: new Map(Object.entries(SESSION)),
    trusted: false,
    backend: false,
    expiresAt: null,
  };
  const naive = { permissions: world, session: SESSION };
  let tossed = 0;
  for (const q of queries) {
    const request = printQuery(q, () => coins[tossed++ % coins.length] ?? false);
    const rows = found(q);
    const expected =
      q.kind === 'list'
        ? evaluateList(naive, q.table, rows, q.selection.args, q.selection.fields)
        : q.kind === 'aggregate'
          ? evaluateAggregate(naive, q.table, rows, q.selection)
          : evaluateByPk(naive, q.table, q.id, q.fields);
    for (const pass of ['planned', 'from the cache']) {
      const got = JSON.parse(await runOperation(engine, session, request)) as unknown;
      expect(got, `${pass}: ${request.query} ${JSON.stringify(request.variables)}`).toEqual({
        data: { root: expected },
      });
    }
  }
}

/** What a role may, and what it asks. */
interface Case {
  readonly world: Permissions;
  readonly queries: readonly Query[];
  readonly coins: readonly boolean[];
}

const asking = (world: Permissions): fc.Arbitrary<Case> =>
  fc.record({
    world: fc.constant(world),
    queries: fc.array(query(world), { minLength: QUERIES_PER_WORLD, maxLength: QUERIES_PER_WORLD }),
    coins: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
  });

const seed = process.env['RANDOM_SEED'];
const parameters = { numRuns: RUNS, ...(seed ? { seed: Number(seed) } : {}) };

test(
  `a role sees exactly what its permissions allow (${RUNS} random permission sets)`,
  { timeout: 600_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(permissions.chain(asking), (c) => answers(metadataOf({ user: c.world }), c)),
      parameters,
    );
  },
);

test(
  `an inherited role sees what the roles it is made of do (${RUNS} random families)`,
  { timeout: 600_000 },
  async () => {
    const cases = families.chain((family) =>
      asking(inheritedPermissions(family)).map((c) => ({ ...c, family })),
    );
    const inherited = {
      inherited_roles: [
        { role_name: 'user', role_set: ['one', 'between'] },
        { role_name: 'between', role_set: ['two', 'three'] },
      ],
    };
    await fc.assert(
      fc.asyncProperty(cases, (c) => answers({ ...metadataOf({ ...c.family }), ...inherited }, c)),
      parameters,
    );
  },
);
