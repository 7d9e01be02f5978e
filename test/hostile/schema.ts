// A database whose names and shapes are as awkward as Postgres allows, with metadata that tracks all of it.

import type { TableMetadata } from '../../src/metadata/types.ts';
import { metadataOf } from '../support/stages.ts';

const LONG = 'l'.repeat(60);
/** Share their first 60 bytes; Postgres allows 63. */
export const LONG_COLUMNS: readonly [string, string] = [`${LONG}_a1`, `${LONG}_a2`];
export const WIDE = 60;
export const WIDEST = 1500;

const columns = (count: number): string =>
  Array.from({ length: count }, (_, i) => `c${i} int default ${i}`).join(', ');

export const HOSTILE_SQL = `
create schema "we""ird";
create type mood as enum ('sad', 'it''s "ok"', 'ünï💥');
create domain posint as int check (value > 0);
create table author (
  id int primary key, name text, mood mood, "; drop table author; --" text default 'still here',
  "constructor" text default 'c', "__proto__x" text, r text default 'an alias', t text default 'another',
  big bigint, num numeric, f8 float8, ts timestamptz, j jsonb, tags text[], pos posint, bytes bytea, parent int references author
);
insert into author (id, name, mood, big, num, f8, ts, j, tags, pos, bytes, parent) values
  (1, 'Ann "A" \\ '';--', 'sad', 9007199254740993, 0.10000000000000000001, 'NaN', 'infinity', '{"a": {"b": [1, "x"]}, "k''": null}', '{a,"b c",NULL}', 1, '\\xdeadbeef', null),
  (2, 'Bob', 'it''s "ok"', -9223372036854775808, 'NaN', '-Infinity', '0001-01-01 00:00:00+00 BC', '[]', '{}', 2, null, 1),
  (3, null, 'ünï💥', null, null, null, null, null, null, null, null, 1);
create table article (id int primary key, author_id int references author, title text);
insert into article values (1, 1, 'one'), (2, 1, 'two'), (3, 2, 'three');
create table "we""ird"."ta""ble" ("${LONG_COLUMNS[0]}" int primary key, "${LONG_COLUMNS[1]}" text, "select" text);
insert into "we""ird"."ta""ble" values (7, 'seven', 'from');
create table wide (${columns(WIDE)});
insert into wide default values;
create table widest (${columns(WIDEST)});
insert into widest default values;
create table many (id int primary key, body text);
insert into many select n, 'row ' || n from generate_series(1, 10000) n;
create table fat (id int primary key, body text);
insert into fat values (1, repeat('x', 1000000));
create view slow as select 1 as id, pg_sleep(3)::text as zzz;
create function author_upper(author_row author) returns text language sql stable as $$ select upper(author_row.name) $$;
create function author_search(author_row author, prefix text, suffix text default '') returns setof article language sql stable
  as $$ select * from article where author_id = author_row.id and title like prefix || '%' || suffix $$;
create function author_options(author_row author, opts text default 'none', s json default null) returns text language sql stable
  as $$ select opts || ' ' || coalesce(s->>'x-hasura-role', 'nobody') $$;
create function author_session(author_row author, s json) returns text language sql stable as $$ select s->>'x-hasura-user-id' $$;
`;

const table = (name: string, extra: Partial<TableMetadata> = {}): TableMetadata => ({
  table: { schema: 'public', name },
  ...extra,
});

export const HOSTILE_METADATA = metadataOf({
  tables: [
    table('author', {
      configuration: { column_config: { '; drop table author; --': { custom_name: 'dropped' } } },
      object_relationships: [{ name: 'parentAuthor', using: { foreign_key_constraint_on: 'parent' } }],
      array_relationships: [
        {
          name: 'articles',
          using: {
            foreign_key_constraint_on: {
              table: { schema: 'public', name: 'article' },
              column: 'author_id',
            },
          },
        },
        {
          name: 'children',
          using: {
            foreign_key_constraint_on: { table: { schema: 'public', name: 'author' }, column: 'parent' },
          },
        },
      ],
      computed_fields: [
        { name: 'upper', definition: { function: { schema: 'public', name: 'author_upper' } } },
        { name: 'search', definition: { function: { schema: 'public', name: 'author_search' } } },
        {
          name: 'options',
          definition: { function: { schema: 'public', name: 'author_options' }, session_argument: 's' },
        },
        {
          name: 'whoami',
          definition: { function: { schema: 'public', name: 'author_session' }, session_argument: 's' },
        },
      ],
      select_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['id', 'name'],
            filter: { id: { _eq: 'X-Hasura-User-Id' } },
            computed_fields: ['upper'],
            limit: 2,
          },
        },
      ],
    }),
    table('article', {
      object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
    }),
    {
      table: { schema: 'we"ird', name: 'ta"ble' },
      configuration: { custom_name: 'weird' },
      select_permissions: [
        { role: 'user', permission: { columns: '*', filter: { select: { _eq: `'; select "from` } } } },
      ],
    },
    table('wide'),
    table('widest'),
    table('many'),
    table('fat'),
    table('slow'),
  ],
});
