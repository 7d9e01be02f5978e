// Operation × role -> Plan, in one walk: names resolved, permissions applied, SQL written. A plan holds for every
// request of the same role and text whose variables pass its guards.

import type { FieldNode } from 'graphql';
import { OperationTypeNode } from 'graphql/language';

import type { RoleView, TableView } from '../artifact/decode.ts';
import type { RootField } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import { jsonRow } from '../sql/json.ts';
import type { Sql, Statement } from '../sql/sql.ts';
import { emit, ident, join, literal, sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { aggregateSql } from './aggregate.ts';
import { readArguments } from './arguments.ts';
import type { SelectedField } from './collect.ts';
import { collectFields, noSubselection } from './collect.ts';
import type { PlanContext, PlanSettings, RequestValue } from './context.ts';
import { invalid, newContext, requestParam } from './context.ts';
import type { Guard } from './input.ts';
import { presence } from './input.ts';
import { tableSource } from './rows.ts';
import { listSql, objectSql, rowsSql } from './select.ts';

/** How an operation is answered. */
export interface Plan {
  /** What must be the same in another request's variables. */
  readonly guards: readonly Guard[];
  /** Values of the request by the ids that bindings of kind `request` name. */
  readonly values: readonly RequestValue[];
  readonly operation: Operation;
  readonly answer: Answer;
}

export type Answer =
  /** No database: the data, ready. */
  | { readonly kind: 'constant'; readonly data: string }
  /** One statement whose text is the whole data. */
  | { readonly kind: 'statement'; readonly source: string; readonly statement: Statement }
  /** Several sources, or introspection beside data: put together by key. */
  | { readonly kind: 'parts'; readonly keys: readonly string[]; readonly parts: readonly Part[] };

/** A part of the data: each gives the JSON text of some keys. */
export type Part =
  /** The statement's text is a JSON list with the JSON text of each key. */
  | {
      readonly kind: 'statement';
      readonly source: string;
      readonly keys: readonly string[];
      readonly statement: Statement;
    }
  | { readonly kind: 'introspection'; readonly fields: readonly FieldNode[] }
  | { readonly kind: 'constant'; readonly key: string; readonly json: string };

/** A root field on its way into an answer. */
type Root =
  | { readonly kind: 'source'; readonly key: string; readonly source: string; readonly value: Sql }
  | { readonly kind: 'introspection'; readonly key: string; readonly node: FieldNode }
  | { readonly kind: 'constant'; readonly key: string; readonly text: string };

const NO_QUERIES = 'no_queries_available';
/** What the placeholder field of a role without any query answers. */
const NO_QUERIES_TEXT =
  "There are no queries available to the current role. Either there are no sources or remote schemas configured, or the current role doesn't have the required permissions.";

/**
 * Plans a query for a role.
 * @throws HedgeError `validation-failed` with the path of what the role's schema does not have or the limits forbid.
 */
export function plan(
  role: RoleView,
  operation: Operation,
  variables: VariableValues,
  settings: PlanSettings,
): Plan {
  refuseOtherOperations(operation);
  const ctx = newContext(role, operation, variables, settings);
  const fields = collectFields(ctx, 'query_root', [operation.node.selectionSet], undefined);
  const answer = answerOf(fields.map((field) => rootField(ctx, field)));
  return { guards: ctx.reader.guards, values: ctx.values, operation, answer };
}

function refuseOtherOperations(operation: Operation): void {
  switch (operation.node.operation) {
    case OperationTypeNode.QUERY:
      break;
    case OperationTypeNode.MUTATION:
      return invalid('no mutations exist', undefined);
    case OperationTypeNode.SUBSCRIPTION:
      return invalid('no subscriptions exist', undefined);
  }
  for (const directive of operation.node.directives ?? []) {
    // @cached is part of every Hasura schema; an answer that is not cached is a correct answer.
    if (directive.name.value !== 'cached')
      invalid(`directive '${directive.name.value}' is not defined in the schema`, undefined);
  }
}

function rootField(ctx: PlanContext, field: SelectedField): Root {
  const { key, name } = field;
  if (name === '__typename') {
    readArguments(field, []);
    noSubselection(field);
    return { kind: 'constant', key, text: 'query_root' };
  }
  if (name === '__schema' || name === '__type') return { kind: 'introspection', key, node: withKey(field) };
  const root = ctx.role.query.fields.get(name);
  if (root) {
    const table = ctx.role.table(root.table);
    return { kind: 'source', key, source: table.source, value: rootSql(ctx, root, table, field) };
  }
  if (name === NO_QUERIES && ctx.role.query.fields.size === 0)
    return { kind: 'constant', key, text: NO_QUERIES_TEXT };
  invalid(`field '${name}' not found in type: 'query_root'`, field.path);
}

/** All mentions of a field as one node. */
export function withKey(field: SelectedField): FieldNode {
  const [first, ...rest] = field.selectionSets;
  if (!first || rest.length === 0) return field.node;
  return {
    ...field.node,
    selectionSet: { ...first, selections: [first, ...rest].flatMap((set) => set.selections) },
  };
}

function rootSql(ctx: PlanContext, root: RootField, table: TableView, field: SelectedField): Sql {
  switch (root.kind) {
    case 'select':
      return listSql(ctx, tableSource(table), field);
    case 'select_aggregate':
      return aggregateSql(ctx, tableSource(table), field, rowsSql);
    case 'select_by_pk':
      return byPkSql(ctx, table, field);
    default:
      return unreachable(root.kind);
  }
}

function byPkSql(ctx: PlanContext, table: TableView, field: SelectedField): Sql {
  const names = table.primaryKey ?? [];
  const given = readArguments(field, names);
  const keys = names.map((name) => {
    const column = table.field(name);
    const path = at(at(field.path, 'args'), name);
    const argument = given.get(name);
    if (column?.kind !== 'column') throw new Error('Invariant broken: a primary key is made of columns');
    if (!argument) return invalid(`missing required field '${name}'`, path);
    const type = ctx.role.type(column.type);
    if (presence(ctx.reader, argument.input, `${type.graphql}!`, path) !== 'value') {
      invalid(`unexpected null value for type '${type.graphql}'`, path);
    }
    const value = requestParam(ctx, argument.input, { kind: 'scalar', type }, path);
    return { column: column.column, value };
  });
  const join = (alias: Sql): Sql[] => keys.map((k) => sql`${alias}.${ident(k.column)} = ${k.value}`);
  return objectSql(ctx, { ...tableSource(table), join }, field);
}

function answerOf(roots: readonly Root[]): Answer {
  const sources = new Set(roots.flatMap((root) => (root.kind === 'source' ? [root.source] : [])));
  const [source] = sources;
  const introspects = roots.some((root) => root.kind === 'introspection');
  if (!introspects && source === undefined) {
    const data = roots.flatMap((r) =>
      r.kind === 'constant' ? [`${JSON.stringify(r.key)}:${JSON.stringify(r.text)}`] : [],
    );
    return { kind: 'constant', data: `{${data.join(',')}}` };
  }
  if (!introspects && source !== undefined && sources.size === 1) {
    return { kind: 'statement', source, statement: emit(objectStatement(roots)) };
  }
  return { kind: 'parts', keys: roots.map((root) => root.key), parts: partsOf(roots, sources) };
}

/** `select row_to_json(r)::text from (select (…) as "users", … ) r` */
function objectStatement(roots: readonly Root[]): Sql {
  const row = jsonRow(
    roots.flatMap((root) => {
      if (root.kind === 'source') return [{ key: root.key, value: root.value }];
      return root.kind === 'constant' ? [{ key: root.key, value: sql`${literal(root.text)}::text` }] : [];
    }),
  );
  const alias = ident('r:');
  return sql`select ${row.json(alias)}::text from (select ${row.columns}) as ${alias}`;
}

function partsOf(roots: readonly Root[], sources: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  for (const source of sources) {
    const mine = roots.flatMap((root) => (root.kind === 'source' && root.source === source ? [root] : []));
    const texts = join(mine.map((root) => sql`(${root.value})::text`));
    parts.push({
      kind: 'statement',
      source,
      keys: mine.map((r) => r.key),
      statement: emit(sql`select to_json(array[${texts}])::text`),
    });
  }
  const fields = roots.flatMap((root) => (root.kind === 'introspection' ? [root.node] : []));
  if (fields.length > 0) parts.push({ kind: 'introspection', fields });
  for (const root of roots) {
    if (root.kind === 'constant')
      parts.push({ kind: 'constant', key: root.key, json: JSON.stringify(root.text) });
  }
  return parts;
}
