// What everything that calls a webhook shares: headers, request and response transforms, retries.
import * as v from 'valibot';

import { KritiError } from '../../kriti/error.ts';
import { jsonTemplate, textTemplate } from '../../kriti/template.ts';
import type { BodyTransform } from '../webhook-types.ts';
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
  type Schema,
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

/** Where a template is wrong, as the end of a sentence. `quotes`: the columns in front of it, of a quote that is not written. */
function templateMistake(parse: () => unknown, quotes: number): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    if (!(error instanceof KritiError)) throw error;
    const { line, column } = error.span.start;
    const place = `line ${line + 1}, column ${column - (line === 0 ? quotes : 0)} of the template`;
    // What cannot be read is told with everything behind it.
    const [message = ''] = error.message.split('\n', 1);
    return `is no Kriti template: ${message.slice(0, 60).replace(/\.$/, '')} (${place})`;
  }
}

/** JSON with `{{ }}` in it. */
const template = checked(text, (source) => templateMistake(() => jsonTemplate(source), 0));

/** A text with `{{ }}` in it. */
const textWithPlaces = checked(text, (source) => templateMistake(() => textTemplate(source), 1));

const bodyTransform = v.lazy((input): Schema<BodyTransform> =>
  typeof input === 'string' ? template : bodyAction,
);

const bodyAction: Schema<Exclude<BodyTransform, string>> = checked(
  object({
    action: oneOf('transform', 'remove', 'x_www_form_urlencoded'),
    template: optional(template),
    form_template: optional(
      v.lazy((input): Schema<string | Record<string, string>> =>
        typeof input === 'string' ? textWithPlaces : dictionary(textWithPlaces),
      ),
    ),
  }),
  ({ action, template: written }) =>
    action === 'transform' && written === undefined ? 'needs a "template" to transform with' : undefined,
);

const version = v.picklist([1, 2], '1 or 2');

export const requestTransform = object({
  version: optional(version),
  template_engine: optional(oneOf('Kriti')),
  method: optional(text),
  url: optional(textWithPlaces),
  body: optional(bodyTransform),
  content_type: optional(text),
  query_params: optional(
    v.lazy((input): Schema<string | Record<string, string | null>> =>
      typeof input === 'string' ? textWithPlaces : dictionary(v.nullable(textWithPlaces)),
    ),
  ),
  request_headers: optional(
    object({ add_headers: optional(dictionary(textWithPlaces)), remove_headers: optional(list(text)) }),
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
