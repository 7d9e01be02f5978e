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

/**
 * The subscriptions of all poller objects, group by group; `extended` with the SQL, and the values of each cohort.
 * Subscriptions under the same values are one cohort.
 */
export function subscriptionsHandler(context: AppContext, extended: boolean): Handler {
  return adminHandler(context, async ({ waitUntil }) => {
    const { pollersOf } = context;
    if (!pollersOf) return '[]';
    const { sources } = (await context.engine(waitUntil)).artifact.header;
    const pollers = sources.flatMap(({ name }) => pollersOf(name));
    const states = await Promise.all(pollers.map((poller) => poller.state()));
    const groups = states.flatMap((state) => state.groups);
    return JSON.stringify(
      groups.map(({ cohorts, sql, ...group }) =>
        extended ? { ...group, sql, cohorts } : { ...group, cohorts: cohorts.length },
      ),
    );
  });
}
