// A webhook on loopback: notes what it is sent, and answers as a test says.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A request as it came in. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed. */
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** Before it answers. */
  readonly delayMs?: number;
  /** Instead of an answer the connection ends. */
  readonly hangUp?: boolean;
}

export interface Webhook {
  readonly url: string;
  readonly received: Received[];
  /** How many it was answering at most at one time. */
  atOnce(): number;
  /** What it answers from now on: 200 unless told. */
  reply(answer: (request: Received) => Reply): void;
  /** Forgets what it received, and answers 200. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts one; stop it in `afterAll`. */
export async function startWebhook(): Promise<Webhook> {
  const received: Received[] = [];
  let answer: (request: Received) => Reply = () => ({});
  let [now, most] = [0, 0];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void (async () => {
        const { method = '', url = '', headers } = request;
        const text = Buffer.concat(chunks).toString('utf8');
        const one = { method, path: url, headers, body: text === '' ? undefined : JSON.parse(text) };
        received.push(one);
        most = Math.max(most, ++now);
        const { status = 200, headers: replied = {}, body = '', delayMs = 0, hangUp = false } = answer(one);
        if (delayMs > 0) await sleep(delayMs);
        now--;
        if (hangUp) request.socket.destroy();
        else response.writeHead(status, replied).end(body);
      })();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    atOnce: () => most,
    reply(next) {
      answer = next;
    },
    reset() {
      received.length = 0;
      [now, most] = [0, 0];
      answer = () => ({});
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
