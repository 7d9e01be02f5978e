// GET /healthz: whether the metadata that is served is whole, and, in live mode, whether it could be loaded at all.

import { HedgeError } from '../error/hedge-error.ts';
import { requestIdOf } from './respond.ts';
import type { AppContext, Handler } from './types.ts';

const INCONSISTENT = 'inconsistent objects in schema';

/**
 * `OK`; `WARN: …` while objects are inconsistent, a source whose database is away being one of them, and with
 * `?strict=true` an `ERROR: …` with status 500 instead; `ERROR` with status 500 while no metadata could be loaded.
 */
export function healthHandler(context: AppContext): Handler {
  return async (request, waitUntil) => {
    const { text, status } = await healthOf(context, request, waitUntil);
    return new Response(text, {
      status,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-request-id': requestIdOf(request) },
    });
  };
}

async function healthOf(
  context: AppContext,
  request: Request,
  waitUntil: Parameters<AppContext['engine']>[0],
): Promise<{ readonly text: string; readonly status: number }> {
  let inconsistencies: readonly unknown[];
  try {
    ({ inconsistencies } = (await context.engine(waitUntil)).artifact.header);
  } catch (error) {
    // What is wrong with the metadata database is for the log, not for whoever asks.
    if (!(error instanceof HedgeError)) throw error;
    context.log({ type: 'health-check', level: 'error', error: error.message });
    return { text: 'ERROR', status: 500 };
  }
  if (inconsistencies.length === 0) return { text: 'OK', status: 200 };
  const strict = new URL(request.url).searchParams.get('strict') === 'true';
  return strict
    ? { text: `ERROR: ${INCONSISTENT}`, status: 500 }
    : { text: `WARN: ${INCONSISTENT}`, status: 200 };
}
