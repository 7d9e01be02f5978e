// A request -> its Session: admin secret, then webhook or token, then unauthorized role, in Hasura's order.

import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { adminSecretCheck } from './admin-secret.ts';
import { hookSessions } from './hook.ts';
import type { Surroundings, WaitUntil } from './jwk-set.ts';
import { headerSession, trustedSession } from './session.ts';
import { missingToken } from './token-place.ts';
import { tokenSessions } from './token.ts';
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
 * `jwt-missing-role-claims`; `invalid-params` for a webhook's answer without a role; `unexpected` when webhook or identity
 * provider cannot be asked.
 */
export type Authenticate = (arriving: Arriving) => Session | Promise<Session>;

/** The settings this stage reads. */
export type AuthConfig = Pick<Config, 'adminSecrets' | 'jwts' | 'authHook' | 'unauthorizedRole'>;

/** Authentication as configured, with its keys and memory; make one per isolate. */
export function authenticator(config: AuthConfig, surroundings: Surroundings): Authenticate {
  const { adminSecrets } = config;
  if (adminSecrets.length === 0) return ({ headers }) => trustedSession(headers);
  const isAdminSecret = adminSecretCheck(adminSecrets);
  const withoutSecret = config.authHook
    ? hookSessions(config.authHook, surroundings)
    : byToken(config, surroundings);

  async function withSecret(headers: Headers, given: string): Promise<Session> {
    if (await isAdminSecret(given)) return trustedSession(headers);
    throw new HedgeError('access-denied', 'invalid "x-hasura-admin-secret"/"x-hasura-access-key"');
  }

  return (arriving) => {
    const { headers } = arriving;
    const secret = headers.get('x-hasura-admin-secret') ?? headers.get('x-hasura-access-key');
    return secret === null ? withoutSecret(arriving) : withSecret(headers, secret);
  };
}

/** Sessions by token, or without one. */
function byToken({ jwts, unauthorizedRole }: AuthConfig, surroundings: Surroundings): Authenticate {
  const tokenSession = tokenSessions(jwts, surroundings);
  return ({ headers, waitUntil }) => {
    const session = tokenSession(headers, waitUntil);
    if (session !== null) return session;
    if (unauthorizedRole !== null) return headerSession(unauthorizedRole, headers, false);
    if (jwts.length > 0) throw missingToken(jwts.map(({ header }) => header));
    throw new HedgeError(
      'access-denied',
      'x-hasura-admin-secret/x-hasura-access-key required, but not found',
    );
  };
}
