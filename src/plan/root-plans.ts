// An operation -> a plan of its own for each of its root fields, for those who want to look at them one by one.

import type { FieldNode } from 'graphql';
import { Kind } from 'graphql/language';

import type { RoleView } from '../artifact/decode.ts';
import { namespaceTypeName } from '../artifact/type-names.ts';
import type { Operation, VariableValues } from '../parse/operation.ts';
import { collectFields, withKey } from './collect.ts';
import type { PlanSettings } from './context.ts';
import { newContext } from './context.ts';
import type { Plan } from './plan.ts';
import { plan } from './plan.ts';

export interface RootPlan {
  /** Response key; below a namespace `<key of the namespace>.<key>`. */
  readonly key: string;
  readonly plan: Plan;
}

/**
 * The plans of a query's root fields, in the order of the answer.
 * @throws HedgeError as `plan` for the operation as a whole.
 */
export function planRootFields(
  role: RoleView,
  operation: Operation,
  variables: VariableValues,
  settings: PlanSettings,
): readonly RootPlan[] {
  plan(role, operation, variables, settings);
  const ctx = newContext(role, operation, variables, settings);
  return collectFields(ctx, 'query_root', [operation.node.selectionSet], undefined).flatMap((field) => {
    const namespace = role.query.namespaces.get(field.name);
    const planOf = (node: FieldNode): Plan => plan(role, withOnly(operation, node), variables, settings);
    const whole = { key: field.key, plan: planOf(withKey(field)) };
    if (!namespace) return [whole];
    const typeName = namespaceTypeName(namespace.naming, field.name, 'query');
    const members = collectFields(ctx, typeName, field.selectionSets, field.path);
    if (members.length === 0) return [whole]; // all skipped
    return members.map((member) => ({
      key: `${field.key}.${member.key}`,
      plan: planOf({
        ...field.node,
        selectionSet: { kind: Kind.SELECTION_SET, selections: [withKey(member)] },
      }),
    }));
  });
}

function withOnly(operation: Operation, field: FieldNode): Operation {
  const selectionSet = { ...operation.node.selectionSet, selections: [field] };
  return { ...operation, node: { ...operation.node, selectionSet } };
}
