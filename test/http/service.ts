// The service as the worker puts it together, on an artifact without tables, for tests that need no database.

import { openArtifact } from '../../src/artifact/decode.ts';
import { encodeArtifact } from '../../src/artifact/encode.ts';
import { DEFAULT_NAMING } from '../../src/artifact/type-names.ts';
import type { Artifact, Inconsistency, RoleModel } from '../../src/artifact/types.ts';
import { ARTIFACT_VERSION } from '../../src/artifact/types.ts';
import { authenticator } from '../../src/auth/authenticate.ts';
import { cachingOf } from '../../src/cache/caching.ts';
import { readConfig } from '../../src/config/config.ts';
import type { Engine } from '../../src/execute/engine.ts';
import { planCache } from '../../src/execute/plan-cache.ts';
import { connectSources } from '../../src/execute/sources.ts';
import { createApp, endpoints } from '../../src/http/app.ts';
import type { AppContext, Assets } from '../../src/http/types.ts';
import type { RateStore } from '../../src/limits/rate-limit.ts';
import { handleBundledRequest } from '../../src/metadata-api/bundled.ts';
import type { LogEntry } from '../../src/telemetry/log.ts';
import { environmentOf } from '../../src/webhook/template.ts';

export const ADMIN_SECRET = 'test-admin-secret';

export interface ServiceOptions {
  readonly env?: Readonly<Record<string, unknown>>;
  readonly inconsistencies?: readonly Inconsistency[];
  readonly assets?: Assets;
  readonly artifact?: Partial<Artifact>;
  /** What counts for rate limits. */
  readonly rates?: RateStore;
}

export interface Service {
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>;
  /** POST /v1/graphql with this JSON. */
  readonly graphql: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly logged: LogEntry[];
  /** Of every endpoint; `ALL` is any method. */
  readonly routes: readonly { readonly method: string; readonly path: string }[];
}

const emptyRole = (role: string): RoleModel => ({
  role,
  types: [],
  tables: [],
  queryFields: [],
  subscriptionFields: [],
  writes: [],
  mutationFields: [],
});

/** A service with the roles `admin` and `user`, who both see nothing but `__typename`. */
export function service(options: ServiceOptions = {}): Service {
  const { env = {}, inconsistencies = [], assets, artifact, rates } = options;
  const logged: LogEntry[] = [];
  const log = (entry: LogEntry) => void logged.push(entry);
  const config = readConfig({ HEDGE_ALLOW_OPEN: 'true', ...env });
  const view = openArtifact(
    encodeArtifact({
      version: ARTIFACT_VERSION,
      sources: [
        { name: 'default', databaseUrl: { fromEnv: 'DATABASE' }, naming: DEFAULT_NAMING, namespace: null },
      ],
      roles: [emptyRole('admin'), emptyRole('user')],
      inconsistencies,
      ...artifact,
    }),
  );
  const engine: Engine = {
    artifact: view,
    database: connectSources(view.header.sources, env, config.neonEndpoint),
    settings: config,
    plans: planCache(),
    environment: environmentOf(env),
    caching: cachingOf({ config, settings: config, sources: view.header.sources, env, now: Date.now }),
  };
  const context: AppContext = {
    engine: () => engine,
    newestEngine: async () => engine,
    metadata: (endpoint, body) => handleBundledRequest({ engine, config }, endpoint, body),
    authenticate: authenticator(config, { now: Date.now, log }),
    config,
    assets,
    rates,
    log,
  };
  const app = createApp(context);
  const fetch = async (path: string, init?: RequestInit) =>
    app(new Request(`http://hedge.test${path}`, init), () => undefined);
  return {
    fetch,
    graphql: (body, headers = {}) =>
      fetch('/v1/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    logged,
    routes: endpoints(context).routes,
  };
}
