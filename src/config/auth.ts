// The settings of authentication -> who is let in how, and which of them are missing or exclude each other.

import type { SettingName, SettingValues } from './settings.ts';
import type { AuthHookConfig, Config } from './types.ts';

const DEFAULT_HOOK_TIMEOUT_S = 10;

/** The part of the configuration that says who is let in. */
type Authentication = Pick<Config, 'adminSecrets' | 'jwts' | 'authHook' | 'unauthorizedRole' | 'preserve401'>;

/** The lists stand over the single values, as in Hasura. */
export function authConfigOf(settings: SettingValues): Authentication {
  const secret = settings.HASURA_GRAPHQL_ADMIN_SECRET ?? settings.HASURA_GRAPHQL_ACCESS_KEY;
  const jwt = settings.HASURA_GRAPHQL_JWT_SECRET;
  return {
    adminSecrets: settings.HASURA_GRAPHQL_ADMIN_SECRETS ?? (secret === undefined ? [] : [secret]),
    jwts: settings.HASURA_GRAPHQL_JWT_SECRETS ?? (jwt === undefined ? [] : [jwt]),
    authHook: authHookOf(settings),
    unauthorizedRole: settings.HASURA_GRAPHQL_UNAUTHORIZED_ROLE ?? null,
    preserve401: settings.HASURA_GRAPHQL_PRESERVE_401_ERRORS ?? false,
  };
}

function authHookOf(settings: SettingValues): AuthHookConfig | null {
  const url = settings.HASURA_GRAPHQL_AUTH_HOOK;
  if (url === undefined) return null;
  return {
    url,
    method: settings.HASURA_GRAPHQL_AUTH_HOOK_MODE ?? settings.HASURA_GRAPHQL_AUTH_HOOK_TYPE ?? 'GET',
    sendsRequestBody: settings.HASURA_GRAPHQL_AUTH_HOOK_SEND_REQUEST_BODY ?? true,
    timeoutMs: (settings.HEDGE_AUTH_HOOK_TIMEOUT ?? DEFAULT_HOOK_TIMEOUT_S) * 1000,
  };
}

const ADMIN_SECRETS = [
  'HASURA_GRAPHQL_ADMIN_SECRET',
  'HASURA_GRAPHQL_ADMIN_SECRETS',
  'HASURA_GRAPHQL_ACCESS_KEY',
] as const satisfies readonly SettingName[];
const JWT_SECRETS = [
  'HASURA_GRAPHQL_JWT_SECRET',
  'HASURA_GRAPHQL_JWT_SECRETS',
] as const satisfies readonly SettingName[];
const HOOK = 'HASURA_GRAPHQL_AUTH_HOOK' as const satisfies SettingName;
const UNAUTHORIZED_ROLE = 'HASURA_GRAPHQL_UNAUTHORIZED_ROLE' as const satisfies SettingName;

/**
 * What is wrong with the settings together, as name and sentence. `isSet` knows those too whose value cannot be used, so
 * that one mistake is not told as two. `mayBeOpen`: a service without an admin secret is what is wanted.
 */
export function* authProblems(
  isSet: (name: SettingName) => boolean,
  mayBeOpen: boolean,
): Generator<readonly [SettingName, string]> {
  const guarded = ([...JWT_SECRETS, HOOK, UNAUTHORIZED_ROLE] as const).filter((name) => isSet(name));
  if (!ADMIN_SECRETS.some(isSet)) {
    for (const name of guarded)
      yield [
        name,
        'requires HASURA_GRAPHQL_ADMIN_SECRET to be set; without it every request would be an administrator’s',
      ];
    if (guarded.length === 0 && !mayBeOpen)
      yield [
        'HASURA_GRAPHQL_ADMIN_SECRET',
        'is not set, so that every request would be an administrator’s; store one with "wrangler secret put HASURA_GRAPHQL_ADMIN_SECRET", or set HEDGE_ALLOW_OPEN=true if that is what you want',
      ];
  }
  if (!isSet(HOOK)) return;
  const jwt = JWT_SECRETS.find(isSet);
  if (jwt !== undefined)
    yield [
      HOOK,
      `both webhook and JWT mode cannot be enabled at the same time; remove this setting or ${jwt}`,
    ];
  if (isSet(UNAUTHORIZED_ROLE))
    yield [
      UNAUTHORIZED_ROLE,
      `cannot be set beside ${HOOK}: the webhook decides about every request; let it answer with this role`,
    ];
}
