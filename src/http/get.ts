// GET /v1/graphql?query=…&variables=… -> the answer of that query, so that browsers and CDNs may keep what is anybody's.
// Hasura takes POST only.

import { OperationTypeNode } from 'graphql/language';

import type { Session } from '../auth/types.ts';
import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import { runOperation } from '../execute/run.ts';
import { selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import { admit } from './admit.ts';
import { arrivalOf, unstored } from './cache-headers.ts';
import { authenticated } from './exchange.ts';
import { couldBeForeign } from './foreign.ts';
import { parseBody, readSentRequest } from './graphql-body.ts';
import { graphqlFailure } from './graphql.ts';
import { withQueryText } from './persisted.ts';
import { clientErrorOf, graphqlErrorText, jsonResponse, notFoundResponse, showsInternal } from './respond.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** Parameters of GraphQL over HTTP. */
const PARAMETERS = ['query', 'operationName', 'variables', 'extensions'];

/** GET and HEAD of /v1/graphql. Without a query there is nothing here, as in Hasura. */
export function getGraphqlHandler(context: AppContext): Handler {
  const { config, log } = context;
  const failure = graphqlFailure(config);

  return unstored(async (exchange) => {
    const { searchParams } = new URL(exchange.request.url);
    if (!searchParams.has('query') && !searchParams.has('extensions')) return notFoundResponse(exchange);
    if (exchange.record) exchange.record.mode = 'single';
    try {
      return jsonResponse(await answer(context, exchange, searchParams), exchange);
    } catch (error) {
      const shown = clientErrorOf(error, exchange, log);
      const withInternal = showsInternal(config, exchange);
      if (shown.status !== 403 && shown.status !== 405) return failure(error, shown, exchange, withInternal);
      return jsonResponse(graphqlErrorText(shown, withInternal), exchange, shown.status);
    }
  });
}

async function answer(
  context: AppContext,
  exchange: Exchange,
  searchParams: URLSearchParams,
): Promise<string> {
  const { config } = context;
  const { request, waitUntil } = exchange;
  const session = await authenticated(context, exchange, () => toldOf(searchParams));
  checkVisitor(request, session, config);
  const sent = readSentRequest(requestIn(searchParams));
  const engine = await context.engine(waitUntil);
  await admit(context, exchange, { engine, session, count: 1 });
  const asked = await withQueryText(sent, exchange, config);
  refuseMutation(asked, exchange);
  return await runOperation(engine, session, asked, arrivalOf(context, exchange, asked));
}

/**
 * A function that is called by a query may change something, in the visitor's name.
 * @throws HedgeError `not-supported`, status 403, for what another site may have made a browser send.
 */
export function checkVisitor(
  request: Request,
  { trusted, role }: Session,
  { unauthorizedRole }: Pick<Config, 'unauthorizedRole'>,
): void {
  if (!couldBeForeign(request) || (!trusted && role === unauthorizedRole)) return;
  throw new HedgeError(
    'not-supported',
    'a query that a page of another site could send in a visitor’s name is refused; send Content-Type: application/json, or an Authorization header',
    { status: 403 },
  );
}

/** @throws HedgeError `method-not-allowed` for a mutation: whoever follows a link must change nothing. */
export function refuseMutation({ query, operationName }: GraphqlRequest, { reply }: Exchange): void {
  const { node } = selectOperation(parse(query), operationName);
  if (node.operation !== OperationTypeNode.MUTATION) return;
  reply.push(['allow', 'POST']);
  throw new HedgeError('method-not-allowed', 'mutations are sent by POST');
}

/** What a webhook is told: the request, or null. */
export function toldOf(searchParams: URLSearchParams): unknown {
  try {
    return requestIn(searchParams);
  } catch {
    return null;
  }
}

/**
 * The request as a body would have it.
 * @throws HedgeError `bad-request` for a parameter that is there twice, of which a cache on the way and we might take
 *   different ones; `invalid-json`.
 */
export function requestIn(searchParams: URLSearchParams): Readonly<Record<string, unknown>> {
  const twice = PARAMETERS.find((name) => searchParams.getAll(name).length > 1);
  if (twice !== undefined)
    throw new HedgeError('bad-request', `the parameter "${twice}" is given more than once`);
  return {
    ...textIn(searchParams, 'query'),
    ...textIn(searchParams, 'operationName'),
    ...jsonIn(searchParams, 'variables'),
    ...jsonIn(searchParams, 'extensions'),
  };
}

function textIn(searchParams: URLSearchParams, name: string): Readonly<Record<string, unknown>> {
  const text = searchParams.get(name);
  return text === null ? {} : { [name]: text };
}

/** An empty parameter is one that is not there. */
function jsonIn(searchParams: URLSearchParams, name: string): Readonly<Record<string, unknown>> {
  const text = searchParams.get(name) ?? '';
  return text === '' ? {} : { [name]: parseBody(text) };
}
