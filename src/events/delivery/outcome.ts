// What a webhook answered -> what becomes of the event, and the line of the log.

import { unreachable } from '../../util/assert.ts';
import type { WebhookAnswer } from '../../webhook/call.ts';
import { loggedRequest, MAX_ANSWER_BYTES } from './request.ts';
import type { ClaimedEvent, DeliveryTrigger, Invocation, Outcome } from './types.ts';

/** An event that was tried. */
export interface Tried {
  readonly event: ClaimedEvent;
  readonly trigger: DeliveryTrigger;
  /** What was sent; undefined when nothing was, as no body could be made. */
  readonly body: string | null | undefined;
}

/**
 * As Hasura: 2xx is success. Every other answer, a redirect too, and none at all is a failure: there is another try while
 * the trigger has retries left, or when the webhook asks for one by `Retry-After`.
 * @param now milliseconds since 1970
 */
export function outcomeOf(tried: Tried, answer: WebhookAnswer, now: number): Outcome {
  switch (answer.kind) {
    case 'answered': {
      const { status, headers } = answer;
      const response = { type: 'webhook_response', data: responseData(answer), version: '2' };
      const invocation = { ...invocationOf(tried, response), status };
      if (status >= 200 && status < 300) return { id: tried.event.id, kind: 'delivered', invocation };
      return failure(tried, invocation, retryAfterSeconds(headers.get('retry-after'), now));
    }
    case 'failed':
      // The text of an exception, as Hasura's logs have it here.
      return couldNotSend(tried, JSON.stringify({ type: 'http_exception', message: answer.reason }));
    default:
      return unreachable(answer);
  }
}

/** There was no answer. The trigger's retries are for this too: variables get set, and addresses mended. */
export function couldNotSend(tried: Tried, message: string): Outcome {
  return failure(tried, clientError(tried, message), undefined);
}

/** The transform of the request failed: it would again, so there is no other try. */
export function couldNotTransform(tried: Tried, message: string): Outcome {
  return { id: tried.event.id, kind: 'failed', invocation: clientError(tried, message) };
}

function failure({ event, trigger }: Tried, invocation: Invocation, retryAfter: number | undefined): Outcome {
  if (retryAfter === undefined && event.tries >= trigger.retries) {
    return { id: event.id, kind: 'failed', invocation };
  }
  return { id: event.id, kind: 'retry', afterSeconds: retryAfter ?? trigger.intervalSeconds, invocation };
}

function clientError(tried: Tried, message: string): Invocation {
  return invocationOf(tried, { type: 'client_error', data: { message }, version: '2' });
}

function invocationOf({ event, trigger, body }: Tried, response: unknown): Invocation {
  return {
    trigger: trigger.name,
    status: null,
    request: loggedRequest(event, trigger, body),
    response: JSON.stringify(response),
  };
}

/** Of an answer's body, in characters. */
const MAX_LOGGED_ANSWER = 64 * 1024;

function responseData({ status, headers, body }: Extract<WebhookAnswer, { kind: 'answered' }>): unknown {
  return {
    status,
    headers: [...headers].map(([name, value]) => ({ name, value })),
    body: body === null ? `(longer than ${MAX_ANSWER_BYTES} bytes)` : loggedAnswer(body),
  };
}

/** What no text of Postgres can hold is replaced, or nobody could look into the log with its operators for JSON. */
function loggedAnswer(body: string): string {
  const text = body.length > MAX_LOGGED_ANSWER ? `${body.slice(0, MAX_LOGGED_ANSWER)}… (cut)` : body;
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** A webhook that wants to be left alone for longer hears of the event earlier. */
const MAX_RETRY_AFTER_SECONDS = 24 * 60 * 60;

/**
 * Seconds from now, rounded up; undefined for what is malformed or past. A date is one of HTTP (RFC 9110, 10.2.3).
 * @param now milliseconds since 1970
 */
export function retryAfterSeconds(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const given = text.trim();
  const seconds = /^\d+$/.test(given)
    ? Number(given)
    : HTTP_DATE.test(given)
      ? Math.ceil((Date.parse(given) - now) / 1000)
      : Number.NaN;
  return seconds > 0 ? Math.min(seconds, MAX_RETRY_AFTER_SECONDS) : undefined;
}

const HTTP_DATE = /^[A-Z][a-z]+, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT$/;
