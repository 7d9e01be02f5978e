// What each role of the example project is shown: its SDL kept as a file, and the standard query over HTTP.

import { buildClientSchema, getIntrospectionQuery, printSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { printRoleSchema } from '../../src/introspection/print.ts';
import type { Hedge } from '../support/hedge.ts';
import { startHedge } from '../support/hedge.ts';

const ROLES = ['admin', 'anonymous', 'org-admin', 'user'];

let hedge: Hedge;
beforeAll(async () => {
  hedge = await startHedge({ schema: 'example' });
});
afterAll(() => hedge?.stop());

test('the example has these roles', () => {
  expect(hedge.artifact.roles.map((r) => r.role)).toEqual(ROLES);
});

describe.each(ROLES)('%s', (role) => {
  test('sees exactly this', async () => {
    const view = openArtifact(encodeArtifact(hedge.artifact)).role(role);
    await expect(printRoleSchema(view)).toMatchFileSnapshot(`./snapshots/example-${role}.sdl`);
  });

  test('gets a valid schema from the standard introspection query with all options', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const { body } = await hedge.graphql(query, { role, operationName: 'IntrospectionQuery' });
    const schema = buildClientSchema((body as { data: never }).data);
    expect(validateSchema(schema)).toEqual([]);
    const shown = printSchema(schema);
    expect(shown.includes('password_hash')).toBe(role === 'admin');
    expect(shown.includes('mutation_root')).toBe(role === 'admin');
    expect(shown).toContain('subscription_root');
  });
});

test('a role nobody mentioned sees a placeholder and nothing else', async () => {
  const { body } = await hedge.graphql(
    '{ __schema { queryType { fields { name } } } no_queries_available }',
    { role: 'nobody' },
  );
  expect(body).toMatchObject({
    data: { __schema: { queryType: { fields: [{ name: 'no_queries_available' }] } } },
  });
});

test('introspection stands beside data in one request, keys in order', async () => {
  const { text } = await hedge.graphql(
    '{ a: __typename users(limit: 1, order_by: {username: asc}) { username } __type(name: "users") { name } b: __typename }',
  );
  expect(text).toBe(
    '{"data":{"a":"query_root","users":[{"username":"alice"}],"__type":{"name":"users"},"b":"query_root"}}',
  );
});
