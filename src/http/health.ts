// GET /healthz: whether the metadata that is served is whole, and, in live mode, whether it could be loaded at all.

import { HedgeError } from '../error/hedge-error.ts';
import type { Engine } from '../execute/engine.ts';
import type { AppContext, Handler } from './types.ts';

const INCONSISTENT = 'inconsistent objects in schema';

/**
 * `OK`; `WARN: …` while objects are inconsistent or the last request to a source's database did not reach it, and with
 * `?strict=true` an `ERROR: …` with status 500 instead; `ERROR` with status 500 while no metadata could be loaded. No
 * database is asked for it.
 */
export function healthHandler(context: AppContext): Handler {
  return async ({ request, requestId, waitUntil }) => {
    const { text, status } = await healthOf(context, request, waitUntil);
    return new Response(text, {
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-request-id': requestId },
    });
  };
}

async function healthOf(
  context: AppContext,
  request: Request,
  waitUntil: Parameters<AppContext['engine']>[0],
): Promise<{ readonly text: string; readonly status: number }> {
  let isWhole: boolean;
  try {
    const engine = await context.engine(waitUntil);
    const { inconsistencies, sources } = engine.artifact.header;
    isWhole = inconsistencies.length === 0 && sources.every(({ name }) => isReachable(engine, name));
  } catch (error) {
    // What is wrong with the metadata database is for the log, not for whoever asks.
    if (!(error instanceof HedgeError)) throw error;
    context.log({
      type: 'health-check-log',
      level: 'error',
      detail: { status: 'ERROR', error: { message: error.message } },
    });
    return { text: 'ERROR', status: 500 };
  }
  if (isWhole) return { text: 'OK', status: 200 };
  const strict = new URL(request.url).searchParams.get('strict') === 'true';
  return strict
    ? { text: `ERROR: ${INCONSISTENT}`, status: 500 }
    : { text: `WARN: ${INCONSISTENT}`, status: 200 };
}

function isReachable(engine: Engine, source: string): boolean {
  try {
    return engine.database(source).isReachable();
  } catch (error) {
    if (error instanceof HedgeError) return false; // its connection string is not configured
    throw error;
  }
}
