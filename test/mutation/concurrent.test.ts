// Clients that write the same rows of two databases at the same time, over HTTP: what each request did is there whole or
// not at all, nothing is lost, and a request that met another may be sent again.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { Metadata, SourceMetadata } from '../../src/metadata/types.ts';
import type { TestDatabase } from '../support/database.ts';
import { createTestDatabase, pgClient } from '../support/database.ts';
import type { Hedge } from '../support/hedge.ts';
import { startHedge } from '../support/hedge.ts';

const CLIENTS = 8;
const REQUESTS = 20;
const ACCOUNTS = 4;
const START_BALANCE = 40;

/**
 * Every change of a balance is written down with it: the two agree, or something was lost. Accounts and words take their
 * time, so that transactions meet; where two wait for each other, Postgres finds out after the timeout.
 */
const SCHEMA = `
do $$ begin execute format('alter database %I set deadlock_timeout = 20', current_database()); end $$;
create function take_time() returns trigger language plpgsql as $$ begin perform pg_sleep(0.002); return new; end $$;
create table account (id int primary key, balance int not null, constraint solvent check (balance >= 0));
create table entry (request text, account_id int references account, amount int not null, primary key (request, account_id));
create table word (word text primary key, request text not null);
create table thread (id serial primary key, title text not null unique, request text not null);
create table message (id serial primary key, thread_id int not null references thread, request text not null);
create trigger take_time before update on account for each row execute function take_time();
create trigger take_time before update on word for each row execute function take_time();`;

const RESET = `
truncate account, entry, word, thread, message restart identity;
insert into account select i, ${START_BALANCE} from generate_series(1, ${ACCOUNTS}) i;`;

const table = (name: string) => ({ schema: 'public', name });

function source(name: string, more: Partial<SourceMetadata>, isolation?: 'serializable'): SourceMetadata {
  return {
    name,
    kind: 'postgres',
    configuration: {
      connection_info: {
        database_url: { from_env: `${name.toUpperCase()}_URL` },
        ...(isolation && { isolation_level: isolation }),
      },
    },
    tables: [
      { table: table('account') },
      { table: table('entry') },
      { table: table('word') },
      {
        table: table('thread'),
        array_relationships: [
          {
            name: 'messages',
            using: { foreign_key_constraint_on: { table: table('message'), column: 'thread_id' } },
          },
        ],
      },
      { table: table('message') },
    ],
    ...more,
  };
}

/** The second one's fields begin with `far_`, and its transactions are serializable. */
const METADATA: Metadata = {
  version: 3,
  sources: [
    source('near', {}),
    source(
      'far',
      { customization: { root_fields: { prefix: 'far_' }, type_names: { prefix: 'far_' } } },
      'serializable',
    ),
  ],
};

let near: TestDatabase;
let far: TestDatabase;
let hedge: Hedge;
let clients: readonly [near: pg.Client, far: pg.Client];

beforeAll(async () => {
  near = await createTestDatabase({ sql: SCHEMA });
  far = await createTestDatabase({ sql: SCHEMA });
  clients = [await pgClient(near.url), await pgClient(far.url)];
  hedge = await startHedge({
    sql: SCHEMA, // of the database that the catalog is read from
    metadata: METADATA,
    env: { NEAR_URL: near.url, FAR_URL: far.url },
  });
});
afterAll(async () => {
  await hedge?.stop();
  for (const client of clients ?? []) await client.end();
  await near?.drop();
  await far?.drop();
});
beforeEach(async () => {
  for (const client of clients) await client.query(RESET);
});

async function rows(client: pg.Client, sql: string): Promise<unknown[]> {
  return (await client.query<{ row: unknown }>(`select to_json(r) as row from (${sql}) r`)).rows.map(
    ({ row }) => row,
  );
}

// ------------------------------------------------------------------ requests

type Random = () => number;

/** Park and Miller's: the same on every machine. */
function randomFrom(seed: number): Random {
  let state = seed;
  return () => (state = (state * 48_271) % 0x7fffffff) / 0x7fffffff;
}

const pick = (random: Random, n: number): number => 1 + Math.floor(random() * n);

/** Adds to a balance and writes it down. */
function change(prefix: '' | 'far_', request: string, account: number, amount: number): string {
  const [update, insert] = [`${prefix}update_account_by_pk`, `${prefix}insert_entry_one`];
  const key = `e${prefix}${account}`;
  const entry = `{request: "${request}", account_id: ${account}, amount: ${amount}}`;
  return `${key}: ${insert}(object: ${entry}) { amount } b${key}: ${update}(pk_columns: {id: ${account}}, _inc: {balance: ${amount}}) { balance }`;
}

type Kind = 'increments' | 'transfers' | 'transfers between databases' | 'upserts' | 'nested upserts';

function mutationOf(kind: Kind, request: string, random: Random): string {
  const prefix = random() < 0.5 ? '' : 'far_';
  switch (kind) {
    case 'increments':
      return change(prefix, request, 1, 1);
    case 'transfers': {
      const from = pick(random, ACCOUNTS);
      const to = ((from + pick(random, ACCOUNTS - 1) - 1) % ACCOUNTS) + 1;
      const amount = pick(random, 20);
      return `${change(prefix, request, from, -amount)} ${change(prefix, request, to, amount)}`;
    }
    case 'transfers between databases': {
      const amount = pick(random, 20) * (random() < 0.5 ? -1 : 1);
      const account = pick(random, ACCOUNTS);
      return `${change('', request, account, -amount)} ${change('far_', request, account, amount)}`;
    }
    case 'upserts': {
      const words = ['a', 'b', 'c'].sort(() => random() - 0.5);
      const objects = words.map((word) => `{word: "${word}", request: "${request}"}`).join(', ');
      return `${prefix}insert_word(objects: [${objects}], on_conflict: {constraint: word_pkey, update_columns: [request]}) { affected_rows }`;
    }
    case 'nested upserts': {
      const title = `title ${pick(random, 3)}`;
      const messages = `{data: [{request: "${request}"}, {request: "${request}"}]}`;
      return `${prefix}insert_thread_one(object: {title: "${title}", request: "${request}", messages: ${messages}}, on_conflict: {constraint: thread_title_key, update_columns: [request]}) { id }`;
    }
  }
}

// ------------------------------------------------------------------ running them

interface Answer {
  readonly errors?: readonly [{ readonly extensions: { readonly code: string } }];
}

interface Outcome {
  readonly request: string;
  readonly mutation: string;
  /** Undefined: it was done. */
  readonly code: string | undefined;
}

async function ask(request: string, mutation: string): Promise<Outcome> {
  const { status, body } = await hedge.graphql(`mutation { ${mutation} }`);
  expect(status).toBe(200);
  const [error] = (body as Answer).errors ?? [];
  return { request, mutation, code: error?.extensions.code };
}

/** All outcomes, those of requests that were sent again among them. */
async function hammer(kinds: readonly Kind[]): Promise<readonly Outcome[]> {
  const client = async (seed: number): Promise<readonly Outcome[]> => {
    const random = randomFrom(seed * 7919);
    const outcomes: Outcome[] = [];
    for (let i = 0; i < REQUESTS; i++) {
      const kind = kinds[pick(random, kinds.length) - 1] ?? 'increments';
      const request = `${seed}.${i}`;
      const mutation = mutationOf(kind, request, random);
      for (let tries = 0; tries < 50; tries++) {
        const outcome = await ask(request, mutation);
        outcomes.push(outcome);
        if (outcome.code !== 'concurrent-update') break;
        // The half in the other database is there to stay: sending all of it again would do that twice.
        if (kind === 'transfers between databases') break;
      }
    }
    return outcomes;
  };
  const all = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => client(i + 1)));
  return all.flat();
}

/** Requests that were done, of all or of those to one database. */
const done = (outcomes: readonly Outcome[], prefix?: '' | 'far_', part = ''): string[] =>
  outcomes.flatMap(({ request, mutation, code }) => {
    const isFar = mutation.includes('far_');
    const meant = prefix === undefined || (isFar === (prefix === 'far_') && mutation.includes(part));
    return code === undefined && meant ? [request] : [];
  });

// ------------------------------------------------------------------ what must be true afterwards

const BALANCES = `select id, balance, ${START_BALANCE} + coalesce((select sum(amount) from entry where account_id = id), 0) as owed from account order by id`;

/** Balances are what was written down, in each database. */
async function expectNothingLost(): Promise<void> {
  for (const client of clients) {
    for (const row of await rows(client, BALANCES)) {
      const { balance, owed } = row as { balance: number; owed: number };
      expect(balance).toBe(owed);
    }
  }
}

async function requestsIn(client: pg.Client, of: string): Promise<readonly string[]> {
  const found = await rows(client, `select distinct request from ${of}`);
  return found.map((row) => (row as { request: string }).request);
}

const databases = (): readonly { readonly prefix: '' | 'far_'; readonly client: pg.Client }[] => [
  { prefix: '', client: clients[0] },
  { prefix: 'far_', client: clients[1] },
];

describe(`${CLIENTS} clients at once`, () => {
  test('no increment is lost', async () => {
    const outcomes = await hammer(['increments']);
    expect(done(outcomes)).toHaveLength(CLIENTS * REQUESTS);
    for (const { prefix, client } of databases()) {
      const [first] = await rows(client, BALANCES);
      expect(first).toMatchObject({ balance: START_BALANCE + done(outcomes, prefix).length });
    }
    await expectNothingLost();
  });

  test('transfers conserve what there is; one that would overdraw, or met another, leaves nothing', async () => {
    const outcomes = await hammer(['transfers', 'increments']);
    await expectNothingLost();
    for (const { prefix, client } of databases()) {
      const there = await requestsIn(client, 'entry');
      expect(there.toSorted()).toEqual(done(outcomes, prefix).toSorted());
    }
    const codes = new Set(outcomes.map(({ code }) => code));
    expect(codes).toEqual(new Set([undefined, 'concurrent-update', 'permission-error']));
  });

  test('a request that writes both databases has a transaction of its own in each, one after the other', async () => {
    const outcomes = await hammer(['transfers between databases']);
    await expectNothingLost();
    const [nearRequests, farRequests] = [
      await requestsIn(clients[0], 'entry'),
      await requestsIn(clients[1], 'entry'),
    ];
    expect(farRequests.toSorted()).toEqual(done(outcomes).toSorted());
    // That of the second is only begun when that of the first has been done.
    expect(nearRequests).toEqual(expect.arrayContaining([...farRequests]));
  });

  test('upserts of the same keys, and of rows with others nested in them, leave each key once', async () => {
    const outcomes = await hammer(['upserts', 'nested upserts']);
    expect(done(outcomes)).toHaveLength(CLIENTS * REQUESTS);
    for (const { prefix, client } of databases()) {
      expect(await rows(client, 'select word from word order by word')).toEqual([
        { word: 'a' },
        { word: 'b' },
        { word: 'c' },
      ]);
      // All words of one insert are the same request's: it was there whole, or not.
      const [word, ...others] = await requestsIn(client, 'word');
      expect(others).toEqual([]);
      expect(done(outcomes, prefix, 'insert_word')).toContain(word);
      const messages = await rows(client, 'select request, count(*) from message group by request');
      const nested = done(outcomes, prefix, 'insert_thread').map((request) => ({ request, count: 2 }));
      expect(messages).toHaveLength(nested.length);
      expect(messages).toEqual(expect.arrayContaining(nested));
    }
  });
});

test('of a request that writes to both databases, what the first did stays when the second fails', async () => {
  const overdraws = `${change('', 'r', 1, 5)} ${change('far_', 'r', 1, -START_BALANCE - 1)} ${change('', 's', 2, 5)}`;
  const { body } = await hedge.graphql(`mutation { ${overdraws} }`);
  expect(body).toMatchObject({ errors: [{ extensions: { code: 'permission-error' } }] });
  expect(await rows(clients[0], 'select request, account_id, amount from entry')).toEqual([
    { request: 'r', account_id: 1, amount: 5 },
  ]);
  expect(await rows(clients[1], 'select * from entry')).toEqual([]);
  await expectNothingLost();
});
