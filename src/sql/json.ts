// JSON built by Postgres: objects whose keys follow the selection, lists of them, and the limits in the way
// (63 bytes of a column alias, 1,664 columns of a row, 100 arguments of a function).

import type { Sql } from './sql.ts';
import { ident, join, literal, sql } from './sql.ts';

/** One member of an object: its key is a GraphQL name, its value any SQL expression. */
export interface JsonField {
  readonly key: string;
  readonly value: Sql;
}

const MAX_ALIAS_BYTES = 63;
const MAX_COLUMNS = 1600;
const MAX_PAIRS_PER_CALL = 50;

/** True where the object can be a row with its keys as column aliases, which is the cheapest form. */
function fitsRow(fields: readonly JsonField[]): boolean {
  // GraphQL names are ASCII, so length is bytes.
  return (
    fields.length > 0 && fields.length <= MAX_COLUMNS && fields.every((f) => f.key.length <= MAX_ALIAS_BYTES)
  );
}

/** The select list of a subquery, and how its row turns into JSON outside of it. */
export interface JsonRow {
  readonly columns: Sql;
  /** The row of alias `r` as json. */
  readonly json: (alias: Sql) => Sql;
  /** The rows of alias `r` as a json list, never NULL. */
  readonly list: (alias: Sql) => Sql;
}

/**
 * An object made row by row: `select t."id" as "id", … ` inside, `json_agg(r)` or `row_to_json(r)` outside.
 * Objects too wide, empty, or with keys too long for that are built in the select list itself.
 */
export function jsonRow(fields: readonly JsonField[]): JsonRow {
  if (fitsRow(fields)) {
    return {
      columns: join(fields.map((f) => sql`${f.value} as ${ident(f.key)}`)),
      json: (alias) => sql`row_to_json(${alias})`,
      list: (alias) => sql`coalesce(json_agg(${alias}), '[]')`,
    };
  }
  return {
    columns: sql`${jsonObjectSql(fields)} as "j"`,
    json: (alias) => sql`${alias}."j"`,
    list: (alias) => sql`coalesce(json_agg(${alias}."j"), '[]')`,
  };
}

/**
 * An object as one expression: `json_build_object('a', …, 'b', …)`, in pieces of 50 members put together as text
 * beyond that, because Postgres takes 100 arguments and `||` on jsonb would lose the order of keys.
 */
export function jsonObjectSql(fields: readonly JsonField[]): Sql {
  if (fields.length <= MAX_PAIRS_PER_CALL) return buildObject(fields);
  const pieces: Sql[] = [];
  for (let i = 0; i < fields.length; i += MAX_PAIRS_PER_CALL) {
    const piece = buildObject(fields.slice(i, i + MAX_PAIRS_PER_CALL));
    pieces.push(sql`substr(left(${piece}::text, -1), 2)`);
  }
  return sql`('{' || array_to_string(array[${join(pieces)}], ', ') || '}')::json`;
}

function buildObject(fields: readonly JsonField[]): Sql {
  return sql`json_build_object(${join(fields.map((f) => sql`${literal(f.key)}, ${f.value}`))})`;
}
