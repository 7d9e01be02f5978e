// Live mode: what was kept under a version of the metadata is not served under the next one.

import { afterAll, beforeAll, expect, it } from 'vitest';

import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';
import { VAULT_SQL } from './vault.ts';

let live: Live;

beforeAll(async () => {
  live = await startLive({ sql: VAULT_SQL });
  await live.command('pg_track_table', { source: 'default', table: 'item' });
});
afterAll(() => live?.stop());

const permit = async (columns: readonly string[], filter: unknown): Promise<void> => {
  await live.command('pg_drop_select_permission', { source: 'default', table: 'item', role: 'clerk' });
  const { status } = await live.command('pg_create_select_permission', {
    source: 'default',
    table: 'item',
    role: 'clerk',
    permission: { columns, filter },
  });
  expect(status).toBe(200);
};

it('permissions that were taken away count at once, and those that came back find their answers', async () => {
  const ask = async () => {
    const query = 'query @cached(ttl: 3000) { item(order_by: {id: asc}) { id } }';
    return JSON.stringify((await live.graphql(query, { 'x-hasura-role': 'clerk' })).body);
  };
  await permit(['id'], {});
  const all = '{"data":{"item":[{"id":1},{"id":2},{"id":3}]}}';
  expect(await ask()).toBe(all);
  await live.command('pg_run_sql', { sql: 'delete from item where id = 3' }, { path: '/v2/query' });
  expect(await ask()).toBe(all);
  await permit(['id'], { tenant: 'x', id: 1 });
  expect(await ask()).toBe('{"data":{"item":[{"id":1}]}}');
  await permit(['tenant'], {});
  expect(await ask()).toContain("field 'id' not found in type");
  await permit(['id'], {});
  expect(await ask()).toBe(all);
});
