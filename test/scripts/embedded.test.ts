// The embedded Postgres: data that stays, data that goes, who stops it, and what stands in its way.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { locateDataFolder } from '../../scripts/database/data-folder.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/database/embedded.ts';
import { isReachable } from '../../scripts/database/reachable.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hedge-embedded-'));
  // Everybody may enter it, as most projects' folders.
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'private'), { mode: 0o700 });
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  return await client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
};

describe('data', () => {
  test('stays between runs, and goes with fresh', async () => {
    const dataDir = join(dir, 'kept');
    const first = await startEmbeddedPostgres({ dataDir });
    await ask(first, 'create table t as select 7 as n');
    await first.stop();
    await first.stop();
    expect(first.created).toBe(true);

    const second = await startEmbeddedPostgres({ dataDir });
    expect([second.created, second.dataDir]).toEqual([false, first.dataDir]);
    expect(await ask(second, 'select n from t')).toEqual([7]);
    await second.stop();

    const third = await startEmbeddedPostgres({ dataDir, fresh: true });
    expect(third.created).toBe(true);
    expect(await ask(third, "select to_regclass('t')")).toEqual([null]);
    await third.stop();
  });

  test('without a folder goes when the server stops; letters and time are the same everywhere', async () => {
    const server = await startEmbeddedPostgres();
    expect(await ask(server, "select lower('ÀÉ'), 'É' ilike 'é', current_setting('timezone')")).toEqual([
      'àé',
      true,
      'UTC',
    ]);
    expect(existsSync(server.dataDir)).toBe(true);
    await server.stop();
    expect(existsSync(server.dataDir)).toBe(false);
    expect(await answers(server.url)).toBe(false);
  });

  test.runIf(process.getuid?.() === 0)(
    'of a project in a private folder of root is kept elsewhere',
    async () => {
      const wished = join(dir, 'private', '.hedge', 'postgres');
      const said: string[] = [];
      const server = await startEmbeddedPostgres({ dataDir: wished, onProgress: (step) => said.push(step) });
      await server.stop();
      expect(server.dataDir).not.toBe(wished);
      expect(locateDataFolder(wished, { uid: 65_534, gid: 65_534 })).toBe(server.dataDir);
      expect(said.join()).toContain(server.dataDir);
      rmSync(server.dataDir, { recursive: true, force: true });
    },
  );

  test('as an ordinary user is kept wherever it is wished for', () => {
    const wished = join(dir, 'private', '.hedge', 'postgres');
    expect(locateDataFolder(wished, {})).toBe(wished);
    expect(isReachable(wished, { uid: 65_534 })).toBe(false);
  });
});

describe('refusals', () => {
  test('data of another major version, with both versions and the ways out', async () => {
    const dataDir = join(dir, 'old');
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'PG_VERSION'), '13\n');
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      /of PostgreSQL 13, and the embedded server is PostgreSQL \d+\.\d+\. .*--fresh.*--database-url/,
    );
    expect(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8')).toBe('13\n');
  });

  test('a folder with something else in it, which stays', async () => {
    const dataDir = join(dir, 'precious');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'thesis.txt'), 'years of work');
    const owner = statSync(join(dataDir, 'thesis.txt')).uid;
    await expect(startEmbeddedPostgres({ dataDir, fresh: true })).rejects.toThrow(
      /not a Postgres data folder/,
    );
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/not a Postgres data folder/);
    expect(readFileSync(join(dataDir, 'thesis.txt'), 'utf8')).toBe('years of work');
    expect(statSync(join(dataDir, 'thesis.txt')).uid).toBe(owner);
  });

  test('a second server on the same data', async () => {
    const dataDir = join(dir, 'shared');
    const first = await startEmbeddedPostgres({ dataDir });
    try {
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
        new RegExp(`Another Hedge already runs .*port ${new URL(first.url).port}`),
      );
      expect(await ask(first, 'select 1')).toEqual([1]);
    } finally {
      await first.stop();
    }
  });
});

describe('ends', () => {
  /** A process that starts a server and says its URL and folder. */
  async function startElsewhere(
    dataDir: string | undefined,
  ): Promise<{ child: ChildProcess; server: EmbeddedPostgres }> {
    const script = `
      const { startEmbeddedPostgres } = await import(${JSON.stringify(import.meta.resolve('../../scripts/database/embedded.ts'))});
      const server = await startEmbeddedPostgres(${JSON.stringify({ dataDir })});
      console.log(JSON.stringify(server));
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, server: JSON.parse(line.toString()) as EmbeddedPostgres };
  }

  test('when its parent is killed, and the next start goes on with the data', async () => {
    const dataDir = join(dir, 'orphan');
    const { child, server } = await startElsewhere(dataDir);
    await ask(server, 'create table t as select 1 as n');
    child.kill('SIGKILL');
    const next = await startEmbeddedPostgres({ dataDir });
    expect(await ask(next, 'select n from t')).toEqual([1]);
    expect(await answers(server.url)).toBe(false);
    await next.stop();
  });

  test('when its parent is killed, and leaves no throwaway data', async () => {
    const { child, server } = await startElsewhere(undefined);
    expect(existsSync(server.dataDir)).toBe(true);
    child.kill('SIGKILL');
    await expect.poll(() => existsSync(server.dataDir), { timeout: 10_000 }).toBe(false);
  });

  test('and a lock file that names another program is no obstacle', async () => {
    const dataDir = join(dir, 'stale');
    const first = await startEmbeddedPostgres({ dataDir });
    await first.stop();
    writeFileSync(
      join(first.dataDir, 'postmaster.pid'),
      `${process.pid}\n${first.dataDir}\n1\n5432\n\n\n\nready\n`,
    );
    const second = await startEmbeddedPostgres({ dataDir });
    expect(await ask(second, 'select 1')).toEqual([1]);
    await second.stop();
  });
});
