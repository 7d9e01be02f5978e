// Statements -> what a database says of them when it is shown them without running them.

import type { CatalogCheck, DatabaseCatalog } from './types.ts';

/** Shows a statement to a database: why it cannot be run, or null when it can. Throws when it could not be asked. */
export type Show = (sql: string) => Promise<string | null>;

/**
 * The catalog with what the database says of those of `checks` that it was not shown yet. Each is an expression of type
 * text that is null and does nothing; all are sent as one statement, and one by one when one of them fails. Checks that
 * are not asked for any more are forgotten.
 */
export async function addChecks(
  show: Show,
  catalog: DatabaseCatalog,
  checks: readonly string[],
): Promise<DatabaseCatalog> {
  const known = new Map((catalog.checks ?? []).map((check) => [check.sql, check]));
  const wanted = new Set(checks);
  const unknown = [...wanted].filter((sql) => !known.has(sql));
  if (unknown.length === 0 && known.size === wanted.size) return catalog;
  const { checks: _, ...rest } = catalog;
  if (wanted.size === 0) return rest;
  const asked = new Map((await ask(show, unknown)).map((check) => [check.sql, check]));
  return {
    ...rest,
    checks: [...wanted].sort().flatMap((sql) => known.get(sql) ?? asked.get(sql) ?? []),
  };
}

async function ask(show: Show, checks: readonly string[]): Promise<readonly CatalogCheck[]> {
  if (checks.length === 0) return [];
  const failure = await show(`select coalesce(${checks.join(',\n')}, 'ok')`);
  if (failure === null) return checks.map((sql) => ({ sql }));
  const [only] = checks;
  if (checks.length === 1 && only !== undefined) return [{ sql: only, failure }];
  const middle = Math.ceil(checks.length / 2);
  return [...(await ask(show, checks.slice(0, middle))), ...(await ask(show, checks.slice(middle)))];
}

/**
 * What is wrong with a statement, of an error that Postgres gave for it; null of an error that is not the statement's
 * fault. SQLSTATE classes: syntax and names, data written out, cardinality, schemas, limits, what Postgres cannot do.
 */
export function faultOfStatement(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return /^(?:42|22|21|3F|54|0A)[0-9A-Z]{3}$/.test(error.code) ? error.message : null;
}
