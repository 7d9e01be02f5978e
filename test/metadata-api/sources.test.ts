// Several sources in live mode: added, renamed and dropped; one whose database is away leaves the others serving and
// comes back by itself.

import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';
import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

const SUCCESS = { status: 200, body: { message: 'success' } };

let live: Live;
let second: TestDatabase;

beforeAll(async () => {
  second = await createTestDatabase({
    sql: `create table city (id int primary key, name text); insert into city values (1, 'Basel')`,
  });
  live = await startLive({
    sql: `create table author (id int primary key, name text); insert into author values (1, 'Ann')`,
    env: { SECOND_DATABASE_URL: second.url },
  });
  expect(await live.command('pg_track_table', { table: 'author' })).toEqual(SUCCESS);
});
afterAll(async () => {
  await live.stop();
  await second.drop();
});

const fromEnv = (name: string) => ({ connection_info: { database_url: { from_env: name } } });

async function sourceNames(): Promise<readonly string[]> {
  const { body } = await live.command('export_metadata', {});
  return (body as { sources: { name: string }[] }).sources.map((source) => source.name);
}

describe('a second source', () => {
  it('is added by the name of a variable, and served beside the first in one operation', async () => {
    const source = { name: 'second', configuration: fromEnv('SECOND_DATABASE_URL') };
    expect(await live.command('pg_add_source', source)).toEqual(SUCCESS);
    expect(await live.command('pg_track_table', { source: 'second', table: 'city' })).toEqual(SUCCESS);
    expect((await live.graphql('{ city { name } author { name } }')).body).toEqual({
      data: { city: [{ name: 'Basel' }], author: [{ name: 'Ann' }] },
    });
  });

  it('may not have a field of the same name as another, unless it is customized', async () => {
    const sql = 'create table author (id int primary key)';
    expect(await live.command('run_sql', { source: 'second', sql }, { path: '/v2/query' })).toMatchObject({
      status: 200,
    });
    const refused = await live.command('pg_track_table', { source: 'second', table: 'author' });
    expect(refused.status).not.toBe(200);
    expect((await live.graphql('{ author { name } }')).body).toEqual({ data: { author: [{ name: 'Ann' }] } });
    const customization = { root_fields: { prefix: 'second_' }, type_names: { prefix: 'second_' } };
    expect(await live.command('pg_update_source', { name: 'second', customization })).toEqual(SUCCESS);
    expect(await live.command('pg_track_table', { source: 'second', table: 'author' })).toEqual(SUCCESS);
    expect((await live.graphql('{ second_author { id } author { name } }')).body).toEqual({
      data: { second_author: [], author: [{ name: 'Ann' }] },
    });
  });

  it('is renamed, and dropped with what is in it when told to', async () => {
    expect(await live.command('rename_source', { name: 'second', new_name: 'other' })).toEqual(SUCCESS);
    expect(await sourceNames()).toEqual(['default', 'other']);
    expect((await live.graphql('{ second_city { name } }')).body).toEqual({
      data: { second_city: [{ name: 'Basel' }] },
    });
    expect(await live.command('pg_drop_source', { name: 'other', cascade: true })).toEqual(SUCCESS);
    expect(await sourceNames()).toEqual(['default']);
    expect((await live.graphql('{ second_city { name } }')).body).toHaveProperty('errors');
  });

  it.each([
    [
      'whose variable is not set',
      fromEnv('NO_SUCH_URL'),
      "Inconsistent object: environment variable 'NO_SUCH_URL' not set",
    ],
    [
      'whose database is not there',
      { connection_info: { database_url: 'postgresql://nobody:hidden-word@127.0.0.1:1/none' } },
      'Inconsistent object: connection error',
    ],
  ])('%s is refused, and its secret is not repeated', async (_, configuration, error) => {
    const answer = await live.command('pg_add_source', { name: 'third', configuration });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-configuration', error } });
    expect(JSON.stringify(answer)).not.toContain('hidden-word');
    expect(await sourceNames()).toEqual(['default']);
  });

  it('of another kind is refused by its name', async () => {
    const answer = await live.command('mssql_add_source', { name: 'ms', configuration: {} });
    expect(answer).toMatchObject({ status: 400, body: { code: 'not-supported' } });
    expect(JSON.stringify(answer.body)).toContain('mssql');
  });
});

it(
  'leaves the others serving while its database is away, says so, and comes back',
  { timeout: 60_000 },
  async () => {
    const source = { name: 'second', configuration: fromEnv('SECOND_DATABASE_URL') };
    expect(await live.command('pg_add_source', source)).toEqual(SUCCESS);
    expect(await live.command('pg_track_table', { source: 'second', table: 'city' })).toEqual(SUCCESS);
    expect((await live.request('/healthz')).body).toBe('OK');

    await setAway(true);
    expect((await live.graphql('{ city { name } }')).body).toMatchObject({
      errors: [{ message: 'connection error', extensions: { code: 'postgres-error' } }],
    });
    expect((await live.graphql('{ author { name } }')).body).toEqual({ data: { author: [{ name: 'Ann' }] } });
    expect((await live.request('/healthz')).body).toBe('WARN: inconsistent objects in schema');
    expect(await live.request('/healthz?strict=true')).toEqual({
      status: 500,
      body: 'ERROR: inconsistent objects in schema',
    });

    // A version that is compiled meanwhile has the source among what is inconsistent, and all of the others.
    const reloaded = await live.command('reload_metadata', {});
    expect(reloaded.body).toMatchObject({
      is_consistent: false,
      inconsistent_objects: [{ type: 'source', reason: 'Inconsistent object: connection error' }],
    });
    expect((await live.graphql('{ author { name } }')).body).toEqual({ data: { author: [{ name: 'Ann' }] } });
    expect(await sourceNames()).toEqual(['default', 'second']);

    await setAway(false);
    const deadline = Date.now() + 30_000;
    let body: unknown;
    do {
      await sleep(500);
      ({ body } = await live.graphql('{ city { name } }'));
    } while (!JSON.stringify(body).includes('Basel') && Date.now() < deadline);
    expect(body).toEqual({ data: { city: [{ name: 'Basel' }] } });
    expect((await live.request('/healthz?strict=true')).body).toBe('OK');
  },
);

/** Puts the second database out of reach, by another name. */
async function setAway(isAway: boolean): Promise<void> {
  const client = await pgClient(inject('serverUrl'));
  try {
    const name = new URL(second.url).pathname.slice(1);
    const names = isAway ? [name, `${name}_away`] : [`${name}_away`, name];
    await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [
      names[0],
    ]);
    await client.query(`alter database ${names.map((it) => pg.escapeIdentifier(it)).join(' rename to ')}`);
  } finally {
    await client.end();
  }
}
