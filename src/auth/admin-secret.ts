// The admin secret a request sends -> whether it is a configured one, in a time that tells nothing about it.

import { sha256 } from '../util/sha256.ts';

/**
 * A check for the secrets. All are compared as SHA-256 digests, byte by byte to the end and with each one, so that
 * neither the length, nor the first differing character, nor which of them it is shows in the time it takes.
 */
export function adminSecretCheck(secrets: readonly string[]): (given: string) => Promise<boolean> {
  let expected: Promise<readonly Uint8Array[]> | undefined;
  return async (given) => {
    expected ??= Promise.all(secrets.map(sha256));
    const [known, digest] = await Promise.all([expected, sha256(given)]);
    let found = 0;
    for (const secret of known) found |= Number(difference(secret, digest) === 0);
    return found === 1;
  };
}

function difference(a: Uint8Array, b: Uint8Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) bits |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return bits;
}
