// A JSON value -> the name Hasura's JSON reader gives its type in errors.

/** `Null`, `Array`, `Object`, `String`, `Number` or `Boolean`. */
export function jsonKind(value: unknown): string {
  if (value === null) return 'Null';
  if (Array.isArray(value)) return 'Array';
  const kind = typeof value;
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}
