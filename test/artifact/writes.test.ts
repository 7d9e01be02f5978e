// What roles may write, taken through an artifact's text: the same for each, whatever others may; backends see more.

import { expect, test } from 'vitest';

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { Artifact, RoleModel } from '../../src/artifact/types.ts';
import type { WriteModel } from '../../src/artifact/write-types.ts';
import { compile } from '../../src/compile/compile.ts';
import { CATALOG } from '../compile/catalog.ts';
import { metadataOf } from '../support/stages.ts';

const table = (name: string) => ({ schema: 'public', name });

const HOOK = {
  type: 'http',
  definition: {
    url: 'http://{{HOST}}/ü',
    headers: [
      { name: 'a', value: 'b' },
      { name: 'c', value_from_env: 'D' },
    ],
    forward_client_headers: true,
    timeout: 3,
  },
} as const;

function artifact(): Artifact {
  const metadata = metadataOf({
    tables: [
      {
        table: table('article'),
        configuration: {
          custom_name: 'Article',
          column_config: { title: { custom_name: 'headline', comment: 'ü' } },
        },
        object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
        select_permissions: [{ role: 'user', permission: { columns: ['id'], filter: {} } }],
        insert_permissions: [
          {
            role: 'user',
            permission: {
              columns: ['title'],
              check: { id: { _gt: 5 } },
              set: { author_id: 'X-Hasura-Id', tags: ['a'] },
            },
          },
          { role: 'service', permission: { check: {}, backend_only: true, validate_input: HOOK } },
        ],
        update_permissions: [
          {
            role: 'user',
            permission: {
              columns: ['title', 'tags'],
              filter: { id: 'x-hasura-id' },
              check: null,
              validate_input: HOOK,
            },
          },
          {
            role: 'service',
            permission: { columns: '*', filter: {}, check: { id: 1 }, backend_only: false },
          },
        ],
        delete_permissions: [
          { role: 'service', permission: { filter: { title: 'x' } } },
          { role: 'user', permission: { filter: {}, validate_input: HOOK } },
        ],
      },
      {
        table: table('author'),
        array_relationships: [
          {
            name: 'articles',
            using: { foreign_key_constraint_on: { table: table('article'), column: 'author_id' } },
          },
        ],
        insert_permissions: [{ role: 'service', permission: { check: {} } }],
      },
    ],
  });
  const compiled = compile(metadata, new Map([['default', CATALOG]]));
  expect(compiled.inconsistencies).toEqual([]);
  return compiled;
}

/** A model with its types in the place of their numbers. */
function resolved(role: Pick<RoleModel, 'types'>, write: WriteModel): unknown {
  return JSON.parse(
    JSON.stringify(write, (key, value: unknown) =>
      key === 'type' && typeof value === 'number' ? role.types[value] : value,
    ),
  );
}

test('each role reads back what was compiled for it', () => {
  const made = artifact();
  const view = openArtifact(encodeArtifact(made));
  for (const role of made.roles) {
    const backend = view.role(role.role, true);
    const { writes, mutationFields } = role;
    const types = { types: Array.from({ length: 100 }, (_, i) => i).flatMap((i) => typeAt(backend, i)) };
    for (const [ref, write] of writes.entries()) {
      // JSON leaves out the functions of the view.
      const { ref: _, naming: _naming, ...read } = backend.writes().table(ref);
      expect(resolved(types, read)).toEqual(resolved(role, write));
    }
    expect([...backend.writes().fields.fields.values()]).toEqual(mutationFields);
  }
});

function typeAt(role: ReturnType<ReturnType<typeof openArtifact>['role']>, i: number) {
  try {
    return [role.type(i)];
  } catch {
    return [];
  }
}

test('what is for backends alone is not there for others', () => {
  const view = openArtifact(encodeArtifact(artifact()));
  const fields = (backend: boolean): string[] => [
    ...view.role('service', backend).writes().fields.fields.keys(),
  ];
  expect(fields(false)).toEqual(['insert_author']);
  expect(fields(true)).toEqual(['insert_Article', 'insert_author']);
  expect(view.role('service').writes().table(0).insert).toBeNull();
  expect(view.role('service').writes().table(1).relationships).toEqual([]);
  expect(view.role('service', true).writes().table(1).relationships).toMatchObject([{ name: 'articles' }]);
  expect(view.role('user', true)).toBe(view.role('user'));
});

test('roles that write nothing, and nobody, have no mutations', () => {
  const view = openArtifact(encodeArtifact(artifact()));
  expect(view.role('nobody', true).writes().fields.fields.size).toBe(0);
  const empty = openArtifact(
    encodeArtifact(compile(metadataOf({ tables: [] }), new Map([['default', CATALOG]]))),
  );
  expect(empty.header.writes).toBeUndefined();
  expect(empty.role('admin').writes().fields.fields.size).toBe(0);
});
