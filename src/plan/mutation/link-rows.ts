// Rows that an insert of the same statement returns -> how others in the statement read them.

import type { Sql } from '../../sql/sql.ts';
import { ident, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { RowSettings } from './script.ts';

/** The rows that the query in `with` of that number returns: one column, `"r:"`. */
export function linkName(name: number): Sql {
  return ident(`m:${name}`);
}

/** Rows of a link by their place: `(select array_agg("c:"."r:") from "m:1" as "c:")` */
export function linkArraySql(rows: RowSettings): Sql {
  return sql`(select array_agg("c:"."r:") from ${linkName(onlyOne(rows))} as "c:")`;
}

/** The same as rows `"r:"` with their places `"i:"`, from 1. */
export function numberedLinkSql(rows: RowSettings): Sql {
  return sql`(select "c:"."r:", row_number() over () as "i:" from ${linkName(onlyOne(rows))} as "c:")`;
}

function onlyOne(rows: RowSettings): number {
  return must(rows[0], 'an insert of a chain hangs on the rows of one other');
}
