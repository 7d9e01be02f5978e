// A token -> its Hasura claims, once signature and time, audience and issuer hold. Verified tokens are remembered.

import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { errors, jwtVerify } from 'jose';

import type { JwtConfig } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { HasuraClaims } from './claims.ts';
import { readClaims } from './claims.ts';
import type { JwkSet, KeyFinder, Surroundings, WaitUntil } from './jwk-set.ts';
import { jwkSet } from './jwk-set.ts';
import { allowedAlgorithms, configuredKey } from './jwt-key.ts';

/** Tokens remembered per isolate, and the longest that is; a request's headers together may have 16 kB and more. */
const MAX_REMEMBERED = 1000;
const MAX_REMEMBERED_LENGTH = 4096;

/** All a JWK set may hold: no shared secrets, and `none` least of all. */
const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** What a remembered token was verified with: another set of keys must judge it anew. */
type Keys = KeyFinder | 'configured';

/** What a token says. */
export interface VerifiedToken {
  readonly claims: HasuraClaims;
  /** In milliseconds since 1970, leeway included; null for a token without `exp`. */
  readonly expiresAt: number | null;
}

interface Remembered extends VerifiedToken {
  readonly keys: Keys;
}

/**
 * Verifies tokens as `config` says.
 * @throws HedgeError `invalid-jwt` with Hasura's "Could not verify JWT: …", or an error about its claims.
 */
export type VerifyToken = (token: string, waitUntil: WaitUntil) => VerifiedToken | Promise<VerifiedToken>;

/** A verifier with its keys and its memory of verified tokens. */
export function tokenVerifier(config: JwtConfig, surroundings: Surroundings): VerifyToken {
  const { now } = surroundings;
  const remembered = new Map<string, Remembered>();
  const set = config.keys.kind === 'jwk_url' ? jwkSet(config.keys.url, surroundings) : undefined;
  const key = config.keys.kind === 'key' ? configuredKey(config.keys.type, config.keys.key) : undefined;
  const options: JWTVerifyOptions = {
    algorithms: [...(config.keys.kind === 'key' ? allowedAlgorithms(config.keys.type) : ASYMMETRIC)],
    clockTolerance: config.allowedSkew,
    ...(config.audience && { audience: [...config.audience] }),
    ...(config.issuer !== null && { issuer: config.issuer }),
  };

  async function payloadOf(token: string, keys: Keys, waitUntil: WaitUntil): Promise<JWTPayload> {
    const timed = { ...options, currentDate: new Date(now()) };
    if (key) return (await jwtVerify(token, (header) => key(header.alg), timed)).payload;
    if (keys === 'configured' || !set) throw new Error('Invariant broken: keys are configured or in a set');
    return verifyWithSet(token, { set, keys, options: timed, waitUntil });
  }

  async function verify(token: string, keys: Keys, waitUntil: WaitUntil): Promise<VerifiedToken> {
    let payload: JWTPayload;
    try {
      payload = await payloadOf(token, keys, waitUntil);
    } catch (error) {
      throw verificationError(error, token);
    }
    const { iat, exp } = payload;
    if (iat !== undefined && iat > now() / 1000 + config.allowedSkew) throw notVerified('JWTIssuedAtFuture');
    const claims = readClaims(payload, config.claims);
    const expiresAt = exp === undefined ? null : (exp + config.allowedSkew) * 1000;
    const verified: Remembered = { claims, keys, expiresAt };
    if (token.length <= MAX_REMEMBERED_LENGTH) {
      remembered.set(token, verified);
      if (remembered.size > MAX_REMEMBERED) remembered.delete(remembered.keys().next().value as string);
    }
    return verified;
  }

  /** By the token itself: hashing it would cost as much as verifying some, and its holder sent it in clear. */
  function recall(token: string, keys: Keys): VerifiedToken | undefined {
    const known = remembered.get(token);
    if (!known) return undefined;
    if (known.keys !== keys || (known.expiresAt !== null && known.expiresAt <= now())) {
      remembered.delete(token);
      return undefined;
    }
    return known;
  }

  return (token, waitUntil) => {
    const keys = set ? set.current(waitUntil) : 'configured';
    if (keys instanceof Promise)
      return keys.then((current) => recall(token, current) ?? verify(token, current, waitUntil));
    return recall(token, keys) ?? verify(token, keys, waitUntil);
  };
}

interface SetVerification {
  readonly set: JwkSet;
  readonly keys: KeyFinder;
  readonly options: JWTVerifyOptions;
  readonly waitUntil: WaitUntil;
}

async function verifyWithSet(token: string, verification: SetVerification): Promise<JWTPayload> {
  const { set, keys, options, waitUntil } = verification;
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyWithAny(token, error, options);
    if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    const fresh = await set.afterUnknownKey(waitUntil);
    if (fresh === keys) throw error;
    return (await jwtVerify(token, fresh, options)).payload;
  }
}

/** A token without `kid` may be signed by any key of its type. */
async function verifyWithAny(
  token: string,
  matching: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of matching) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** What jose found wrong, under the name Hasura gives it. Wrong keys and wrong algorithms all look the same. */
function verificationError(error: unknown, token: string): unknown {
  if (error instanceof errors.JWTExpired) return notVerified('JWTExpired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf' && error.reason === 'check_failed') return notVerified('JWTNotYetValid');
    if (error.claim === 'aud') return notVerified('JWTNotInAudience');
    if (error.claim === 'iss') return notVerified('JWTNotInIssuer');
    return notVerified(`JWTClaimsSetDecodeError "${error.message.replaceAll('"', "'")}"`);
  }
  if (error instanceof errors.JWTInvalid) return notVerified('JWTClaimsSetDecodeError "not a JSON object"');
  if (error instanceof errors.JWSInvalid) {
    const parts = token.split('.').length;
    return notVerified(
      parts === 3
        ? 'JWSError (JSONDecodeError "not a valid JWS header")'
        : `JWSError (CompactDecodeError Invalid number of parts: Expected 3 parts; got ${parts})`,
    );
  }
  // jose's other errors, and TypeErrors for keys of a set that fit no algorithm.
  if (error instanceof errors.JOSEError || error instanceof TypeError)
    return notVerified('JWSError JWSInvalidSignature');
  return error;
}

/** A token that does not pass, in Hasura's words. */
export function notVerified(why: string): HedgeError {
  return new HedgeError('invalid-jwt', `Could not verify JWT: ${why}`);
}
