// `hedge migrate` and `hedge metadata` against a live worker: what they do there, to the files, and what they say.

import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../../scripts/database/free-port.ts';
import { createTestDatabase, pgClient, type TestDatabase } from '../support/database.ts';
import { ADMIN_SECRET } from '../support/hedge.ts';
import { type Live, startLive } from '../support/live.ts';
import { copyProject, type Ended, runHedge } from './support.ts';

let live: Live;
let database: TestDatabase;
/** Where nobody listens. */
let nowhere: string;
let project: Awaited<ReturnType<typeof copyProject>>;
beforeAll(async () => {
  project = await copyProject();
  database = await createTestDatabase();
  live = await startLive({ database, env: { NOTES_DATABASE_URL: database.url } });
  nowhere = `http://127.0.0.1:${await freePort()}`;
});
afterAll(async () => {
  await live.stop();
  await database.drop();
  await project.remove();
});

const TABLE_FILE = 'metadata/databases/default/tables/public_notes.yaml';

async function hedge(...args: readonly string[]): Promise<Ended> {
  return await runHedge([...args, '--endpoint', live.url, '--admin-secret', ADMIN_SECRET], {
    cwd: project.dir,
  });
}

async function runSql(sql: string): Promise<void> {
  const client = await pgClient(live.database.url);
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function catalogState(): Promise<unknown> {
  return ((await live.command('get_catalog_state', {})).body as { readonly cli_state: unknown }).cli_state;
}

describe('a project and a server', { timeout: 120_000 }, () => {
  it('shows and applies migrations, and records them as Hasura does', async () => {
    const status = await hedge('migrate', 'status');
    expect(status.stdout).toMatch(/VERSION +NAME +SOURCE STATUS +DATABASE STATUS/);
    expect(status.stdout).toMatch(/1700000000000 +notes +Present +Not Present/);

    const dry = await hedge('migrate', 'apply', '--dry-run');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/1700000000000_notes +up/) });
    expect((await hedge('migrate', 'status')).stdout).toContain('Not Present');

    const applied = await hedge('migrate', 'apply', '--all-databases');
    expect(applied).toMatchObject({ code: 0, stdout: '' });
    expect((await hedge('migrate', 'status', '--database-name', 'default')).stdout).toMatch(
      /1700000000000 +notes +Present +Present/,
    );
    expect(await catalogState()).toEqual({
      settings: { migration_mode: 'true' },
      migrations: { default: { '1700000000000': false } },
      isStateCopyCompleted: false,
    });
    expect((await hedge('migrate', 'apply')).stderr).toContain('Nothing to apply on database default.');
  });

  it('keeps a migration that fails unapplied, in the words of Postgres', async () => {
    const created = await hedge('migrate', 'create', 'broken', '--up-sql', 'create table x ();\nselekt 1;');
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d{13}_broken\n$/) });
    const name = created.stdout.trim();
    const failed = await hedge('migrate', 'apply');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(
      `migrations/default/${name}/up.sql: syntax error at or near "selekt" (42601)`,
    );
    expect(await catalogState()).toMatchObject({ migrations: { default: { '1700000000000': false } } });
    await expect(runSql('select from x')).rejects.toThrow('does not exist');

    await writeFile(
      join(project.dir, 'migrations/default', name, 'up.sql'),
      'create table x (id int primary key);',
    );
    await writeFile(join(project.dir, 'migrations/default', name, 'down.sql'), 'drop table x;');
    expect((await hedge('migrate', 'apply', '--up', '1')).code).toBe(0);
    await runSql('select from x');
    expect((await hedge('migrate', 'apply', '--down', '1')).code).toBe(0);
    await expect(runSql('select from x')).rejects.toThrow('does not exist');
    expect((await hedge('migrate', 'apply', '--skip-execution')).code).toBe(0);
    await expect(runSql('select from x')).rejects.toThrow('does not exist');
    expect((await hedge('migrate', 'delete', '--version', name.slice(0, 13))).code).toBe(0);
    expect(existsSync(join(project.dir, 'migrations/default', name))).toBe(false);
    expect(await catalogState()).toMatchObject({ migrations: { default: { '1700000000000': false } } });
  });

  it('compares and applies metadata', async () => {
    const before = await hedge('metadata', 'diff');
    expect(before.stdout).toContain('+++ project/databases/default/tables/public_notes.yaml');
    expect(before.stdout).toContain('+  - role: reader');
    const dry = await hedge('metadata', 'apply', '--dry-run', '-o', 'json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ version: 3, sources: [{ name: 'default' }] });
    expect(await live.graphql('{ notes { id } }')).toMatchObject({ body: { errors: [{}] } });

    expect(await hedge('metadata', 'apply')).toMatchObject({ code: 0, stdout: '' });
    await runSql("insert into notes values (1, 'draft', false), (2, 'news', true)");
    expect(await live.graphql('{ notes { title } }', { 'x-hasura-role': 'reader' })).toEqual({
      status: 200,
      body: { data: { notes: [{ title: 'news' }] } },
    });
    const after = await hedge('metadata', 'diff');
    expect(after).toMatchObject({ code: 0, stdout: '' });
  });

  it("exports what was changed on the server into the project's files", async () => {
    await live.command('pg_drop_select_permission', { table: 'notes', role: 'reader' });
    await live.command('pg_create_select_permission', {
      table: 'notes',
      role: 'guest',
      permission: { columns: ['title'], filter: {} },
    });
    const diff = await hedge('metadata', 'diff');
    expect(diff.stdout).toMatch(/^- {2}- role: guest$/m);
    expect(diff.stdout).toMatch(/^\+ {2}- role: reader$/m);
    const printed = await hedge('metadata', 'export', '-o', 'yaml');
    expect(printed.stdout).toContain('role: guest');
    expect(await readFile(join(project.dir, TABLE_FILE), 'utf8')).not.toContain('guest');

    const exported = await hedge('metadata', 'export');
    expect(exported).toMatchObject({ code: 0, stderr: expect.stringContaining(TABLE_FILE) });
    const text = await readFile(join(project.dir, TABLE_FILE), 'utf8');
    expect(text).toContain('role: guest');
    expect(text).not.toContain('role: reader');
    expect((await hedge('metadata', 'diff')).stdout).toBe('');
    expect((await hedge('metadata', 'export')).stderr).toContain('0 files changed');
  });

  it('tells what is inconsistent, and drops it', async () => {
    expect(await hedge('metadata', 'ic', 'status')).toMatchObject({ code: 0 });
    await runSql('alter table notes rename to memos');
    expect((await hedge('metadata', 'reload')).stderr).toContain('inconsistent');
    const list = await hedge('metadata', 'inconsistency', 'list');
    expect(list.stdout).toMatch(/NAME +TYPE +DESCRIPTION +REASON/);
    expect(list.stdout).toContain('no such table/view exists in source: "notes"');
    expect(await hedge('metadata', 'inconsistency', 'status')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The metadata is inconsistent (1 object)'),
    });
    const refused = await hedge('metadata', 'apply', '--disallow-inconsistent-metadata');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('inconsistent');
    expect((await hedge('metadata', 'apply')).stderr).toMatch(/warning: .*\n.*no such table/);

    expect((await hedge('metadata', 'inconsistency', 'drop')).code).toBe(0);
    expect((await hedge('metadata', 'inconsistency', 'status')).code).toBe(0);
    await runSql('alter table memos rename to notes');
  });

  it('clears metadata', async () => {
    expect((await hedge('metadata', 'apply')).code).toBe(0);
    expect((await hedge('metadata', 'clear')).code).toBe(0);
    expect(await live.graphql('{ notes { id } }')).toMatchObject({ body: { errors: [{}] } });
  });

  it('squashes migrations into one that does the same', async () => {
    for (const [name, up, down] of [
      ['a', 'create table a ()', 'drop table a'],
      ['b', 'create table b ();', 'drop table b; -- last'],
    ] as const) {
      expect((await hedge('migrate', 'create', name, '--up-sql', up, '--down-sql', down)).code).toBe(0);
    }
    const folder = join(project.dir, 'migrations/default');
    const from = (await readdir(folder)).find((name) => name.endsWith('_a'))?.slice(0, 13) ?? '';
    const squashed = await hedge('migrate', 'squash', '--from', from, '--name', 'both', '--delete-source');
    expect(squashed.code).toBe(0);
    expect((await readdir(folder)).map((name) => name.slice(14)).sort()).toEqual(['both', 'notes']);
    expect((await hedge('migrate', 'apply')).code).toBe(0);
    await runSql('select from a, b');
    expect((await hedge('migrate', 'apply', '--goto', '1700000000000')).code).toBe(0);
    await expect(runSql('select from b')).rejects.toThrow('does not exist');
  });
});

describe('settings', { timeout: 120_000 }, () => {
  it('come from flags, then the environment, then the env file, then config.yaml', async () => {
    const run = async (env: Record<string, string>, ...args: readonly string[]): Promise<Ended> =>
      await runHedge(['metadata', 'inconsistency', 'status', ...args], { cwd: project.dir, env });
    const secret = { HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET };
    await writeFile(join(project.dir, 'config.yaml'), `version: 3\nendpoint: ${live.url}\n`);
    expect((await run(secret)).code).toBe(0);
    await writeFile(join(project.dir, '.env'), `HASURA_GRAPHQL_ENDPOINT=${nowhere}\n`);
    expect(await run(secret)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing answers at 127.0.0.1:'),
    });
    expect((await run({ ...secret, HASURA_GRAPHQL_ENDPOINT: live.url })).code).toBe(0);
    expect((await run({ ...secret, HASURA_GRAPHQL_ENDPOINT: nowhere }, '--endpoint', live.url)).code).toBe(0);
    await writeFile(
      join(project.dir, 'other.env'),
      `HASURA_GRAPHQL_ENDPOINT=${live.url}\nHASURA_GRAPHQL_ADMIN_SECRET=${ADMIN_SECRET}\n`,
    );
    expect((await run({}, '--envfile', 'other.env')).code).toBe(0);
  });

  it.each([
    ['--endpoint', 'nowhere', /Nothing answers at 127\.0\.0\.1:\d+: is the server running there\?/],
    ['--endpoint', 'ftp://x', /The endpoint is not an address of a server/],
    ['--admin-secret', 'hunter2', /refuses the admin secret\. Give the right one/],
    ['--project', '/nonexistent/project', /There is no folder \/nonexistent\/project/],
  ])('%s %s: one sentence, without the secret', async (flag, value, text) => {
    const args = ['metadata', 'export', '-o', 'json', '--endpoint', live.url, '--admin-secret', ADMIN_SECRET];
    const wrong = await runHedge([...args, flag, value === 'nowhere' ? nowhere : value], {
      cwd: project.dir,
    });
    expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(text);
    expect(wrong.stderr).not.toMatch(/hunter2|\n {4}at /);
  });

  it('says when no secret is given, and when something else answers', async () => {
    const { stderr } = await runHedge(['metadata', 'clear', '--endpoint', live.url], { cwd: project.dir });
    expect(stderr).toContain('asks for an admin secret. Give it with --admin-secret');
    const server = createServer((_, response) => response.end('<html>'));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
    });
    const other = await runHedge(['metadata', 'clear', '--endpoint', `http://127.0.0.1:${port}`], {
      cwd: project.dir,
    });
    server.close();
    expect(other.stderr).toContain('and not as a GraphQL engine does: is the endpoint right?');
  });

  it('are refused where they contradict one another', async () => {
    const both = await hedge('migrate', 'apply', '--all-databases', '--database-name', 'default');
    expect(both.stderr).toContain('--database-name and --all-databases exclude each other.');
    const unknown = await hedge('migrate', 'status', '--database-name', 'other');
    expect(unknown.stderr).toContain('The server has no database "other"; it has: default.');
    expect((await hedge('migrate', 'create', 'a b')).stderr).toContain('letters, digits, _ and -');
    expect((await hedge('migrate', 'delete', '--all')).stderr).toContain('add --force');
    expect((await hedge('migrate', 'create', 'x', '--from-server')).stderr).toContain('needs pg_dump');
  });
});
