// The Worker: its bindings -> the service, put together once per isolate at the first request.

import artifactText from 'hedge-artifact';

import { openArtifact } from './artifact/decode.ts';
import { authenticator } from './auth/authenticate.ts';
import { ConfigError, readConfig } from './config/config.ts';
import type { Engine } from './execute/engine.ts';
import { planCache } from './execute/plan-cache.ts';
import { connectSources } from './execute/sources.ts';
import { createApp } from './http/app.ts';
import { misconfiguredHandler } from './http/misconfigured.ts';
import type { Assets, Handler } from './http/types.ts';

/** Bindings: vars and secrets under their names, and the console's files. */
type Env = Record<string, unknown> & { readonly ASSETS?: Assets };

let service: Handler | undefined;

function log(entry: Readonly<Record<string, unknown>>): void {
  console.error(JSON.stringify({ timestamp: new Date().toISOString(), ...entry }));
}

function buildService(env: Env): Handler {
  try {
    const config = readConfig(env);
    const artifact = openArtifact(artifactText);
    const engine: Engine = {
      artifact,
      database: connectSources(artifact.header.sources, env, config.neonEndpoint),
      settings: {
        stringifyNumericTypes: config.stringifyNumericTypes,
        booleanNullCollapse: config.booleanNullCollapse,
        enableAllowlist: config.enableAllowlist,
      },
      plans: planCache(),
    };
    return createApp({
      engine: () => engine,
      authenticate: authenticator(config, { now: Date.now, log }),
      config,
      assets: env.ASSETS,
      log,
    });
  } catch (error) {
    log({ type: 'startup', level: 'error', error: String(error) });
    return misconfiguredHandler(
      error instanceof ConfigError ? error.message : 'the service could not start; its log says why',
    );
  }
}

export default {
  fetch(request, env, context) {
    service ??= buildService(env);
    return service(request, (promise) => context.waitUntil(promise));
  },
} satisfies ExportedHandler<Env>;
