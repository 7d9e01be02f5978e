// `hedge dev` and `hedge serve` on a small project: from the start to Ctrl-C.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectDatabase } from '../../scripts/database/connect.ts';
import { startEmbeddedPostgres } from '../../scripts/database/embedded.ts';
import { copyProject, type Running, runHedge, startHedge } from './support.ts';

const READY = /Hedge is ready at (http:\/\/127\.0\.0\.1:\d+)/;

async function readyUrl(running: Running): Promise<string> {
  return READY.exec(await running.printed(READY))?.[1] ?? '';
}

async function query(url: string, text: string, headers: Record<string, string> = {}): Promise<unknown> {
  const response = await fetch(`${url}/v1/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: text }),
  });
  return await response.json();
}

let project: Awaited<ReturnType<typeof copyProject>>;
beforeAll(async () => {
  project = await copyProject();
});
afterAll(() => project.remove());

const NOTES = 'metadata/databases/default/tables/public_notes.yaml';

describe('hedge dev', { timeout: 120_000 }, () => {
  it('serves a project, its console and changes to its metadata until Ctrl-C', async () => {
    const running = startHedge(['dev', '--port', '0'], { cwd: project.dir });
    const url = await readyUrl(running);
    expect(await query(url, '{ notes(order_by: {id: asc}) { id title published } }')).toEqual({
      data: {
        notes: [
          { id: 1, title: 'draft', published: false },
          { id: 2, title: 'news', published: true },
        ],
      },
    });
    const reader = { 'x-hasura-role': 'reader' };
    expect(await query(url, '{ notes { title } }', reader)).toEqual({ data: { notes: [{ title: 'news' }] } });

    const page = await fetch(`${url}/console/`);
    expect(page.status).toBe(200);
    const html = await page.text();
    for (const [, path] of html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)) {
      expect((await fetch(new URL(path ?? '', `${url}/console/`))).status, path).toBe(200);
    }
    expect(html).not.toMatch(/https?:\/\//);

    const file = join(project.dir, NOTES);
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replace('[id, title]', '[id, titel]').replace('select_permissions', 'selct_permissions'),
    );
    await running.printed(/public_notes\.yaml:4:1: .*selct_permissions/);
    await running.printed('The metadata from before this change is still served.');
    expect(await query(url, '{ notes { title } }', reader)).toEqual({ data: { notes: [{ title: 'news' }] } });

    await writeFile(file, text.replace('[id, title]', '[id, title, published]'));
    await running.printed('The changed metadata is served.');
    expect(await query(url, '{ notes { published } }', reader)).toEqual({
      data: { notes: [{ published: true }] },
    });
    await writeFile(file, text);

    const { code, stdout } = await running.interrupt();
    expect(code).toBe(0);
    expect(stdout.match(/^Hedge is ready/gm)).toHaveLength(1);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('keeps its data, asks for the admin secret it is given, and never prints it', async () => {
    const running = startHedge([
      'dev',
      '--port',
      '0',
      '--project',
      project.dir,
      '--admin-secret',
      'open-sesame',
    ]);
    const url = await readyUrl(running);
    expect(await query(url, '{ notes { id } }')).toMatchObject({
      errors: [{ extensions: { code: 'access-denied' } }],
    });
    const admin = { 'x-hasura-admin-secret': 'open-sesame' };
    expect(await query(url, '{ notes_aggregate { aggregate { count } } }', admin)).toEqual({
      data: { notes_aggregate: { aggregate: { count: 2 } } },
    });
    const { code, stdout, stderr } = await running.interrupt();
    expect(code).toBe(0);
    expect(stdout + stderr).not.toContain('open-sesame');
  });

  it('stops cleanly when it is interrupted while it starts', async () => {
    const running = startHedge(['dev', '--port', '0', '--project', project.dir]);
    await running.printed('Starting the embedded Postgres');
    expect((await running.interrupt()).code).toBe(0);
  });

  it('says what is wrong with its settings, without their values', async () => {
    const { code, stderr } = await runHedge(['dev', '--port', '0', '--project', project.dir], {
      env: {
        HASURA_GRAPHQL_ADMIN_SECRET: 'open-sesame',
        HASURA_GRAPHQL_JWT_SECRET: '{"type": "HS257", "key": "hunter2"}',
      },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('HASURA_GRAPHQL_JWT_SECRET');
    expect(stderr).not.toMatch(/hunter2|open-sesame/);
  });

  it('says what is wrong with a database URL, without its password', async () => {
    const unreachable = ['--database-url', 'postgres://someone:hunter2@127.0.0.1:1/none'];
    const { code, stderr } = await runHedge(['dev', '--port', '0', '--project', project.dir, ...unreachable]);
    expect(code).toBe(1);
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).not.toContain('hunter2');
  });
});

describe('hedge serve', { timeout: 120_000 }, () => {
  it('serves a build in front of DATABASE_URL until Ctrl-C', async () => {
    expect((await runHedge(['build', '--project', project.dir])).code).toBe(0);
    const server = await startEmbeddedPostgres();
    try {
      const client = await connectDatabase(server.url);
      for (const file of ['migrations/default/1700000000000_notes/up.sql', 'seeds/default/1_notes.sql']) {
        await client.query(await readFile(join(project.dir, file), 'utf8'));
      }
      await client.end();
      const running = startHedge(['serve', '--build', join(project.dir, '.hedge', 'build'), '--port', '0'], {
        env: { DATABASE_URL: server.url, HASURA_GRAPHQL_ADMIN_SECRET: 'open-sesame' },
      });
      const url = await readyUrl(running);
      const headers = { 'x-hasura-admin-secret': 'open-sesame', 'x-hasura-role': 'reader' };
      expect(await query(url, '{ notes { title } }', headers)).toEqual({
        data: { notes: [{ title: 'news' }] },
      });
      expect(await query(url, '{ notes { title } }')).toMatchObject({
        errors: [{ extensions: { code: 'access-denied' } }],
      });
      expect((await running.interrupt()).code).toBe(0);
      await expect(fetch(url)).rejects.toThrow();
    } finally {
      await server.stop();
    }
  });
});
