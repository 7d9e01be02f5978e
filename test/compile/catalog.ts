// A small database as its catalog, written by hand: authors, articles, a view and functions over authors.

import type {
  CatalogColumn,
  CatalogFunction,
  CatalogTable,
  CatalogType,
  DatabaseCatalog,
} from '../../src/catalog/types.ts';

export const type = (name: string, extra: Partial<CatalogType> = {}): CatalogType => ({
  schema: 'pg_catalog',
  name,
  dimensions: 0,
  kind: 'base',
  ...extra,
});

const column = (
  name: string,
  of: CatalogType,
  position: number,
  extra: Partial<CatalogColumn> = {},
): CatalogColumn => ({
  name,
  position,
  type: of,
  nullable: true,
  hasDefault: false,
  generated: false,
  identity: null,
  comment: null,
  ...extra,
});

const table = (
  name: string,
  columns: readonly [string, CatalogType, Partial<CatalogColumn>?][],
  extra: Partial<CatalogTable> = {},
): CatalogTable => ({
  schema: 'public',
  name,
  kind: 'table',
  comment: null,
  columns: columns.map(([n, t, e], i) => column(n, t, i + 1, e)),
  primaryKey: { name: `${name}_pkey`, columns: ['id'] },
  uniqueKeys: [],
  foreignKeys: [],
  insertable: true,
  updatable: true,
  deletable: true,
  ...extra,
});

const rowOf = (name: string): CatalogType => type(name, { schema: 'public', kind: 'composite' });

export const fn = (name: string, extra: Partial<CatalogFunction> = {}): CatalogFunction => ({
  schema: 'public',
  name,
  volatility: 'stable',
  returnsSet: false,
  returns: type('text'),
  returnsColumns: [],
  arguments: [{ name: 'author_row', type: rowOf('author'), hasDefault: false }],
  variadic: false,
  special: false,
  comment: null,
  ...extra,
});

export const CATALOG: DatabaseCatalog = {
  serverVersion: 180004,
  tables: [
    table(
      'article',
      [
        ['id', type('int4'), { nullable: false }],
        ['author_id', type('int4'), { nullable: false }],
        ['editor_id', type('int4')],
        ['title', type('text')],
        ['meta', type('jsonb')],
        ['tags', type('text', { dimensions: 1 })],
        ['"; drop table article; --', type('text')],
      ],
      {
        foreignKeys: [
          {
            name: 'article_author_id_fkey',
            columns: ['author_id'],
            referencedTable: { schema: 'public', name: 'author' },
            referencedColumns: ['id'],
          },
          {
            name: 'article_editor_id_fkey',
            columns: ['editor_id'],
            referencedTable: { schema: 'public', name: 'author' },
            referencedColumns: ['id'],
          },
        ],
      },
    ),
    table('author', [
      ['id', type('int4'), { nullable: false }],
      ['name', type('text')],
      ['constructor', type('text')],
      ['raw', type('json')],
      ['raw_tags', type('text', { dimensions: 1 })],
    ]),
  ],
  functions: [
    fn('author_upper'),
    fn('author_articles', { returnsSet: true, returns: rowOf('article') }),
    fn('author_stats', {
      returnsSet: true,
      returns: type('record', { kind: 'pseudo' }),
    }),
    fn('author_volatile', { volatility: 'volatile' }),
    fn('author_padded', {
      arguments: [
        { name: 'author_row', type: rowOf('author'), hasDefault: false },
        { name: null, type: type('int4'), hasDefault: false },
        { name: 'session', type: type('json'), hasDefault: false },
        { name: null, type: type('text'), hasDefault: true },
      ],
    }),
    fn('author_void', { returns: type('void', { kind: 'pseudo' }) }),
    fn('author_editor', { returns: rowOf('article') }),
    fn('no_arguments', { arguments: [] }),
    fn('other_row', { arguments: [{ name: 'a', type: rowOf('article'), hasDefault: false }] }),
    fn('author_twice'),
    fn('author_twice', { arguments: [] }),
    fn('no_row', { arguments: [{ name: 'x', type: type('int4'), hasDefault: false }] }),
  ],
  enums: [],
  domains: [],
  composites: [],
};
