// A Neon endpoint that fails in every way a network can: what clients are told, and that the next request works.

import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_NAMING } from '../../src/artifact/type-names.ts';
import { neonDatabase } from '../../src/execute/neon.ts';
import { connectSources } from '../../src/execute/sources.ts';

const CONNECTION = 'postgresql://user:canary-password@db.example/main';

let answer: (response: ServerResponse) => void;
const requests: { headers: Record<string, unknown>; body: unknown }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    requests.push({ headers: request.headers, body: JSON.parse(body) });
    answer(response);
  });
});
let endpoint: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const row = (value: string | null) => (response: ServerResponse) =>
  response.end(
    JSON.stringify({
      command: 'SELECT',
      rowCount: 1,
      rows: [[value]],
      fields: [{ name: 'root', dataTypeID: 114 }],
    }),
  );

describe('an answer', () => {
  it.each(['{"a":[1,2]}', '[]', 'null', ''])('%j comes back as the text it is', async (text) => {
    answer = row(text);
    expect(await neonDatabase({ connectionString: CONNECTION, endpoint }).queryText('select $1', ['a'])).toBe(
      text,
    );
    expect(requests.at(-1)?.body).toEqual({ query: 'select $1', params: ['a'] });
    expect(requests.at(-1)?.headers).toMatchObject({
      'neon-raw-text-output': 'true',
      'neon-array-mode': 'true',
    });
  });

  it('may be NULL, or have no row', async () => {
    const database = neonDatabase({ connectionString: CONNECTION, endpoint });
    answer = row(null);
    expect(await database.queryText('select', [])).toBeNull();
    answer = (response) =>
      response.end(JSON.stringify({ rows: [], fields: [{ name: 'root', dataTypeID: 25 }] }));
    expect(await database.queryText('select', [null])).toBeNull();
  });
});

describe('a failure of the way to the database', () => {
  it.each<{ name: string; fail: (response: ServerResponse) => void }>([
    { name: 'a cut connection', fail: (response) => response.destroy() },
    { name: 'status 500', fail: (response) => response.writeHead(500).end('upstream canary-password') },
    { name: 'status 502 with HTML', fail: (response) => response.writeHead(502).end('<html>') },
    { name: 'status 200 with HTML', fail: (response) => response.end('<html>') },
    { name: 'half an answer', fail: (response) => response.end('{"rows":[["') },
    {
      name: 'Neon’s refusal',
      fail: (response) => response.writeHead(400).end('{"message":"endpoint is disabled"}'),
    },
    {
      name: 'a wrong password',
      fail: (response) =>
        response.writeHead(400).end('{"message":"password authentication failed","code":"28P01"}'),
    },
    {
      name: 'a missing database',
      fail: (response) =>
        response.writeHead(400).end('{"message":"database \\"x\\" does not exist","code":"3D000"}'),
    },
    {
      name: 'a shutdown',
      fail: (response) => response.writeHead(400).end('{"message":"terminating connection","code":"57P01"}'),
    },
  ])('is a connection error, and the next request works: $name', async ({ fail }) => {
    const database = neonDatabase({ connectionString: CONNECTION, endpoint });
    answer = fail;
    await expect(database.queryText('select 1', [])).rejects.toMatchObject({
      code: 'postgres-error',
      message: 'connection error',
      path: '$',
      status: 500,
    });
    answer = row('1');
    expect(await database.queryText('select 1', [])).toBe('1');
  });

  it('is told apart when Postgres has no connection left', async () => {
    answer = (response) =>
      response.writeHead(400).end('{"message":"sorry, too many clients already","code":"53300"}');
    await expect(
      neonDatabase({ connectionString: CONNECTION, endpoint }).queryText('select 1', []),
    ).rejects.toMatchObject({
      code: 'postgres-max-connections-error',
      message: 'max connections reached on postgres',
    });
  });
});

describe('a connection string that is none', () => {
  it.each([
    '',
    'canary-password',
    'mysql://user:canary-password@host/db',
    'postgres://canary-password',
    'postgres://host/db',
    'postgres://user@host',
  ])('%j is refused without showing it', (connectionString) => {
    let message = '';
    try {
      neonDatabase({ connectionString });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain('the connection string is not of the form');
    expect(message).not.toContain('canary');
  });
});

describe('sources', () => {
  const SOURCES = [
    { name: 'default', databaseUrl: { fromEnv: 'DATABASE' }, naming: DEFAULT_NAMING, namespace: null },
    { name: 'other', databaseUrl: { literal: CONNECTION }, naming: DEFAULT_NAMING, namespace: null },
  ];

  it('take their connection string from the variable the metadata names, or from the metadata', async () => {
    const database = connectSources(SOURCES, { DATABASE: 'postgres://me:x@first.example/main' }, endpoint);
    answer = row('1');
    await database('default').queryText('select 1', []);
    expect(requests.at(-1)?.headers).toMatchObject({
      'neon-connection-string': expect.stringContaining('first.example') as string,
    });
    await database('other').queryText('select 1', []);
    expect(requests.at(-1)?.headers).toMatchObject({
      'neon-connection-string': expect.stringContaining('db.example') as string,
    });
    expect(database('default')).toBe(database('default'));
  });

  it.each([{}, { DATABASE: '' }, { DATABASE: 5 }])('name the variable that is missing: %o', (env) => {
    const database = connectSources(SOURCES, env, null);
    expect(() => database('default')).toThrow(
      expect.objectContaining({
        message: 'the database of a source is not configured',
        internal: expect.stringContaining("environment variable 'DATABASE' not set") as string,
      }) as Error,
    );
    expect(() => database('other')).not.toThrow();
  });
});
