// A client's request -> what the authentication webhook is told of it: its headers, and by POST the GraphQL in its body.

import type { AuthHookConfig } from '../config/types.ts';
import { VERSION } from '../hedge-version.ts';
import { clientHeaders } from '../webhook/headers.ts';
import type { Arriving } from './authenticate.ts';
import { SECRET_HEADERS } from './session.ts';

/** What a webhook is told. */
export interface HookRequest {
  readonly headers: Headers;
  /** Written as JSON; null for a GET. */
  readonly body: HookBody | null;
}

interface HookBody {
  readonly headers: Readonly<Record<string, string>>;
  /** Absent where the webhook is not told of it. */
  readonly request?: unknown;
}

/**
 * A GET has the client's headers but for those of its connection and body. A POST has all of them in its body, as in
 * Hasura; that its headers are those of the GET too is ours: a webhook can read `Authorization` where it would anyway.
 */
export function hookRequest(config: AuthHookConfig, { headers, graphql }: Arriving): HookRequest {
  const passedOn = clientHeaders(headers, isTold);
  if (config.method === 'GET') return { headers: passedOn, body: null };
  const all = Object.fromEntries([...headers].filter(([name]) => isTold(name)));
  return {
    headers: passedOn,
    body: config.sendsRequestBody ? { headers: all, request: graphqlOf(graphql?.()) } : { headers: all },
  };
}

/** The headers that the call itself is sent with. */
export function headersOfCall({ headers, body }: HookRequest): Headers {
  const sent = new Headers(headers);
  sent.set('accept', 'application/json');
  sent.set('user-agent', `hasura-graphql-engine/${VERSION}`);
  if (body !== null) sent.set('content-type', 'application/json');
  return sent;
}

/** Headers that are different for each request of the same client, and about which no webhook decides. */
const PER_REQUEST: ReadonlySet<string> = new Set(
  (
    'content-length cf-ray cf-request-id x-request-id x-amzn-trace-id x-cloud-trace-context traceparent tracestate b3 ' +
    'x-b3-traceid x-b3-spanid x-b3-parentspanid x-b3-sampled x-b3-flags sentry-trace baggage'
  ).split(' '),
);

/** All that the webhook may decide by, as a text: where it is the same, so is the answer. */
export function decisiveText({ headers, body }: HookRequest): string {
  const told = body === null ? [...headers] : Object.entries(body.headers);
  const decisive = told.filter(([name]) => !PER_REQUEST.has(name));
  return JSON.stringify([decisive, body?.request]);
}

function isTold(name: string): boolean {
  return !SECRET_HEADERS.has(name);
}

/** A request or a batch, with the members that Hasura knows; null for what is neither. */
function graphqlOf(value: unknown): unknown {
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
