// Vars and secrets of a deployment -> its Config, checked once, with all mistakes reported together.

import * as v from 'valibot';

import type { CompileOptions } from '../compile/options.ts';
import { DEFAULT_POLL_SETTINGS } from '../live/poller/settings.ts';
import type { LogType } from '../telemetry/log.ts';
import { authConfigOf, authProblems } from './auth.ts';
import type { SettingName, SettingValues } from './settings.ts';
import { SETTINGS } from './settings.ts';
import type { Api, Config, LiveConfig, SocketConfig } from './types.ts';

const DEFAULT_APIS: readonly Api[] = ['metadata', 'graphql', 'pgdump', 'config'];
const DEFAULT_LOG_TYPES: readonly LogType[] = [
  'startup',
  'http-log',
  'webhook-log',
  'websocket-log',
  'jwk-refresh-log',
  'api-limit-log',
];
const DEFAULT_POLL_INTERVAL_MS = 1000;
const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;
const DEFAULT_BODY_TIMEOUT_SECONDS = 30;
const DEFAULT_CACHE_MAX_ENTRY_TTL = 3600;
const DEFAULT_PERSISTED_QUERIES_TTL = 5;

/** A setting that cannot be used, and what to do about it. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/** Every mistake of a configuration. Its message names variables and never shows a value of a secret. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, message }) => `${variable}: ${message}`).join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/**
 * Reads the settings among `env`; whatever else is there (bindings, other services' variables, settings of Hasura that
 * have no meaning here) is ignored.
 * @throws ConfigError with every mistake at once.
 */
export function readConfig(env: Record<string, unknown>): Config {
  const { settings, problems } = readSettings(env);
  const isSet = (name: SettingName): boolean => env[name] !== undefined;
  const mayBeOpen = isSet('HEDGE_ALLOW_OPEN') && settings.HEDGE_ALLOW_OPEN !== false;
  for (const [variable, message] of authProblems(isSet, mayBeOpen)) problems.push({ variable, message });
  const metadataUrl = settings.HASURA_GRAPHQL_METADATA_DATABASE_URL ?? settings.HASURA_GRAPHQL_DATABASE_URL;
  if (settings.HEDGE_METADATA === 'live' && metadataUrl === undefined) {
    problems.push({
      variable: 'HASURA_GRAPHQL_METADATA_DATABASE_URL',
      message:
        'is not set, nor is HASURA_GRAPHQL_DATABASE_URL; HEDGE_METADATA=live needs one of them to keep the metadata in',
    });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const features = settings.HASURA_GRAPHQL_EXPERIMENTAL_FEATURES ?? [];
  return {
    ...authConfigOf(settings),
    stringifyNumericTypes: settings.HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES ?? false,
    booleanNullCollapse: settings.HASURA_GRAPHQL_V1_BOOLEAN_NULL_COLLAPSE ?? false,
    variableRules: {
      unboundIsNull: !features.includes('no_null_unbound_variable_default'),
      nullInNonNull: settings.HASURA_GRAPHQL_BACKWARDS_COMPAT_NULL_IN_NONNULLABLE_VARIABLES ?? false,
    },
    devMode: settings.HASURA_GRAPHQL_DEV_MODE ?? false,
    adminInternalErrors: settings.HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS ?? true,
    enableConsole: settings.HASURA_GRAPHQL_ENABLE_CONSOLE ?? false,
    enabledApis: settings.HASURA_GRAPHQL_ENABLED_APIS ?? new Set(DEFAULT_APIS),
    enableRelay: settings.HASURA_GRAPHQL_ENABLE_RELAY ?? true,
    enableAllowlist: settings.HASURA_GRAPHQL_ENABLE_ALLOWLIST ?? false,
    rateLimitPerMinute: settings.HASURA_GRAPHQL_RATE_LIMIT_PER_MINUTE ?? null,
    unauthorizedIntrospection: settings.HEDGE_UNAUTHORIZED_INTROSPECTION ?? false,
    cors: settings.HASURA_GRAPHQL_DISABLE_CORS
      ? { kind: 'disabled' }
      : (settings.HASURA_GRAPHQL_CORS_DOMAIN ?? { kind: 'any' }),
    metadataMode: settings.HEDGE_METADATA ?? 'bundled',
    databaseUrl: settings.HASURA_GRAPHQL_DATABASE_URL ?? null,
    metadataDatabaseUrl:
      settings.HASURA_GRAPHQL_METADATA_DATABASE_URL ?? settings.HASURA_GRAPHQL_DATABASE_URL ?? null,
    schemaSyncPollInterval: settings.HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL ?? DEFAULT_POLL_INTERVAL_MS,
    maintenanceMode: settings.HASURA_GRAPHQL_ENABLE_MAINTENANCE_MODE ?? false,
    experimentalFeatures: EXPERIMENTAL_FEATURES.filter((feature) => features.includes(feature)),
    compileOptions: compileOptionsOf(settings),
    neonEndpoint: settings.NEON_ENDPOINT ?? null,
    maxBodyBytes: settings.HEDGE_MAX_BODY_BYTES ?? DEFAULT_MAX_BODY_BYTES,
    live: liveOf(settings),
    sockets: socketsOf(settings),
    bodyTimeoutMs: (settings.HEDGE_BODY_TIMEOUT ?? DEFAULT_BODY_TIMEOUT_SECONDS) * 1000,
    cacheMaxEntryTtl: settings.HASURA_GRAPHQL_CACHE_MAX_ENTRY_TTL ?? DEFAULT_CACHE_MAX_ENTRY_TTL,
    persistedQueriesTtl: settings.HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES
      ? (settings.HASURA_GRAPHQL_PERSISTED_QUERIES_TTL ?? DEFAULT_PERSISTED_QUERIES_TTL)
      : null,
    logging: {
      types: new Set(settings.HASURA_GRAPHQL_ENABLED_LOG_TYPES ?? DEFAULT_LOG_TYPES),
      level: settings.HASURA_GRAPHQL_LOG_LEVEL ?? 'info',
      maskedVariables: new Set(
        (settings.HASURA_GRAPHQL_LOG_MASKED_VARIABLES ?? []).map((name) => name.toLowerCase()),
      ),
      metadataQueries: settings.HASURA_GRAPHQL_ENABLE_METADATA_QUERY_LOGGING ?? false,
      queryOnlyOnError: settings.HASURA_GRAPHQL_HTTP_LOG_QUERY_ONLY_ON_ERROR ?? false,
    },
  };
}

/** Each setting by itself. */
function readSettings(env: Record<string, unknown>): {
  readonly settings: SettingValues;
  readonly problems: ConfigProblem[];
} {
  const problems: ConfigProblem[] = [];
  const values: Partial<Record<SettingName, unknown>> = {};
  for (const [name, setting] of Object.entries(SETTINGS) as [SettingName, (typeof SETTINGS)[SettingName]][]) {
    const given = env[name];
    if (given === undefined) continue;
    const result = v.safeParse(setting.schema, given);
    if (result.success) values[name] = result.output;
    else problems.push(...result.issues.map((issue) => problemOf(name, issue)));
  }
  return { settings: values as SettingValues, problems };
}

function liveOf(settings: SettingValues): LiveConfig {
  const d = DEFAULT_POLL_SETTINGS;
  return {
    ...d,
    liveInterval: settings.HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL ?? d.liveInterval,
    liveBatch: settings.HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_BATCH_SIZE ?? d.liveBatch,
    streamInterval:
      settings.HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL ?? d.streamInterval,
    streamBatch: settings.HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_BATCH_SIZE ?? d.streamBatch,
    idleInterval: settings.HEDGE_LIVE_QUERY_IDLE_INTERVAL ?? d.idleInterval,
    fullInterval: settings.HEDGE_LIVE_QUERY_FULL_INTERVAL ?? d.fullInterval,
    shards: settings.HEDGE_LIVE_QUERY_SHARDS ?? 1,
    push: settings.HEDGE_LIVE_QUERY_PUSH ?? true,
  };
}

function socketsOf(settings: SettingValues): SocketConfig {
  return {
    keepAliveMs: (settings.HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE ?? 25) * 1000,
    initTimeoutMs: (settings.HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT ?? 3) * 1000,
    readCookie: settings.HASURA_GRAPHQL_WS_READ_COOKIE ?? false,
    closeOnMetadataChange: settings.HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE ?? true,
    maxOperations: settings.HEDGE_MAX_OPERATIONS_PER_SOCKET ?? 100,
    shards: settings.HEDGE_CONNECTION_SHARDS ?? 8,
  };
}

/** As the config API names those that are on. */
const EXPERIMENTAL_FEATURES: readonly string[] = [
  'apollo_federation',
  'bigquery_string_numeric_input',
  'disable_postgres_arrays',
  'group_by_aggregations',
  'hide_aggregation_predicates',
  'hide_stream_fields',
  'hide_update_many_fields',
  'inherited_roles',
  'naming_convention',
  'no_null_unbound_variable_default',
  'optimize_permission_filters',
  'remove_empty_subscription_responses',
  'streaming_subscriptions',
];

const COMPILE_SETTINGS = [
  'HASURA_GRAPHQL_EXPERIMENTAL_FEATURES',
  'HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION',
  'HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS',
  'HASURA_GRAPHQL_DISABLE_NATIVE_QUERY_VALIDATION',
] as const satisfies readonly SettingName[];

/**
 * The settings that are read when metadata is compiled, without a look at those that count when it is served.
 * @throws ConfigError with every mistake at once.
 */
export function readCompileOptions(env: Record<string, unknown>): CompileOptions {
  const given = Object.fromEntries(COMPILE_SETTINGS.map((name) => [name, env[name]]));
  const { settings, problems } = readSettings(given);
  if (problems.length > 0) throw new ConfigError(problems);
  return compileOptionsOf(settings);
}

function compileOptionsOf(settings: SettingValues): CompileOptions {
  const features = settings.HASURA_GRAPHQL_EXPERIMENTAL_FEATURES ?? [];
  const namingConventions = features.includes('naming_convention');
  return {
    namingConventions,
    defaultNamingConvention:
      (namingConventions ? settings.HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION : undefined) ?? 'hasura-default',
    inferFunctionPermissions: settings.HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS ?? true,
    validateNativeQueries: settings.HASURA_GRAPHQL_DISABLE_NATIVE_QUERY_VALIDATION !== true,
    hideUpdateMany: features.includes('hide_update_many_fields'),
    hideStreams: features.includes('hide_stream_fields'),
    hideAggregatePredicates: features.includes('hide_aggregation_predicates'),
    groupBy: features.includes('group_by_aggregations'),
    arraysAsScalars: features.includes('disable_postgres_arrays'),
  };
}

function problemOf(variable: string, issue: v.BaseIssue<unknown>): ConfigProblem {
  const path = (issue.path ?? []).map((item) => String(item.key)).join('.');
  return { variable, message: path === '' ? issue.message : `${path}: ${issue.message}` };
}
