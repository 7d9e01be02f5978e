// A deployment's settings and secrets -> its caching.

import type { SourceModel } from '../artifact/types.ts';
import type { Config } from '../config/types.ts';
import { platformStore } from './platform-store.ts';
import type { Caching } from './types.ts';

export interface CachingOptions {
  readonly config: Pick<Config, 'cacheMaxEntryTtl' | 'neonEndpoint'>;
  /** Of the engine: what answers depend on. */
  readonly settings: object;
  readonly sources: readonly SourceModel[];
  readonly env: Readonly<Record<string, unknown>>;
  readonly now: () => number;
}

/** The caching of the engine of an artifact with these sources. Nothing is looked at before the first `@cached` query. */
export function cachingOf({ config, settings, sources, env, now }: CachingOptions): Caching {
  return {
    maxTtl: config.cacheMaxEntryTtl,
    // Literal connection strings are part of the artifact.
    deployment: () =>
      JSON.stringify([
        settings,
        config.neonEndpoint,
        sources.map(({ databaseUrl }) =>
          'literal' in databaseUrl ? null : (env[databaseUrl.fromEnv] ?? null),
        ),
      ]),
    storeFor: (host) => platformStore(host, now),
    now,
  };
}
