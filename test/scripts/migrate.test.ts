// Migrations on a real Postgres: order, Hasura's record of them, failures with file and line, two runs at once.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { applyMigrations } from '../../scripts/migrate/migrations.ts';
import { readProjectConfig } from '../../scripts/migrate/project-config.ts';
import { applySeeds } from '../../scripts/migrate/seeds.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';

let database: TestDatabase;
let client: pg.Client;
let dir: string;

beforeEach(async () => {
  database = await createTestDatabase();
  client = await pgClient(database.url);
  dir = mkdtempSync(join(tmpdir(), 'hedge-migrate-'));
});
afterEach(async () => {
  await client.end();
  await database.drop();
  rmSync(dir, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return join(dir, 'migrations', 'default');
}

const apply = (folder: string) => applyMigrations(database.url, folder, () => {});
const state = async (): Promise<unknown> =>
  (await client.query('select cli_state from hdb_catalog.hdb_version')).rows[0]?.cli_state;
const exists = async (table: string): Promise<boolean> =>
  (await client.query('select to_regclass($1) is not null as found', [table])).rows[0]?.found as boolean;

describe('migrations', () => {
  test('are applied in the order of their versions, once, and recorded as Hasura does', async () => {
    const folder = write({
      'migrations/default/20_second/up.sql': 'insert into t values (2);',
      'migrations/default/3_first/up.sql': 'create table t (n int); insert into t values (1);',
      'migrations/default/notes.txt': 'not a migration',
    });
    expect(await apply(folder)).toEqual(['3_first', '20_second']);
    expect(await apply(folder)).toEqual([]);
    expect((await client.query('select n from t order by n')).rows).toEqual([{ n: 1 }, { n: 2 }]);
    expect(await state()).toEqual({
      settings: { migration_mode: 'true' },
      migrations: { default: { '3': false, '20': false } },
      isStateCopyCompleted: false,
    });
    expect((await client.query('select version from hdb_catalog.hdb_version')).rows).toEqual([
      { version: '48' },
    ]);
  });

  test('the record of the older CLI counts', async () => {
    await client.query(
      'create schema hdb_catalog; create table hdb_catalog.schema_migrations (version bigint primary key, dirty boolean); insert into hdb_catalog.schema_migrations values (1, false)',
    );
    expect(
      await apply(
        write({ 'migrations/default/1_old/up.sql': 'broken', 'migrations/default/2_new/up.sql': 'select 1' }),
      ),
    ).toEqual(['2_new']);
  });

  test('a failing one names file and line, leaves nothing of itself and keeps those before', async () => {
    const folder = write({
      'migrations/default/1_good/up.sql': 'create table good (n int);',
      'migrations/default/2_bad/up.sql': 'create table bad (n int);\n\nselect *\nfrom nowhere;\n',
    });
    await expect(apply(folder)).rejects.toThrow(/2_bad\/up\.sql:4: relation "nowhere" does not exist/);
    expect([await exists('good'), await exists('bad')]).toEqual([true, false]);
    expect(await state()).toMatchObject({ migrations: { default: { '1': false } } });
    write({ 'migrations/default/2_bad/up.sql': 'create table bad (n int);' });
    expect(await apply(folder)).toEqual(['2_bad']);
  });

  test.each([
    ['create table x (n int);\n-- we commit\nCOMMIT; create table y (n int);', 3],
    ['begin; create table x (n int); end; select 1;', 1],
    ['create table x (n int);\n/* /* rollback */ ; */\nrollback;', 3],
    ['-- hedge:no-transaction\ncreate table x (n int);\nstart transaction;', 3],
  ])('one that ends or begins a transaction is refused before anything runs: %j', async (text, line) => {
    const folder = write({ 'migrations/default/1_x/up.sql': text });
    await expect(apply(folder)).rejects.toThrow(
      new RegExp(`1_x/up\\.sql:${line}: .*leave out begin, commit and rollback`),
    );
    expect([await state(), await exists('x')]).toEqual([{}, false]);
  });

  test('words of transactions in bodies, strings and savepoints are no such thing', async () => {
    const folder = write({
      'migrations/default/1_x/up.sql': `
        create table x (n int);
        create function f() returns int language plpgsql as $f$ begin return 1; commit; end; $f$;
        create function g() returns int language sql begin atomic
          select case when true then 1 end; select 2; end;
        select 'a'';commit', E'\\';commit;', "n"";commit" from (select 1) as t ("n"";commit"); -- ; commit;
        savepoint s; insert into x values (1); rollback to s;`,
    });
    expect(await apply(folder)).toEqual(['1_x']);
  });

  test('the line is right behind characters that JavaScript counts twice', async () => {
    const folder = write({
      'migrations/default/1_x/up.sql': "select '😀😀😀😀';\nselect x from\n\nnowhere;\n",
    });
    await expect(apply(folder)).rejects.toThrow(/1_x\/up\.sql:4: relation "nowhere"/);
  });

  test('an error of a row, which has no position, is at the line of its statement', async () => {
    const text = [
      'create table t (n int primary key);',
      "create function f() returns int language plpgsql as $$ begin raise exception 'no'; end $$;",
      '',
      'insert into t values (1); insert into t values (2);',
      '-- the second one',
      'insert into t',
      '  values (1);',
      'select f();',
    ].join('\n');
    const folder = write({ 'migrations/default/1_x/up.sql': text });
    await expect(apply(folder)).rejects.toThrow(
      /up\.sql:6: duplicate key value violates.*\nDetail: Key \(n\)=\(1\) already exists/,
    );
    write({ 'migrations/default/1_x/up.sql': text.replace('(1);\nselect', '(3);\nselect') });
    await expect(apply(folder)).rejects.toThrow(/up\.sql:8: no/);
  });

  test("a dump's settings do not reach the next file or the record", async () => {
    const folder = write({
      'migrations/default/1_dump/up.sql':
        "select pg_catalog.set_config('search_path', '', false); create table public.d (n int);",
      'migrations/default/2_next/up.sql': 'create table e (n int);',
    });
    expect(await apply(folder)).toEqual(['1_dump', '2_next']);
    expect(await exists('public.e')).toBe(true);
  });

  test('statements that want no transaction say how to get it', async () => {
    const text = 'create index concurrently on t (n);\ncreate index concurrently on t (m); vacuum t;';
    const folder = write({
      'migrations/default/1_t/up.sql': 'create table t (n int, m int);',
      'migrations/default/2_i/up.sql': text,
    });
    await expect(apply(folder)).rejects.toThrow('-- hedge:no-transaction');
    write({ 'migrations/default/2_i/up.sql': `-- hedge:no-transaction\n${text}` });
    expect(await apply(folder)).toEqual(['2_i']);
  });

  test('without a transaction a failure says what stays, and nothing is recorded', async () => {
    const folder = write({
      'migrations/default/1_t/up.sql':
        '-- hedge:no-transaction\ncreate table t (n int unique);\ninsert into t values (1);\n\ninsert into t values (1);',
    });
    await expect(apply(folder)).rejects.toThrow(
      /1_t\/up\.sql:5: duplicate key[^]*The 2 statements before it stay done/,
    );
    expect([await state(), await exists('t')]).toEqual([{}, true]);
  });

  test('a migration that was left dirty stops the run', async () => {
    const folder = write({ 'migrations/default/1_t/up.sql': '', 'migrations/default/2_u/up.sql': '' });
    await apply(folder);
    await client.query(
      `update hdb_catalog.hdb_version set cli_state = '{"migrations":{"default":{"1":true}}}'`,
    );
    await expect(apply(folder)).rejects.toThrow('The migration 1 of default is recorded as dirty');
  });

  test('one that is wrapped in BEGIN and COMMIT runs as if it were not', async () => {
    const folder = write({
      'migrations/default/1_x/up.sql':
        '-- from a dump\nBEGIN;\ncreate table x (n int);\nselect 1;\nCOMMIT;\n',
    });
    expect(await apply(folder)).toEqual(['1_x']);
    write({
      'migrations/default/2_y/up.sql':
        'begin transaction;\ncreate table y (n int);\nselect * from nowhere;\ncommit;',
    });
    await expect(apply(folder)).rejects.toThrow(/2_y\/up\.sql:3: relation "nowhere" does not exist/);
    expect([await exists('x'), await exists('y')]).toEqual([true, false]);
  });

  test('two runs at once apply each migration once', async () => {
    const folder = write({
      'migrations/default/1_t/up.sql': 'create table t (n int); select pg_sleep(0.3);',
    });
    const runs = await Promise.all([apply(folder), apply(folder)]);
    expect(runs.flat()).toEqual(['1_t']);
  });

  test('a version twice and a folder without up.sql are refused', async () => {
    const folder = write({ 'migrations/default/1_a/up.sql': '', 'migrations/default/1_b/up.sql': '' });
    await expect(apply(folder)).rejects.toThrow('have the same version');
    rmSync(join(folder, '1_a'), { recursive: true });
    rmSync(join(folder, '1_b', 'up.sql'));
    await expect(apply(folder)).rejects.toThrow('there is no up.sql');
  });
});

test('seeds are loaded in the order of their names, each wholly or not at all', async () => {
  write({
    'seeds/default/2.sql': 'insert into s values (2);\ninsert into nowhere values (1);',
    'seeds/default/1.sql': 'create table s (n int);',
  });
  await expect(applySeeds(database.url, join(dir, 'seeds', 'default'), () => {})).rejects.toThrow(
    /2\.sql:2: relation "nowhere" does not exist/,
  );
  expect((await client.query('select n from s')).rows).toEqual([]);
});

describe('config.yaml', () => {
  test('absent: the usual folders', async () => {
    expect(await readProjectConfig(dir)).toEqual({
      metadataDirectory: join(dir, 'metadata'),
      migrationsDirectory: join(dir, 'migrations'),
      seedsDirectory: join(dir, 'seeds'),
      server: {
        endpoint: null,
        adminSecret: null,
        insecureSkipTlsVerify: false,
        certificateAuthority: null,
        paths: { v1Metadata: 'v1/metadata', v2Query: 'v2/query' },
      },
    });
  });

  test("Hasura's keys are read or passed over, and the environment comes before them", async () => {
    write({
      'config.yaml':
        'version: 3\nendpoint: http://x\nmetadata_directory: md\nactions:\n  kind: synchronous\n' +
        'admin_secrets: [first, second]\ninsecure_skip_tls_verify: true\napi_paths:\n  v2_query: /hasura/v2/query/\n',
    });
    const config = await readProjectConfig(dir);
    expect(config.metadataDirectory).toBe(join(dir, 'md'));
    expect(config.server).toEqual({
      endpoint: 'http://x',
      adminSecret: 'first',
      insecureSkipTlsVerify: true,
      certificateAuthority: null,
      paths: { v1Metadata: 'v1/metadata', v2Query: 'hasura/v2/query' },
    });
    const over = await readProjectConfig(dir, {
      HASURA_GRAPHQL_ENDPOINT: 'http://y',
      HASURA_GRAPHQL_ADMIN_SECRET: 'own',
      HASURA_GRAPHQL_MIGRATIONS_DIRECTORY: 'sql',
      HASURA_GRAPHQL_API_PATHS_V1_METADATA: 'm',
    });
    expect(over.migrationsDirectory).toBe(join(dir, 'sql'));
    expect(over.server).toMatchObject({
      endpoint: 'http://y',
      adminSecret: 'own',
      paths: { v1Metadata: 'm', v2Query: 'hasura/v2/query' },
    });
  });

  test('mistakes are listed with their lines', async () => {
    write({
      'config.yaml':
        'version: 2\nmetadta_directory: md\nseeds_directory: [a]\napi_paths: [b]\nadmin_secrets: c\n',
    });
    const message = await readProjectConfig(dir).then(String, (e: Error) => e.message);
    expect(message).toMatch(/config\.yaml:1: only version 3/);
    expect(message).toMatch(/config\.yaml:2: config\.yaml has no key "metadta_directory"/);
    expect(message).toMatch(/config\.yaml:3: seeds_directory takes/);
    expect(message).toMatch(/config\.yaml:4: api_paths takes names/);
    expect(message).toMatch(/config\.yaml:5: admin_secrets takes a list/);
  });
});
