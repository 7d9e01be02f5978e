// Saved files -> one call after the last of them, and never two at a time.

import { watch } from 'node:fs';

const QUIET_MS = 150;

/** A watch that can be ended. */
export interface Watch {
  stop(): Promise<void>;
}

/**
 * Calls `changed` when something below `folder` was written and then left alone for a moment. Changes that come while
 * it runs lead to one more call.
 */
export function watchFolder(folder: string, changed: () => Promise<void>): Watch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  const watcher = watch(folder, { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  });
  // A folder that is removed while watched: what is served goes on being served.
  watcher.on('error', () => {});

  function run(): void {
    if (running) {
      again = true;
      return;
    }
    running = changed().finally(() => {
      running = undefined;
      if (!again) return;
      again = false;
      run();
    });
  }

  return {
    async stop() {
      watcher.close();
      clearTimeout(timer);
      again = false;
      await running;
    },
  };
}
