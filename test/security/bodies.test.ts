// Bodies that are too large, too slow or packed, on every door that reads one.

import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { METADATA, SQL } from '../limits/world.ts';
import { ADMIN_SECRET, type Hedge, startHedge } from '../support/hedge.ts';

let hedge: Hedge;
beforeAll(async () => {
  const { rest_endpoints: endpoints = [], ...rest } = METADATA;
  hedge = await startHedge({
    sql: SQL,
    metadata: {
      ...rest,
      rest_endpoints: endpoints.map((endpoint) => ({ ...endpoint, methods: ['GET', 'POST'] as const })),
    },
    env: { HEDGE_BODY_TIMEOUT: '1' },
  });
});
afterAll(() => hedge?.stop());

const QUERY = JSON.stringify({ query: '{ author { name } }' });
const DOORS: readonly (readonly [path: string, body: string])[] = [
  ['/v1/graphql', QUERY],
  ['/v1alpha1/graphql', QUERY],
  ['/v1beta1/relay', JSON.stringify({ query: '{ __typename }' })],
  ['/v1/graphql/explain', JSON.stringify({ query: { query: '{ author { name } }' } })],
  ['/v1/metadata', JSON.stringify({ type: 'export_metadata', args: {} })],
  ['/v2/query', JSON.stringify({ type: 'export_metadata', args: {} })],
  ['/api/rest/authors', '{}'],
];
const HEADERS = { 'content-type': 'application/json', 'x-hasura-admin-secret': ADMIN_SECRET };

const post = async (
  path: string,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly text: string } | 'closed'> => {
  // Node wants to be told of a streamed body; its types do not know the word.
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { ...HEADERS, ...headers },
    body,
    duplex: 'half',
  };
  try {
    const response = await fetch(hedge.url + path, init);
    return { status: response.status, text: await response.text() };
  } catch {
    return 'closed';
  }
};

/** What comes back when the body stops in the middle. */
const stalled = (path: string, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(hedge.url);
    const headers = Object.entries({ ...HEADERS, host: 'hedge.test', 'content-length': String(body.length) });
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body.slice(0, 1)}`,
      );
    });
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.includes('bad-request')) socket.destroy();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });

describe.each(DOORS)('%s', (path, body) => {
  it('reads a body of the usual kind', async () => {
    expect(await post(path, body)).toMatchObject({ status: 200 });
    expect(await post(path, body, { 'content-encoding': 'identity' })).toMatchObject({ status: 200 });
  });

  it('does not unpack', async () => {
    for (const encoding of ['gzip', 'BR', 'deflate', 'gzip, identity']) {
      expect(await post(path, BOMB, { 'content-encoding': encoding })).toMatchObject({
        status: 415,
        text: expect.stringContaining('compressed request bodies are not read') as unknown,
      });
    }
  });

  it('does not read more than 10 MiB, of variables or whatever else', async () => {
    expect(await post(path, LARGE)).toEqual(TOO_LARGE);
    expect(await post(path, body)).toMatchObject({ status: 200 });
  });
});

/** 50 MB of spaces. */
const BOMB = gzipSync(' '.repeat(50_000_000));
const LARGE = JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(10 * 1024 * 1024) } });
/** A connection that is closed while the client still sends says the same. */
const TOO_LARGE = expect.toSatisfy(
  (answer: unknown) => answer === 'closed' || (answer as { status: number }).status === 413,
) as unknown;

it('a body of unknown length is not read beyond 10 MiB either', async () => {
  expect(await post('/v1/graphql', new Blob([LARGE]).stream())).toEqual(TOO_LARGE);
  expect(await post('/v1/graphql', new Blob([QUERY]).stream())).toMatchObject({ status: 200 });
});

it('no door waits for a body that does not come', async () => {
  const start = performance.now();
  for (const text of await Promise.all(DOORS.map(([path, body]) => stalled(path, body)))) {
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('did not arrive within 1 s');
  }
  expect(performance.now() - start).toBeLessThan(10_000);
});
