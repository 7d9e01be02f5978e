// A small identity provider on loopback: serves a JWK set, and misbehaves as told.

import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IdentityProvider {
  readonly url: string;
  /** Fetches answered so far. */
  readonly fetches: number;
  /** What the next fetches get. */
  answer: (response: ServerResponse, request: IncomingMessage) => void;
  close(): Promise<void>;
}

/** Starts a provider on a free port. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  let fetches = 0;
  const provider: { answer: IdentityProvider['answer'] } = {
    answer: (response) => response.end('{"keys":[]}'),
  };
  const server = createServer((request, response) => {
    fetches++;
    provider.answer(response, request);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/jwks`,
    get fetches() {
      return fetches;
    },
    get answer() {
      return provider.answer;
    },
    set answer(answer) {
      provider.answer = answer;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** A public key as a member of a set. */
export function jwk(key: KeyObject, more: Record<string, unknown>): Record<string, unknown> {
  return { ...key.export({ format: 'jwk' }), ...more };
}

/** Answers with this set under these headers. */
export function serve(
  keys: readonly unknown[],
  headers: Record<string, string> = {},
): IdentityProvider['answer'] {
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ keys }));
  };
}
