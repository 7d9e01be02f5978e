// Sockets of clients, the object's storage and its neighbours -> the connection object at work. A socket's life:
//
//   opened --connection_init--> known --closed by either side--> gone
//   opened --no connection_init in time--> closed (4408)
//   known --connection_init--> known anew: who it is may have changed, and what it subscribes to is planned again
//   known --its token ends--> closed (4403)
//
// Everything about known sockets is in the store: the object may sleep at any time and wakes with them.

import type { Session } from '../../auth/types.ts';
import { HedgeError } from '../../error/hedge-error.ts';
import { readGraphqlRequest } from '../../http/graphql-body.ts';
import type { Env } from '../../service.ts';
import { isolateOf } from '../../service.ts';
import { must, unreachable } from '../../util/assert.ts';
import { pollerOf } from '../poller-name.ts';
import {
  ackFrames,
  CLOSE,
  closeWith,
  initFailedFrames,
  initTimeoutFrames,
  invalidMessageFrames,
  keepAliveFrames,
  pongFrames,
  refusedFrames,
  startFailedFrames,
} from '../protocol/frames.ts';
import { readMessage } from '../protocol/read.ts';
import type { ClientMessage, Frame, Protocol } from '../protocol/types.ts';
import { membershipOf } from '../subscribe.ts';
import type { Connections, Delivery } from '../types.ts';
import { createAlarm } from './alarm.ts';
import { deliverTo } from './deliver.ts';
import type { Directory } from './directory.ts';
import { DIRECTORY } from './directory.ts';
import type { SocketApi } from './opening.ts';
import { readOpening, sessionOfPlain } from './opening.ts';
import type { PlannedSubscription } from './operation.ts';
import { refusalFrames, runOrPlan } from './operation.ts';
import type { OutboxEvents } from './outbox.ts';
import { confirm, emptyOutbox, newOutbox, post, sendNow } from './outbox.ts';
import { createRegistry } from './registry.ts';
import { socketLog } from './socket-log.ts';
import { createStore } from './store.ts';
import type { Client, Operation, Subscription } from './types.ts';
import { initHeaders, isSameSession, keptHeaders, sessionOf } from './who.ts';

/** What the object's methods do. */
export interface ConnectionRuntime extends Connections {
  open(request: Request): Response;
  message(socket: WebSocket, message: string | ArrayBuffer): Promise<void>;
  closed(socket: WebSocket): void;
  alarm(): Promise<void>;
}

/** What a socket carries through the object's sleep. */
interface Attachment {
  readonly id: string;
  readonly protocol: Protocol;
  readonly api: SocketApi;
}

/** Sockets of one object; the runtime allows 32,768, and memory fewer that are awake. */
const MAX_SOCKETS = 5000;

/** Starts the object, with the sockets it had before it slept. */
export async function startConnections(ctx: DurableObjectState, env: Env): Promise<ConnectionRuntime> {
  const context = isolateOf(env).context();
  const { config } = context;
  const settings = config.sockets;
  const pollers = must(env.POLLERS, 'subscriptions need poller objects');
  const waitUntil = (promise: Promise<unknown>): void => ctx.waitUntil(promise);
  const store = createStore(ctx.storage);
  const log = socketLog(context);
  const clients = new Map<string, Client>();
  const objects = must(env.CONNECTIONS, 'a connection object has a binding');
  const directory: Directory = objects.get(objects.idFromName(DIRECTORY));
  const self = ctx.id.toString();
  /** What the directory is told, one by one; it is told that there are sockets before the first of them is let in. */
  let enlisting: Promise<boolean> = Promise.resolve(false);
  let version: string | null = null;
  let isAwake = false;

  const registry = createRegistry({
    store,
    connection: self,
    pollerOf: (name) => pollers.get(pollers.idFromName(name)),
    version: () => version ?? '',
    waitUntil,
    onEmpty: forgetAll,
  });
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
  const outboxEvents: OutboxEvents = {
    onHeld: (client) => store.setHeld(client, true),
    onReleased(client) {
      store.setHeld(client, false);
      for (const { subscription } of client.operations.values()) {
        if (!subscription?.cohort.isPaused) continue;
        subscription.cohort.isPaused = false;
        registry.touch(subscription.cohort);
      }
    },
    onTooSlow: (client, frame) => close(client, [frame]),
  };

  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"type":"ping"}', '{"type":"pong"}'));
  await wake();

  // ---- sockets

  function newClient(socket: WebSocket, attachment: Attachment, headers: Headers): Client {
    const client: Client = {
      ...attachment,
      socket,
      headers,
      session: null,
      initTimer: null,
      operations: new Map(),
      turn: undefined,
      lastWrite: undefined,
      outbox: newOutbox(),
      isClosed: false,
    };
    clients.set(client.id, client);
    return client;
  }

  /** Finds what was kept again; what is left of sockets that are gone goes. */
  async function wake(): Promise<void> {
    const kept = store.read();
    version = kept.version;
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

  function clientOf(socket: WebSocket): Client | undefined {
    return clients.get((socket.deserializeAttachment() as Attachment).id);
  }

  /** Sockets whose end we were not told of. */
  function dropDead(): void {
    for (const client of clients.values()) if (client.socket.readyState !== WebSocket.OPEN) drop(client);
  }

  function close(client: Client, frames: readonly Frame[]): void {
    sendNow(client, frames);
    drop(client);
  }

  /** Forgets a client whose socket is closed, or about to be. */
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

  /** With the last socket everything goes, once the pollers were told. */
  function forgetAll(): void {
    if (!isAwake || clients.size > 0 || !registry.isEmpty()) return;
    version = null;
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

  // ---- messages

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
        close(client, [{ kind: 'close', code: CLOSE.normal, reason: '' }]);
        return;
      case 'invalid': {
        const frames = invalidMessageFrames(client.protocol, message.reason);
        if (frames.some(({ kind }) => kind === 'close')) close(client, frames);
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
      close(client, initFailedFrames(client.protocol, message));
      return;
    }
    await enter(client, session);
    if (client.isClosed) return;
    sendNow(client, ackFrames(client.protocol, settings.keepAliveMs > 0));
    if (before && !isSameSession(before, session)) await planAgain([client]);
  }

  /** It is known who is behind a socket. */
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

  function start(client: Client, id: string, { request }: Pick<Operation, 'request'>): void {
    const { session, protocol, operations } = client;
    const fail = (text: string): void => {
      const frames = startFailedFrames(protocol, id, text);
      if (frames.some(({ kind }) => kind === 'close')) close(client, frames);
      else sendNow(client, frames);
    };
    if (!session) {
      fail('start received before the connection is initialised');
      return;
    }
    if (hasEnded(client, Date.now())) {
      expire(client);
      return;
    }
    if (operations.has(id)) {
      fail(`an operation already exists with this id: ${id}`);
      return;
    }
    if (operations.size >= settings.maxOperations) {
      const error = {
        message: `a socket may have ${settings.maxOperations} operations open at once`,
        extensions: { path: '$', code: 'start-failed' },
      };
      sendNow(client, refusedFrames(protocol, id, JSON.stringify(error)));
      return;
    }
    const operation: Operation = { client, id, request, subscription: undefined, isStopped: false };
    operations.set(id, operation);
    // Hasura runs what one socket asks for one by one; here only what may write holds up what comes after it.
    const before = client.lastWrite;
    const run = before ? before.then(() => runIt(operation, session)) : runIt(operation, session);
    if (request.query.includes('mutation')) client.lastWrite = run;
    waitUntil(run);
  }

  async function runIt(operation: Operation, session: Session): Promise<void> {
    const { client } = operation;
    if (operation.isStopped) return;
    const outcome = await runOrPlan(context, operation, session, { log, waitUntil });
    if (operation.isStopped) return;
    if (outcome.kind === 'ended') end(operation, outcome.frames);
    // The session may have been renewed while it was planned.
    else if (client.session === session) await subscribe(operation, outcome.planned);
    else await planOne(operation);
  }

  function end(operation: Operation, frames: readonly Frame[]): void {
    const { client, id } = operation;
    registry.remove(operation);
    client.operations.delete(id);
    post(client, { operation, isReplaced: false, frames }, outboxEvents);
  }

  function stop(client: Client, id: string): void {
    const operation = client.operations.get(id);
    if (!operation) return;
    operation.isStopped = true;
    client.operations.delete(id);
    registry.remove(operation);
    log.operation(operation, 'stopped');
  }

  // ---- subscriptions

  /** `before`: what it was, where it is planned again. */
  async function subscribe(
    operation: Operation,
    planned: PlannedSubscription,
    before?: Subscription,
  ): Promise<void> {
    const { request } = operation;
    const { engine, plan, answer, session } = planned;
    const streamId = before?.streamId ?? crypto.randomUUID();
    try {
      const current = await engine.artifact.digest();
      const cursor = before?.cohort.cursor;
      const membership = await membershipOf({ plan, answer, session, request, streamId, cursor });
      if (operation.isStopped) return;
      if (version !== current) {
        // It may be the older of the two: the metadata changed while this was planned.
        const newest = registry.hasCohorts()
          ? await (await context.newestEngine()).artifact.digest()
          : current;
        if (newest !== current) {
          await planOne(operation, before);
          return;
        }
        const isFirst = !registry.hasCohorts();
        version = current;
        store.setVersion(current);
        if (!isFirst && !before) await changed();
        if (operation.isStopped) return;
      }
      const { group, cohort } = membership;
      const poller = pollerOf(answer.source, group.key, config.live.shards);
      const entry = registry.cohort({ info: cohort, group, poller, cursor: cohort.cursor });
      const { hash = null, isTold = false } = before ?? {};
      registry.add(operation, { cohort: entry, streamId, hash, isTold });
    } catch (error) {
      end(operation, refusalFrames(context, operation, session, { error, log, waitUntil }));
    }
  }

  /** Plans subscriptions again; who may not have one any more is told so. Nothing of the old ones is sent meanwhile. */
  async function planAgain(of: Iterable<Client>): Promise<void> {
    const again = [...of].flatMap((client) =>
      [...client.operations.values()].flatMap((operation) => {
        const { subscription } = operation;
        return subscription ? [{ operation, subscription }] : [];
      }),
    );
    for (const { operation } of again) registry.remove(operation);
    for (const { operation, subscription } of again) await planOne(operation, subscription);
  }

  async function planOne(operation: Operation, before?: Subscription): Promise<void> {
    const { session } = operation.client;
    if (operation.isStopped || !session) return;
    const outcome = await runOrPlan(context, operation, session, { log, waitUntil, again: true });
    if (operation.isStopped) return;
    if (outcome.kind === 'ended') end(operation, outcome.frames);
    else await subscribe(operation, outcome.planned, before);
  }

  /** What the subscriptions were planned with is not what is served now. */
  async function changed(): Promise<void> {
    if (!settings.closeOnMetadataChange) {
      await planAgain(clients.values());
      return;
    }
    const frames = [closeWith(CLOSE.restart, 'the metadata has changed')];
    for (const client of clients.values()) if (client.session) close(client, frames);
  }

  return {
    open(request) {
      if (clients.size >= MAX_SOCKETS) return new Response(null, { status: 503 });
      const { protocol, api, headers, session } = readOpening(request);
      const { 0: theirs, 1: ours } = new WebSocketPair();
      const attachment: Attachment = { id: crypto.randomUUID(), protocol, api };
      ctx.acceptWebSocket(ours);
      ours.serializeAttachment(attachment);
      const client = newClient(ours, attachment, new Headers(headers.map(([name, value]) => [name, value])));
      if (session)
        client.turn = enter(client, sessionOfPlain(session)).then(() => void (client.turn = undefined));
      else client.initTimer = setTimeout(() => close(client, initTimeoutFrames()), settings.initTimeoutMs);
      return new Response(null, { status: 101, webSocket: theirs });
    },
    async message(socket, message) {
      const client = clientOf(socket);
      if (!client) return;
      const text = typeof message === 'string' ? message : new TextDecoder().decode(message);
      if (text.length > config.maxBodyBytes) {
        close(client, [closeWith(CLOSE.tooBig, `a message may have ${config.maxBodyBytes} bytes`)]);
        return;
      }
      const read = readMessage(client.protocol, text, readGraphqlRequest);
      if (!client.turn && read.kind !== 'init') {
        await onMessage(client, read);
        return;
      }
      // Who is behind the socket is being found out: clients of the older protocol do not wait for that.
      const turn = takeTurn(client, read);
      client.turn = turn;
      try {
        await turn;
      } finally {
        if (client.turn === turn) client.turn = undefined;
      }
    },
    closed(socket) {
      const client = clientOf(socket);
      if (client) drop(client);
      try {
        socket.close(CLOSE.normal);
      } catch {
        // It is closed on both sides.
      }
    },
    alarm: () => alarm.ring(),
    deliver(_, deliveries: readonly Delivery[]) {
      for (const delivery of deliveries) {
        const cohort = registry.find(delivery.cohort);
        if (cohort) deliverTo(cohort, delivery, { store, config, outboxEvents });
      }
      return Promise.resolve(registry.unwanted(deliveries));
    },
    registrations: (poller) => registry.registrations(poller),
    async metadataChanged(now) {
      if (now === version) return;
      // What comes next is planned with what the poller has.
      await context.newestEngine();
      version = now;
      store.setVersion(now);
      await changed();
    },
    closeSessions(variable, value) {
      const name = variable.toLowerCase();
      const found = [...clients.values()].filter(({ session }) => session?.variables.get(name) === value);
      const frames = [closeWith(CLOSE.forbidden, 'the session was ended')];
      for (const client of found) close(client, frames);
      return Promise.resolve(found.length);
    },
  };
}
