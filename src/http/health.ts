// GET /healthz: whether the metadata this worker was built from is whole.

import { requestIdOf } from './respond.ts';
import type { AppContext, Handler } from './types.ts';

const INCONSISTENT = 'inconsistent objects in schema';

/** `OK`, or `WARN: …` while objects are inconsistent; with `?strict=true` that is an `ERROR: …` with status 500. */
export function healthHandler(context: AppContext): Handler {
  return async (request, waitUntil) => {
    const engine = await context.engine(waitUntil);
    const whole = engine.artifact.header.inconsistencies.length === 0;
    const strict = new URL(request.url).searchParams.get('strict') === 'true';
    const text = whole ? 'OK' : `${strict ? 'ERROR' : 'WARN'}: ${INCONSISTENT}`;
    return new Response(text, {
      status: strict && !whole ? 500 : 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-request-id': requestIdOf(request) },
    });
  };
}
