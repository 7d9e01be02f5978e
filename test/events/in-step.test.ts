// The functions and triggers of a database and the metadata change together: whatever changes the one changes the other,
// and what fails changes neither.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';
import type { Recording } from './recording.ts';
import { objectsIn, recordedBy, startRecording, SUCCESS } from './recording.ts';

const WEBHOOK = 'http://127.0.0.1:1/none';
const TABLES = `create table author (id int primary key, name text, age int); create table book (id int primary key)`;
const ON_AUTHOR = ['DELETE', 'INSERT', 'UPDATE'].map((op) => `notify_hasura_changed_${op} on public.author`);
const ALL = { insert: { columns: '*' }, update: { columns: '*' }, delete: { columns: '*' } };
const TRIGGER = { name: 'changed', table: 'author', webhook: WEBHOOK, ...ALL };

let recording: Recording;
let second: TestDatabase;
let secondClient: pg.Client;

beforeAll(async () => {
  second = await createTestDatabase();
  secondClient = await pgClient(second.url);
  recording = await startRecording({ env: { SECOND_DATABASE_URL: second.url } });
});
afterAll(async () => {
  await recording.stop();
  await secondClient.end();
  await second.drop();
});
beforeEach(async () => {
  const { client, done, live } = recording;
  await live.command('pg_drop_source', { name: 'second', cascade: true });
  await live.command('replace_metadata', {
    metadata: {
      version: 3,
      sources: [
        {
          name: 'default',
          kind: 'postgres',
          tables: [],
          configuration: fromEnv('HASURA_GRAPHQL_DATABASE_URL'),
        },
      ],
    },
  });
  expect(await recording.objects()).toEqual([]);
  for (const one of [client, secondClient]) {
    await one.query(`drop schema public cascade; create schema public; ${TABLES}`);
  }
  await done('pg_track_tables', { tables: ['author', 'book'].map((table) => ({ table })) });
  await done('pg_create_event_trigger', TRIGGER);
  await client.query('delete from hdb_catalog.event_log');
});

function fromEnv(name: string) {
  return { connection_info: { database_url: { from_env: name } } };
}

async function archived(client: pg.Client): Promise<readonly unknown[]> {
  const { rows } = await client.query<{ archived: boolean }>('select archived from hdb_catalog.event_log');
  return rows.map((row) => row.archived);
}

/** Those in which the column was renamed and the function that reads it was made. */
async function transactions(client: pg.Client): Promise<readonly unknown[]> {
  const { rows } = await client.query(
    `select xmin::text from pg_attribute where attname = 'full_name' union
     select xmin::text from pg_proc where proname = 'notify_hasura_changed_UPDATE'`,
  );
  return rows;
}

describe('a trigger', () => {
  it('that is created brings its functions, and goes with them and its events', async () => {
    const { client, done, objects } = recording;
    expect(await objects()).toEqual(ON_AUTHOR);
    await client.query(`insert into author (id) values (1)`);
    await done('pg_delete_event_trigger', { name: 'changed' });
    expect(await objects()).toEqual([]);
    expect(await archived(client)).toEqual([true]);
    await client.query(`insert into author (id) values (2)`);
    expect(await archived(client)).toEqual([true]);
  });

  it('that is replaced loses the operations it does not name any more', async () => {
    const { client, done, objects } = recording;
    await client.query(`insert into author (id) values (1)`);
    const { insert: _, ...rest } = TRIGGER;
    await done('pg_create_event_trigger', { ...rest, replace: true });
    expect(await objects()).toEqual(ON_AUTHOR.filter((name) => !name.includes('INSERT')));
    expect(await archived(client)).toEqual([false]);
  });

  it('that only is invoked by hand has none', async () => {
    const { done, objects } = recording;
    await done('pg_create_event_trigger', {
      name: 'manual',
      table: 'book',
      webhook: WEBHOOK,
      enable_manual: true,
    });
    expect(await objects()).toEqual(ON_AUTHOR);
  });

  it('that is refused leaves none, in a bulk neither', async () => {
    const { live, objects } = recording;
    const create = { type: 'pg_create_event_trigger', args: { ...TRIGGER, name: 'second' } };
    const refused = { type: 'pg_track_table', args: { table: 'nowhere' } };
    expect((await live.command('bulk', [create, refused])).status).toBe(400);
    const missing = { ...TRIGGER, name: 'second', insert: { columns: '*', payload: ['nme'] } };
    expect(await live.command('pg_create_event_trigger', missing)).toMatchObject({
      status: 400,
      body: {
        code: 'invalid-configuration',
        error:
          'Inconsistent object: in table "author": in event trigger "second": column "nme" does not exist',
        internal: [{ type: 'event_trigger', name: 'event_trigger second in table author in source default' }],
      },
    });
    expect(await objects()).toEqual(ON_AUTHOR);
  });

  it('the database refuses is not in the metadata, and the error says why', async () => {
    const { live, client, objects } = recording;
    await client.query(`create function public.no() returns event_trigger language plpgsql as $$
      begin raise exception 'no triggers here'; end $$;
      create event trigger no on ddl_command_start when tag in ('CREATE TRIGGER') execute function public.no()`);
    const before = await live.command('export_metadata', {});
    expect(await live.command('pg_create_event_trigger', { ...TRIGGER, name: 'second' })).toMatchObject({
      status: 400,
      body: {
        code: 'postgres-error',
        error: 'the event triggers cannot be changed in the database: no triggers here',
      },
    });
    await client.query('drop event trigger no');
    expect(await live.command('export_metadata', {})).toEqual(before);
    expect(await objects()).toEqual(ON_AUTHOR);
  });

  it('goes with its table: untracked, dropped, or with all metadata', async () => {
    const { live, client, done, objects, runSql } = recording;
    await client.query(`insert into author (id) values (1)`);
    await done('pg_untrack_table', { table: 'author' });
    expect(await objects()).toEqual([]);
    expect(await archived(client)).toEqual([true]);
    await done('pg_track_table', { table: 'author' });
    await done('pg_create_event_trigger', TRIGGER);
    await runSql('drop table author');
    expect(await objects()).toEqual([]);
    await done('pg_create_event_trigger', { ...TRIGGER, table: 'book' });
    await live.command('clear_metadata', {});
    expect(await objects()).toEqual([]);
  });

  it('moves to another table with whole metadata', async () => {
    const { live, client, objects } = recording;
    const { body } = await live.command('export_metadata', {});
    const metadata = structuredClone(body) as { sources: { tables: { event_triggers?: unknown }[] }[] };
    const [author, book] = metadata.sources[0]?.tables ?? [];
    Object.assign(book ?? {}, { event_triggers: author?.event_triggers });
    delete author?.event_triggers;
    expect(await live.command('replace_metadata', { metadata })).toMatchObject({ status: 200 });
    expect(await objects()).toEqual(ON_AUTHOR.map((name) => name.replace('author', 'book')));
    expect(
      await recordedBy(client, 'insert into author (id) values (1); insert into book values (2)'),
    ).toMatchObject([{ new: { id: 2 } }]);
  });
});

describe('SQL', () => {
  const updateName = { ...TRIGGER, replace: true, update: { columns: ['name'], payload: ['name'] } };

  it('that renames table and column takes the trigger along', async () => {
    const { client, live, done, runSql, objects } = recording;
    await done('pg_create_event_trigger', updateName);
    await client.query(`insert into author (id, name) values (1, 'Ann')`);
    await runSql('alter table author rename name to full_name; alter table author rename to writer');
    expect(await transactions(client)).toHaveLength(1);
    expect(await objects()).toEqual(ON_AUTHOR.map((name) => name.replace('author', 'writer')));
    expect(await recordedBy(client, `update writer set full_name = 'Ben'`)).toEqual([
      { trigger: 'changed', op: 'UPDATE', old: { full_name: 'Ann' }, new: { full_name: 'Ben' } },
    ]);
    const { rows } = await client.query('select table_name from hdb_catalog.event_log');
    expect(rows).toEqual([{ table_name: 'writer' }]);
    const { body } = await live.command('export_metadata', {});
    expect(JSON.stringify(body)).toContain('"update":{"columns":["full_name"],"payload":["full_name"]}');
  });

  it('that drops a column a trigger names is refused, and with cascade drops the trigger', async () => {
    const { client, live, done, runSql, objects } = recording;
    await done('pg_create_event_trigger', updateName);
    await client.query(`insert into author (id) values (1)`);
    const sql = 'alter table author drop column name';
    expect(await live.command('run_sql', { sql }, { path: '/v2/query' })).toMatchObject({
      status: 400,
      body: {
        code: 'dependency-error',
        error:
          'cannot drop due to the following dependent objects: event-trigger author.changed in source "default"',
      },
    });
    expect(await objects()).toEqual(ON_AUTHOR);
    await runSql(sql, { cascade: true });
    expect(await objects()).toEqual([]);
    expect(await archived(client)).toEqual([true]);
  });

  it('that fails leaves the trigger', async () => {
    const { live, objects } = recording;
    const sql = 'alter table author rename to writer; select 1 / 0';
    expect((await live.command('run_sql', { sql }, { path: '/v2/query' })).status).toBe(400);
    expect(await objects()).toEqual(ON_AUTHOR);
  });
});

describe('what the metadata does not say', () => {
  it('is left alone, and what it says and is lost comes back with the next change', async () => {
    const { client, done, objects } = recording;
    await client.query(
      `create function hdb_catalog."notify_hasura_others_INSERT"() returns trigger language plpgsql as $$ begin return null; end $$`,
    );
    await client.query(`drop function hdb_catalog."notify_hasura_changed_INSERT"() cascade`);
    await client.query(`drop trigger "notify_hasura_changed_UPDATE" on author`);
    await done('pg_untrack_table', { table: 'book' });
    expect(await objects()).toEqual([...ON_AUTHOR, 'notify_hasura_others_INSERT']);
    await client.query(`drop function hdb_catalog."notify_hasura_others_INSERT"() cascade`);
  });

  it('of a trigger that cannot be any more stays as it was', async () => {
    const { client, live, objects } = recording;
    await recording.done('pg_create_event_trigger', {
      ...TRIGGER,
      replace: true,
      update: { columns: ['name'] },
    });
    await client.query('alter table author drop column name');
    expect(await live.command('reload_metadata', {})).toMatchObject({
      body: {
        is_consistent: false,
        inconsistent_objects: [{ name: 'event_trigger changed in table author in source default' }],
      },
    });
    expect(await objects()).toEqual(ON_AUTHOR);
    await recording.done('drop_inconsistent_metadata', {});
    expect(await objects()).toEqual([]);
  });

  it('is made anew on demand', async () => {
    const { client, live } = recording;
    const ids = async () =>
      (await client.query(`select oid from pg_trigger where tgname like 'notify%' order by 1`)).rows;
    const xmin = async () =>
      (
        await client.query(
          `select xmin::text from pg_proc where proname like 'notify_hasura_%' order by proname`,
        )
      ).rows;
    const [before, version] = [await ids(), await xmin()];
    await live.command('reload_metadata', {});
    expect(await xmin()).toEqual(version);
    expect(await live.command('reload_metadata', { recreate_event_triggers: ['other'] })).toMatchObject({
      status: 400,
      body: { code: 'not-exists', error: 'Source with name "other" does not exist' },
    });
    expect(await xmin()).toEqual(version);
    await live.command('reload_metadata', { recreate_event_triggers: true });
    expect(await xmin()).not.toEqual(version);
    expect(await ids()).toHaveLength(before.length);
  });
});

describe('what Hasura made', () => {
  /** Of the shape that Hasura gives its functions: they name every column. */
  const HASURA = `create or replace function hdb_catalog."notify_hasura_changed_UPDATE"() returns trigger language plpgsql as $$
    declare _old record; _new record;
    begin
      _old := row((select "e" from (select old."id", old."name", old."age") as "e"));
      _new := row((select "e" from (select new."id", new."name", new."age") as "e"));
      if _old <> _new then
        perform hdb_catalog.insert_event_log('public', 'author', 'changed', tg_op, json_build_object(
          'old', row_to_json((select "e" from (select old."id", old."name", old."age") as "e")),
          'new', row_to_json((select "e" from (select new."id", new."name", new."age") as "e"))));
      end if;
      return null;
    end $$`;

  it('goes on recording, before and after the first change by us, and after renames', async () => {
    const { client, done, runSql, recorded } = recording;
    const ids = async () =>
      (await client.query(`select oid from pg_trigger where tgname like 'notify%' order by 1`)).rows;
    const before = await ids();
    await client.query(HASURA);
    await client.query('insert into author (id) values (1)');
    const first = [{ trigger: 'changed', op: 'UPDATE', new: { id: 1, name: null, age: 1 } }];
    expect(await recorded('update author set age = 1')).toMatchObject(first);
    await done('pg_untrack_table', { table: 'book' });
    expect(await recorded('update author set age = 2')).toMatchObject([{ new: { age: 2 } }]);
    // No lock on the table was needed for that.
    expect(await ids()).toEqual(before);
    await client.query(HASURA);
    await runSql('alter table author rename age to years');
    expect(await recorded('update author set years = 3')).toMatchObject([{ new: { years: 3 } }]);
  });
});

describe('a source in another database', () => {
  beforeEach(async () => {
    const { done } = recording;
    await secondClient.query('drop schema if exists hdb_catalog cascade');
    await done('pg_add_source', {
      name: 'second',
      configuration: fromEnv('SECOND_DATABASE_URL'),
      customization: { root_fields: { prefix: 's_' }, type_names: { prefix: 's_' } },
    });
    await done('pg_track_table', { source: 'second', table: 'author' });
  });

  it('gets tables of events with its first trigger, and a trigger of the same name', async () => {
    const { done, objects } = recording;
    expect((await secondClient.query(`select to_regnamespace('hdb_catalog') as there`)).rows).toEqual([
      { there: null },
    ]);
    await done('pg_create_event_trigger', { ...TRIGGER, source: 'second' });
    expect(
      (await secondClient.query('select version from hdb_catalog.hdb_source_catalog_version')).rows,
    ).toEqual([{ version: '3' }]);
    expect(await recordedBy(secondClient, 'insert into author (id) values (1)')).toHaveLength(1);
    await done('pg_delete_event_trigger', { name: 'changed' });
    expect(await objects()).toEqual([]);
    expect(await objectsIn(secondClient)).toEqual(ON_AUTHOR);
  });

  it('keeps its triggers when it is renamed, and loses them when it is dropped', async () => {
    const { done } = recording;
    await done('pg_create_event_trigger', { ...TRIGGER, source: 'second' });
    await secondClient.query('insert into author (id) values (1)');
    await done('rename_source', { name: 'second', new_name: 'other' });
    expect(await objectsIn(secondClient)).toEqual(ON_AUTHOR);
    expect(await archived(secondClient)).toEqual([false]);
    await done('pg_drop_source', { name: 'other', cascade: true });
    expect(await objectsIn(secondClient)).toEqual([]);
    expect(await archived(secondClient)).toEqual([true]);
  });

  it('is followed through renames by SQL, in its transaction', async () => {
    const { done, runSql, live } = recording;
    await done('pg_create_event_trigger', { ...TRIGGER, source: 'second', update: { columns: ['name'] } });
    await runSql('alter table author rename name to full_name', { source: 'second' });
    expect(await transactions(secondClient)).toHaveLength(1);
    await secondClient.query(`insert into author (id) values (1)`);
    expect(await recordedBy(secondClient, `update author set full_name = 'x'`)).toHaveLength(1);
    const failing = { source: 'second', sql: 'alter table author rename to writer; select 1 / 0' };
    expect((await live.command('run_sql', failing, { path: '/v2/query' })).status).toBe(400);
    expect(await objectsIn(secondClient)).toEqual(ON_AUTHOR);
  });

  it('moves with its triggers to another database', async () => {
    const { done, live, objects } = recording;
    await done('pg_create_event_trigger', { ...TRIGGER, source: 'second', name: 'moved' });
    expect(
      await live.command('pg_update_source', {
        name: 'second',
        configuration: fromEnv('HASURA_GRAPHQL_DATABASE_URL'),
      }),
    ).toEqual(SUCCESS);
    expect(await objectsIn(secondClient)).toEqual([]);
    expect(await objects()).toEqual([
      ...ON_AUTHOR,
      ...ON_AUTHOR.map((name) => name.replace('changed', 'moved')),
    ]);
    await done('pg_delete_event_trigger', { source: 'second', name: 'moved' });
    expect(await objects()).toEqual(ON_AUTHOR);
  });

  it('of another version of Hasura gets no trigger', async () => {
    const { live } = recording;
    await secondClient.query(`create schema hdb_catalog;
      create table hdb_catalog.hdb_source_catalog_version (version text, upgraded_on timestamptz);
      insert into hdb_catalog.hdb_source_catalog_version values ('1', now())`);
    expect(await live.command('pg_create_event_trigger', { ...TRIGGER, source: 'second' })).toMatchObject({
      status: 400,
      body: {
        code: 'invalid-configuration',
        error: expect.stringContaining('not those of version 3') as string,
      },
    });
    expect(await objectsIn(secondClient)).toEqual([]);
  });
});

describe('a source whose database is gone', () => {
  it('can be dropped with its triggers, and keeps no other from changing', async () => {
    const { done, live, objects } = recording;
    const third = await createTestDatabase({ sql: TABLES });
    await done('pg_add_source', {
      name: 'third',
      configuration: { connection_info: { database_url: third.url } },
      customization: { root_fields: { prefix: 't_' }, type_names: { prefix: 't_' } },
    });
    await done('pg_track_table', { source: 'third', table: 'author' });
    await done('pg_create_event_trigger', { ...TRIGGER, source: 'third' });
    await third.drop();
    await live.command('reload_metadata', {});
    await done('pg_create_event_trigger', { ...TRIGGER, name: 'more', table: 'book' });
    expect(await objects()).toHaveLength(2 * ON_AUTHOR.length);
    await done('pg_drop_source', { name: 'third', cascade: true });
    expect(JSON.stringify(await live.command('export_metadata', {}))).not.toContain('third');
  });
});

describe('two writers at once', () => {
  it('both get their triggers', async () => {
    const { live, objects } = recording;
    const names = ['one', 'two', 'three'];
    const answers = await Promise.all(
      names.map((name) =>
        live.command('pg_create_event_trigger', {
          name,
          table: 'author',
          webhook: WEBHOOK,
          insert: { columns: '*' },
        }),
      ),
    );
    expect(answers).toEqual(names.map(() => SUCCESS));
    expect(await objects()).toEqual(
      [...ON_AUTHOR, ...names.map((name) => `notify_hasura_${name}_INSERT on public.author`)].toSorted(),
    );
  });
});
