// A wrong DATABASE_URL: one clear line for each way to be wrong, and never the password.

import { createServer, type Server } from 'node:net';

import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import { connectDatabase } from '../../scripts/database/connect.ts';
import { freePort } from '../../scripts/database/free-port.ts';
import { databaseLabel, parseDatabaseUrl } from '../../scripts/database/url.ts';
import { UserError } from '../../scripts/database/user-error.ts';
import { onServer } from '../support/database.ts';

const SECRET = 's3cr%C3%A9t%40/word'.replace('/', '%2F');

async function failure(url: string): Promise<string> {
  const client = await connectDatabase(url).catch((error: unknown) => error);
  if (!(client instanceof UserError)) throw new Error(`expected a UserError, not ${String(client)}`);
  expect(client.message).not.toContain('s3cr');
  expect(client.message).not.toContain('\n');
  return client.message;
}

describe('what is no Postgres URL', () => {
  test.each([
    ['nothing at all', '', /^DATABASE_URL is not a URL: expected postgres:\/\/user:password@host/],
    ['words', 'my database', /^DATABASE_URL is not a URL/],
    ['another scheme', `mysql://u:${SECRET}@localhost/db`, /not a Postgres URL: it begins with mysql:\/\//],
    ['a bad port', `postgres://u:${SECRET}@localhost:99999/db`, /not a URL/],
    ['a bare percent sign', `postgres://u:s3cr%zz@localhost/db`, /literal % is written as %25/],
  ])('%s', async (_, url, message) => {
    expect(await failure(url)).toMatch(message);
  });
});

describe('what cannot be reached', () => {
  let silent: Server;
  beforeAll(async () => {
    silent = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => {
      silent.listen(0, '127.0.0.1', resolve);
    });
  });
  afterAll(() => silent.close());

  test('a host without a name', async () => {
    expect(await failure(`postgres://u:${SECRET}@no-such-host.invalid/db`)).toBe(
      'DATABASE_URL: the host "no-such-host.invalid" cannot be found.',
    );
  });

  test('a port where nothing listens', async () => {
    const port = await freePort();
    expect(await failure(`postgres://u:${SECRET}@127.0.0.1:${port}/db`)).toBe(
      `DATABASE_URL: nothing answers at 127.0.0.1:${port}: is Postgres running there?`,
    );
    expect(await failure(`postgres://u:${SECRET}@localhost:${port}/db`)).toContain('nothing answers');
  });

  test('something that is not Postgres', async () => {
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : 0;
    expect(await failure(`postgres://u:${SECRET}@127.0.0.1:${port}/db`)).toMatch(/^DATABASE_URL: /);
  });
});

describe('what the server refuses', () => {
  test('a database that is not there', async () => {
    const url = new URL(inject('serverUrl'));
    url.pathname = '/nowhere';
    expect(await failure(url.href)).toMatch(/there is no database "nowhere" on the server at /);
  });

  test('a role that is not there', async () => {
    const url = new URL(inject('serverUrl'));
    url.username = 'nobody_at_all';
    url.password = SECRET;
    expect(await failure(url.href)).toMatch(/"nobody_at_all"/);
  });

  test('TLS, where the server has none', async () => {
    const url = new URL(inject('serverUrl'));
    const [row] = await onServer(
      async (client) => (await client.query('show ssl')).rows as { ssl: string }[],
    );
    if (row?.ssl === 'on') return;
    url.searchParams.set('sslmode', 'require');
    expect(await failure(url.href)).toContain('does not offer TLS');
  });
});

describe('what may be left out', () => {
  test.each([
    ['postgres://me@example.com:6543/db', 'example.com:6543/db', 'me'],
    ['postgresql://me@example.com/d%20b', 'example.com:5432/d b', 'me'],
    ['postgres://me@/db', '127.0.0.1:5432/db', 'me'],
    ['postgres://me@[::1]:7000', '[::1]:7000/me', 'me'],
  ])('%s', (text, label, user) => {
    const url = parseDatabaseUrl(text);
    expect([databaseLabel(url), url.username, url.protocol]).toEqual([label, user, 'postgres:']);
  });

  test('even the user', () => {
    const url = parseDatabaseUrl('postgres:///db');
    expect(url.username).not.toBe('');
    expect(databaseLabel(url)).toBe('127.0.0.1:5432/db');
  });
});
