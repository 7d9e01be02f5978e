// A relationship's column pairs -> the conditions that tie a row of the other table to a row of this one.

import type { ColumnMapping } from '../artifact/types.ts';
import type { Sql } from '../sql/sql.ts';
import { ident, sql } from '../sql/sql.ts';

/** `"t:1"."author_id" = "t:0"."id"` for each pair; `other` and `mine` are aliases. */
export function joinConditions(mapping: ColumnMapping, mine: Sql, other: Sql): Sql[] {
  return mapping.map(([here, there]) => sql`${other}.${ident(there)} = ${mine}.${ident(here)}`);
}
