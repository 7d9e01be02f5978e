// A request -> the session that the webhook of HASURA_GRAPHQL_AUTH_HOOK gives it; what it told is remembered as long as
// it allows.

import type { AuthHookConfig } from '../config/types.ts';
import { urlWithoutSecrets } from '../telemetry/redact.ts';
import { setTrace, traceContextOf } from '../telemetry/trace-context.ts';
import { sha256Hex } from '../util/sha256.ts';
import type { WebhookAnswer } from '../webhook/call.ts';
import { callWebhook, webhookUrl } from '../webhook/call.ts';
import type { Authenticate } from './authenticate.ts';
import { readHookAnswer } from './hook-answer.ts';
import { hookMemory } from './hook-memory.ts';
import type { HookRequest } from './hook-request.ts';
import { decisiveText, graphqlTold, hookRequest } from './hook-request.ts';
import type { Surroundings } from './jwk-set.ts';
import { sessionOf } from './session.ts';

/** Of an answer: a session has a few short texts. */
const MAX_ANSWER_BYTES = 100_000;

/**
 * Sessions by webhook.
 * @throws HedgeError in Hasura's words: `access-denied` where it says 401, `unexpected` where it says neither that nor
 *   gives a session, `invalid-params` for a session without a role.
 */
export function hookSessions(config: AuthHookConfig, { now, log }: Surroundings): Authenticate {
  const memory = hookMemory(now);
  const url = webhookUrl(config.url, 'HASURA_GRAPHQL_AUTH_HOOK');

  /** Nothing of the answer's body, which may repeat what the client sent. */
  function detailOf(answer: WebhookAnswer): Readonly<Record<string, unknown>> {
    return {
      url: urlWithoutSecrets(config.url),
      method: config.method,
      status_code: answer.kind === 'answered' ? answer.status : null,
      http_error: answer.kind === 'failed' ? answer.reason : null,
    };
  }

  async function ask(request: HookRequest, client: Headers): Promise<WebhookAnswer> {
    setTrace(request.headers, traceContextOf(client));
    const answer = await callWebhook({
      ...request,
      url,
      timeoutMs: config.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
    });
    const isGood = answer.kind === 'answered' && answer.status === 200;
    log({ type: 'webhook-log', level: isGood ? 'info' : 'error', detail: detailOf(answer) });
    return answer;
  }

  return async (arriving) => {
    const { headers, reply } = arriving;
    const graphql = graphqlTold(config, arriving.graphql);
    // A digest, so that neither tokens nor bodies are kept.
    const key = await sha256Hex(decisiveText(config, headers, graphql));
    const known = memory.get(key);
    if (known) return known;
    const asked = now();
    const answer = await ask(hookRequest(config, headers, graphql), headers);
    const { role, variables, expiresAt, mayBeRemembered } = readHookAnswer(answer, asked);
    const cookies = answer.kind === 'answered' ? answer.headers.getSetCookie() : [];
    for (const cookie of cookies) reply.push(['set-cookie', cookie]);
    const session = sessionOf(role, variables, false, expiresAt);
    // A cookie is meant for this one client.
    if (mayBeRemembered && cookies.length === 0) memory.set(key, session);
    return session;
  };
}
