// What everything that calls a webhook shares: headers, request and response transforms, retries.
import * as v from 'valibot';

import {
  checked,
  columns,
  count,
  dictionary,
  flag,
  list,
  name,
  number,
  object,
  oneOf,
  optional,
  text,
  textOr,
} from './common.ts';

const header = checked(
  object({ name: text, value: optional(text), value_from_env: optional(text) }),
  ({ value, value_from_env: fromEnv }) =>
    (value === undefined) === (fromEnv === undefined)
      ? 'needs exactly one of "value" and "value_from_env"'
      : undefined,
);
export const headers = list(header);

/** A URL, or the environment variable that holds it. */
export const webhookUrl = textOr(object({ from_env: text }));

const bodyTransform = textOr(
  object({
    action: oneOf('transform', 'remove', 'x_www_form_urlencoded'),
    template: optional(text),
    form_template: optional(textOr(dictionary(text))),
  }),
);

const version = v.picklist([1, 2], '1 or 2');

export const requestTransform = object({
  version: optional(version),
  template_engine: optional(oneOf('Kriti')),
  method: optional(text),
  url: optional(text),
  body: optional(bodyTransform),
  content_type: optional(text),
  query_params: optional(textOr(dictionary(v.nullable(text)))),
  request_headers: optional(
    object({ add_headers: optional(dictionary(text)), remove_headers: optional(list(text)) }),
  ),
});

export const responseTransform = object({
  version: optional(version),
  template_engine: optional(oneOf('Kriti')),
  body: optional(bodyTransform),
});

const operation = object({ columns: optional(columns), payload: optional(columns) });

export const eventTrigger = checked(
  object({
    name,
    definition: object({
      enable_manual: optional(flag),
      insert: optional(operation),
      update: optional(operation),
      delete: optional(operation),
    }),
    webhook: optional(text),
    webhook_from_env: optional(text),
    retry_conf: optional(
      object({ num_retries: optional(count), interval_sec: optional(count), timeout_sec: optional(count) }),
    ),
    headers: optional(headers),
    request_transform: optional(requestTransform),
    response_transform: optional(responseTransform),
    cleanup_config: optional(
      object({
        schedule: text,
        clear_older_than: count,
        batch_size: optional(count),
        timeout: optional(count),
        clean_invocation_logs: optional(flag),
        paused: optional(flag),
      }),
    ),
    trigger_on_replication: optional(flag),
  }),
  ({ webhook, webhook_from_env: fromEnv }) =>
    (webhook === undefined) === (fromEnv === undefined)
      ? 'needs exactly one of "webhook" and "webhook_from_env"'
      : undefined,
);

export const cronTrigger = object({
  name,
  webhook: webhookUrl,
  schedule: text,
  payload: optional(v.unknown()),
  headers: optional(headers),
  retry_conf: optional(
    object({
      num_retries: optional(count),
      retry_interval_seconds: optional(number),
      timeout_seconds: optional(number),
      tolerance_seconds: optional(number),
    }),
  ),
  include_in_metadata: optional(flag),
  comment: optional(text),
  request_transform: optional(requestTransform),
  response_transform: optional(responseTransform),
});

/** The webhook that checks what a mutation brings before it is written. */
export const validateInput = object({
  type: oneOf('http'),
  definition: object({
    url: text,
    headers: optional(headers),
    forward_client_headers: optional(flag),
    timeout: optional(count),
  }),
});
