// Ctrl-C, a signal to end, or the launcher's death -> everything a command started is stopped, last started first.

/** The stopping of one command. */
export interface Shutdown {
  /** Resolves when the user, or the system, asks the command to end. */
  readonly requested: Promise<void>;
  /** Registers what undoes something that was started. When stopping has begun already it runs at once. */
  onStop(stop: () => Promise<void>): void;
  /** Stops everything; safe to call twice. Failures to stop do not keep the rest from being stopped. */
  stopAll(): Promise<void>;
}

const PARENT_CHECK_MS = 500;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Listens from now on. Repeated signals change nothing: a terminal's Ctrl-C arrives twice under a launcher. */
export function listenForShutdown(): Shutdown {
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | undefined;
  const requested = new Promise<void>((resolve) => {
    for (const signal of SIGNALS) process.on(signal, () => resolve());
    // npm hands a signal on to its shell only, whose end leaves us without anybody who asked for us.
    const parent = process.ppid;
    if (process.env['npm_command'] !== undefined) {
      setInterval(() => {
        if (process.ppid !== parent) resolve();
      }, PARENT_CHECK_MS).unref();
    }
    if (process.channel) {
      process.on('disconnect', () => resolve());
      process.channel.unref();
    }
  });

  async function stopAllOnce(): Promise<void> {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) {
      await stop().catch((error: unknown) => console.error(error));
    }
  }

  return {
    requested,
    onStop(stop) {
      stops.push(stop);
      if (stopping) stopping = stopping.then(stopAllOnce);
    },
    async stopAll() {
      stopping ??= stopAllOnce();
      await stopping;
    },
  };
}
