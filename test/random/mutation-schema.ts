// The tables of the model with keys, references, defaults and rules, and how its views are written: as SQL, and for the
// model in memory.

import type { Row, Value } from './model.ts';
import { AROUND_TABLES, derive, HEADING, isColumn, MOOD_TABLE, TABLES } from './model.ts';
import type { Rows } from './mutation-types.ts';

export const SCHEMA = `
create table nothing (id int);
${MOOD_TABLE}
create table author (
  id serial primary key, name text not null unique, age int default 1, active boolean default true,
  mood text default 'SAD' references mood,
  constraint adult check (age < 12)
);
create table article (
  id serial primary key, author_id int references author on delete cascade, title text default 'a', rating int,
  published boolean not null default false, score double precision default 0.5,
  ${HEADING},
  unique (author_id, title), constraint rated check (rating < 12)
);
create table comment (
  id serial primary key, article_id int references article on delete set null, author_id int references author,
  body text default 'b'
);
${AROUND_TABLES}
create function write_shout() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    update article set rating = null where id = old.id;
    return old;
  end if;
  new.title = coalesce(new.title, 'loud');
  if tg_op = 'INSERT' then
    new.id = coalesce(new.id, nextval('article_id_seq'));
    insert into article (id, author_id, title, rating) values (new.id, new.author_id, new.title, new.rating);
  else
    update article set id = new.id, author_id = new.author_id, title = new.title, rating = new.rating
      where id = old.id;
  end if;
  if not found then return null; end if;
  return new;
end $$;
create trigger write_shout instead of insert or update or delete on shout for each row execute function write_shout();`;

/** Unique keys by name; the primary key first. */
export const KEYS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  author: { author_pkey: ['id'], author_name_key: ['name'] },
  article: { article_pkey: ['id'], article_author_id_title_key: ['author_id', 'title'] },
  comment: { comment_pkey: ['id'] },
};

export const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  author: { age: 1, active: true, mood: 'SAD' },
  article: { title: 'a', published: false, score: 0.5 },
  comment: { body: 'b' },
};

interface Rules {
  readonly notNull: readonly string[];
  readonly check: (row: Row) => boolean;
}

const below = (value: Value | undefined): boolean => typeof value !== 'number' || value < 12;

export const CHECKS: Readonly<Record<string, Rules>> = {
  author: { notNull: ['id', 'name'], check: (row) => below(row['age']) },
  article: { notNull: ['id', 'published'], check: (row) => below(row['rating']) },
  comment: { notNull: ['id'], check: () => true },
};

const REFERENCES = [
  { table: 'article', column: 'author_id', to: 'author', deleted: 'cascade' },
  { table: 'comment', column: 'article_id', to: 'article', deleted: 'set null' },
  { table: 'comment', column: 'author_id', to: 'author', deleted: 'refuse' },
] as const;

/** Whether a row refers to one that is not there. */
export function breaksReference(rows: Rows): boolean {
  return REFERENCES.some(({ table, column, to }) => {
    const ids = new Set(rows[to]?.map((row) => row['id']));
    return (rows[table] ?? []).some((row) => row[column] !== null && !ids.has(row[column] ?? null));
  });
}

/** The rows without those that are deleted, and what follows for rows that refer to them. */
export function cascade(rows: Rows, table: string, gone: readonly Row[]): Rows {
  if (gone.length === 0) return rows;
  const ids = new Set(gone.map((row) => row['id'] ?? null));
  let left: Rows = { ...rows, [table]: (rows[table] ?? []).filter((row) => !ids.has(row['id'] ?? null)) };
  for (const reference of REFERENCES) {
    if (reference.to !== table || reference.deleted === 'refuse') continue;
    const { table: from, column, deleted } = reference;
    const refers = (row: Row): boolean => row[column] !== null && ids.has(row[column] ?? null);
    if (deleted === 'cascade') left = cascade(left, from, (left[from] ?? []).filter(refers));
    else {
      const changed = (left[from] ?? []).map((row) => (refers(row) ? { ...row, [column]: null } : row));
      left = { ...left, [from]: changed };
    }
  }
  return left;
}

const author = (
  id: number,
  name: string,
  age: number | null,
  active: boolean | null,
  mood: string | null,
): Row => derive('author', { id, name, age, active, mood, tag: null });
const article = (
  id: number,
  author_id: number | null,
  title: string | null,
  rating: number | null,
  published: boolean,
  score: number | null,
): Row => derive('article', { id, author_id, title, rating, published, score, heading: null });
const comment = (
  id: number,
  article_id: number | null,
  author_id: number | null,
  body: string | null,
): Row => ({
  id,
  article_id,
  author_id,
  body,
});

/** Few, so that filters hit and conflicts happen. */
export const START: Rows = {
  author: [
    author(1, 'a', 3, true, 'HAPPY'),
    author(2, "it's", null, null, null),
    author(3, 'ab', 0, false, 'SAD'),
    author(5, '', 4, true, 'HAPPY'),
  ],
  article: [
    article(1, 1, 'a', 3, true, 1),
    article(2, 1, 'b', null, false, null),
    article(3, 3, 'a', 2, true, 2.5),
    article(4, 3, null, 8, false, 0),
    article(6, null, 'ab', 5, true, 4),
  ],
  comment: [
    comment(1, 1, 3, 'a'),
    comment(2, 1, null, null),
    comment(3, 3, 1, "it's"),
    comment(4, null, 2, 'b'),
  ],
};

/** Columns that are written, in the order of the table. */
const storedColumns = (table: string): string =>
  Object.keys(TABLES[table]?.columns ?? {})
    .filter((column) => !TABLES[table]?.derived?.[column])
    .join(', ');

/** Puts the rows back, without triggers. */
export const RESET = `set session_replication_role = replica; delete from comment; delete from article; delete from author; ${Object.entries(
  START,
)
  .map(
    ([table, rows]) =>
      `insert into ${table} (${storedColumns(table)}) select ${storedColumns(table)} from json_populate_recordset(null::${table}, '${JSON.stringify(rows).replaceAll("'", "''")}');`,
  )
  .join(' ')} set session_replication_role = origin;`;

/** One row: the rows of each table, as the model has them. */
export const ROWS_NOW = `select json_build_object(${Object.keys(START)
  .map((table) => {
    const columns = Object.keys(TABLES[table]?.columns ?? {}).map((column) =>
      isColumn(table, column) ? column : `${column}(t) as ${column}`,
    );
    return `'${table}', (select coalesce(json_agg(r order by id), '[]') from (select ${columns.join(', ')} from ${table} t) r)`;
  })
  .join(', ')}) as rows`;
