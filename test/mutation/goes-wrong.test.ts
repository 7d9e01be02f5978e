// What goes wrong with a mutation that is right in itself: other transactions, triggers, connections that end, values at the
// ends of their types. Codes, paths and messages are Hasura's, and nothing is left of what failed.

import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';

import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { pgClient } from '../support/database.ts';
import { ADMIN_SECRET, type GraphqlOptions, type Hedge, startHedge } from '../support/hedge.ts';
import { metadataOf } from '../support/stages.ts';

const SCHEMA = `
create table slot (id int primary key, n int not null default 0, note text);
create table booking (id int primary key, slot_id int references slot, note text);
create table value (
  id serial primary key, big bigint, num numeric, money money, span interval, at timestamptz, day date, f float8, j jsonb,
  raw bytea, r int8range, matrix int[], names text[]
);
create function raise() returns trigger language plpgsql as $$
  begin
    if new.note like 'raise%' then
      execute format('do $d$ begin raise exception %L using errcode = %L, hint = ''a hint''; end $d$', 'said ' || new.id, substr(new.note, 7));
    end if;
    if new.note = 'skip' then return null; end if;
    return new;
  end $$;
create trigger raise before insert or update on slot for each row execute function raise();
create trigger raise before insert or update on booking for each row execute function raise();
`;
const table = (name: string) => ({ schema: 'public', name });
const METADATA = metadataOf({
  configuration: { connection_info: { database_url: { from_env: 'HASURA_GRAPHQL_DATABASE_URL' } } },
  tables: [
    {
      table: table('slot'),
      array_relationships: [
        {
          name: 'bookings',
          using: { foreign_key_constraint_on: { table: table('booking'), column: 'slot_id' } },
        },
      ],
    },
    {
      table: table('booking'),
      object_relationships: [{ name: 'slot', using: { foreign_key_constraint_on: 'slot_id' } }],
    },
    { table: table('value') },
  ],
});

let hedge: Hedge;
let client: pg.Client;
let other: pg.Client;
beforeAll(async () => {
  hedge = await startHedge({ sql: SCHEMA, metadata: METADATA });
  [client, other] = await Promise.all([pgClient(hedge.database.url), pgClient(hedge.database.url)]);
});
afterAll(async () => {
  await Promise.all([client?.end(), other?.end()]);
  await hedge?.stop();
});
beforeEach(async () => {
  await client.query('truncate slot, booking, value; insert into slot select i from generate_series(1, 5) i');
});

interface Failed {
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions: { readonly code: string; readonly path: string; readonly internal?: unknown };
  }[];
  readonly data?: unknown;
}

async function ask(query: string, options?: GraphqlOptions): Promise<Failed> {
  return (await hedge.graphql(query, options)).body as Failed;
}

/** `<code> <path> <message>`, or the data. */
async function said(query: string, variables?: unknown): Promise<unknown> {
  const { errors, data } = await ask(query, { variables });
  return (
    errors?.map(({ message, extensions: { code, path } }) => `${code} ${path} ${message}`).join('\n') ?? data
  );
}

const SLOTS = [1, 2, 3, 4, 5].map((id) => ({ id, n: 0, note: null }));
const slots = async (): Promise<unknown> => (await client.query('select * from slot order by id')).rows;

async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rowCount !== 0) return;
    await client.query('select pg_sleep(0.02)');
  }
}

describe('another transaction', () => {
  test('that waits for this one, which waits for it: one is ended, and says so', async () => {
    await other.query(`begin; set local deadlock_timeout = '10s'; update slot set n = 1 where id = 2`);
    const asked = said(
      'mutation { a: update_slot_by_pk(pk_columns: {id: 1}, _set: {n: 2}) { id } b: update_slot_by_pk(pk_columns: {id: 2}, _set: {n: 2}) { id } }',
    );
    await untilSomebodyWaits();
    await Promise.all([
      other.query('update slot set n = 1 where id = 1'),
      expect(asked).resolves.toBe('concurrent-update $ deadlock detected'),
    ]);
    await other.query('commit');
    expect(await slots()).toEqual(SLOTS.map((slot) => (slot.id <= 2 ? { ...slot, n: 1 } : slot)));
  });

  test('that deleted the row in the meantime: there is none', async () => {
    await other.query('begin; delete from slot where id = 1');
    const asked = said('mutation { update_slot_by_pk(pk_columns: {id: 1}, _inc: {n: 2}) { id } }');
    await untilSomebodyWaits();
    await other.query('commit');
    expect(await asked).toEqual({ update_slot_by_pk: null });
  });

  test('that holds a lock longer than the database lets wait', async () => {
    await client.query(
      `alter database ${new URL(hedge.database.url).pathname.slice(1)} set lock_timeout = '50ms'`,
    );
    const impatient = await startHedge({ sql: SCHEMA, metadata: METADATA });
    const holder = await pgClient(impatient.database.url);
    try {
      await holder.query('insert into slot values (1)');
      await holder.query(
        `alter database ${new URL(impatient.database.url).pathname.slice(1)} set lock_timeout = '50ms'`,
      );
      await holder.query('begin; update slot set n = 1');
      const { body } = await impatient.graphql('mutation { delete_slot(where: {}) { affected_rows } }');
      expect(body).toMatchObject({
        errors: [{ message: 'database query error', extensions: { code: 'unexpected', path: '$' } }],
      });
      await holder.query('rollback');
    } finally {
      await holder.end();
      await impatient.stop();
      await client.query(
        `alter database ${new URL(hedge.database.url).pathname.slice(1)} reset lock_timeout`,
      );
    }
  });
});

describe('a connection', () => {
  test('that ends in the middle leaves nothing, and that is known', async () => {
    await other.query('begin; update slot set n = 1 where id = 2');
    const asked = said(
      'mutation { a: insert_slot_one(object: {id: 9}) { id } b: update_slot_by_pk(pk_columns: {id: 2}, _set: {n: 2}) { id } }',
    );
    await untilSomebodyWaits();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    expect(await asked).toBe('postgres-error $ connection error');
    await other.query('rollback');
    expect(await slots()).toEqual(SLOTS);
  });

  test('that ends while one statement runs', async () => {
    await other.query('begin; update slot set n = 1 where id = 2');
    const asked = said('mutation { update_slot_by_pk(pk_columns: {id: 2}, _set: {n: 2}) { id } }');
    await untilSomebodyWaits();
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    expect(await asked).toBe('postgres-error $ connection error');
    await other.query('commit');
    expect(await slots()).toEqual(SLOTS.map((slot) => (slot.id === 2 ? { ...slot, n: 1 } : slot)));
  });
});

describe('a trigger', () => {
  test.each([
    ['P0001', 'unexpected $.selectionSet.insert_slot.args.objects database query error'],
    ['P0002', 'unexpected $.selectionSet.insert_slot.args.objects database query error'],
    ['ABCDE', 'unexpected $.selectionSet.insert_slot.args.objects database query error'],
    ['22000', 'data-exception $.selectionSet.insert_slot.args.objects said 8'],
    ['23505', 'constraint-violation $.selectionSet.insert_slot.args.objects Uniqueness violation. said 8'],
    ['23514', 'permission-error $.selectionSet.insert_slot.args.objects Check constraint violation. said 8'],
    [
      '40001',
      'concurrent-update $.selectionSet.insert_slot.args.objects serialization failure due to concurrent update',
    ],
    ['42501', 'unexpected $.selectionSet.insert_slot.args.objects database query error'],
  ])('that raises %s', async (code, expected) => {
    expect(
      await said(
        `mutation { insert_slot(objects: [{id: 7}, {id: 8, note: "raise ${code}"}]) { affected_rows } }`,
      ),
    ).toBe(expected);
    expect(await slots()).toEqual(SLOTS);
  });

  test('that raises in an update, and what administrators are told of it', async () => {
    const { errors } = await ask(
      'mutation { update_slot_by_pk(pk_columns: {id: 1}, _set: {note: "raise P0001"}) { id } }',
    );
    expect(errors).toMatchObject([
      {
        message: 'database query error',
        extensions: {
          path: '$',
          code: 'unexpected',
          internal: {
            prepared: true,
            error: {
              exec_status: 'FatalError',
              status_code: 'P0001',
              message: 'said 1',
              description: null,
              hint: 'a hint',
            },
            arguments: expect.arrayContaining(['raise P0001']) as unknown,
            statement: expect.stringContaining('update "public"."slot"') as unknown,
          },
        },
      },
    ]);
  });

  test('that raises for a nested row: nothing of its parent stays', async () => {
    expect(
      await said(
        'mutation { insert_slot_one(object: {id: 9, bookings: {data: [{id: 1}, {id: 2, note: "raise P0001"}]}}) { id } }',
      ),
    ).toMatch(/^unexpected \$\.selectionSet\.insert_slot_one\.args\.object.* database query error$/);
    expect(await slots()).toEqual(SLOTS);
    expect((await client.query('select from booking')).rowCount).toBe(0);
  });

  test('that skips a row: it is not counted, and nothing hangs on it', async () => {
    expect(
      await said(
        'mutation { insert_slot(objects: [{id: 8, note: "skip"}, {id: 9}]) { affected_rows returning { id } } }',
      ),
    ).toEqual({ insert_slot: { affected_rows: 1, returning: [{ id: 9 }] } });
    expect(await said('mutation { insert_slot_one(object: {id: 8, note: "skip"}) { id } }')).toEqual({
      insert_slot_one: null,
    });
    expect(
      await said(
        'mutation { insert_slot_one(object: {id: 8, note: "skip", bookings: {data: [{id: 1}]}}) { id } }',
      ),
    ).toMatch(
      /^not-supported \S+ cannot proceed to insert array relations since insert to table "slot" affects zero rows$/,
    );
    expect(
      await said(
        'mutation { insert_booking_one(object: {id: 1, slot: {data: {id: 8, note: "skip"}}}) { id } }',
      ),
    ).toMatch(
      /^not-supported \S+ cannot proceed to insert object relation "slot" since insert to table "slot" affects zero rows$/,
    );
  });
});

describe('a value', () => {
  const DIGITS = `${'1234567890'.repeat(9)}123456789`;
  test.each<[string, string, unknown]>([
    ['big', '9007199254740993', '9007199254740993'],
    ['big', '-9223372036854775808', '-9223372036854775808'],
    ['num', `${DIGITS}.5`, `${DIGITS}.5`],
    ['num', `-0.${DIGITS}1`, `-0.${DIGITS}1`],
    ['num', '1e-30', '0.000000000000000000000000000001'],
    ['num', '"NaN"', 'NaN'],
    ['num', '"-Infinity"', '-Infinity'],
    ['money', '92233720368547758.07', '$92,233,720,368,547,758.07'],
    ['money', '-92233720368547758.08', '-$92,233,720,368,547,758.08'],
    ['span', '"178000000 years"', '178000000 years'],
    ['span', '"-1 mon +2 days -03:00:00.000001"', '-1 mons +2 days -03:00:00.000001'],
    ['span', '"P1Y2M3DT4H5M6S"', '1 year 2 mons 3 days 04:05:06'],
    ['at', '"-infinity"', '-infinity'],
    ['at', '"294276-12-31T23:59:59.999999Z"', '294276-12-31 23:59:59.999999+00'],
    ['day', '"4713-01-01 BC"', '4713-01-01 BC'],
    ['f', '1.7976931348623157e308', '1.7976931348623157e+308'],
    ['f', '5e-324', '5e-324'],
    ['f', '"-Infinity"', '-Infinity'],
    ['f', '"NaN"', 'NaN'],
    [
      'j',
      '{a: 9007199254740993, b: 1e400, c: "\\\\u0041"}',
      `{"a": 9007199254740993, "b": 1${'0'.repeat(400)}, "c": "\\\\u0041"}`,
    ],
    ['raw', '"\\\\xDEADbeef"', '\\xdeadbeef'],
    ['r', '"[9007199254740993,)"', '[9007199254740993,)'],
    ['r', '"empty"', 'empty'],
    ['matrix', '[[1, 2], [3, 4]]', '{{1,2},{3,4}}'],
    ['matrix', '"{{{1,2}},{{3,4}}}"', '{{{1,2}},{{3,4}}}'],
    ['names', '["NULL", "", "a\\"b\\\\", "{}"]', '{"NULL","","a\\"b\\\\","{}"}'],
  ])('%s: %s is stored as it is, however it is sent', async (column, literal, stored) => {
    const type = {
      big: 'bigint',
      num: 'numeric',
      money: 'money',
      span: 'interval',
      at: 'timestamptz',
      day: 'date',
      f: 'float8',
      j: 'jsonb',
      raw: 'bytea',
      r: 'int8range',
      matrix: '[Int]',
      names: '[String!]',
    }[column];
    const query = (value: string): string => `insert_value_one(object: {${column}: ${value}}) { id }`;
    expect(await said(`mutation { ${query(literal)} }`)).toHaveProperty('insert_value_one');
    // JSON of the request, its numbers as they are written.
    const json = column === 'j' ? `{"a": 9007199254740993, "b": 1e400, "c": "\\\\u0041"}` : literal;
    const declared = column === 'matrix' ? [] : [`mutation ($v: ${type}) { ${query('$v')} }`];
    const rows = 'mutation ($o: [value_insert_input!]!) { insert_value(objects: $o) { affected_rows } }';
    const update = `mutation ($s: value_set_input!) { update_value(where: {}, _set: $s) { affected_rows } }`;
    for (const [text, variables] of [
      ...declared.map((one) => [one, `{"v": ${json}}`]),
      [rows, `{"o": [{"${column}": ${json}}, {"${column}": ${json}}]}`],
      [update, `{"s": {"${column}": ${json}}}`],
    ]) {
      const body = `{"query": ${JSON.stringify(text)}, "variables": ${variables}}`;
      const answer = await hedge.post('/v1/graphql', body, { 'x-hasura-admin-secret': ADMIN_SECRET });
      expect(answer.text).toMatch(/^\{"data"/);
    }
    const { rows: found } = await client.query<{ text: string }>(
      `select distinct ${column}::text collate "C" as text from value`,
    );
    expect(found).toEqual([{ text: stored }]);
  });

  const objects = 'data-exception $.selectionSet.insert_value.args.objects';
  test.each<[string, string, string]>([
    [
      'big',
      '9223372036854775808',
      'parse-failed $.selectionSet.insert_value.args.objects[0].big The value 9.223372036854775808e18 lies outside the bounds or is not an integer. Maybe it is a float, or is there integer overflow?',
    ],
    [
      'big',
      '"9223372036854775808"',
      `${objects} value "9223372036854775808" is out of range for type bigint`,
    ],
    ['big', '"1.5"', `${objects} invalid input syntax for type bigint: "1.5"`],
    ['num', `1e140000`, `${objects} value overflows numeric format`],
    [
      'money',
      '92233720368547758.08',
      `${objects} value "92233720368547758.08" is out of range for type money`,
    ],
    ['span', '"179000000 years"', `${objects} interval out of range`],
    ['span', '"soon"', `${objects} invalid input syntax for type interval: "soon"`],
    ['at', '"294277-01-01T00:00:00Z"', `${objects} timestamp out of range: "294277-01-01T00:00:00Z"`],
    ['f', '1e400', `${objects} "1e400" is out of range for type double precision`],
    ['raw', '"\\\\xZZ"', `${objects} invalid hexadecimal digit: "Z"`],
    ['raw', '"\\\\x1"', `${objects} invalid hexadecimal data: odd number of digits`],
    ['r', '"[2,1]"', `${objects} range lower bound must be less than or equal to range upper bound`],
    ['r', '"2,1"', `${objects} malformed range literal: "2,1"`],
    ['matrix', '[[1, 2], [3]]', `${objects} malformed array literal: "{{1,2},{3}}"`],
    ['j', '{a: "\\\\u0000"}', 'ok'],
    ['j', '{a: "\\u0000"}', `${objects} unsupported Unicode escape sequence`],
    ['names', '["\\u0000"]', 'data-exception $.selectionSet.insert_value.args.objects[0].names'],
  ])('%s: %s is refused', async (column, literal, expected) => {
    const answer = await said(
      `mutation { insert_value(objects: [{${column}: ${literal}}]) { affected_rows } }`,
    );
    if (expected === 'ok') expect(answer).toEqual({ insert_value: { affected_rows: 1 } });
    else expect(String(answer)).toContain(expected);
  });

  test('of jsonb with NUL is refused in every operator', async () => {
    await client.query(`insert into value (j) values ('{}')`);
    for (const operator of ['_set', '_append', '_prepend']) {
      expect(
        await said(
          `mutation { update_value(where: {}, ${operator}: {j: {a: "\\u0000"}}) { affected_rows } }`,
        ),
      ).toBe('data-exception $ unsupported Unicode escape sequence');
    }
    expect(
      await said('mutation { update_value(where: {}, _delete_key: {j: "\\u0000"}) { affected_rows } }'),
    ).toMatch(/^data-exception \$\.selectionSet\.update_value\.args\._delete_key\.j /);
    expect((await client.query('select j from value')).rows).toEqual([{ j: {} }]);
  });

  test('that grows out of its type', async () => {
    await client.query(
      `insert into value (big, money, num) values (9223372036854775807, '92233720368547758.07', 1)`,
    );
    const update = (operators: string): Promise<unknown> =>
      said(`mutation { update_value(where: {}, ${operators}) { affected_rows } }`);
    expect(await update('_inc: {big: 1}')).toBe('data-exception $ bigint out of range');
    expect(await update('_inc: {money: 0.01}')).toBe('data-exception $ money out of range');
    expect(await update('_inc: {num: "Infinity"}')).toEqual({ update_value: { affected_rows: 1 } });
  });
});

describe('the size', () => {
  test('of 20 MB of objects is more than is read: it is refused by its length', async () => {
    // The body itself would still be on its way when the answer comes.
    const asked = request(`${hedge.url}/v1/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': 20_000_000,
        'x-hasura-admin-secret': ADMIN_SECRET,
      },
    });
    asked.on('error', () => {});
    asked.flushHeaders();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    const body = JSON.parse((await response.setEncoding('utf8').toArray()).join('')) as unknown;
    asked.destroy();
    expect([response.statusCode, body]).toEqual([
      413,
      {
        errors: [
          {
            message: 'the request body is larger than 10485760 bytes',
            extensions: { path: '$', code: 'bad-request' },
          },
        ],
      },
    ]);
  });

  test('of what is written has no such limit: 100,000 rows', async () => {
    await client.query('insert into slot select i from generate_series(6, 100000) i');
    expect(await said('mutation { update_slot(where: {}, _inc: {n: 1}) { affected_rows } }')).toEqual({
      update_slot: { affected_rows: 100_000 },
    });
  });
});
