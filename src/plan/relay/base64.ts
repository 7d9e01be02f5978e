// Base64 that clients send in the Relay API -> bytes, and the JSON of a cursor.

/** As lenient as Hasura: what is not of the alphabet is passed over. */
export function decodeBase64(text: string): Uint8Array {
  const digits = text.replaceAll(/[^A-Za-z0-9+/]/g, '');
  // A single digit at the end is no byte yet.
  const binary = atob(digits.length % 4 === 1 ? digits.slice(0, -1) : digits);
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/** The JSON text of a cursor that is an object with all of these members; undefined for anything else. */
export function cursorJson(value: unknown, members: readonly string[]): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = new TextDecoder().decode(decodeBase64(value));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  if (!members.every((name) => Object.hasOwn(json, name))) return undefined;
  // Postgres' json has no NUL.
  return text.includes('\0') || text.includes('\\u0000') ? undefined : text;
}
