// A claim -> its webhooks called, side by side, and what became of each event recorded: what the consumer of a queue does.
//
//   claimed --load--> loaded --call--> outcome --record--> delivered | failed | waiting for its retry
//      |                 `--trigger unknown, or too late to begin--> released, as if never claimed
//      `--another has it by now--> dropped
//
// Whoever dies on the way leaves a claim whose lease ends; then the event is claimed again.

import { HedgeError } from '../../error/hedge-error.ts';
import type { Database } from '../../execute/types.ts';
import { TransformError } from '../../transform/error.ts';
import type { WebhookCall } from '../../webhook/call.ts';
import { callWebhook } from '../../webhook/call.ts';
import type { Environment } from '../../webhook/types.ts';
import { loadEvents } from './claim.ts';
import { SENDING_MS } from './lease.ts';
import { runLimited } from './limited.ts';
import { couldNotSend, couldNotTransform, outcomeOf } from './outcome.ts';
import type { Deliveries } from './recorder.ts';
import { outcomeRecorder } from './recorder.ts';
import { eventCall } from './request.ts';
import type { Signer } from './signature.ts';
import type { Claim, ClaimedEvent, DeliveryTrigger, DeliveryTriggers, Outcome } from './types.ts';

export interface DeliveryContext {
  readonly database: Database;
  readonly triggers: DeliveryTriggers;
  readonly environment: Environment;
  /** Undefined: calls are not signed. */
  readonly signer: Signer | undefined;
  /** How many webhooks are called at one time at most. */
  readonly concurrency: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Delivers the events of a claim, as far as they are still its own.
 * @throws what the database throws, when events cannot be read, or outcomes not be written even after some tries: those
 *   events are delivered again when their lease has ended.
 */
export async function deliverClaim(context: DeliveryContext, claim: Claim): Promise<Deliveries> {
  const total = { delivered: 0, failed: 0, retry: 0, released: 0, late: 0 };
  for (let rest: Claim | undefined = claim; rest;) {
    const load = await loadEvents(context.database, rest);
    if (!load) break;
    const recorder = outcomeRecorder(context.database, load.token, total);
    await recorder.recordAll(deliverEvents(context, load.events, recorder.add));
    rest = load.rest;
  }
  return total;
}

/** In seconds. A trigger that is not in the metadata may be in the next, which another worker has already; as Hasura. */
const UNKNOWN_TRIGGER_SECONDS = 60;

async function deliverEvents(
  context: DeliveryContext,
  events: readonly ClaimedEvent[],
  done: (outcome: Outcome) => void,
): Promise<void> {
  const lastStart = context.now() + SENDING_MS;
  const limits = {
    total: context.concurrency,
    keyOf: (event: ClaimedEvent) => event.trigger,
    ofKey: (event: ClaimedEvent) => context.triggers.get(event.trigger)?.concurrency ?? 1,
  };
  await runLimited(events, limits, async (event) => {
    const trigger = context.triggers.get(event.trigger);
    if (!trigger) done({ id: event.id, kind: 'released', afterSeconds: UNKNOWN_TRIGGER_SECONDS });
    else if (context.now() > lastStart) done({ id: event.id, kind: 'released', afterSeconds: null });
    else done(await deliverEvent(context, event, trigger));
  });
}

/** Calls the webhook of an event. Never rejects: whatever is wrong with one event is its own outcome. */
async function deliverEvent(
  { environment, signer, now }: DeliveryContext,
  event: ClaimedEvent,
  trigger: DeliveryTrigger,
): Promise<Outcome> {
  let call: WebhookCall;
  try {
    call = eventCall(event, trigger, environment);
  } catch (error) {
    return couldNotSend({ event, trigger, body: undefined }, messageOf(error));
  }
  try {
    if (trigger.transformRequest) call = trigger.transformRequest(call, event);
  } catch (error) {
    return couldNotTransform({ event, trigger, body: undefined }, messageOf(error));
  }
  const { body, headers } = call;
  if (signer) {
    await signer(headers, { id: event.id, timestamp: Math.floor(now() / 1000), body: body ?? '' });
  }
  return outcomeOf({ event, trigger, body }, await callWebhook(call), now());
}

/** For the log. Of other errors the message could show anything. */
function messageOf(error: unknown): string {
  if (error instanceof TransformError) return JSON.stringify(error.problems);
  return error instanceof HedgeError ? error.message : 'the request could not be made';
}
