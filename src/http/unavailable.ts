// Endpoints of Hasura's that are known and not served -> an error that says so, to those who may know.

import { HedgeError } from '../error/hedge-error.ts';
import { adminHandler, plainHandler } from './plain.ts';
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

/** POST /v1beta1/relay where HASURA_GRAPHQL_ENABLE_RELAY is false: who may not ask at all is told that first. */
export function noRelayHandler(context: AppContext): Handler {
  return plainHandler(context, async () => {
    throw new HedgeError('not-supported', 'relay is not enabled: HASURA_GRAPHQL_ENABLE_RELAY is false');
  });
}
