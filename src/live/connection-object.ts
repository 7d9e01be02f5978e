// The Durable Object that holds sockets of clients. Thin: what it does is loaded when it is first asked.

import { DurableObject } from 'cloudflare:workers';

import type { Env } from '../service.ts';
import type { Directory } from './connection/directory.ts';
import { directoryOf } from './connection/directory.ts';
import type { ConnectionRuntime } from './connection/runtime.ts';
import type { Connections, Delivery, Registration } from './types.ts';

/** See `Connections` for what its methods do. */
export class ConnectionObject extends DurableObject<Env> implements Connections, Directory {
  #runtime: Promise<ConnectionRuntime> | undefined;

  /** Opens a socket: see `openingRequest`. */
  override async fetch(request: Request): Promise<Response> {
    return (await this.#loaded()).open(request);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    await (await this.#loaded()).message(socket, message);
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    (await this.#loaded()).closed(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    (await this.#loaded()).closed(socket);
  }

  override async alarm(): Promise<void> {
    await (await this.#loaded()).alarm();
  }

  async deliver(poller: string, deliveries: readonly Delivery[]): Promise<readonly string[]> {
    return (await this.#loaded()).deliver(poller, deliveries);
  }

  async registrations(poller: string): Promise<Registration | null> {
    return (await this.#loaded()).registrations(poller);
  }

  async metadataChanged(version: string): Promise<void> {
    await (await this.#loaded()).metadataChanged(version);
  }

  async closeSessions(variable: string, value: string): Promise<number> {
    return (await this.#loaded()).closeSessions(variable, value);
  }

  // One of these objects holds no sockets, but knows which do.

  async enlist(id: string): Promise<void> {
    await directoryOf(this.ctx.storage).enlist(id);
  }

  async delist(id: string): Promise<void> {
    await directoryOf(this.ctx.storage).delist(id);
  }

  async enlisted(): Promise<readonly string[]> {
    return await directoryOf(this.ctx.storage).enlisted();
  }

  #loaded(): Promise<ConnectionRuntime> {
    this.#runtime ??= import('./connection/runtime.ts').then(({ startConnections }) =>
      startConnections(this.ctx, this.env),
    );
    // What could not start is started anew by the next call.
    this.#runtime.catch(() => (this.#runtime = undefined));
    return this.#runtime;
  }
}
