// `hedge dev` keeps metadata files and the API in step: either side changes, the other follows, and nothing goes round.

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createTestDatabase, pgClient, type TestDatabase } from '../support/database.ts';
import { copyProject, type Running, startHedge } from './support.ts';

const READY = /Hedge is ready at (http:\/\/127\.0\.0\.1:\d+)/;
const TABLE_FILE = 'metadata/databases/default/tables/public_notes.yaml';

interface Dev {
  readonly running: Running;
  readonly url: string;
}

async function startDev(dir: string, args: readonly string[] = [], env = {}): Promise<Dev> {
  const running = startHedge(['dev', '--port', '0', '--project', dir, ...args], { env });
  return { running, url: READY.exec(await running.printed(READY))?.[1] ?? '' };
}

async function post(url: string, path: string, body: unknown, headers = {}): Promise<unknown> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return await response.json();
}

const command = async (url: string, type: string, args: unknown): Promise<unknown> =>
  await post(url, '/v1/metadata', { type, args });
const query = async (url: string, text: string, role: string): Promise<unknown> =>
  await post(url, '/v1/graphql', { query: text }, { 'x-hasura-role': role });
const version = async (url: string): Promise<number> => {
  const answer = await post(url, '/v1/metadata', { type: 'export_metadata', version: 2, args: {} });
  return (answer as { readonly resource_version: number }).resource_version;
};

describe('files and API in step', { timeout: 120_000 }, () => {
  let project: Awaited<ReturnType<typeof copyProject>>;
  let database: TestDatabase;
  let dev: Dev;
  const file = (name: string): string => join(project.dir, name);
  beforeAll(async () => {
    project = await copyProject();
    database = await createTestDatabase();
    dev = await startDev(project.dir, ['--database-url', database.url, '--seed']);
  }, 120_000);
  afterAll(async () => {
    await dev.running.interrupt();
    await project.remove();
    await database.drop();
  });

  it('writes a change through the API into the file it belongs to, once, and touches no other', async () => {
    const index = file('metadata/databases/default/tables/tables.yaml');
    const [before, touched] = [await version(dev.url), (await stat(index)).mtimeMs];
    await writeFile(file(TABLE_FILE), `# Notes of everyone.\n${await readFile(file(TABLE_FILE), 'utf8')}`);
    await sleep(600); // a comment is no change
    expect(await version(dev.url)).toBe(before);

    expect(
      await command(dev.url, 'pg_create_select_permission', {
        table: 'notes',
        role: 'guest',
        permission: { columns: ['id'], filter: {} },
      }),
    ).toEqual({ message: 'success' });
    await dev.running.printed(new RegExp(`Changed through the API: .*${TABLE_FILE}`));
    const text = await readFile(file(TABLE_FILE), 'utf8');
    expect(text).toContain('# Notes of everyone.');
    expect(text).toContain('role: guest');
    expect((await stat(index)).mtimeMs).toBe(touched);

    await sleep(1500);
    expect(await version(dev.url)).toBe(before + 1);
    expect(dev.running.stderr().match(/Changed through the API/g)).toHaveLength(1);
    expect(dev.running.stderr()).not.toContain('The changed metadata is served.');
  });

  it('serves a saved file within a second, and writes nothing back', async () => {
    const text = await readFile(file(TABLE_FILE), 'utf8');
    const saved = text.replace('[id, title]', '[title]');
    await writeFile(file(TABLE_FILE), saved);
    const start = Date.now();
    const wanted = { errors: [{ extensions: { code: 'validation-failed' } }] };
    for (;;) {
      const answer = await query(dev.url, '{ notes { id } }', 'reader');
      if (JSON.stringify(answer).includes('errors')) {
        expect(answer).toMatchObject(wanted);
        break;
      }
      expect(Date.now() - start).toBeLessThan(5000);
      await sleep(50);
    }
    await sleep(1000);
    expect(await readFile(file(TABLE_FILE), 'utf8')).toBe(saved);
    await writeFile(file(TABLE_FILE), text);
    await dev.running.printed(/(The changed metadata is served\.[^]*){2}/);
  });

  it('keeps what the API changed while the files are broken, and writes it when they are not', async () => {
    const text = await readFile(file(TABLE_FILE), 'utf8');
    const broken = text.replace('select_permissions', 'selct_permissions');
    await writeFile(file(TABLE_FILE), broken);
    await dev.running.printed(/public_notes\.yaml:\d+:1: .*selct_permissions/);
    await command(dev.url, 'pg_create_select_permission', {
      table: 'notes',
      role: 'visitor',
      permission: { columns: ['title'], filter: {} },
    });
    await dev.running.printed('it is written when the files have no mistakes');
    expect(await readFile(file(TABLE_FILE), 'utf8')).toBe(broken);
    expect(await query(dev.url, '{ notes { title } }', 'visitor')).toMatchObject({ data: {} });
    await writeFile(file(TABLE_FILE), text);
    await dev.running.printed(/(Changed through the API: [^]*){2}/);
    expect(await readFile(file(TABLE_FILE), 'utf8')).toContain('role: visitor');
  });

  it('prints what the database does not match with its place, and serves the rest', async () => {
    const text = await readFile(file(TABLE_FILE), 'utf8');
    const index = file('metadata/databases/default/tables/tables.yaml');
    await writeFile(join(index, '../public_ghosts.yaml'), 'table: {schema: public, name: ghosts}\n');
    await writeFile(index, '- "!include public_ghosts.yaml"\n- "!include public_notes.yaml"\n');
    await dev.running.printed(/public_ghosts\.yaml:1:\d+: table ghosts in source default: .*no such table/);
    await dev.running.printed('1 inconsistent, left out; the rest is served.');
    expect(await query(dev.url, '{ notes { title } }', 'visitor')).toMatchObject({ data: {} });
    expect(await readFile(file(TABLE_FILE), 'utf8')).toBe(text);
  });

  it('follows a column that SQL renames', async () => {
    await post(dev.url, '/v2/query', {
      type: 'run_sql',
      args: { sql: 'alter table notes rename column title to heading' },
    });
    await dev.running.printed(/(Changed through the API: [^]*){3}/);
    const text = await readFile(file(TABLE_FILE), 'utf8');
    expect(text).toContain('heading');
    expect(text).not.toContain('title');
  });

  it('lets the files count when it starts again', async () => {
    await dev.running.interrupt();
    const text = await readFile(file(TABLE_FILE), 'utf8');
    await writeFile(file(TABLE_FILE), text.replace('role: visitor', 'role: neighbour'));
    dev = await startDev(project.dir, ['--database-url', database.url]);
    expect(await query(dev.url, '{ notes { heading } }', 'neighbour')).toMatchObject({ data: {} });
    expect(await query(dev.url, '{ notes { heading } }', 'visitor')).toMatchObject({ errors: [{}] });
  });
});

describe('a project without metadata', { timeout: 120_000 }, () => {
  it('gets a source default, and files at its first change', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'hedge-new-'));
    const dir = join(parent, 'project');
    const database = await createTestDatabase({ sql: 'create table t (id int primary key)' });
    try {
      const env = { HASURA_GRAPHQL_DATABASE_URL: database.url };
      const first = await startDev(dir, [], env);
      await sleep(700);
      expect(existsSync(join(dir, 'metadata/version.yaml'))).toBe(false);
      await command(first.url, 'pg_track_table', { source: 'default', table: 't' });
      await first.running.printed(/Changed through the API: .*public_t\.yaml/);
      expect(await readFile(join(dir, 'metadata/databases/databases.yaml'), 'utf8')).toContain(
        'from_env: HASURA_GRAPHQL_DATABASE_URL',
      );
      expect((await first.running.interrupt()).code).toBe(0);

      const again = await startDev(dir, [], env);
      expect(await query(again.url, '{ t { id } }', 'admin')).toEqual({ data: { t: [] } });
      expect((await again.running.interrupt()).code).toBe(0);

      await rm(join(dir, 'metadata'), { recursive: true });
      const kept = await startDev(dir, [], env);
      expect(await query(kept.url, '{ t { id } }', 'admin')).toEqual({ data: { t: [] } });
      expect(existsSync(join(dir, 'metadata/version.yaml'))).toBe(false);
      await command(kept.url, 'clear_metadata', {});
      await kept.running.printed('Changed through the API');
      expect(await readFile(join(dir, 'metadata/databases/databases.yaml'), 'utf8')).toContain(
        'name: default',
      );
      expect((await kept.running.interrupt()).code).toBe(0);
    } finally {
      await database.drop();
      await rm(parent, { recursive: true });
    }
  });

  it('is served from the embedded database when none is named, migrations applied', async () => {
    const project = await copyProject();
    await rm(join(project.dir, 'metadata'), { recursive: true });
    try {
      const dev = await startDev(project.dir);
      await command(dev.url, 'pg_track_table', { source: 'default', table: 'notes' });
      expect(await query(dev.url, '{ notes { id } }', 'admin')).toEqual({
        data: { notes: [{ id: 1 }, { id: 2 }] },
      });
      expect((await dev.running.interrupt()).code).toBe(0);
    } finally {
      await project.remove();
    }
  });
});

describe('what the worker is told', { timeout: 120_000 }, () => {
  it('is .env, settings, and what the metadata names; a URL spelt out is served from the database of the run', async () => {
    const project = await copyProject();
    const database = await createTestDatabase();
    const databases = join(project.dir, 'metadata/databases/databases.yaml');
    try {
      const text = await readFile(databases, 'utf8');
      const literal = 'postgres://app:secret@db.example:5432/app';
      await writeFile(databases, text.replace(/database_url:\n *from_env: .*/, `database_url: ${literal}`));
      await writeFile(join(project.dir, '.env'), `SECOND_URL=${database.url}\n`);
      const dev = await startDev(project.dir, ['--database-url', database.url], { SHELL_SECRET: 'hunter2' });
      expect(await query(dev.url, '{ notes { id } }', 'admin')).toEqual({ data: { notes: [] } });

      const add = async (name: string, from: string): Promise<unknown> =>
        await command(dev.url, 'pg_add_source', {
          name,
          configuration: { connection_info: { database_url: { from_env: from } } },
        });
      expect(await add('second', 'SECOND_URL')).toEqual({ message: 'success' });
      expect(JSON.stringify(await add('third', 'SHELL_SECRET'))).toContain(
        "environment variable 'SHELL_SECRET' not set",
      );
      await dev.running.printed('Changed through the API');
      const written = await readFile(databases, 'utf8');
      expect(written).toContain(literal);
      expect(written).toContain('from_env: SECOND_URL');
      const { stderr, stdout } = await dev.running.interrupt();
      expect(stderr + stdout).not.toMatch(/hunter2|secret@/);
    } finally {
      await project.remove();
      await database.drop();
    }
  });
});

describe('interrupted', { timeout: 120_000 }, () => {
  it('has either version whole when it is killed while files are applied', async () => {
    const project = await copyProject();
    const database = await createTestDatabase();
    try {
      const dev = await startDev(project.dir, ['--database-url', database.url]);
      const text = await readFile(join(project.dir, TABLE_FILE), 'utf8');
      await writeFile(join(project.dir, TABLE_FILE), text.replace('role: reader', 'role: lector'));
      await sleep(180);
      dev.running.process.kill('SIGKILL');
      await dev.running.ended;
      const client = await pgClient(database.url);
      const { rows } = await client.query<{ readonly metadata: unknown }>(
        'select metadata from hdb_catalog.hdb_metadata',
      );
      await client.end();
      expect(JSON.stringify(rows[0]?.metadata)).toMatch(/"role":"(reader|lector)"/);
    } finally {
      await project.remove();
      await database.drop();
    }
  });
});
