// A page of a table's rows -> SQL that builds its JSON: the rows behind or before a cursor, so many from their beginning
// or end, and what is known of the rows around them.

import type { SelectionSetNode } from 'graphql';

import type { TableView } from '../../artifact/decode.ts';
import { relayTypeName } from '../../artifact/type-names.ts';
import { at } from '../../error/path.ts';
import type { JsonField } from '../../sql/json.ts';
import { jsonObjectSql } from '../../sql/json.ts';
import type { Sql } from '../../sql/sql.ts';
import { andSql, ident, integer, join, literal, sql } from '../../sql/sql.ts';
import type { Argument } from '../arguments.ts';
import { readArguments } from '../arguments.ts';
import { whereSql } from '../bool-exp.ts';
import type { SelectedField } from '../collect.ts';
import { collectFields, noSubselection } from '../collect.ts';
import type { PlanContext } from '../context.ts';
import { invalid, newAlias, requestParam } from '../context.ts';
import { presence } from '../input.ts';
import { distinctOnSql, orderByKeys, orderBySql } from '../order-by.ts';
import { permissionSql } from '../permission.ts';
import type { RowSource } from '../rows.ts';
import { ONE_GROUP } from '../rows.ts';
import type { PageKey } from './cursor.ts';
import { afterSql, cursorSql, pageKeys, reversed } from './cursor.ts';

/** What builds the members of a row's object: `select.ts`, which cannot be imported from here. */
export type RowFields = (
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  selectionSets: readonly SelectionSetNode[],
  parent: SelectedField,
) => JsonField[];

const CONNECTION_ARGUMENTS = [
  'after',
  'before',
  'distinct_on',
  'first',
  'last',
  'order_by',
  'where',
] as const;

/** Which rows of all a page has. */
interface Slice {
  /** Counted from the end of the rows. */
  readonly backward: boolean;
  /** How many; undefined for all. */
  readonly size: Sql | undefined;
  readonly cursor: { readonly kind: 'after' | 'before'; readonly value: Sql } | undefined;
}

/** What the members of a connection are read from. */
interface Page {
  readonly table: TableView;
  readonly slice: Slice;
  /** The rows of the page and, where it has a size, one more. */
  readonly rows: Sql;
  readonly rowFields: RowFields;
  /** Of the row in `rows`, before they are put together. */
  readonly alias: Sql;
  readonly keys: readonly PageKey[];
  /** Columns of `rows` beside its number and cursor: an edge for each field `edges`. */
  readonly edges: Sql[];
  /** Whether there are rows on the other side of the cursor. */
  readonly beyond: () => Sql;
}

/**
 * `(select json_build_object('edges', …) from (select row_number() over (…) as "n:", <cursor> as "c:", <edge> as "e:0"
 * from <table> where … order by … limit <size> + 1) as r)`
 * @throws HedgeError `validation-failed` for arguments that exclude each other; as lists do.
 */
export function connectionSql(
  ctx: PlanContext,
  source: RowSource,
  field: SelectedField,
  rowFields: RowFields,
  extra: readonly string[] = [],
): Sql {
  const { table } = source;
  const given = readArguments(field, [...extra, ...CONNECTION_ARGUMENTS], table.naming.convention);
  const from = distinctSource(ctx, source, given);
  const alias = newAlias(ctx);
  const keys = pageKeys(ctx, table, alias, given.get('order_by'));
  const slice = readSlice(ctx, table, field, given, keys);
  const page: Page = {
    table,
    slice,
    rows: newAlias(ctx, 'r'),
    rowFields,
    alias,
    keys,
    edges: [],
    beyond: () => beyondSql(ctx, from, given, slice),
  };
  const members = membersSql(ctx, page, field);
  const { size, cursor } = slice;
  const conditions = [
    ...from.conditions(alias),
    ...(cursor ? [afterSql(cursor.kind === 'after' ? keys : reversed(keys), cursor.value)] : []),
  ];
  const order = orderBySql(slice.backward ? reversed(keys) : keys);
  const columns = join([
    sql`row_number() over (${order}) as "n:"`,
    sql`${cursorSql(keys)} as "c:"`,
    ...page.edges,
  ]);
  const limit = size ? sql` limit ${size} + 1` : sql``;
  return sql`(select ${jsonObjectSql(members)} from (select ${columns} from ${from.from} as ${alias} where ${andSql(conditions)}${order}${limit}) as ${page.rows}${ONE_GROUP})`;
}

/** Rows with the conditions that hold for them, for any alias. */
interface Filtered {
  readonly table: TableView;
  readonly from: Sql;
  readonly conditions: (alias: Sql) => readonly Sql[];
}

/** The rows that a page is a part of. Those of `distinct_on` are chosen in a subquery, before any is left out. */
function distinctSource(ctx: PlanContext, source: RowSource, given: ReadonlyMap<string, Argument>): Filtered {
  const { table } = source;
  const filtered: Filtered = {
    table,
    from: source.from,
    conditions: (alias) => {
      const where = given.get('where');
      const condition = where && whereSql(ctx, table, alias, where);
      return [
        ...source.join(alias),
        permissionSql(ctx, table.filter, alias),
        ...(condition ? [condition] : []),
      ];
    },
  };
  if (!given.has('distinct_on')) return filtered;
  const inner = newAlias(ctx);
  const keys = orderByKeys(ctx, table, inner, given.get('order_by'));
  const distinct = distinctOnSql(ctx, table, inner, given.get('distinct_on'), keys);
  const conditions = andSql(filtered.conditions(inner));
  return {
    table,
    from: sql`(select ${distinct}${inner}.* from ${source.from} as ${inner} where ${conditions}${orderBySql(keys)})`,
    conditions: () => [],
  };
}

function readSlice(
  ctx: PlanContext,
  table: TableView,
  field: SelectedField,
  given: ReadonlyMap<string, Argument>,
  keys: readonly PageKey[],
): Slice {
  const path = at(field.path, 'args');
  const value = (name: string, type: string): Argument | undefined => {
    const argument = given.get(name);
    const there = argument && presence(ctx.reader, argument.input, type, argument.path) === 'value';
    return there ? argument : undefined;
  };
  const [first, last] = [value('first', 'Int'), value('last', 'Int')];
  if (first && last) invalid('"first" and "last" are not allowed at once', path);
  const [after, before] = [value('after', 'String'), value('before', 'String')];
  if (after && before) invalid('"after" and "before" are not allowed at once', path);
  const count = first ?? last;
  const asked = count && requestParam(ctx, count.input, { kind: 'count', bits: 32 }, count.path);
  const limit = table.limit === null ? undefined : integer(table.limit);
  const cursor = after ?? before;
  return {
    backward: last !== undefined,
    size: asked && limit ? sql`least(${asked}, ${limit})` : (asked ?? limit),
    cursor: cursor && {
      kind: after ? 'after' : 'before',
      value: requestParam(ctx, cursor.input, { kind: 'cursor', members: keys.map((key) => key.name) }, path),
    },
  };
}

function beyondSql(
  ctx: PlanContext,
  rows: Filtered,
  given: ReadonlyMap<string, Argument>,
  { cursor }: Slice,
): Sql {
  if (!cursor) return sql`false`;
  const alias = newAlias(ctx);
  const keys = pageKeys(ctx, rows.table, alias, given.get('order_by'));
  const on = afterSql(cursor.kind === 'after' ? keys : reversed(keys), cursor.value);
  const conditions = andSql([...rows.conditions(alias), sql`(${on}) is not true`]);
  return sql`exists (select 1 from ${rows.from} as ${alias} where ${conditions})`;
}

function membersSql(ctx: PlanContext, page: Page, field: SelectedField): JsonField[] {
  const { naming, baseName } = page.table;
  const typeName = relayTypeName(naming, baseName, 'Connection');
  return collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => {
    const { key, name } = member;
    readArguments(member, []);
    switch (name) {
      case '__typename':
        return { key, value: nameSql(member, typeName) };
      case 'edges':
        return { key, value: edgesSql(ctx, page, member) };
      case 'pageInfo':
        return { key, value: pageInfoSql(ctx, page, member) };
      default:
        return invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
    }
  });
}

function nameSql(field: SelectedField, typeName: string): Sql {
  noSubselection(field);
  return sql`${literal(typeName)}::text`;
}

function edgesSql(ctx: PlanContext, page: Page, field: SelectedField): Sql {
  const { table, alias, keys, rowFields } = page;
  const typeName = relayTypeName(table.naming, table.baseName, 'Edge');
  const members = collectFields(ctx, typeName, field.selectionSets, field.path).map((member): JsonField => {
    const { key, name } = member;
    readArguments(member, []);
    switch (name) {
      case '__typename':
        return { key, value: nameSql(member, typeName) };
      case 'cursor':
        noSubselection(member);
        return { key, value: cursorSql(keys) };
      case 'node':
        return {
          key,
          value: jsonObjectSql(rowFields(ctx, table, alias, member.selectionSets, member)),
        };
      default:
        return invalid(`field '${name}' not found in type: '${typeName}'`, member.path);
    }
  });
  const column = ident(`e:${page.edges.length}`);
  page.edges.push(sql`${jsonObjectSql(members)} as ${column}`);
  const { rows } = page;
  const order = page.slice.backward ? sql`desc` : sql`asc`;
  return sql`coalesce(json_agg(${rows}.${column} order by ${rows}."n:" ${order})${inPage(page)}, '[]')`;
}

/** ` filter (where r."n:" <= <size>)`: without the row that only tells that there are more. */
function inPage({ rows, slice: { size } }: Page): Sql {
  return size ? sql` filter (where ${rows}."n:" <= ${size})` : sql``;
}

function pageInfoSql(ctx: PlanContext, page: Page, field: SelectedField): Sql {
  const { slice } = page;
  const ends = { startCursor: slice.backward, endCursor: !slice.backward };
  const further = {
    hasNextPage: { more: !slice.backward, cursor: 'before' },
    hasPreviousPage: { more: slice.backward, cursor: 'after' },
  };
  return jsonObjectSql(
    collectFields(ctx, 'PageInfo', field.selectionSets, field.path).map((member): JsonField => {
      const { key, name } = member;
      readArguments(member, []);
      noSubselection(member);
      switch (name) {
        case '__typename':
          return { key, value: nameSql(member, 'PageInfo') };
        case 'startCursor':
        case 'endCursor':
          return { key, value: endSql(page, ends[name]) };
        case 'hasNextPage':
        case 'hasPreviousPage': {
          const { more, cursor } = further[name];
          const found = [
            ...(more && slice.size ? [moreSql(page, slice.size)] : []),
            ...(slice.cursor?.kind === cursor ? [page.beyond()] : []),
          ];
          return { key, value: found.length > 0 ? sql`(${join(found, sql` or `)})` : sql`false` };
        }
        default:
          return invalid(`field '${name}' not found in type: 'PageInfo'`, member.path);
      }
    }),
  );
}

/** The cursor of the row at one end of the page, empty where it has no rows. */
function endSql(page: Page, lastNumber: boolean): Sql {
  const { rows } = page;
  const order = lastNumber ? sql`desc` : sql`asc`;
  return sql`coalesce((array_agg(${rows}."c:" order by ${rows}."n:" ${order})${inPage(page)})[1], '')`;
}

/** Whether there was the one row more. */
function moreSql({ rows }: Page, size: Sql): Sql {
  return sql`coalesce(max(${rows}."n:") > ${size}, false)`;
}
