// Errors of a real Postgres, through the driver: what a client is told, and what only an administrator sees.

import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EmbeddedPostgres } from '../../scripts/database/embedded.ts';
import { startEmbeddedPostgres } from '../../scripts/database/embedded.ts';
import { graphqlError, HedgeError } from '../../src/error/hedge-error.ts';
import { neonDatabase } from '../../src/execute/neon.ts';
import type { Database } from '../../src/execute/types.ts';

const SCHEMA = `
  create schema errors;
  create table errors.parent (id int primary key, email text unique);
  create table errors.child (
    id int primary key,
    parent_id int not null references errors.parent on delete restrict,
    size int check (size > 0),
    during int4range,
    exclude using gist (during with &&)
  );
  insert into errors.parent values (1, 'a');
  insert into errors.child values (1, 1, 1, '[1,5)');
`;

/** Neon's protocol, as much as one statement needs, in front of a pool. */
function endpointOf(pool: Pool): Server {
  return createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { query, params } = JSON.parse(body) as { query: string; params: string[] };
      const types = { getTypeParser: () => (value: string | Buffer) => value };
      pool.query({ text: query, values: params, rowMode: 'array', types }).then(
        ({ rows, fields }) => response.end(JSON.stringify({ rows, fields })),
        (error: Error) =>
          response.writeHead(400).end(JSON.stringify(Object.assign({}, error, { message: error.message }))),
      );
    });
  });
}

let postgres: EmbeddedPostgres | undefined;
let pool: Pool;
let server: Server;
let database: Database;

beforeAll(async () => {
  const named = process.env['TEST_DATABASE_URL'];
  if (named === undefined) postgres = await startEmbeddedPostgres();
  pool = new Pool({ connectionString: named ?? postgres?.url, max: 2 });
  // A session that is ended while idle is none of the test's business.
  pool.on('error', () => undefined);
  await pool.query('drop schema if exists errors cascade');
  await pool.query(SCHEMA);
  server = endpointOf(pool);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  database = neonDatabase({
    connectionString: 'postgresql://user:password@db.example/main',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`,
  });
}, 60_000);
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await pool?.query('drop schema if exists errors cascade');
  await pool?.end();
  await postgres?.stop();
});

async function errorOf(sql: string, parameters: (string | null)[] = []): Promise<HedgeError> {
  try {
    await database.queryText(sql, parameters);
  } catch (error) {
    if (error instanceof HedgeError) return error;
    throw error;
  }
  throw new Error('the statement did not fail');
}

describe('an error about the client’s values', () => {
  it.each<{ sql: string; parameters?: (string | null)[]; code: string; message: string }>([
    {
      sql: 'select $1::int::text',
      parameters: ['abc'],
      code: 'data-exception',
      message: 'invalid input syntax for type integer: "abc"',
    },
    {
      sql: 'select $1::uuid::text',
      parameters: ['1'],
      code: 'data-exception',
      message: 'invalid input syntax for type uuid: "1"',
    },
    {
      sql: 'select ($1::int / $2::int)::text',
      parameters: ['1', '0'],
      code: 'data-exception',
      message: 'division by zero',
    },
    {
      sql: 'select $1::int2::text',
      parameters: ['70000'],
      code: 'data-exception',
      message: 'value "70000" is out of range for type smallint',
    },
    {
      sql: "select ('ab' like $1::text)::text",
      parameters: ['a\\'],
      code: 'bad-request',
      message: 'LIKE pattern must not end with escape character',
    },
    {
      sql: "select ('a' ~ $1::text)::text",
      parameters: ['('],
      code: 'data-exception',
      message: 'invalid regular expression: parentheses () not balanced',
    },
    {
      sql: 'insert into errors.parent values (1)',
      code: 'constraint-violation',
      message: 'Uniqueness violation. duplicate key value violates unique constraint "parent_pkey"',
    },
    {
      sql: 'insert into errors.child values (2, null)',
      code: 'constraint-violation',
      message:
        'Not-NULL violation. null value in column "parent_id" of relation "child" violates not-null constraint',
    },
    {
      sql: 'insert into errors.child values (2, 9)',
      code: 'constraint-violation',
      message:
        'Foreign key violation. insert or update on table "child" violates foreign key constraint "child_parent_id_fkey"',
    },
    {
      sql: 'insert into errors.child values (2, 1, 0)',
      code: 'permission-error',
      message:
        'Check constraint violation. new row for relation "child" violates check constraint "child_size_check"',
    },
    {
      sql: "insert into errors.child values (2, 1, 1, '[2,3)')",
      code: 'constraint-violation',
      message: 'Exclusion violation. conflicting key value violates exclusion constraint "child_during_excl"',
    },
    {
      sql: 'insert into errors.parent values (2) on conflict (email, id) do nothing',
      code: 'constraint-error',
      message: 'there is no unique or exclusion constraint on target column(s)',
    },
    {
      sql: 'insert into errors.parent values (2) on conflict on constraint none do nothing',
      code: 'constraint-error',
      message: 'constraint "none" for table "parent" does not exist',
    },
  ])('has Hasura’s code and words: $sql', async ({ sql, parameters, code, message }) => {
    const error = await errorOf(sql, parameters);
    expect(graphqlError(error, true)).toEqual({ message, extensions: { path: '$', code } });
  });

  it('has Hasura’s words when a row is referred to', async () => {
    const error = await errorOf('delete from errors.parent where id = 1');
    expect(error.code).toBe('constraint-violation');
    // Postgres 18 gives RESTRICT a code of its own.
    expect(error.message).toMatch(
      /^(Foreign key violation|Can not delete or update due to data being referred)\. /,
    );
  });
});

describe('any other error', () => {
  it('is "database query error", with statement and fields for administrators only', async () => {
    const error = await errorOf('select missing from errors.parent where id = $1::int', ['5']);
    expect(graphqlError(error, false)).toEqual({
      message: 'database query error',
      extensions: { path: '$', code: 'unexpected' },
    });
    expect(graphqlError(error, true)).toMatchObject({
      extensions: {
        internal: {
          statement: 'select missing from errors.parent where id = $1::int',
          prepared: true,
          error: {
            exec_status: 'FatalError',
            status_code: '42703',
            message: 'column "missing" does not exist',
            description: null,
            hint: expect.stringContaining('hedge build --check') as string,
          },
          arguments: ['5'],
        },
      },
    });
  });

  it('keeps the hint Postgres gives', async () => {
    const error = await errorOf('select emails from errors.parent');
    expect(error.internal).toMatchObject({ error: { hint: expect.stringContaining('Perhaps') as string } });
  });

  it('says so when the statement took too long, and the next one works', async () => {
    await pool.query(`alter role current_user set statement_timeout = '50ms'`);
    await closeIdle();
    const error = await errorOf('select pg_sleep(5)::text');
    expect([error.code, error.message, error.status]).toEqual([
      'unexpected',
      'database query error: canceling statement due to statement timeout',
      500,
    ]);
    expect(await database.queryText('select 1::text', [])).toBe('1');
    await pool.query('alter role current_user reset statement_timeout');
    await closeIdle();
  });

  it('is a connection error when the session is ended', async () => {
    const error = await errorOf('select pg_terminate_backend(pg_backend_pid())::text');
    expect([error.code, error.message]).toEqual(['postgres-error', 'connection error']);
    expect(await database.queryText('select 1::text', [])).toBe('1');
  });
});

/** New sessions take the role's settings. */
async function closeIdle(): Promise<void> {
  const clients = await Promise.all([pool.connect(), pool.connect()]);
  for (const client of clients) client.release(true);
}
