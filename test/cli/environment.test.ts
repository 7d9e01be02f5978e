// The settings a command goes by, and which of them its worker gets.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readEnvironment, workerVars } from '../../scripts/cli/environment.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hedge-environment-'));
  await writeFile(join(folder, '.env'), 'A=file\nB=file\nJSON=\'{"type": "HS256"}\'\nEMPTY=\n# C=comment\n');
});
afterAll(() => rm(folder, { recursive: true }));

describe('environment', () => {
  it('takes the process over .env, and empty values for unset', async () => {
    expect(await readEnvironment(folder, { processEnv: { A: 'process', D: '' } })).toEqual({
      A: 'process',
      B: 'file',
      JSON: '{"type": "HS256"}',
    });
  });

  it('takes another file when one is named, which has to be there', async () => {
    await writeFile(join(folder, 'staging.env'), 'A=staging');
    expect(await readEnvironment(folder, { processEnv: {}, envFile: 'staging.env' })).toEqual({
      A: 'staging',
    });
    await expect(readEnvironment(folder, { envFile: 'other.env' })).rejects.toThrow(
      'other.env cannot be read',
    );
  });

  it('needs no .env', async () => {
    expect(await readEnvironment(join(folder, 'nothing'), { processEnv: { A: '1' } })).toEqual({ A: '1' });
  });

  it('gives a worker its own settings and the named databases, nothing else', () => {
    const environment = {
      HASURA_GRAPHQL_ADMIN_SECRET: 's',
      HEDGE_X: '1',
      SALES_URL: 'postgres://sales',
      AWS_SECRET_ACCESS_KEY: 'not for the worker',
      NOT_HASURA_GRAPHQL_X: '1',
    };
    expect(workerVars(environment, ['SALES_URL', 'MISSING_URL'])).toEqual({
      HASURA_GRAPHQL_ADMIN_SECRET: 's',
      HEDGE_X: '1',
      SALES_URL: 'postgres://sales',
    });
  });
});
