// Inserts that hang on each other -> one statement instead of one for each: every insert is a query of its `with`, and those
// that need its rows read them there. It means the same where nothing but Postgres' own code could tell the difference: rows
// of one statement do not see each other, and triggers run when all are written.

import type { Sql } from '../../sql/sql.ts';
import { andSql, join, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { ErrorPath } from './error-path.ts';
import type { RowsToInsert } from './insert-sql.ts';
import { insertSql, rowsPath } from './insert-sql.ts';
import { linkName } from './link-rows.ts';
import type { Written } from './response.ts';
import type { MutationContext, RowSettings, ScriptStatement } from './script.ts';

/** The inserts of one root field, as they are planned. */
export interface Chain {
  /** Whether all of them so far may be one statement. */
  fits: boolean;
  readonly links: Link[];
}

interface Link {
  /** Of the query in `with`; rows are named by the same numbers as their settings. */
  readonly name: number;
  readonly sql: Sql;
  /** Raises when rows are missing. */
  readonly guard: Sql | undefined;
  readonly table: ScriptStatement['table'];
  readonly path: ErrorPath;
}

/** Takes an insert into the chain, unless it or one before does not fit. */
export function addLink(
  ctx: MutationContext,
  task: RowsToInsert,
  name: number,
  missing: { readonly expected: Sql; readonly raise: Sql } | undefined,
): void {
  const { chain } = ctx;
  chain.fits &&=
    task.write.unseen === 'nothing' &&
    task.conflict === undefined &&
    task.determined.every(({ rows }) => rows.length === 1);
  if (!chain.fits) return;
  const insert = insertSql(ctx, task, true);
  chain.fits = insert.ownRows;
  const returned = [sql`${insert.alias} as "r:"`, ...(insert.check ? [sql`${insert.check} as "k:"`] : [])];
  chain.links.push({
    name,
    sql: sql`${insert.sql} returning ${join(returned)}`,
    guard:
      missing &&
      sql`(select case when count(*) = ${missing.expected} then true else (${missing.raise})::bool end from ${linkName(name)})`,
    table: task.write.table,
    path: rowsPath(task),
  });
}

/** What the root rows and the number of all rows are to the answer. */
export function chainWritten({ links }: Chain, rows: RowSettings): Written {
  const [root] = rows;
  return {
    from: root === undefined ? sql`(select)` : sql`(select ("c:"."r:").* from ${linkName(root)} as "c:")`,
    affected: sql`(${join(
      links.map(({ name }) => sql`(select count(*) from ${linkName(name)})`),
      sql` + `,
    )})`,
  };
}

/** `with "m:0" as (insert …), "m:1" as (insert … from "m:0" …) select …` */
export function chainStatement({ links }: Chain, answer: Sql, slot: string): ScriptStatement {
  const [first, ...others] = links.map(({ table, path }) => ({ table, path }));
  // Postgres runs an insert when its rows are asked for: in their order, so that ids are given out in that of the objects.
  // Inside `case` conditions keep theirs.
  const inOrder = links.map(({ name, guard }) => guard ?? sql`(select count(*) >= 0 from ${linkName(name)})`);
  return {
    sql: sql`with ${join(links.map(({ name, sql: insert }) => sql`${linkName(name)} as (${insert})`))} ${answer}`,
    ...(links.length > 1 && { condition: sql`case when ${andSql(inOrder)} then true end` }),
    selfContained: true,
    slot,
    ...must(first, 'a chain has an insert'),
    others,
  };
}
