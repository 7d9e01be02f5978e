// `group_by(keys: [{column: author_id}]) { group_key { … } aggregate { … } }` of an aggregate -> SQL: its rows in groups
// by the values of columns, null where an inherited role does not see them.

import { fieldWord } from '../artifact/type-names.ts';
import type { ColumnField } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { JsonField } from '../sql/json.ts';
import { jsonObjectSql } from '../sql/json.ts';
import type { Sql } from '../sql/sql.ts';
import { join, sql } from '../sql/sql.ts';
import type { AskedOfRows } from './aggregate-fields.ts';
import { aggregateFieldsSql, askedColumnSql, columnNamed, typeNameSql } from './aggregate-fields.ts';
import type { Argument } from './arguments.ts';
import { listItems, mismatch, noList, readArguments } from './arguments.ts';
import type { SelectedField } from './collect.ts';
import { collectFields, noSubselection } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, newAlias } from './context.ts';
import { view } from './input.ts';
import { outputSql } from './output.ts';

/**
 * `select coalesce(json_agg(g."g"), '[]') from (select json_build_object(…) as "g" <from> group by "c0" order by "c0") g`,
 * in the order of the keys. `from` is ` from (…) as "n:1"`, asked for once all is known that it has to give.
 * @throws HedgeError `validation-failed` on keys that are no columns of the role, and on json, which Postgres cannot
 *   compare.
 */
export function groupBySql(ctx: PlanContext, asked: AskedOfRows, field: SelectedField, from: () => Sql): Sql {
  const { table } = asked;
  const given = readArguments(field, ['keys']);
  const argument = given.get('keys');
  if (!argument) invalid("missing required field 'keys'", at(field.path, 'args'));
  const keys = keysOf(ctx, asked, argument);
  const names = [...new Set(keys)].map((key) => askedColumnSql(ctx, asked, key));
  const typeName = table.typeOf('group_by');
  const members = collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => {
    const { key, name } = member;
    switch (name) {
      case '__typename':
        return { key, value: typeNameSql(member, typeName) };
      case fieldWord(table.naming.convention, 'group_key'):
        return { key, value: groupKeySql(ctx, asked, keys, member) };
      case 'aggregate':
        return { key, value: aggregateFieldsSql(ctx, asked, member) };
      default:
        invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
    }
  });
  const grouping = names.length > 0 ? sql`${join(names)}` : sql`()`;
  const order = names.length > 0 ? sql` order by ${join(names)}` : sql``;
  const group = newAlias(ctx, 'n');
  return sql`(select coalesce(json_agg(${group}."g"), '[]') from (select ${jsonObjectSql(members)} as "g"${from()} group by ${grouping}${order}) as ${group})`;
}

function keysOf(ctx: PlanContext, { table }: AskedOfRows, argument: Argument): readonly ColumnField[] {
  const typeName = table.typeOf('group_by_key');
  const items = listItems(ctx, argument, `${typeName}!`) ?? noList(argument);
  return items.map((item) => {
    const seen = view(ctx.reader, item.input, `${typeName}!`, item.path);
    if (seen.kind !== 'object') mismatch(ctx, item, 'an object', typeName);
    for (const name of seen.fields.keys()) {
      if (name !== 'column') invalid(`field '${name}' not found in type: '${typeName}'`, at(item.path, name));
    }
    const input = seen.fields.get('column');
    if (!input) invalid("missing required field 'column'", item.path);
    const path = at(item.path, 'column');
    const column = columnNamed(ctx, table, { input, path });
    if (ctx.role.type(column.type).pg.name === 'json')
      invalid(`column '${column.name}' of type 'json' cannot be a grouping key`, path);
    return column;
  });
}

/** Columns that are no keys are null. */
function groupKeySql(
  ctx: PlanContext,
  asked: AskedOfRows,
  keys: readonly ColumnField[],
  field: SelectedField,
): Sql {
  readArguments(field, []);
  const typeName = asked.table.typeOf('group_by_key_fields');
  return jsonObjectSql(
    collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => {
      const { key, name } = member;
      if (name === '__typename') return { key, value: typeNameSql(member, typeName) };
      const model = asked.table.field(name);
      if (model?.kind !== 'column') invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
      noSubselection(member);
      readArguments(member, []);
      const value = keys.includes(model)
        ? outputSql(ctx, askedColumnSql(ctx, asked, model), model.type)
        : sql`null`;
      return { key, value };
    }),
  );
}
