// A query of ours -> the tables it reads.

import type { Sql } from './sql.ts';
import { emit, holdsCode } from './sql.ts';

/** Texts, which may hold anything; and names with a dot between, what is before and behind them. */
const TOKENS = /'(?:[^']|'')*'|(::)?"((?:[^"]|"")+)"\."((?:[^"]|"")+)"(\()?/g;

/**
 * `schema.name` of the tables and views a query reads, sorted; null where that cannot be told, because it calls a function
 * or holds SQL of the metadata's author. Relies on our aliases, which hold a colon where schemas seldom do: a schema with
 * one is left out, and what is read of it is not found here.
 */
export function tablesIn(query: Sql): readonly string[] | null {
  if (holdsCode(query)) return null;
  const names = new Set<string>();
  for (const [, cast, schema, name, call] of emit(query).text.matchAll(TOKENS)) {
    if (schema === undefined || name === undefined || cast !== undefined || schema.includes(':')) continue;
    if (call !== undefined) return null;
    names.add(`${schema}.${name}`.replaceAll('""', '"'));
  }
  return [...names].sort();
}
