// A request -> its Exchange, which goes with it through the service; and who sent it.

import type { Session } from '../auth/types.ts';
import type { AppContext, Exchange, WaitUntil } from './types.ts';

/** The exchange that a request begins. */
export function exchangeOf(request: Request, waitUntil: WaitUntil): Exchange {
  const requestId = request.headers.get('x-request-id') || crypto.randomUUID();
  return { request, requestId, waitUntil, session: undefined, reply: [] };
}

/**
 * Who sent the request; the exchange knows it from then on. `graphql` gives what a webhook may be told of the request:
 * the JSON of a GraphQL request or of a batch, null for a body that is neither.
 * @throws HedgeError as `Authenticate`.
 */
export async function authenticated(
  { authenticate }: Pick<AppContext, 'authenticate'>,
  exchange: Exchange,
  graphql?: () => unknown,
): Promise<Session> {
  const { request, waitUntil, reply } = exchange;
  exchange.session = await authenticate({ headers: request.headers, waitUntil, graphql, reply });
  return exchange.session;
}
