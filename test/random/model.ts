// A small database in memory, its tables and relationships, and the SQL that makes the same database in Postgres.

import { must } from '../../src/util/assert.ts';

export type Value = number | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

export interface TableShape {
  readonly name: string;
  readonly columns: Readonly<Record<string, 'int' | 'text' | 'bool' | 'float'>>;
  readonly relationships: Readonly<Record<string, RelationshipShape>>;
}

export interface RelationshipShape {
  readonly kind: 'object' | 'array';
  readonly table: string;
  /** Column here, column there. */
  readonly on: readonly [string, string];
}

export const TABLES: Readonly<Record<string, TableShape>> = {
  author: {
    name: 'author',
    columns: { id: 'int', name: 'text', age: 'int', active: 'bool' },
    relationships: {
      articles: { kind: 'array', table: 'article', on: ['id', 'author_id'] },
      comments: { kind: 'array', table: 'comment', on: ['id', 'author_id'] },
    },
  },
  article: {
    name: 'article',
    columns: {
      id: 'int',
      author_id: 'int',
      title: 'text',
      rating: 'int',
      published: 'bool',
      score: 'float',
    },
    relationships: {
      author: { kind: 'object', table: 'author', on: ['author_id', 'id'] },
      comments: { kind: 'array', table: 'comment', on: ['id', 'article_id'] },
    },
  },
  comment: {
    name: 'comment',
    columns: { id: 'int', article_id: 'int', author_id: 'int', body: 'text' },
    relationships: {
      article: { kind: 'object', table: 'article', on: ['article_id', 'id'] },
      author: { kind: 'object', table: 'author', on: ['author_id', 'id'] },
    },
  },
};

/** Few distinct values and some nulls, so that filters hit and miss. */
const WORDS = ['a', 'ab', 'b', 'ba', "it's", '%', '_', ''];

function generate(table: TableShape, count: number, seed: number): Row[] {
  let state = seed;
  const next = (n: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  return Array.from({ length: count }, (_, i) => {
    const row: Record<string, Value> = {};
    for (const [column, type] of Object.entries(table.columns)) {
      if (column === 'id') row[column] = i + 1;
      else if (next(6) === 0) row[column] = null;
      else if (column.endsWith('_id')) row[column] = next(7) + 1;
      else if (type === 'int') row[column] = next(5);
      else if (type === 'float') row[column] = next(6) / 2;
      else if (type === 'bool') row[column] = next(2) === 0;
      else row[column] = WORDS[next(WORDS.length)] ?? '';
    }
    return row;
  });
}

export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  author: generate(must(TABLES['author'], 'a table of the model'), 7, 1),
  article: generate(must(TABLES['article'], 'a table of the model'), 14, 2),
  comment: generate(must(TABLES['comment'], 'a table of the model'), 16, 3),
};

const SQL_TYPES = { int: 'int', text: 'text', bool: 'boolean', float: 'double precision' } as const;

/** Creates and fills the three tables. */
export function databaseSql(): string {
  return Object.values(TABLES)
    .map((table) => {
      const columns = Object.entries(table.columns).map(
        ([name, type]) => `${name} ${SQL_TYPES[type]}${name === 'id' ? ' primary key' : ''}`,
      );
      const rows = (ROWS[table.name] ?? []).map((row) => `(${Object.values(row).map(sqlValue).join(', ')})`);
      return `create table ${table.name} (${columns.join(', ')}); insert into ${table.name} values ${rows.join(', ')};`;
    })
    .join('\n');
}

function sqlValue(value: Value): string {
  if (value === null) return 'null';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
