// An operation -> a plan of its own for each of its root fields, for those who want to look at them one by one.

import type { FieldNode, OperationDefinitionNode } from 'graphql';
import { OperationTypeNode } from 'graphql/language';

import type { RoleView } from '../artifact/decode.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import { collectFields, withKey } from './collect.ts';
import type { PlanSettings } from './context.ts';
import { newContext } from './context.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';

export interface RootPlan {
  /** Response key. */
  readonly key: string;
  readonly plan: Plan;
}

/**
 * The plans of a query's root fields, in the order of the answer; those of a subscription are the queries that it
 * would run for one subscriber.
 * @throws HedgeError as `plan` for the operation as a whole.
 */
export function planRootFields(
  role: RoleView,
  operation: Operation,
  variables: VariableValues,
  settings: PlanSettings,
): readonly RootPlan[] {
  const asQuery = withNode(operation, { ...operation.node, operation: OperationTypeNode.QUERY });
  plan(role, asQuery, variables, settings);
  const ctx = newContext(role, asQuery, variables, settings);
  return collectFields(ctx, 'query_root', [asQuery.node.selectionSet], undefined).map((field) => ({
    key: field.key,
    plan: plan(role, withOnly(asQuery, withKey(field)), variables, settings),
  }));
}

function withOnly(operation: Operation, field: FieldNode): Operation {
  const selectionSet = { ...operation.node.selectionSet, selections: [field] };
  return withNode(operation, { ...operation.node, selectionSet });
}

function withNode(operation: Operation, node: OperationDefinitionNode): Operation {
  return { ...operation, node };
}
