// A request -> the endpoint that answers it: the routes of the service, with CORS around them.

import type { Context } from 'hono';
import { Hono } from 'hono';

import { consoleHandler, hasConsole } from './console.ts';
import { withCors } from './cors.ts';
import { graphqlHandler } from './graphql.ts';
import { healthHandler } from './health.ts';
import { clientErrorOf, errorResponse, notFoundResponse, requestIdOf } from './respond.ts';
import type { AppContext, Handler } from './types.ts';
import { versionHandler } from './version.ts';

/** What Hono carries to a route beside the request. */
interface RouteEnv {
  Bindings: { readonly waitUntil: (promise: Promise<unknown>) => void };
}

/** The service as one function. Whatever an endpoint throws ends here, once, as `unexpected`. */
export function createApp(context: AppContext): Handler {
  const app = new Hono<RouteEnv>();
  const route = (handler: Handler) => (c: Context<RouteEnv>) => handler(c.req.raw, c.env.waitUntil);

  app.post('/v1/graphql', route(graphqlHandler(context)));
  app.get('/healthz', route(healthHandler(context)));
  app.get('/hasura/healthz', route(healthHandler(context)));
  app.get('/v1/version', route(versionHandler));
  if (hasConsole(context)) {
    app.get('/', (c) => c.redirect('/console'));
    app.get('/console', route(consoleHandler(context)));
    app.get('/console/*', route(consoleHandler(context)));
  }
  app.notFound((c) => notFoundResponse(requestIdOf(c.req.raw)));
  app.onError((error, c) => {
    const requestId = requestIdOf(c.req.raw);
    return errorResponse(clientErrorOf(error, requestId, context.log), requestId);
  });

  return withCors(context.config.cors, (request, waitUntil) => app.fetch(request, { waitUntil }));
}
