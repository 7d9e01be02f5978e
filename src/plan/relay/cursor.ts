// Sort keys <-> cursors: a cursor is base64 of a JSON object with a row's values of the keys that order a page, and
// splits the rows into those before and those after it.

import type { TableView } from '../../artifact/decode.ts';
import type { ScalarType } from '../../artifact/types.ts';
import { jsonObjectSql } from '../../sql/json.ts';
import type { Sql } from '../../sql/sql.ts';
import { ident, literal, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { Argument } from '../arguments.ts';
import { castSql } from '../codec.ts';
import type { PlanContext } from '../context.ts';
import type { Direction, SortKey } from '../order-by.ts';
import { orderByKeys } from '../order-by.ts';
import { base64Sql } from './node-id.ts';

/** A key that orders a page. */
export interface PageKey {
  readonly value: Sql;
  readonly direction: Direction;
  readonly column: string | null;
  /** Its member of a cursor. */
  readonly name: string;
  /** undefined: compared as a number. */
  readonly type: ScalarType | undefined;
  readonly nullable: boolean;
}

/** The keys of `order_by`, each once, and those of the primary key that are not among them, so that no two rows are alike. */
export function pageKeys(
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  orderBy: Argument | undefined,
): readonly PageKey[] {
  const keys = new Map<string, PageKey>();
  for (const key of orderByKeys(ctx, table, alias, orderBy)) {
    const name = key.column ?? key.place;
    if (!keys.has(name)) keys.set(name, { ...key, name, nullable: isNullable(table, key) });
  }
  for (const { column, type } of must(table.relay, 'a table with pages').key) {
    if (keys.has(column)) continue;
    keys.set(column, {
      value: sql`${alias}.${ident(column)}`,
      direction: { descending: false, nullsFirst: false },
      column,
      name: column,
      type: ctx.role.type(type),
      nullable: false,
    });
  }
  return [...keys.values()];
}

function isNullable({ fields }: TableView, { column }: SortKey): boolean {
  const field = fields.find((f) => f.kind === 'column' && f.column === column);
  return field?.kind !== 'column' || field.nullable;
}

/** The other way round. */
export function reversed(keys: readonly PageKey[]): readonly PageKey[] {
  return keys.map((key) => ({
    ...key,
    direction: { descending: !key.direction.descending, nullsFirst: !key.direction.nullsFirst },
  }));
}

/** The cursor of a row: `{"title" : "Article 5", "id" : 5}` in base64. */
export function cursorSql(keys: readonly PageKey[]): Sql {
  const members = keys.map(({ name, value, type }) => ({
    key: name,
    // As a JSON list an array could not be read again.
    value: type?.array ? sql`(${value})::text` : value,
  }));
  return base64Sql(sql`${jsonObjectSql(members)}::text`);
}

/**
 * Whether a row comes after the cursor in the order of the keys: `(a > c.a or (a = c.a and (b > c.b …)))`. It may be
 * null instead of false.
 */
export function afterSql(keys: readonly PageKey[], cursor: Sql): Sql {
  return keys.reduceRight<Sql | undefined>((rest, key) => {
    const value = key.type ? key.value : sql`(${key.value})::numeric`;
    const cast = key.type ? castSql(key.type) : sql`numeric`;
    const other = sql`(${cursor} ->> ${literal(key.name)}::text)::${cast}`;
    const later = laterSql(key, value, other);
    if (!rest) return later;
    const same = key.nullable ? sql`${value} is not distinct from ${other}` : sql`${value} = ${other}`;
    return sql`(${later} or (${same} and ${rest}))`;
  }, undefined) as Sql;
}

function laterSql({ direction, nullable }: PageKey, value: Sql, other: Sql): Sql {
  const later = direction.descending ? sql`${value} < ${other}` : sql`${value} > ${other}`;
  if (!nullable) return later;
  return direction.nullsFirst
    ? sql`(${later} or (${other} is null and ${value} is not null))`
    : sql`(${later} or (${value} is null and ${other} is not null))`;
}
