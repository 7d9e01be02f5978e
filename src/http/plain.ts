// An endpoint that is not GraphQL's -> a handler: who asks, the text of the answer, and errors as one plain object
// under their own status.

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import { clientErrorOf, errorResponse, jsonResponse, requestIdOf, showsInternal } from './respond.ts';
import type { AppContext, Handler, WaitUntil } from './types.ts';

/** A request whose sender is known. */
export interface Asked {
  readonly request: Request;
  readonly session: Session;
  readonly waitUntil: WaitUntil;
}

/** A handler that answers with the JSON text that `answer` gives, or with what it throws. */
export function plainHandler(context: AppContext, answer: (asked: Asked) => Promise<string>): Handler {
  const { authenticate, config, log } = context;
  return async (request, waitUntil) => {
    const requestId = requestIdOf(request);
    let session: Session | undefined;
    try {
      session = await authenticate(request.headers, waitUntil);
      return jsonResponse(await answer({ request, session, waitUntil }), requestId);
    } catch (error) {
      const shown = clientErrorOf(error, requestId, log);
      return errorResponse(shown, requestId, showsInternal(config, session?.role ?? null));
    }
  };
}

/** `plainHandler` for administrators. */
export function adminHandler(context: AppContext, answer: (asked: Asked) => Promise<string>): Handler {
  return plainHandler(context, async (asked) => {
    refuseOthers(asked.session);
    return answer(asked);
  });
}

/** @throws HedgeError `access-denied` for every role but `admin`, with Hasura's status and words for these endpoints. */
export function refuseOthers({ role }: Session): void {
  if (role === 'admin') return;
  throw new HedgeError('access-denied', 'You have to be an admin to access this endpoint', { status: 400 });
}
