// What passes between the steps of a delivery: triggers as they are delivered, claims, events, and what became of each.

import type { WebhookCall } from '../../webhook/call.ts';
import type { WebhookHeader } from '../../webhook/types.ts';

/** An event trigger, as far as its delivery goes. */
export interface DeliveryTrigger {
  readonly name: string;
  /** `text` may hold `{{NAME}}` of the environment. */
  readonly webhook: { readonly text: string } | { readonly fromEnv: string };
  readonly headers: readonly WebhookHeader[];
  /** Of an event after its first try. */
  readonly retries: number;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  /** How many of its events are claimed at one time. Claims made in the same moment do not see each other's. */
  readonly concurrency: number;
  /** Changes what is sent; what it throws ends the event without a retry. Undefined: it is sent as it is. */
  readonly transformRequest: ((call: WebhookCall, event: ClaimedEvent) => WebhookCall) | undefined;
}

/** Triggers of a source by name. */
export type DeliveryTriggers = ReadonlyMap<string, DeliveryTrigger>;

/** Events that one worker may deliver until their lease ends. */
export interface Claim {
  /** The time in `locked`, to the microsecond: whoever claims later writes another one. */
  readonly token: string;
  /** In the order in which they were recorded. */
  readonly ids: readonly string[];
}

export interface ClaimedEvent {
  readonly id: string;
  readonly schema: string;
  readonly table: string;
  readonly trigger: string;
  /** JSON with `op`, `data`, `session_variables` and `trace_context`, its numbers as they were recorded. */
  readonly payload: string;
  /** JSON with `trace_id` and `span_id`; null when the writer was in no trace. */
  readonly traceContext: string | null;
  /** How many deliveries were recorded. */
  readonly tries: number;
  /** In microseconds, without a time zone. */
  readonly createdAt: string;
}

/** What becomes of an event. */
export type Outcome =
  | { readonly id: string; readonly kind: 'delivered'; readonly invocation: Invocation }
  /** Its last try failed. */
  | { readonly id: string; readonly kind: 'failed'; readonly invocation: Invocation }
  | {
      readonly id: string;
      readonly kind: 'retry';
      readonly afterSeconds: number;
      readonly invocation: Invocation;
    }
  /** It was not tried; others may, at once unless told. */
  | { readonly id: string; readonly kind: 'released'; readonly afterSeconds: number | null };

/** A line of `hdb_catalog.event_invocation_logs`. */
export interface Invocation {
  readonly trigger: string;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** JSON. */
  readonly request: string;
  /** JSON. */
  readonly response: string;
}
