// What a database records of the rows that are written: by whom, on which operations, with which values.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { must } from '../../src/util/assert.ts';
import type { Recording } from './recording.ts';
import { startRecording } from './recording.ts';

const WEBHOOK = 'http://127.0.0.1:1/none';
const HOSTILE = `it's a "$$" \\table`;
const HOSTILE_COLUMN = `e"; drop table author; -- '$$\\`;

let recording: Recording;

beforeAll(async () => {
  recording = await startRecording({
    sql: `
create table author (id int primary key, name text, age int, data json, doc jsonb, big bigint, amount numeric);
create table parted (id int, part int, primary key (id, part)) partition by list (part);
create table parted_one partition of parted for values in (1);
create schema "Odd";
create table "Odd"."${HOSTILE.replaceAll('"', '""')}" (id int primary key, "${HOSTILE_COLUMN.replaceAll('"', '""')}" text, old int, new int, e int);
create view author_names as select id, name from author;`,
  });
  const { done } = recording;
  for (const table of ['author', 'parted', 'author_names']) await done('pg_track_table', { table });
  await done('pg_track_table', {
    table: { schema: 'Odd', name: HOSTILE },
    configuration: { custom_name: 'odd', column_config: { [HOSTILE_COLUMN]: { custom_name: 'text' } } },
  });
});
afterAll(async () => {
  await recording.stop();
});

async function withTrigger(definition: object, table: unknown = 'author', name = 'changed'): Promise<void> {
  const { live, done } = recording;
  await live.command('pg_delete_event_trigger', { name });
  await recording.client.query('truncate author, parted');
  await done('pg_create_event_trigger', { name, table, webhook: WEBHOOK, ...definition });
}

const ALL = { insert: { columns: '*' }, update: { columns: '*' }, delete: { columns: '*' } };
const row = (more: object) => ({
  id: 1,
  name: null,
  age: null,
  data: null,
  doc: null,
  big: null,
  amount: null,
  ...more,
});

describe('operations', () => {
  it('records the new row, both rows, the old row', async () => {
    await withTrigger(ALL);
    expect(await recording.recorded(`insert into author (id, name) values (1, 'Ann')`)).toEqual([
      { trigger: 'changed', op: 'INSERT', old: null, new: row({ name: 'Ann' }) },
    ]);
    expect(await recording.recorded(`update author set name = 'Ben'`)).toEqual([
      { trigger: 'changed', op: 'UPDATE', old: row({ name: 'Ann' }), new: row({ name: 'Ben' }) },
    ]);
    expect(await recording.recorded(`delete from author`)).toEqual([
      { trigger: 'changed', op: 'DELETE', old: row({ name: 'Ben' }), new: null },
    ]);
  });

  it('records one event a row', async () => {
    await withTrigger({ insert: { columns: '*' } });
    const events = await recording.recorded(`insert into author (id) select generate_series(1, 200)`);
    expect(events).toHaveLength(200);
    expect(await recording.recorded(`update author set name = 'x'; delete from author`)).toEqual([]);
  });

  it('records nothing of what is rolled back', async () => {
    await withTrigger(ALL);
    expect(await recording.recorded(`begin; insert into author (id) values (1); rollback`)).toEqual([]);
  });

  it('names the table, not the partition the row is in', async () => {
    await withTrigger(ALL, 'parted');
    await recording.recorded(`insert into parted values (1, 1)`);
    const { rows } = await recording.client.query(
      'select schema_name, table_name from hdb_catalog.event_log',
    );
    expect(rows).toEqual([{ schema_name: 'public', table_name: 'parted' }]);
  });
});

describe('updates', () => {
  it('count only when the row is another', async () => {
    await withTrigger(ALL);
    await recording.client.query(`insert into author (id, name) values (1, 'Ann')`);
    expect(await recording.recorded(`update author set name = 'Ann', age = null`)).toEqual([]);
    expect(await recording.recorded(`update author set age = 7`)).toHaveLength(1);
    expect(await recording.recorded(`update author set age = null`)).toHaveLength(1);
  });

  it('count only when a listened column has another value', async () => {
    await withTrigger({ update: { columns: ['name', 'age'] } });
    await recording.client.query(`insert into author (id, name) values (1, 'Ann')`);
    expect(await recording.recorded(`update author set doc = '{}', big = 1, data = '{}'`)).toEqual([]);
    expect(await recording.recorded(`update author set age = 1`)).toHaveLength(1);
    expect(await recording.recorded(`update author set name = null`)).toHaveLength(1);
  });

  it.each([
    ['*', '*'],
    ['json', ['data']],
    ['json among others', ['name', 'data']],
  ])('compare types without an equality as they are stored: %s', async (_, columns) => {
    await withTrigger({ update: { columns } });
    await recording.client.query(`insert into author (id, data) values (1, '{"a": 1}'), (2, null)`);
    expect(await recording.recorded(`update author set data = '{"a": 1}' where id = 1`)).toEqual([]);
    expect(await recording.recorded(`update author set data = '{"a": 2}'`)).toHaveLength(2);
    expect(await recording.recorded(`update author set data = null where id = 1`)).toHaveLength(1);
  });
});

describe('payloads', () => {
  it('hold the columns that are named', async () => {
    await withTrigger({
      insert: { columns: '*', payload: ['name', 'id'] },
      update: { columns: ['age'], payload: ['doc'] },
      delete: { columns: '*', payload: ['id'] },
    });
    expect(
      await recording.recorded(
        `insert into author (id, name) values (1, 'Ann'); update author set age = 1, doc = '[1]'; delete from author`,
      ),
    ).toEqual(
      [
        { trigger: 'changed', op: 'INSERT', old: null, new: { id: 1, name: 'Ann' } },
        { trigger: 'changed', op: 'UPDATE', old: { doc: null }, new: { doc: [1] } },
        { trigger: 'changed', op: 'DELETE', old: { id: 1 }, new: null },
      ].toSorted((a, b) => (a.op < b.op ? -1 : 1)),
    );
  });

  it('keep the digits of numbers', async () => {
    await withTrigger({ insert: { columns: '*', payload: ['big', 'amount'] } });
    await recording.recorded(
      `insert into author (id, big, amount) values (1, 9007199254740993, 0.12345678901234567890)`,
    );
    const { rows } = await recording.client.query<{ text: string }>(
      `select payload -> 'data' ->> 'new' as text from hdb_catalog.event_log`,
    );
    expect(rows).toEqual([{ text: '{"big": 9007199254740993, "amount": 0.12345678901234567890}' }]);
  });

  it('hold columns that came after the trigger, and miss those that went', async () => {
    const { client, recorded } = recording;
    await withTrigger(ALL);
    await client.query(`alter table author add later text`);
    expect(await recorded(`insert into author (id, later) values (1, 'x')`)).toEqual([
      { trigger: 'changed', op: 'INSERT', old: null, new: row({ later: 'x' }) },
    ]);
    await client.query(`alter table author drop later`);
    expect(await recorded(`update author set age = 1`)).toEqual([
      { trigger: 'changed', op: 'UPDATE', old: row({}), new: row({ age: 1 }) },
    ]);
  });
});

describe('hostile names', () => {
  it('are recorded as they are', async () => {
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
    const table = `"Odd".${quoted(HOSTILE)}`;
    await withTrigger(
      {
        ...ALL,
        update: { columns: [HOSTILE_COLUMN, 'old', 'e'], payload: [HOSTILE_COLUMN, 'old', 'new', 'e'] },
      },
      { schema: 'Odd', name: HOSTILE },
    );
    expect(
      await recording.recorded(
        `insert into ${table} values (1, 'a', 2, 3, 4); update ${table} set ${quoted(HOSTILE_COLUMN)} = 'b'`,
      ),
    ).toMatchObject([
      { op: 'INSERT', new: { id: 1, [HOSTILE_COLUMN]: 'a', old: 2, new: 3, e: 4 } },
      {
        op: 'UPDATE',
        old: { [HOSTILE_COLUMN]: 'a', old: 2, new: 3, e: 4 },
        new: { [HOSTILE_COLUMN]: 'b', old: 2, new: 3, e: 4 },
      },
    ]);
    const { rows } = await recording.client.query(
      'select distinct schema_name, table_name from hdb_catalog.event_log',
    );
    expect(rows).toEqual([{ schema_name: 'Odd', table_name: HOSTILE }]);
    expect((await recording.client.query('select from author')).rowCount).toBe(0);
  });

  it.each([`'; drop table author; --`, '$$ begin', 'back\\slash"', 'übersprung', 'a b'])(
    'of triggers come with whole metadata: %s',
    async (name) => {
      const { live, recorded, client, objects } = recording;
      await live.command('pg_delete_event_trigger', { name: 'changed' });
      const { body } = await live.command('export_metadata', {});
      const metadata = structuredClone(body) as {
        sources: { tables: { table: { name: string }; event_triggers?: unknown[] }[] }[];
      };
      const author = must(
        metadata.sources[0]?.tables.find(({ table }) => table.name === 'author'),
        'author is tracked',
      );
      author.event_triggers = [
        { name, definition: { insert: { columns: '*', payload: ['id'] } }, webhook: WEBHOOK },
      ];
      expect(await live.command('replace_metadata', { metadata })).toMatchObject({
        status: 200,
        body: { is_consistent: true },
      });
      await client.query('truncate author');
      expect(await recorded('insert into author (id) values (1)')).toEqual([
        { trigger: name, op: 'INSERT', old: null, new: { id: 1 } },
      ]);
      expect(await live.command('replace_metadata', { metadata: body })).toMatchObject({ status: 200 });
      expect(await objects()).toEqual([]);
    },
  );
});

describe('who wrote', () => {
  it('is recorded of mutations, with all session variables and the trace, and null of others', async () => {
    await withTrigger({ insert: { columns: '*', payload: ['id'] } });
    await recording.recorded(`insert into author (id) values (1)`);
    const { body } = await recording.live.graphql('mutation { insert_author_one(object: {id: 2}) { id } }', {
      'x-hasura-role': 'admin',
      'x-hasura-user-id': '7',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(body).toEqual({ data: { insert_author_one: { id: 2 } } });
    const { rows } = await recording.client.query(
      `select payload from hdb_catalog.event_log order by created_at`,
    );
    expect(rows).toEqual([
      {
        payload: {
          op: 'INSERT',
          data: { old: null, new: { id: 1 } },
          session_variables: null,
          trace_context: null,
        },
      },
      {
        payload: {
          op: 'INSERT',
          data: { old: null, new: { id: 2 } },
          session_variables: { 'x-hasura-role': 'admin', 'x-hasura-user-id': '7' },
          trace_context: {
            trace_id: '0af7651916cd43dd8448eb211c80319c',
            span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
            sampling_state: '1',
          },
        },
      },
    ]);
  });

  it('is nobody after a mutation in the same session', async () => {
    const { client, recorded } = recording;
    await withTrigger({ insert: { columns: '*', payload: ['id'] } });
    await client.query(`begin; select set_config('hasura.user', '{"x-hasura-role":"user"}', true); commit`);
    expect(await recorded(`insert into author (id) values (1)`)).toHaveLength(1);
    const { rows } = await client.query(
      `select payload -> 'session_variables' as who from hdb_catalog.event_log`,
    );
    expect(rows).toEqual([{ who: null }]);
  });
});

describe('replication', () => {
  it('is recorded only when the trigger says so', async () => {
    const { recorded, objects, done } = recording;
    const replicated = `set session_replication_role = replica; insert into author (id) values (1); set session_replication_role = origin; truncate author`;
    await withTrigger({ insert: { columns: '*' } });
    expect(await recorded(replicated)).toEqual([]);
    const trigger = {
      name: 'changed',
      table: 'author',
      insert: { columns: '*' },
      webhook: WEBHOOK,
      replace: true,
    };
    await done('pg_create_event_trigger', { ...trigger, trigger_on_replication: true });
    expect(await objects()).toEqual(['notify_hasura_changed_INSERT on public.author always']);
    expect(await recorded(replicated)).toHaveLength(1);
    await done('pg_create_event_trigger', trigger);
    expect(await objects()).toEqual(['notify_hasura_changed_INSERT on public.author']);
    expect(await recorded(replicated)).toEqual([]);
  });
});

it('no view can have one', async () => {
  const trigger = { name: 'on_view', table: 'author_names', insert: { columns: '*' }, webhook: WEBHOOK };
  expect(await recording.live.command('pg_create_event_trigger', trigger)).toMatchObject({
    status: 400,
    body: {
      code: 'invalid-configuration',
      error:
        'Inconsistent object: in table "author_names": in event trigger "on_view": event triggers need the rows of a table, and "author_names" is a view',
    },
  });
});
