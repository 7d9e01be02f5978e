// Names and values -> `a=b&c=d`, for a form or the query of an address. As in Hasura, a pair whose value a template makes `null`
// is left out.

import { escapeUri } from '../kriti/functions.ts';

/** A name, and a value unless it stands without `=`. */
export type Pair = readonly [name: string, value: string | null];

export function encodePairs(pairs: readonly Pair[]): string {
  return pairs
    .filter(([name, value]) => name !== 'null' && value !== 'null')
    .map(([name, value]) => (value === null ? escapeUri(name) : `${escapeUri(name)}=${escapeUri(value)}`))
    .join('&');
}

/** The query of an address, escaped or not -> its pairs. A `+` is a space. */
export function decodePairs(query: string): readonly Pair[] {
  return query
    .replace(/^\?/, '')
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): Pair => {
      const at = pair.indexOf('=');
      return at === -1 ? [decode(pair), null] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
    });
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A `%` that escapes nothing.
    return spaced;
  }
}
