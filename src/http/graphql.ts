// POST /v1/graphql, /v1alpha1/graphql and /v1beta1/relay: who asks, what they ask, and the text that `runOperation` gives, straight into the response.

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { at } from '../error/path.ts';
import type { Engine } from '../execute/engine.ts';
import { relayEngine } from '../execute/relay-engine.ts';
import { runOperation } from '../execute/run.ts';
import { bodyText, checkContentType } from './body.ts';
import { authenticated } from './exchange.ts';
import { readGraphqlBody, readGraphqlRequest } from './graphql-body.ts';
import { clientErrorOf, errorResponse, graphqlErrorText, jsonResponse, showsInternal } from './respond.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** Members of one batch; each may be a statement of its own. */
const MAX_BATCH = 100;

/** How a request that failed as a whole is answered; `shown` is what a client may see of `error`. */
type Failure = (error: unknown, shown: HedgeError, exchange: Exchange, withInternal: boolean) => Response;

/**
 * /v1/graphql. Errors of GraphQL and of authentication have status 200, as in Hasura; bodies that were not read have
 * 413 or 415, and faults of this service 500.
 */
export function graphqlHandler(context: AppContext): Handler {
  return handlerWith(context, graphqlFailure);
}

/** /v1beta1/relay: the same over the schema of the Relay API. */
export function relayHandler(context: AppContext): Handler {
  return handlerWith(context, graphqlFailure, relayEngine);
}

const graphqlFailure: Failure = (error, shown, exchange, withInternal) =>
  jsonResponse(graphqlErrorText(shown, withInternal), exchange, statusOf(error));

/** /v1alpha1/graphql, Hasura's older endpoint: an error is one plain object under its own status. */
export function legacyGraphqlHandler(context: AppContext): Handler {
  return handlerWith(context, (_, shown, exchange, withInternal) =>
    errorResponse(shown, exchange, withInternal),
  );
}

function handlerWith(
  context: AppContext,
  failure: Failure,
  engineOf: (engine: Engine) => Engine = (engine) => engine,
): Handler {
  const { config, log } = context;

  return async (exchange) => {
    const { request, waitUntil } = exchange;
    try {
      checkContentType(request.headers);
      const text = await bodyText(request, config.maxBodyBytes);
      const session = await authenticated(context, exchange, () => jsonOf(text));
      const body = readGraphqlBody(text);
      const engine = engineOf(await context.engine(waitUntil));
      const answer =
        body.kind === 'single'
          ? await runOperation(engine, session, body.request, { headers: request.headers })
          : await batchText(context, exchange, { engine, session, members: body.members, text });
      return jsonResponse(answer, exchange);
    } catch (error) {
      const shown = clientErrorOf(error, exchange, log);
      return failure(error, shown, exchange, showsInternal(config, exchange));
    }
  };
}

/** What a webhook is told of a body: its JSON, or null. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Statuses of a request that never became a GraphQL operation, and of our own faults. */
function statusOf(error: unknown): number {
  if (!(error instanceof HedgeError)) return 500;
  return error.status === 413 || error.status === 415 ? error.status : 200;
}

interface Batch {
  readonly engine: Engine;
  readonly session: Session;
  readonly members: readonly unknown[];
  /** The whole body. */
  readonly text: string;
}

/** The answers of a batch in its order, each with its own error. */
async function batchText(context: AppContext, exchange: Exchange, batch: Batch): Promise<string> {
  const { config, log } = context;
  const { engine, session, members, text } = batch;
  if (members.length > MAX_BATCH)
    throw new HedgeError(
      'bad-request',
      `a batch may hold ${MAX_BATCH} operations, this one holds ${members.length}`,
    );

  const answer = async (member: unknown, index: number): Promise<string> => {
    try {
      const request = readGraphqlRequest(member, at(undefined, index));
      return await runOperation(engine, session, request, { headers: exchange.request.headers });
    } catch (error) {
      return graphqlErrorText(clientErrorOf(error, exchange, log), showsInternal(config, exchange));
    }
  };

  // An operation sees what a mutation before it did; without that word in the body there is none.
  if (!text.includes('mutation')) return `[${(await Promise.all(members.map(answer))).join(',')}]`;
  const answers: string[] = [];
  for (const [index, member] of members.entries()) answers.push(await answer(member, index));
  return `[${answers.join(',')}]`;
}
