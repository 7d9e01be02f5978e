// The load generator's reading of HTTP: answers come whole however the bytes are cut, and nothing of one gets into the next.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { answerReader, openConnection, requestBytes } from '../../scripts/bench/http-client.ts';

const ANSWERS = {
  'with a length': {
    bytes: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"data":{}}',
    status: 200,
    body: '{"data":{}}',
  },
  'without a body': { bytes: 'HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n', status: 204, body: '' },
  'in chunks': {
    bytes:
      'HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"dat\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n',
    status: 500,
    body: '{"dat0123456789',
  },
} as const;

test.each(Object.entries(ANSWERS))(
  'reads an answer %s, whole and byte by byte',
  (_, { bytes, status, body }) => {
    const reader = answerReader();
    for (const size of [bytes.length, 1, 7, 40]) {
      const answers = [];
      for (let at = 0; at < bytes.length; at += size) {
        const answer = reader.read(Buffer.from(bytes.slice(at, at + size)));
        if (answer) answers.push({ status: answer.status, body: answer.body.toString() });
      }
      expect(answers, `in pieces of ${size} bytes`).toEqual([{ status, body }]);
    }
  },
);

test('asks a server again and again over one connection, and fails when it is closed', async () => {
  let sockets = 0;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (text === 'bye') request.socket.destroy();
      else response.end(`${request.url} ${request.headers['x-a']?.toString()} ${text}`);
    });
  });
  server.on('connection', () => (sockets += 1));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/path`);
    const connection = await openConnection(url);
    for (const text of ['one', 'zwölf', 'x'.repeat(200_000)]) {
      const answer = await connection.send(requestBytes(url, { 'x-a': 'b' }, text));
      expect(answer.body.toString()).toBe(`/path b ${text}`);
    }
    expect(sockets).toBe(1);
    await expect(connection.send(requestBytes(url, {}, 'bye'))).rejects.toThrow();
    connection.close();
  } finally {
    server.close();
  }
});
