// run_sql on a real Postgres behind the local Neon endpoint: results, errors, and the metadata that follows.

import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';

import { startNeonEndpoint } from '../../../scripts/neon/endpoint.ts';
import { HedgeError } from '../../../src/error/hedge-error.ts';
import type { TableMetadata } from '../../../src/metadata/types.ts';
import { must } from '../../../src/util/assert.ts';
import { createProject, type Project } from './project.ts';

let project: Project;
beforeEach(async () => {
  project = await createProject();
});
afterEach(async () => {
  await project.drop();
});

const COMMAND_OK = { result_type: 'CommandOk', result: null };

async function refusal(args: object): Promise<Record<string, unknown>> {
  const before = project.metadata();
  try {
    await project.run(args);
  } catch (error) {
    if (!(error instanceof HedgeError)) throw error;
    expect(project.metadata()).toBe(before);
    const { status, code, path, message, internal } = error;
    return { status, code, path, message, ...(internal === undefined ? {} : { internal }) };
  }
  throw new Error('it was not refused');
}

const trackedTable = (name: string): TableMetadata | undefined =>
  project.metadata().sources[0]?.tables.find(({ table }) => table.name === name);

describe('the result', () => {
  test.each([
    [
      'rows as text, NULL as a word',
      'select id, name, is_admin, null::json as j from author order by id',
      [
        ['id', 'name', 'is_admin', 'j'],
        ['1', 'Ada', 'f', 'NULL'],
        ['2', 'NULL', 'f', 'NULL'],
      ],
    ],
    ['columns of no rows', 'select id from author where false', [['id']]],
    [
      'of the last statement',
      `insert into author (name) values ('a;b'); select count(*) from author;`,
      [['count'], ['3']],
    ],
    ['of RETURNING', `insert into author (name) values ('x') returning name`, [['name'], ['x']]],
    [
      'of a function with a body in dollars',
      `create function one() returns int language plpgsql as $f$ begin return 1; end $f$; select one() as "Eins"`,
      [['Eins'], ['1']],
    ],
    [
      'of two columns with one name',
      'select 1 as a, 2 as a',
      [
        ['a', 'a'],
        ['1', '2'],
      ],
    ],
  ])('is %s', async (_, sql, result) => {
    expect((await project.run({ sql })).answer).toEqual({ result_type: 'TuplesOk', result });
  });

  test.each([
    ['a command', `set time zone 'UTC'`],
    ['an insert', `insert into author (name) values ('x')`],
    ['a last statement that gives no rows', 'select 1; create table more (id int)'],
    ['nothing', ''],
    ['a comment', '-- nothing\n/* at all */;'],
  ])('is CommandOk for %s', async (_, sql) => {
    expect((await project.run({ sql })).answer).toEqual(COMMAND_OK);
  });
});

describe('an error', () => {
  test('carries the fields of Postgres, and undoes all statements', async () => {
    const sql = `insert into author (name) values ('x'); insert into author (id) values (1)`;
    expect(await refusal({ sql })).toEqual({
      status: 400,
      code: 'postgres-error',
      path: '$.args',
      message: 'query execution failed',
      internal: {
        statement: sql,
        prepared: false,
        error: {
          exec_status: 'FatalError',
          status_code: '23505',
          message: 'duplicate key value violates unique constraint "author_pkey"',
          description: 'Key (id)=(1) already exists.',
          hint: null,
        },
        arguments: [],
      },
    });
    expect(await project.value('select count(*)::text from author')).toBe('2');
  });

  test.each([
    ['of syntax', 'selec 1', '42601'],
    ['of syntax where the schema might change', 'alter tabel author', '42601'],
    ['in what is tried out first', 'alter table author drop column nothing', '42703'],
    [
      'at commit',
      'create table a (id int unique deferrable initially deferred); insert into a values (1), (1); comment on table a is null',
      '23505',
    ],
  ])('%s is told as such', async (_, sql, code) => {
    expect(await refusal({ sql })).toMatchObject({
      status: 400,
      code: 'postgres-error',
      internal: { statement: sql, error: { status_code: code } },
    });
  });

  test.each([
    [{}, '$.args', 'key "sql" not found'],
    [{ sql: 1 }, '$.args.sql', 'parsing Text failed, expected String, but encountered Number'],
    [
      { sql: 'select 1', cascade: 'yes' },
      '$.args.cascade',
      'parsing Bool failed, expected Boolean, but encountered String',
    ],
  ])('about the args %j', async (args, path, message) => {
    expect(await refusal(args)).toMatchObject({ code: 'parse-failed', path, message });
  });

  test.each([
    ['begin', 'select 1;\nbegin;\nselect 2', 'line 2: SQL runs in one transaction'],
    ['commit', 'select 1; commit; select 2', 'line 1: SQL runs in one transaction'],
    ['rollback', 'rollback', 'SQL runs in one transaction'],
    ['prepare transaction', `prepare transaction 'x'`, 'SQL runs in one transaction'],
    ['copy from stdin', 'copy author from stdin', 'COPY from STDIN'],
    ['copy to stdout', 'copy author (id) to stdout', 'COPY from STDIN'],
    ['a psql command', '\\connect other\nselect 1', '\\connect is a command of psql'],
  ])('refuses %s', async (_, sql, message) => {
    expect(await refusal({ sql })).toMatchObject({
      status: 400,
      code: 'not-supported',
      path: '$.args',
      message: expect.stringContaining(message) as string,
    });
  });

  test('leaves a BEGIN and COMMIT around everything out, and lets savepoints be', async () => {
    const sql = `begin; insert into author (name) values ('x'); savepoint s; delete from author; rollback to s;
      select count(*) from author; commit;`;
    expect((await project.run({ sql })).answer).toMatchObject({ result: [['count'], ['3']] });
  });
});

describe('the metadata', () => {
  test('is left alone by SQL that only adds', async () => {
    const { committed, schemaChanged } = await project.run({
      sql: 'create table other (id int); alter table author add column age int; create or replace view v as select 1 as a',
    });
    expect({ committed, schemaChanged }).toEqual({ committed: null, schemaChanged: true });
    expect(project.commits()).toBe(0);
    expect(await project.value('select count(age)::text from author')).toBe('0');
  });

  test('is not compared after SQL that cannot change the schema', async () => {
    expect(await project.run({ sql: 'create table other (id int)' })).toMatchObject({ schemaChanged: false });
    expect(await project.run({ sql: 'select 1', check_metadata_consistency: true })).toMatchObject({
      schemaChanged: true,
    });
  });

  test('follows renames of tables and columns in one go, swaps included', async () => {
    await project.run({
      sql: `alter table author rename to writer; alter table writer rename column id to writer_id;
        alter table writer rename column name to tmp; alter table writer rename column email to name;
        alter table writer rename column tmp to email;
        alter table article rename author_id to writer_id; alter table article rename views to seen;
        alter table writer rename is_admin to boss; alter table sales.invoice rename author_id to writer_id;
        alter table sales.invoice set schema public; alter function shout rename to cry;
        alter function search_articles rename to find_articles`,
    });
    expect(trackedTable('author')).toBeUndefined();
    expect(trackedTable('writer')).toMatchObject({
      configuration: { column_config: { email: { custom_name: 'fullName' }, name: { custom_name: 'mail' } } },
      array_relationships: [
        {
          name: 'articles',
          using: {
            foreign_key_constraint_on: { table: { schema: 'public', name: 'article' }, column: 'writer_id' },
          },
        },
        {
          name: 'invoices',
          using: {
            manual_configuration: {
              remote_table: { schema: 'public', name: 'invoice' },
              column_mapping: { writer_id: 'writer_id' },
            },
          },
        },
      ],
      computed_fields: [{ name: 'loud', definition: { function: { schema: 'public', name: 'cry' } } }],
      select_permissions: [
        { permission: { columns: ['writer_id', 'email'], filter: { writer_id: 'X-Hasura-User-Id' } } },
      ],
    });
    expect(trackedTable('article')).toMatchObject({
      object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'writer_id' } }],
      select_permissions: [
        {
          permission: { filter: { _or: [{ author: { boss: true } }, { seen: { _gt: 'X-Hasura-Views' } }] } },
        },
      ],
      insert_permissions: [{ permission: { check: { writer_id: 'X-Hasura-User-Id' }, set: { seen: 0 } } }],
    });
    expect(project.metadata().sources[0]?.functions?.[0]?.function.name).toBe('find_articles');
    expect(await project.inconsistencies()).toEqual([]);
    expect(project.commits()).toBe(1);
  });

  test('knows the rows of enum tables as the SQL leaves them', async () => {
    await project.run({
      sql: "create table colors (value text primary key); insert into colors values ('red')",
    });
    const [source] = project.metadata().sources;
    const colors = { table: { schema: 'public', name: 'colors' }, is_enum: true };
    const metadata = {
      ...project.metadata(),
      sources: [{ ...must(source, 'a source'), tables: [...(source?.tables ?? []), colors] }],
    };
    const { committed } = await project.run(
      {
        sql: `alter table colors rename to paints; alter table paints rename value to name;
          insert into paints values ('blue')`,
      },
      { metadata },
    );
    expect(committed?.metadata.sources[0]?.tables.at(-1)?.table.name).toBe('paints');
    expect(committed?.catalog.enumTables).toEqual([
      {
        schema: 'public',
        name: 'paints',
        values: [
          { value: 'blue', comment: null },
          { value: 'red', comment: null },
        ],
      },
    ]);
    expect(await project.value('select count(*)::text from paints')).toBe('2');
  });

  test.each([
    ['alter table author drop column name', 'permission author.user.select'],
    ['alter table author drop column is_admin', 'permission article.user.select'],
    [
      'alter table article drop column author_id',
      'permission article.user.insert, relationship article.author, relationship author.articles',
    ],
    [
      'alter table article drop constraint article_author_id_fkey',
      'relationship article.author, relationship author.articles',
    ],
    ['drop table sales.invoice', 'relationship author.invoices'],
    ['drop table author cascade', 'permission article.user.select, relationship article.author'],
    ['drop function shout', 'computed field author.loud'],
  ])('keeps «%s» from happening', async (sql, objects) => {
    const listed = objects
      .split(', ')
      .map((object) => `${object} in source "default"`)
      .join(', ');
    expect(await refusal({ sql })).toEqual({
      status: 400,
      code: 'dependency-error',
      path: '$.args',
      message: `cannot drop due to the following dependent objects: ${listed}`,
    });
    expect(await project.inconsistencies()).toEqual([]);
    await project.run({ sql, cascade: true });
    expect(await project.inconsistencies()).toEqual([]);
  });

  test('forgets what is dropped and used by nothing', async () => {
    await project.run({ sql: 'drop function search_articles; alter table author drop column email' });
    expect(project.metadata().sources[0]?.functions).toEqual([]);
    expect(trackedTable('author')?.configuration).toEqual({
      column_config: { name: { custom_name: 'fullName' } },
    });
  });

  test('goes along with what is dropped when told to cascade', async () => {
    await project.run({ sql: 'alter table article drop column author_id', cascade: true });
    expect(trackedTable('article')).toMatchObject({
      object_relationships: [],
      // Its filter went over the relationship that went.
      select_permissions: [],
      insert_permissions: [],
    });
    expect(trackedTable('author')?.array_relationships?.map(({ name }) => name)).toEqual(['invoices']);
    expect(trackedTable('author')?.select_permissions).toHaveLength(1);
  });

  test.each([
    [
      'a value in a filter',
      'alter table author alter is_admin drop default, alter is_admin type text',
      'is_admin',
      'author',
      'permission article.user.select',
    ],
    [
      'a value that is set',
      'alter table article alter views type bigint',
      'views',
      'article',
      'permission article.user.insert',
    ],
  ])('keeps the type of a column that is used with %s', async (_, sql, column, of, objects) => {
    expect(await refusal({ sql, cascade: true })).toMatchObject({
      status: 400,
      code: 'dependency-error',
      message: `cannot change type of column "${column}" in table "${of}" because of the following dependencies: ${objects} in source "default"`,
    });
  });

  test('lets types change that only session variables are compared with', async () => {
    await project.run({ sql: 'alter table author alter column id type bigint' });
    expect(await project.value(`select pg_typeof(id)::text from author limit 1`)).toBe('bigint');
  });

  test('lets a foreign key be made again', async () => {
    await project.run({
      sql: `alter table article drop constraint article_author_id_fkey,
        add constraint other foreign key (author_id) references author (id) on delete cascade`,
    });
    expect(await project.inconsistencies()).toEqual([]);
  });

  test.each([
    [
      'create function search_articles(search text, n int) returns setof article language sql stable as $$ select * from article $$',
      'the following tracked function(s) cannot be overloaded: search_articles',
    ],
    [
      'create or replace function search_articles(search text) returns setof article language sql volatile as $$ select * from article $$',
      'type of function "search_articles" is altered to "VOLATILE" which is not supported now',
    ],
    [
      'alter function search_articles volatile',
      'type of function "search_articles" is altered to "VOLATILE" which is not supported now',
    ],
    [
      'alter function shout volatile',
      'The type of function "shout" associated with computed field "loud" of table "author" is being altered to "VOLATILE"',
    ],
  ])('keeps functions as they can be used: «%s»', async (sql, message) => {
    expect(await refusal({ sql })).toMatchObject({ status: 400, code: 'not-supported', message });
  });

  test('keeps a column from taking the name of a relationship', async () => {
    expect(await refusal({ sql: 'alter table article rename title to author' })).toMatchObject({
      code: 'already-exists',
      message:
        'cannot rename column "title" to "author" in table "article" as a relationship with the name already exists',
    });
  });

  test('follows names of any kind', async () => {
    const odd = `a"b'c\\d:1,2>3 hedge-difference: é${'x'.repeat(20)}`;
    const quoted = `"${odd.replaceAll('"', '""')}"`;
    await project.run({
      sql: `alter table author rename to ${quoted}; alter table ${quoted} rename name to "__proto__";
        alter table ${quoted} rename id to ${quoted}; alter table article rename author_id to constructor`,
    });
    expect(trackedTable(odd)?.select_permissions).toMatchObject([
      { permission: { columns: [odd, '__proto__'], filter: { [odd]: 'X-Hasura-User-Id' } } },
    ]);
    await project.run({
      sql: `alter table ${quoted} rename ${quoted} to id; alter table ${quoted} rename "__proto__" to name;
        alter table article rename constructor to author_id; alter table ${quoted} rename to author`,
    });
    expect(await project.inconsistencies()).toEqual([]);
    expect(trackedTable('author')?.configuration?.column_config).toEqual({
      name: { custom_name: 'fullName' },
      email: { custom_name: 'mail' },
    });
  });

  test('is left as it is when told not to look', async () => {
    const before = project.metadata();
    await project.run({ sql: 'drop table author cascade', check_metadata_consistency: false });
    expect(project.metadata()).toBe(before);
    expect(await project.inconsistencies()).not.toEqual([]);
  });

  test('takes a table that was dropped and made again for another one', async () => {
    await project.run({
      sql: 'drop table sales.invoice; create table sales.invoice (id int)',
      cascade: true,
    });
    expect(trackedTable('invoice')).toBeUndefined();
  });

  test('cannot be lost sight of', async () => {
    expect(await refusal({ sql: 'alter table author rename to writer; reset all' })).toMatchObject({
      code: 'not-supported',
      message: expect.stringContaining('RESET ALL') as string,
    });
    expect(await project.value(`select to_regclass('author')::text`)).toBe('author');
  });
});

describe('what is stored with it', () => {
  const note = (text: string) => ({ sql: 'insert into notes values ($1)', parameters: [text] });
  beforeEach(async () => {
    await project.run({ sql: 'create table notes (t text)' });
  });

  test('is committed together, and told how it will be', async () => {
    await project.run(
      {
        sql: `set role pg_monitor; reset role; set search_path = nowhere; alter table public.author rename to writer`,
      },
      {
        commit: ({ catalog, metadata }) => {
          expect(catalog.tables.map(({ name }) => name)).toContain('writer');
          expect(metadata.sources[0]?.tables[0]?.table.name).toBe('writer');
          return Promise.resolve([{ sql: 'insert into public.notes values ($1)', parameters: ['stored'] }]);
        },
      },
    );
    expect(await project.value('select t from notes')).toBe('stored');
  });

  test('is asked for while the try-out holds no lock, which the real run would wait for on another connection', async () => {
    const sql = 'select pg_advisory_lock(7); alter table author rename to writer';
    await project.run(
      { sql },
      {
        commit: async () => {
          const held = `select count(*)::text from pg_locks where locktype = 'advisory' and objid = 7`;
          expect(await project.value(held)).toBe('0');
          return [];
        },
      },
    );
  });

  test('undoes the SQL when it fails, and the other way round', async () => {
    const sql = 'alter table author rename to writer';
    const broken = () => Promise.resolve([note('x'), { sql: 'select 1/0', parameters: [] }]);
    await expect(project.run({ sql }, { commit: broken })).rejects.toMatchObject({ code: 'postgres-error' });
    const refused = () => Promise.reject(new HedgeError('unexpected', 'no'));
    await expect(project.run({ sql }, { commit: refused })).rejects.toMatchObject({ message: 'no' });
    const storeError = () => new HedgeError('conflict', 'another was first');
    await expect(project.run({ sql }, { commit: broken, storeError })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await project.value(`select to_regclass('author')::text || (select count(*) from notes)`)).toBe(
      'author0',
    );
  });

  test('is not, when others change the same tables meanwhile', async () => {
    const commit = async () => {
      await project.database.query({ sql: 'alter table author rename email to mail', parameters: [] });
      return [note('x')];
    };
    await expect(
      project.run({ sql: 'alter table author rename to writer' }, { commit }),
    ).rejects.toMatchObject({ code: 'conflict', status: 409, path: '$.args' });
    expect(await project.value(`select to_regclass('author')::text || (select count(*) from notes)`)).toBe(
      'author0',
    );
  });
});

describe('how it runs', () => {
  test.each([
    ['writes', `insert into author (name) values ('x')`],
    ['functions that write', "select nextval('author_id_seq')"],
    ['a way out', `set transaction read write; insert into author (name) values ('x')`],
  ])('read_only keeps %s out', async (_, sql) => {
    const { internal } = await refusal({ sql, read_only: true });
    expect(['25006', '25001']).toContain((internal as { error: { status_code: string } }).error.status_code);
  });

  test('read_only reads', async () => {
    expect(
      (await project.run({ sql: 'set local work_mem = 1024; select 1 as one', read_only: true })).answer,
    ).toMatchObject({
      result: [['one'], ['1']],
    });
  });

  test('what cannot be in a transaction runs alone', async () => {
    await project.run({ sql: 'vacuum author' });
    await project.run({ sql: 'create index concurrently on author (name)' });
    expect(await refusal({ sql: 'select 1; vacuum author' })).toMatchObject({
      internal: { error: { status_code: '25001' } },
    });
  });

  test('no_transaction leaves the metadata alone, and says so when it should not', async () => {
    const sql = 'alter table sales.invoice rename to bill';
    expect(await refusal({ sql, no_transaction: true, check_metadata_consistency: true })).toMatchObject({
      code: 'not-supported',
    });
    const before = project.metadata();
    expect(await project.run({ sql, no_transaction: true })).toMatchObject({ schemaChanged: true });
    expect(project.metadata()).toBe(before);
  });

  test('no_transaction keeps what was done before the error', async () => {
    const sql = `insert into author (name) values ('x'); vacuum author; create index concurrently i on author (name);
      do $$ begin insert into author (name) values ('y'); commit; end $$; select 1/0`;
    expect(await refusal({ sql, no_transaction: true })).toMatchObject({ code: 'postgres-error' });
    expect(await project.value('select count(*)::text from author')).toBe('4');
  });
});

test('leaves nothing in a session that another request may get', async () => {
  const endpoint = await startNeonEndpoint({ databaseUrl: inject('serverUrl'), connections: 1 });
  const alone = await createProject(endpoint.url);
  try {
    const settings = `select current_user || ' ' || current_setting('search_path') || ' ' ||
      current_setting('timezone') || ' ' || coalesce(current_setting('my.own', true), '') || ' ' ||
      (select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) || ' ' ||
      coalesce(to_regclass('pg_temp.secret')::text, 'none')`;
    const before = await alone.value(settings);
    const sql = `set role pg_monitor; set search_path = pg_temp; set time zone 'Asia/Tokyo'; set my.own = 'x';
      reset role; create temp table secret (id int); select pg_advisory_lock(1); set session authorization pg_monitor;`;
    await alone.run({ sql });
    expect(await alone.value(settings)).toBe(before);
    await alone.run({
      sql: `${sql} comment on column pg_temp.secret.id is null`.replace(
        'set session authorization pg_monitor;',
        '',
      ),
    });
    expect(await alone.value(settings)).toBe(before);
    await alone.run({ sql: `set role pg_monitor; set time zone 'Asia/Tokyo'`, no_transaction: true });
    expect(await alone.value(settings)).toBe(before);
    await alone.run({ sql: `set role pg_monitor; set time zone 'Asia/Tokyo'`, read_only: true });
    expect(await alone.value(settings)).toBe(before);
    await expect(alone.run({ sql: `set time zone 'Asia/Tokyo'; select 1/0` })).rejects.toThrow();
    expect(await alone.value(settings)).toBe(before);
  } finally {
    await alone.drop();
    await endpoint.stop();
  }
});
