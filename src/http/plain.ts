// An endpoint that is not GraphQL's -> a handler: who asks, the text of the answer, and errors as one plain object
// under their own status.

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { authenticated } from './exchange.ts';
import { clientErrorOf, errorResponse, jsonResponse, showsInternal } from './respond.ts';
import type { AppContext, Exchange, Handler } from './types.ts';

/** Gives the JSON text of an answer. */
export type Answer = (exchange: Exchange, session: Session) => Promise<string>;

/** A handler that answers with the JSON text that `answer` gives, or with what it throws. */
export function plainHandler(context: AppContext, answer: Answer): Handler {
  const { config, log } = context;
  return async (exchange) => {
    try {
      const session = await authenticated(context, exchange);
      return jsonResponse(await answer(exchange, session), exchange);
    } catch (error) {
      return errorResponse(clientErrorOf(error, exchange, log), exchange, showsInternal(config, exchange));
    }
  };
}

/** `plainHandler` for administrators. */
export function adminHandler(context: AppContext, answer: Answer): Handler {
  return plainHandler(context, async (exchange, session) => {
    refuseOthers(session);
    return answer(exchange, session);
  });
}

/** @throws HedgeError `access-denied` for every role but `admin`, with Hasura's status and words for these endpoints. */
export function refuseOthers({ role }: Session): void {
  if (role === 'admin') return;
  throw new HedgeError('access-denied', 'You have to be an admin to access this endpoint', { status: 400 });
}
