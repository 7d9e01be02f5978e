// Texts -> literals of Postgres' SQL, and members of its arrays.

import { assert } from '../util/assert.ts';

/** A literal that means the same whatever `standard_conforming_strings` says. */
export function quoted(text: string): string {
  assert(!text.includes('\0'), 'values that Postgres takes hold no NUL');
  const doubled = text.replaceAll("'", "''");
  return doubled.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}

/** A text as a member of an array in Postgres' input syntax: `{"a","b"}`. */
export function quotedElement(text: string): string {
  // As Hasura writes numbers, which its explanations of subscriptions show.
  if (/^-?\d+$/.test(text)) return text;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
