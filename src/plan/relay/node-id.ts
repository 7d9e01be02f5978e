// A row of a table with a primary key <-> its id in the Relay API: base64 of the JSON list `[1, "schema", "table", key…]`.

import type { TableView } from '../../artifact/decode.ts';
import type { RelayTable } from '../../artifact/types.ts';
import { jsonKind } from '../../error/json-kind.ts';
import type { Sql } from '../../sql/sql.ts';
import { ident, join, literal, sql } from '../../sql/sql.ts';
import { parseJson } from '../../util/exact-number.ts';
import { decodeBase64 } from './base64.ts';

/** The one version of ids there is. */
const VERSION = 1;

/** Base64 of a text, without the line ends that Postgres puts in. */
export function base64Sql(text: Sql): Sql {
  return sql`translate(encode(convert_to(${text}, 'UTF8'), 'base64'), chr(10), '')`;
}

/** The id of the row of that alias: `…json_build_array(1, 'public', 'author', t."id")::text…` in base64. */
export function nodeIdSql({ table: { schema, name } }: TableView, { key }: RelayTable, alias: Sql): Sql {
  const columns = join(key.map(({ column }) => sql`${alias}.${ident(column)}`));
  return base64Sql(
    sql`json_build_array(1, ${literal(schema)}::text, ${literal(name)}::text, ${columns})::text`,
  );
}

/** What an id says. */
export interface NodeId {
  readonly schema: string;
  readonly table: string;
  /** Values of the primary key's columns. */
  readonly key: readonly unknown[];
}

/** The id, or what Hasura says is wrong with it. */
export function readNodeId(text: string): NodeId | string {
  const bytes = decodeBase64(text);
  let value: unknown;
  try {
    value = parseJson(new TextDecoder().decode(bytes));
  } catch {
    if (bytes.length === 0) return 'Error in $: not enough input';
    const shown = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return `Error in $: Failed reading: not a valid json value at '${shown}'`;
  }
  if (!Array.isArray(value))
    return `Error in $: parsing node id failed, expected Array, but encountered ${jsonKind(value)}`;
  const [version, schema, table, ...key] = value as unknown[];
  if (typeof version !== 'number')
    return 'Error in $: unexpected GUID format: it does not begin with a version';
  if (version !== VERSION)
    return `Error in $: unsupported GUID version: ${Number.isInteger(version) ? `${version}.0` : version}`;
  if (typeof schema !== 'string' || typeof table !== 'string' || key.length === 0)
    return 'Error in $: GUID version 1: expecting schema name, table name and at least one column value';
  return { schema, table, key };
}
