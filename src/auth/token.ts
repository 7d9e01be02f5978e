// A request -> the session its token gives, verified by the one configuration that the token is for.

import { decodeJwt } from 'jose';

import type { JwtConfig } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { Surroundings, WaitUntil } from './jwk-set.ts';
import type { VerifiedToken, VerifyToken } from './jwt.ts';
import { notVerified, tokenVerifier } from './jwt.ts';
import { sessionOf } from './session.ts';
import { tokensAt } from './token-place.ts';
import type { Session } from './types.ts';

/** The session of a request's token; null when it brings none. */
export type TokenSession = (headers: Headers, waitUntil: WaitUntil) => Session | Promise<Session> | null;

interface Issuer {
  readonly config: JwtConfig;
  readonly verify: VerifyToken;
}

interface Bearer extends Issuer {
  readonly token: string;
}

/** Makes sessions of tokens, with the keys and the memory of each configuration. */
export function tokenSessions(configs: readonly JwtConfig[], surroundings: Surroundings): TokenSession {
  const issuers = configs.map((config) => ({ config, verify: tokenVerifier(config, surroundings) }));
  return (headers, waitUntil) => {
    const bearer = bearerOf(issuers, headers);
    if (!bearer) return null;
    const verified = bearer.verify(bearer.token, waitUntil);
    return verified instanceof Promise
      ? verified.then((it) => sessionUnderRole(it, headers))
      : sessionUnderRole(verified, headers);
  };
}

/**
 * The token and who verifies it: of all tokens in the places of the configurations, the one with an issuer that a
 * configuration has, or that either side leaves open.
 * @throws HedgeError `invalid-jwt` when the issuer of none fits, `invalid-headers` when several do.
 */
function bearerOf(issuers: readonly Issuer[], headers: Headers): Bearer | undefined {
  const found = issuers.flatMap((issuer) =>
    tokensAt(issuer.config.header, headers).map((token): Bearer => ({ ...issuer, token })),
  );
  // Whether the issuer is right is seen when the token is verified.
  const fitting = found.length < 2 ? found : found.filter(mayBeIssuer);
  if (fitting.length > 1)
    throw new HedgeError('invalid-headers', 'Could not verify JWT: Multiple JWTs found');
  if (fitting.length === 0 && found.length > 0) throw notVerified('JWTNotInIssuer');
  return fitting[0];
}

/** By what the token says of itself, which only chooses the key that has to prove it. */
function mayBeIssuer({ config, token }: Bearer): boolean {
  if (config.issuer === null) return true;
  let issuer: unknown;
  try {
    issuer = decodeJwt(token).iss;
  } catch {
    return true; // no token at all: verifying it says why
  }
  return issuer === undefined || issuer === config.issuer;
}

/** The token's session under the role the request asks for. Other `x-hasura-*` headers count for nothing here. */
function sessionUnderRole({ claims, expiresAt }: VerifiedToken, headers: Headers): Session {
  const role = headers.get('x-hasura-role') || claims.defaultRole;
  if (!claims.allowedRoles.includes(role))
    throw new HedgeError('access-denied', 'Your requested role is not in allowed roles', { status: 400 });
  return sessionOf(role, claims.variables, false, expiresAt);
}
