// POST /v1/metadata, /v2/query, /v1/query: an administrator's command, and its answer as JSON.

import type { Session } from '../auth/types.ts';
import { HedgeError } from '../error/hedge-error.ts';
import type { MetadataEndpoint } from '../metadata-api/types.ts';
import { bodyText, checkContentType } from './body.ts';
import { authenticated } from './exchange.ts';
import { refuseForeignPages } from './foreign.ts';
import { parseBody } from './graphql-body.ts';
import { clientErrorOf, errorResponse, jsonResponse, showsInternal } from './respond.ts';
import type { AppContext, Handler } from './types.ts';

/** The endpoint. Errors have the status of their code and the form `{path, error, code}`. */
export function metadataHandler(context: AppContext, endpoint: MetadataEndpoint): Handler {
  const { config, log } = context;
  return async (exchange) => {
    const { request, waitUntil } = exchange;
    try {
      checkContentType(request.headers);
      const session = await authenticated(context, exchange);
      // Read before anything is said about the role: a connection with an unread body cannot be used again.
      const text = await bodyText(request, config);
      exchange.record?.read(text.length);
      requireAdmin(session);
      refuseForeignPages(request.headers, config);
      const command = parseBody(text, (json) => JSON.parse(json) as unknown);
      if (exchange.record) exchange.record.command = command;
      const answer = await context.metadata(endpoint, command, waitUntil);
      return jsonResponse(JSON.stringify(answer), exchange);
    } catch (error) {
      return errorResponse(clientErrorOf(error, exchange, log), exchange, showsInternal(config, exchange));
    }
  };
}

/** @throws HedgeError `access-denied` for every role but `admin`, with the status Hasura gives it here. */
export function requireAdmin(session: Session): void {
  if (session.role === 'admin') return;
  throw new HedgeError('access-denied', 'restricted access : admin only', { path: '$.args', status: 400 });
}
