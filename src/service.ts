// The bindings of the worker -> its service, put together once per isolate: for requests, and for the objects that live
// beside them.

import artifactText from 'hedge-artifact';

import type { ArtifactView } from './artifact/decode.ts';
import { openArtifact } from './artifact/decode.ts';
import type { Inconsistency } from './artifact/types.ts';
import { authenticator } from './auth/authenticate.ts';
import { cachingOf } from './cache/caching.ts';
import { ConfigError, readConfig } from './config/config.ts';
import { startupInfo } from './config/startup-info.ts';
import type { Config } from './config/types.ts';
import { HedgeError } from './error/hedge-error.ts';
import type { Engine } from './execute/engine.ts';
import { planCache } from './execute/plan-cache.ts';
import { connectSources } from './execute/sources.ts';
import { createApp } from './http/app.ts';
import { misconfiguredHandler } from './http/misconfigured.ts';
import type { AppContext, Assets, Service } from './http/types.ts';
import type { RateStore } from './limits/rate-limit.ts';
import type { RateLimiter } from './limits/rate-limiter.ts';
import type { ConnectionObject } from './live/connection-object.ts';
import { DIRECTORY } from './live/connection/directory.ts';
import type { Written } from './live/nudge.ts';
import { nudger } from './live/nudge.ts';
import { pollerName } from './live/poller-name.ts';
import type { PollerObject } from './live/poller-object.ts';
import type { LiveService, LiveServiceOptions } from './metadata-api/live-service.ts';
import type { Log, LogConfig } from './telemetry/log.ts';
import { createLog, writeToConsole } from './telemetry/log.ts';
import { redactor } from './telemetry/redact.ts';
import { environmentOf } from './webhook/template.ts';

/** Bindings: vars and secrets under their names, the console's files, and the Durable Objects. */
export type Env = Record<string, unknown> & {
  readonly ASSETS?: Assets;
  readonly RATE_LIMITER?: DurableObjectNamespace<RateLimiter>;
  readonly POLLERS?: DurableObjectNamespace<PollerObject>;
  readonly CONNECTIONS?: DurableObjectNamespace<ConnectionObject>;
};

/** What answers in this isolate. */
export interface Isolate {
  readonly service: Service;
  /** @throws HedgeError `invalid-configuration` where the settings cannot be used. */
  context(): AppContext;
}

let isolate: Isolate | undefined;

/** The service of this isolate; an isolate has one set of bindings. */
export function isolateOf(env: Env): Isolate {
  return (isolate ??= build(env));
}

function build(env: Env): Isolate {
  const redact = redactor(env);
  const logAs = (wanted: LogConfig): Log =>
    createLog({ ...wanted, now: Date.now, redact, write: writeToConsole });
  try {
    const config = readConfig(env);
    const log = logAs(config.logging);
    log({
      type: 'startup',
      level: 'info',
      detail: { kind: 'server_configuration', info: startupInfo(config) },
    });
    const settings = {
      stringifyNumericTypes: config.stringifyNumericTypes,
      booleanNullCollapse: config.booleanNullCollapse,
      variableRules: config.variableRules,
      enableAllowlist: config.enableAllowlist,
    };
    const hidden = config.unauthorizedIntrospection ? [] : [config.unauthorizedRole ?? []].flat();
    const environment = environmentOf(env);
    const written: Written | undefined =
      env.POLLERS && config.live.push
        ? nudger(pollersOf(env.POLLERS, config.live.shards), config.live, Date.now)
        : undefined;
    const engineOf = (artifact: ArtifactView): Engine => {
      logInconsistencies(log, artifact.header.inconsistencies);
      return {
        artifact,
        database: connectSources(artifact.header.sources, env, config.neonEndpoint),
        settings: {
          ...settings,
          noIntrospection: new Set([...hidden, ...(artifact.header.noIntrospection ?? [])]),
        },
        plans: planCache(),
        environment,
        written,
        caching: cachingOf({ config, settings, sources: artifact.header.sources, env, now: Date.now }),
      };
    };
    const parts =
      config.metadataMode === 'live'
        ? liveParts({ config, env, engineOf, written, now: Date.now, log })
        : bundledParts(engineOf(openArtifact(artifactText)), config);
    const context: AppContext = {
      ...parts,
      authenticate: authenticator(config, { now: Date.now, log }),
      config,
      assets: env.ASSETS,
      rates: env.RATE_LIMITER && rateStore(env.RATE_LIMITER),
      closeSessions: env.CONNECTIONS && sessionCloser(env.CONNECTIONS),
      pollersOf: env.POLLERS && pollersOf(env.POLLERS, config.live.shards),
      connections: env.POLLERS && env.CONNECTIONS && connectionsOf(env.CONNECTIONS),
      log,
    };
    return { service: createApp(context), context: () => context };
  } catch (error) {
    logAs({ types: new Set(['startup']), level: 'error' })({
      type: 'startup',
      level: 'error',
      detail: { kind: 'server_configuration', info: { error: String(error) } },
    });
    const message =
      error instanceof ConfigError ? error.message : 'the service could not start; its log says why';
    const fail = (): never => {
      throw new HedgeError('invalid-configuration', message, { status: 500 });
    };
    return { service: misconfiguredHandler(message), context: fail };
  }
}

/** The poller objects of a source, whoever of them has which group. */
function pollersOf(objects: DurableObjectNamespace<PollerObject>, shards: number) {
  return (source: string): readonly DurableObjectStub<PollerObject>[] =>
    Array.from({ length: shards }, (_, shard) => objects.get(objects.idFromName(pollerName(source, shard))));
}

function connectionsOf(objects: DurableObjectNamespace<ConnectionObject>) {
  return (name: string): DurableObjectStub<ConnectionObject> => objects.get(objects.idFromName(name));
}

function sessionCloser(objects: DurableObjectNamespace<ConnectionObject>): AppContext['closeSessions'] {
  return async (variable, value) => {
    const ids = await objects.get(objects.idFromName(DIRECTORY)).enlisted();
    const closed = await Promise.all(
      ids.map((id) => objects.get(objects.idFromString(id)).closeSessions(variable, value)),
    );
    return closed.reduce((sum, count) => sum + count, 0);
  };
}

/** Every client has an object of its own. */
function rateStore(objects: DurableObjectNamespace<RateLimiter>): RateStore {
  return {
    take: async (client, perMinute, count) =>
      await objects.get(objects.idFromName(client)).take(perMinute, count),
  };
}

/** Definitions are left out: those of sources may hold connection strings. */
function logInconsistencies(log: Log, inconsistencies: readonly Inconsistency[]): void {
  if (inconsistencies.length === 0) return;
  const objects = inconsistencies.map(({ type, name, reason }) => ({ type, name, reason }));
  log({
    type: 'metadata',
    level: 'warn',
    detail: { message: 'Inconsistent Metadata!', info: { objects } },
  });
}

type Parts = Pick<AppContext, 'engine' | 'newestEngine' | 'metadata'>;

// What the two modes need beyond serving a query (the compiler, the commands) is loaded when it is first needed.

function liveParts(options: LiveServiceOptions): Parts {
  let live: LiveService | undefined;
  const loaded = async (): Promise<LiveService> => {
    const { createLiveService } = await import('./metadata-api/live-service.ts');
    return (live ??= createLiveService(options));
  };
  return {
    engine: (waitUntil) => (live ? live.engine(waitUntil) : loaded().then((it) => it.engine(waitUntil))),
    newestEngine: async () => await (await loaded()).newestEngine(),
    metadata: async (endpoint, body, waitUntil) => await (await loaded()).metadata(endpoint, body, waitUntil),
  };
}

function bundledParts(engine: Engine, config: Config): Parts {
  return {
    engine: () => engine,
    newestEngine: () => Promise.resolve(engine),
    async metadata(endpoint, body) {
      const { handleBundledRequest } = await import('./metadata-api/bundled.ts');
      return await handleBundledRequest({ engine, config }, endpoint, body);
    },
  };
}
