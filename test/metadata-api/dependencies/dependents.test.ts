// What uses an object, what goes with it, and what stays.

import { describe, expect, test } from 'vitest';

import {
  dependentsOf,
  directDependentsOf,
  refuseDependents,
  typeDependentsOf,
} from '../../../src/metadata-api/dependencies/dependents.ts';
import { purge } from '../../../src/metadata-api/dependencies/purge.ts';
import type { SchemaObject } from '../../../src/metadata-api/dependencies/types.ts';
import { describeObject } from '../../../src/metadata-api/dependencies/types.ts';
import { CATALOG } from '../../compile/catalog.ts';
import { BLOG } from './blog.ts';

const CATALOGS = new Map([
  ['default', CATALOG],
  ['shop', CATALOG],
]);

const author = { source: 'default', table: { schema: 'public', name: 'author' } };
const article = { source: 'default', table: { schema: 'public', name: 'article' } };
const column = (of: typeof author, name: string): SchemaObject => ({ kind: 'column', ...of, name });

/** Without the source, where that is "default". */
const called = (objects: readonly SchemaObject[]): readonly string[] =>
  objects.map((object) => describeObject(object).replace(' in source "default"', '')).toSorted();

const CASES: readonly {
  readonly of: SchemaObject;
  readonly direct: readonly string[];
  /** What uses it through others. */
  readonly through?: readonly string[];
}[] = [
  {
    of: column(author, 'id'),
    direct: [
      'event-trigger author.renamed',
      'permission author.all.select',
      'permission author.user.select',
      'relationship article.author',
      'relationship article.editor',
      'relationship author.articles',
      'remote relationship article.author in source "shop"',
      'remote relationship author.invoices',
    ],
    through: [
      'permission article.user.delete',
      'permission article.user.insert',
      'permission article.user.update',
      'permission author.counter.select',
    ],
  },
  {
    of: column(author, 'name'),
    direct: [
      'event-trigger author.renamed',
      'permission article.user.insert',
      'permission author.all.select',
      'relationship author.namesakes',
      'remote relationship author of type Payment in remote schema pay',
      'remote relationship author.payments',
    ],
  },
  {
    of: column(author, 'constructor'),
    direct: ['permission author.all.select', 'relationship author.namesakes'],
  },
  {
    of: column(author, 'raw'),
    direct: [
      'event-trigger author.renamed',
      'permission article.user.update',
      'permission author.all.select',
    ],
  },
  { of: column(author, 'nothing'), direct: [] },
  {
    of: column(article, 'title'),
    direct: [
      'permission article.all.insert',
      'permission article.user.insert',
      'permission article.user.update',
      'permission author.counter.select',
      'permission author.user.select',
    ],
  },
  {
    of: column(article, 'meta'),
    direct: [
      'permission article.all.insert',
      'permission article.user.insert',
      'permission author.counter.select',
    ],
  },
  {
    of: column(article, 'author_id'),
    direct: ['permission article.all.insert', 'relationship article.author', 'relationship author.articles'],
    through: [
      'permission article.user.delete',
      'permission article.user.update',
      'permission author.counter.select',
      'permission author.user.select',
    ],
  },
  {
    of: {
      kind: 'foreign_key',
      ...article,
      columns: [['editor_id', 'id']],
      references: { schema: 'public', name: 'author' },
    },
    direct: ['relationship article.editor'],
    through: ['permission article.user.insert'],
  },
  {
    of: { kind: 'relationship', ...article, name: 'author' },
    direct: ['permission article.user.delete', 'permission article.user.update'],
  },
  {
    of: { kind: 'computed_field', ...author, name: 'upper' },
    direct: [
      'permission article.user.delete',
      'permission author.user.select',
      'remote relationship author.payments',
    ],
  },
  {
    of: { kind: 'function', source: 'default', function: { schema: 'public', name: 'author_articles' } },
    direct: ['computed field author.written'],
    through: ['permission article.user.update'],
  },
  {
    of: { kind: 'table', ...author },
    direct: [
      'permission article.user.delete',
      'permission article.user.insert',
      'permission article.user.update',
      'relationship article.author',
      'relationship article.editor',
      'remote relationship article.author in source "shop"',
      'remote relationship author of type Payment in remote schema pay',
    ],
  },
  {
    of: { kind: 'table', ...article },
    direct: [
      'computed field author.written',
      'function author_articles',
      'permission author.counter.select',
      'permission author.user.select',
      'relationship author.articles',
    ],
  },
  {
    of: { kind: 'table', source: 'shop', table: article.table },
    direct: ['remote relationship author.invoices'],
  },
  {
    of: { kind: 'source', source: 'default' },
    direct: [
      'remote relationship article.author in source "shop"',
      'remote relationship author of type Payment in remote schema pay',
    ],
  },
  { of: { kind: 'source', source: 'shop' }, direct: ['remote relationship author.invoices'] },
  {
    of: { kind: 'remote_schema', name: 'pay' },
    direct: [
      'remote relationship author of type Payment in remote schema pay',
      'remote relationship author.payments',
    ],
  },
  { of: { kind: 'permission', ...author, role: 'user', operation: 'select' }, direct: [] },
];

describe.each(CASES.map((one) => [describeObject(one.of), one] as const))(
  '%s',
  (_, { of, direct, through = [] }) => {
    test('is used by', () => {
      expect(called(directDependentsOf(BLOG, CATALOGS, [of]))).toEqual(direct);
    });

    test('is used by, through others too', () => {
      expect(called(dependentsOf(BLOG, CATALOGS, [of]))).toEqual([...direct, ...through].toSorted());
    });

    test('is used by nothing when they are gone', () => {
      const without = purge(BLOG, dependentsOf(BLOG, CATALOGS, [of]));
      expect(called(directDependentsOf(without, CATALOGS, [of]))).toEqual([]);
    });
  },
);

test.each([
  [author, 'name', ['permission article.user.insert']],
  [author, 'raw', ['permission article.user.update']],
  [author, 'id', []],
  [article, 'id', []],
  [article, 'tags', ['permission article.user.insert']],
  [article, 'meta', []],
  [article, 'title', ['permission author.counter.select', 'permission author.user.select']],
] as const)('the type of %j.%s matters to %j', (of, name, users) => {
  expect(called(typeDependentsOf(BLOG, CATALOGS, column(of, name)))).toEqual(users);
});

test('an error lists each once, sorted', () => {
  const objects: SchemaObject[] = [
    { kind: 'relationship', ...author, name: 'b' },
    { kind: 'permission', ...author, role: 'user', operation: 'select' },
    { kind: 'relationship', ...author, name: 'b' },
  ];
  expect(() => refuseDependents(objects, { parent: undefined, key: 'args' })).toThrow(
    'cannot drop due to the following dependent objects: permission author.user.select in source "default", relationship author.b in source "default"',
  );
  expect(() => refuseDependents([], undefined)).not.toThrow();
});

describe('purge', () => {
  test('leaves metadata alone that nothing is taken from', () => {
    expect(purge(BLOG, [])).toBe(BLOG);
    expect(purge(BLOG, [column(author, 'nothing'), { kind: 'remote_schema', name: 'other' }])).toEqual(BLOG);
  });

  test('forgets the configuration of columns', () => {
    const { configuration } = purge(BLOG, [column(author, 'name')]).sources[0]?.tables[0] ?? {};
    expect(configuration).toEqual({
      column_config: { constructor: { comment: 'odd' } },
      custom_column_names: {},
    });
  });

  test('takes what belongs to an object', () => {
    const objects: SchemaObject[] = [
      { kind: 'table', ...author },
      { kind: 'source', source: 'shop' },
      { kind: 'remote_schema', name: 'pay' },
      {
        kind: 'function_permission',
        source: 'default',
        function: { schema: 'public', name: 'author_articles' },
        role: 'user',
      },
    ];
    const { sources, remote_schemas: remote } = purge(BLOG, objects);
    expect(
      sources.map(({ name, tables, functions }) => [name, tables.map((t) => t.table.name), functions]),
    ).toEqual([
      [
        'default',
        ['article'],
        [{ function: { schema: 'public', name: 'author_articles' }, permissions: [] }],
      ],
    ]);
    expect(remote).toEqual([]);
  });
});
