// GET /dev/…: what an isolate keeps, for those who work on a service. Served where HASURA_GRAPHQL_ENABLED_APIS names
// `developer`.

import { adminHandler } from './plain.ts';
import type { AppContext, Handler } from './types.ts';

/** The plans of the isolate that answers: how many texts, plans and characters. */
export function planCacheHandler(context: AppContext): Handler {
  return adminHandler(context, async ({ waitUntil }) => {
    const engine = await context.engine(waitUntil);
    return JSON.stringify(engine.plans.size());
  });
}

/** The subscriptions of the isolate: it keeps none. */
export function subscriptionsHandler(context: AppContext): Handler {
  return adminHandler(context, async () => '[]');
}
