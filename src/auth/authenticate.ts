// The headers of a request -> its Session: admin secret, then token, then unauthorized role, in Hasura's order.

import type { Config, JwtHeader } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { unreachable } from '../util/assert.ts';
import { adminSecretCheck } from './admin-secret.ts';
import type { HasuraClaims } from './claims.ts';
import type { Surroundings, WaitUntil } from './jwk-set.ts';
import { tokenVerifier } from './jwt.ts';
import { headerSession, sessionOf, trustedSession } from './session.ts';
import type { Session } from './types.ts';

/** What is known of a request before its sender is. */
export interface Arriving {
  readonly headers: Headers;
  readonly waitUntil: WaitUntil;
  /**
   * Gives the JSON of the GraphQL request or batch, null for a body that is neither; absent where none is expected. Only a
   * webhook is told of it.
   */
  readonly graphql?: (() => unknown) | undefined;
  /** Headers of the answer, to which a webhook's cookies are added. */
  readonly reply: [name: string, value: string][];
}

/**
 * Tells who sent a request.
 * @throws HedgeError `access-denied`, `invalid-headers`, `invalid-jwt`, `jwt-invalid-claims`,
 * `jwt-missing-role-claims`; `unexpected` when an identity provider cannot be asked.
 */
export type Authenticate = (arriving: Arriving) => Session | Promise<Session>;

/** The settings this stage reads. */
export type AuthConfig = Pick<Config, 'adminSecret' | 'jwt' | 'unauthorizedRole'>;

/** Authentication as configured, with its keys and memory; make one per isolate. */
export function authenticator(config: AuthConfig, surroundings: Surroundings): Authenticate {
  const { adminSecret, unauthorizedRole, jwt } = config;
  if (adminSecret === null) return ({ headers }) => trustedSession(headers);
  const isAdminSecret = adminSecretCheck(adminSecret);
  const verify = jwt && tokenVerifier(jwt, surroundings);

  async function withSecret(headers: Headers, given: string): Promise<Session> {
    if (await isAdminSecret(given)) return trustedSession(headers);
    throw new HedgeError('access-denied', 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"');
  }

  function withoutCredentials(headers: Headers): Session {
    if (unauthorizedRole !== null) return headerSession(unauthorizedRole, headers, false);
    if (jwt) throw new HedgeError('invalid-headers', missingToken(jwt.header));
    throw new HedgeError(
      'access-denied',
      'x-hasura-admin-secret/x-hasura-access-key required, but not found',
    );
  }

  return ({ headers, waitUntil }) => {
    const secret = headers.get('x-hasura-admin-secret') ?? headers.get('x-hasura-access-key');
    if (secret !== null) return withSecret(headers, secret);
    const token = jwt && tokenOf(headers, jwt.header);
    if (!verify || token === null) return withoutCredentials(headers);
    const claims = verify(token, waitUntil);
    return claims instanceof Promise
      ? claims.then((verified) => tokenSession(verified, headers))
      : tokenSession(claims, headers);
  };
}

/** The token's session under the role the request asks for. Other `x-hasura-*` headers count for nothing here. */
function tokenSession(claims: HasuraClaims, headers: Headers): Session {
  const role = headers.get('x-hasura-role') || claims.defaultRole;
  if (!claims.allowedRoles.includes(role))
    throw new HedgeError('access-denied', 'Your requested role is not in allowed roles', { status: 400 });
  return sessionOf(role, claims.variables, false);
}

/** The token where the configuration says it is; null when the request brings none. */
function tokenOf(headers: Headers, location: JwtHeader): string | null {
  switch (location.kind) {
    case 'authorization': {
      const value = headers.get('authorization');
      if (value === null) return null;
      const token = /^\s*Bearer\s+(\S+)\s*$/.exec(value)?.[1];
      if (token === undefined) throw new HedgeError('invalid-headers', 'Malformed Authorization header');
      return token;
    }
    case 'cookie':
      return cookieOf(headers.get('cookie') ?? '', location.name);
    case 'custom_header':
      return headers.get(location.name);
    default:
      return unreachable(location);
  }
}

function cookieOf(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const equals = part.indexOf('=');
    if (equals < 0 || part.slice(0, equals).trim() !== name) continue;
    const value = part.slice(equals + 1).trim();
    return value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  }
  return null;
}

function missingToken(location: JwtHeader): string {
  return location.kind === 'custom_header'
    ? `Missing '${location.name}' header in JWT authentication mode`
    : "Missing 'Authorization' or 'Cookie' header in JWT authentication mode";
}
