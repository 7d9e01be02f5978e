// A request to /api/rest/… -> the stored operation it means, run under the caller's role, and its data as the answer.

import { OperationTypeNode } from 'graphql/language';

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import { runData } from '../execute/run.ts';
import { selectOperation } from '../parse/operation.ts';
import { parse } from '../parse/parse.ts';
import type { Match } from '../rest/match.ts';
import { matchEndpoint } from '../rest/match.ts';
import { readRestVariables } from '../rest/variables.ts';
import { isObject } from '../util/is-object.ts';
import { admit } from './admit.ts';
import type { BodyLimits } from './body.ts';
import { bodyText } from './body.ts';
import { arrivalOf, unstored } from './cache-headers.ts';
import { couldBeForeign } from './foreign.ts';
import { parseBody } from './graphql-body.ts';
import { plainHandler } from './plain.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** What the URLs of endpoints begin with. */
const BASE = '/api/rest/';
const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']);
const FORM_TYPE = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i;

/** Every path below /api/rest. */
export function restHandler(context: AppContext): Handler {
  return unstored(plainHandler(context, (exchange, session) => answer(context, exchange, session)));
}

async function answer(context: AppContext, exchange: Exchange, session: Session): Promise<string> {
  const { request, waitUntil } = exchange;
  const { method } = request;
  if (!METHODS.has(method)) throw new HedgeError('bad-request', `Method ${method} not supported.`);
  const url = new URL(request.url);
  const engine = await context.engine(waitUntil);
  const segments = url.pathname.slice(BASE.length).split('/').map(decoded);
  const { endpoint, variables: path } = found(
    matchEndpoint(engine.artifact.storedQueries(), method, segments),
    exchange,
  );
  await admit(context, exchange, { engine, session, count: 1 });
  const operation = selectOperation(parse(endpoint.query), undefined);
  if (operation.node.operation === OperationTypeNode.MUTATION && couldBeForeign(request)) {
    throw new HedgeError(
      'not-supported',
      'a mutation that a page of another site could send is refused; send Content-Type: application/json, or an Authorization header',
      { status: 403 },
    );
  }
  const { texts, body } = await readBody(request, context.config);
  const query = new Map([...url.searchParams, ...texts]);
  const variables = readRestVariables(operation, { query, body, path });
  const asked = { query: endpoint.query, variables };
  if (exchange.record) exchange.record.mode = 'single';
  return runData(engine, session, asked, arrivalOf(context, exchange, asked));
}

/** @throws HedgeError where not exactly one endpoint matches, each with its own status. */
function found(match: Match, { reply }: Pick<Exchange, 'reply'>): Extract<Match, { kind: 'found' }> {
  switch (match.kind) {
    case 'found':
      return match;
    case 'none':
      throw new HedgeError('not-found', 'Endpoint not found', { status: 404 });
    case 'other methods':
      reply.push(['allow', match.methods.join(', ')]);
      throw new HedgeError('method-not-allowed', `Allowed methods: ${match.methods.join(',')}`);
    case 'ambiguous':
      throw new HedgeError('unexpected', 'Multiple endpoints match request');
  }
}

/** A segment of the path; one that is not well encoded stands for itself. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

interface Body {
  /** Of a form. */
  readonly texts: ReadonlyMap<string, string>;
  /** Of a JSON object. */
  readonly body: ReadonlyMap<string, unknown>;
}

/** @throws HedgeError `invalid-json`, `parse-failed`, and as `bodyText`. */
async function readBody(request: Request, limits: BodyLimits): Promise<Body> {
  const empty: Body = { texts: new Map(), body: new Map() };
  if (request.body === null) return empty;
  const text = await bodyText(request, limits);
  if (text === '') return empty;
  // `curl -d` says that everything is a form, JSON too. A form has its braces encoded.
  if (FORM_TYPE.test(request.headers.get('content-type') ?? '') && !text.startsWith('{'))
    return { ...empty, texts: new Map(new URLSearchParams(text)) };
  const value = parseBody(text);
  if (!isObject(value))
    throw new HedgeError(
      'parse-failed',
      `parsing variables failed, expected Object, but encountered ${jsonKind(value)}`,
    );
  return { ...empty, body: new Map(Object.entries(value)) };
}
