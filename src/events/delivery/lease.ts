// How long an event stays with the worker that claimed it, and for how long of that it may begin to send.

import type { DeliveryTrigger } from './types.ts';

/** From the load of a batch on, a call may begin for this long. */
export const SENDING_MS = 60_000;

/** For what is written after the last answer, and for clocks that differ. */
const MARGIN_SECONDS = 60;

/**
 * After how many seconds another worker may claim an event of this trigger. Whoever holds it has by then begun its call,
 * waited for its time-out, and had a minute to write what came of it. Hasura waits for half an hour.
 */
export function leaseSeconds({ timeoutSeconds }: DeliveryTrigger): number {
  return SENDING_MS / 1000 + timeoutSeconds + MARGIN_SECONDS;
}
