// What webhooks of permissions have to agree to -> their agreement, or the client's error: asked before any transaction.

import type { ValidateInputModel } from '../artifact/write-types.ts';
import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { VERSION } from '../hedge-version.ts';
import type { ValidationInput } from '../plan/mutation/validate-input.ts';
import type { TraceContext } from '../telemetry/trace-context.ts';
import { setTrace } from '../telemetry/trace-context.ts';
import { must, unreachable } from '../util/assert.ts';
import type { WebhookAnswer, WebhookCall } from '../webhook/call.ts';
import { callWebhook, webhookUrl } from '../webhook/call.ts';
import { passedOn, setConfigured } from '../webhook/headers.ts';
import { fillTemplate } from '../webhook/template.ts';
import type { Environment } from '../webhook/types.ts';
import type { Observer } from './observer.ts';

/** Webhooks asked at a time: a Worker has six connections, and the database wants one. */
const CONCURRENT_CALLS = 5;

/** Of an answer: a message fits many times over. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Whose mutation it is, and what of the request webhooks may be told. */
export interface ValidationContext {
  readonly session: Session;
  /** Of the client's request; none where it did not come over HTTP. */
  readonly headers: Headers | undefined;
  readonly trace: TraceContext;
  readonly environment: Environment;
  readonly observer: Observer | undefined;
}

/**
 * Asks the webhooks, several at a time; of those that refuse, the first in order is the one the client hears of.
 * @throws HedgeError `validation-failed` with the webhook's message; `unexpected` in Hasura's words where it gave no
 *   answer or another than it should; `not-found` naming an environment variable that is not set.
 */
export async function validateInputs(
  context: ValidationContext,
  inputs: readonly ValidationInput[],
): Promise<void> {
  const given = new AbortController();
  const calls = inputs.map((input) => webhookCall(context, input, given.signal));
  const asked: Promise<void>[] = [];
  try {
    for (const [i, call] of calls.entries()) {
      await asked[i - CONCURRENT_CALLS];
      const { webhook } = must(inputs[i], 'a call is of an input');
      const agreement = agreementOf(context, webhook, call);
      agreement.catch(() => {}); // awaited in order
      asked.push(agreement);
    }
    for (const agreement of asked) await agreement;
  } finally {
    given.abort();
  }
}

async function agreementOf(
  { observer }: ValidationContext,
  { url }: ValidateInputModel,
  call: WebhookCall,
): Promise<void> {
  const answer = await callWebhook(call);
  observer?.validated({ webhook: url, request: call.body ?? '', answer });
  checkAnswer(answer);
}

function webhookCall(
  { session, headers: client, trace, environment }: ValidationContext,
  { webhook, input }: ValidationInput,
  signal: AbortSignal,
): WebhookCall {
  const headers = webhook.forwardClientHeaders && client ? passedOn(client) : new Headers();
  headers.set('content-type', 'application/json');
  headers.set('user-agent', `hasura-graphql-engine/${VERSION}`);
  setTrace(headers, trace);
  // Over the client's, which could else present itself to the webhook in our name.
  setConfigured(headers, webhook.headers, environment);
  return {
    url: urlOf(webhook, environment),
    headers,
    body: JSON.stringify({
      version: 1,
      role: session.role,
      session_variables: Object.fromEntries(session.variables),
      data: { input },
    }),
    timeoutMs: webhook.timeout * 1000,
    signal,
    maxBytes: MAX_ANSWER_BYTES,
  };
}

function urlOf({ url }: ValidateInputModel, environment: Environment): URL {
  return webhookUrl(fillTemplate(url, environment), 'a validate_input of the mutation');
}

/** @throws HedgeError for every answer that is no agreement. */
function checkAnswer(answer: WebhookAnswer): void {
  switch (answer.kind) {
    case 'failed':
      throw new HedgeError('unexpected', 'http exception when validating input data', {
        internal: { type: 'http_exception', message: answer.reason },
      });
    case 'answered': {
      const { status, body } = answer;
      if (status >= 200 && status < 300) return;
      if (status === 400) throw new HedgeError('validation-failed', refusalOf(body));
      throw new HedgeError('unexpected', 'internal error when validating input data', {
        internal: `expecting 200 or 400 status code, but found ${status}`,
      });
    }
    default:
      return unreachable(answer);
  }
}

/** The message of a refusal; a webhook need not give one. */
function refusalOf(body: string | null): string {
  if (body === '') return 'the input was refused';
  const value = body === null ? undefined : parsed(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const { message = 'the input was refused' } = value as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  }
  throw new HedgeError('unexpected', 'received invalid response from input validation webhook', {
    internal: `invalid response: ${body === null ? 'it is too long' : 'it is no JSON object with a message'}`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
