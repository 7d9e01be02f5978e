// Messages of a client -> what it asks for. A socket's life:
//
//   opened --connection_init--> known --closed by either side--> gone
//   opened --no connection_init in time--> closed (4408)
//   known --connection_init--> known anew: who it is may have changed, and what it subscribes to is planned again
//   known --its token ends--> closed (4403)

import type { Session } from '../../auth/types.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import { readGraphqlRequest } from '../../http/graphql-body.ts';
import type { AppContext, WaitUntil } from '../../http/types.ts';
import { unreachable } from '../../util/assert.ts';
import {
  ackFrames,
  CLOSE,
  closeWith,
  initFailedFrames,
  invalidMessageFrames,
  pongFrames,
  refusedFrames,
  startFailedFrames,
} from '../protocol/frames.ts';
import { readMessage } from '../protocol/read.ts';
import type { ClientMessage } from '../protocol/types.ts';
import type { Operations } from './operations.ts';
import type { OutboxEvents } from './outbox.ts';
import { confirm, sendNow } from './outbox.ts';
import type { Registry } from './registry.ts';
import type { SocketLog } from './socket-log.ts';
import type { Sockets } from './sockets.ts';
import type { Client, Operation } from './types.ts';
import { initHeaders, isSameSession, keptHeaders, sessionOf } from './who.ts';

export interface MessagesOptions {
  readonly context: AppContext;
  readonly waitUntil: WaitUntil;
  readonly registry: Pick<Registry, 'remove'>;
  readonly log: SocketLog;
  readonly sockets: Pick<Sockets, 'close' | 'enter' | 'isOver'>;
  readonly operations: Operations;
  readonly outboxEvents: OutboxEvents;
}

/** Does what a message says, after those before it. */
export type Receive = (client: Client, message: string | ArrayBuffer) => Promise<void>;

/** Reads what clients send. */
export function createReceiver(options: MessagesOptions): Receive {
  const { context, waitUntil, registry, log, sockets, operations, outboxEvents } = options;
  const { config } = context;
  const settings = config.sockets;

  async function onMessage(client: Client, message: ClientMessage): Promise<void> {
    switch (message.kind) {
      case 'init':
        await init(client, message.headers);
        return;
      case 'start':
        start(client, message.id, message);
        return;
      case 'stop':
        stop(client, message.id);
        return;
      case 'ping':
        sendNow(client, pongFrames(message.payload));
        return;
      case 'pong':
        confirm(client, outboxEvents);
        return;
      case 'terminate':
        sockets.close(client, [{ kind: 'close', code: CLOSE.normal, reason: '' }]);
        return;
      case 'invalid': {
        const frames = invalidMessageFrames(client.protocol, message.reason);
        if (frames.some(({ kind }) => kind === 'close')) sockets.close(client, frames);
        else sendNow(client, frames);
        return;
      }
      default:
        unreachable(message);
    }
  }

  /** Waits for what came before. */
  async function takeTurn(client: Client, message: ClientMessage): Promise<void> {
    await client.turn;
    if (!client.isClosed) await onMessage(client, message);
  }

  async function init(client: Client, given: ReadonlyMap<string, string>): Promise<void> {
    const before = client.session;
    let session: Session;
    try {
      const headers = initHeaders(client.headers, given);
      session = await sessionOf(context, headers, waitUntil);
      if (client.isClosed) return;
      client.headers = keptHeaders(headers);
    } catch (error) {
      const message = error instanceof HedgeError ? error.message : 'internal error';
      log.rejected(client, message);
      sockets.close(client, initFailedFrames(client.protocol, message));
      return;
    }
    await sockets.enter(client, session);
    if (client.isClosed) return;
    sendNow(client, ackFrames(client.protocol, settings.keepAliveMs > 0));
    if (before && !isSameSession(before, session)) await operations.planAgain([client]);
  }

  function start(client: Client, id: string, { request }: Pick<Operation, 'request'>): void {
    const { session, protocol, operations: open } = client;
    const fail = (text: string): void => {
      const frames = startFailedFrames(protocol, id, text);
      if (frames.some(({ kind }) => kind === 'close')) sockets.close(client, frames);
      else sendNow(client, frames);
    };
    if (!session) {
      fail('start received before the connection is initialised');
      return;
    }
    if (sockets.isOver(client)) return;
    if (open.has(id)) {
      fail(`an operation already exists with this id: ${id}`);
      return;
    }
    if (open.size >= settings.maxOperations) {
      const error = {
        message: `a socket may have ${settings.maxOperations} operations open at once`,
        extensions: { path: '$', code: 'start-failed' },
      };
      sendNow(client, refusedFrames(protocol, id, JSON.stringify(error)));
      return;
    }
    const operation: Operation = { client, id, request, subscription: undefined, isStopped: false };
    open.set(id, operation);
    // Hasura runs what one socket asks for one by one; here only what may write holds up what comes after it.
    const before = client.lastWrite;
    const run = before
      ? before.then(() => operations.run(operation, session))
      : operations.run(operation, session);
    if (request.query.includes('mutation')) client.lastWrite = run;
    waitUntil(run);
  }

  function stop(client: Client, id: string): void {
    const operation = client.operations.get(id);
    if (!operation) return;
    operation.isStopped = true;
    client.operations.delete(id);
    registry.remove(operation);
    log.operation(operation, 'stopped');
  }

  return async (client, message) => {
    const text = typeof message === 'string' ? message : new TextDecoder().decode(message);
    if (text.length > config.maxBodyBytes) {
      sockets.close(client, [closeWith(CLOSE.tooBig, `a message may have ${config.maxBodyBytes} bytes`)]);
      return;
    }
    const read = readMessage(client.protocol, text, readGraphqlRequest);
    if (!client.turn && read.kind !== 'init') {
      await onMessage(client, read);
      return;
    }
    // Who is behind the socket is being found out: clients of the older protocol do not wait for that.
    client.waiting += text.length;
    if (client.waiting > config.maxBodyBytes) {
      sockets.close(client, [closeWith(CLOSE.tooBig, 'too much was sent behind connection_init')]);
      return;
    }
    const turn = takeTurn(client, read);
    client.turn = turn;
    try {
      await turn;
    } finally {
      client.waiting -= text.length;
      if (client.turn === turn) client.turn = undefined;
    }
  };
}
