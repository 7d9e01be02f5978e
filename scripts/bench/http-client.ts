// Prepared requests -> answers over one keep-alive connection each, with as little work as possible: the client shares
// its machine with what it measures.

import { connect, type Socket } from 'node:net';

/** Bytes of a complete POST request. */
export function requestBytes(url: URL, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({
    host: url.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface Connection {
  /** Sends a request; the next one may go out when this one is answered. */
  send(request: Buffer): Promise<Answer>;
  close(): void;
}

/** Opens a connection to the host of `url`. */
export async function openConnection(url: URL): Promise<Connection> {
  const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return keepAlive(socket);
}

function keepAlive(socket: Socket): Connection {
  const reader = answerReader();
  let settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    const answer = reader.read(chunk);
    if (answer === undefined) return;
    const waiting = settle;
    settle = undefined;
    waiting?.resolve(answer);
  });
  const fail = (error: Error): void => settle?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed the connection.')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        socket.write(request);
      }),
    close() {
      socket.destroy();
    },
  };
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');

/** Where the head of an answer ends and what it says of the rest. */
interface Head {
  readonly status: number;
  readonly bodyStart: number;
  /** Undefined when the body comes in chunks. */
  readonly length: number | undefined;
}

/** Collects the bytes of one answer after the other. */
export function answerReader(): { read(chunk: Buffer): Answer | undefined } {
  let bytes: Buffer = Buffer.alloc(0);
  let pending: Buffer[] = [];
  let pendingLength = 0;
  let head: Head | undefined;
  return {
    read(chunk) {
      pending.push(chunk);
      pendingLength += chunk.length;
      if (head?.length !== undefined && bytes.length + pendingLength < head.bodyStart + head.length)
        return undefined;
      bytes = bytes.length === 0 && pending.length === 1 ? chunk : Buffer.concat([bytes, ...pending]);
      pending = [];
      pendingLength = 0;
      head ??= readHead(bytes);
      if (!head) return undefined;
      const body =
        head.length === undefined
          ? chunkedBody(bytes, head.bodyStart)
          : bytes.length >= head.bodyStart + head.length
            ? bytes.subarray(head.bodyStart, head.bodyStart + head.length)
            : undefined;
      if (body === undefined) return undefined;
      const answer = { status: head.status, body };
      bytes = Buffer.alloc(0);
      head = undefined;
      return answer;
    },
  };
}

function readHead(bytes: Buffer): Head | undefined {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return undefined;
  const text = bytes.toString('latin1', 0, end);
  const length = /^content-length: *(\d+)/im.exec(text)?.[1];
  return {
    status: Number(text.slice(9, 12)),
    bodyStart: end + HEAD_END.length,
    length: length === undefined ? undefined : Number(length),
  };
}

/** The chunks put together; undefined while the last one (of length 0) is missing. */
function chunkedBody(bytes: Buffer, start: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf(LINE_END, at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const from = lineEnd + LINE_END.length;
    if (bytes.length < from + size + LINE_END.length) return undefined;
    if (size === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(from, from + size));
    at = from + size + LINE_END.length;
  }
}
