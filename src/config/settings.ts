// Every setting of the service, as data: its variable, what it means, its default, and the schema that reads it.
// `readConfig` and docs/configuration.md both come from this table.

import * as v from 'valibot';

import { LOG_LEVELS } from '../telemetry/log.ts';
import { jwtSecret, jwtSecrets } from './jwt-secret.ts';
import {
  apis,
  boolean,
  corsDomains,
  headerText,
  headerTexts,
  hookMethod,
  hookUrl,
  httpUrl,
  logTypes,
  positiveInteger,
  text,
  wholeNumber,
  words,
} from './schemas.ts';

export interface Setting {
  readonly meaning: string;
  /** As the documentation prints it. */
  readonly default: string;
  /** Give it with `wrangler secret put`, not under `[vars]`. */
  readonly secret: boolean;
  readonly schema: v.GenericSchema<unknown, unknown>;
}

export const SETTINGS = {
  HASURA_GRAPHQL_ADMIN_SECRET: {
    meaning:
      'The secret that makes a request an administrator’s, in the header `x-hasura-admin-secret`. A service without it does not serve, unless `HEDGE_ALLOW_OPEN` is set.',
    default: 'none',
    secret: true,
    schema: headerText,
  },
  HASURA_GRAPHQL_ADMIN_SECRETS: {
    meaning:
      'Several admin secrets as a JSON list, such as `["new", "old"]` while one is replaced by another. Used instead of `HASURA_GRAPHQL_ADMIN_SECRET`.',
    default: 'none',
    secret: true,
    schema: headerTexts,
  },
  HASURA_GRAPHQL_ACCESS_KEY: {
    meaning: 'The older name of `HASURA_GRAPHQL_ADMIN_SECRET`, used when that one is not set.',
    default: 'none',
    secret: true,
    schema: headerText,
  },
  HASURA_GRAPHQL_JWT_SECRET: {
    meaning:
      'How tokens are verified: a JSON object with `type` and `key`, or `jwk_url`; see [authentication](authentication.md). Needs an admin secret.',
    default: 'none',
    secret: true,
    schema: jwtSecret,
  },
  HASURA_GRAPHQL_JWT_SECRETS: {
    meaning:
      'Several of these objects as a JSON list, used instead of `HASURA_GRAPHQL_JWT_SECRET`: a token is verified with the one whose `header` it came in and whose `issuer` it has.',
    default: 'none',
    secret: true,
    schema: jwtSecrets,
  },
  HASURA_GRAPHQL_AUTH_HOOK: {
    meaning:
      'The URL of a webhook that is asked who sends a request, instead of tokens; see [authentication](authentication.md#webhook). Needs an admin secret, and cannot be beside a JWT secret or an unauthorized role.',
    default: 'none',
    secret: true,
    schema: hookUrl,
  },
  HASURA_GRAPHQL_AUTH_HOOK_MODE: {
    meaning:
      '`GET` tells the webhook the request’s headers; `POST` tells it these and the GraphQL request as JSON.',
    default: '`GET`',
    secret: false,
    schema: hookMethod,
  },
  HASURA_GRAPHQL_AUTH_HOOK_TYPE: {
    meaning: 'The older name of `HASURA_GRAPHQL_AUTH_HOOK_MODE`, used when that one is not set.',
    default: 'none',
    secret: false,
    schema: hookMethod,
  },
  HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY: {
    meaning: 'Whether a webhook that is asked by `POST` is told the GraphQL request.',
    default: '`true`',
    secret: false,
    schema: boolean,
  },
  HEDGE_AUTH_HOOK_TIMEOUT: {
    meaning: 'How many seconds the webhook may take to answer.',
    default: '`10`',
    secret: false,
    schema: positiveInteger,
  },
  HASURA_GRAPHQL_UNAUTHORIZED_ROLE: {
    meaning:
      'The role of requests without credentials, which are refused otherwise. Their session variables come from the `x-hasura-*` headers they send. Needs an admin secret.',
    default: 'none',
    secret: false,
    schema: headerText,
  },
  HASURA_GRAPHQL_PRESERVE_401_ERRORS: {
    meaning:
      'Whether `/v1/graphql` and `/v1beta1/relay` answer with status 401, instead of 200, where credentials are missing or wrong (`access-denied`).',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HEDGE_ALLOW_OPEN: {
    meaning:
      'Whether the service may run without an admin secret, when **every request is an administrator’s** unless it names a role. `hedge dev` and `hedge serve`, which can be reached from the same machine only, set it.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_STRINGIFY_NUMERIC_TYPES: {
    meaning: 'Whether `bigint`, `numeric` and `float8` values leave as JSON strings.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_V1_BOOLEAN_NULL_COLLAPSE: {
    meaning: 'Whether a comparison with `null` in a filter is true instead of an error.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_BACKWARDS_COMPAT_NULL_IN_NONNULLABLE_VARIABLES: {
    meaning: 'Whether a variable of a non-null type may be given as `null`.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_DEV_MODE: {
    meaning:
      'Whether errors show `internal` (the SQL, its arguments, Postgres’ fields) to **every** role. Not for production.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_ADMIN_INTERNAL_ERRORS: {
    meaning: 'Whether errors show `internal` to the role `admin`.',
    default: '`true`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_ENABLE_CONSOLE: {
    meaning:
      'Whether `/console` serves GraphiQL and `/console/rest` a page of the REST endpoints, and `/` leads to the first.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_ENABLED_APIS: {
    meaning:
      'The groups of endpoints that are served, with commas between: `metadata` (`/v1/metadata`, `/v2/query`, `/v1/query`, `/v1/graphql/explain`), `graphql` (`/v1/graphql`, `/v1alpha1/graphql`, `/v1beta1/relay`), `config` (`/v1alpha1/config`), `pgdump` (`/v1alpha1/pg_dump`), `developer` (`/dev/…`), `metrics`. The others answer 404 as paths that do not exist. REST endpoints, health and version are always there.',
    default: '`metadata,graphql,pgdump,config`',
    secret: false,
    schema: apis,
  },
  HASURA_GRAPHQL_ENABLE_RELAY: {
    meaning: 'Whether `/v1beta1/relay` answers; see [Relay](relay.md).',
    default: '`true`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_ENABLE_ALLOWLIST: {
    meaning:
      'Whether roles other than `admin` may send only the operations of the metadata’s allow list; see [REST endpoints and the allow list](rest.md).',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_RATE_LIMIT_PER_MINUTE: {
    meaning:
      'How many operations the clients of one address may send in a minute, under roles for which the metadata has no rate limit and which are not `admin`; see [limits](limits.md).',
    default: 'no limit',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_UNAUTHORIZED_INTROSPECTION: {
    meaning:
      'Whether the role `HASURA_GRAPHQL_UNAUTHORIZED_ROLE` is told of its schema (`__schema`, `__type`); see [limits](limits.md#introspection).',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_CORS_DOMAIN: {
    meaning:
      'Origins whose pages may call the API: `*`, or a list with commas, each with its scheme, such as `https://app.example.com, https://*.example.com`. `*` stands for one label. Cookies and other browser credentials are allowed to listed origins only, not under `*`.',
    default: '`*`',
    secret: false,
    schema: corsDomains,
  },
  HASURA_GRAPHQL_DISABLE_CORS: {
    meaning: 'Whether no CORS headers are sent at all.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HEDGE_METADATA: {
    meaning:
      'Where the metadata comes from: `bundled`, compiled into the worker when it was built, or `live`, kept in the metadata database and changed by `/v1/metadata` and `/v2/query`; see [the metadata API](metadata-api.md).',
    default: '`bundled`',
    secret: false,
    schema: v.picklist(['bundled', 'live'], 'expected bundled or live'),
  },
  HASURA_GRAPHQL_DATABASE_URL: {
    meaning:
      'Neon’s connection string of the source `default`. In live mode a metadata database without metadata begins with that source, and `clear_metadata` keeps it.',
    default: 'none',
    secret: true,
    schema: text,
  },
  HASURA_GRAPHQL_METADATA_DATABASE_URL: {
    meaning: 'In live mode, the connection string of the database that keeps the metadata.',
    default: '`HASURA_GRAPHQL_DATABASE_URL`',
    secret: true,
    schema: text,
  },
  HASURA_GRAPHQL_SCHEMA_SYNC_POLL_INTERVAL: {
    meaning:
      'In live mode, how many milliseconds an isolate serves before a request has it ask whether the metadata has a new version (the request does not wait for that); `0` never asks. An isolate without requests asks nothing.',
    default: '`1000`',
    secret: false,
    schema: wholeNumber,
  },
  HASURA_GRAPHQL_ENABLE_MAINTENANCE_MODE: {
    meaning: 'In live mode, whether every change of the metadata is refused.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_INFER_FUNCTION_PERMISSIONS: {
    meaning:
      'Whether a role that may select from a table may also call the tracked query functions that return it; else each function needs a permission of its own. Read when metadata is compiled.',
    default: '`true`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_DISABLE_NATIVE_QUERY_VALIDATION: {
    meaning:
      'Whether the database is not asked if it can run the [native queries](native-queries.md). Read when metadata is compiled.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_EXPERIMENTAL_FEATURES: {
    meaning:
      'A list with commas. `naming_convention` makes `naming_convention` of sources and `HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION` count, see [naming](naming.md); `hide_update_many_fields` leaves out the fields `update_<table>_many`, `hide_aggregation_predicates` `<relationship>_aggregate` in filters; `group_by_aggregations` adds `group_by` to aggregates; `disable_postgres_arrays` makes scalars such as `_text` of arrays. These are read when metadata is compiled. `no_null_unbound_variable_default`: what a nullable variable without value and default stands for is as if it were not written, instead of null; careful, a condition that is not written holds for every row. Others are ignored.',
    default: 'none',
    secret: false,
    schema: words,
  },
  HASURA_GRAPHQL_DEFAULT_NAMING_CONVENTION: {
    meaning:
      '`hasura-default` or `graphql-default`, for sources that name none. Needs the experimental feature `naming_convention`. Read when metadata is compiled.',
    default: '`hasura-default`',
    secret: false,
    schema: v.picklist(['hasura-default', 'graphql-default'], 'expected hasura-default or graphql-default'),
  },
  HASURA_GRAPHQL_ENABLED_LOG_TYPES: {
    meaning:
      'The types of lines that are [logged](logs.md), with commas between; those of faults and of the metadata always are.',
    default: '`startup,http-log,webhook-log,websocket-log,jwk-refresh-log,api-limit-log`',
    secret: false,
    schema: logTypes,
  },
  HASURA_GRAPHQL_LOG_LEVEL: {
    meaning: 'The least grave level that is logged: `debug`, `info`, `warn` or `error`.',
    default: '`info`',
    secret: false,
    schema: v.picklist(LOG_LEVELS, `expected one of ${LOG_LEVELS.join(', ')}`),
  },
  HASURA_GRAPHQL_LOG_MASKED_VARIABLES: {
    meaning:
      'Names with commas between, in any case. The values of session variables and of variables of requests under these names, at any depth, are logged as `***`.',
    default: 'none',
    secret: false,
    schema: words,
  },
  HASURA_GRAPHQL_HTTP_LOG_QUERY_ONLY_ON_ERROR: {
    meaning: 'Whether the http-log shows the GraphQL request only when it failed.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_ENABLE_METADATA_QUERY_LOGGING: {
    meaning:
      'Whether the http-log shows the commands of `/v1/metadata`, `/v2/query` and `/v1/query`, without the secrets in them.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  NEON_ENDPOINT: {
    meaning:
      'The URL of a Neon SQL-over-HTTP endpoint to use instead of the one that belongs to the connection string’s host, such as `http://127.0.0.1:5433/sql`.',
    default: 'by the connection string',
    secret: false,
    schema: httpUrl,
  },
  HASURA_GRAPHQL_CACHE_MAX_ENTRY_TTL: {
    meaning:
      'How many seconds the answer of a query with `@cached` is kept at most, whatever its `ttl` says; `0` keeps none. See [caching](caching.md).',
    default: '`3600`',
    secret: false,
    schema: wholeNumber,
  },
  HASURA_GRAPHQL_ENABLE_PERSISTED_QUERIES: {
    meaning:
      'Whether clients may send the SHA-256 of a query instead of its text once they sent the text; see [caching](caching.md).',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_PERSISTED_QUERIES_TTL: {
    meaning: 'How many seconds the text of such a query is kept.',
    default: '`5`',
    secret: false,
    schema: positiveInteger,
  },
  HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: {
    meaning:
      'How many milliseconds pass between two looks whether anything was committed that live queries may show; writes through this service are shown at once.',
    default: '`1000`',
    secret: false,
    schema: positiveInteger,
  },
  HASURA_GRAPHQL_LIVE_QUERIES_MULTIPLEXED_BATCH_SIZE: {
    meaning: 'How many subscribers with different values one statement of a live query answers.',
    default: '`100`',
    secret: false,
    schema: positiveInteger,
  },
  HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_REFETCH_INTERVAL: {
    meaning: 'The same interval for streams.',
    default: '`1000`',
    secret: false,
    schema: positiveInteger,
  },
  HASURA_GRAPHQL_STREAMING_QUERIES_MULTIPLEXED_BATCH_SIZE: {
    meaning: 'The same number for streams.',
    default: '`100`',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_LIVE_QUERY_IDLE_INTERVAL: {
    meaning:
      'What the intervals of live queries and streams grow to, in milliseconds, when nothing was committed for a minute; one no longer than the interval keeps it as it is.',
    default: '`5000`',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_LIVE_QUERY_FULL_INTERVAL: {
    meaning:
      'After how many milliseconds live queries run although nothing was committed: they may read the time, or what is outside of the database.',
    default: '`30000`',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_LIVE_QUERY_SHARDS: {
    meaning: 'How many poller objects a source has; each polls for its share of the subscriptions.',
    default: '`1`',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_LIVE_QUERY_PUSH: {
    meaning:
      'Whether writes through this service are shown to subscribers at once; else they, too, wait for the interval.',
    default: '`true`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_WEBSOCKET_KEEPALIVE: {
    meaning:
      'After how many seconds a silent socket is sent something, so that nothing between client and service closes it; `0` sends nothing. Each time wakes the [object](subscriptions.md) that holds the socket.',
    default: '`25`',
    secret: false,
    schema: wholeNumber,
  },
  HASURA_GRAPHQL_WEBSOCKET_CONNECTION_INIT_TIMEOUT: {
    meaning: 'How many seconds a client has to say who it is on a new socket; then it is closed with 4408.',
    default: '`3`',
    secret: false,
    schema: positiveInteger,
  },
  HASURA_GRAPHQL_WS_READ_COOKIE: {
    meaning:
      'With CORS switched off, whether the cookies of a request that opens a socket count: any site can have a visitor’s browser send them.',
    default: '`false`',
    secret: false,
    schema: boolean,
  },
  HASURA_GRAPHQL_CLOSE_WEBSOCKETS_ON_METADATA_CHANGE: {
    meaning:
      'Whether a new version of the metadata closes all sockets (1012; clients come back by themselves); else their subscriptions are planned again.',
    default: '`true`',
    secret: false,
    schema: boolean,
  },
  HEDGE_MAX_OPERATIONS_PER_SOCKET: {
    meaning: 'How many operations, subscriptions among them, one socket may have open at once.',
    default: '`100`',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_CONNECTION_SHARDS: {
    meaning:
      'Over how many objects the sockets of one Cloudflare location are spread; see [subscriptions](subscriptions.md).',
    default: '`8`',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_MAX_BODY_BYTES: {
    meaning: 'The largest request body that is read, in bytes; a larger one is answered 413.',
    default: '`10485760` (10 MiB)',
    secret: false,
    schema: positiveInteger,
  },
  HEDGE_BODY_TIMEOUT: {
    meaning: 'How many seconds a request body may take to arrive; a slower one is answered 408.',
    default: '`30`',
    secret: false,
    schema: positiveInteger,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;

/** The value of each setting that is set. */
export type SettingValues = {
  readonly [Name in SettingName]?: v.InferOutput<(typeof SETTINGS)[Name]['schema']> | undefined;
};
