// Saved files -> one call after the last of them, and never two at a time.

import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

const QUIET_MS = 150;

/** A watch that can be ended. */
export interface Watch {
  stop(): Promise<void>;
}

/**
 * Calls `changed` when something below `folder` was written and then left alone for a moment. Changes that come while
 * it runs lead to one more call.
 *
 * Each folder is watched by itself: a recursive watch is one of files on Linux, and loses those that are replaced, as
 * editors do when they save.
 */
export function watchFolder(folder: string, changed: () => Promise<void>): Watch {
  const watchers = new Map<string, FSWatcher>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<void> | undefined;
  let again = false;

  watchAll();

  function watchAll(): void {
    const folders = new Set(foldersBelow(folder));
    for (const [path, watcher] of watchers) {
      if (folders.has(path)) continue;
      watcher.close();
      watchers.delete(path);
    }
    for (const path of folders) {
      if (watchers.has(path)) continue;
      try {
        const watcher = watch(path, touched);
        // A folder that is removed while watched: what is served goes on being served.
        watcher.on('error', () => {});
        watchers.set(path, watcher);
      } catch {
        // Gone since it was listed: whoever removed it is reported by the folder above.
      }
    }
  }

  function touched(): void {
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  }

  function run(): void {
    watchAll();
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
      for (const watcher of watchers.values()) watcher.close();
      clearTimeout(timer);
      again = false;
      await running;
    },
  };
}

/** `folder` and all below it; none when it is gone. */
function foldersBelow(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const inner = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
    return [folder, ...inner.flatMap(foldersBelow)];
  } catch {
    return [];
  }
}
