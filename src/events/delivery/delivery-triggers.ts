// The event triggers of a source's metadata -> what their delivery needs to know, with Hasura's defaults.

import type { SourceMetadata } from '../../metadata/types.ts';
import type { EventTriggerMetadata, Header } from '../../metadata/webhook-types.ts';
import { must } from '../../util/assert.ts';
import type { WebhookHeader } from '../../webhook/types.ts';
import type { DeliveryTrigger, DeliveryTriggers } from './types.ts';

/** Of a call, in seconds: a consumer of a queue has 15 minutes for all it does. */
const MAX_TIMEOUT_SECONDS = 600;

/** Between tries: more than anybody waits for, and what every time can be put off by. */
const MAX_INTERVAL_SECONDS = 365 * 24 * 60 * 60;

export interface DeliveryOptions {
  /** How many events of one trigger are delivered at one time at most. */
  readonly concurrency: number;
  /** What a trigger's `request_transform` does; undefined for those that have none. */
  readonly transformOf: (trigger: EventTriggerMetadata) => DeliveryTrigger['transformRequest'];
}

/** The triggers of a source by name. */
export function deliveryTriggers(source: SourceMetadata, options: DeliveryOptions): DeliveryTriggers {
  return new Map(
    source.tables.flatMap(({ event_triggers: triggers = [] }) =>
      triggers.map((trigger) => [trigger.name, deliveryTrigger(trigger, options)] as const),
    ),
  );
}

function deliveryTrigger(
  trigger: EventTriggerMetadata,
  { concurrency, transformOf }: DeliveryOptions,
): DeliveryTrigger {
  const {
    num_retries: retries = 0,
    interval_sec: interval = 10,
    timeout_sec: timeout = 60,
  } = trigger.retry_conf ?? {};
  return {
    name: trigger.name,
    webhook:
      trigger.webhook === undefined
        ? { fromEnv: must(trigger.webhook_from_env, 'a trigger has one of both') }
        : { text: trigger.webhook },
    headers: (trigger.headers ?? []).map(webhookHeader),
    retries,
    intervalSeconds: Math.min(interval, MAX_INTERVAL_SECONDS),
    timeoutSeconds: Math.min(timeout, MAX_TIMEOUT_SECONDS),
    concurrency,
    transformRequest: transformOf(trigger),
  };
}

function webhookHeader({ name, value, value_from_env: fromEnv }: Header): WebhookHeader {
  return value === undefined
    ? { name, valueFromEnv: must(fromEnv, 'a header has one of both') }
    : { name, value };
}
