// Endpoints of Hasura's that are known and not served -> an error that says so, to those who may know.

import { HedgeError } from '../error/hedge-error.ts';
import { adminHandler } from './plain.ts';
import { clientErrorOf, graphqlErrorText, jsonResponse, requestIdOf } from './respond.ts';
import type { AppContext, Handler } from './types.ts';

/** POST /v1alpha1/pg_dump: a worker has no `pg_dump` to run. */
export function pgDumpHandler(context: AppContext): Handler {
  return adminHandler(context, async () => {
    throw new HedgeError(
      'not-supported',
      'pg_dump is not available on this service; run pg_dump with the connection string of the database',
    );
  });
}

/** POST /v1beta1/relay: who may not ask at all is told that, as on /v1/graphql. */
export function relayHandler({ authenticate, log }: AppContext): Handler {
  return async (request, waitUntil) => {
    const requestId = requestIdOf(request);
    try {
      await authenticate(request.headers, waitUntil);
      throw new HedgeError('not-supported', 'the Relay API is not available in this version');
    } catch (error) {
      return jsonResponse(graphqlErrorText(clientErrorOf(error, requestId, log), false), requestId);
    }
  };
}
