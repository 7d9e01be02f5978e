// Keys and tokens for tests of authentication, made with Node's crypto and jose and never kept.

import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync } from 'node:crypto';

import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { SignJWT } from 'jose';

import type { AuthConfig } from '../../src/auth/authenticate.ts';
import { authenticator } from '../../src/auth/authenticate.ts';
import type { Session } from '../../src/auth/types.ts';
import { readConfig } from '../../src/config/config.ts';
import type { LogEntry } from '../../src/telemetry/log.ts';

export const ADMIN_SECRET = 'test-admin-secret';
export const HS_KEY = 'super-secret-jwt-signing-key-min-32-chars';

/** The moment tests take place. */
export const NOW_MS = Date.UTC(2026, 0, 2);
export const NOW = NOW_MS / 1000;

export const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const OTHER_RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const ED25519 = generateKeyPairSync('ed25519');
export const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
export const P521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });

export const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

export const USER_CLAIMS = {
  'x-hasura-default-role': 'user',
  'x-hasura-allowed-roles': ['user', 'editor'],
  'x-hasura-user-id': '1',
};

/** A payload with these Hasura claims in the default namespace, issued now and good for an hour. */
export function payloadOf(claims: unknown = USER_CLAIMS, more: JWTPayload = {}): JWTPayload {
  return { iat: NOW, exp: NOW + 3600, 'https://hasura.io/jwt/claims': claims, ...more };
}

export function sign(
  header: JWTHeaderParameters,
  payload: JWTPayload,
  key: Parameters<SignJWT['sign']>[0] = new TextEncoder().encode(HS_KEY),
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader(header).sign(key);
}

export const signHs = (payload: JWTPayload): Promise<string> => sign({ alg: 'HS256' }, payload);

/** Settings of a deployment with an admin secret and this JWT secret. */
export function jwtConfig(secret: unknown, more: Record<string, unknown> = {}): AuthConfig {
  return readConfig({
    HASURA_GRAPHQL_ADMIN_SECRET: ADMIN_SECRET,
    HASURA_GRAPHQL_JWT_SECRET: JSON.stringify(secret),
    ...more,
  });
}

export const HS_CONFIG = jwtConfig({ type: 'HS256', key: HS_KEY });

export type Ask = (headers: Record<string, string>) => Promise<Session>;

/** Authentication with a clock of its own; what it logs is collected. */
export function authentication(
  config: AuthConfig,
  now: () => number = () => NOW_MS,
): { readonly ask: Ask; readonly logged: LogEntry[] } {
  const logged: LogEntry[] = [];
  const authenticate = authenticator(config, { now, log: (entry) => void logged.push(entry) });
  return {
    ask: async (headers) =>
      authenticate({ headers: new Headers(headers), waitUntil: () => undefined, reply: [] }),
    logged,
  };
}

/** Authenticates one request with a bearer token. */
export async function askWith(config: AuthConfig, token: string): Promise<Session> {
  return authentication(config).ask({ authorization: `Bearer ${token}` });
}

/** The session as plain data. */
export function plain(session: Session): unknown {
  return { ...session, variables: Object.fromEntries(session.variables) };
}
