// A text -> its SHA-256; bytes -> hexadecimal.

/** SHA-256 of a text's UTF-8. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** The same in lower-case hexadecimal. */
export async function sha256Hex(text: string): Promise<string> {
  return hex(await sha256(text));
}

/** Bytes in lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
