// The README's dev command and its requests, as printed, on a copy of the example project.

import { chmod, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ROOT } from '../../scripts/bundle/paths.ts';
import { type Running, startHedge } from '../cli/support.ts';
import { readReadme } from './readme-requests.ts';

const PROJECT = ['config.yaml', 'metadata', 'migrations', 'seeds'];
const START_TIMEOUT_MS = 90_000;

const readme = readReadme(await readFile(join(ROOT, 'README.md'), 'utf8'));
let dir = '';
let dev: Running | undefined;
let origin = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hedge-readme-'));
  await chmod(dir, 0o755); // so that its database is kept in it, and goes with it, also for root
  for (const name of PROJECT) await cp(join(ROOT, name), join(dir, name), { recursive: true });
  dev = startHedge(['dev', '--port', '0'], { cwd: dir, env: readme.environment });
  const ready = await dev.printed(/Hedge is ready at \S+/);
  origin = ready.slice(ready.indexOf('http'));
}, START_TIMEOUT_MS);

afterAll(async () => {
  await dev?.interrupt();
  await rm(dir, { recursive: true, force: true });
});

describe('README.md', () => {
  it('asks as administrator, as a user, for what is refused, and changes the metadata', () => {
    expect(Object.keys(readme.environment)).toEqual([
      'HASURA_GRAPHQL_ADMIN_SECRET',
      'HASURA_GRAPHQL_JWT_SECRET',
    ]);
    const kinds = readme.requests.map(({ headers, answer }) => [
      Object.keys(headers)[1],
      Object.keys(answer as object)[0],
    ]);
    expect(kinds).toEqual([
      ['x-hasura-admin-secret', 'data'],
      ['authorization', 'data'],
      ['authorization', 'errors'],
      ['x-hasura-admin-secret', 'result_type'],
      ['x-hasura-admin-secret', 'message'],
      ['x-hasura-admin-secret', 'message'],
      ['x-hasura-admin-secret', 'data'],
    ]);
  });

  it.each(readme.requests.map((request) => [request.body, request] as const))(
    '%s is answered as printed',
    async (_, { url, headers, body, answer }) => {
      const response = await fetch(new URL(url.pathname, origin), { method: 'POST', headers, body });
      expect(response.status).toBe(200);
      // As text, so that the order of keys counts.
      expect(JSON.stringify(await response.json())).toBe(JSON.stringify(answer));
    },
  );

  it('refuses the same requests without their secret or token', async () => {
    for (const { url, body } of readme.requests) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(new URL(url.pathname, origin), { method: 'POST', headers, body });
      expect(JSON.stringify(await response.json())).toMatch(/"code":"(access-denied|invalid-headers)"/);
    }
  });

  it('finds the new table in the file it names', async () => {
    const file = join(dir, 'metadata', 'databases', 'default', 'tables', 'public_notes.yaml');
    await vi.waitFor(async () => expect(await readFile(file, 'utf8')).toContain('role: reader'), 10_000);
  });
});

describe('the example project', () => {
  it('builds without notices and inconsistencies', () => {
    expect(dev?.stderr()).not.toMatch(/notice:|inconsistent/i);
  });
});
