// A small database in memory, its tables and relationships, and the SQL that makes the same database in Postgres.

import { must } from '../../src/util/assert.ts';

export type Value = number | string | boolean | null;
export type Row = Readonly<Record<string, Value>>;

/** `mood`: the values of an enum table. */
export type ColumnType = 'int' | 'text' | 'bool' | 'float' | 'mood';

export interface TableShape {
  readonly name: string;
  /** Those a client sees as columns, computed fields among them. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly relationships: Readonly<Record<string, RelationshipShape>>;
  /** Columns that follow from the others. */
  readonly derived?: Readonly<Record<string, Derived>>;
  readonly view?: ViewShape;
}

export interface Derived {
  /** A generated column of the table, or a function. */
  readonly by: 'table' | 'computed field';
  readonly of: (row: Row) => Value;
}

/** Some columns of some of a table's rows. */
export interface ViewShape {
  readonly of: string;
  readonly shows: (row: Row) => boolean;
  /** Written by triggers, else by Postgres itself. */
  readonly byTriggers: boolean;
}

export interface RelationshipShape {
  readonly kind: 'object' | 'array';
  readonly table: string;
  /** Column here, column there. */
  readonly on: readonly [string, string];
  /** Which of the rows: of a computed field. */
  readonly only?: (row: Row) => boolean;
}

const above = (least: number) => (value: Value | undefined) => typeof value === 'number' && value > least;

export const TABLES: Readonly<Record<string, TableShape>> = {
  author: {
    name: 'author',
    columns: { id: 'int', name: 'text', age: 'int', active: 'bool', mood: 'mood', tag: 'text' },
    relationships: {
      articles: { kind: 'array', table: 'article', on: ['id', 'author_id'] },
      comments: { kind: 'array', table: 'comment', on: ['id', 'author_id'] },
      shouts: { kind: 'array', table: 'shout', on: ['id', 'author_id'] },
      liked: {
        kind: 'array',
        table: 'article',
        on: ['id', 'author_id'],
        only: (row) => above(2)(row['rating']),
      },
    },
    derived: {
      tag: {
        by: 'computed field',
        of: ({ name, age }) => (name === null ? null : `${String(name)}/${age ?? '-'}`),
      },
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
      heading: 'text',
    },
    relationships: {
      author: { kind: 'object', table: 'author', on: ['author_id', 'id'] },
      comments: { kind: 'array', table: 'comment', on: ['id', 'article_id'] },
    },
    derived: {
      heading: {
        by: 'table',
        of: ({ title }) => (title === null ? null : String(title).toUpperCase()),
      },
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
  grown: {
    name: 'grown',
    columns: { id: 'int', name: 'text', age: 'int' },
    relationships: { articles: { kind: 'array', table: 'article', on: ['id', 'author_id'] } },
    view: { of: 'author', shows: (row) => above(2)(row['age']), byTriggers: false },
  },
  shout: {
    name: 'shout',
    columns: { id: 'int', author_id: 'int', title: 'text', rating: 'int' },
    relationships: { author: { kind: 'object', table: 'author', on: ['author_id', 'id'] } },
    view: { of: 'article', shows: () => true, byTriggers: true },
  },
};

/** What native queries give rows of. */
export const MODELS: Readonly<Record<string, TableShape>> = {
  scored: {
    name: 'scored',
    columns: { id: 'int', author_id: 'int', title: 'text', rating: 'int' },
    relationships: {},
  },
};

/** Of a table, a view or a logical model. */
export const shapeOf = (name: string): TableShape =>
  must(TABLES[name] ?? MODELS[name], 'a table of the model');

export const MOODS = ['HAPPY', 'SAD'] as const;

/** What a client may write, and select by name where no function is called. */
export const isColumn = (table: string, column: string): boolean =>
  TABLES[table]?.derived?.[column]?.by !== 'computed field';

/** A row with the columns that follow from others. */
export function derive(table: string, row: Row): Row {
  const { derived = {} } = shapeOf(table);
  return { ...row, ...Object.fromEntries(Object.entries(derived).map(([c, { of }]) => [c, of(row)])) };
}

/** A table's row as a view or a native query shows it. */
export function rowOfView(view: string, row: Row): Row {
  const { columns } = shapeOf(view);
  return Object.fromEntries(Object.keys(columns).map((column) => [column, row[column] ?? null]));
}

/** The rows of the tables, and those of the views over them. */
export function withViews(
  rows: Readonly<Record<string, readonly Row[]>>,
): Readonly<Record<string, readonly Row[]>> {
  const views = Object.values(TABLES).flatMap(({ name, view }) => (view ? [{ name, ...view }] : []));
  const shown = views.map(({ name, of, shows }) => [
    name,
    (rows[of] ?? []).filter(shows).map((row) => rowOfView(name, row)),
  ]);
  return { ...rows, ...Object.fromEntries(shown) };
}

/** The views and functions. */
export const AROUND_TABLES = `
create view grown as select id, name, age from author where age > 2;
create view shout as select id, author_id, title, rating from article;
create function tag(author) returns text stable language sql as $$ select $1.name || '/' || coalesce($1.age::text, '-') $$;
create function liked(author) returns setof article stable language sql as
  $$ select * from article where author_id = $1.id and rating > 2 $$;
create function search(lowest int) returns setof article stable language sql as
  $$ select * from article where rating >= lowest $$;`;

export const MOOD_TABLE = `
create table mood (value text primary key, comment text);
insert into mood (value) values ('HAPPY'), ('SAD');`;

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
      if (table.derived?.[column]) row[column] = null;
      else if (column === 'id') row[column] = i + 1;
      else if (next(6) === 0) row[column] = null;
      else if (column.endsWith('_id')) row[column] = next(7) + 1;
      else if (type === 'int') row[column] = next(5);
      else if (type === 'float') row[column] = next(6) / 2;
      else if (type === 'bool') row[column] = next(2) === 0;
      else if (type === 'mood') row[column] = MOODS[next(2)] ?? null;
      else row[column] = WORDS[next(WORDS.length)] ?? '';
    }
    return derive(table.name, row);
  });
}

const OF_TABLES = {
  author: generate(must(TABLES['author'], 'a table of the model'), 7, 1),
  article: generate(must(TABLES['article'], 'a table of the model'), 14, 2),
  comment: generate(must(TABLES['comment'], 'a table of the model'), 16, 3),
};

export const ROWS: Readonly<Record<string, readonly Row[]>> = withViews(OF_TABLES);

const SQL_TYPES = {
  int: 'int',
  text: 'text',
  bool: 'boolean',
  float: 'double precision',
  mood: 'text references mood',
} as const;

/** Creates and fills the tables. */
export function databaseSql(): string {
  const tables = Object.values(TABLES)
    .filter(({ view }) => !view)
    .map((table) => {
      const stored = Object.entries(table.columns).filter(([name]) => !table.derived?.[name]);
      const columns = stored.map(
        ([name, type]) => `${name} ${SQL_TYPES[type]}${name === 'id' ? ' primary key' : ''}`,
      );
      if (table.derived?.['heading']) columns.push(HEADING);
      const rows = (ROWS[table.name] ?? []).map(
        (row) => `(${stored.map(([name]) => sqlValue(row[name] ?? null)).join(', ')})`,
      );
      return `create table ${table.name} (${columns.join(', ')}); insert into ${table.name} values ${rows.join(', ')};`;
    });
  return [MOOD_TABLE, ...tables, AROUND_TABLES].join('\n');
}

export const HEADING = 'heading text generated always as (upper(title)) stored';

function sqlValue(value: Value): string {
  if (value === null) return 'null';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
