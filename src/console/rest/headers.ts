// What stands in the field "Headers" -> the headers of every request the page sends.

/** Who asks, when nothing was written yet. */
export const EXAMPLE = `{
  "x-hasura-admin-secret": "…"
}`;

/**
 * Reads a JSON object of texts.
 * @throws Error in words for the person who wrote it.
 */
export function readHeaders(text: string): ReadonlyMap<string, string> {
  if (text.trim() === '') return new Map();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('The headers are not JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('The headers are not a JSON object.');
  return new Map(
    Object.entries(value).map(([name, header]) => {
      if (typeof header !== 'string') throw new Error(`The header ${name} is not a text.`);
      return [name.toLowerCase(), header];
    }),
  );
}

/** Adds headers to those a request has, which stay as they are. */
export function addHeaders(own: Record<string, string>, added: ReadonlyMap<string, string>): void {
  const present = new Set(
    Object.entries(own).flatMap(([name, value]) => (value === '' ? [] : [name.toLowerCase()])),
  );
  for (const [name, value] of added) if (!present.has(name)) own[name] = value;
}
