// A connection object's storage and neighbours -> the object at work: the parts beside this file, put together.

import type { Env } from '../../service.ts';
import { isolateOf } from '../../service.ts';
import { must } from '../../util/assert.ts';
import { CLOSE, closeWith, initTimeoutFrames } from '../protocol/frames.ts';
import type { Connections, Delivery } from '../types.ts';
import { deliverTo } from './deliver.ts';
import type { Directory } from './directory.ts';
import { DIRECTORY } from './directory.ts';
import { createReceiver } from './messages.ts';
import { readOpening, sessionOfPlain } from './opening.ts';
import { createOperations } from './operations.ts';
import type { OutboxEvents } from './outbox.ts';
import { createRegistry } from './registry.ts';
import { socketLog } from './socket-log.ts';
import { createSockets } from './sockets.ts';
import { createStore } from './store.ts';
import type { Planned } from './types.ts';

/** What the object's methods do. */
export interface ConnectionRuntime extends Connections {
  open(request: Request): Response;
  message(socket: WebSocket, message: string | ArrayBuffer): Promise<void>;
  closed(socket: WebSocket): void;
  alarm(): Promise<void>;
}

/** Sockets of one object; the runtime allows 32,768, and memory fewer that are awake. */
const MAX_SOCKETS = 5000;

/** Starts the object, with the sockets it had before it slept. */
export async function startConnections(ctx: DurableObjectState, env: Env): Promise<ConnectionRuntime> {
  const context = isolateOf(env).context();
  const { config } = context;
  const settings = config.sockets;
  const pollers = must(env.POLLERS, 'subscriptions need poller objects');
  const objects = must(env.CONNECTIONS, 'a connection object has a binding');
  const directory: Directory = objects.get(objects.idFromName(DIRECTORY));
  const waitUntil = (promise: Promise<unknown>): void => ctx.waitUntil(promise);
  const store = createStore(ctx.storage);
  const log = socketLog(context);
  const planned: Planned = { version: null };
  const registry = createRegistry({
    store,
    connection: ctx.id.toString(),
    pollerOf: (name) => pollers.get(pollers.idFromName(name)),
    version: () => planned.version ?? '',
    waitUntil,
    onEmpty: () => sockets.forgetAll(),
  });
  const sockets = createSockets({ ctx, settings, store, registry, log, planned, directory });
  const { clients } = sockets;
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
    onTooSlow: (client, frame) => sockets.close(client, [frame]),
  };
  const shared = { context, waitUntil, registry, log, sockets, outboxEvents };
  const operations = createOperations({ ...shared, store, planned });
  const receive = createReceiver({ ...shared, operations });

  ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair('{"type":"ping"}', '{"type":"pong"}'));
  await sockets.wake();

  return {
    open(request) {
      if (clients.size >= MAX_SOCKETS) return new Response(null, { status: 503 });
      const { protocol, api, headers, session } = readOpening(request);
      const { 0: theirs, 1: ours } = new WebSocketPair();
      const given = new Headers(headers.map(([name, value]) => [name, value]));
      const client = sockets.accept(ours, { protocol, api }, given);
      if (session) {
        const entered = sockets.enter(client, sessionOfPlain(session));
        client.turn = entered.then(() => void (client.turn = undefined));
      } else
        client.initTimer = setTimeout(
          () => sockets.close(client, initTimeoutFrames()),
          settings.initTimeoutMs,
        );
      return new Response(null, { status: 101, webSocket: theirs });
    },
    async message(socket, message) {
      const client = sockets.of(socket);
      if (client) await receive(client, message);
    },
    closed(socket) {
      const client = sockets.of(socket);
      if (client) sockets.drop(client);
      try {
        socket.close(CLOSE.normal);
      } catch {
        // It is closed on both sides.
      }
    },
    alarm: () => sockets.alarm(),
    deliver(_, deliveries: readonly Delivery[]) {
      const refused = new Set<string>();
      for (const delivery of deliveries) {
        const cohort = registry.find(delivery.cohort);
        if (!cohort) continue;
        // The alarm that ends sessions may be late.
        for (const { client } of cohort.members) sockets.isOver(client);
        if (deliverTo(cohort, delivery, { store, config, outboxEvents })) continue;
        refused.add(delivery.cohort);
        registry.touch(cohort);
      }
      for (const key of registry.unwanted(deliveries)) refused.add(key);
      return Promise.resolve([...refused]);
    },
    registrations: (poller) => registry.registrations(poller),
    metadataChanged: (version) => operations.metadataChanged(version),
    closeSessions(variable, value) {
      const name = variable.toLowerCase();
      const found = [...clients.values()].filter(({ session }) => session?.variables.get(name) === value);
      const frames = [closeWith(CLOSE.forbidden, 'the session was ended')];
      for (const client of found) sockets.close(client, frames);
      return Promise.resolve(found.length);
    },
  };
}
