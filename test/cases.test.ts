// Cases as data: test/cases/<area>/<name>.graphql is asked, <name>.json is what must come back, key order included.
// UPDATE_CASES=1 writes answers that are missing; read them before they are committed.

import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { ROOT } from '../scripts/bundle/paths.ts';
import type { Hedge } from './support/hedge.ts';
import { startHedge } from './support/hedge.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly query: string;
  readonly role: string | undefined;
  readonly session: Record<string, string>;
  readonly variables: unknown;
  readonly operationName: string | undefined;
}

const FOLDER = join(ROOT, 'test', 'cases');

/** Header lines `# name: value` of a case, then the operation. */
function readCase(name: string): Case & { readonly world: string } {
  const file = join(FOLDER, name);
  const query = readFileSync(file, 'utf8');
  const header = (key: string): string | undefined => new RegExp(`^# ${key}: (.*)$`, 'm').exec(query)?.[1];
  const json = (key: string): unknown => JSON.parse(header(key) ?? 'null') ?? undefined;
  const schema = header('schema');
  if (schema === undefined) throw new Error(`${name}: the line «# schema: …» is missing`);
  return {
    name: name.replace(/\.graphql$/, ''),
    file,
    query,
    role: header('role'),
    session: (json('session') ?? {}) as Record<string, string>,
    variables: json('variables'),
    operationName: header('operationName'),
    world: JSON.stringify({ schema, env: json('env') ?? {} }),
  };
}

const worlds = Map.groupBy(globSync('*/*.graphql', { cwd: FOLDER }).toSorted().map(readCase), (c) => c.world);

describe.each([...worlds])('%s', (world, cases) => {
  let hedge: Hedge;
  beforeAll(async () => {
    hedge = await startHedge(JSON.parse(world) as { schema: string; env: Record<string, string> });
  });
  afterAll(() => hedge?.stop());

  test.each(cases.map((c) => [c.name, c] as const))('%s', async (_, c) => {
    const { status, body, text } = await hedge.graphql(c.query, {
      session: c.session,
      variables: c.variables,
      ...(c.role === undefined ? {} : { role: c.role }),
      ...(c.operationName === undefined ? {} : { operationName: c.operationName }),
    });
    const expected = c.file.replace(/\.graphql$/, '.json');
    if (!existsSync(expected) && process.env['UPDATE_CASES'] === '1') {
      writeFileSync(expected, `${JSON.stringify({ status, body }, null, 2)}\n`);
    }
    const wanted = JSON.parse(readFileSync(expected, 'utf8')) as { status: number; body: unknown };
    expect(JSON.stringify(body ?? text)).toBe(JSON.stringify(wanted.body));
    expect(status).toBe(wanted.status);
  });
});
