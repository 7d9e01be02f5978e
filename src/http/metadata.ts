// POST /v1/metadata, /v2/query, /v1/query: an administrator's command, and its answer as JSON.

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { MetadataEndpoint } from '../metadata-api/types.ts';
import { bodyText, checkContentType } from './body.ts';
import { refuseForeignPages } from './foreign.ts';
import { parseBody } from './graphql-body.ts';
import { clientErrorOf, errorResponse, jsonResponse, requestIdOf, showsInternal } from './respond.ts';
import type { AppContext, Handler } from './types.ts';

/** The endpoint. Errors have the status of their code and the form `{path, error, code}`. */
export function metadataHandler(context: AppContext, endpoint: MetadataEndpoint): Handler {
  const { authenticate, config, log } = context;
  return async (request, waitUntil) => {
    const requestId = requestIdOf(request);
    let session: Session | undefined;
    try {
      checkContentType(request.headers);
      session = await authenticate(request.headers, waitUntil);
      // Read before anything is said about the role: a connection with an unread body cannot be used again.
      const text = await bodyText(request, config.maxBodyBytes);
      requireAdmin(session);
      refuseForeignPages(request.headers, config);
      const answer = await context.metadata(
        endpoint,
        parseBody(text, (json) => JSON.parse(json) as unknown),
        waitUntil,
      );
      return jsonResponse(JSON.stringify(answer), requestId);
    } catch (error) {
      const shown = clientErrorOf(error, requestId, log);
      return errorResponse(shown, requestId, showsInternal(config, session?.role ?? null));
    }
  };
}

/** @throws HedgeError `access-denied` for every role but `admin`, with the status Hasura gives it here. */
export function requireAdmin(session: Session): void {
  if (session.role === 'admin') return;
  throw new HedgeError('access-denied', 'restricted access : admin only', { path: '$.args', status: 400 });
}
