// A client of both WebSocket protocols that keeps what it is told, for tests which look at every frame.

import { WebSocket } from 'ws';

export type SocketProtocol = 'graphql-transport-ws' | 'graphql-ws';

export interface SocketFrame {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

export interface SocketOptions {
  /** Null offers none. */
  readonly protocol?: SocketProtocol | null;
  /** `/v1/graphql` unless told. */
  readonly path?: string;
  /** Of the request that opens the socket. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers pings unless told not to. */
  readonly pongs?: boolean;
}

export interface TestSocket {
  readonly protocol: string;
  /** All frames so far but signs of life. */
  readonly frames: readonly SocketFrame[];
  /** Pings and `ka`. */
  readonly signs: readonly SocketFrame[];
  send(message: unknown): void;
  /** Says who it is and waits for the answer. */
  init(headers?: Readonly<Record<string, string>>): Promise<SocketFrame>;
  start(id: string, query: string, variables?: unknown): void;
  stop(id: string): void;
  /** The next frame that was not looked at: of an operation, or (null) of none. Throws when none comes in time. */
  next(id: string | null, ms?: number): Promise<SocketFrame>;
  /** Throws when the server does not close the socket in time. */
  end(ms?: number): Promise<SocketEnd>;
  /** Nothing of the operation comes for so long. */
  silent(id: string, ms: number): Promise<boolean>;
  close(): void;
  /** Ends the connection without a word. */
  cut(): void;
}

/** Opens a socket; throws where it is refused. */
export async function openSocket(url: string, options: SocketOptions = {}): Promise<TestSocket> {
  const { protocol = 'graphql-transport-ws', path = '/v1/graphql', headers, pongs = true } = options;
  const socket = new WebSocket(url.replace(/^http/, 'ws') + path, protocol === null ? [] : [protocol], {
    ...(headers && { headers }),
  });
  const frames: SocketFrame[] = [];
  const unread: SocketFrame[] = [];
  const signs: SocketFrame[] = [];
  let ended: SocketEnd | undefined;
  const watchers = new Set<() => void>();
  const isNew = protocol === 'graphql-transport-ws';
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };

  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as SocketFrame;
    if (frame.type === 'ping' || frame.type === 'ka') {
      signs.push(frame);
      if (frame.type === 'ping' && pongs) socket.send('{"type":"pong"}');
    } else {
      frames.push(frame);
      unread.push(frame);
    }
    changed();
  });
  socket.on('close', (code, reason) => {
    ended = { code, reason: reason.toString() };
    changed();
  });
  socket.on('error', () => {});

  async function until<T>(look: () => T | undefined, ms: number, what: string): Promise<T> {
    const found = look();
    if (found !== undefined) return found;
    return await new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        watchers.delete(watcher);
      };
      const timer = setTimeout(() => {
        finish();
        reject(new Error(`no ${what} within ${ms} ms; it had ${JSON.stringify(frames)}`));
      }, ms);
      const watcher = (): void => {
        try {
          const value = look();
          if (value === undefined) return;
          finish();
          resolve(value);
        } catch (error) {
          finish();
          reject(error);
        }
      };
      watchers.add(watcher);
    });
  }

  function take(id: string | null): SocketFrame | undefined {
    const index = unread.findIndex((frame) => (frame.id ?? null) === id);
    if (index >= 0) return unread.splice(index, 1)[0];
    if (ended) throw new Error(`the socket was closed: ${ended.code} ${ended.reason}`);
    return undefined;
  }

  await new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve());
    socket.on('unexpected-response', (_, response) => {
      reject(new Error(`the socket was refused (${response.statusCode})`));
      socket.terminate();
    });
    socket.on('close', (code) => reject(new Error(`the socket was refused (${code})`)));
  });

  const client: TestSocket = {
    protocol: socket.protocol,
    frames,
    signs,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    init(initHeaders) {
      client.send({ type: 'connection_init', payload: initHeaders ? { headers: initHeaders } : {} });
      return client.next(null);
    },
    start: (id, query, variables) =>
      client.send({ type: isNew ? 'subscribe' : 'start', id, payload: { query, variables } }),
    stop: (id) => client.send({ type: isNew ? 'complete' : 'stop', id }),
    next: (id, ms = 5000) => until(() => take(id), ms, `frame of ${id ?? 'the connection'}`),
    end: (ms = 5000) => until(() => ended, ms, 'end of the socket'),
    async silent(id, ms) {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return !unread.some((frame) => frame.id === id);
    },
    close: () => socket.close(),
    cut: () => socket.terminate(),
  };
  return client;
}
