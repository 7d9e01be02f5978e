// The entry of the worker: requests, and the classes of its Durable Objects. What they do is loaded from here.

import type { Env } from './service.ts';
import { isolateOf } from './service.ts';

export { RateLimiter } from './limits/rate-limiter.ts';
export { PollerObject } from './live/poller-object.ts';
export { ConnectionObject } from './live/connection-object.ts';

export default {
  fetch(request, env, context) {
    return isolateOf(env).service(request, (promise) => context.waitUntil(promise));
  },
} satisfies ExportedHandler<Env>;
