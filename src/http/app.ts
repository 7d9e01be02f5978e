// A request -> the endpoint that answers it: the routes of the service, with CORS around them.

import type { Context } from 'hono';
import { Hono } from 'hono';

import type { SocketApi } from '../live/connection/opening.ts';
import { orEvents } from './accept-events.ts';
import { cacheClearHandler } from './cache-clear.ts';
import { closeSessionsHandler } from './close-sessions.ts';
import { configHandler } from './config-api.ts';
import { consoleHandler, hasConsole } from './console.ts';
import { withCors } from './cors.ts';
import { planCacheHandler, subscriptionsHandler } from './developer.ts';
import { exchangeOf } from './exchange.ts';
import { explainHandler } from './explain.ts';
import { getGraphqlHandler } from './get.ts';
import { graphqlHandler, legacyGraphqlHandler, relayHandler } from './graphql.ts';
import { healthHandler } from './health.ts';
import { withHttpLog } from './http-log.ts';
import { metadataHandler } from './metadata.ts';
import { openApiHandler } from './openapi.ts';
import { clientErrorOf, errorResponse, notFoundResponse } from './respond.ts';
import { restHandler } from './rest.ts';
import { watchesRuns } from './run-log.ts';
import { isUpgrade, socketHandler } from './socket.ts';
import type { AppContext, Exchange, Handler, Service } from './types.ts';
import { noRelayHandler, pgDumpHandler } from './unavailable.ts';
import { versionHandler } from './version.ts';

/** What Hono carries to a route beside the request. */
interface RouteEnv {
  Bindings: Exchange;
}

/** The endpoints that a configuration has. Whatever one throws ends here, once, as `unexpected`. */
export function endpoints(context: AppContext): Hono<RouteEnv> {
  const app = new Hono<RouteEnv>();
  const route = (handler: Handler) => (c: Context<RouteEnv>) => handler(c.env);

  const apis = context.config.enabledApis;

  if (apis.has('graphql')) {
    const socket = (path: string, api: SocketApi): void => {
      const handler = socketHandler(context, api);
      app.get(path, async (c, next) => (isUpgrade(c.env.request) ? await handler(c.env) : await next()));
    };
    socket('/v1/graphql', 'graphql');
    socket('/v1alpha1/graphql', 'graphql');
    if (context.config.enableRelay) socket('/v1beta1/relay', 'relay');
    app.post('/v1/graphql', route(orEvents(context, 'graphql', graphqlHandler(context))));
    app.get('/v1/graphql', route(orEvents(context, 'graphql', getGraphqlHandler(context))));
    app.post('/v1alpha1/graphql', route(legacyGraphqlHandler(context)));
    if (context.config.enableRelay) {
      app.post('/v1beta1/relay', route(orEvents(context, 'relay', relayHandler(context))));
      app.get('/v1beta1/relay', route(orEvents(context, 'relay', notFoundResponse)));
    } else app.post('/v1beta1/relay', route(noRelayHandler(context)));
  }
  // Hasura counts the explanation among what administrators may do, and leaves REST endpoints on in any case.
  if (apis.has('metadata')) {
    app.post('/v1/metadata', route(metadataHandler(context, 'v1/metadata')));
    app.post('/v2/query', route(metadataHandler(context, 'v2/query')));
    app.post('/v1/query', route(metadataHandler(context, 'v1/query')));
    app.post('/hedge/sessions/close', route(closeSessionsHandler(context)));
    app.post('/v1/graphql/explain', route(explainHandler(context)));
    app.post('/v1alpha1/graphql/explain', route(explainHandler(context)));
  }
  app.all('/api/rest/*', route(restHandler(context)));
  app.get('/api/swagger/json', route(openApiHandler(context)));
  if (apis.has('config')) app.get('/v1alpha1/config', route(configHandler(context)));
  if (apis.has('pgdump')) app.post('/v1alpha1/pg_dump', route(pgDumpHandler(context)));
  if (apis.has('developer')) {
    app.get('/dev/plan_cache', route(planCacheHandler(context)));
    app.get('/dev/subscriptions', route(subscriptionsHandler(context, false)));
    app.get('/dev/subscriptions/extended', route(subscriptionsHandler(context, true)));
  }
  app.post('/pro/cache/clear', route(cacheClearHandler(context)));
  app.get('/healthz', route(healthHandler(context)));
  app.get('/hasura/healthz', route(healthHandler(context)));
  app.get('/v1/version', route(versionHandler));
  if (hasConsole(context)) {
    app.get('/', (c) => c.redirect('/console'));
    app.get('/console', route(consoleHandler(context)));
    app.get('/console/*', route(consoleHandler(context)));
  }
  app.notFound((c) => notFoundResponse(c.env));
  app.onError((error, c) => errorResponse(clientErrorOf(error, c.env, context.log), c.env));
  return app;
}

/** The service as one function: its endpoints, with the log and CORS around them. */
export function createApp(context: AppContext): Service {
  const app = endpoints(context);
  const { cors, logging } = context.config;
  const answer = withHttpLog((exchange) => app.fetch(exchange.request, exchange), context.log, logging);
  const isRecorded = watchesRuns(logging);
  return withCors(cors, (request, waitUntil) => answer(exchangeOf(request, waitUntil, isRecorded)));
}
