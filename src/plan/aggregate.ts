// `<T>_aggregate` -> SQL: what is counted and summed over the rows that match, in all or by groups, and the rows
// themselves as `nodes`.

import type { SelectionSetNode } from 'graphql';

import type { TableView } from '../artifact/decode.ts';
import { fieldWord } from '../artifact/type-names.ts';
import type { JsonField } from '../sql/json.ts';
import { jsonObjectSql, jsonRow } from '../sql/json.ts';
import type { Sql } from '../sql/sql.ts';
import { integer, join, sql } from '../sql/sql.ts';
import type { AskedOfRows } from './aggregate-fields.ts';
import { aggregateFieldsSql, askedSql, typeNameSql } from './aggregate-fields.ts';
import type { Argument } from './arguments.ts';
import { readArguments } from './arguments.ts';
import type { SelectedField } from './collect.ts';
import { collectFields } from './collect.ts';
import type { PlanContext } from './context.ts';
import { invalid, newAlias } from './context.ts';
import { groupBySql } from './group-by.ts';
import type { Rows, RowSource } from './rows.ts';
import { LIST_ARGUMENTS, ONE_GROUP, rows } from './rows.ts';

/** The members of a node's object; handed in, because nodes may hold aggregates in turn. */
export type NodeFields = (
  ctx: PlanContext,
  table: TableView,
  alias: Sql,
  selectionSets: readonly SelectionSetNode[],
  field: SelectedField,
) => readonly JsonField[];

/** What an aggregate selects that looks at its rows. */
interface Part {
  readonly kind: 'aggregate' | 'nodes' | 'group_by';
  readonly field: SelectedField;
}

/**
 * `(select json_build_object('aggregate', json_build_object('count', count(*)), 'nodes', …) from (…) r)`.
 * The permission's row limit cuts `nodes`, never what is aggregated.
 */
export function aggregateSql(
  ctx: PlanContext,
  source: RowSource,
  field: SelectedField,
  nodeFields: NodeFields,
  extra: readonly string[] = [],
): Sql {
  const { table } = source;
  const given = readArguments(field, [...extra, ...LIST_ARGUMENTS], table.naming.convention);
  const typeName = table.typeOf('aggregate');
  const members = collectFields(ctx, typeName, field.selectionSets, field.path).map((member) => {
    if (member.name === '__typename') return { key: member.key, value: typeNameSql(member, typeName) };
    const kind = partKind(table, member.name);
    if (!kind) invalid(`field '${member.name}' not found in type: '${typeName}'`, member.path);
    return { kind, field: member };
  });
  const parts = members.filter((member) => 'kind' in member);
  const reading = { ctx, source, given, nodeFields };
  const isOneCall = source.calls === true && parts.length > 1;
  return isOneCall ? sharedRowsSql(reading, members) : ownRowsSql(reading, members);
}

function partKind({ naming, features }: TableView, name: string): Part['kind'] | undefined {
  if (name === 'aggregate' || name === 'nodes') return name;
  return features.groupBy && name === fieldWord(naming.convention, 'group_by') ? 'group_by' : undefined;
}

type Member = JsonField | Part;

/** What every part of one aggregate begins with. */
interface Reading {
  readonly ctx: PlanContext;
  readonly source: RowSource;
  readonly given: ReadonlyMap<string, Argument>;
  readonly nodeFields: NodeFields;
}

/** Each part reads the rows itself, and of them only what it needs. */
function ownRowsSql(reading: Reading, members: readonly Member[]): Sql {
  const { ctx, source, given, nodeFields } = reading;
  const { table } = source;
  let aggregated: Subquery | undefined;
  const values = members.map((member): JsonField => {
    if (!('kind' in member)) return member;
    const { kind, field } = member;
    switch (kind) {
      case 'aggregate': {
        aggregated ??= subquery(reading);
        return { key: field.key, value: aggregateFieldsSql(ctx, aggregated.asked, field) };
      }
      case 'group_by': {
        const { asked, from } = subquery(reading);
        return { key: field.key, value: groupBySql(ctx, asked, field, from) };
      }
      case 'nodes': {
        readArguments(field, []);
        const found = rows(ctx, source, given, table.limit);
        const row = jsonRow(nodeFields(ctx, table, found.alias, field.selectionSets, field));
        const node = newAlias(ctx, 'r');
        const value = sql`(select ${row.list(node)} from (select ${found.distinct}${row.columns}${found.body}${found.tail}) as ${node})`;
        return { key: field.key, value };
      }
    }
  });
  return sql`(select ${jsonObjectSql(values)}${aggregated ? sql`${aggregated.from()}${ONE_GROUP}` : sql``})`;
}

interface Subquery {
  readonly asked: AskedOfRows;
  /** ` from (select …) as "n:1"`, once nothing more is asked. */
  readonly from: () => Sql;
}

function subquery({ ctx, source, given }: Reading): Subquery {
  const found = rows(ctx, source, given, null);
  const asked: AskedOfRows = { table: source.table, alias: found.alias, columns: new Map() };
  return {
    asked,
    from: () => sql` from (${askedRowsSql(asked, found)}) as ${newAlias(ctx, 'n')}`,
  };
}

function askedRowsSql({ columns }: AskedOfRows, found: Rows): Sql {
  // `count(*)` needs no column, but `distinct on` takes no empty select list.
  const needed = [...columns.values()].map(({ name, value }) => sql`${value} as ${name}`);
  const list = needed.length > 0 ? join(needed) : sql`1`;
  return sql`select ${found.distinct}${list}${found.body}${found.cut ? found.tail : sql``}`;
}

/**
 * The rows of a function, which is called once however many parts look at them: it may do something, or give others the
 * next time. `(with "n:1" as materialized (select …) select json_build_object('aggregate', (select … from "n:1"), …))`
 */
function sharedRowsSql({ ctx, source, given, nodeFields }: Reading, members: readonly Member[]): Sql {
  const { table } = source;
  const found = rows(ctx, source, given, null);
  const asked: AskedOfRows = { table, alias: found.alias, columns: new Map() };
  const shared = newAlias(ctx, 'n');
  const values = members.map((member): JsonField => {
    if (!('kind' in member)) return member;
    const { kind, field } = member;
    switch (kind) {
      case 'aggregate':
        return {
          key: field.key,
          value: sql`(select ${aggregateFieldsSql(ctx, asked, field)} from ${shared}${ONE_GROUP})`,
        };
      case 'group_by':
        return { key: field.key, value: groupBySql(ctx, asked, field, () => sql` from ${shared}`) };
      case 'nodes': {
        readArguments(field, []);
        const row = jsonRow(nodeFields(ctx, table, found.alias, field.selectionSets, field));
        const node = newAlias(ctx, 'r');
        const name = askedSql(
          asked,
          `node ${field.key}`,
          () => sql`(select ${row.json(node)} from (select ${row.columns}) as ${node})`,
        );
        const limit = table.limit === null ? sql`` : sql` limit ${integer(table.limit)}`;
        const kept = newAlias(ctx, 'n');
        const value = sql`(select coalesce(json_agg(${kept}.${name}), '[]') from (select ${name} from ${shared}${limit}) as ${kept})`;
        return { key: field.key, value };
      }
    }
  });
  // The order of the rows is that of the nodes, so it counts even where nothing is cut away.
  const all = askedRowsSql(asked, { ...found, cut: true });
  return sql`(with ${shared} as materialized (${all}) select ${jsonObjectSql(values)})`;
}
