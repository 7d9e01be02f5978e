// Neon's own driver beside ours at the same endpoint: what goes over the wire is the same, and what comes back is read
// the same way.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

import { neon, NeonDbError, neonConfig } from '@neondatabase/serverless';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { neonErrorOf } from '../../src/execute/neon-error.ts';
import { neonDatabase } from '../../src/execute/neon.ts';

interface Sent {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const sent: Sent[] = [];
let status: number;
let answer: string;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    sent.push({ method: request.method, path: request.url, headers: request.headers, body });
    response.writeHead(status).end(answer);
  });
});
let endpoint: string;
/** How the driver derives the address unless told. */
const derivedEndpoint = neonConfig.fetchEndpoint;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sql`;
  neonConfig.fetchEndpoint = endpoint;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  sent.length = 0;
  status = 200;
  answer = JSON.stringify({
    command: 'SELECT',
    rowCount: 1,
    fields: [{ name: 'x', dataTypeID: 25 }],
    rows: [['é"\\\n']],
  });
});

/** Headers of the protocol; the driver names itself in the connection string, and so do we. */
function protocolHeaders({ headers }: Sent): Record<string, unknown> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith('neon-'));
  return {
    ...Object.fromEntries(named),
    'neon-connection-string': String(headers['neon-connection-string']).replace(
      /application_name=[^&]*/,
      'application_name',
    ),
  };
}

it.each([
  'postgresql://user:password@ep-cool-name-123.eu-central-1.aws.neon.tech/main?sslmode=require',
  'postgres://us%40er:p%2Fw%3A%25@db.example:5433/na%20me',
  'postgres://user:password@127.0.0.1/main?application_name=mine',
])('sends what the driver sends to %s', async (connectionString) => {
  const statement = "select $1::text, $2::int, '\"ü'";
  const parameters = ['é"\\', null];
  const driver = neon(connectionString, { arrayMode: true, fullResults: false });
  const [row] = await driver.query(statement, parameters);
  const text = await neonDatabase({ connectionString, endpoint }).queryText(statement, parameters);
  expect([text]).toEqual(row);

  const [theirs, ours] = sent;
  if (!theirs || !ours) throw new Error('Both have asked.');
  expect(ours.method).toBe(theirs.method);
  expect(JSON.parse(ours.body)).toEqual(JSON.parse(theirs.body));
  expect(protocolHeaders(ours)).toEqual(protocolHeaders(theirs));
});

it('asks at the address the driver derives from the host', async () => {
  const asked: unknown[] = [];
  const original = globalThis.fetch;
  const connectionString = 'postgresql://user:password@ep-cool-name-123.eu-central-1.aws.neon.tech/main';
  globalThis.fetch = async (url) => {
    asked.push(url);
    return Promise.resolve(new Response(answer));
  };
  try {
    neonConfig.fetchEndpoint = derivedEndpoint;
    await neon(connectionString).query('select 1');
    await neonDatabase({ connectionString }).queryText('select 1', []);
  } finally {
    globalThis.fetch = original;
    neonConfig.fetchEndpoint = endpoint;
  }
  expect(asked).toEqual([asked[0], asked[0]]);
  expect(asked[0]).toBe('https://api.eu-central-1.aws.neon.tech/sql');
});

it.each([
  {
    title: 'Postgres’ error',
    status: 400,
    answer: '{"message":"no","code":"22P02","detail":"d","hint":"h","severity":"ERROR"}',
  },
  { title: 'Neon’s refusal', status: 400, answer: '{"message":"endpoint is disabled"}' },
  { title: 'a fault of the way', status: 502, answer: '<html>' },
])('reads $title as the driver does', async (failure) => {
  ({ status, answer } = failure);
  const thrown = await neon('postgresql://user:password@127.0.0.1/main')
    .query('select 1')
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  if (!(thrown instanceof NeonDbError)) throw new Error('The driver throws its own error.');
  const ours = neonErrorOf(status, answer);
  expect(ours.message).toBe(thrown.message);
  expect({ code: ours.code, detail: ours.detail, hint: ours.hint }).toEqual({
    code: thrown.code,
    detail: thrown.detail,
    hint: thrown.hint,
  });
});
