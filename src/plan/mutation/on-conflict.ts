// `on_conflict` -> `on conflict (…) do nothing | do update set … where …`, under the role's update permission.

import type { WriteView } from '../../artifact/decode-writes.ts';
import { fieldWord, wordOf } from '../../artifact/type-names.ts';
import type { UniqueKey } from '../../artifact/write-types.ts';
import { at } from '../../error/path.ts';
import type { Sql } from '../../sql/sql.ts';
import { andSql, ident, join, sql } from '../../sql/sql.ts';
import { must } from '../../util/assert.ts';
import type { Argument } from '../arguments.ts';
import { enumValue, listItems, mismatch, noList } from '../arguments.ts';
import { whereSql } from '../bool-exp.ts';
import type { PlanContext } from '../context.ts';
import { invalid } from '../context.ts';
import { presence, view } from '../input.ts';
import { permissionSql } from '../permission.ts';
import { looksAtOwnRow, whereLooksAtOwnRow } from './own-row.ts';
import { presetValueSql } from './values.ts';

/** The value of `<table>_update_column` for roles that may update no column: an enum has at least one. */
export const NO_COLUMN = '_PLACEHOLDER';

/** What happens when a row conflicts with one that is there. */
export interface Conflict {
  readonly kind: 'ignore' | 'update';
  /** ` on conflict …` */
  readonly sql: Sql;
  /** Its conditions look at the rows alone. */
  readonly ownRows: boolean;
}

/** Names clients can write: GraphQL allows fewer than Postgres. */
export function nameableKeys({ keys }: WriteView): readonly UniqueKey[] {
  return keys.filter(({ name }) => /^(?!__)[_A-Za-z]\w*$/.test(name));
}

/**
 * Plans `on_conflict` for an insert whose table has the alias `alias`; null when it is absent or null.
 * @throws HedgeError `validation-failed` on what the role's input type does not have.
 */
export function planOnConflict(
  ctx: PlanContext,
  write: WriteView,
  alias: Sql,
  argument: Argument | undefined,
): Conflict | null {
  const typeName = write.typeOf('on_conflict');
  if (!argument || presence(ctx.reader, argument.input, typeName, argument.path) !== 'value') return null;
  const seen = view(ctx.reader, argument.input, typeName, argument.path);
  if (seen.kind !== 'object') mismatch(ctx, argument, 'an object', typeName);
  const given = new Map<string, Argument>();
  for (const [name, input] of seen.fields) {
    const path = at(argument.path, name);
    const word = wordOf(write.naming.convention, ['constraint', 'update_columns', 'where'], name);
    if (!word || (word === 'where' && write.select === null))
      invalid(`field '${name}' not found in type: '${typeName}'`, path);
    given.set(word, { input, path });
  }
  const key = keyOf(ctx, write, given.get('constraint'), argument);
  const columns = updateColumns(ctx, write, given.get('update_columns'), argument);
  const target = join(key.columns.map((column) => ident(column)));
  if (columns.length === 0) {
    checkWhere(ctx, write, alias, given.get('where'));
    return { kind: 'ignore', sql: sql` on conflict (${target}) do nothing`, ownRows: true };
  }
  const update = must(write.update, 'on_conflict is there for roles that may update');
  const sets = [
    ...columns.map((column) => sql`${ident(column)} = excluded.${ident(column)}`),
    ...update.presets.map((preset) => sql`${ident(preset.column)} = ${presetValueSql(ctx, preset)}`),
  ];
  const where = checkWhere(ctx, write, alias, given.get('where'));
  const condition = andSql([permissionSql(ctx, update.filter, alias), ...(where ? [where] : [])]);
  return {
    kind: 'update',
    sql: sql` on conflict (${target}) do update set ${join(sets)} where ${condition}`,
    ownRows:
      looksAtOwnRow(update.filter) &&
      (update.check === null || looksAtOwnRow(update.check)) &&
      (write.select === null ||
        whereLooksAtOwnRow(ctx.reader, ctx.role.table(write.select), given.get('where'))),
  };
}

function checkWhere(
  ctx: PlanContext,
  write: WriteView,
  alias: Sql,
  where: Argument | undefined,
): Sql | undefined {
  if (!where) return undefined;
  return whereSql(
    ctx,
    ctx.role.table(must(write.select, 'where is there for roles that may select')),
    alias,
    where,
  );
}

function keyOf(
  ctx: PlanContext,
  write: WriteView,
  constraint: Argument | undefined,
  argument: Argument,
): UniqueKey {
  const path = at(argument.path, 'constraint');
  if (!constraint) return invalid("missing required field 'constraint'", path);
  const typeName = write.typeOf('constraint');
  const keys = nameableKeys(write);
  const name = enumValue(
    ctx,
    constraint,
    typeName,
    keys.map((key) => key.name),
  );
  return keys.find((key) => key.name === name) ?? mismatch(ctx, constraint, 'an enum value', typeName);
}

/** Physical names. */
function updateColumns(
  ctx: PlanContext,
  write: WriteView,
  argument: Argument | undefined,
  conflict: Argument,
): readonly string[] {
  if (!argument) return [];
  const typeName = write.typeOf('update_column');
  const names = must(write.update, 'on_conflict is there for roles that may update').columns;
  const values = names.length > 0 ? names : [NO_COLUMN];
  const chosen = listItems(ctx, argument, `${typeName}!`) ?? noList(argument);
  const columns = chosen.map((item) => {
    const name = enumValue(ctx, item, typeName, values) ?? mismatch(ctx, item, 'an enum value', typeName);
    return write.column(name)?.column ?? invalid('erroneous column name', conflict.path);
  });
  return [...new Set(columns)];
}

/** How clients write the argument. */
export function onConflictName({ naming }: WriteView): string {
  return fieldWord(naming.convention, 'on_conflict');
}
