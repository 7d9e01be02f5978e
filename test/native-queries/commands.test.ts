// Native queries and logical models over the metadata API of a live worker: tracked, checked by the database, served,
// shown and untracked.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Live } from '../support/live.ts';
import { startLive } from '../support/live.ts';

const SQL = `
create table stuff (id int primary key, thing int not null, owner int not null, at timestamptz);
insert into stuff values (1, 10, 1), (2, 20, 2), (3, 30, 1);
create table boxes (id int primary key, stuff_id int not null);
insert into boxes values (7, 1), (8, 3);
`;

let live: Live;
beforeAll(async () => {
  live = await startLive({ sql: SQL });
  await live.command('pg_track_table', { source: 'default', table: 'boxes' });
});
afterAll(() => live?.stop());

const SUCCESS = { status: 200, body: { message: 'success' } };
const MODEL = {
  source: 'default',
  name: 'divided_stuff',
  fields: [
    { name: 'id', type: 'integer' },
    { name: 'divided', type: { scalar: 'integer' }, description: 'a divided thing' },
  ],
};
const QUERY = {
  source: 'default',
  root_field_name: 'divided',
  code: 'select id, thing / {{denominator}} as divided from stuff where owner = {{owner}} or {{owner}} is null order by id;',
  arguments: { denominator: { type: 'int' }, owner: { type: 'integer', nullable: true } },
  returns: 'divided_stuff',
};
const refused = (code: string, error: string, status = 400) => ({
  status,
  body: expect.objectContaining({ code, error, path: '$.args' }) as unknown,
});
/** What a command that was refused says behind the reason. */
async function messageOf(type: string, args: unknown): Promise<unknown> {
  const { body } = await live.command(type, args);
  const { internal } = body as { internal: readonly { reason: string; message: string }[] };
  return [internal[0]?.reason, internal[0]?.message];
}

describe('tracking', () => {
  test('a query needs its logical model', async () => {
    expect(await live.command('pg_track_native_query', QUERY)).toEqual(
      refused(
        'invalid-configuration',
        'Inconsistent object: The logical model divided_stuff could not be found',
      ),
    );
    expect(await live.command('pg_track_logical_model', MODEL)).toEqual(SUCCESS);
    expect(await live.command('pg_track_native_query', QUERY)).toEqual(SUCCESS);
    expect(
      await live.graphql('{ divided(args: {denominator: 5, owner: 1}, where: {id: {_gt: 1}}) { divided } }'),
    ).toEqual({
      status: 200,
      body: { data: { divided: [{ divided: 6 }] } },
    });
  });

  test('explains its SQL, values in their places', async () => {
    const query = '{ divided(args: {denominator: 7}, where: {id: {_eq: 1}}) { id } }';
    const body = JSON.stringify({ query: { query } });
    const { status, body: answer } = await live.request('/v1/graphql/explain', { method: 'POST', body });
    expect([status, answer]).toMatchObject([200, [{ field: 'divided' }]]);
    const [{ sql, plan }] = answer as [{ sql: string; plan: string[] }];
    expect(sql).toContain(`thing / ('7')::"pg_catalog"."int4" as divided from stuff`);
    expect(plan.join('\n')).toContain('stuff');
  });

  test('twice is refused', async () => {
    expect(await live.command('pg_track_native_query', QUERY)).toEqual(
      refused('already-tracked', "Native query 'divided' is already tracked."),
    );
    expect(await live.command('pg_track_logical_model', MODEL)).toEqual(
      refused('already-tracked', "Logical model 'divided_stuff' is already tracked."),
    );
  });

  test('shows them as Hasura does', async () => {
    expect((await live.command('pg_get_native_query', { source: 'default' })).body).toEqual([
      {
        root_field_name: 'divided',
        code: QUERY.code,
        arguments: {
          denominator: { type: 'int', nullable: false },
          owner: { type: 'integer', nullable: true },
        },
        returns: 'divided_stuff',
      },
    ]);
    const models = [
      {
        name: 'divided_stuff',
        fields: [
          { name: 'id', type: { scalar: 'integer', nullable: false } },
          { name: 'divided', type: { scalar: 'integer', nullable: false }, description: 'a divided thing' },
        ],
      },
    ];
    expect((await live.command('pg_get_logical_model', { source: 'default' })).body).toEqual(models);
    expect((await live.command('pg_get_logical_models', { source: 'default' })).body).toEqual(models);
  });

  test.each([
    ['code that is no SQL', { code: 'query bad' }, 'syntax error at or near ")"'],
    [
      'a table that is not there',
      { code: 'select 1 as id, 2 as divided from nowhere' },
      'relation "nowhere" does not exist',
    ],
    ['a missing column', { code: 'select 1 as id' }, 'column broken.divided does not exist'],
    [
      'a column of another type',
      { code: 'select 1 as id, 2::bigint as divided' },
      "A return column has a type mismatch. The expected type is 'integer', but the actual type is 'bigint'.",
    ],
    [
      'arguments that do not fit',
      { code: 'select 1 as id, 10 / {{a}} as divided', arguments: { a: { type: 'text' } } },
      'operator does not exist: integer / text',
    ],
    [
      'a type that is not there',
      { code: 'select 1 as id, {{a}} as divided', arguments: { a: { type: 'nonsense' } } },
      'type "pg_catalog.nonsense" does not exist',
    ],
    [
      'what changes data',
      { code: 'delete from stuff returning id, thing as divided' },
      'syntax error at or near "from"',
    ],
    [
      'what changes data below with',
      { code: 'with d as (delete from stuff returning id, thing as divided) select * from d' },
      'WITH clause containing a data-modifying statement must be at the top level',
    ],
  ])('the database refuses %s', async (_, query, message) => {
    const args = { source: 'default', root_field_name: 'broken', returns: 'divided_stuff', ...query };
    expect(await live.command('pg_track_native_query', args)).toEqual(
      refused('invalid-configuration', 'Inconsistent object: Failed to validate query'),
    );
    expect(await messageOf('pg_track_native_query', args)).toEqual([
      'Inconsistent object: Failed to validate query',
      message,
    ]);
  });

  test.each([
    [{ code: 'select {{a' }, 'parse-failed', "Found '{{' without a matching closing '}}'"],
    [
      { code: 'select {{b}} as id, {{a}} as divided' },
      'invalid-configuration',
      "Inconsistent object: The following columns are used in the query, but are not declared as arguments: ['a', 'b']",
    ],
    [
      { code: 'select 1 as id, 2 as divided', arguments: { x: { type: 'int' } } },
      'invalid-configuration',
      "Inconsistent object: The following columns are declared as arguments, but are not used in the query: ['x']",
    ],
    [
      { code: "select '{{x}}' as id", arguments: { x: { type: 'int' } } },
      'invalid-configuration',
      'Inconsistent object: the argument "x" stands inside quotes, where it has no value',
    ],
    [
      { root_field_name: 'boxes', code: 'select 1 as id, 2 as divided' },
      'invalid-configuration',
      "Inconsistent object: Encountered conflicting definitions in the selection set for 'query_root' for field 'boxes' defined in [table boxes in source default, native_query boxes in source default]. Fields must not be defined more than once across all sources.",
    ],
    [{ source: 'other', code: 'select 1' }, 'not-found', "Source 'other' of kind postgres not found."],
  ])('%j is refused', async (query, code, error) => {
    const args = { source: 'default', root_field_name: 'broken', returns: 'divided_stuff', ...query };
    expect(await live.command('pg_track_native_query', args)).toEqual(refused(code, error));
  });

  test.each([
    [{}, 'key "root_field_name" not found'],
    [{ root_field_name: 'a b' }, 'a b is not valid GraphQL name'],
    [{ root_field_name: 'a', code: 1 }, 'parsing Text failed, expected String, but encountered Number'],
  ])('args %j are refused', async (args, message) => {
    const { body } = await live.command('pg_track_native_query', args);
    expect(body).toMatchObject({ code: 'parse-failed', error: expect.stringContaining(message) as unknown });
  });
});

describe('permissions', () => {
  const ASK = '{ divided(args: {denominator: 1}) { id } }';
  const as = (role: string) => live.graphql(ASK, { 'x-hasura-role': role, 'x-hasura-user-id': '2' });

  test('are given and taken', async () => {
    expect((await as('user')).body).toHaveProperty('errors');
    const permission = { columns: ['id'], filter: { id: { _eq: 'X-Hasura-User-Id' } } };
    const args = { source: 'default', name: 'divided_stuff', role: 'user', permission };
    expect(await live.command('pg_create_logical_model_select_permission', args)).toEqual(SUCCESS);
    expect((await as('user')).body).toEqual({ data: { divided: [{ id: 2 }] } });
    expect((await as('other')).body).toHaveProperty('errors');
    const again = { ...args, permission: { columns: ['divided'], filter: {} } };
    expect(await live.command('pg_create_logical_model_select_permission', again)).toEqual(SUCCESS);
    expect((await as('user')).body).toHaveProperty('errors');
    const { source, name, role } = args;
    expect(await live.command('pg_drop_logical_model_select_permission', { source, name, role })).toEqual(
      SUCCESS,
    );
    expect((await live.command('pg_get_logical_model', { source })).body).not.toHaveProperty(
      '0.select_permissions',
    );
  });

  test.each([
    [
      { name: 'divided_stuff', role: 'user', permission: { columns: ['nope'], filter: {} } },
      'unexpected',
      'cannot continue due to new inconsistent metadata',
    ],
    [
      { name: 'divided_stuff', role: 'user', permission: { columns: ['id'], filter: { nope: 1 } } },
      'unexpected',
      'cannot continue due to new inconsistent metadata',
    ],
    [
      { name: 'divided_stuff', role: 'admin', permission: { columns: ['id'], filter: {} } },
      'unexpected',
      'cannot continue due to new inconsistent metadata',
    ],
    [
      { name: 'unknown', role: 'user', permission: { columns: '*', filter: {} } },
      'not-found',
      'Logical model "unknown" not found in source "default".',
    ],
    [
      { source: 'other', name: 'unknown', role: 'user', permission: { columns: '*', filter: {} } },
      'not-found',
      'Source "other" not found.',
    ],
  ])('%j is refused', async (args, code, error) => {
    expect(await live.command('pg_create_logical_model_select_permission', args)).toEqual(
      refused(code, error),
    );
  });
});

describe('a logical model of the query’s own', () => {
  const INLINE = {
    source: 'default',
    root_field_name: 'inline',
    code: 'select id from stuff',
    returns: { fields: [{ name: 'id', type: { scalar: 'integer', nullable: false } }] },
  };
  const permission = { columns: ['id'], filter: {} };
  const owner = { source: 'default', type: 'native_query', name: 'inline', role: 'user' };

  test('has permissions under the name of the query', async () => {
    expect(await live.command('pg_track_native_query', INLINE)).toEqual(SUCCESS);
    expect(await live.command('pg_create_logical_model_select_permission', { ...owner, permission })).toEqual(
      SUCCESS,
    );
    const { body } = await live.command('pg_get_native_query', { source: 'default' });
    expect((body as { returns: unknown }[]).map(({ returns }) => returns)).toContainEqual({
      ...INLINE.returns,
      select_permissions: [{ role: 'user', permission }],
    });
    const asked = await live.graphql('{ inline(limit: 1) { id } }', { 'x-hasura-role': 'user' });
    expect(asked.body).toEqual({ data: { inline: [{ id: 1 }] } });
    expect(await live.command('pg_drop_logical_model_select_permission', owner)).toEqual(SUCCESS);
    const after = await live.graphql('{ inline(limit: 1) { id } }', { 'x-hasura-role': 'user' });
    expect(after.body).toHaveProperty('errors');
    await live.command('pg_untrack_native_query', { source: 'default', root_field_name: 'inline' });
  });
});

describe('what depends on what', () => {
  const TOTALS = {
    source: 'default',
    root_field_name: 'totals',
    code: 'select id, thing as divided from stuff',
    returns: 'divided_stuff',
    array_relationships: [
      {
        name: 'boxes',
        using: { column_mapping: { id: 'stuff_id' }, remote_table: 'boxes', insertion_order: null },
      },
    ],
  };

  test('a logical model is kept while a query returns it', async () => {
    expect(
      await live.command('pg_untrack_logical_model', { source: 'default', name: 'divided_stuff' }),
    ).toEqual(
      refused(
        'constraint-violation',
        'Logical model "divided_stuff" still being used by native query "divided".',
      ),
    );
  });

  test('a table is kept while a relationship of a query leads to it', async () => {
    expect(await live.command('pg_track_native_query', TOTALS)).toEqual(SUCCESS);
    expect((await live.graphql('{ totals(order_by: {id: asc}) { id boxes { id } } }')).body).toEqual({
      data: {
        totals: [
          { id: 1, boxes: [{ id: 7 }] },
          { id: 2, boxes: [] },
          { id: 3, boxes: [{ id: 8 }] },
        ],
      },
    });
    expect(await live.command('pg_untrack_table', { source: 'default', table: 'boxes' })).toEqual(
      refused(
        'dependency-error',
        'cannot drop due to the following dependent objects: native query totals in source "default"',
      ),
    );
  });

  test('a query is kept while a relationship leads to it', async () => {
    const relationship = {
      source: 'default',
      table: 'boxes',
      name: 'total',
      using: { manual_configuration: { remote_native_query: 'totals', column_mapping: { stuff_id: 'id' } } },
    };
    expect(await live.command('pg_create_object_relationship', relationship)).toEqual(SUCCESS);
    expect(
      (await live.graphql('{ boxes(order_by: {id: asc}) { id total { divided boxes { id } } } }')).body,
    ).toEqual({
      data: {
        boxes: [
          { id: 7, total: { divided: 10, boxes: [{ id: 7 }] } },
          { id: 8, total: { divided: 30, boxes: [{ id: 8 }] } },
        ],
      },
    });
    expect(
      await live.command('pg_untrack_native_query', { source: 'default', root_field_name: 'totals' }),
    ).toEqual(refused('unexpected', 'cannot continue due to new inconsistent metadata'));
    await live.command('pg_drop_relationship', { source: 'default', table: 'boxes', relationship: 'total' });
  });

  test('a table is kept while the filter of a logical model speaks of it, and followed when it is renamed', async () => {
    const filter = {
      _exists: {
        _table: { schema: 'public', name: 'boxes' },
        _where: { stuff_id: { _ceq: ['$', 'id'] }, id: { _eq: 7 } },
      },
    };
    const args = {
      source: 'default',
      name: 'divided_stuff',
      role: 'boxer',
      permission: { columns: ['id'], filter },
    };
    expect(await live.command('pg_create_logical_model_select_permission', args)).toEqual(SUCCESS);
    expect(await live.command('pg_untrack_table', { source: 'default', table: 'boxes' })).toEqual(
      refused(
        'dependency-error',
        'cannot drop due to the following dependent objects: native query totals in source "default", permission divided_stuff.boxer.select in source "default"',
      ),
    );
    const sql = 'alter table boxes rename to crates; alter table crates rename stuff_id to content;';
    expect(await live.command('run_sql', { source: 'default', sql }, { path: '/v2/query' })).toMatchObject({
      status: 200,
    });
    const asked = '{ totals { id boxes { id content } } }';
    expect((await live.graphql('{ totals { id } }', { 'x-hasura-role': 'boxer' })).body).toEqual({
      data: { totals: [{ id: 1 }] },
    });
    expect((await live.graphql(asked)).body).toHaveProperty('data.totals.0.boxes.0.content', 1);
    const back = 'alter table crates rename content to stuff_id; alter table crates rename to boxes;';
    await live.command('run_sql', { source: 'default', sql: back }, { path: '/v2/query' });
    await live.command('pg_drop_logical_model_select_permission', {
      source: 'default',
      name: 'divided_stuff',
      role: 'boxer',
    });
  });

  test('SQL that breaks a query is undone', async () => {
    const drop = {
      source: 'default',
      sql: 'alter table stuff drop column thing',
      check_metadata_consistency: true,
    };
    const { status, body } = await live.command('run_sql', drop, { path: '/v2/query' });
    expect([status, body]).toMatchObject([
      500,
      { error: 'cannot continue due to newly found inconsistent metadata' },
    ]);
    expect((await live.graphql('{ totals(limit: 1) { divided } }')).body).toHaveProperty('data');
  });

  test('export and replace keep them', async () => {
    const { body } = await live.command('export_metadata', {});
    expect(await live.command('replace_metadata', body)).toMatchObject({ status: 200 });
    expect((await live.command('export_metadata', {})).body).toEqual(body);
    expect((await live.graphql('{ totals(limit: 1) { id } }')).body).toHaveProperty('data');
  });

  test('they go one after the other', async () => {
    for (const name of ['totals', 'divided']) {
      expect(
        await live.command('pg_untrack_native_query', { source: 'default', root_field_name: name }),
      ).toEqual(SUCCESS);
    }
    expect(
      await live.command('pg_untrack_native_query', { source: 'default', root_field_name: 'divided' }),
    ).toEqual(refused('not-found', 'Native query "divided" not found in source "default".'));
    const model = { source: 'default', name: 'divided_stuff' };
    expect(await live.command('pg_untrack_logical_model', model)).toEqual(SUCCESS);
    expect(await live.command('pg_untrack_logical_model', model)).toEqual(
      refused('not-found', 'Logical model "divided_stuff" not found in source "default".'),
    );
    expect((await live.command('pg_get_native_query', { source: 'default' })).body).toEqual([]);
    expect((await live.command('pg_get_logical_model', { source: 'default' })).body).toEqual([]);
  });
});
