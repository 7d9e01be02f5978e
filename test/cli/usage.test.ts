// What the command line says to help, and to what it does not understand.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { runHedge } from './support.ts';

describe('hedge', () => {
  it.each([
    [['--help'], /dev.*build.*serve.*schema.*metadata.*migrate/s],
    [['metadata', '--help'], /export.*apply.*diff.*clear.*reload.*inconsistency/s],
    [
      ['migrate', 'apply', '--help'],
      /--endpoint.*--admin-secret.*--database-name.*--all-databases.*--up.*--down.*--goto/s,
    ],
    [['dev', '--help'], /--port.*--project.*--database-url.*--admin-secret.*--fresh/s],
    [['build', '--help'], /--project.*--database-url.*--check.*--out.*--allow-inconsistent/s],
    [['serve', '--help'], /--build.*--port.*NEON_ENDPOINT.*DATABASE_URL/s],
    [['schema', '--help'], /--role/],
  ])('explains %j and its exit codes', async (args, text) => {
    const { code, stdout } = await runHedge(args);
    expect(code).toBe(0);
    expect(stdout).toMatch(text);
    expect(stdout).toContain('Exit codes:');
  });

  it.each([
    [['dev', '--prot', '80'], "unknown option '--prot'"],
    [['dev', '--port', 'http'], 'A port is a number from 0 to 65535.'],
    [['dev', '--port', '65536'], 'A port is a number from 0 to 65535.'],
    [['deploy'], "unknown command 'deploy'"],
    [['migrate', 'aply'], "unknown command 'aply'"],
    [['schema'], "required option '--role <role>' not specified"],
  ])('exits with 2 at %j', async (args, text) => {
    const { code, stdout, stderr } = await runHedge(args);
    expect(code).toBe(2);
    expect(stderr).toContain(text);
    expect(stdout).toBe('');
  });

  it('says when a folder is no project', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'hedge-empty-'));
    const { code, stderr } = await runHedge(['build', '--project', dir]);
    await rm(dir, { recursive: true });
    expect(code).toBe(1);
    expect(stderr).toContain('is not a project: it has no folder metadata/');
    expect(stderr).not.toContain('    at ');
  });

  it('says when a folder is not there', async () => {
    const { code, stderr } = await runHedge(['build', '--project', '/nonexistent/project']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no folder /nonexistent/project');
  });

  it('says when a port is taken before it starts anything', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { readonly port: number }).port));
    });
    const { code, stderr } = await runHedge(['dev', '--port', String(port)]);
    server.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use by another program.`);
    expect(stderr).not.toContain('Postgres');
  });

  it('says when there is no build to serve', async () => {
    const { code, stderr } = await runHedge(['serve', '--build', '/nonexistent/build', '--port', '0']);
    expect(code).toBe(1);
    expect(stderr).toContain('There is no build in /nonexistent/build: run "hedge build" first');
  });
});
