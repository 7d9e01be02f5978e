// Plans of one isolate, by role, text and operation name; a few per text, for variables of different shapes.

import type { VariableValues } from '../parse/operation.ts';
import { guardsHold } from '../plan/input.ts';
import type { Plan } from '../plan/plan.ts';

const MAX_KEYS = 1000;
/** Keys longer than this are planned anew each time. */
const MAX_KEY_UNITS = 100_000;
const MAX_PLANS_PER_KEY = 8;

export interface PlanCache {
  /** The plan made before for this key whose guards hold for these variables. */
  find(key: string, variables: VariableValues): Plan | undefined;
  remember(key: string, plan: Plan): void;
}

/** A cache that keeps the 1,000 texts used last. */
export function planCache(): PlanCache {
  const entries = new Map<string, Plan[]>();
  return {
    find(key, variables) {
      const plans = entries.get(key);
      if (!plans) return undefined;
      return plans.find((plan) => guardsHold(plan.guards, variables));
    },
    remember(key, plan) {
      if (key.length > MAX_KEY_UNITS) return;
      const plans = entries.get(key) ?? [];
      entries.delete(key);
      entries.set(key, [plan, ...plans.slice(0, MAX_PLANS_PER_KEY - 1)]);
      if (entries.size > MAX_KEYS) entries.delete(entries.keys().next().value as string);
    },
  };
}

/** The key of a request: everything a plan depends on beside the variables. */
export function planKey(role: string, operationName: string | undefined, text: string): string {
  return `${role}\n${operationName ?? ''}\n${text}`;
}
