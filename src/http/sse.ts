// POST and GET with `Accept: text/event-stream` -> a stream of server-sent events: the results of a subscription, or the one
// of a query or mutation. For clients whose network lets no WebSocket through. Hasura has none of it.

import { OperationTypeNode } from 'graphql/language';

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import { relayEngine } from '../execute/relay-engine.ts';
import { runOperation } from '../execute/run.ts';
import type { SocketApi } from '../live/connection/opening.ts';
import { openingHeaders, openingRequest, plainSession } from '../live/connection/opening.ts';
import { keptHeaders } from '../live/connection/who.ts';
import { BRIDGE_PROTOCOL, subscriptionEvents } from '../live/sse/bridge.ts';
import { COMPLETE_EVENT, nextEvent } from '../live/sse/events.ts';
import { selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import { admit } from './admit.ts';
import { bodyText, checkContentType } from './body.ts';
import { authenticated } from './exchange.ts';
import { checkVisitor, refuseMutation, requestIn, toldOf } from './get.ts';
import type { SentRequest } from './graphql-body.ts';
import { readGraphqlBody, readSentRequest } from './graphql-body.ts';
import { jsonOf } from './graphql.ts';
import { withQueryText } from './persisted.ts';
import { clientErrorOf, graphqlErrorText, jsonResponse, showsInternal } from './respond.ts';
import { watch } from './run-log.ts';
import { socketOf } from './socket.ts';
import type { AppContext, Exchange } from './types.ts';

/** Who asks, and what. */
interface Asked {
  readonly session: Session;
  readonly request: GraphqlRequest;
}

/**
 * Answers with events. What is wrong with the operation is one of them, since `EventSource` does not show the body of an
 * error; who may not come in at all is told so by status and JSON.
 */
export async function answerWithEvents(
  context: AppContext,
  api: SocketApi,
  exchange: Exchange,
): Promise<Response> {
  const { config, log } = context;
  try {
    const asked = await read(context, exchange);
    return eventsResponse(await eventsOf(context, api, exchange, asked), exchange);
  } catch (error) {
    const shown = clientErrorOf(error, exchange, log);
    return jsonResponse(graphqlErrorText(shown, showsInternal(config, exchange)), exchange, shown.status);
  }
}

async function read(context: AppContext, exchange: Exchange): Promise<Asked> {
  const { session, sent } =
    exchange.request.method === 'POST' ? await posted(context, exchange) : await gotten(context, exchange);
  return { session, request: await withQueryText(sent, exchange, context.config) };
}

async function posted(context: AppContext, exchange: Exchange) {
  const { request, record } = exchange;
  checkContentType(request.headers);
  if (record) record.mode = 'error';
  const text = await bodyText(request, context.config);
  record?.read(text.length);
  const session = await authenticated(context, exchange, () => jsonOf(text));
  const body = readGraphqlBody(text);
  if (body.kind === 'batch')
    throw new HedgeError('not-supported', 'a stream of events answers one operation, not a batch');
  if (record) record.mode = 'single';
  return { session, sent: body.request };
}

async function gotten(
  context: AppContext,
  exchange: Exchange,
): Promise<{ readonly session: Session; readonly sent: SentRequest }> {
  const { searchParams } = new URL(exchange.request.url);
  if (exchange.record) exchange.record.mode = 'single';
  const session = await authenticated(context, exchange, () => toldOf(searchParams));
  checkVisitor(exchange.request, session, context.config);
  return { session, sent: readSentRequest(requestIn(searchParams)) };
}

async function eventsOf(
  context: AppContext,
  api: SocketApi,
  exchange: Exchange,
  asked: Asked,
): Promise<string | ReadableStream<Uint8Array>> {
  const kind = kindOf(asked.request);
  if (kind === OperationTypeNode.SUBSCRIPTION) return await subscribed(context, api, exchange, asked);
  if (exchange.request.method === 'GET' && kind === OperationTypeNode.MUTATION)
    refuseMutation(asked.request, exchange);
  return `${nextEvent(await answer(context, api, exchange, asked))}${COMPLETE_EVENT}`;
}

/** Undefined for what is no valid operation: running it tells why. */
function kindOf({ query, operationName }: GraphqlRequest): OperationTypeNode | undefined {
  try {
    return selectOperation(parse(query), operationName).node.operation;
  } catch {
    return undefined;
  }
}

async function answer(
  context: AppContext,
  api: SocketApi,
  exchange: Exchange,
  { session, request }: Asked,
): Promise<string> {
  const { config, log } = context;
  const served = await context.engine(exchange.waitUntil);
  const engine = api === 'relay' ? relayEngine(served) : served;
  await admit(context, exchange, { engine, session, count: 1 });
  try {
    const observer = watch(context, exchange, request);
    return await runOperation(engine, session, request, { headers: exchange.request.headers, observer });
  } catch (error) {
    return graphqlErrorText(clientErrorOf(error, exchange, log), showsInternal(config, exchange));
  }
}

/** The connection object lets the operation in, plans and logs it, as those of its other sockets. */
async function subscribed(
  context: AppContext,
  api: SocketApi,
  { request: client }: Exchange,
  { session, request }: Asked,
): Promise<ReadableStream<Uint8Array>> {
  const opening = openingRequest({
    protocol: BRIDGE_PROTOCOL,
    api,
    headers: openingHeaders(keptHeaders(client.headers)),
    session: plainSession(session),
  });
  const socket = await socketOf(context, opening, client);
  return subscriptionEvents(socket, request);
}

function eventsResponse(body: string | ReadableStream<Uint8Array>, { requestId, reply }: Exchange): Response {
  const response = new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      // nginx keeps answers back until they are whole.
      'x-accel-buffering': 'no',
      'x-request-id': requestId,
    },
  });
  for (const [name, value] of reply) response.headers.append(name, value);
  return response;
}
