// One client of a role -> a Durable Object that counts what the client asked in the last minute.
//
//   nothing kept --take--> counting --take--> counting --alarm, a minute without turns--> nothing kept

import { DurableObject } from 'cloudflare:workers';

import { currentWindow, takeTurns, type Window } from './window.ts';

const KEY = 'window';
/** After the last second that counts. */
const CLEAN_UP_MS = 62_000;

/** There is one per role and client, made where the client is: see docs/decisions/2026-11-25-rate-limits.md. */
export class RateLimiter extends DurableObject {
  /** As it is stored; an object that was evicted reads it again. */
  #window: Window | undefined;
  #isArmed = false;

  /** Takes turns of a minute that may see `perMinute`; gives 0, or the seconds until there is room. */
  async take(perMinute: number, count: number): Promise<number> {
    const { storage } = this.ctx;
    const before = this.#window ?? (await storage.get<Window>(KEY)) ?? [];
    const now = Date.now();
    const { window, wait } = takeTurns(before, now, { perMinute, count });
    this.#window = window;
    if (wait === 0) {
      // The answer does not wait for the disk: at worst a turn is forgotten.
      this.ctx.waitUntil(storage.put(KEY, window, { allowUnconfirmed: true }));
      await this.#arm(now);
    }
    return wait;
  }

  override async alarm(): Promise<void> {
    const { storage } = this.ctx;
    this.#isArmed = false;
    const now = Date.now();
    this.#window = currentWindow(this.#window ?? (await storage.get<Window>(KEY)) ?? [], now);
    if (this.#window.length > 0) await this.#arm(now);
    else await storage.deleteAll();
  }

  /** Has the object wake once more, to leave nothing behind. */
  async #arm(now: number): Promise<void> {
    if (this.#isArmed) return;
    this.#isArmed = true;
    const { storage } = this.ctx;
    if ((await storage.getAlarm()) === null)
      await storage.setAlarm(now + CLEAN_UP_MS, { allowUnconfirmed: true });
  }
}
