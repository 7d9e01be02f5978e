// The columns of a primary key as a client gives them -> the conditions that find the row.

import type { TableView } from '../artifact/decode.ts';
import type { Path } from '../error/path.ts';
import { at } from '../error/path.ts';
import type { Sql } from '../sql/sql.ts';
import { sql } from '../sql/sql.ts';
import type { Argument } from './arguments.ts';
import { columnCellSql } from './cell.ts';
import type { PlanContext } from './context.ts';
import { invalid, requestParam } from './context.ts';
import { presence } from './input.ts';

/**
 * `"t:0"."id" = ($1)::…` for each column of the table's primary key, all of which must be in `given`, whose place in
 * the request is `place`.
 * @throws HedgeError `validation-failed` on a column that is missing or null.
 */
export function keyConditions(
  ctx: PlanContext,
  table: TableView,
  given: ReadonlyMap<string, Argument>,
  place: Path,
): (alias: Sql) => Sql[] {
  const keys = (table.primaryKey ?? []).map((name) => {
    const column = table.field(name);
    const path = at(place, name);
    const argument = given.get(name);
    if (column?.kind !== 'column') throw new Error('Invariant broken: a primary key is made of columns');
    if (!argument) return invalid(`missing required field '${name}'`, path);
    const type = ctx.role.type(column.type);
    if (presence(ctx.reader, argument.input, `${type.graphql}!`, path) !== 'value') {
      invalid(`unexpected null value for type '${type.graphql}'`, path);
    }
    return { column, value: requestParam(ctx, argument.input, { kind: 'scalar', type }, path) };
  });
  return (alias) => keys.map((k) => sql`${columnCellSql(ctx, k.column, alias)} = ${k.value}`);
}
