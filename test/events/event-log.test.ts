// The commands about events: invoking by hand, reading the logs, having an event delivered again.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Recording } from './recording.ts';
import { startRecording, SUCCESS } from './recording.ts';

const WEBHOOK = 'http://127.0.0.1:1/none';
const NAME = 'changed';

let recording: Recording;

beforeAll(async () => {
  recording = await startRecording({ sql: 'create table author (id int primary key, big bigint)' });
  await recording.done('pg_track_table', { table: 'author' });
});
afterAll(async () => {
  await recording.stop();
});

async function ask(type: string, args: unknown): Promise<unknown> {
  const { status, body } = await recording.live.command(type, args);
  expect(status).toBe(200);
  return body;
}

async function refusal(type: string, args: unknown): Promise<unknown> {
  const { status, body } = await recording.live.command(type, args);
  expect(status).toBe(400);
  return body;
}

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as string;

it('a trigger and its first event by hand come in one bulk, and the logs are empty before', async () => {
  const { live } = recording;
  const create = {
    name: NAME,
    table: 'author',
    insert: { columns: '*' },
    enable_manual: true,
    webhook: WEBHOOK,
  };
  const answer = await live.command('bulk', [
    { type: 'pg_create_event_trigger', args: create },
    { type: 'pg_get_event_logs', args: { name: NAME } },
    { type: 'pg_invoke_event_trigger', args: { name: NAME, payload: { some: ['value'] } } },
  ]);
  expect(answer).toEqual({
    status: 200,
    body: [{ message: 'success' }, [], { event_id: expect.any(String) as string }],
  });
});

describe('by hand', () => {
  it('an event is recorded as MANUAL, of the trigger’s table', async () => {
    await recording.client.query('delete from hdb_catalog.event_log');
    const { event_id: id } = (await ask('pg_invoke_event_trigger', {
      name: NAME,
      source: 'default',
      payload: 1,
    })) as { event_id: string };
    expect(await ask('pg_get_event_by_id', { event_id: id })).toEqual({
      event: {
        id,
        schema_name: 'public',
        table_name: 'author',
        trigger_name: NAME,
        payload: {
          op: 'MANUAL',
          data: { old: null, new: 1 },
          session_variables: { 'x-hasura-role': 'admin' },
          trace_context: null,
        },
        delivered: false,
        error: false,
        tries: 0,
        created_at: TIME,
        locked: null,
        next_retry_at: null,
        archived: false,
      },
      invocations: [],
    });
  });

  it('only triggers that allow it are invoked', async () => {
    await recording.done('pg_create_event_trigger', {
      name: 'automatic',
      table: 'author',
      insert: { columns: '*' },
      webhook: WEBHOOK,
    });
    expect(await refusal('pg_invoke_event_trigger', { name: 'automatic', payload: {} })).toMatchObject({
      code: 'not-supported',
      error: 'manual mode is not enabled for event trigger',
      path: '$.args',
    });
    await recording.done('pg_delete_event_trigger', { name: 'automatic' });
  });

  it('is for administrators', async () => {
    const asUser = { headers: { 'x-hasura-role': 'user' } };
    const answer = await recording.live.command(
      'pg_invoke_event_trigger',
      { name: NAME, payload: {} },
      asUser,
    );
    expect(answer).toMatchObject({ status: 400, body: { code: 'access-denied' } });
  });
});

describe('logs', () => {
  beforeAll(async () => {
    await recording.client.query(`
delete from hdb_catalog.event_log;
insert into author values (1, 9007199254740993);
update hdb_catalog.event_log set id = 'pending', created_at = '2026-01-02 03:04:05.678901';
insert into hdb_catalog.event_log (id, schema_name, table_name, trigger_name, payload, delivered, error, archived, tries, created_at, locked, next_retry_at)
  select id, 'public', 'author', trigger, '{}', delivered, error, archived, 2, created, locked, next
  from (values
    ('delivered', '${NAME}', true, false, false, '2026-01-02 00:00:01'::timestamp, null::timestamptz, null::timestamp),
    ('failed', '${NAME}', false, true, false, '2026-01-02 00:00:02', null, null),
    ('archived', '${NAME}', true, false, true, '2026-01-02 00:00:03', null, null),
    ('locked', '${NAME}', false, false, false, '2026-01-02 00:00:04', now(), '2026-01-02 00:00:05'),
    ('stale', '${NAME}', false, true, false, '2026-01-02 00:00:05', now() - interval '31 minutes', null),
    ('of another', 'other', false, false, false, '2026-01-02 00:00:06', null, null)
  ) v (id, trigger, delivered, error, archived, created, locked, next);
insert into hdb_catalog.event_invocation_logs (id, trigger_name, event_id, status, request, response, created_at)
  select 'try ' || n, '${NAME}', 'failed', case n when 3 then null else 500 end, '{"version": "2"}', json_build_object('n', n), '2026-01-02'::timestamp + n * interval '1 second'
  from generate_series(1, 3) n`);
  });

  const ids = async (args: object): Promise<readonly string[]> =>
    ((await ask('pg_get_event_logs', { name: NAME, ...args })) as { id: string }[]).map(({ id }) => id);

  it('list the events of a trigger, newest first', async () => {
    expect(await ids({})).toEqual(['pending', 'stale', 'locked', 'archived', 'failed', 'delivered']);
    expect(await ids({ limit: 2, offset: 1 })).toEqual(['stale', 'locked']);
    expect(await ids({ status: 'pending' })).toEqual(['pending', 'locked']);
    expect(await ids({ status: 'processed' })).toEqual(['stale', 'failed', 'delivered']);
  });

  it('keep the digits of what was recorded', async () => {
    const response = await fetch(`${recording.live.url}/v1/metadata`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hasura-admin-secret': 'test-admin-secret' },
      body: JSON.stringify({ type: 'pg_get_event_logs', args: { name: NAME, limit: 1 } }),
    });
    expect(await response.text()).toContain('"new":{"id":1,"big":9007199254740993}');
  });

  it('list the deliveries, of a trigger and of an event', async () => {
    const first = {
      id: 'try 3',
      trigger_name: NAME,
      event_id: 'failed',
      http_status: null,
      request: { version: '2' },
      response: { n: 3 },
      created_at: '2026-01-02T00:00:03.000000Z',
    };
    expect(await ask('pg_get_event_invocation_logs', { name: NAME, limit: 1 })).toEqual([first]);
    expect(await ask('pg_get_event_invocation_logs', { name: NAME, offset: 2 })).toMatchObject([
      { id: 'try 1' },
    ]);
    expect(await ask('pg_get_event_by_id', { event_id: 'failed', invocation_log_limit: 1 })).toMatchObject({
      event: { id: 'failed', error: true, created_at: '2026-01-02T00:00:02.000000Z' },
      invocations: [first],
    });
  });

  it('refuse what is not there', async () => {
    for (const type of ['pg_get_event_logs', 'pg_get_event_invocation_logs']) {
      expect(await refusal(type, { name: 'none' })).toEqual({
        path: '$.args',
        error: 'event trigger "none" does not exist',
        code: 'not-exists',
      });
      expect(await refusal(type, { name: NAME, source: 'none' })).toMatchObject({
        error: 'source with name "none" does not exist',
      });
    }
    expect(await refusal('pg_get_event_by_id', { event_id: `'; --` })).toMatchObject({
      error: `event id '; -- does not exist`,
      code: 'not-exists',
    });
    expect(await refusal('pg_get_event_logs', { name: NAME, limit: -1 })).toHaveProperty(
      'code',
      'data-exception',
    );
  });

  it('an event that failed is pending again', async () => {
    const again = async (id: string) => await recording.live.command('pg_redeliver_event', { event_id: id });
    expect(await again('failed')).toEqual(SUCCESS);
    expect(await again('stale')).toEqual(SUCCESS);
    expect(await again('locked')).toMatchObject({
      status: 400,
      body: { code: 'busy', error: 'event is already being processed', path: '$.args' },
    });
    expect(await again('none')).toMatchObject({
      status: 400,
      body: { code: 'not-exists', error: 'event not found' },
    });
    expect(await ids({ status: 'pending' })).toEqual(['pending', 'stale', 'locked', 'failed']);
    const { rows } = await recording.client.query(
      `select id, tries from hdb_catalog.event_log where tries = 0 order by id`,
    );
    expect(rows.map(({ id }: { id: string }) => id)).toEqual(['failed', 'pending', 'stale']);
  });
});
