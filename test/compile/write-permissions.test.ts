// Permissions to insert, update and delete that cannot be read: named as Hasura names them, and nothing is allowed.

import { expect, test } from 'vitest';

import type { Artifact } from '../../src/artifact/types.ts';
import { compile } from '../../src/compile/compile.ts';
import { DEFAULT_COMPILE_OPTIONS } from '../../src/compile/options.ts';
import type { TableMetadata } from '../../src/metadata/types.ts';
import type { ValidateInput } from '../../src/metadata/webhook-types.ts';
import { metadataOf } from '../support/stages.ts';
import { CATALOG } from './catalog.ts';

const ARTICLE = { schema: 'public', name: 'article' };

function compiled(table: Partial<TableMetadata>): Artifact {
  const select = [{ role: 'user', permission: { columns: '*' as const, filter: {} } }];
  return compile(
    metadataOf({ tables: [{ table: ARTICLE, select_permissions: select, ...table }] }),
    new Map([['default', CATALOG]]),
  );
}

const hook = (url: string, header = 'x'): ValidateInput => ({
  type: 'http',
  definition: { url, headers: [{ name: header, value: 'y' }] },
});

test.each<[string, Partial<TableMetadata>, string]>([
  [
    'a column that is not there',
    { insert_permissions: [{ role: 'user', permission: { columns: ['id', 'nope'], check: {} } }] },
    'insert_permission: Inconsistent object: in table "article": in permission for role "user": column "nope" does not exist at sources.0.tables.0.insert_permissions.0.permission.columns.1',
  ],
  [
    'a preset for a column that is not there',
    { update_permissions: [{ role: 'user', permission: { columns: [], filter: {}, set: { nope: 1 } } }] },
    'update_permission: Inconsistent object: in table "article": in permission for role "user": column "nope" does not exist at sources.0.tables.0.update_permissions.0.permission.set.nope',
  ],
  [
    'a check over a column that is not there',
    { insert_permissions: [{ role: 'user', permission: { check: { nope: 1 } } }] },
    'insert_permission: Inconsistent object: in table "article": in permission for role "user": "nope" does not exist in table "article" at sources.0.tables.0.insert_permissions.0.permission.check.nope',
  ],
  [
    'a filter with an unknown operator',
    { delete_permissions: [{ role: 'user', permission: { filter: { id: { _is: 1 } } } }] },
    'delete_permission: Inconsistent object: in table "article": in permission for role "user": unexpected operator "_is" for a column of type "int4" at sources.0.tables.0.delete_permissions.0.permission.filter.id._is',
  ],
  [
    'a filter with a value the column never has',
    { delete_permissions: [{ role: 'user', permission: { filter: { id: { _in: [1, true] } } } }] },
    'delete_permission: Inconsistent object: in table "article": in permission for role "user": true is no value of type "int4" at sources.0.tables.0.delete_permissions.0.permission.filter.id._in.1',
  ],
  [
    'a preset that the column cannot hold',
    { insert_permissions: [{ role: 'user', permission: { check: {}, set: { id: 1.5 } } }] },
    'insert_permission: Inconsistent object: in table "article": in permission for role "user": 1.5 is no value of type "int4" at sources.0.tables.0.insert_permissions.0.permission.set.id',
  ],
  [
    'a webhook without a URL of HTTP',
    { delete_permissions: [{ role: 'user', permission: { filter: {}, validate_input: hook('ftp://x') } }] },
    'delete_permission: Inconsistent object: in table "article": in permission for role "user": the url of validate_input is no URL that begins with http:// or https:// at sources.0.tables.0.delete_permissions.0.permission.validate_input.definition.url',
  ],
  [
    'a webhook with a header that has no such name',
    {
      insert_permissions: [
        { role: 'user', permission: { check: {}, validate_input: hook('http://x', 'a b') } },
      ],
    },
    'insert_permission: Inconsistent object: in table "article": in permission for role "user": "a b" is no name of a header at sources.0.tables.0.insert_permissions.0.permission.validate_input.definition.headers.0',
  ],
  [
    'a permission for the administrator',
    { delete_permissions: [{ role: 'admin', permission: { filter: {} } }] },
    'delete_permission: Inconsistent object: in table "article": in permission for role "admin": cannot define permission for admin role at sources.0.tables.0.delete_permissions.0.permission',
  ],
  [
    'two for one role',
    {
      delete_permissions: [
        { role: 'user', permission: { filter: { id: 1 } } },
        { role: 'user', permission: { filter: {} } },
      ],
    },
    'delete_permission: Duplicate objects: multiple definitions for delete_permission user in table article in source default at sources.0.tables.0.delete_permissions.0.permission',
  ],
])('%s', (_, table, text) => {
  const artifact = compiled(table);
  const [first, ...others] = artifact.inconsistencies;
  expect(`${first?.type}: ${first?.reason} at ${first?.path.join('.')}`).toBe(text);
  expect(others).toEqual([]);
  const user = artifact.roles.find((r) => r.role === 'user');
  expect([user?.writes, user?.mutationFields]).toEqual([[], []]);
  const admin = artifact.roles.find((r) => r.role === 'admin');
  expect(admin?.mutationFields.map((f) => f.name)).toEqual([
    'delete_article',
    'delete_article_by_pk',
    'insert_article',
    'insert_article_one',
    'update_article',
    'update_article_by_pk',
    'update_article_many',
  ]);
});

test('a custom name GraphQL does not allow takes the table out', () => {
  const artifact = compiled({ configuration: { custom_root_fields: { insert: 'no-name' } } });
  expect(artifact.inconsistencies.map((i) => i.reason)).toEqual([
    'Inconsistent object: cannot include "no-name" in the GraphQL schema because it is not a valid GraphQL identifier',
  ]);
});

test('two fields of mutations with one name take the table out', () => {
  const artifact = compiled({ configuration: { custom_root_fields: { insert: 'x', delete: 'x' } } });
  expect(artifact.inconsistencies.map((i) => i.reason)).toEqual([
    "Inconsistent object: Encountered conflicting definitions in the selection set for 'mutation_root' for field 'x' defined in [table article in source default, table article in source default]. Fields must not be defined more than once across all sources.",
  ]);
});

test('the names of queries and of mutations do not meet', () => {
  const artifact = compiled({ configuration: { custom_root_fields: { select: 'x', insert: 'x' } } });
  expect(artifact.inconsistencies).toEqual([]);
});

test('fields for several updates are left out where the deployment says so', () => {
  const artifact = compile(metadataOf({ tables: [{ table: ARTICLE }] }), new Map([['default', CATALOG]]), {
    ...DEFAULT_COMPILE_OPTIONS,
    hideUpdateMany: true,
  });
  const names = artifact.roles[0]?.mutationFields.map((f) => f.name);
  expect(names).toContain('update_article');
  expect(names).not.toContain('update_article_many');
});
