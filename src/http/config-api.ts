// GET /v1alpha1/config: the settings that Hasura's console and CLI ask a server for.

import type { Config, JwtConfig } from '../config/types.ts';
import { VERSION } from '../hedge-version.ts';
import { adminHandler } from './plain.ts';
import type { AppContext, Handler } from './types.ts';

/** Where Hasura looks for claims unless told. */
const DEFAULT_CLAIMS_NAMESPACE = 'https://hasura.io/jwt/claims';
/** Sessions of one live query's statement, and seconds between its runs: what Hasura has unless told. */
const SUBSCRIPTIONS = { batch_size: 100, refetch_delay: 1 } as const;

/** The endpoint, for administrators. No secret is in the answer. */
export function configHandler(context: AppContext): Handler {
  const text = JSON.stringify(serverConfig(context.config));
  return adminHandler(context, async () => text);
}

function serverConfig(config: Config): Readonly<Record<string, unknown>> {
  const { compileOptions } = config;
  return {
    version: VERSION,
    is_function_permissions_inferred: compileOptions.inferFunctionPermissions,
    is_remote_schema_permissions_enabled: false,
    is_admin_secret_set: config.adminSecrets.length > 0,
    is_auth_hook_set: config.authHook !== null,
    is_jwt_set: config.jwts.length > 0,
    jwt: config.jwts.map(jwtInfo),
    is_allow_list_enabled: config.enableAllowlist,
    live_queries: SUBSCRIPTIONS,
    streaming_queries: SUBSCRIPTIONS,
    console_assets_dir: null,
    experimental_features: config.experimentalFeatures,
    is_prometheus_metrics_enabled: config.enabledApis.has('metrics'),
    default_naming_convention: compileOptions.defaultNamingConvention,
    feature_flags: [],
    is_apollo_federation_enabled: false,
  };
}

function jwtInfo({ claims }: JwtConfig): Readonly<Record<string, unknown>> {
  switch (claims.kind) {
    case 'namespace':
      return { claims_namespace: claims.name, claims_format: claims.format, claims_map: null };
    case 'namespace_path':
      return { claims_namespace: claims.path.text, claims_format: claims.format, claims_map: null };
    case 'map':
      return {
        claims_namespace: DEFAULT_CLAIMS_NAMESPACE,
        claims_format: 'json',
        claims_map: Object.fromEntries(
          [...claims.map].map(([name, source]) => [
            name,
            source.kind === 'literal'
              ? source.value
              : {
                  path: source.path.text,
                  ...(source.fallback !== undefined && { default: source.fallback }),
                },
          ]),
        ),
      };
  }
}
