// POST /v1/graphql, /v1alpha1/graphql and /v1beta1/relay: who asks, what they ask, and the text that `runOperation` gives, straight into the response.

import type { Session } from '../auth/types.ts';
import type { Config } from '../config/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { at } from '../error/path.ts';
import type { Engine } from '../execute/engine.ts';
import { relayEngine } from '../execute/relay-engine.ts';
import { runOperation } from '../execute/run.ts';
import { parseJson } from '../util/exact-number.ts';
import { isObject } from '../util/is-object.ts';
import { admit } from './admit.ts';
import { bodyText, checkContentType } from './body.ts';
import { arrivalOf } from './cache-headers.ts';
import { authenticated } from './exchange.ts';
import type { GraphqlBody, SentRequest } from './graphql-body.ts';
import { readGraphqlBody, readSentRequest } from './graphql-body.ts';
import { withQueryText } from './persisted.ts';
import { clientErrorOf, errorResponse, graphqlErrorText, jsonResponse, showsInternal } from './respond.ts';
import { watch } from './run-log.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** How a request that failed as a whole is answered; `shown` is what a client may see of `error`. */
type Failure = (error: unknown, shown: HedgeError, exchange: Exchange, withInternal: boolean) => Response;

/**
 * /v1/graphql. Errors of GraphQL and of authentication have status 200, as in Hasura, unless 401 is to be preserved;
 * bodies that were not read have 408, 413 or 415, what a rate limit refused 429, and faults of this service 500.
 */
export function graphqlHandler(context: AppContext): Handler {
  return handlerWith(context, graphqlFailure(context.config));
}

/** /v1beta1/relay: the same over the schema of the Relay API. */
export function relayHandler(context: AppContext): Handler {
  return handlerWith(context, graphqlFailure(context.config), relayEngine);
}

/** `{"errors": […]}` under the status that /v1/graphql has for an error. */
export function graphqlFailure({ preserve401 }: Pick<Config, 'preserve401'>): Failure {
  return (error, shown, exchange, withInternal) => {
    const status = preserve401 && shown.status === 401 ? 401 : statusOf(error);
    return jsonResponse(graphqlErrorText(shown, withInternal), exchange, status);
  };
}

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
      if (exchange.record) exchange.record.mode = 'error';
      const text = await bodyText(request, config);
      exchange.record?.read(text.length);
      const session = await authenticated(context, exchange, () => jsonOf(text));
      const body = readGraphqlBody(text);
      if (exchange.record) exchange.record.mode = body.kind === 'single' ? 'single' : 'batched';
      const engine = engineOf(await context.engine(waitUntil));
      await admit(context, exchange, { engine, session, count: operationsOf(body) });
      const answer =
        body.kind === 'single'
          ? await singleText(context, exchange, { engine, session, sent: body.request })
          : await batchText(context, exchange, { engine, session, members: body.members });
      return jsonResponse(answer, exchange);
    } catch (error) {
      const shown = clientErrorOf(error, exchange, log);
      return failure(error, shown, exchange, showsInternal(config, exchange));
    }
  };
}

/** What a webhook is told of a body: its JSON, or null. */
export function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** Statuses that say why a request was not looked at, and when to try again. */
const NOT_READ = new Set([408, 413, 415, 429]);

function operationsOf(body: GraphqlBody): number {
  return body.kind === 'single' ? 1 : body.members.length;
}

/** Statuses of a request that never became a GraphQL operation, and of our own faults. */
function statusOf(error: unknown): number {
  if (!(error instanceof HedgeError)) return 500;
  return NOT_READ.has(error.status) ? error.status : 200;
}

/** A request that is not in a batch, its sender let in. */
interface Single {
  readonly engine: Engine;
  readonly session: Session;
  readonly sent: SentRequest;
}

async function singleText(
  context: AppContext,
  exchange: Exchange,
  { engine, session, sent }: Single,
): Promise<string> {
  const asked = await withQueryText(sent, exchange, context.config);
  return await runOperation(engine, session, asked, arrivalOf(context, exchange, asked));
}

interface Batch {
  readonly engine: Engine;
  readonly session: Session;
  readonly members: readonly unknown[];
}

/** Whether a member has the word without which there is no mutation, or a hash that may stand for it. */
function mayMutate(member: unknown): boolean {
  if (!isObject(member)) return false;
  const { query } = member;
  return typeof query === 'string' && query !== '' ? query.includes('mutation') : true;
}

/** The answers of a batch in its order, each with its own error. */
async function batchText(context: AppContext, exchange: Exchange, batch: Batch): Promise<string> {
  const { config, log } = context;
  const { engine, session, members } = batch;
  const answer = async (member: unknown, index: number): Promise<string> => {
    try {
      const sent = readSentRequest(member, at(undefined, index));
      const request = await withQueryText(sent, exchange, config);
      return await runOperation(engine, session, request, {
        headers: exchange.request.headers,
        observer: watch(context, exchange, request),
      });
    } catch (error) {
      return graphqlErrorText(clientErrorOf(error, exchange, log), showsInternal(config, exchange));
    }
  };

  // An operation sees what a mutation before it did.
  if (!members.some(mayMutate)) return `[${(await Promise.all(members.map(answer))).join(',')}]`;
  const answers: string[] = [];
  for (const [index, member] of members.entries()) answers.push(await answer(member, index));
  return `[${answers.join(',')}]`;
}
