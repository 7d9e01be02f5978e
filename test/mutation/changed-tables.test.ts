// Tables that change under a running worker: what run_sql does to them decides at once how mutations are written, and so
// does reload_metadata after what was done behind the worker's back.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { pgClient } from '../support/database.ts';
import { type Live, startLive } from '../support/live.ts';

const SQL = `
create table author (id serial primary key, name text not null);
create table article (id serial primary key, title text, author_id int references author (id));
create function first_article() returns trigger language plpgsql as $$
  begin
    if not exists (select from article where author_id = new.id) then
      insert into article (title, author_id) values ('by the trigger', new.id);
    end if;
    return null;
  end $$;`;
const TRIGGER =
  'create trigger first_article after insert on author for each row execute function first_article()';

let live: Live;
let client: pg.Client;
beforeAll(async () => {
  live = await startLive({ sql: SQL });
  client = await pgClient(live.database.url);
  for (const table of ['author', 'article'])
    await live.command('pg_track_table', { source: 'default', table });
  await live.command('pg_create_array_relationship', {
    source: 'default',
    table: 'author',
    name: 'articles',
    using: { foreign_key_constraint_on: { table: 'article', column: 'author_id' } },
  });
});
afterAll(async () => {
  await client?.end();
  await live?.stop();
});
beforeEach(async () => {
  await client.query('truncate author, article restart identity');
});

async function insert(): Promise<readonly string[]> {
  const { body } = await live.graphql(
    'mutation { insert_author_one(object: {name: "x", articles: {data: [{title: "given"}]}}) { name } }',
  );
  expect(body).toEqual({ data: { insert_author_one: { name: 'x' } } });
  const { rows } = await client.query<{ title: string }>('select title from article order by id');
  return rows.map(({ title }) => title);
}

/** Between them, the trigger finds the author without articles, as it does in Hasura. */
const SEEN = ['by the trigger', 'given'];

test('a trigger made by run_sql runs between a row and those nested in it', async () => {
  expect(await insert()).toEqual(['given']);
  await client.query('truncate author, article');
  await live.command('run_sql', { sql: `${TRIGGER};` }, { path: '/v2/query' });
  expect(await insert()).toEqual(SEEN);
  await live.command('run_sql', { sql: 'drop trigger first_article on author' }, { path: '/v2/query' });
});

test('one made elsewhere is known once the metadata is reloaded', async () => {
  await client.query(TRIGGER);
  await live.command('reload_metadata', {});
  expect(await insert()).toEqual(SEEN);
});
