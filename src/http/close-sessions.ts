// POST /hedge/sessions/close: the sockets of one user, or of whatever a session variable tells apart, are closed.

import { HedgeError } from '../error/hedge-error.ts';
import { isObject } from '../util/is-object.ts';
import { bodyText, checkContentType } from './body.ts';
import { refuseForeignPages } from './foreign.ts';
import { parseBody } from './graphql-body.ts';
import { adminHandler } from './plain.ts';
import type { AppContext, Handler } from './types.ts';

/** `{"variable": "x-hasura-user-id", "value": "7"}` is answered `{"closed": 2}`, the number of sockets. */
export function closeSessionsHandler(context: AppContext): Handler {
  return adminHandler(context, async ({ request }) => {
    refuseForeignPages(request.headers, context.config);
    checkContentType(request.headers);
    const body = parseBody(await bodyText(request, context.config));
    const { variable, value } = isObject(body) ? body : {};
    if (typeof variable !== 'string' || !/^x-hasura-./i.test(variable) || typeof value !== 'string')
      throw new HedgeError(
        'parse-failed',
        'expected {"variable": "x-hasura-…", "value": "…"}, both of them text',
      );
    const closed = (await context.closeSessions?.(variable, value)) ?? 0;
    return JSON.stringify({ closed });
  });
}
