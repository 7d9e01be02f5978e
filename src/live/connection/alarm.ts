// What an object has to do by itself later -> its one alarm: signs of life, the ends of tokens, and a look whether its
// sockets are still there.

export interface AlarmOptions {
  readonly storage: DurableObjectStorage;
  /** 0: no signs of life. */
  readonly keepAliveMs: number;
  readonly keepAlive: () => void;
  /** Closes the sockets whose token has ended. */
  readonly expire: (now: number) => void;
  readonly sweep: () => void;
  /** When tokens end, in milliseconds since 1970. */
  readonly expiries: () => readonly number[];
  readonly isNeeded: () => boolean;
}

export interface Alarm {
  /** Sets the alarm for what comes next, where it is not set for an earlier time. */
  arm(): Promise<void>;
  ring(): Promise<void>;
  /** It was deleted. */
  forget(): void;
}

/** Sockets whose end nobody told are found after this, even where no signs of life are sent. */
const SWEEP_MS = 10 * 60_000;

export function createAlarm(options: AlarmOptions): Alarm {
  const { storage, keepAliveMs } = options;
  const pause = keepAliveMs > 0 ? Math.min(keepAliveMs, SWEEP_MS) : SWEEP_MS;
  /** When it rings; null: not, as far as this life of the object knows. */
  let at: number | null = null;

  async function set(time: number): Promise<void> {
    at = time;
    await storage.setAlarm(time, { allowUnconfirmed: true });
  }

  async function arm(): Promise<void> {
    at ??= await storage.getAlarm();
    const now = Date.now();
    // A loop: as many tokens as there are sockets are too many arguments.
    let next = now + pause;
    for (const expiry of options.expiries()) if (expiry < next) next = expiry;
    if (at === null || at > next || at < now) await set(next);
  }

  return {
    arm,
    forget: () => void (at = null),
    async ring() {
      // First: should something fail, there is another time.
      const now = Date.now();
      await set(now + pause);
      options.expire(now);
      options.sweep();
      options.keepAlive();
      if (options.isNeeded()) await arm();
      else {
        at = null;
        await storage.deleteAlarm();
      }
    },
  };
}
