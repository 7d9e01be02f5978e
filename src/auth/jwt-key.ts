// A configured key, shared secret or PEM text -> the key that verifies a token's algorithm.

import type { CryptoKey } from 'jose';
import { importSPKI, importX509 } from 'jose';

import type { JwtType } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';

/**
 * Algorithms a token may name, by configured type. The family is fixed by the type, so a public key can never pass as a
 * shared secret; within RSA the hash is free, because providers and Hasura's own documented examples disagree about it.
 */
export function allowedAlgorithms(type: JwtType): readonly string[] {
  if (type.startsWith('RS')) return ['RS256', 'RS384', 'RS512'];
  return type === 'Ed25519' ? ['EdDSA', 'Ed25519'] : [type];
}

/** A function from a token's algorithm, one of those allowed, to the key; each is imported once. */
export function configuredKey(
  type: JwtType,
  key: string,
): (algorithm: string) => Promise<CryptoKey | Uint8Array> {
  if (type.startsWith('HS')) {
    const secret = new TextEncoder().encode(key);
    return async () => secret;
  }
  const imported = new Map<string, Promise<CryptoKey>>();
  return (algorithm) => {
    let promise = imported.get(algorithm);
    if (!promise) {
      promise = importPem(key.trim(), algorithm)
        .then(refuseShortKey)
        .catch((cause: unknown) => {
          // No internal: the reason may quote the key.
          throw new HedgeError(
            'invalid-jwt-key',
            `HASURA_GRAPHQL_JWT_SECRET: the key is not a usable public key or certificate for type ${type} (RSA keys need 2048 bits)`,
            { cause, status: 500 },
          );
        });
      imported.set(algorithm, promise);
    }
    return promise;
  };
}

function importPem(pem: string, algorithm: string): Promise<CryptoKey> {
  if (pem.includes('-----BEGIN CERTIFICATE-----')) return importX509(pem, algorithm);
  if (pem.includes('-----BEGIN RSA PUBLIC KEY-----')) return importSPKI(spkiOfPkcs1(pem), algorithm);
  return importSPKI(pem, algorithm);
}

/** RFC 7518 3.3. jose refuses such keys too, but in the same way as a wrong signature. */
function refuseShortKey(key: CryptoKey): CryptoKey {
  const { modulusLength } = key.algorithm as { modulusLength?: number };
  if (modulusLength !== undefined && modulusLength < 2048) throw new Error('the RSA key is too short');
  return key;
}

/** PKCS #1 (`RSA PUBLIC KEY`) inside the SubjectPublicKeyInfo that WebCrypto imports (RFC 8017 A.1.1, RFC 5280 4.1). */
function spkiOfPkcs1(pem: string): string {
  const key = Uint8Array.from(atob(pem.replaceAll(/-----[A-Z ]+-----|\s/g, '')), (c) => c.charCodeAt(0));
  // AlgorithmIdentifier: rsaEncryption, NULL.
  const algorithm = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
  ];
  const spki = der(0x30, [...algorithm, ...der(0x03, [0x00, ...key])]);
  const base64 = btoa(String.fromCharCode(...spki));
  return `-----BEGIN PUBLIC KEY-----\n${base64}\n-----END PUBLIC KEY-----`;
}

/** A DER element: tag, length, contents. */
function der(tag: number, contents: readonly number[]): number[] {
  const length = contents.length;
  if (length < 0x80) return [tag, length, ...contents];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>= 8) bytes.unshift(rest & 0xff);
  return [tag, 0x80 | bytes.length, ...bytes, ...contents];
}
