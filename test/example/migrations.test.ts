// The example's migrations and seeds on a real Postgres: up, down to nothing, and up again to the same rows.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ROOT } from '../../scripts/bundle/paths.ts';
import { connectDatabase } from '../../scripts/database/connect.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../scripts/database/embedded.ts';

const MIGRATIONS = join(ROOT, 'migrations', 'default');
const SEEDS = join(ROOT, 'seeds', 'default');

let server: EmbeddedPostgres | undefined;
let client: pg.Client;

beforeAll(async () => {
  server = await startEmbeddedPostgres();
  client = await connectDatabase(server.url);
}, 60_000);

afterAll(async () => {
  await client?.end();
  await server?.stop();
});

async function run(files: readonly string[]): Promise<void> {
  for (const file of files) await client.query(await readFile(file, 'utf8'));
}

/** Files of all migrations, oldest first. */
async function migrationFiles(direction: 'up' | 'down'): Promise<string[]> {
  return (await readdir(MIGRATIONS)).sort().map((name) => join(MIGRATIONS, name, `${direction}.sql`));
}

async function load(): Promise<void> {
  await run(await migrationFiles('up'));
  await run((await readdir(SEEDS)).sort().map((name) => join(SEEDS, name)));
}

/** Each table's number of rows and a hash of all of them. */
async function contents(): Promise<Record<string, { readonly rows: number; readonly hash: string }>> {
  const tables = await client.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'm') order by relname`,
  );
  const found: Record<string, { readonly rows: number; readonly hash: string }> = {};
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ rows: number; hash: string }>(
      `select count(*)::int as rows, md5(string_agg(t::text, E'\\n' order by t::text)) as hash from ${client.escapeIdentifier(name)} t`,
    );
    found[name] = rows[0] ?? { rows: 0, hash: '' };
  }
  return found;
}

describe('migrations/default and seeds/default', () => {
  it('load the rows the documentation names, and the same again after all was taken down', async () => {
    await load();
    const first = await contents();
    const counts = Object.fromEntries(Object.entries(first).map(([name, { rows }]) => [name, rows]));
    expect(counts).toEqual({
      activity_events: 120,
      author_rankings: 20,
      document_collaborators: 45,
      documents: 30,
      follows: 110,
      likes: 519,
      order_items: 1500,
      orders: 500,
      organizations: 3,
      posts: 200,
      product_sales: 40,
      products: 40,
      projects: 9,
      users: 20,
    });

    await run((await migrationFiles('down')).toReversed());
    const left = await client.query(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace
       union all select proname from pg_proc where pronamespace = 'public'::regnamespace
       union all select typname from pg_type where typnamespace = 'public'::regnamespace`,
    );
    expect(left.rows).toEqual([]);

    await load();
    expect(await contents()).toEqual(first);
  });

  it('give the totals and counts that triggers and updates keep', async () => {
    const { rows } = await client.query(
      `select
         (select count(*)::int from orders where total <> (
           select sum(quantity * price) from order_items where order_id = orders.id)) as orders,
         (select count(*)::int from posts where like_count <> (
           select count(*) from likes where post_id = posts.id)) as posts`,
    );
    expect(rows).toEqual([{ orders: 0, posts: 0 }]);
  });

  it('count a like that comes and goes', async () => {
    const post = '30000000-0000-4000-8000-000000000020';
    const likes = async (): Promise<unknown> =>
      (await client.query('select like_count from posts where id = $1', [post])).rows[0];
    const before = await likes();
    await client.query(
      "insert into likes (user_id, post_id) values ('00000000-0000-4000-8000-000000000001', $1)",
      [post],
    );
    expect(await likes()).toEqual({ like_count: 1 });
    await client.query('delete from likes where post_id = $1', [post]);
    expect(await likes()).toEqual(before);
  });

  it('answer get_user_stats as the table-valued function it is', async () => {
    const { rows } = await client.query(
      "select stats.* from users, get_user_stats(users) as stats where username = 'trent'",
    );
    const likes = await client.query(
      "select avg(like_count)::text as rate from posts where user_id = '00000000-0000-4000-8000-000000000020'",
    );
    expect(rows).toEqual([
      {
        total_posts: 10,
        total_followers: 6,
        total_following: 6,
        engagement_rate: (likes.rows[0] as { rate: string }).rate,
      },
    ]);
  });
});
