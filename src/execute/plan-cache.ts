// Plans of one isolate, by role, text and operation name; a few per text, for variables of different shapes.

import type { Session } from '../auth/types.ts';
import type { VariableValues } from '../parse/operation.ts';
import { guardsHold } from '../plan/input.ts';
import type { Plan } from '../plan/plan.ts';

const MAX_KEYS = 1000;
const MAX_PLANS_PER_KEY = 8;
/** A plan whose text and SQL are longer is made anew each time: an isolate has 128 MB for everything. */
const MAX_PLAN_UNITS = 250_000;
/** Of all plans that are kept. */
const MAX_TOTAL_UNITS = 8_000_000;
/** What a guard or a value of a plan is counted as. */
const UNITS_PER_ITEM = 100;

export interface PlanCache {
  /** The plan made before for this key whose guards hold for these variables. */
  find(key: string, variables: VariableValues): Plan | undefined;
  remember(key: string, plan: Plan): void;
  /** What is kept: keys, plans, and characters as they are counted here. */
  size(): { readonly texts: number; readonly plans: number; readonly characters: number };
}

interface Entry {
  readonly plans: readonly { readonly plan: Plan; readonly units: number }[];
  readonly units: number;
}

/** A cache that drops the texts used longest ago when it is full. */
export function planCache(): PlanCache {
  const entries = new Map<string, Entry>();
  let total = 0;
  const drop = (key: string): void => {
    total -= entries.get(key)?.units ?? 0;
    entries.delete(key);
  };
  return {
    find(key, variables) {
      const entry = entries.get(key);
      if (!entry) return undefined;
      // A map keeps the order of insertion: what is used moves to its end.
      entries.delete(key);
      entries.set(key, entry);
      return entry.plans.find(({ plan }) => guardsHold(plan.guards, variables))?.plan;
    },
    remember(key, plan) {
      const units = key.length + planUnits(plan);
      if (units > MAX_PLAN_UNITS) return;
      const plans = [{ plan, units }, ...(entries.get(key)?.plans ?? []).slice(0, MAX_PLANS_PER_KEY - 1)];
      drop(key);
      const entry = { plans, units: plans.reduce((sum, p) => sum + p.units, 0) };
      entries.set(key, entry);
      total += entry.units;
      for (const oldest of entries.keys()) {
        if (entries.size <= MAX_KEYS && total <= MAX_TOTAL_UNITS) break;
        drop(oldest);
      }
    },
    size() {
      const plans = [...entries.values()].reduce((sum, entry) => sum + entry.plans.length, 0);
      return { texts: entries.size, plans, characters: total };
    },
  };
}

/** About what a plan takes: its SQL, and what it remembers of the request. */
function planUnits({ answer, guards, values }: Plan): number {
  const items = (guards.length + values.length) * UNITS_PER_ITEM;
  switch (answer.kind) {
    case 'constant':
      return items + answer.data.length;
    case 'statement':
      return items + answer.statement.text.length;
    case 'subscription':
      return items + answer.statement.text.length;
    case 'mutation':
      return answer.transactions
        .flatMap(({ statements, alone }) => [
          ...statements.map(({ statement }) => statement),
          ...(alone ? [alone] : []),
        ])
        .reduce((sum, { text }) => sum + text.length, items);
    case 'parts':
      return answer.parts.reduce(
        (sum, part) => sum + (part.kind === 'statement' ? part.statement.text.length : UNITS_PER_ITEM),
        items,
      );
  }
}

/** The key of a request: everything a plan depends on beside the variables. */
export function planKey(
  { role, backend }: Pick<Session, 'role' | 'backend'>,
  operationName: string | undefined,
  text: string,
): string {
  return `${backend ? 'backend' : ''}\n${role}\n${operationName ?? ''}\n${text}`;
}
