// POST /v1/graphql/explain: a query, and whose it is to be -> the SQL of each root field and Postgres' plan for it.

import { sessionOf } from '../auth/session.ts';
import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { jsonKind } from '../error/json-kind.ts';
import { at, pathText } from '../error/path.ts';
import type { GraphqlRequest } from '../execute/engine.ts';
import { explain } from '../execute/explain.ts';
import { relayEngine } from '../execute/relay-engine.ts';
import { isObject } from '../util/is-object.ts';
import { bodyText, checkContentType } from './body.ts';
import { parseBody, readGraphqlRequest } from './graphql-body.ts';
import { plainHandler, refuseOthers } from './plain.ts';
import type { AppContext, Handler } from './types.ts';

interface ExplainRequest {
  readonly query: GraphqlRequest;
  readonly session: Session;
  /** Whether the query is one of the Relay API. */
  readonly isRelay: boolean;
}

/** The endpoint, for administrators. */
export function explainHandler(context: AppContext): Handler {
  return plainHandler(context, async ({ request, waitUntil }, asking) => {
    checkContentType(request.headers);
    // Read before anything is said about the role: a connection with an unread body cannot be used again.
    const text = await bodyText(request, context.config);
    refuseOthers(asking);
    const { query, session, isRelay } = readExplainRequest(parseBody(text));
    const served = await context.engine(waitUntil);
    const engine = isRelay ? relayEngine(served) : served;
    return JSON.stringify(await explain(engine, session, query));
  });
}

/**
 * Reads `{query: {query, variables?, operationName?}, user?: {"x-hasura-role": …}, is_relay?}`; `query` may be the text
 * alone.
 * @throws HedgeError `parse-failed` at what has the wrong type.
 */
function readExplainRequest(body: unknown): ExplainRequest {
  if (!isObject(body)) throw mistyped('Object', body, '$');
  const { query, user, is_relay: isRelay } = body;
  if (query === undefined) throw new HedgeError('parse-failed', 'key "query" not found');
  return {
    query: typeof query === 'string' ? { query } : readGraphqlRequest(query, at(undefined, 'query')),
    session: userSession(user ?? {}),
    isRelay: isRelay === true,
  };
}

/** The session that `user` describes: an administrator's unless it names a role. */
function userSession(user: unknown): Session {
  const path = at(undefined, 'user');
  if (!isObject(user)) throw mistyped('Object', user, pathText(path));
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(user)) {
    if (typeof value !== 'string') throw mistyped('String', value, pathText(at(path, name)));
    variables.set(name.toLowerCase(), value);
  }
  return sessionOf(variables.get('x-hasura-role') ?? 'admin', variables, true);
}

function mistyped(kind: string, value: unknown, path: string): HedgeError {
  return new HedgeError('parse-failed', `expected ${kind}, but encountered ${jsonKind(value)}`, { path });
}
