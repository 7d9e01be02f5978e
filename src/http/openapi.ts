// GET /api/swagger/json: the REST endpoints as an OpenAPI document.

import { checkAllowlist } from '../allowlist/check.ts';
import type { Config } from '../config/types.ts';
import type { OpenApiSettings } from '../openapi/document.ts';
import { parse } from '../parse/parse.ts';
import { unstored } from './cache-headers.ts';
import { plainHandler, refuseOthers } from './plain.ts';
import type { AppContext, Handler } from './types.ts';

/**
 * The endpoint, for administrators. One who acts as another role is given what that role can call; Hasura refuses that.
 */
export function openApiHandler(context: AppContext): Handler {
  const { config } = context;
  const handler = plainHandler(context, async ({ waitUntil }, session) => {
    // Queries and comments of endpoints are not for everyone whose token has a role.
    if (!session.trusted) refuseOthers(session);
    const { artifact } = await context.engine(waitUntil);
    const stored = artifact.storedQueries();
    // Loaded when asked for, with GraphQL's type system.
    const { openApiDocument } = await import('../openapi/document.ts');
    const document = openApiDocument(stored?.endpoints ?? [], artifact.role(session.role, session.backend), {
      stringifyNumericTypes: config.stringifyNumericTypes,
      tokens: tokensOf(config),
      checkAllowed: (query) => {
        if (config.enableAllowlist) checkAllowlist(stored, session.role, parse(query));
      },
    });
    return JSON.stringify(document);
  });
  return unstored(handler);
}

/** What callers have in `Authorization: Bearer`. */
function tokensOf({ jwts, authHook }: Pick<Config, 'jwts' | 'authHook'>): OpenApiSettings['tokens'] {
  if (jwts.some(({ header }) => header.kind === 'authorization')) return 'jwt';
  return authHook ? 'opaque' : 'none';
}
