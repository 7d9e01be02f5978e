// The headers of a call, and those a transform takes away and adds -> its headers.

import { refuse } from './error.ts';
import type { Header } from './types.ts';

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What would end the header, or the request, in front of its own end. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const BREAKS_OUT = /[\u0000\r\n]/;

export interface HeaderChanges {
  readonly removed: readonly string[];
  readonly added: readonly Header[];
}

/**
 * Names in lower case; one that is added takes the place of one that is there.
 * @throws TransformError for a name or a value that no header can have; the value is not told.
 */
export function changeHeaders(
  headers: readonly Header[],
  { removed, added }: HeaderChanges,
): readonly Header[] {
  const lower = added.map(([name, value]): Header => [name.toLowerCase(), value]);
  for (const [name, value] of lower) {
    if (!TOKEN.test(name)) refuse(`Invalid header name: ${JSON.stringify(name)}`);
    if (BREAKS_OUT.test(value)) refuse(`Invalid value of header '${name}': it has a line break`);
  }
  const gone = new Set([...removed.map((name) => name.toLowerCase()), ...lower.map(([name]) => name)]);
  const kept = headers.map(([name, value]): Header => [name.toLowerCase(), value]);
  return [...kept.filter(([name]) => !gone.has(name)), ...lower];
}

/** Headers as `fetch` takes them, which is by bytes: UTF-8, as Hasura sends them. */
export function fetchHeaders(headers: readonly Header[]): Headers {
  const encoder = new TextEncoder();
  return new Headers(
    headers.map(([name, value]): [string, string] => [
      name,
      Array.from(encoder.encode(value), (byte) => String.fromCharCode(byte)).join(''),
    ]),
  );
}
