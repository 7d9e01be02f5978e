// A Config -> what the log's first line tells of it: no secret, and no address that could hold one.

import { VERSION } from '../hedge-version.ts';
import type { Config } from './types.ts';

/** Settings under the names that Hasura's startup line has for them. */
export function startupInfo(config: Config): Readonly<Record<string, unknown>> {
  const { compileOptions, logging } = config;
  return {
    version: VERSION,
    metadata: config.metadataMode,
    admin_secret_set: config.adminSecrets.length > 0,
    jwt_secret: config.jwts.map(({ keys }) => ({
      type: keys.kind === 'key' ? keys.type : 'jwk_url',
      key: '<REDACTED>',
    })),
    auth_hook_mode: config.authHook?.method ?? null,
    unauth_role: config.unauthorizedRole,
    cors_config: config.cors.kind,
    enabled_apis: [...config.enabledApis],
    enable_console: config.enableConsole,
    enable_allowlist: config.enableAllowlist,
    enable_relay: config.enableRelay,
    enable_telemetry: false,
    dev_mode: config.devMode,
    admin_internal_errors: config.adminInternalErrors,
    stringify_numeric_types: config.stringifyNumericTypes,
    v1_boolean_null_collapse: config.booleanNullCollapse,
    default_naming_convention: compileOptions.defaultNamingConvention,
    infer_function_permissions: compileOptions.inferFunctionPermissions,
    experimental_features: config.experimentalFeatures,
    enable_maintenance_mode: config.maintenanceMode,
    schema_poll_interval: config.schemaSyncPollInterval,
    enabled_log_types: [...logging.types],
    log_level: logging.level,
    enable_metadata_query_logging: logging.metadataQueries,
    http_log_query_only_on_error: logging.queryOnlyOnError,
  };
}
