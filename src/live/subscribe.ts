// A planned subscription + who asks -> the group and cohort that answer it.

import type { Session } from '../auth/types.ts';
import { bindSubscription } from '../execute/bind.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import type { Plan } from '../plan/plan.ts';
import type { SubscriptionAnswer } from '../plan/subscription.ts';
import { sha256Hex } from '../util/sha256.ts';
import type { CohortInfo, GroupInfo } from './types.ts';

/** What a subscription belongs to. */
export interface Membership {
  readonly group: GroupInfo;
  readonly cohort: CohortInfo;
}

/** A subscription of a socket. */
export interface Subscribing {
  readonly plan: Plan;
  readonly answer: SubscriptionAnswer;
  readonly session: Session;
  readonly request: GraphqlRequest;
  /** Tells a stream from all others: each is at a place of its own. */
  readonly streamId: string;
  /** Of a stream that went on before: where it is now. */
  readonly cursor?: readonly (string | null)[] | null | undefined;
}

/**
 * Binds the values of a subscription.
 * @throws HedgeError as `bind`, for a value or session variable that cannot be used.
 */
export async function membershipOf(subscribing: Subscribing): Promise<Membership> {
  const { plan, answer, session, request, streamId } = subscribing;
  const { source, field, statement, tables } = answer;
  const bound = bindSubscription(plan, answer, { session, variables: request.variables ?? {} });
  const { values } = bound;
  const kind = answer.cursor ? 'stream' : 'live';
  // The role decides what an error shows; everything else it decides is in the statement.
  const identity = [kind, source, session.role, statement.text, statement.constants];
  const group = await sha256Hex(JSON.stringify(identity));
  const cursor = bound.cursor && (subscribing.cursor ?? bound.cursor);
  const own = answer.cursor ? [group, streamId] : [group, values];
  return {
    group: {
      key: group,
      kind,
      source,
      statement: { text: statement.text, constants: statement.constants },
      tables,
      role: session.role,
      field,
      query: request.query,
    },
    cohort: { key: await sha256Hex(JSON.stringify(own)), group, values, cursor },
  };
}
