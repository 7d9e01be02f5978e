// Operation × role -> Plan, in one walk: names resolved, permissions applied, SQL written. A plan holds for every
// request of the same role and text whose variables pass its guards.

import { OperationTypeNode } from 'graphql/language';

import type { RoleView, TableView } from '../artifact/decode.ts';
import { namespaceTypeName } from '../artifact/type-names.ts';
import type { RootField } from '../artifact/types.ts';
import { at } from '../error/path.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import type { Sql } from '../sql/sql.ts';
import { unreachable } from '../util/assert.ts';
import { aggregateSql } from './aggregate.ts';
import { type Answer, answerOf, type LeafRoot, type Root } from './answer.ts';
import { readArguments } from './arguments.ts';
import type { CachedDirective } from './cached.ts';
import { planCached } from './cached.ts';
import type { SelectedField } from './collect.ts';
import { collectFields, noSubselection, withKey } from './collect.ts';
import type { PlanContext, PlanSettings, RequestValue } from './context.ts';
import { invalid, isIntrospection, newContext } from './context.ts';
import { functionRootSql } from './function-root.ts';
import type { Guard } from './input.ts';
import { keyConditions } from './key.ts';
import { planMutation } from './mutation/mutation.ts';
import type { RowSet } from './mutation/row-set.ts';
import { nativeQueryArguments, nativeQuerySql } from './native-query.ts';
import { relayRootField } from './relay/relay-root.ts';
import { tableSource } from './rows.ts';
import { listSql, objectFields, objectSql } from './select.ts';
import { planSubscription } from './subscription.ts';

/** How an operation is answered. */
export interface Plan {
  /** What must be the same in another request's variables. */
  readonly guards: readonly Guard[];
  /** Values of the request by the ids that bindings of kind `request` name. */
  readonly values: readonly RequestValue[];
  /** Rows of the request by the ids that bindings of kind `rows` name. */
  readonly rowSets: readonly RowSet[];
  readonly operation: Operation;
  readonly answer: Answer;
  /** Of a query with `@cached`. */
  readonly cached?: CachedDirective | undefined;
}

const QUERY_ROOT = 'query_root';
const NO_QUERIES = 'no_queries_available';
/** What the placeholder field of a role without any query answers. */
const NO_QUERIES_TEXT =
  "There are no queries available to the current role. Either there are no sources or remote schemas configured, or the current role doesn't have the required permissions.";

/**
 * Plans a query or mutation for a role.
 * @throws HedgeError `validation-failed` with the path of what the role's schema does not have or the limits forbid.
 */
export function plan(
  role: RoleView,
  operation: Operation,
  variables: VariableValues,
  settings: PlanSettings,
): Plan {
  const ctx = newContext(role, operation, variables, settings);
  const { node } = operation;
  const cached =
    node.operation === OperationTypeNode.QUERY ? planCached(ctx, node.directives ?? []) : undefined;
  const answer = planOperation(ctx);
  return { guards: ctx.reader.guards, values: ctx.values, rowSets: ctx.rowSets, operation, answer, cached };
}

function planOperation(ctx: PlanContext): Answer {
  switch (ctx.reader.operation.node.operation) {
    case OperationTypeNode.QUERY:
      return planQuery(ctx);
    case OperationTypeNode.MUTATION:
      return planMutation(ctx);
    case OperationTypeNode.SUBSCRIPTION:
      return planSubscription(ctx, { leaf: leafField, relayRoot: relayRootField });
  }
}

function planQuery(ctx: PlanContext): Answer {
  const { node } = ctx.reader.operation;
  const fields = collectFields(ctx, QUERY_ROOT, [node.selectionSet], undefined);
  const { relay } = ctx.role;
  return answerOf(
    fields.map((field) => (relay ? relayRootField(ctx, field, 'query') : rootField(ctx, field))),
  );
}

function rootField(ctx: PlanContext, field: SelectedField): Root {
  const { key, name } = field;
  const { fields, namespaces } = ctx.role.query;
  if (isIntrospection(ctx, name)) return { kind: 'introspection', key, node: withKey(field) };
  const namespace = namespaces.get(name);
  if (namespace) {
    readArguments(field, []);
    const typeName = namespaceTypeName(namespace.naming, name, 'query');
    const members = collectFields(ctx, typeName, field.selectionSets, field.path).map((member) =>
      leafField(ctx, namespace.fields, typeName, member),
    );
    return { kind: 'namespace', key, members };
  }
  if (name === NO_QUERIES && fields.size === 0 && namespaces.size === 0)
    return { kind: 'constant', key, text: NO_QUERIES_TEXT };
  return leafField(ctx, fields, QUERY_ROOT, field);
}

function leafField(
  ctx: PlanContext,
  fields: ReadonlyMap<string, RootField>,
  typeName: string,
  field: SelectedField,
): LeafRoot {
  const { key, name } = field;
  if (name === '__typename') {
    readArguments(field, []);
    noSubselection(field);
    return { kind: 'constant', key, text: typeName };
  }
  const root = fields.get(name) ?? invalid(`field '${name}' not found in type: '${typeName}'`, field.path);
  const table = ctx.role.table(root.table);
  return { kind: 'source', key, source: table.source, value: rootSql(ctx, root, table, field) };
}

function rootSql(ctx: PlanContext, root: RootField, table: TableView, field: SelectedField): Sql {
  switch (root.kind) {
    case 'select':
      return listSql(ctx, tableSource(table), field);
    case 'select_aggregate':
      return aggregateSql(ctx, tableSource(table), field, objectFields);
    case 'select_by_pk':
      return byPkSql(ctx, table, field);
    case 'select_stream':
      throw new Error('Invariant broken: streams are planned by planSubscription');
    case 'function':
    case 'function_aggregate':
      return functionRootSql(ctx, root, table, field);
    case 'native_query': {
      const { native } = root;
      const source = { table, from: nativeQuerySql(ctx, native, field), join: () => [] };
      return listSql(ctx, source, field, nativeQueryArguments(native));
    }
    default:
      return unreachable(root);
  }
}

function byPkSql(ctx: PlanContext, table: TableView, field: SelectedField): Sql {
  const given = readArguments(field, table.primaryKey ?? []);
  const join = keyConditions(ctx, table, given, at(field.path, 'args'));
  return objectSql(ctx, { ...tableSource(table), join }, field);
}
