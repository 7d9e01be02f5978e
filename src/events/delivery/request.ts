// An event and its trigger -> the call of the webhook, and what the log shows of it.

import { VERSION } from '../../hedge-version.ts';
import { setTrace, traceContextOf } from '../../telemetry/trace-context.ts';
import type { WebhookCall } from '../../webhook/call.ts';
import { webhookUrl } from '../../webhook/call.ts';
import { setConfigured } from '../../webhook/headers.ts';
import { fillTemplate, variable } from '../../webhook/template.ts';
import type { Environment } from '../../webhook/types.ts';
import type { ClaimedEvent, DeliveryTrigger } from './types.ts';

/** Of an answer, in bytes: a hundred of them are in memory at a time. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** As Hasura, whose own headers win over those of the metadata. */
const OWN_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ['Content-Type', 'application/json'],
  ['User-Agent', `hasura-graphql-engine/${VERSION}`],
];

/**
 * The call as the metadata has it, before any transform.
 * @throws HedgeError `not-found` for an environment variable that is not set; `unexpected` for an address or a header
 *   that is none. Neither shows a value.
 */
export function eventCall(
  event: ClaimedEvent,
  trigger: DeliveryTrigger,
  environment: Environment,
): WebhookCall {
  const { webhook } = trigger;
  const url =
    'text' in webhook ? fillTemplate(webhook.text, environment) : variable(webhook.fromEnv, environment);
  const headers = new Headers();
  setTrace(headers, traceContextOf(traceHeaders(event.traceContext)));
  setConfigured(headers, trigger.headers, environment);
  for (const [name, value] of OWN_HEADERS) headers.set(name, value);
  return {
    url: webhookUrl(url, `event trigger "${trigger.name}"`),
    headers,
    body: eventBody(event, trigger),
    timeoutMs: trigger.timeoutSeconds * 1000,
    maxBytes: MAX_ANSWER_BYTES,
  };
}

/**
 * The body as Hasura sends it. What was recorded goes in as text, so that no number in it changes:
 * ```
 * {"id":"…","created_at":"2026-01-02T03:04:05.678","table":{"schema":"public","name":"users"},"trigger":{"name":"user_created"},
 *  "delivery_info":{"current_retry":0,"max_retries":3},"event":{"op":"INSERT","data":{…},…}}
 * ```
 */
export function eventBody(event: ClaimedEvent, trigger: DeliveryTrigger): string {
  return `${eventHead(event, trigger)},"event":${event.payload}}`;
}

function eventHead(
  { id, createdAt, schema, table, tries }: ClaimedEvent,
  { name, retries }: DeliveryTrigger,
): string {
  const head = {
    id,
    created_at: shortTime(createdAt),
    table: { schema, name: table },
    trigger: { name },
    delivery_info: { current_retry: tries, max_retries: retries },
  };
  return JSON.stringify(head).slice(0, -1);
}

/** Hasura writes no fraction, milliseconds or microseconds, as few as the time needs. */
function shortTime(time: string): string {
  return time.replace(/\.000000$|(?<=\.\d{3})000$/, '');
}

/** Of what a call sends, in characters: the event itself has the rest. */
const MAX_LOGGED_BODY = 64 * 1024;

/**
 * What the log shows of a call, as JSON. Values of environment variables are not in it: headers are as the metadata has them.
 * `body` is what was sent; undefined when no body could be made.
 */
export function loggedRequest(
  event: ClaimedEvent,
  trigger: DeliveryTrigger,
  body: string | null | undefined,
): string {
  const headers = [
    ...OWN_HEADERS.map(([name, value]) => ({ name, value })),
    ...trigger.headers
      .filter(({ name }) => !OWN_HEADERS.some(([own]) => own.toLowerCase() === name.toLowerCase()))
      .map((header) =>
        'value' in header ? header : { name: header.name, value_from_env: header.valueFromEnv },
      ),
  ];
  return `{"payload":${loggedBody(event, trigger, body)},"headers":${JSON.stringify(headers)},"version":"2"}`;
}

function loggedBody(event: ClaimedEvent, trigger: DeliveryTrigger, body: string | null | undefined): string {
  if (body === null) return 'null';
  const sent = body ?? eventBody(event, trigger);
  if (sent.length > MAX_LOGGED_BODY) return `${eventHead(event, trigger)},"event":null}`;
  return isJson(sent) ? sent : JSON.stringify(sent);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The trace that the writer of the event was in, as the headers of a request that came from there. */
function traceHeaders(traceContext: string | null): Headers {
  const headers = new Headers();
  if (traceContext === null) return headers;
  const trace: unknown = JSON.parse(traceContext);
  if (typeof trace !== 'object' || trace === null) return headers;
  const given = trace as Readonly<Record<string, unknown>>;
  for (const [header, member] of TRACE_MEMBERS) {
    const value = given[member];
    // Whoever may write to the table could have recorded anything.
    if (typeof value === 'string' && /^[0-9a-f]+$/i.test(value)) headers.set(header, value);
  }
  return headers;
}

const TRACE_MEMBERS = [
  ['x-b3-traceid', 'trace_id'],
  ['x-b3-spanid', 'span_id'],
  ['x-b3-sampled', 'sampling_state'],
] as const;
