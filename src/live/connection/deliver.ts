// The outcome of a poll for a cohort -> frames to the sockets of its subscribers. Its text is put together once.

import type { Config } from '../../config/types.ts';
import { dataFrames } from '../protocol/frames.ts';
import type { Delivery } from '../types.ts';
import type { OutboxEvents } from './outbox.ts';
import { isHeld, post } from './outbox.ts';
import type { Store } from './store.ts';
import type { Cohort, Operation, Subscription } from './types.ts';

export interface DeliveryContext {
  readonly store: Pick<Store, 'setCursor'>;
  readonly config: Pick<Config, 'experimentalFeatures'>;
  readonly outboxEvents: OutboxEvents;
}

/** Drops the first result of a stream where it is empty. */
const REMOVE_EMPTY = 'remove_empty_subscription_responses';

/**
 * Sends a result or an error to everybody who did not have it yet. False: it does not follow what a stream has sent, as
 * where the poller did not hear that a batch arrived.
 */
export function deliverTo(cohort: Cohort, delivery: Delivery, context: DeliveryContext): boolean {
  if (delivery.kind === 'error') {
    const response = `{"errors":[${delivery.error}]}`;
    for (const operation of cohort.members) {
      if (operation.subscription?.hash !== delivery.error)
        tell(operation, response, { hash: delivery.error, isResult: false }, context);
    }
    return true;
  }
  const response = `{"data":${delivery.data}}`;
  if (cohort.group.kind === 'live') {
    for (const operation of cohort.members) {
      const { hash = null, isTold = false } = operation.subscription ?? {};
      // After its sleep the object does not know what it told, but that it did.
      const isKnown = hash === null ? isTold && delivery.isRepeat === true : hash === delivery.hash;
      if (!isKnown) tell(operation, response, { hash: delivery.hash, isResult: true }, context);
    }
    return true;
  }
  const { cursor, from } = delivery;
  if (JSON.stringify(from) !== JSON.stringify(cohort.cursor)) return false;
  for (const operation of cohort.members) {
    // The emptiness at the end of a stream that has sent something.
    if (cursor === null && (operation.subscription?.isTold || dropsEmpty(context))) continue;
    if (cursor) {
      cohort.cursor = cursor;
      context.store.setCursor(cohort);
    }
    tell(operation, response, { hash: null, isResult: true }, context);
    if (isHeld(operation.client)) cohort.isPaused = true;
  }
  return true;
}

function dropsEmpty({ config }: DeliveryContext): boolean {
  return config.experimentalFeatures.includes(REMOVE_EMPTY);
}

function tell(
  operation: Operation,
  response: string,
  { hash, isResult }: { readonly hash: Subscription['hash']; readonly isResult: boolean },
  { outboxEvents }: DeliveryContext,
): void {
  const { client, id, subscription } = operation;
  if (!subscription) return;
  subscription.hash = hash;
  if (isResult) subscription.isTold = true;
  const isReplaced = subscription.cohort.group.kind === 'live';
  post(client, { operation, isReplaced, frames: dataFrames(client.protocol, id, response) }, outboxEvents);
}
