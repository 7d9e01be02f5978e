// What a deployment was told by its vars and secrets, once they are checked.

import type { CompileOptions } from '../compile/options.ts';
import type { PollSettings } from '../live/poller/settings.ts';
import type { VariableRules } from '../parse/operation.ts';
import type { LogConfig } from '../telemetry/log.ts';
import type { JsonPath } from './json-path.ts';

export interface Config {
  /** Any one of these proves an administrator. Empty: every request is an administrator's unless it names a role. */
  readonly adminSecrets: readonly string[];
  /** How tokens are verified; several where tokens of several issuers or in several places are taken. */
  readonly jwts: readonly JwtConfig[];
  /** The webhook that is asked who sends a request; never beside `jwts` or `unauthorizedRole`. */
  readonly authHook: AuthHookConfig | null;
  /** Role of requests that bring no credentials; null refuses them. */
  readonly unauthorizedRole: string | null;
  /** Whether a GraphQL request that is refused with 401 elsewhere has that status too, instead of 200. */
  readonly preserve401: boolean;
  readonly stringifyNumericTypes: boolean;
  readonly booleanNullCollapse: boolean;
  readonly variableRules: VariableRules;
  /** Internal details of errors are shown to every role. */
  readonly devMode: boolean;
  /** Internal details of errors are shown to the role `admin`. */
  readonly adminInternalErrors: boolean;
  readonly enableConsole: boolean;
  /** Groups of endpoints that are served; the others are not there. */
  readonly enabledApis: ReadonlySet<Api>;
  /** Whether the Relay API answers. */
  readonly enableRelay: boolean;
  /** Roles other than `admin` may send only what the allow list holds. */
  readonly enableAllowlist: boolean;
  /** Operations of one address, where the metadata has no limit; null: any number. */
  readonly rateLimitPerMinute: number | null;
  /** Whether `unauthorizedRole` is told of its schema. */
  readonly unauthorizedIntrospection: boolean;
  readonly cors: CorsConfig;
  /** Where the metadata comes from. */
  readonly metadataMode: 'bundled' | 'live';
  /** Connection string of the source `default`; null when the environment names none. */
  readonly databaseUrl: string | null;
  /** Connection string of the database that keeps the metadata in live mode. */
  readonly metadataDatabaseUrl: string | null;
  /** In milliseconds; 0 never asks. */
  readonly schemaSyncPollInterval: number;
  readonly maintenanceMode: boolean;
  /** Those Hasura knows, sorted by name. */
  readonly experimentalFeatures: readonly string[];
  readonly compileOptions: CompileOptions;
  /** URL of Neon's SQL-over-HTTP endpoint; null: the one that belongs to the connection string's host. */
  readonly neonEndpoint: string | null;
  /** Bytes of a request body. */
  readonly maxBodyBytes: number;
  readonly live: LiveConfig;
  readonly sockets: SocketConfig;
  /** For a request body to arrive. */
  readonly bodyTimeoutMs: number;
  /** Seconds that the answer of a `@cached` query is kept at most; 0 keeps none. */
  readonly cacheMaxEntryTtl: number;
  /** How long the texts of automatic persisted queries are kept, in seconds; null: they are not known here. */
  readonly persistedQueriesTtl: number | null;
  readonly logging: LoggingConfig;
}

export interface LoggingConfig extends LogConfig {
  /** Names of session variables, of a request's variables and of members in these whose values are not logged; lower case. */
  readonly maskedVariables: ReadonlySet<string>;
  /** Whether the http-log shows commands of the metadata API. */
  readonly metadataQueries: boolean;
  /** Whether the http-log shows a GraphQL request only when it failed. */
  readonly queryOnlyOnError: boolean;
}

/** The webhook of HASURA_GRAPHQL_AUTH_HOOK. */
export interface AuthHookConfig {
  readonly url: string;
  /** GET tells it the request's headers, POST these and the GraphQL request in a body of JSON. */
  readonly method: 'GET' | 'POST';
  /** Whether a POST tells it the GraphQL request. */
  readonly sendsRequestBody: boolean;
  readonly timeoutMs: number;
}

/** Live queries and streams. */
export interface LiveConfig extends PollSettings {
  /** Poller objects of a source. */
  readonly shards: number;
  /** Writes through this service are shown to subscribers at once. */
  readonly push: boolean;
}

/** WebSockets of clients. */
export interface SocketConfig {
  /** 0: silent sockets are left alone. */
  readonly keepAliveMs: number;
  readonly initTimeoutMs: number;
  /** Whether cookies count although CORS is switched off. */
  readonly readCookie: boolean;
  readonly closeOnMetadataChange: boolean;
  /** Of one socket, at once. */
  readonly maxOperations: number;
  /** Objects of one location. */
  readonly shards: number;
}

/** Names in HASURA_GRAPHQL_ENABLED_APIS. */
export const APIS = ['metadata', 'graphql', 'pgdump', 'config', 'metrics', 'developer'] as const;
export type Api = (typeof APIS)[number];

export type CorsConfig =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'any' }
  /** `origins` as `https://app.example.com`; `parents` as `https://example.com`, standing for one label more in front. */
  | {
      readonly kind: 'domains';
      readonly origins: ReadonlySet<string>;
      readonly parents: ReadonlySet<string>;
    };

/** Names in HASURA_GRAPHQL_JWT_SECRET's `type`. */
export type JwtType =
  | 'HS256'
  | 'HS384'
  | 'HS512'
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'Ed25519';

export interface JwtConfig {
  readonly keys: JwtKeys;
  readonly claims: JwtClaimsLocation;
  /** Any one of these must be in the token's `aud`; null: not checked. */
  readonly audience: readonly string[] | null;
  readonly issuer: string | null;
  /** Seconds of leeway for `exp`, `nbf` and `iat`. */
  readonly allowedSkew: number;
  readonly header: JwtHeader;
}

export type JwtKeys =
  /** `key` is the shared secret, or a PEM text: public key or X.509 certificate. */
  | { readonly kind: 'key'; readonly type: JwtType; readonly key: string }
  | { readonly kind: 'jwk_url'; readonly url: string };

/** Where a token carries itself: `Authorization: Bearer`, a cookie, or a header of its own. */
export type JwtHeader =
  | { readonly kind: 'authorization' }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'custom_header'; readonly name: string };

export type ClaimsFormat = 'json' | 'stringified_json';

/** Where the `x-hasura-*` claims stand in a token. */
export type JwtClaimsLocation =
  | { readonly kind: 'namespace'; readonly name: string; readonly format: ClaimsFormat }
  | { readonly kind: 'namespace_path'; readonly path: JsonPath; readonly format: ClaimsFormat }
  | { readonly kind: 'map'; readonly map: ReadonlyMap<string, ClaimSource> };

/** An entry of `claims_map`. */
export type ClaimSource =
  | { readonly kind: 'literal'; readonly value: unknown }
  /** `fallback` is undefined when the entry has no `default`. */
  | { readonly kind: 'path'; readonly path: JsonPath; readonly fallback: unknown };
