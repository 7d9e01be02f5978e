// A configuration that cannot be used -> the answer to every request until it is put right.

import { HedgeError } from '../error/hedge-error.ts';
import { errorResponse, graphqlErrorText, jsonResponse, requestIdOf } from './respond.ts';
import type { Handler } from './types.ts';

/** Answers 500 with `message`, which names settings and never shows their values. */
export function misconfiguredHandler(message: string): Handler {
  const error = new HedgeError('invalid-configuration', message, { status: 500 });
  return (request) =>
    new URL(request.url).pathname === '/v1/graphql'
      ? jsonResponse(graphqlErrorText(error, false), requestIdOf(request), error.status)
      : errorResponse(error, requestIdOf(request));
}
