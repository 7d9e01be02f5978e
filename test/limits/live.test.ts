// Limits that are set while the service runs.

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

let live: Live;
beforeAll(async () => {
  live = await startLive({ sql: 'create table author (id int primary key)' });
  await live.command('pg_track_table', { source: 'default', table: 'author' });
  await live.command('pg_create_select_permission', {
    source: 'default',
    table: 'author',
    role: 'user',
    permission: { columns: '*', filter: {} },
  });
});
afterAll(() => live?.stop());

const QUERY = '{ author { id } }';
const ask = async (query = QUERY): Promise<unknown> =>
  (await live.graphql(query, { 'x-hasura-role': 'user' })).body;
const DATA = { data: { author: [] } };
const exported = async (key: string): Promise<unknown> => {
  const { body } = await live.command('export_metadata', {});
  return (body as Record<string, unknown>)[key];
};

it('hold at once for queries that were planned before, and no longer than they are set', async () => {
  expect(await ask()).toEqual(DATA);
  const set = await live.command('set_api_limits', { depth_limit: { global: 5, per_role: { user: 0 } } });
  expect(set).toEqual({ status: 200, body: { message: 'success' } });
  expect(await ask()).toMatchObject({ errors: [{ extensions: { code: 'depth-limit-exceeded' } }] });
  expect(await exported('api_limits')).toEqual({
    disabled: false,
    depth_limit: { global: 5, per_role: { user: 0 } },
  });
  await live.command('set_api_limits', { disabled: true, depth_limit: { per_role: { user: 0 } } });
  expect(await ask()).toEqual(DATA);
  expect(await exported('api_limits')).toMatchObject({ disabled: true });
  await live.command('set_api_limits', { depth_limit: { per_role: { user: 0 } } });
  expect(await ask()).toHaveProperty('errors');
  expect(await live.command('remove_api_limits', {})).toMatchObject({ body: { message: 'success' } });
  expect(await ask()).toEqual(DATA);
  expect(await exported('api_limits')).toBeUndefined();
});

it('of the rate are counted', async () => {
  await live.command('set_api_limits', { rate_limit: { global: { max_reqs_per_min: 2 } } });
  expect([await ask(), await ask()]).toEqual([DATA, DATA]);
  expect(await ask()).toMatchObject({ errors: [{ message: 'rate limit of 2 exceeded' }] });
  await live.command('remove_api_limits', {});
  expect(await ask()).toEqual(DATA);
});

it('of the rate are remembered by an object that was evicted', async () => {
  await live.command('set_api_limits', {
    rate_limit: { global: { max_reqs_per_min: 2, unique_params: ['x-hasura-user-id'] } },
  });
  const asEva = async () =>
    (await live.graphql(QUERY, { 'x-hasura-role': 'user', 'x-hasura-user-id': 'Eva' })).body;
  expect([await asEva(), await asEva()]).toEqual([DATA, DATA]);
  await live.worker.reload({});
  expect(await asEva()).toMatchObject({ errors: [{ message: 'rate limit of 2 exceeded' }] });
  await live.command('remove_api_limits', {});
});

it('of introspection hold at once', async () => {
  const query = '{ __type(name: "author") { name } }';
  expect(await ask(query)).toEqual({ data: { __type: { name: 'author' } } });
  const set = await live.command('set_graphql_schema_introspection_options', {
    disabled_for_roles: ['user', 'user'],
  });
  expect(set).toEqual({ status: 200, body: { message: 'success' } });
  expect(await ask(query)).toMatchObject({
    errors: [{ message: "field '__type' not found in type: 'query_root'" }],
  });
  expect(await exported('graphql_schema_introspection')).toEqual({ disabled_for_roles: ['user'] });
  await live.command('set_graphql_schema_introspection_options', { disabled_for_roles: [] });
  expect(await ask(query)).toEqual({ data: { __type: { name: 'author' } } });
  expect(await exported('graphql_schema_introspection')).toBeUndefined();
});

it.each([
  ['set_api_limits', [], '$.args', 'parsing ApiLimit failed, expected Object, but encountered Array'],
  [
    'set_api_limits',
    { depth_limit: 1 },
    '$.args.depth_limit',
    'parsing Limit failed, expected Object, but encountered Number',
  ],
  [
    'set_api_limits',
    { node_limit: { global: '1' } },
    '$.args.node_limit.global',
    'parsing Int failed, expected Number, but encountered String',
  ],
  [
    'set_api_limits',
    { batch_limit: { per_role: { user: -1 } } },
    '$.args.batch_limit.per_role.user',
    'a limit cannot be negative',
  ],
  [
    'set_api_limits',
    { rate_limit: { global: { max_reqs_per_min: 1, unique_params: 'host' } } },
    '$.args.rate_limit.global.unique_params',
    "Not a valid value. Should be either: 'IP' or a list of Session variables",
  ],
  [
    'set_graphql_schema_introspection_options',
    {},
    '$.args',
    'parsing Hasura.RQL.Types.GraphqlSchemaIntrospection.SetGraphqlIntrospectionOptions(SetGraphqlIntrospectionOptions) failed, key "disabled_for_roles" not found',
  ],
])('%s of %j is refused', async (type, args, path, error) => {
  expect(await live.command(type, args)).toEqual({
    status: 400,
    body: { code: 'parse-failed', path, error },
  });
});
