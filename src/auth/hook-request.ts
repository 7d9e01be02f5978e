// A client's request -> what the authentication webhook is told of it: its headers, and by POST the GraphQL in its body.

import type { AuthHookConfig } from '../config/types.ts';
import { VERSION } from '../hedge-version.ts';
import { clientHeaders, isPassedOn } from '../webhook/headers.ts';
import type { Arriving } from './authenticate.ts';
import { SECRET_HEADERS } from './session.ts';

/** The request of the call. */
export interface HookRequest {
  readonly headers: Headers;
  /** JSON of a POST; null for a GET. */
  readonly body: string | null;
}

/**
 * A GET has the client's headers but for those of its connection and body. A POST has all of them in its body, as in
 * Hasura; that its headers are those of the GET too is ours: a webhook can read `Authorization` where it would anyway.
 * `request` is what `graphqlTold` gave.
 */
export function hookRequest({ method }: AuthHookConfig, client: Headers, request: unknown): HookRequest {
  const headers = clientHeaders(client, isTold);
  headers.set('accept', 'application/json');
  headers.set('user-agent', `hasura-graphql-engine/${VERSION}`);
  if (method === 'GET') return { headers, body: null };
  headers.set('content-type', 'application/json');
  const all = Object.fromEntries([...client].filter(([name]) => isTold(name)));
  return { headers, body: JSON.stringify({ headers: all, request }) };
}

/** Headers that are different for each request of the same client, and about which no webhook decides. */
const PER_REQUEST: ReadonlySet<string> = new Set(
  (
    'content-length cf-ray cf-request-id x-request-id x-amzn-trace-id x-cloud-trace-context traceparent tracestate b3 ' +
    'x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled x-b3-flags sentry-trace baggage'
  ).split(' '),
);

/** All that the webhook may decide by, as a text: where it is the same, so is the answer. */
export function decisiveText({ method }: AuthHookConfig, client: Headers, request: unknown): string {
  const decisive: string[] = [];
  client.forEach((value, name) => {
    if (PER_REQUEST.has(name) || !isTold(name)) return;
    if (method === 'POST' || isPassedOn(name)) decisive.push(name, value);
  });
  return JSON.stringify([decisive, request]);
}

function isTold(name: string): boolean {
  return !SECRET_HEADERS.has(name);
}

/**
 * The GraphQL that the webhook is told: a request or a batch with the members that Hasura knows, null for what is
 * neither, undefined where it is told nothing of it.
 */
export function graphqlTold(
  { method, sendsRequestBody }: AuthHookConfig,
  graphql: Arriving['graphql'],
): unknown {
  if (method === 'GET' || !sendsRequestBody) return undefined;
  const value = graphql?.();
  if (!Array.isArray(value)) return memberOf(value);
  const members = value.map(memberOf);
  return members.includes(null) ? null : members;
}

function memberOf(value: unknown): Readonly<Record<string, unknown>> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { query, operationName, variables } = value as Readonly<Record<string, unknown>>;
  if (typeof query !== 'string') return null;
  return {
    query,
    ...(typeof operationName === 'string' && { operationName }),
    ...(typeof variables === 'object' && variables !== null && { variables }),
  };
}
