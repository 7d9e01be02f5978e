// A query of drizzle -> a statement with its parameters as text.

import { drizzle } from 'drizzle-orm/pg-proxy';

import type { Statement } from '../../execute/types.ts';

/** Builds queries of the `hdb_catalog` tables; they are run through `Database`, not through drizzle. */
export const catalogDb = drizzle(() => Promise.reject(new Error('Invariant broken: queries are only built')));

/** What drizzle's `toSQL()` gave, for `Database`. */
export function statementOf(query: { toSQL(): { sql: string; params: unknown[] } }): Statement {
  const { sql, params } = query.toSQL();
  return { sql, parameters: params.map((value) => (value === null ? null : textOf(value))) };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}
