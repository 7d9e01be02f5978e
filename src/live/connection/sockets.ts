// The sockets of a connection object and their ends -> what is known of them, in memory, in the store and in the directory.
// Everything about known sockets is in the store: the object may sleep at any time and wakes with them.

import type { Session } from '../../auth/types.ts';
import type { SocketConfig } from '../../config/types.ts';
import { must } from '../../util/assert.ts';
import { CLOSE, closeWith, keepAliveFrames } from '../protocol/frames.ts';
import type { Frame, Protocol } from '../protocol/types.ts';
import { createAlarm } from './alarm.ts';
import type { Directory } from './directory.ts';
import type { SocketApi } from './opening.ts';
import { emptyOutbox, newOutbox, sendNow } from './outbox.ts';
import type { Registry } from './registry.ts';
import type { SocketLog } from './socket-log.ts';
import type { Store } from './store.ts';
import type { Client, Operation, Planned } from './types.ts';

/** What a socket carries through the object's sleep. */
interface Attachment {
  readonly id: string;
  readonly protocol: Protocol;
  readonly api: SocketApi;
}

export interface SocketsOptions {
  readonly ctx: DurableObjectState;
  readonly settings: Pick<SocketConfig, 'keepAliveMs'>;
  readonly store: Store;
  readonly registry: Registry;
  readonly log: SocketLog;
  readonly planned: Planned;
  /** Is told whether this object holds sockets. */
  readonly directory: Pick<Directory, 'enlist' | 'delist'>;
}

export interface Sockets {
  readonly clients: ReadonlyMap<string, Client>;
  /** Takes a socket in; nobody knows yet who is behind it. */
  accept(socket: WebSocket, kind: Pick<Attachment, 'protocol' | 'api'>, headers: Headers): Client;
  of(socket: WebSocket): Client | undefined;
  /** Finds what was kept again; what is left of sockets that are gone goes. */
  wake(): Promise<void>;
  /** It is known who is behind a socket. */
  enter(client: Client, session: Session): Promise<void>;
  /** Sends a client its last frames and forgets it. */
  close(client: Client, frames: readonly Frame[]): void;
  /** Forgets a client whose socket is closed, or about to be. */
  drop(client: Client): void;
  /** Whether the client's session is over; then its socket is closed. */
  isOver(client: Client): boolean;
  /** With the last socket everything goes, once the pollers were told. */
  forgetAll(): void;
  alarm(): Promise<void>;
}

/** Knows of no sockets before `wake`. */
export function createSockets(options: SocketsOptions): Sockets {
  const { ctx, settings, store, registry, log, planned, directory } = options;
  const self = ctx.id.toString();
  const waitUntil = (promise: Promise<unknown>): void => ctx.waitUntil(promise);
  const clients = new Map<string, Client>();
  /** What the directory is told, one by one; it is told that there are sockets before the first of them is let in. */
  let enlisting: Promise<boolean> = Promise.resolve(false);
  let isAwake = false;

  const alarm = createAlarm({
    storage: ctx.storage,
    keepAliveMs: settings.keepAliveMs,
    keepAlive() {
      for (const client of clients.values()) {
        if (client.session) sendNow(client, keepAliveFrames(client.protocol));
      }
    },
    expire: (now) => {
      for (const client of clients.values()) if (hasEnded(client, now)) expire(client);
    },
    sweep: dropDead,
    expiries: () => [...clients.values()].flatMap(({ session }) => session?.expiresAt ?? []),
    isNeeded: () => clients.size > 0,
  });

  function newClient(socket: WebSocket, attachment: Attachment, headers: Headers): Client {
    const client: Client = {
      ...attachment,
      socket,
      headers,
      session: null,
      initTimer: null,
      operations: new Map(),
      turn: undefined,
      waiting: 0,
      lastWrite: undefined,
      outbox: newOutbox(),
      isClosed: false,
    };
    clients.set(client.id, client);
    return client;
  }

  async function wake(): Promise<void> {
    const kept = store.read();
    planned.version = kept.version;
    const known = new Map(kept.clients.map((client) => [client.id, client]));
    for (const socket of ctx.getWebSockets()) {
      const attachment = socket.deserializeAttachment() as Attachment;
      const row = known.get(attachment.id);
      if (!row || row.isHeld || socket.readyState !== WebSocket.OPEN) {
        close(newClient(socket, attachment, new Headers()), [closeWith(CLOSE.restart, 'restarted')]);
        continue;
      }
      newClient(socket, attachment, row.headers).session = row.session;
    }
    const cohorts = new Map(
      kept.cohorts.map((cohort) => [
        cohort.info.key,
        { ...cohort, members: new Set<Operation>(), isPaused: false },
      ]),
    );
    for (const cohort of cohorts.values()) registry.restore(cohort);
    const dead: Operation[] = [];
    for (const { client: clientId, id, request, cohort: key, streamId } of kept.operations) {
      const client = clients.get(clientId);
      const cohort = must(cohorts.get(key), 'an operation is kept with its cohort');
      const operation: Operation = {
        client: client ?? ({ id: clientId, isClosed: false } as Client),
        id,
        request,
        subscription: { cohort, streamId, hash: null, isTold: true },
        isStopped: false,
      };
      cohort.members.add(operation);
      if (client) client.operations.set(id, operation);
      else dead.push(operation);
    }
    for (const operation of dead) registry.remove(operation);
    for (const { id } of kept.clients) if (!clients.has(id)) store.deleteClient(id);
    if (kept.clients.length > 0) {
      enlisting = Promise.resolve(true);
      await alarm.arm();
    }
    isAwake = true;
    if (kept.version !== null || kept.clients.length > 0) forgetAll();
  }

  /** Sockets whose end we were not told of. */
  function dropDead(): void {
    for (const client of clients.values()) if (client.socket.readyState !== WebSocket.OPEN) drop(client);
  }

  function close(client: Client, frames: readonly Frame[]): void {
    sendNow(client, frames);
    drop(client);
  }

  function drop(client: Client): void {
    if (client.isClosed) return;
    client.isClosed = true;
    clients.delete(client.id);
    clearTimeout(client.initTimer);
    emptyOutbox(client);
    for (const operation of client.operations.values()) {
      operation.isStopped = true;
      registry.remove(operation);
    }
    client.operations.clear();
    if (client.session) store.deleteClient(client.id);
    log.connection(client, 'closed');
    if (clients.size === 0) forgetAll();
  }

  function forgetAll(): void {
    if (!isAwake || clients.size > 0 || !registry.isEmpty()) return;
    planned.version = null;
    alarm.forget();
    waitUntil(store.clear());
    enlisting = enlisting.then(async (isListed) => {
      if (clients.size > 0 || !isListed) return isListed;
      await directory.delist(self);
      return false;
    });
    waitUntil(enlisting.catch(() => {}));
  }

  function hasEnded({ session }: Client, now: number): boolean {
    return session !== null && session.expiresAt !== null && session.expiresAt <= now;
  }

  function expire(client: Client): void {
    close(client, [closeWith(CLOSE.forbidden, 'the session has expired')]);
  }

  async function enter(client: Client, session: Session): Promise<void> {
    clearTimeout(client.initTimer);
    client.initTimer = null;
    enlisting = enlisting
      .catch(() => false)
      .then(async (isListed) => {
        if (!isListed) await directory.enlist(self);
        return true;
      });
    try {
      await enlisting;
    } catch {
      close(client, [closeWith(CLOSE.restart, 'restarted')]);
    }
    if (client.isClosed) return;
    const isNew = client.session === null;
    client.session = session;
    if (isNew) log.connection(client, 'accepted');
    store.putClient(client, session);
    await alarm.arm();
  }

  return {
    clients,
    accept(socket, kind, headers) {
      const attachment: Attachment = { id: crypto.randomUUID(), ...kind };
      ctx.acceptWebSocket(socket);
      socket.serializeAttachment(attachment);
      return newClient(socket, attachment, headers);
    },
    of: (socket) => clients.get((socket.deserializeAttachment() as Attachment).id),
    wake,
    enter,
    close,
    drop,
    isOver(client) {
      const isOver = hasEnded(client, Date.now());
      if (isOver) expire(client);
      return isOver;
    },
    forgetAll,
    alarm: () => alarm.ring(),
  };
}
