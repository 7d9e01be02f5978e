// The body of a call -> headers that prove who sent it, as Standard Webhooks 1.0 has them.

import { HedgeError } from '../../error/hedge-error.ts';

export interface Signed {
  /** The same for each try: what receivers tell repeats by. */
  readonly id: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly body: string;
}

/** Sets `webhook-id`, `webhook-timestamp` and `webhook-signature`. */
export type Signer = (headers: Headers, signed: Signed) => Promise<void>;

/** The specification wants 24 bytes at least; 64 are what SHA-256 works with. */
const KEY_BYTES = { least: 24, most: 64 };

/**
 * Signs with each of the secrets, so that one can be replaced by another while receivers still check by the old one.
 * A secret is `whsec_` and base64 of 24 to 64 bytes.
 * @throws HedgeError `unexpected` for a secret of another form; it is not shown.
 * See github.com/standard-webhooks/standard-webhooks, «Signature scheme».
 */
export async function signerOf(secrets: readonly string[]): Promise<Signer> {
  const keys = await Promise.all(secrets.map(importSecret));
  return async (headers, { id, timestamp, body }) => {
    const bytes = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
    const signatures = await Promise.all(
      keys.map(async (key) => `v1,${base64(await crypto.subtle.sign('HMAC', key, bytes))}`),
    );
    headers.set('webhook-id', id);
    headers.set('webhook-timestamp', String(timestamp));
    headers.set('webhook-signature', signatures.join(' '));
  };
}

async function importSecret(secret: string): Promise<CryptoKey> {
  const bytes = secretBytes(secret);
  if (!bytes || bytes.length < KEY_BYTES.least || bytes.length > KEY_BYTES.most) {
    throw new HedgeError(
      'unexpected',
      'a secret that webhooks are signed with has to be whsec_ and base64 of 24 to 64 bytes',
    );
  }
  return await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
}

function secretBytes(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const [, text] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  if (text === undefined) return undefined;
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function base64(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)));
}
