// A request -> its Exchange, which goes with it through the service; and who sent it.

import type { Session } from '../auth/types.ts';
import { RequestRecord } from './request-record.ts';
import type { AppContext, Exchange, WaitUntil } from './types.ts';

/** Ids that are taken over: what could be anything else in a header, a log or a comment of SQL is not. */
const REQUEST_ID = /^[\w.:@/+=~|-]{1,128}$/;

/** The exchange that a request begins; `isRecorded` for one that has a line in the log. */
export function exchangeOf(request: Request, waitUntil: WaitUntil, isRecorded: boolean): Exchange {
  const given = request.headers.get('x-request-id');
  return {
    request,
    requestId: given !== null && REQUEST_ID.test(given) ? given : crypto.randomUUID(),
    waitUntil,
    session: undefined,
    reply: [],
    record: isRecorded ? new RequestRecord() : undefined,
  };
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
