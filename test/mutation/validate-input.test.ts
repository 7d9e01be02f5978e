// `validate_input`: what webhooks are told before a mutation, and that nothing is written unless all of them agree.

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { TableMetadata } from '../../src/metadata/types.ts';
import type { ValidateInput } from '../../src/metadata/webhook-types.ts';
import { must } from '../../src/util/assert.ts';
import { pgClient } from '../support/database.ts';
import type { GraphqlOptions, Hedge } from '../support/hedge.ts';
import { startHedge } from '../support/hedge.ts';
import { startLive } from '../support/live.ts';
import { metadataOf } from '../support/stages.ts';
import type { Reply, Webhook } from '../support/webhook.ts';
import { startWebhook } from '../support/webhook.ts';

const SCHEMA = `
create table author (id serial primary key, full_name text not null, score numeric, info jsonb, boss_id int references author(id));
create table article (id serial primary key, title text not null, author_id int references author(id));
create table note (id serial primary key, text text);
`;
const ROWS = `
truncate author, article, note restart identity;
insert into author (id, full_name) values (1, 'ann'), (2, 'bob');
insert into article (id, title, author_id) values (1, 'one', 1), (2, 'two', 2);
alter sequence author_id_seq restart 101; alter sequence article_id_seq restart 101;
`;

const table = (name: string) => ({ schema: 'public', name });

type Definition = Partial<ValidateInput['definition']>;
const hook = (path: string, more: Definition = {}): ValidateInput => ({
  type: 'http',
  definition: { url: `{{ HOOK_URL }}${path}`, ...more },
});

function writable(role: string, path: string, more?: Definition): Partial<TableMetadata> {
  return {
    select_permissions: [{ role, permission: { columns: '*', filter: {}, allow_aggregations: true } }],
    insert_permissions: [{ role, permission: { check: {}, validate_input: hook(`${path}/insert`, more) } }],
    update_permissions: [
      { role, permission: { columns: '*', filter: {}, validate_input: hook(`${path}/update`, more) } },
    ],
    delete_permissions: [{ role, permission: { filter: {}, validate_input: hook(`${path}/delete`, more) } }],
  };
}

/** Tables of the role under one permission each: what differs between tests is the webhook's definition. */
function insertInto(name: string, hooks: Readonly<Record<string, ValidateInput>>): Partial<TableMetadata> {
  const entries = Object.entries(hooks);
  return {
    table: table(name),
    insert_permissions: entries.map(([role, validate]) => ({
      role,
      permission: { check: {}, validate_input: validate },
    })),
  };
}

let webhook: Webhook;
let other: Webhook;
let hedge: Hedge;
let client: pg.Client;

beforeAll(async () => {
  [webhook, other] = await Promise.all([startWebhook(), startWebhook()]);
  const metadata = metadataOf(
    {
      configuration: {
        connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } },
      },
      tables: [
        {
          table: table('author'),
          configuration: { column_config: { full_name: { custom_name: 'name' } } },
          array_relationships: [
            {
              name: 'articles',
              using: { foreign_key_constraint_on: { table: table('article'), column: 'author_id' } },
            },
          ],
          object_relationships: [{ name: 'boss', using: { foreign_key_constraint_on: 'boss_id' } }],
          ...writable('user', '/author'),
        },
        {
          table: table('article'),
          object_relationships: [{ name: 'author', using: { foreign_key_constraint_on: 'author_id' } }],
          ...writable('user', '/article'),
        },
        {
          ...insertInto('note', {
            plain: hook('/note'),
            forwards: hook('/note', {
              forward_client_headers: true,
              headers: [
                { name: 'Authorization', value: 'Key {{HOOK_KEY}}' },
                { name: 'X-Secret', value_from_env: 'HOOK_KEY' },
              ],
            }),
            literal: { type: 'http', definition: { url: webhook.url.replace('//', '//me:p%40ss@') } },
            impatient: hook('/note', { timeout: 1 }),
            unset_url: { type: 'http', definition: { url: 'http://{{ NO_HOST }}/{{NO_PATH}}' } },
            unset_header: hook('/note', { headers: [{ name: 'x', value_from_env: 'NO_KEY' }] }),
            bad_header: hook('/note', { headers: [{ name: 'x', value_from_env: 'TWO_LINES' }] }),
            no_url: { type: 'http', definition: { url: '{{HOOK_KEY}}' } },
            nobody: { type: 'http', definition: { url: 'http://127.0.0.1:9/' } },
            parent: hook('/note'),
            twin: hook('/note'),
            stranger: hook('/other'),
          }),
          table: table('note'),
        },
      ],
    },
    {
      inherited_roles: [
        { role_name: 'child', role_set: ['parent', 'twin'] },
        { role_name: 'torn', role_set: ['parent', 'stranger'] },
      ],
    },
  );
  hedge = await startHedge({
    sql: SCHEMA,
    metadata,
    env: { HOOK_URL: webhook.url, HOOK_KEY: 'k3y', TWO_LINES: 'secret\nline' },
    allowInconsistent: true,
  });
  client = await pgClient(hedge.database.url);
});
afterAll(async () => {
  await client?.end();
  await hedge?.stop();
  await Promise.all([webhook?.stop(), other?.stop()]);
});
beforeEach(async () => {
  webhook.reset();
  other.reset();
  await client.query(ROWS);
});

async function ask(query: string, options: GraphqlOptions = {}): Promise<unknown> {
  return (await hedge.graphql(query, { role: 'user', ...options })).body;
}

/** What the webhook was told, in the order it came: path, and `data.input`. */
function told(): readonly (readonly [path: string, input: unknown])[] {
  return webhook.received.map(({ path, body }) => [
    path,
    (body as { readonly data: { readonly input: unknown } }).data.input,
  ]);
}

async function counts(): Promise<readonly number[]> {
  const { rows } = await client.query<number[]>({
    text: 'select (select count(*) from author)::int, (select count(*) from article)::int, (select count(*) from note)::int',
    rowMode: 'array',
  });
  return rows[0] ?? [];
}
const BEFORE = [2, 2, 0];

const refused = (code: string, message: string): unknown => ({
  errors: [{ extensions: { path: '$', code }, message }],
});

describe('what a webhook is told', () => {
  const CASES: readonly {
    readonly name: string;
    readonly query: string;
    readonly variables?: unknown;
    readonly told: readonly (readonly [string, unknown])[];
  }[] = [
    {
      name: 'the objects of an insert, columns by their names in the database',
      query: 'mutation { insert_author(objects: [{name: "x", score: 1.5}, {name: null}]) { affected_rows } }',
      told: [['/author/insert', [{ full_name: 'x', score: 1.5 }, { full_name: null }]]],
    },
    {
      name: 'values of variables',
      query:
        'mutation ($o: [author_insert_input!]!, $n: String!, $i: jsonb, $d: numeric = 7) { insert_author(objects: $o) { affected_rows } insert_author_one(object: {name: $n, info: {a: [$i, null], b: null}, id: null, score: $d}) { id } }',
      variables: { o: [{ name: 'a' }, { info: { k: null } }], n: 'b', i: { deep: [1] } },
      told: [
        ['/author/insert', [{ full_name: 'a' }, { info: { k: null } }]],
        [
          '/author/insert',
          [{ full_name: 'b', info: { a: [{ deep: [1] }, null], b: null }, id: null, score: 7 }],
        ],
      ],
    },
    {
      name: 'a single object as a list',
      query: 'mutation { insert_author(objects: {name: "x"}) { affected_rows } }',
      told: [['/author/insert', [{ full_name: 'x' }]]],
    },
    {
      name: 'an insert of nothing',
      query: 'mutation { insert_author(objects: []) { affected_rows } }',
      told: [['/author/insert', []]],
    },
    {
      name: 'nested objects twice: in their parents, and all of a table together',
      query: `mutation { insert_author(objects: [
          {name: "a", articles: {data: [{title: "1"}, {title: "2"}]}, boss: {data: {name: "b", articles: {data: {title: "3"}}}}},
          {name: "c", articles: {data: []}, boss: null}
        ]) { affected_rows } }`,
      told: [
        [
          '/author/insert',
          [
            {
              full_name: 'a',
              articles: { data: [{ title: '1' }, { title: '2' }] },
              boss: { data: { full_name: 'b', articles: { data: [{ title: '3' }] } } },
            },
            { full_name: 'c', articles: { data: [] } },
            { full_name: 'b', articles: { data: [{ title: '3' }] } },
          ],
        ],
        ['/article/insert', [{ title: '1' }, { title: '2' }, { title: '3' }]],
      ],
    },
    {
      name: 'of an upsert what is to be inserted',
      query:
        'mutation { insert_author(objects: [{id: 1, name: "x", articles: {data: [{title: "t"}], on_conflict: {constraint: article_pkey, update_columns: [title]}}}], on_conflict: {constraint: author_pkey, update_columns: [name]}) { affected_rows } }',
      told: [
        ['/author/insert', [{ id: 1, full_name: 'x', articles: { data: [{ title: 't' }] } }]],
        ['/article/insert', [{ title: 't' }]],
      ],
    },
    {
      name: 'the arguments of an update',
      query:
        'mutation ($w: author_bool_exp!, $s: numeric) { update_author(where: $w, _set: {name: "x", info: null}, _inc: {score: $s}) { affected_rows } }',
      variables: { w: { id: { _eq: 1 } }, s: 2 },
      told: [
        [
          '/author/update',
          [{ where: { id: { _eq: 1 } }, _set: { name: 'x', info: null }, _inc: { score: 2 } }],
        ],
      ],
    },
    {
      name: 'an update that changes nothing',
      query: 'mutation { update_author(where: {}, _set: {}) { affected_rows } }',
      told: [['/author/update', [{ where: {}, _set: {} }]]],
    },
    {
      name: 'the key of an update by primary key',
      query: 'mutation { update_author_by_pk(pk_columns: {id: 1}, _set: {name: "x"}) { id } }',
      told: [['/author/update', [{ pk_columns: { id: 1 }, _set: { name: 'x' } }]]],
    },
    {
      name: 'several updates together',
      query:
        'mutation ($s: String) { update_author_many(updates: [{where: {id: {_eq: 1}}, _set: {name: $s}}, {where: {}, _inc: {score: 1}}]) { affected_rows } }',
      variables: { s: 'y' },
      told: [
        [
          '/author/update',
          [
            { where: { id: { _eq: 1 } }, _set: { name: 'y' } },
            { where: {}, _inc: { score: 1 } },
          ],
        ],
      ],
    },
    {
      name: 'one of several updates alone',
      query:
        'mutation { update_author_many(updates: {where: {id: {_eq: 1}}, _set: {name: "y"}}) { affected_rows } }',
      told: [['/author/update', [{ where: { id: { _eq: 1 } }, _set: { name: 'y' } }]]],
    },
    {
      name: 'the filter of a delete',
      query: 'mutation { delete_article(where: {author: {name: {_eq: "ann"}}}) { affected_rows } }',
      told: [['/article/delete', [{ where: { author: { name: { _eq: 'ann' } } } }]]],
    },
    {
      name: 'the key of a delete by primary key',
      query: 'mutation ($id: Int!) { a: delete_article_by_pk(id: $id) { id } }',
      variables: { id: 2 },
      told: [['/article/delete', [{ pk_columns: { id: 2 } }]]],
    },
    {
      name: 'every root field, under whatever name',
      query:
        'mutation { a: delete_article(where: {id: {_eq: 1}}) { affected_rows } b: delete_article(where: {id: {_eq: 2}}) { affected_rows } c: delete_author_by_pk(id: 9) @skip(if: true) { id } }',
      told: [
        ['/article/delete', [{ where: { id: { _eq: 1 } } }]],
        ['/article/delete', [{ where: { id: { _eq: 2 } } }]],
      ],
    },
  ];
  test.each(CASES)('$name', async ({ query, variables, told: expected }) => {
    // The answer may be an error of the database: that comes afterwards.
    await ask(query, { variables });
    const sorted = (list: readonly unknown[]): readonly string[] =>
      list.map((one) => JSON.stringify(one)).sort();
    expect(sorted(told())).toEqual(sorted(expected));
  });

  test('the same again when the plan is known', async () => {
    const query = 'mutation ($o: [author_insert_input!]!) { insert_author(objects: $o) { affected_rows } }';
    await ask(query, { variables: { o: [{ name: 'a' }] } });
    await ask(query, { variables: { o: [{ name: 'b' }, { name: 'c' }] } });
    await ask(query, { variables: { o: [{ name: 'd', articles: { data: [{ title: 't' }] } }] } });
    expect(told()).toEqual([
      ['/author/insert', [{ full_name: 'a' }]],
      ['/author/insert', [{ full_name: 'b' }, { full_name: 'c' }]],
      ['/author/insert', [{ full_name: 'd', articles: { data: [{ title: 't' }] } }]],
      ['/article/insert', [{ title: 't' }]],
    ]);
    expect(await counts()).toEqual([6, 3, 0]);
  });

  test('numbers with all their digits', async () => {
    let text = '';
    webhook.reply((request) => {
      text = JSON.stringify(request.headers['content-length']);
      return {};
    });
    const long = '1'.repeat(100);
    await ask(`mutation { insert_author(objects: [{name: "x", score: ${long}}]) { affected_rows } }`);
    const short = Number(JSON.parse(text));
    await ask(`mutation { insert_author(objects: [{name: "x", score: 1}]) { affected_rows } }`);
    expect(short - Number(JSON.parse(text))).toBe(99);
  });

  test('who asks, and which trace it is', async () => {
    await ask('mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }', {
      role: 'plain',
      session: { 'x-hasura-user-id': '7' },
      headers: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        cookie: 'c=1',
        authorization: 'Bearer x',
      },
    });
    const [request] = webhook.received;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/note',
      body: {
        version: 1,
        role: 'plain',
        session_variables: { 'x-hasura-role': 'plain', 'x-hasura-user-id': '7' },
        data: { input: [{ text: 'x' }] },
      },
      headers: {
        'content-type': 'application/json',
        'user-agent': expect.stringMatching(/^hasura-graphql-engine\/v2\./) as unknown,
        'x-b3-traceid': '0af7651916cd43dd8448eb211c80319c',
        'x-b3-parentspanid': 'b7ad6b7169203331',
        'x-b3-sampled': '1',
        traceparent: expect.stringMatching(
          /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$/,
        ) as unknown,
      },
    });
    const { cookie, authorization } = request?.headers ?? {};
    expect([cookie, authorization]).toEqual([undefined, undefined]);
    expect(JSON.stringify(request)).not.toContain('admin-secret');
  });

  test('the client’s headers where the permission says so, the permission’s own over them', async () => {
    await ask('mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }', {
      role: 'forwards',
      session: { 'x-hasura-user-id': '7' },
      headers: {
        cookie: 'c=1',
        authorization: 'Bearer x',
        'x-own': 'mine',
        'x-secret': 'mine',
        'accept-language': 'de',
        origin: 'https://app.example.com',
        'user-agent': 'test/1',
        te: 'trailers',
      },
    });
    const { headers } = must(webhook.received[0], 'a call');
    expect(headers).toMatchObject({
      cookie: 'c=1',
      'x-own': 'mine',
      authorization: 'Key k3y',
      'x-secret': 'k3y',
      'x-forwarded-user-agent': 'test/1',
      'x-forwarded-origin': 'https://app.example.com',
      'x-forwarded-host': new URL(hedge.url).host,
      'content-type': 'application/json',
      host: new URL(webhook.url).host,
    });
    expect(headers['user-agent']).toMatch(/^hasura-/);
    const names = Object.keys(headers);
    expect(names.filter((name) => name.startsWith('x-hasura'))).toEqual([]);
    expect(names.filter((name) => ['te', 'origin', 'accept-language'].includes(name))).toEqual([]);
  });

  test('credentials of its URL in a header', async () => {
    await ask('mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }', { role: 'literal' });
    expect(webhook.received[0]?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`);
  });
});

describe('nothing is asked', () => {
  test('of administrators', async () => {
    webhook.reply(() => ({ status: 400 }));
    expect(
      await ask('mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }', { role: 'admin' }),
    ).toEqual({ data: { insert_note: { affected_rows: 1 } } });
    expect(told()).toEqual([]);
  });

  test('before the values are known to be right', async () => {
    await ask('mutation ($n: Int) { insert_author(objects: [{name: "x", id: $n}]) { affected_rows } }', {
      variables: { n: 'one' },
    });
    expect(told()).toEqual([]);
  });
});

describe('an answer', () => {
  const INSERT = 'mutation { insert_author(objects: [{name: "x"}]) { affected_rows } }';
  const DONE = { data: { insert_author: { affected_rows: 1 } } };
  const INVALID = refused('unexpected', 'received invalid response from input validation webhook');
  const INTERNAL = refused('unexpected', 'internal error when validating input data');
  const HTTP = refused('unexpected', 'http exception when validating input data');
  test.each<[string, Reply, unknown]>([
    ['of 200 lets the mutation through', {}, DONE],
    ['of 200 whatever it says', { body: '{"message": "no"}' }, DONE],
    ['of 204 too', { status: 204 }, DONE],
    ['of 200 and any length', { body: 'x'.repeat(100_000) }, DONE],
    [
      'of 400 refuses with its message',
      { status: 400, body: '{"message": "Phone number \\"1\\" invalid", "code": "x"}' },
      refused('validation-failed', 'Phone number "1" invalid'),
    ],
    [
      'of 400 need not have a message',
      { status: 400 },
      refused('validation-failed', 'the input was refused'),
    ],
    [
      'of 400 need not have one in its object',
      { status: 400, body: '{}' },
      refused('validation-failed', 'the input was refused'),
    ],
    ['of 400 that is no JSON', { status: 400, body: 'Bad Request' }, INVALID],
    ['of 400 with a message that is no text', { status: 400, body: '{"message": 1}' }, INVALID],
    ['of 400 with a list', { status: 400, body: '["message"]' }, INVALID],
    ['of 400 and too long', { status: 400, body: `{"message": "${'x'.repeat(70_000)}"}` }, INVALID],
    ['of 401', { status: 401, body: '{"message": "no"}' }, INTERNAL],
    ['of 500', { status: 500 }, INTERNAL],
    ['that never comes', { hangUp: true }, HTTP],
  ])('%s', async (_, reply, expected) => {
    webhook.reply(() => reply);
    expect(await ask(INSERT)).toEqual(expected);
    expect(await counts()).toEqual(expected === DONE ? [3, 2, 0] : BEFORE);
  });

  test('that leads elsewhere is not followed', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      webhook.reply(() => ({ status, headers: { location: other.url } }));
      expect(await ask(INSERT)).toEqual(INTERNAL);
    }
    expect(other.received).toEqual([]);
    expect(await counts()).toEqual(BEFORE);
  });

  test('that takes longer than the permission allows', async () => {
    webhook.reply(() => ({ delayMs: 1500 }));
    expect(
      await ask('mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }', { role: 'impatient' }),
    ).toEqual(HTTP);
    expect(await counts()).toEqual(BEFORE);
  });

  test.each([
    ['unset_url', 'not-found', "environment variable 'NO_HOST' not set"],
    ['unset_header', 'not-found', "environment variable 'NO_KEY' not set"],
    ['bad_header', 'unexpected', "the value of header 'x' is not one of HTTP"],
    [
      'no_url',
      'unexpected',
      'a validate_input of the mutation has no URL that begins with http:// or https://',
    ],
    ['nobody', 'unexpected', 'http exception when validating input data'],
  ])('cannot be had: %s', async (role, code, message) => {
    expect(await ask('mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }', { role })).toEqual(
      refused(code, message),
    );
    expect(webhook.received).toEqual([]);
    expect(await counts()).toEqual(BEFORE);
  });

  test('has to come from all, and the first refusal in order is told', async () => {
    webhook.reply(({ path }) =>
      path === '/author/insert'
        ? { status: 400, body: '{"message": "first"}', delayMs: 150 }
        : { status: 400, body: '{"message": "second"}' },
    );
    const query =
      'mutation { insert_author(objects: [{name: "a", articles: {data: [{title: "1"}]}}]) { affected_rows } delete_article(where: {}) { affected_rows } }';
    expect(await ask(query)).toEqual(refused('validation-failed', 'first'));
    webhook.reply(({ path }) =>
      path === '/article/delete' ? { status: 400, body: '{"message": "third"}' } : {},
    );
    expect(await ask(query)).toEqual(refused('validation-failed', 'third'));
    expect(await counts()).toEqual(BEFORE);
  });

  test('is waited for from several at a time, but not from all', async () => {
    webhook.reply(() => ({ delayMs: 100 }));
    const fields = Array.from({ length: 12 }, (_, i) => `a${i}: delete_article_by_pk(id: ${i + 50}) { id }`);
    await ask(`mutation { ${fields.join(' ')} }`);
    expect(told()).toHaveLength(12);
    // On a busy machine the first may be answered before the last of five is asked.
    expect(webhook.atOnce()).toBeGreaterThan(2);
    expect(webhook.atOnce()).toBeLessThanOrEqual(5);
  });

  test('that refuses ends the asking', async () => {
    webhook.reply(() => ({ status: 400, body: '{"message": "no"}', delayMs: 20 }));
    const fields = Array.from({ length: 30 }, (_, i) => `a${i}: delete_article_by_pk(id: ${i + 50}) { id }`);
    expect(await ask(`mutation { ${fields.join(' ')} }`)).toEqual(refused('validation-failed', 'no'));
    expect(told().length).toBeLessThanOrEqual(10);
  });
});

describe('an inherited role', () => {
  const INSERT = 'mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }';
  test('asks the webhook that all it is made of have', async () => {
    await ask(INSERT, { role: 'child' });
    expect(told()).toEqual([['/note', [{ text: 'x' }]]]);
  });
  test('has no permission where they have different ones', async () => {
    expect(await ask(INSERT, { role: 'torn' })).toEqual(refused('validation-failed', 'no mutations exist'));
    expect(hedge.artifact.inconsistencies.map(({ reason }) => reason)).toEqual([
      "Could not inherit permission for the role 'torn' for the entity: 'insert permission, table: note, source: 'default''",
    ]);
  });
});

test('a permission made by a command is validated from the next request on', async () => {
  const live = await startLive({ sql: SCHEMA, env: { HOOK_URL: webhook.url } });
  try {
    const table_ = { source: 'default', table: 'note' };
    expect(await live.command('pg_track_table', table_)).toMatchObject({ status: 200 });
    const permission = { check: {}, columns: '*', validate_input: hook('/live') };
    expect(
      await live.command('pg_create_insert_permission', { ...table_, role: 'user', permission }),
    ).toMatchObject({ status: 200 });
    webhook.reply(() => ({ status: 400, body: '{"message": "no"}' }));
    const insert = 'mutation { insert_note(objects: [{text: "x"}]) { affected_rows } }';
    expect(await live.graphql(insert, { 'x-hasura-role': 'user' })).toMatchObject({
      body: refused('validation-failed', 'no'),
    });
    webhook.reply(() => ({}));
    expect(await live.graphql(insert, { 'x-hasura-role': 'user' })).toMatchObject({
      body: { data: { insert_note: { affected_rows: 1 } } },
    });
    expect(told()).toEqual([
      ['/live', [{ text: 'x' }]],
      ['/live', [{ text: 'x' }]],
    ]);
    expect((await live.command('export_metadata', {})).body).toMatchObject({
      sources: [{ tables: [{ insert_permissions: [{ permission: { validate_input: hook('/live') } }] }] }],
    });
  } finally {
    await live.stop();
  }
});
