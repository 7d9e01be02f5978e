// A bundle, an artifact and settings -> a running worker on loopback, with the bindings wrangler.toml declares.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { V4WorkerOptions, WorkerdStructuredLog } from 'miniflare';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { unstable_getMiniflareWorkerOptions as workerOptionsOf } from 'wrangler';

import { moduleNames } from './modules.ts';
import { ARTIFACT_MODULE, ASSETS_DIR, WRANGLER_CONFIG } from './paths.ts';

export interface RunWorkerOptions {
  /** The folder `bundleWorker` returned. */
  readonly bundleDir: string;
  /** What `encodeArtifact` gives. */
  readonly artifactText: string;
  /** Vars and secrets, over those of wrangler.toml. */
  readonly vars?: Readonly<Record<string, string>>;
  /** 0, the default, takes a free one, which later reloads keep. */
  readonly port?: number;
  /** Refuses what web pages from elsewhere send, see local-guard.mjs; for workers that ask for no secret. */
  readonly guarded?: boolean;
  /** Folder behind the `ASSETS` binding; the checkout's own unless told. */
  readonly assetsDir?: string;
  /** A folder for what Durable Objects keep; it is thrown away with the worker unless told. */
  readonly objectsDir?: string;
  /** Receives what the worker logs; unless given it goes to standard output and error. */
  readonly onLog?: (log: WorkerdStructuredLog) => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A worker that answers. */
export interface RunningWorker {
  /** Without a slash at the end: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Restarts it on the same port with another artifact, other vars or another bundle; requests in flight are cut off. */
  reload(changes: Partial<Pick<RunWorkerOptions, 'artifactText' | 'vars' | 'bundleDir'>>): Promise<void>;
  /** Has the Durable Objects of a class forget their memory, and keep storage and sockets, as when they sleep. */
  evict(className: 'ConnectionObject' | 'PollerObject'): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the worker under the local runtime, listening on 127.0.0.1 only. Several may run in one process. */
export async function runWorker(options: RunWorkerOptions): Promise<RunningWorker> {
  let current = options;
  const miniflare = keepingSignalHandlers(await miniflareOptions(current));
  let url: string;
  try {
    url = (await miniflare.ready).origin;
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
  return {
    url,
    async reload(changes) {
      current = { ...current, ...changes, port: Number(new URL(url).port) };
      await miniflare.setOptions(await miniflareOptions(current));
    },
    async evict(className) {
      for (const id of await miniflare.listDurableObjectIds(className, 'hedge')) {
        try {
          await miniflare.unsafeEvictDurableObject('hedge', className, { id, webSockets: 'hibernate' });
        } catch (error) {
          // One that sleeps already.
          if (!String(error).includes('not currently running')) throw error;
        }
      }
    },
    stop: () => miniflare.dispose(),
  };
}

/**
 * Miniflare ends the process at a signal, before what else was started could be stopped. Where signals are handled
 * already, its handlers are taken away again; its clean-up when the process exits stays.
 */
function keepingSignalHandlers(options: ReturnType<typeof convertV4MiniflareOptions>): Miniflare {
  const handled = SIGNALS.map((signal) => ({ signal, ours: process.listeners(signal) }));
  const miniflare = new Miniflare(options);
  for (const { signal, ours } of handled) {
    if (ours.length === 0) continue;
    for (const listener of process.listeners(signal)) {
      if (!ours.includes(listener)) process.off(signal, listener);
    }
  }
  return miniflare;
}

async function codeModules(
  bundleDir: string,
): Promise<{ type: 'ESModule'; path: string; contents: string }[]> {
  const names = await moduleNames(bundleDir);
  return await Promise.all(
    names.map(async (path) => ({
      type: 'ESModule' as const,
      path,
      contents: await readFile(join(bundleDir, path), 'utf8'),
    })),
  );
}

async function miniflareOptions(
  options: RunWorkerOptions,
): Promise<ReturnType<typeof convertV4MiniflareOptions>> {
  const { workerOptions } = workerOptionsOf(WRANGLER_CONFIG, undefined, {
    overrides: { assets: { directory: options.assetsDir ?? ASSETS_DIR } },
  });
  const { modulesRules: _, ...bindings } = workerOptions;
  const hedge: V4WorkerOptions = {
    ...bindings,
    name: 'hedge',
    bindings: {
      ...(workerOptions.bindings as Record<string, string> | undefined),
      HEDGE_ALLOW_OPEN: 'true', // who is not on this machine cannot reach it
      ...options.vars,
    },
    modules: [
      ...(await codeModules(options.bundleDir)),
      { type: 'Text', path: ARTIFACT_MODULE, contents: options.artifactText },
    ],
  };
  const guard: V4WorkerOptions = {
    name: 'guard',
    compatibilityDate: '2026-11-01',
    modules: [
      {
        type: 'ESModule',
        path: 'local-guard.js',
        contents: await readFile(join(import.meta.dirname, 'local-guard.mjs'), 'utf8'),
      },
    ],
    serviceBindings: { HEDGE: 'hedge' },
  };
  return convertV4MiniflareOptions({
    // Requests go to the first.
    workers: options.guarded === true ? [guard, hedge] : [hedge],
    host: '127.0.0.1',
    port: options.port ?? 0,
    ...(options.objectsDir !== undefined && { resourcePersistencePath: options.objectsDir }),
    cf: false, // else the runtime asks the network where it is
    ...(options.onLog && { handleStructuredLogs: options.onLog }),
  });
}
