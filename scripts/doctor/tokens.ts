// The settings of authentication -> weaknesses of how tokens and webhooks are trusted.

import type { Finding } from './finding.ts';
import type { Settings } from './settings-read.ts';

/** Bits of an HMAC key below which the algorithm is weaker than its name (RFC 7518, section 3.2), in bytes. */
const MIN_HMAC_BYTES = { HS256: 32, HS384: 48, HS512: 64 } as const;
/** Seconds of leeway that clocks can explain. */
const MAX_SKEW = 300;

/** Weaknesses of JWT secrets and of the authentication webhook. */
export function checkTokens(settings: Settings): readonly Finding[] {
  return [
    ...jwtSecrets(settings.get('HASURA_GRAPHQL_JWT_SECRET')?.value, 'HASURA_GRAPHQL_JWT_SECRET'),
    ...jwtSecrets(settings.get('HASURA_GRAPHQL_JWT_SECRETS')?.value, 'HASURA_GRAPHQL_JWT_SECRETS'),
    ...webhook(settings.get('HASURA_GRAPHQL_AUTH_HOOK')?.value),
  ];
}

function* jwtSecrets(text: string | undefined, place: string): Generator<Finding> {
  if (text === undefined) return;
  for (const secret of secretsOf(text)) yield* jwtSecret(secret, place);
}

/** What is no JSON is an error of its own, which `hedge build` reports. */
function secretsOf(text: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).filter(
      (item): item is Readonly<Record<string, unknown>> => typeof item === 'object' && item !== null,
    );
  } catch {
    return [];
  }
}

function* jwtSecret(secret: Readonly<Record<string, unknown>>, place: string): Generator<Finding> {
  const { type, key, jwk_url: url, audience, issuer, allowed_skew: skew } = secret;
  if (typeof type === 'string' && type.startsWith('HS') && typeof key === 'string') {
    yield {
      rule: 'jwt-symmetric',
      severity: 'advice',
      place,
      weakness: `tokens are signed with ${type}: whoever can verify them can make them`,
      remedy: 'use RS256, ES256 or a jwk_url where your identity provider offers one',
    };
    const needed = MIN_HMAC_BYTES[type as keyof typeof MIN_HMAC_BYTES];
    if (needed !== undefined && Buffer.byteLength(key) < needed) {
      yield {
        rule: 'jwt-short-key',
        severity: 'danger',
        place,
        weakness: `the key for ${type} is shorter than ${needed} bytes and can be guessed from a token`,
        remedy: `make one with: openssl rand -hex ${needed}`,
      };
    }
  }
  if (typeof url === 'string' && !url.startsWith('https://')) {
    yield {
      rule: 'jwk-without-tls',
      severity: 'danger',
      place,
      weakness: 'the keys that tokens are verified with are fetched without encryption',
      remedy: 'use the https:// address of the key set',
    };
  }
  if (audience === undefined) {
    yield {
      rule: 'jwt-audience',
      severity: 'warning',
      place,
      weakness: 'tokens that your identity provider made for other applications are taken, too',
      remedy: 'set "audience" to the identifier of this API',
    };
  }
  if (issuer === undefined) {
    yield {
      rule: 'jwt-issuer',
      severity: 'warning',
      place,
      weakness: 'it is not checked who issued a token',
      remedy: 'set "issuer" to what your identity provider writes into "iss"',
    };
  }
  if (typeof skew === 'number' && skew > MAX_SKEW) {
    yield {
      rule: 'jwt-skew',
      severity: 'warning',
      place,
      weakness: `tokens are taken ${skew} seconds after they expired`,
      remedy: `set "allowed_skew" to at most ${MAX_SKEW}`,
    };
  }
}

function* webhook(url: string | undefined): Generator<Finding> {
  if (url === undefined || url.startsWith('https://')) return;
  yield {
    rule: 'auth-hook-without-tls',
    severity: 'danger',
    place: 'HASURA_GRAPHQL_AUTH_HOOK',
    weakness: 'the webhook that says who a caller is, is asked without encryption',
    remedy: 'use its https:// address',
  };
}
