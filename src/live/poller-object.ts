// The Durable Object that polls for some of a source's subscriptions. Thin: what it does is loaded when it is first asked.

import { DurableObject } from 'cloudflare:workers';

import type { Env } from '../service.ts';
import { isolateOf } from '../service.ts';
import { must } from '../util/assert.ts';
import type { PollerRuntime } from './poller/runtime.ts';
import { WATCHDOG_MS } from './poller/settings.ts';
import type { Poller, PollerState, Registration } from './types.ts';

/** See `Poller` for what its methods do. */
export class PollerObject extends DurableObject<Env> implements Poller {
  #runtime: Promise<PollerRuntime> | undefined;

  async register(connection: string, registration: Registration): Promise<void> {
    await (await this.#loaded()).register(connection, registration);
  }

  async unregister(connection: string, cohorts: readonly string[]): Promise<void> {
    await (await this.#loaded()).unregister(connection, cohorts);
  }

  async nudge(source: string, tables: readonly string[] | null): Promise<number> {
    // Whoever writes without anybody to see it is not worth a look at the metadata.
    if (!this.#runtime && (await this.ctx.storage.list({ limit: 1 })).size === 0) return 0;
    return await (await this.#loaded()).nudge(source, tables);
  }

  async state(): Promise<PollerState> {
    return (await this.#loaded()).state();
  }

  override async alarm(): Promise<void> {
    // First, and nothing is thrown: the platform gives up on an alarm that fails six times.
    await this.ctx.storage.setAlarm(Date.now() + WATCHDOG_MS);
    try {
      await (await this.#loaded()).alarm();
    } catch {
      // The database with the metadata is away, or a connection object: the alarm that was set tries again.
    }
  }

  #loaded(): Promise<PollerRuntime> {
    this.#runtime ??= import('./poller/runtime.ts').then(({ startPoller }) => {
      const objects = must(this.env.CONNECTIONS, 'a poller is asked by connection objects');
      return startPoller({
        storage: this.ctx.storage,
        waitUntil: (promise) => this.ctx.waitUntil(promise),
        context: isolateOf(this.env).context(),
        connectionOf: (id) => objects.get(objects.idFromString(id)),
      });
    });
    // What could not start is started anew by the next call.
    this.#runtime.catch(() => (this.#runtime = undefined));
    return this.#runtime;
  }
}
