// `hedge doctor` as its users run it: on a project's folder, with wrangler's configuration beside it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Finding } from '../../scripts/doctor/finding.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { copyProject, type Ended, runHedge } from './support.ts';

let project: Awaited<ReturnType<typeof copyProject>>;
let database: TestDatabase;

beforeAll(async () => {
  project = await copyProject();
  database = await createTestDatabase();
});

afterAll(async () => {
  await project.remove();
  await database.drop();
});

const WRANGLER = `
name = "shop"
main = "worker.js"
compatibility_date = "2026-11-17"
[vars]
HASURA_GRAPHQL_CORS_DOMAIN = "https://app.example.com"
[env.staging.vars]
HASURA_GRAPHQL_ADMIN_SECRET = "myadminsecretkey"
`;

async function doctor(...args: readonly string[]): Promise<Ended> {
  return await runHedge(['doctor', '--project', project.dir, ...args]);
}

describe('hedge doctor', () => {
  it('says what it finds, where, and the way out', async () => {
    await writeFile(join(project.dir, 'wrangler.toml'), WRANGLER);
    const { code, stdout, stderr } = await doctor();
    expect(stderr).not.toContain('error:');
    expect(stdout).toMatch(/^warning: api_limits.depth_limit: .* \[depth-limit\]\n {4}set depth_limit in /m);
    expect(stdout).not.toContain('[cors-any]');
    expect(stdout).toMatch(/^0 dangers, \d+ warnings, \d+ pieces of advice\n$/m);
    expect(code).toBe(0);
  });

  it('fails at a danger, and at a warning when asked to', async () => {
    const staging = await doctor('--env', 'staging', '--json');
    expect(staging.code).toBe(1);
    expect(staging.stderr).toContain('One weakness must be dealt with.');
    expect(staging.stdout).not.toContain('myadminsecretkey');
    const findings = JSON.parse(staging.stdout) as readonly Finding[];
    expect(findings[0]).toMatchObject({ rule: 'secret-in-file', place: 'wrangler.toml' });
    expect((await doctor('--strict')).code).toBe(1);
  });

  it('leaves out what it is told to, and takes no misspelt rule for one', async () => {
    const { stdout } = await doctor('--ignore', 'depth-limit, node-limit');
    expect(stdout).not.toMatch(/\[(?:depth|node)-limit\]/);
    expect(stdout).toContain('[time-limit]');
    const misspelt = await doctor('--ignore', 'depth_limit');
    expect(misspelt.code).toBe(1);
    expect(misspelt.stderr).toContain('There is no rule "depth_limit". Rules: secret-in-file, ');
  });

  it('looks at the rights of a database role', async () => {
    const { stdout } = await doctor('--database-url', database.url);
    expect(stdout).toMatch(/source default: the role it connects as is a superuser \[database-role\]/);
  });

  it('says when an environment is not in wrangler’s configuration', async () => {
    const { code, stderr, stdout } = await doctor('--env', 'nowhere');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('nowhere');
    expect(stderr).not.toContain('    at ');
  });
});
