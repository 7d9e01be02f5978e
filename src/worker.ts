// The Worker: its bindings -> the service, put together once per isolate at the first request.

import artifactText from 'hedge-artifact';

import type { ArtifactView } from './artifact/decode.ts';
import { openArtifact } from './artifact/decode.ts';
import type { Inconsistency } from './artifact/types.ts';
import { authenticator } from './auth/authenticate.ts';
import { cachingOf } from './cache/caching.ts';
import { ConfigError, readConfig } from './config/config.ts';
import { startupInfo } from './config/startup-info.ts';
import type { Config } from './config/types.ts';
import type { Engine } from './execute/engine.ts';
import { planCache } from './execute/plan-cache.ts';
import { connectSources } from './execute/sources.ts';
import { createApp } from './http/app.ts';
import { misconfiguredHandler } from './http/misconfigured.ts';
import type { AppContext, Assets, Service } from './http/types.ts';
import type { RateStore } from './limits/rate-limit.ts';
import { RateLimiter } from './limits/rate-limiter.ts';
import type { LiveService, LiveServiceOptions } from './metadata-api/live-service.ts';
import type { Log, LogConfig } from './telemetry/log.ts';
import { createLog, writeToConsole } from './telemetry/log.ts';
import { redactor } from './telemetry/redact.ts';
import { environmentOf } from './webhook/template.ts';

export { RateLimiter };

/** Bindings: vars and secrets under their names, the console's files, and the objects that count requests. */
type Env = Record<string, unknown> & {
  readonly ASSETS?: Assets;
  readonly RATE_LIMITER?: DurableObjectNamespace<RateLimiter>;
};

let service: Service | undefined;

function buildService(env: Env): Service {
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
        caching: cachingOf({ config, settings, sources: artifact.header.sources, env, now: Date.now }),
      };
    };
    const parts =
      config.metadataMode === 'live'
        ? liveParts({ config, env, engineOf, now: Date.now, log })
        : bundledParts(engineOf(openArtifact(artifactText)), config);
    return createApp({
      ...parts,
      authenticate: authenticator(config, { now: Date.now, log }),
      config,
      assets: env.ASSETS,
      rates: env.RATE_LIMITER && rateStore(env.RATE_LIMITER),
      log,
    });
  } catch (error) {
    logAs({ types: new Set(['startup']), level: 'error' })({
      type: 'startup',
      level: 'error',
      detail: { kind: 'server_configuration', info: { error: String(error) } },
    });
    return misconfiguredHandler(
      error instanceof ConfigError ? error.message : 'the service could not start; its log says why',
    );
  }
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

type Parts = Pick<AppContext, 'engine' | 'metadata'>;

// What the two modes need beyond serving a query (the compiler, the commands) is loaded when it is first needed.

function liveParts(options: LiveServiceOptions): Parts {
  let live: LiveService | undefined;
  const loaded = async (): Promise<LiveService> => {
    const { createLiveService } = await import('./metadata-api/live-service.ts');
    return (live ??= createLiveService(options));
  };
  return {
    engine: (waitUntil) => (live ? live.engine(waitUntil) : loaded().then((it) => it.engine(waitUntil))),
    metadata: async (endpoint, body, waitUntil) => await (await loaded()).metadata(endpoint, body, waitUntil),
  };
}

function bundledParts(engine: Engine, config: Config): Parts {
  return {
    engine: () => engine,
    async metadata(endpoint, body) {
      const { handleBundledRequest } = await import('./metadata-api/bundled.ts');
      return await handleBundledRequest({ engine, config }, endpoint, body);
    },
  };
}

export default {
  fetch(request, env, context) {
    service ??= buildService(env);
    return service(request, (promise) => context.waitUntil(promise));
  },
} satisfies ExportedHandler<Env>;
