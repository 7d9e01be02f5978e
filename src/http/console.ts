// GET /console/*: the console's static files, with headers that keep foreign content and frames out.

import { notFoundResponse } from './respond.ts';
import type { AppContext, Handler } from './types.ts';

/** Everything comes from our own origin. Monaco needs inline styles, and its font from `data:`. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Whether the console is served: switched on, and its files deployed. */
export function hasConsole({ config, assets }: AppContext): boolean {
  return config.enableConsole && assets !== undefined;
}

/** Serves a file of the console, or 404 as every other path when there is none. */
export function consoleHandler({ assets }: AppContext): Handler {
  return async (exchange) => {
    const file = await assets?.fetch(exchange.request);
    if (!file || file.status === 404) return notFoundResponse(exchange);
    const response = new Response(file.body, file);
    response.headers.set('content-security-policy', POLICY);
    response.headers.set('x-content-type-options', 'nosniff');
    response.headers.set('referrer-policy', 'no-referrer');
    return response;
  };
}
