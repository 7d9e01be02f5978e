// A thousand tables for five roles: compiled without growing out of hand, and the same from equal input.

import { expect, test } from 'vitest';

import { encodeArtifact } from '../../src/artifact/encode.ts';
import type { DatabaseCatalog } from '../../src/catalog/types.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Metadata, TableMetadata } from '../../src/metadata/types.ts';
import { CATALOG } from './catalog.ts';

const TABLES = 1000;
const ROLES = ['anonymous', 'editor', 'manager', 'owner', 'user'];

const tableName = (i: number) => ({ schema: 'public', name: `t${i % TABLES}` });

/** Each like `article`, with its keys leading to the next two tables. */
function largeCatalog(): DatabaseCatalog {
  const article = CATALOG.tables.find((t) => t.name === 'article');
  const tables = Array.from({ length: TABLES }, (_, i) => ({
    ...structuredClone(article as NonNullable<typeof article>),
    ...tableName(i),
    foreignKeys: ['author_id', 'editor_id'].map((column, k) => ({
      name: `t${i}_${column}`,
      columns: [column],
      referencedTable: tableName(i + k + 1),
      referencedColumns: ['id'],
    })),
  }));
  return { ...CATALOG, tables };
}

function largeMetadata(): Metadata {
  const tables = Array.from({ length: TABLES }, (_, i): TableMetadata => ({
    table: tableName(i),
    object_relationships: [
      { name: 'author', using: { foreign_key_constraint_on: 'author_id' } },
      { name: 'editor', using: { foreign_key_constraint_on: 'editor_id' } },
    ],
    array_relationships: [
      {
        name: 'articles',
        using: { foreign_key_constraint_on: { table: tableName(i + TABLES - 1), column: 'author_id' } },
      },
    ],
    select_permissions: ROLES.map((role) => ({
      role,
      permission: {
        columns: ['id', 'title', 'author_id', 'tags'],
        filter: {
          _or: [{ author_id: { _eq: 'X-Hasura-User-Id' } }, { author: { editor: { title: role } } }],
        },
        allow_aggregations: true,
      },
    })),
  }));
  const configuration = { connection_info: { database_url: 'postgres://localhost' } };
  return { version: 3, sources: [{ name: 'default', kind: 'postgres', configuration, tables }] };
}

test(`${TABLES} tables for ${ROLES.length} roles compile, twice to the same bytes`, () => {
  const artifact = compile(largeMetadata(), new Map([['default', largeCatalog()]]));
  expect(artifact.inconsistencies).toEqual([]);
  expect(artifact.roles.map((r) => [r.role, r.tables.length, r.queryFields.length])).toEqual(
    ['admin', ...ROLES].map((role) => [role, TABLES, 3 * TABLES]),
  );
  expect(encodeArtifact(compile(largeMetadata(), new Map([['default', largeCatalog()]])))).toBe(
    encodeArtifact(artifact),
  );
});
