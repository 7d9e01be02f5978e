// Requests that would cost more than they may: time that grows with the square of a text, memory that outlives them.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { relayRole } from '../../src/artifact/relay.ts';
import { selectOperation } from '../../src/parse/operation.ts';
import { parse } from '../../src/parse/parse.ts';
import { encodeLeaf } from '../../src/plan/codec.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { plan } from '../../src/plan/plan.ts';
import { METADATA, SCHEMA } from '../mutation/blog.ts';
import type { Stages } from '../support/stages.ts';
import { metadataOf, startStages } from '../support/stages.ts';

const FLOAT = {
  kind: 'scalar',
  type: { pg: { schema: 'pg_catalog', name: 'float8' }, array: false, kind: 'base', graphql: 'Float' },
} as const;

test('a text of a million digits that is no float is refused at once', () => {
  const text = `${'1'.repeat(1_000_000)}x`;
  const start = performance.now();
  expect(() => encodeLeaf(FLOAT, text, undefined, () => 'a string')).toThrow(/expected a float/);
  expect(performance.now() - start).toBeLessThan(1000);
});

test.each(['1', '1.', '1.5', '.5', '+1.5e-3', '-2E+4', 'NaN', '-Infinity'])('%s is a float', (text) => {
  expect(encodeLeaf(FLOAT, text, undefined, () => 'a string')).toBe(text);
});

test.each(['', '.', '1.2.3', 'e5', '1e', '1 ', '0x1'])('«%s» is none', (text) => {
  expect(() => encodeLeaf(FLOAT, text, undefined, () => 'a string')).toThrow(/expected a float/);
});

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
};

let stages: Stages;
beforeAll(async () => {
  stages = await startStages(SCHEMA);
});
afterAll(() => stages?.stop());

const SETTINGS = { stringifyNumericTypes: false, booleanNullCollapse: false };
const ID = btoa('[1, "public", "article", 1]');

test.each([
  [
    'an insert',
    'mutation ($v: [article_insert_input!]!) { insert_article(objects: $v) { affected_rows } }',
    [{ title: 'x' }, { title: 'y', author: { data: { name: 'z' } } }],
    false,
  ],
  ['a node', 'query ($v: ID!) { node(id: $v) { id } }', ID, true],
])('the plan of %s lets go of the variables it was made for', async (_, query, value, isRelay) => {
  const role = openArtifact(encodeArtifact(stages.compiled(METADATA))).role('admin');
  const plans: Plan[] = [];
  const made = (): WeakRef<object> => {
    const variables = { v: value };
    const operation = selectOperation(parse(query), undefined);
    plans.push(plan(isRelay ? relayRole(role) : role, operation, variables, SETTINGS));
    return new WeakRef(variables);
  };
  const variables = made();
  await new Promise((resolve) => setTimeout(resolve, 10)); // a WeakRef holds until the turn that made it is over
  collectGarbage();
  expect(variables.deref()).toBeUndefined();
  expect(plans).toHaveLength(1);
});

test('roles that inherit from the same ones by millions of ways are compiled at once', () => {
  const layers = Array.from({ length: 24 }, (_, i) => i);
  const inherited = layers.flatMap((i) =>
    ['a', 'b'].map((side) => ({
      role_name: `${side}${i}`,
      role_set: i === 0 ? ['user', 'nobody'] : [`a${i - 1}`, `b${i - 1}`],
    })),
  );
  const nobody = { role: 'nobody', permission: { columns: [], filter: {} } };
  const [source] = METADATA.sources;
  const tables = source?.tables.map((table, i) =>
    i === 0 ? { ...table, select_permissions: [...(table.select_permissions ?? []), nobody] } : table,
  );
  const start = performance.now();
  const { roles } = stages.compiled(metadataOf({ tables: tables ?? [] }, { inherited_roles: inherited }), {
    inferFunctionPermissions: false,
  });
  expect(performance.now() - start).toBeLessThan(10_000);
  const models = Object.fromEntries(roles.map((role) => [role.role, role]));
  expect(models['b23']?.mutationFields).toEqual(models['user']?.mutationFields);
});
