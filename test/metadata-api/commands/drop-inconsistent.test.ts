// Dropping what is inconsistent.

import { expect, test } from 'vitest';

import type { Inconsistency } from '../../../src/artifact/types.ts';
import { dropInconsistent } from '../../../src/metadata-api/commands/drop-inconsistent.ts';
import { BLOG, changed } from './cases.ts';

function at(path: Inconsistency['path'], type = 'table'): Inconsistency {
  return { type, name: '', definition: {}, reason: '', path };
}

const [author, article] = BLOG.sources[0]?.tables ?? [];

test.each<[string, readonly Inconsistency[], Readonly<Record<string, unknown>>]>([
  ['nothing', [], {}],
  ['a table', [at(['sources', 0, 'tables', 1])], { 'sources.0.tables': [author] }],
  [
    'a table and a relationship of another one, whatever their order',
    [at(['sources', 0, 'tables', 0, 'array_relationships', 0]), at(['sources', 0, 'tables', 1])],
    { 'sources.0.tables': [{ ...author, array_relationships: [] }] },
  ],
  [
    'a table and what is in it',
    [at(['sources', 0, 'tables', 1, 'select_permissions', 0]), at(['sources', 0, 'tables', 1])],
    { 'sources.0.tables': [author] },
  ],
  [
    'a permission by what is wrong inside it',
    [at(['sources', 0, 'tables', 1, 'select_permissions', 0, 'permission', 'filter', '_or', 0, 'tables', 3])],
    { 'sources.0.tables.1': { ...article, select_permissions: [] } },
  ],
  [
    'a table by its configuration',
    [at(['sources', 0, 'tables', 0, 'configuration', 'column_config'])],
    { 'sources.0.tables': [article] },
  ],
  ['a function', [at(['sources', 0, 'functions', 0])], { 'sources.0.functions': [] }],
  ['a source', [at(['sources', 0])], { sources: [] }],
  ['an inherited role', [at(['inherited_roles', 0])], { inherited_roles: [] }],
  [
    'not the table an inherited role may not write to',
    [at(['sources', 0, 'tables', 0], 'inherited role permission inconsistency')],
    {},
  ],
  [
    'a query, with the endpoint over it and the collection that has no other',
    [at(['query_collections', 0, 'definition', 'queries', 0])],
    {
      query_collections: [BLOG.query_collections?.[1]],
      allowlist: undefined,
      rest_endpoints: undefined,
    },
  ],
])('drops %s', (_, inconsistencies, changes) => {
  const before = structuredClone(BLOG);
  const change = dropInconsistent(BLOG, inconsistencies);
  expect(change.metadata).toEqual(changed(BLOG, changes));
  expect(change.consistency).toEqual({ kind: 'none new' });
  expect(BLOG).toEqual(before);
});
