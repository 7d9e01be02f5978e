// `hedge build` and `hedge schema` on a small project.

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { connectDatabase } from '../../scripts/database/connect.ts';
import { startEmbeddedPostgres } from '../../scripts/database/embedded.ts';
import { copyProject, runHedge } from './support.ts';

let project: Awaited<ReturnType<typeof copyProject>>;
beforeEach(async () => {
  project = await copyProject();
});
afterEach(() => project.remove());

const NOTES = 'metadata/databases/default/tables/public_notes.yaml';

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(project.dir, file);
  await writeFile(path, change(await readFile(path, 'utf8')));
}

describe('hedge build', { timeout: 120_000 }, () => {
  it('writes artifact, bundle and schemas, and writes the same again', async () => {
    const { code, stderr } = await runHedge(['build', '--project', project.dir]);
    expect(stderr).toMatch(/reader +1 tables/);
    expect(code).toBe(0);
    const out = join(project.dir, '.hedge', 'build');
    expect((await readdir(out)).sort()).toEqual([
      'artifact.txt',
      'build.json',
      'schema.admin.graphql',
      'schema.reader.graphql',
      'worker',
    ]);
    expect(await readFile(join(out, 'worker', 'hedge-artifact'), 'utf8')).toBe(
      await readFile(join(out, 'artifact.txt'), 'utf8'),
    );
    const reader = await readFile(join(out, 'schema.reader.graphql'), 'utf8');
    expect(reader).toContain('title: String!');
    expect(reader).not.toContain('published');

    const other = join(project.dir, 'other');
    expect((await runHedge(['build', '--project', project.dir, '--out', other])).code).toBe(0);
    expect(await readFile(join(other, 'artifact.txt'), 'utf8')).toBe(
      await readFile(join(out, 'artifact.txt'), 'utf8'),
    );
    const again = await runHedge(['build', '--project', project.dir, '--out', other, '--if-changed']);
    expect(again).toMatchObject({ code: 0, stderr: `${other} is up to date.\n` });
  });

  it('notes the variables that the metadata names, which a served worker gets', async () => {
    await edit(
      NOTES,
      (text) => `${text}
insert_permissions:
  - role: reader
    permission:
      check: {}
      validate_input:
        type: http
        definition:
          url: "{{ CHECK_URL }}/notes"
          headers:
            - { name: key, value_from_env: CHECK_KEY }
`,
    );
    const { code, stderr } = await runHedge(['build', '--project', project.dir]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('validate_input')]);
    const manifest = JSON.parse(
      await readFile(join(project.dir, '.hedge', 'build', 'build.json'), 'utf8'),
    ) as unknown;
    expect(manifest).toMatchObject({ variables: ['CHECK_KEY', 'CHECK_URL', 'NOTES_DATABASE_URL'] });
  });

  it('lists mistakes of the metadata with file and line', async () => {
    await edit(NOTES, (text) =>
      text.replace('select_permissions', 'select_permision').replace('table:', 'tabel:'),
    );
    const { code, stderr } = await runHedge(['build', '--project', project.dir]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/public_notes\.yaml:1:1: .*tabel/);
    expect(stderr).toMatch(/public_notes\.yaml:4:1: .*select_permision/);
  });

  it('refuses inconsistent objects, and builds without them when told', async () => {
    await edit(NOTES, (text) => text.replace('[id, title]', '[id, headline]'));
    const refused = await runHedge(['build', '--project', project.dir]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('headline');
    expect(refused.stderr).toMatch(/public_notes\.yaml:\d+:\d+: /);
    const allowed = await runHedge(['build', '--project', project.dir, '--allow-inconsistent']);
    expect(allowed.code).toBe(0);
    expect(allowed.stderr).toContain('headline');
  });

  it('names the migration that fails', async () => {
    await edit('migrations/default/1700000000000_notes/up.sql', (text) => text.replace('boolean', 'bolean'));
    const { code, stderr } = await runHedge(['build', '--project', project.dir]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/1700000000000_notes\/up\.sql/);
    expect(stderr).toContain('type "bolean" does not exist');
  });

  it('compares the migrations with a database, and compiles for that', async () => {
    const server = await startEmbeddedPostgres();
    try {
      const client = await connectDatabase(server.url);
      await client.query(
        'create table notes (id int primary key, title varchar, published boolean not null default false)',
      );
      const args = ['build', '--project', project.dir, '--database-url', server.url];
      const drift = await runHedge([...args, '--check']);
      expect(drift.code).toBe(1);
      expect(drift.stderr).toContain(
        'table public.notes: column title: type is text in the migrations, varchar in the database',
      );
      expect(await readdir(project.dir)).not.toContain('.hedge');

      expect((await runHedge(args)).code).toBe(0);
      const schema = await readFile(join(project.dir, '.hedge', 'build', 'schema.reader.graphql'), 'utf8');
      expect(schema).toContain('title: String\n');

      await client.query('alter table notes alter title type text, alter title set not null');
      await client.end();
      const equal = await runHedge([...args, '--check']);
      expect(equal.stderr).not.toContain('error:');
      expect(equal.code).toBe(0);
    } finally {
      await server.stop();
    }
  });
});

describe('hedge schema', { timeout: 120_000 }, () => {
  it('prints what a role sees, and nothing else, to standard output', async () => {
    const { code, stdout } = await runHedge(['schema', '--role', 'reader', '--project', project.dir]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^schema \{\n {2}query: query_root\n {2}subscription: subscription_root\n\}/);
    expect(stdout).toContain('title: String!');
  });

  it('names the roles there are', async () => {
    const { code, stderr } = await runHedge(['schema', '--role', 'raeder', '--project', project.dir]);
    expect(code).toBe(1);
    expect(stderr).toContain('No permission is given to a role "raeder". Roles: admin, reader');
  });
});
