// The versions in the metadata database -> the engine of the newest one this isolate knows.
//
// A request takes the engine that is there and does not wait for a newer one: whether there is one is asked beside the
// request, at most once per interval. Only an isolate that has none yet waits for its first, and one that slept for the
// answer: what it knows may be of yesterday, with permissions that were taken away since.

import type { ArtifactView } from '../artifact/decode.ts';
import { openArtifact } from '../artifact/decode.ts';
import { encodeArtifact } from '../artifact/encode.ts';
import type { CompileOptions } from '../compile/options.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Engine } from '../execute/engine.ts';
import type { WaitUntil } from '../http/types.ts';
import { exportMetadata } from '../metadata/export.ts';
import type { SourceMetadata } from '../metadata/types.ts';
import type { Log } from '../telemetry/log.ts';
import { must } from '../util/assert.ts';
import { endsWithin } from '../util/within.ts';
import type { DatabaseOf } from './catalogs.ts';
import { readSourceCatalogs } from './catalogs.ts';
import { artifactFormat, compileVersion, isSource } from './compile-version.ts';
import type { MetadataStore } from './store/store.ts';
import { readStoredMetadata } from './stored-metadata.ts';

/** How long an unreachable source is left alone before it is tried again. */
const RETRY_MS = 10_000;
/** Intervals without a question after which an isolate counts as one that slept. */
const SLEEP_INTERVALS = 5;
/** How long a request waits for the answer then: the metadata database may be gone, and the others are not. */
const MAX_WAIT_MS = 2_000;

export interface LiveOptions {
  readonly store: MetadataStore;
  readonly databaseOf: DatabaseOf;
  readonly compileOptions: CompileOptions;
  /** The source of a metadata database that has none yet. */
  readonly defaultSource: SourceMetadata | null;
  /** How an artifact is served. */
  readonly engineOf: (artifact: ArtifactView) => Engine;
  /** How often to ask for a newer version, in milliseconds; 0: never. */
  readonly pollIntervalMs: number;
  readonly now: () => number;
  readonly log: Log;
}

export interface Live {
  /** The newest engine known here. @throws HedgeError while there is none because the database cannot be asked. */
  engine(waitUntil: WaitUntil): Engine | Promise<Engine>;
  /** The engine of the newest version there is. @throws HedgeError as `engine`. */
  newest(): Promise<Engine>;
  /** Loads what is stored, and makes the first version where there is none. */
  load(): Promise<unknown>;
  /** Serves a version that this isolate stored itself. */
  adopt(resourceVersion: number, artifactText: string): void;
}

interface Serving {
  readonly resourceVersion: number;
  readonly engine: Engine;
}

/** Starts with nothing: the first request loads what is stored. */
export function createLive(options: LiveOptions): Live {
  const { store, pollIntervalMs, now, log } = options;
  let serving: Serving | undefined;
  let loading: Promise<Engine> | undefined;
  let waking: Promise<unknown> | undefined;
  let askedAt = 0;
  let triedAt = 0;

  /** `known`: what was served when the version was asked for. */
  const serve = (resourceVersion: number, artifactText: string, known?: Serving): Engine => {
    const engine = options.engineOf(openArtifact(artifactText));
    // A request that loaded long may come back with a version older than the one another request wrote meanwhile. Where
    // none did, an older one is what a backup brought back.
    if (serving === undefined || serving === known || resourceVersion >= serving.resourceVersion) {
      serving = { resourceVersion, engine };
    }
    return serving.engine;
  };

  const load = async (known = serving): Promise<Engine> => {
    askedAt = now();
    const stored = await store.loadArtifact(artifactFormat(options.compileOptions));
    const { resourceVersion, artifact } = stored ?? (await compileStored(options));
    return serve(resourceVersion, artifact, known);
  };

  const refresh = async (known: Serving): Promise<void> => {
    const { resourceVersion, engine } = known;
    try {
      if ((await store.version()) !== resourceVersion) {
        await load(known);
        log({
          type: 'schema-sync',
          level: 'info',
          detail: {
            message: 'another version of the metadata is served',
            resource_version: serving?.resourceVersion,
          },
        });
      } else if (engine.artifact.header.inconsistencies.some(isSource) && now() - triedAt >= RETRY_MS) {
        triedAt = now();
        const { artifact } = await compileStored(options);
        if (serving?.resourceVersion === resourceVersion) serve(resourceVersion, artifact);
      }
    } catch (error) {
      log({
        type: 'schema-sync',
        level: 'error',
        detail: { message: error instanceof Error ? error.message : String(error) },
      });
    }
  };

  return {
    engine(waitUntil) {
      if (serving !== undefined) {
        const silence = now() - askedAt;
        if (pollIntervalMs > 0 && silence >= pollIntervalMs) {
          askedAt = now();
          const refreshed = refresh(serving);
          waitUntil(refreshed);
          if (silence >= SLEEP_INTERVALS * pollIntervalMs) {
            waking = endsWithin(refreshed, MAX_WAIT_MS).finally(() => {
              waking = undefined;
            });
          }
        }
        return waking ? waking.then(() => must(serving, 'an engine stays').engine) : serving.engine;
      }
      if (loading === undefined) {
        loading = load().finally(() => {
          loading = undefined;
        });
        waitUntil(loading.catch(() => {})); // goes on for the others when the client that began it hangs up
      }
      return loading;
    },
    async newest() {
      if (serving === undefined) return await load();
      askedAt = now();
      await refresh(serving);
      return must(serving, 'an engine stays').engine;
    },
    load: () => load(),
    adopt(resourceVersion, artifactText) {
      askedAt = now();
      serve(resourceVersion, artifactText);
    },
  };
}

/** Compiles the stored metadata, which another program wrote or another version of ours compiled, and stores that. */
async function compileStored(
  options: LiveOptions,
): Promise<{ readonly resourceVersion: number; readonly artifact: string }> {
  const { store, compileOptions, defaultSource } = options;
  const format = artifactFormat(compileOptions);
  const stored = await store.load();
  const metadata = readStoredMetadata(stored?.metadata, defaultSource);
  const catalogs = await readSourceCatalogs(metadata.sources, options);
  const artifact = encodeArtifact(compileVersion(metadata, catalogs, compileOptions));
  if (stored !== null) {
    await store.saveArtifact({ resourceVersion: stored.resourceVersion, artifact, format });
    return { resourceVersion: stored.resourceVersion, artifact };
  }
  try {
    const text = JSON.stringify(exportMetadata(metadata));
    return { resourceVersion: await store.save({ after: 0, metadata: text, artifact, format }), artifact };
  } catch (error) {
    if (!(error instanceof HedgeError) || error.code !== 'conflict') throw error;
    return compileStored(options); // another isolate was first
  }
}
