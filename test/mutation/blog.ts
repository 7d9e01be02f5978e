// A blog whose tables are written to under many permissions: schema, metadata, rows, and one way to ask.

import { afterAll, beforeAll, expect } from 'vitest';

import type { Metadata, TableMetadata } from '../../src/metadata/types.ts';
import { must } from '../../src/util/assert.ts';
import { type Ask, metadataOf, startStages } from '../support/stages.ts';

export const SCHEMA = `
create table author (
  id serial primary key, name text not null unique, bio text, is_admin boolean not null default false,
  score int not null default 0, info jsonb, tenant int not null default 1
);
create table article (
  id serial primary key, title text not null, content text, author_id int references author(id) on delete cascade,
  status text not null default 'draft', tags text[], created_at timestamptz not null default now(),
  constraint no_empty_title check (title <> '')
);
create table profile (author_id int primary key references author(id) on delete cascade, phone text not null);
create table category (id serial primary key, name text not null unique, parent_id int references category(id));
create table tag (name text primary key, uses int not null default 1);
create table article_tag (article_id int references article(id) on delete cascade, tag text references tag(name), primary key (article_id, tag));
create table member (team int not null, user_id int not null, role text not null, primary key (team, user_id));
create table stock (id int primary key, amount int not null);
create table basket (id serial primary key, stock_id int not null references stock(id), amount int not null);
create view published as select * from article where status = 'published' with check option;
create view titles as select id, title from article union all select id, name from author;
create view inbox as select id, title from article;
create function inbox_insert() returns trigger language plpgsql as $$
  begin insert into article (title, status) values (new.title, 'inbox') returning id into new.id; return new; end $$;
create trigger inbox_insert instead of insert on inbox for each row execute function inbox_insert();
create function shout(a author) returns text language sql stable as $$ select upper(a.name) $$;
create function count_articles(a author) returns bigint language sql stable as $$ select count(*) from article where author_id = a.id $$;
`;

/** Puts the rows back; ids of new rows go on from 101. */
export const ROWS = `
truncate author, article, profile, category, tag, article_tag, member, stock, basket restart identity;
insert into author (id, name, is_admin, info) values (1, 'ann', false, '{"a": 1, "list": [1, 2]}'), (2, 'bob', false, null), (3, 'cat', true, null);
insert into article (id, title, author_id, status) values (1, 'one', 1, 'draft'), (2, 'two', 1, 'published'), (3, 'three', 2, 'draft');
insert into profile values (1, '111');
insert into tag values ('news', 5);
insert into member values (1, 1, 'owner'), (1, 2, 'guest');
insert into stock values (1, 10);
alter sequence author_id_seq restart 101; alter sequence article_id_seq restart 101;
alter sequence category_id_seq restart 101; alter sequence basket_id_seq restart 101;
`;

const table = (name: string, rest: Partial<TableMetadata> = {}): TableMetadata => ({
  table: { schema: 'public', name },
  ...rest,
});
const own = 'X-Hasura-User-Id';
const remoteKey = (name: string, column: string) => ({
  using: { foreign_key_constraint_on: { table: { schema: 'public', name }, column } },
});

/** Roles: `user` writes what is its own, `editor` whatever is no other's, `service` from backends. */
export const METADATA: Metadata = metadataOf({
  tables: [
    table('author', {
      array_relationships: [{ name: 'articles', ...remoteKey('article', 'author_id') }],
      object_relationships: [
        { name: 'profile', ...remoteKey('profile', 'author_id') },
        {
          name: 'profile_manual',
          using: {
            manual_configuration: {
              remote_table: { schema: 'public', name: 'profile' },
              column_mapping: { id: 'author_id' },
              insertion_order: 'after_parent',
            },
          },
        },
      ],
      computed_fields: [
        { name: 'shout', definition: { function: { schema: 'public', name: 'shout' } } },
        { name: 'article_count', definition: { function: { schema: 'public', name: 'count_articles' } } },
      ],
      select_permissions: [
        { role: 'user', permission: { columns: ['id', 'name', 'bio'], filter: { id: own } } },
        { role: 'editor', permission: { columns: '*', filter: {}, allow_aggregations: true } },
      ],
      insert_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['id', 'name', 'bio'],
            check: { id: own },
            set: { tenant: 'X-Hasura-Tenant', is_admin: false },
          },
        },
        { role: 'editor', permission: { check: { is_admin: false } } },
        { role: 'writer', permission: { columns: ['name'], check: {} } },
        { role: 'service', permission: { columns: ['name'], check: {}, backend_only: true } },
      ],
      update_permissions: [
        { role: 'user', permission: { columns: ['name', 'bio'], filter: { id: own }, set: { score: 7 } } },
        {
          role: 'editor',
          permission: {
            columns: ['name', 'bio', 'is_admin', 'info', 'score'],
            filter: { tenant: 1 },
            check: { is_admin: false },
          },
        },
      ],
      delete_permissions: [
        { role: 'user', permission: { filter: { id: own } } },
        { role: 'writer', permission: { filter: {} } },
      ],
    }),
    table('article', {
      object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
      array_relationships: [{ name: 'tags_of', ...remoteKey('article_tag', 'article_id') }],
      select_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['id', 'title', 'status', 'author_id'],
            filter: { _or: [{ author_id: own }, { status: 'published' }] },
          },
        },
        { role: 'editor', permission: { columns: '*', filter: {}, allow_aggregations: true } },
      ],
      insert_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['id', 'title', 'content', 'status'],
            check: { author: { id: own, is_admin: false } },
            set: { author_id: own },
          },
        },
        { role: 'editor', permission: { check: { author: { is_admin: false } } } },
      ],
      update_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['title', 'status'],
            filter: { author_id: own, status: 'draft' },
            check: { status: { _in: ['draft', 'review'] } },
          },
        },
        { role: 'editor', permission: { columns: [], filter: {} } },
      ],
      delete_permissions: [
        { role: 'user', permission: { filter: { author: { id: own }, status: 'draft' } } },
      ],
    }),
    table('profile', {
      select_permissions: [{ role: 'editor', permission: { columns: '*', filter: {} } }],
      insert_permissions: [{ role: 'editor', permission: { check: { phone: { _neq: '666' } } } }],
    }),
    table('category', {
      object_relationships: [{ name: 'parent', using: { foreign_key_constraint_on: 'parent_id' } }],
      array_relationships: [{ name: 'children', ...remoteKey('category', 'parent_id') }],
    }),
    table('tag'),
    table('article_tag', {
      object_relationships: [
        { name: 'tag_row', using: { foreign_key_constraint_on: 'tag' } },
        { name: 'article', using: { foreign_key_constraint_on: 'article_id' } },
      ],
    }),
    table('member', {
      select_permissions: [{ role: 'user', permission: { columns: '*', filter: {} } }],
      insert_permissions: [
        {
          role: 'user',
          permission: {
            check: {
              _exists: {
                _table: { schema: 'public', name: 'member' },
                _where: { user_id: own, role: 'owner', team: { _ceq: ['$', 'team'] } },
              },
            },
          },
        },
      ],
    }),
    table('stock'),
    table('basket', {
      object_relationships: [{ name: 'stock', using: { foreign_key_constraint_on: 'stock_id' } }],
      insert_permissions: [
        {
          role: 'user',
          permission: {
            columns: ['stock_id', 'amount'],
            check: { stock: { amount: { _cgte: ['$', 'amount'] } } },
          },
        },
      ],
    }),
    table('published'),
    table('titles'),
    table('inbox'),
  ],
});

export interface Blog {
  readonly ask: Ask;
  /** Puts the rows back. */
  reset(): Promise<void>;
  /** Rows of a query, each as its columns joined by commas. */
  rows(sql: string): Promise<string[]>;
  stop(): Promise<void>;
}

/** The blog of a test file: started before its tests, stopped after them. */
export function blogOfFile(): Blog {
  let started: Blog | undefined;
  beforeAll(async () => {
    started = await startBlog();
  });
  afterAll(() => started?.stop());
  const blog = (): Blog => must(started, 'tests run once it is started');
  return {
    get ask() {
      return blog().ask;
    },
    reset: () => blog().reset(),
    rows: (sql) => blog().rows(sql),
    stop: () => blog().stop(),
  };
}

export async function startBlog(metadata: Metadata = METADATA): Promise<Blog> {
  const stages = await startStages(SCHEMA);
  const artifact = stages.compiled(metadata);
  expect(artifact.inconsistencies).toEqual([]);
  const { client } = stages;
  return {
    ask: stages.serve(artifact),
    async reset() {
      await client.query(ROWS);
    },
    async rows(sql) {
      const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' });
      return rows.map((row) => row.map((v) => (typeof v === 'string' ? v : JSON.stringify(v))).join(','));
    },
    stop: () => stages.stop(),
  };
}

/** A case of a table of cases: what a role asks, what it is told, and a query with the state it leaves. */
export interface MutationCase {
  readonly name: string;
  readonly role?: string;
  readonly session?: Readonly<Record<string, string>>;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  /** Data, or `<code> <path> <message>`. */
  readonly gives: unknown;
  readonly state?: readonly [sql: string, rows: readonly string[]];
}

/** Runs one case on fresh rows. */
export async function runCase(blog: Blog, c: MutationCase): Promise<void> {
  await blog.reset();
  const answer = await blog.ask(c.role ?? 'admin', c.query, {
    session: c.session ?? { 'x-hasura-user-id': '1', 'x-hasura-tenant': '4' },
    ...(c.variables && { variables: c.variables }),
  });
  expect(answer).toEqual(c.gives);
  if (c.state) expect(await blog.rows(c.state[0])).toEqual(c.state[1]);
}

export const AUTHORS = 'select id, name, bio, is_admin, score, tenant from author order by id';
export const UNCHANGED_AUTHORS = ['1,ann,null,false,0,1', '2,bob,null,false,0,1', '3,cat,null,true,0,1'];
export const ARTICLES = 'select id, title, author_id, status from article order by id';
export const UNCHANGED_ARTICLES = ['1,one,1,draft', '2,two,1,published', '3,three,2,draft'];
