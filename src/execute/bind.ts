// A statement's bindings + session + variables -> the parameters of one execution.

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { VariableValues } from '../parse/operation.ts';
import { encodeLeaf } from '../plan/codec.ts';
import type { RequestValue } from '../plan/context.ts';
import { describeInput, inputJson, resolveVariable } from '../plan/input.ts';
import type { InputRow } from '../plan/mutation/input-rows.ts';
import { rowsAt } from '../plan/mutation/input-rows.ts';
import { rowsText } from '../plan/mutation/row-set.ts';
import type { Plan } from '../plan/plan.ts';
import type { SubscriptionAnswer } from '../plan/subscription.ts';
import type { Binding } from '../sql/sql.ts';
import type { TraceContext } from '../telemetry/trace-context.ts';
import { traceContextJson } from '../telemetry/trace-context.ts';
import { must, unreachable } from '../util/assert.ts';

/** What a statement's values come from. */
export interface Given {
  readonly session: Session;
  readonly variables: VariableValues;
  /** Of mutations. */
  readonly trace?: TraceContext;
}

/**
 * Parameters in the order of `$1`, `$2`, …
 * @throws HedgeError `not-found` for a session variable the session lacks; `validation-failed` or `parse-failed` for a
 *   value its type does not take.
 */
export function bind(
  plan: Plan,
  bindings: readonly Binding[],
  { session, variables, trace }: Given,
): string[] {
  const rows = rowsReader(plan, variables);
  return bindings.map((binding) => {
    switch (binding.kind) {
      case 'constant':
        return binding.text;
      case 'session': {
        const value = session.variables.get(binding.name);
        if (value === undefined)
          throw new HedgeError('not-found', `missing session variable: "${binding.name}"`);
        return storable(value, binding.name);
      }
      case 'session_json':
        return storable(JSON.stringify(Object.fromEntries(session.variables)), 'x-hasura-…');
      case 'trace_json':
        return traceContextJson(must(trace, 'a mutation has a trace'));
      case 'request':
        return requestText(
          plan,
          must(plan.values[binding.id], 'a binding names a value of its plan'),
          variables,
        );
      case 'rows':
        return rows(binding.id, binding.part);
      case 'cursor':
        throw new Error('Invariant broken: a cursor is not bound with the other values');
      default:
        return unreachable(binding);
    }
  });
}

/** The texts of rows' columns; the rows of a set are walked through once for all of its columns. */
function rowsReader(plan: Plan, variables: VariableValues): (id: number, part: number) => string {
  const reader = { operation: plan.operation, variables };
  const walked = new Map<number, readonly InputRow[]>();
  return (id, part) => {
    const { place, parts } = must(plan.rowSets[id], 'a binding names rows of its plan');
    const rows = walked.get(id) ?? rowsAt(reader, place);
    walked.set(id, rows);
    return rowsText(reader, rows, must(parts[part], 'a binding names a part of its rows'));
  };
}

function requestText(plan: Plan, value: RequestValue, variables: VariableValues): string {
  const reader = { operation: plan.operation, variables, guards: [] };
  const declared = declaredType(plan, value);
  const input = resolveVariable(reader, value.input, declared, value.path) ?? value.input;
  const json = inputJson(input, plan.operation, variables);
  return encodeLeaf(value.leaf, json, value.path, () => describeInput(input, variables));
}

/** Types were compared while planning; here a variable's own type is taken as it is. */
function declaredType(plan: Plan, value: RequestValue): string {
  if (value.input.kind !== 'literal' || value.input.node.kind !== 'Variable') return '';
  return plan.operation.variables.get(value.input.node.name.value)?.type ?? '';
}

function storable(text: string, name: string): string {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw new HedgeError(
      'data-exception',
      `the session variable "${name}" holds a character that Postgres cannot store`,
    );
  }
  return text;
}

/** What a cohort of a subscription gives the statement. */
export interface SubscriptionValues {
  readonly values: readonly string[];
  /** Where a stream begins, a text for each column of its cursor; null of a live query. */
  readonly cursor: readonly string[] | null;
}

/** Binds the values of a subscription. @throws HedgeError as `bind`. */
export function bindSubscription(
  plan: Plan,
  { statement, cursor }: Pick<SubscriptionAnswer, 'statement' | 'cursor'>,
  given: Given,
): SubscriptionValues {
  const starts = cursor?.map(({ binding }) => binding);
  return {
    values: bind(plan, statement.bindings, given),
    cursor: starts ? bind(plan, starts, given) : null,
  };
}
